"""Rows by name: the order of what is alike in all else, as :func:`tactful.rank.row_key` has it.

Names are looked at only where there are ties, and compared many at a time. Strings in Arrow are UTF-8, whose bytes stand
in the same order as the characters that Python compares.
"""

from __future__ import annotations

import numpy as np

from tactful.facts.catalogue import ENTITIES
from tactful.rank_columns.ids import Ids
from tactful.tables.columns import Flags, Ints, Places, picked


def in_order_of_names(ids: Ids, places: Places, runs: Ints, entities: Ints, rows: Places) -> Places:
    """``places`` sorted by the names of the rows that stand there, each run of them for itself.

    ``runs`` are ascending numbers; all of a run are rows of the same entity and candidate, and ascend. What has the same
    name (two messages that say the same) stays in the order of rows.
    """
    together = np.flatnonzero(runs[1:] == runs[:-1])
    wrong = np.zeros(len(together), dtype=np.bool_)
    kinds = picked(entities, together)
    for code in np.flatnonzero(np.bincount(kinds)).tolist():
        mine = np.flatnonzero(kinds == code)
        at = picked(together, mine)
        wrong[mine] = _comes_after(ids, ENTITIES[code], picked(rows, at), picked(rows, at + 1))
    if wrong.any():
        _sort_runs(ids, places, rows, entities, runs, runs.take(together[wrong]))
    return places


def _comes_after(ids: Ids, entity: str, rows: Places, others: Places) -> Flags:
    """Whether rows come after others of the same entity and candidate, by their names."""
    after = np.zeros(len(rows), dtype=np.bool_)
    left = np.arange(len(rows))
    for scope in _scopes(entity):
        above = ids.columns.above(entity, scope)
        mine, theirs = picked(above, picked(rows, left)), picked(above, picked(others, left))
        differ = mine != theirs
        if differ.any():
            told = np.flatnonzero(differ)
            after[picked(left, told)] = ids.greater(scope, picked(mine, told), picked(theirs, told))
            left = left[~differ]
    if len(left):
        after[left] = ids.greater(entity, picked(rows, left), picked(others, left))
    return after


def _scopes(entity: str) -> tuple[str, ...]:
    """By the ids of which rows above them rows are ordered before their own count."""
    if entity in ("candidate", "application"):
        return ()
    return ("application", "interview") if entity == "interviewer" else ("application",)


def _sort_runs(ids: Ids, places: Places, rows: Places, entities: Ints, runs: Ints, wrong: Ints) -> None:
    """Sort the runs with these numbers, in ``places``."""
    bad = np.zeros(runs[-1] + 1, dtype=np.bool_)
    bad[wrong] = True
    concerned = np.flatnonzero(picked(bad, runs))
    kinds = picked(entities, concerned)
    for code in np.flatnonzero(np.bincount(kinds)).tolist():
        entity, at = ENTITIES[code], concerned[kinds == code]
        mine = picked(rows, at)
        keys = [ids.texts(scope, picked(ids.columns.above(entity, scope), mine)) for scope in _scopes(entity)]
        keys.append(ids.texts(entity, mine))
        names = list(zip(runs.take(at).tolist(), *(key.to_pylist() for key in keys), strict=True))
        places[at] = places.take(at).take(sorted(range(len(at)), key=names.__getitem__))
