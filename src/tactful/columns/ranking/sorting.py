"""Rows by name: the order of what is alike in all else, as :func:`tactful.facts.rows.row_key` has it.

Names are looked at only where there are ties, and compared many at a time. Strings in Arrow are UTF-8, whose bytes stand
in the same order as the characters that Python compares.
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
    for scope in _above(entity):
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


def _above(entity: str) -> tuple[str, ...]:
    """The entities whose ids order rows of ``entity`` before their own, the highest first. Candidates are not compared."""
    return ANCESTORS[entity][-2::-1]


def _sort_runs(ids: Ids, places: Places, rows: Places, entities: Ints, runs: Ints, wrong: Ints) -> None:
    """Sort the runs with these numbers, in ``places``."""
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
    plan: RankingPlan, ids: Ids, keys: Ints, rules: Numbers, everywhere: Rows, unsorted: Iterable[Stretch] | None = None
) -> tuple[Places, Places]:
    """Firings sorted by owner, then as :class:`tactful.decide.ranker.Ranker` sorts firings; and the owner of each.

    Owners and the places of rules among all rules make up ``keys``, which are used up. ``everywhere`` has rows of any entity
    by their numbers through all of them; those that one rule fires for with one owner ascend. ``unsorted`` is as for
    :func:`sorted_by`.
    """
    order, keys = sorted_by(keys, int(keys.max(initial=0)), unsorted)
    alike: Flags = keys[1:] == keys[:-1]
    if alike.any():
        at, numbers = runs(alike)
        tied = picked(order, at)
        entities = picked(plan.rule_entity, picked(rules, tied))
        rows = picked(everywhere, tied) - picked(ids.begins, entities)
        order[at] = in_order_of_names(ids, tied, numbers, entities, rows)
    keys >>= plan.bits
    return order, keys


#: How many bits of a number there are to sort by.
BITS = 63
#: Where a stretch begins and ends.
Stretch = tuple[int, int]


def sorted_by(keys: Ints, most: int, unsorted: Iterable[Stretch] | None = None) -> tuple[Places, Ints]:
    """The places of keys in the order of the keys, those of keys alike ascending; and the keys in this order.

    No key is more than ``most`` or less than none. ``keys`` is used up. Where ``unsorted`` is given, all keys are in order as
    far as they do not stand in the same of these stretches.
    """
    bits = len(keys).bit_length()
    if most.bit_length() + bits > BITS:
        order: Places = np.argsort(keys, kind="stable")
        return order, keys.take(order)
    keys <<= bits  # key and place in one number, as numbers are sorted three times as fast as their places
    keys += np.arange(len(keys))
    for begin, end in [(0, len(keys))] if unsorted is None else unsorted:
        keys[begin:end].sort(kind="stable")  # it merges ascending runs, of which there is one for each rule
    order = keys & ((1 << bits) - 1)
    keys >>= bits
    return order, keys


def runs(alike: Flags) -> tuple[Places, Ints]:
    """The places that tie with a neighbour, and the number of each one's run; ``alike`` says who is like the next."""
    tied = np.zeros(len(alike) + 1, dtype=np.bool_)
    tied[:-1] = alike
    tied[1:] |= alike
    places = np.flatnonzero(tied)
    return places, np.cumsum(~alike.take(places - 1, mode="clip"))
