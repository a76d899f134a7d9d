"""Rows by name: the order of what is alike in all else, as :func:`tactful.rank.row_key` has it.

Names are looked at only where there are ties, and compared many at a time. Strings in Arrow are UTF-8, whose bytes stand
in the same order as the characters that Python compares.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tactful.facts.catalogue import ENTITIES
from tactful.rank_columns.around import NAMED_AS
from tactful.tables.columns import NULL, Columns, Flags, Ints, Places
from tactful.values import ChoiceKind


def ids_of(columns: Columns, entity: str, rows: Places) -> pa.Array:
    """The ids of some rows."""
    if entity == "message":
        return message_ids(columns, rows)
    named = NAMED_AS.get(entity, entity)
    if named != entity:
        rows = columns.above(entity, named).take(rows)
    return columns.texts(named, "id").take(pa.array(rows))


def message_ids(columns: Columns, rows: Places) -> pa.Array:
    """The ids of some messages, which are made of what they say; see :class:`tactful.facts.rows.MessageRow`."""
    sent = columns.given["message", "sent_at"].data.take(rows).tolist()
    people = columns.texts("message", "person_id").take(pa.array(rows)).to_pylist()
    words = []
    for name in ("direction", "kind"):
        column = columns.given["message", name]
        assert isinstance(column.kind, ChoiceKind)
        known = (*column.kind.values, None)  # what is unknown is -1
        words.append([known[code] for code in column.data.take(rows).tolist()])
    return pa.array(
        [
            f"{None if at == NULL else at}/{person}/{direction}/{kind}"
            for at, person, direction, kind in zip(sent, people, *words, strict=True)
        ],
        pa.string(),
    )


def in_order_of_names(columns: Columns, places: Places, runs: Ints, entities: Ints, rows: Places) -> Places:
    """``places`` sorted by the names of the rows that stand there, each run of them for itself.

    ``runs`` are ascending numbers; all of a run are rows of the same entity and candidate. What has the same name (two
    messages that say the same) comes in the order of rows.
    """
    sorted_ = np.argsort((runs << 32) + rows)
    places, rows = places.take(sorted_), rows.take(sorted_)
    together = np.flatnonzero(runs[1:] == runs[:-1])
    wrong = np.zeros(len(together), dtype=np.bool_)
    kinds = entities.take(together)
    for code in np.unique(kinds).tolist():
        mine = np.flatnonzero(kinds == code)
        at = together.take(mine)
        wrong[mine] = _comes_after(columns, ENTITIES[code], rows.take(at), rows.take(at + 1))
    if wrong.any():
        _sort_runs(columns, places, rows, entities, runs, np.unique(runs.take(together[wrong])))
    return places


def _comes_after(columns: Columns, entity: str, rows: Places, others: Places) -> Flags:
    """Whether rows come after others of the same entity and candidate, by their names."""
    after = np.zeros(len(rows), dtype=np.bool_)
    left = np.arange(len(rows))
    for scope in _scopes(entity):
        above = columns.above(entity, scope)
        mine, theirs = above.take(rows.take(left)), above.take(others.take(left))
        differ = mine != theirs
        if differ.any():
            told = np.flatnonzero(differ)
            after[left.take(told)] = _greater(columns, scope, mine.take(told), theirs.take(told))
            left = left[~differ]
    if len(left):
        after[left] = _greater(columns, entity, rows.take(left), others.take(left))
    return after


def _greater(columns: Columns, entity: str, rows: Places, others: Places) -> Flags:
    found = pc.greater(ids_of(columns, entity, rows), ids_of(columns, entity, others))
    flags: Flags = found.to_numpy(zero_copy_only=False)
    return flags


def _scopes(entity: str) -> tuple[str, ...]:
    """By the ids of which rows above them rows are ordered before their own count."""
    if entity in ("candidate", "application"):
        return ()
    return ("application", "interview") if entity == "interviewer" else ("application",)


def _sort_runs(columns: Columns, places: Places, rows: Places, entities: Ints, runs: Ints, wrong: Ints) -> None:
    """Sort the runs with these numbers, in ``places``."""
    concerned = np.flatnonzero(np.isin(runs, wrong))
    for code in np.unique(entities.take(concerned)).tolist():
        entity = ENTITIES[code]
        at = concerned[entities.take(concerned) == code]
        mine = rows.take(at)
        keys = [ids_of(columns, scope, columns.above(entity, scope).take(mine)) for scope in _scopes(entity)]
        keys.append(ids_of(columns, entity, mine))
        names = list(zip(runs.take(at).tolist(), *(key.to_pylist() for key in keys), strict=True))
        places[at] = places.take(at).take(sorted(range(len(at)), key=names.__getitem__))
