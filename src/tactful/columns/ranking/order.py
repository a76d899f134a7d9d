"""The order of conclusions: candidate, priority, the nearer deadline, the modality, then action and target by name."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from tactful.columns.columns import Flags, Ints, Places, picked
from tactful.columns.ranking.around import Numbers, Rows
from tactful.columns.ranking.gather import NEVER, Conclusions, Small
from tactful.columns.ranking.ids import Ids
from tactful.columns.ranking.plan import RankingPlan
from tactful.columns.ranking.sorting import in_order_of_names, runs, sorted_by

#: What becomes of a conclusion, by number; they are written out in this order.
STATES: Final = ("ranked", "alternative", "set_aside")
RANKED, ALTERNATIVE, SET_ASIDE = range(len(STATES))
#: How many bits of a number are for states, priorities and modalities.
_STATE, _PRIORITY, _MODALITY = 2, 7, 3
#: Priorities are counted from the highest.
_LEAST: Final = 100


class Ordered(NamedTuple):
    """Conclusions in order, and what each of them is."""

    order: Places
    slot: Numbers
    candidate: Rows
    state: Small
    priority: Small
    strength: Small


class _Merits(NamedTuple):
    """What conclusions go by after their candidate and state, and what names they have."""

    priority: Small
    due: Ints
    strength: Small
    slot: Numbers
    target: Places


def in_order(plan: RankingPlan, ids: Ids, all_: Conclusions, states: Small) -> Ordered:
    """All conclusions, sorted by candidate and state, then as :func:`tactful.decide.ranker.rank_key` has it."""
    merits = _Merits(all_.priority, all_.due, all_.strength, all_.slot, all_.target)
    return _sorted(plan, ids, all_.candidate, states, merits)


def some_in_order(plan: RankingPlan, ids: Ids, all_: Conclusions, some: Places) -> Places:
    """Some conclusions, which ascend, sorted by candidate, then likewise."""
    priority, due, strength = picked(all_.priority, some), picked(all_.due, some), picked(all_.strength, some)
    merits = _Merits(priority, due, strength, picked(all_.slot, some), picked(all_.target, some))
    states = np.zeros(len(some), dtype=np.int8)
    return picked(some, _sorted(plan, ids, picked(all_.candidate, some), states, merits).order)


def _sorted(plan: RankingPlan, ids: Ids, candidate: Rows, state: Small, merits: _Merits) -> Ordered:
    due, last = _by_order(merits.due)
    before = state.astype(np.int16) << _PRIORITY  # in small numbers, which add up faster
    before += np.int8(_LEAST) - merits.priority
    keys = candidate.astype(np.int64)
    for bits, numbers in ((_STATE + _PRIORITY, before), (last.bit_length(), due), (_MODALITY, merits.strength)):
        keys <<= bits
        keys += numbers
    # Conclusions that are alike in this stand in the order of slots, and then of their targets' rows.
    order, keys = sorted_by(keys, int(keys.max(initial=0)))
    slot = picked(merits.slot, order)
    alike: Flags = keys[1:] == keys[:-1]
    alike &= slot[1:] == slot[:-1]
    if alike.any():
        places, numbers = runs(alike)
        tied = picked(order, places)
        entities = picked(plan.entity, picked(slot, places))
        order[places] = in_order_of_names(ids, tied, numbers, entities, picked(merits.target, tied))
    # What is in the keys need not be looked up again.
    strength = (keys & _bits(_MODALITY)).astype(np.int8)
    keys >>= _MODALITY + last.bit_length()
    priority = np.int8(_LEAST) - (keys & _bits(_PRIORITY)).astype(np.int8)
    keys >>= _PRIORITY
    state = (keys & _bits(_STATE)).astype(np.int8)
    keys >>= _STATE
    return Ordered(order, slot, keys.astype(np.int32), state, priority, strength)


def _bits(count: int) -> int:
    """A number with so many bits set."""
    return (1 << count) - 1


def _by_order(due: Ints) -> tuple[Ints, int]:
    """Deadlines by their order among each other, and a number above them all, which is for those that have none."""
    known = np.flatnonzero(due != NEVER)
    keys = picked(due, known)
    first, last = (int(keys.min()), int(keys.max())) if len(keys) else (0, 0)
    order, keys = sorted_by(keys - first, last - first)
    numbers = np.zeros(len(keys), dtype=np.int64)
    np.cumsum(keys[1:] != keys[:-1], out=numbers[1:])
    found = np.full(len(due), len(keys), dtype=np.int64)
    found[picked(known, order)] = numbers
    return found, len(keys)
