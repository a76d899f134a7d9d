"""Sort by keys, and break ties by the names of rows, in the order of :func:`tactful.facts.rows.row_key`.

Names are compared only in ties, and many at a time. Strings in Arrow are UTF-8, whose bytes sort in the same order as the
characters that Python compares.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tactful.columns.columns import Flags, Ints, Places, picked
from tactful.columns.ranking.around import Numbers, Rows
from tactful.columns.ranking.ids import Ids
from tactful.columns.ranking.plan import RankingPlan
from tactful.facts.entities import ANCESTORS, ENTITIES


def in_order_of_names(ids: Ids, places: Places, runs: Ints, entities: Ints, rows: Places) -> Places:
    """``places``, with each run sorted by the names of its rows.

    ``runs`` are ascending numbers. The rows of a run have the same entity and candidate, and are ascending. Rows with the
    same name (two messages with equal fields) keep their order.
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
    """Whether ``rows`` come after ``others`` of the same entity and candidate, by their names."""
    after = np.zeros(len(rows), dtype=np.bool_)
    left = np.arange(len(rows))
    for scope in _above(entity):
        above = ids.columns.above(entity, scope)
        mine, theirs = picked(above, picked(rows, left)), picked(above, picked(others, left))
        differ = mine != theirs
        if differ.any():
            decided = np.flatnonzero(differ)
            after[picked(left, decided)] = ids.greater(scope, picked(mine, decided), picked(theirs, decided))
            left = left[~differ]
    if len(left):
        after[left] = ids.greater(entity, picked(rows, left), picked(others, left))
    return after


def _above(entity: str) -> tuple[str, ...]:
    """The entities whose ids are compared before the ids of ``entity`` itself, the highest first, without the candidate."""
    return ANCESTORS[entity][-2::-1]


def _sort_runs(ids: Ids, places: Places, rows: Places, entities: Ints, runs: Ints, wrong: Ints) -> None:
    """Sort the runs with the numbers ``wrong``, in ``places``."""
    bad = np.zeros(runs[-1] + 1, dtype=np.bool_)
    bad[wrong] = True
    concerned = np.flatnonzero(picked(bad, runs))
    kinds = picked(entities, concerned)
    for code in np.flatnonzero(np.bincount(kinds)).tolist():
        entity, at = ENTITIES[code], concerned[kinds == code]
        mine = picked(rows, at)
        keys = [ids.texts(scope, picked(ids.columns.above(entity, scope), mine)) for scope in _above(entity)]
        keys.append(ids.texts(entity, mine))
        names = list(zip(runs.take(at).tolist(), *(key.to_pylist() for key in keys), strict=True))
        places[at] = places.take(at).take(sorted(range(len(at)), key=names.__getitem__))


def rules_in_order(
    plan: RankingPlan, ids: Ids, keys: Ints, rules: Numbers, global_row: Rows, unsorted: Iterable[Stretch] | None = None
) -> tuple[Places, Places]:
    """Firings sorted by owner, and then as :class:`tactful.decide.ranker.Ranker` sorts them; and the owner of each firing.

    A key combines an owner with the index of a rule among all rules. ``keys`` is overwritten. ``global_row`` has the global
    numbers of rows, ascending for each rule and owner. ``unsorted`` is as for :func:`sorted_by`.
    """
    order, keys = sorted_by(keys, int(keys.max(initial=0)), unsorted)
    alike: Flags = keys[1:] == keys[:-1]
    if alike.any():
        at, numbers = runs(alike)
        tied = picked(order, at)
        entities = picked(plan.rule_entity, picked(rules, tied))
        rows = picked(global_row, tied) - picked(ids.begins, entities)
        order[at] = in_order_of_names(ids, tied, numbers, entities, rows)
    keys >>= plan.bits
    return order, keys


#: The number of bits that a key can have.
BITS = 63
#: The indices at which a stretch begins and ends.
Stretch = tuple[int, int]


def sorted_by(keys: Ints, most: int, unsorted: Iterable[Stretch] | None = None) -> tuple[Places, Ints]:
    """The indices of the keys in sorted order, and the sorted keys. The sort is stable.

    Keys are from 0 to ``most``. ``keys`` is overwritten. If ``unsorted`` is given, only the keys inside each of these
    stretches need to be sorted.
    """
    bits = len(keys).bit_length()
    if most.bit_length() + bits > BITS:
        order: Places = np.argsort(keys, kind="stable")
        return order, keys.take(order)
    keys <<= bits  # key and index in one number: sorting numbers is three times as fast as argsort
    keys += np.arange(len(keys))
    for begin, end in [(0, len(keys))] if unsorted is None else unsorted:
        keys[begin:end].sort(kind="stable")  # a stable sort merges ascending runs, one for each rule
    order = keys & ((1 << bits) - 1)
    keys >>= bits
    return order, keys


def runs(alike: Flags) -> tuple[Places, Ints]:
    """The indices that tie with a neighbour, and the number of each one's run. ``alike``: which entries equal the next."""
    tied = np.zeros(len(alike) + 1, dtype=np.bool_)
    tied[:-1] = alike
    tied[1:] |= alike
    places = np.flatnonzero(tied)
    return places, np.cumsum(~alike.take(places - 1, mode="clip"))
