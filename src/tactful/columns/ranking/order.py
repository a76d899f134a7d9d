"""The order of conclusions: by candidate, priority, deadline and modality, then by the names of action and target."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from tactful.columns.columns import Flags, Ints, Places, picked
from tactful.columns.ranking.around import Numbers, Rows
from tactful.columns.ranking.gather import NEVER, Conclusions, Small
from tactful.columns.ranking.ids import Ids
from tactful.columns.ranking.orders import Orders
from tactful.columns.ranking.plan import RankingPlan
from tactful.columns.ranking.sorting import in_order_of_names, runs, sorted_by

#: The states of a conclusion, by number. Conclusions are written in this order.
STATES: Final = ("ranked", "alternative", "set_aside", "handled")
RANKED, ALTERNATIVE, SET_ASIDE, HANDLED = range(len(STATES))
#: How many bits of a key are for states, priorities and modalities.
_STATE, _PRIORITY, _MODALITY = 2, 7, 3
#: Priorities are counted from the highest.
_LEAST: Final = 100


class Ordered(NamedTuple):
    """The order of conclusions, and their groups, candidates, states, priorities and modalities in that order."""

    order: Places
    group: Numbers
    candidate: Rows
    state: Small
    priority: Small
    strength: Small


class Names(NamedTuple):
    """What decides between conclusions with equal merits: the orders of their actions, then the ids of their targets."""

    orders: Orders
    ids: Ids


class _Merits(NamedTuple):
    """The fields by which conclusions are sorted after candidate and state. ``group`` and ``target`` give their names."""

    priority: Small
    due: Ints
    strength: Small
    group: Numbers
    target: Places


def in_order(plan: RankingPlan, names: Names, all_: Conclusions, states: Small) -> Ordered:
    """All conclusions, sorted by candidate and state, and then by :class:`tactful.decide.ranker.Ranker`."""
    merits = _Merits(all_.priority, all_.due, all_.strength, all_.group, all_.target)
    return _sorted(plan, names, all_.candidate, states, merits)


def some_in_order(plan: RankingPlan, names: Names, all_: Conclusions, some: Places) -> Places:
    """Some conclusions (``some`` is ascending), sorted by candidate, and then by the same key."""
    priority, due, strength = picked(all_.priority, some), picked(all_.due, some), picked(all_.strength, some)
    merits = _Merits(priority, due, strength, picked(all_.group, some), picked(all_.target, some))
    states = np.zeros(len(some), dtype=np.int8)
    return picked(some, _sorted(plan, names, picked(all_.candidate, some), states, merits).order)


def _sorted(plan: RankingPlan, names: Names, candidate: Rows, state: Small, merits: _Merits) -> Ordered:
    due, last = _by_order(merits.due)
    before = state.astype(np.int16) << _PRIORITY  # small numbers, which are added faster
    before += np.int8(_LEAST) - merits.priority
    keys = candidate.astype(np.int64)
    for bits, numbers in ((_STATE + _PRIORITY, before), (last.bit_length(), due), (_MODALITY, merits.strength)):
        keys <<= bits
        keys += numbers
    # Conclusions with equal keys keep their order: by group, and then by the row of the target.
    order, keys = sorted_by(keys, int(keys.max(initial=0)))
    group = picked(merits.group, order)
    alike: Flags = keys[1:] == keys[:-1]
    alike &= group[1:] == group[:-1]
    if alike.any():
        places, numbers = runs(alike)
        tied = picked(order, places)
        groups = picked(group, places)
        sorted_, numbers = names.orders.sort(groups, picked(merits.target, tied), numbers)
        tied = picked(tied, sorted_)
        entities = picked(plan.entity, groups)
        order[places] = in_order_of_names(names.ids, tied, numbers, entities, picked(merits.target, tied))
    # Reading these out of the keys is faster than looking them up.
    strength = (keys & _bits(_MODALITY)).astype(np.int8)
    keys >>= _MODALITY + last.bit_length()
    priority = np.int8(_LEAST) - (keys & _bits(_PRIORITY)).astype(np.int8)
    keys >>= _PRIORITY
    state = (keys & _bits(_STATE)).astype(np.int8)
    keys >>= _STATE
    return Ordered(order, group, keys.astype(np.int32), state, priority, strength)


def _bits(count: int) -> int:
    """A number with the lowest ``count`` bits set."""
    return (1 << count) - 1


def _by_order(due: Ints) -> tuple[Ints, int]:
    """The ranks of deadlines, and a number above all ranks, which means no deadline."""
    known = np.flatnonzero(due != NEVER)
    keys = picked(due, known)
    first, last = (int(keys.min()), int(keys.max())) if len(keys) else (0, 0)
    order, keys = sorted_by(keys - first, last - first)
    numbers = np.zeros(len(keys), dtype=np.int64)
    np.cumsum(keys[1:] != keys[:-1], out=numbers[1:])
    ranks = np.full(len(due), len(keys), dtype=np.int64)
    ranks[picked(known, order)] = numbers
    return ranks, len(keys)
