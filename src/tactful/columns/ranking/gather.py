"""Firings merged into conclusions: firings with the same conclusion about the same target become one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from tactful.columns.columns import NULL, Columns, Flags, Ints, Places, picked
from tactful.columns.firings import RuleFirings
from tactful.columns.ranking.around import Around, Numbers, Rows
from tactful.columns.ranking.ids import Ids
from tactful.columns.ranking.plan import RankingPlan, by_id, target_entity
from tactful.columns.ranking.sorting import Stretch, rules_in_order
from tactful.language.ir import Field

#: Priorities and strengths.
Small = npt.NDArray[np.int8]
#: The deadline of a firing without one: later than any moment.
NEVER: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Firings:
    """All firings that have a target.

    ``everywhere`` is the number of the firing's row through all entities; ``due`` is the deadline in seconds since 1970,
    :data:`NEVER` if there is none. ``order`` has the firings by conclusion, the most important rule first; ``starts`` has
    where the firings of each conclusion begin, ``first`` the first of each.
    ``later`` are the places in ``order`` of all but the first firings, ``into`` the conclusions of these.
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
    """The conclusions of all candidates, sorted by slot and target; see :class:`tactful.decide.ranker.Conclusion`.

    ``target`` is a row of the slot's entity, ``everywhere`` its number through all entities; ``due`` is in seconds since
    1970, :data:`NEVER` if there is no deadline. ``starts`` has where the conclusions of each slot begin.
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
    plan: RankingPlan, around: Around, ids: Ids, fired: Iterable[RuleFirings]
) -> tuple[Conclusions, Firings]:
    """Merge the firings of each conclusion: the nearest deadline, the highest priority, the strongest modality."""
    columns = around.columns
    parts = [_Part(plan, columns, of_rule) for of_rule in fired if plan.slot_of[of_rule.rule] >= 0]
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
    # The conclusion of a later firing: the number of first firings before it, less one.
    into = later - np.arange(1, len(later) + 1)
    firings = Firings(rule, everywhere, due, order, picked(order, starts).astype(np.int32), starts, later, into)
    conclusions = _conclusions(plan, around, firings, picked(concerned, starts), cells)
    _merge(plan, conclusions, firings)
    return conclusions, firings


def _unsorted(parts: list[_Part], ends: list[int]) -> Iterator[Stretch]:
    """The stretches of slots whose firings may be unsorted. A slot with one rule, about its own row, is sorted already."""
    for _, numbered in groupby(enumerate(parts), key=lambda numbered_part: numbered_part[1].slot):
        (first, part), *others = numbered
        if others or part.targets is not part.rows:
            yield ends[first], ends[first + len(others) + 1]


def _conclusions(plan: RankingPlan, around: Around, firings: Firings, concerned: Places, cells: Places) -> Conclusions:
    """Conclusions made from the first firing of each; ``concerned`` are their cells."""
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
        priority=picked(plan.priority, rule),  # the first rule has the highest priority
        due=picked(firings.due, first),
        strength=picked(plan.strength, rule),
        safety=picked(plan.safety, rule),
        starts=starts,
    )


def _merge(plan: RankingPlan, all_: Conclusions, firings: Firings) -> None:
    """Merge the later firings into their conclusions."""
    firing = picked(firings.order, firings.later)
    rule = picked(firings.rule, firing)
    np.minimum.at(all_.due, firings.into, picked(firings.due, firing))
    np.minimum.at(all_.strength, firings.into, picked(plan.strength, rule))
    np.logical_or.at(all_.safety, firings.into, picked(plan.safety, rule))


class _Part:
    """The firings of firings rule that have a target."""

    __slots__ = ("due", "rows", "rule", "slot", "targets")

    def __init__(self, plan: RankingPlan, columns: Columns, firings: RuleFirings) -> None:
        self.rule, self.slot = firings.rule, plan.slot_of[firings.rule]
        self.rows, self.targets, self.due = with_targets(plan, columns, firings)


def _cells(plan: RankingPlan, columns: Columns, parts: list[_Part]) -> Places:
    """Where the cells of each slot begin, a cell for each row of its entity; the last number is where the last slot ends.

    Slots without conclusions get no cells.
    """
    there = {part.slot for part in parts}
    sizes = [columns.sizes[slot.entity] if no in there else 0 for no, slot in enumerate(plan.slots)]
    return np.cumsum([0, *sizes])


def with_targets(plan: RankingPlan, columns: Columns, firings: RuleFirings) -> tuple[Places, Places, Ints | None]:
    """The rows that a rule fires for, their targets, and the deadlines; without the rows that have no target."""
    rule = plan.rules[firings.rule]
    field, entity = by_id(rule), target_entity(rule)
    if field is None and entity == rule.entity:
        return firings.rows, firings.rows, firings.due
    if field is None:
        targets = picked(columns.above(rule.entity, entity), firings.rows)
    else:
        targets = _people(columns, rule.entity, field, firings.rows)
    there = targets >= 0
    if there.all():
        return firings.rows, targets, firings.due
    return firings.rows[there], targets[there], None if firings.due is None else firings.due[there]


def _people(columns: Columns, entity: str, field: Field, rows: Places) -> Places:
    """The person of the same application whose id ``field`` holds; -1 if there is no such person."""
    holder = field.via[-1] if field.via else field.scope
    above = picked(columns.above(entity, field.scope), rows)
    for scope, step in zip((field.scope, *field.via), field.via, strict=False):
        above = np.where(above < 0, -1, columns.above(scope, step).take(above, mode="clip"))
    ids = (columns.given if field.origin == "given" else columns.custom)[holder, field.key].data
    applications = picked(columns.above(entity, "application"), rows)
    starts = columns.starts("application", "person")
    begin = picked(starts, applications)
    counts = picked(starts, applications + 1) - begin
    which, people = stretches(begin, counts)
    holders = picked(above, which)
    known = np.flatnonzero(holders >= 0)
    which, people, holders = picked(which, known), picked(people, known), picked(holders, known)
    same = pc.equal(ids.take(holders), columns.texts("person", "id").take(people)).fill_null(False)
    hits = np.flatnonzero(same.to_numpy(zero_copy_only=False))
    targets = np.full(len(rows), -1, dtype=np.int64)
    targets[picked(which, hits)] = picked(people, hits)
    return targets


def stretches(begin: Places, counts: Ints) -> tuple[Places, Places]:
    """All places of several stretches, in order: the number of the stretch of each place, and the place."""
    which = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    return which, np.arange(len(which)) + picked(begin - ends + counts, which)
