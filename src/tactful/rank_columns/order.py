"""The order of conclusions: candidate, priority, the nearer deadline, the modality, then action and target by name."""

from __future__ import annotations

import numpy as np

from tactful.rank_columns.gather import NEVER, Conclusions
from tactful.rank_columns.names import in_order_of_names
from tactful.rank_columns.plan import Plan
from tactful.tables.columns import Columns, Flags, Ints, Places

#: How many bits of a number are for priorities (0 to 100) and modalities.
_PRIORITY, _MODALITY = 7, 3
#: How many there are in all. Where they are too few, as in very large packs, deadlines go by their order.
BITS = 63


def in_order(plan: Plan, columns: Columns, all_: Conclusions) -> Places:
    """The conclusions, sorted by candidate and then as :func:`tactful.rank.rank_key` has it."""
    keys = _keys(plan, all_)
    order: Places = np.argsort(keys)
    keys = keys.take(order)
    alike = keys[1:] == keys[:-1]
    if alike.any():
        places, runs = _runs(alike)
        tied = order.take(places)
        entities = plan.entity.take(all_.slot.take(tied))
        order[places] = in_order_of_names(columns, tied, runs, entities, all_.target.take(tied))
    return order


def _keys(plan: Plan, all_: Conclusions) -> Ints:
    """What decides the order, in one number; the same number where only the target's name can tell."""
    due, span = _from_the_first(all_.due)
    slots = len(plan.slots).bit_length()
    most = int(all_.candidate.max(initial=0)).bit_length()
    if most + _PRIORITY + span.bit_length() + _MODALITY + slots > BITS:  # then their order among each other does
        firsts, due = np.unique(due, return_inverse=True)
        span = len(firsts)
    keys = all_.candidate.astype(np.int64) << _PRIORITY
    keys += 100 - all_.priority
    keys <<= span.bit_length()
    keys += due
    keys <<= _MODALITY
    keys += all_.strength
    keys <<= slots
    keys += all_.slot
    return keys


def _from_the_first(due: Ints) -> tuple[Ints, int]:
    """Deadlines counted from the first of them, and a number above them all, which is for those that have none."""
    first = int(due.min(initial=NEVER))
    last = int(np.where(due == NEVER, first, due).max(initial=first))
    if first == NEVER:
        return np.zeros(len(due), dtype=np.int64), 1
    return np.minimum(due, last + 1) - first, last + 1 - first


def _runs(alike: Flags) -> tuple[Places, Ints]:
    """The places that tie with a neighbour, and the number of each one's run; ``alike`` says who is like the next."""
    tied = np.zeros(len(alike) + 1, dtype=np.bool_)
    tied[:-1] = alike
    tied[1:] |= alike
    places = np.flatnonzero(tied)
    return places, np.cumsum(~alike.take(places - 1, mode="clip"))


def rules_in_order(plan: Plan, columns: Columns, owners: Places, rules: Ints, rows: Places) -> Places:
    """The firings of these rules for these rows, sorted by owner, then as :class:`tactful.rank.Ranker` sorts firings."""
    bits = len(plan.rules).bit_length()
    keys = (owners << bits) + plan.place.take(rules)
    order: Places = np.argsort(keys)
    keys = keys.take(order)
    alike = keys[1:] == keys[:-1]
    if alike.any():
        at, runs = _runs(alike)
        tied = order.take(at)
        order[at] = in_order_of_names(columns, tied, runs, plan.rule_entity.take(rules.take(tied)), rows.take(tied))
    return order
