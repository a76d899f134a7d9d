"""The order of conclusions: candidate, priority, the nearer deadline, the modality, then action and target by name."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from tactful.rank_columns.around import Numbers
from tactful.rank_columns.gather import NEVER, Conclusions, Small
from tactful.rank_columns.ids import Ids
from tactful.rank_columns.names import in_order_of_names
from tactful.rank_columns.plan import Plan
from tactful.rank_columns.sorting import runs, sorted_by
from tactful.tables.columns import Flags, Ints, Places

#: What becomes of a conclusion, by number; they are written out in this order.
STATES: Final = ("ranked", "alternative", "set_aside")
RANKED, ALTERNATIVE, SET_ASIDE = range(len(STATES))
#: How many bits of a number are for priorities (0 to 100) and modalities.
_PRIORITY, _MODALITY = 7, 3


class _Merits(NamedTuple):
    """What conclusions go by; ``first`` is what they go by first of all, and is used up."""

    first: Ints
    priority: Small
    due: Ints
    strength: Small
    slot: Numbers
    target: Places


def in_order(plan: Plan, ids: Ids, all_: Conclusions, states: Small) -> Places:
    """All conclusions, sorted by candidate and state, then as :func:`tactful.rank.rank_key` has it."""
    first = all_.candidate * np.int64(len(STATES))
    first += states
    merits = _Merits(first, all_.priority, all_.due, all_.strength, all_.slot, all_.target)
    return _sorted(plan, ids, merits)


def some_in_order(plan: Plan, ids: Ids, all_: Conclusions, some: Places) -> Places:
    """Some conclusions, which ascend, sorted by candidate, then likewise."""
    priority, strength = all_.priority.take(some), all_.strength.take(some)
    due, slot, target = all_.due.take(some), all_.slot.take(some), all_.target.take(some)
    first = all_.candidate.take(some).astype(np.int64)
    return some.take(_sorted(plan, ids, _Merits(first, priority, due, strength, slot, target)))


def _sorted(plan: Plan, ids: Ids, merits: _Merits) -> Places:
    keys, priority, due, strength, slot, target = merits
    due, span = _by_order(due)
    keys <<= _PRIORITY
    keys += 100 - priority
    keys <<= span.bit_length()
    keys += due
    keys <<= _MODALITY
    keys += strength
    # Conclusions that are alike in this stand in the order of slots, and then of their targets' rows.
    order, keys = sorted_by(keys, int(keys.max(initial=0)))
    slots = slot.take(order)
    alike: Flags = keys[1:] == keys[:-1]
    alike &= slots[1:] == slots[:-1]
    if alike.any():
        places, numbers = runs(alike)
        tied = order.take(places)
        order[places] = in_order_of_names(ids, tied, numbers, plan.entity.take(slots.take(places)), target.take(tied))
    return order


def _by_order(due: Ints) -> tuple[Ints, int]:
    """Deadlines by their order among each other, and a number above them all, which is for those that have none."""
    known = np.flatnonzero(due != NEVER)
    keys = due.take(known)
    first, last = (int(keys.min()), int(keys.max())) if len(keys) else (0, 0)
    order, keys = sorted_by(keys - first, last - first)
    numbers = np.zeros(len(keys), dtype=np.int64)
    np.cumsum(keys[1:] != keys[:-1], out=numbers[1:])
    found = np.full(len(due), len(keys), dtype=np.int64)
    found[known.take(order)] = numbers
    return found, len(keys)
