"""From firings to conclusions: firings that say the same of the same target become one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Final

import numpy as np
import numpy.typing as npt

from tactful.rank_columns.around import Around, Numbers, Rows
from tactful.rank_columns.ids import Ids
from tactful.rank_columns.plan import Plan
from tactful.rank_columns.rule_order import rules_in_order
from tactful.rank_columns.sorting import Stretch
from tactful.rank_columns.targets import with_targets
from tactful.tables.columns import NULL, Columns, Flags, Ints, Places, picked
from tactful.tables.firings import RuleFirings

#: Priorities and strengths.
Small = npt.NDArray[np.int8]
#: Later than any moment: the deadline of what has none.
NEVER: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Firings:
    """All firings that come to something.

    ``everywhere`` is the number of the firing's row through all entities; ``due`` is :data:`NEVER` where there is none.
    ``order`` has them by conclusion, the rule that counts most first; ``starts`` says where those of each conclusion begin,
    ``first`` has the first of each.
    ``later`` are the places in ``order`` of those that are not the first of their conclusion, ``into`` their conclusions.
    """

    rule: Numbers
    everywhere: Rows
    due: Ints
    order: Places
    first: Numbers
    starts: Places
    later: Places
    into: Places


@dataclass(frozen=True, slots=True)
class Conclusions:
    """What :class:`tactful.rank.Conclusion` is, of all candidates at once, by slot and row of its entity.

    ``target`` is that row, ``everywhere`` its number through all entities; ``due`` is :data:`NEVER` where there is none.
    ``starts`` says where those of each slot begin.
    """

    slot: Numbers
    target: Places
    everywhere: Rows
    candidate: Rows
    priority: Small
    due: Ints
    strength: Small
    safety: Flags
    starts: list[int]


def gather_conclusions(
    plan: Plan, around: Around, ids: Ids, fired: Iterable[RuleFirings]
) -> tuple[Conclusions, Firings]:
    """Merge the firings of one conclusion: the nearest deadline, the highest priority, the strongest modality."""
    columns = around.columns
    parts = [_Part(plan, columns, one) for one in fired if plan.slot_of[one.rule] >= 0]
    parts = sorted((part for part in parts if len(part.rows)), key=attrgetter("slot"))
    ends = np.cumsum([0, *(len(part.rows) for part in parts)]).tolist()
    cells = _cells(plan, columns, parts)
    rule, everywhere = np.empty((2, ends[-1]), dtype=np.int32)
    keys, due = np.empty(len(rule), dtype=np.int64), np.full(len(rule), NEVER, dtype=np.int64)
    for part, begin, end in zip(parts, ends[:-1], ends[1:], strict=True):
        rule[begin:end] = part.rule
        np.add(part.rows, around.begins[plan.rule_entity[part.rule]], out=everywhere[begin:end], casting="same_kind")
        own = np.left_shift(part.targets, plan.bits, out=keys[begin:end])
        own += (cells[part.slot] << plan.bits) + plan.place[part.rule]
        if part.due is not None:
            due[begin:end] = part.due
    due[due == NULL] = NEVER
    order, concerned = rules_in_order(plan, ids, keys, rule, everywhere, _unsorted(parts, ends))
    fresh = np.ones(len(order), dtype=np.bool_)
    np.not_equal(concerned[1:], concerned[:-1], out=fresh[1:])
    starts, later = np.flatnonzero(fresh), np.flatnonzero(~fresh)
    # So many firings stand before each, of which so many are not the first of theirs.
    into = later - np.arange(1, len(later) + 1)
    firings = Firings(rule, everywhere, due, order, picked(order, starts).astype(np.int32), starts, later, into)
    found = _conclusions(plan, around, firings, picked(concerned, starts), cells)
    _merge(plan, found, firings)
    return found, firings


def _unsorted(parts: list[_Part], ends: list[int]) -> Iterator[Stretch]:
    """Where the firings of each slot stand, but of those that have one rule, which fires for the target itself."""
    for _, found in groupby(enumerate(parts), key=lambda one: one[1].slot):
        (first, part), *others = found
        if others or part.targets is not part.rows:
            yield ends[first], ends[first + len(others) + 1]


def _conclusions(plan: Plan, around: Around, firings: Firings, concerned: Places, cells: Places) -> Conclusions:
    """Conclusions as the first firing of each has it; ``concerned`` are their cells."""
    first, starts = firings.first.astype(np.int64), np.searchsorted(concerned, cells).tolist()
    rule = picked(firings.rule, first).astype(np.int64)
    slot, everywhere = np.empty(len(first), dtype=np.int32), np.empty(len(first), dtype=np.int64)
    for no, (begin, end) in enumerate(pairwise(starts)):
        slot[begin:end] = no
        concerned[begin:end] -= cells[no]
        np.add(concerned[begin:end], around.begins[plan.entity[no]], out=everywhere[begin:end])
    return Conclusions(
        slot=slot,
        target=concerned,
        everywhere=everywhere.astype(np.int32),
        candidate=picked(around.candidates(), everywhere),
        priority=picked(plan.priority, rule),  # the first of its rules is the one of the highest
        due=picked(firings.due, first),
        strength=picked(plan.strength, rule),
        safety=picked(plan.safety, rule),
        starts=starts,
    )


def _merge(plan: Plan, all_: Conclusions, firings: Firings) -> None:
    """Have conclusions heed all of their firings."""
    firing = picked(firings.order, firings.later)
    rule = picked(firings.rule, firing)
    np.minimum.at(all_.due, firings.into, picked(firings.due, firing))
    np.minimum.at(all_.strength, firings.into, picked(plan.strength, rule))
    np.logical_or.at(all_.safety, firings.into, picked(plan.safety, rule))


class _Part:
    """The firings of one rule whose targets are there."""

    __slots__ = ("due", "rows", "rule", "slot", "targets")

    def __init__(self, plan: Plan, columns: Columns, one: RuleFirings) -> None:
        self.rule, self.slot = one.rule, plan.slot_of[one.rule]
        self.rows, self.targets, self.due = with_targets(plan, columns, one)


def _cells(plan: Plan, columns: Columns, parts: list[_Part]) -> Places:
    """A cell for each row that each slot may concern: where those of each slot begin; one more, where the last end.

    Slots of which there are no conclusions get none.
    """
    there = {part.slot for part in parts}
    sizes = [columns.sizes[slot.entity] if no in there else 0 for no, slot in enumerate(plan.slots)]
    return np.cumsum([0, *sizes])
