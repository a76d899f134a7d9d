"""From firings to conclusions: firings that say the same of the same target become one."""

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
    """What :class:`tactful.decide.ranker.Conclusion` is, of all candidates at once, by slot and row of its entity.

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
    plan: RankingPlan, around: Around, ids: Ids, fired: Iterable[RuleFirings]
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


def _conclusions(plan: RankingPlan, around: Around, firings: Firings, concerned: Places, cells: Places) -> Conclusions:
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


def _merge(plan: RankingPlan, all_: Conclusions, firings: Firings) -> None:
    """Have conclusions heed all of their firings."""
    firing = picked(firings.order, firings.later)
    rule = picked(firings.rule, firing)
    np.minimum.at(all_.due, firings.into, picked(firings.due, firing))
    np.minimum.at(all_.strength, firings.into, picked(plan.strength, rule))
    np.logical_or.at(all_.safety, firings.into, picked(plan.safety, rule))


class _Part:
    """The firings of one rule whose targets are there."""

    __slots__ = ("due", "rows", "rule", "slot", "targets")

    def __init__(self, plan: RankingPlan, columns: Columns, one: RuleFirings) -> None:
        self.rule, self.slot = one.rule, plan.slot_of[one.rule]
        self.rows, self.targets, self.due = with_targets(plan, columns, one)


def _cells(plan: RankingPlan, columns: Columns, parts: list[_Part]) -> Places:
    """A cell for each row that each slot may concern: where those of each slot begin; one more, where the last end.

    Slots of which there are no conclusions get none.
    """
    there = {part.slot for part in parts}
    sizes = [columns.sizes[slot.entity] if no in there else 0 for no, slot in enumerate(plan.slots)]
    return np.cumsum([0, *sizes])


def with_targets(plan: RankingPlan, columns: Columns, one: RuleFirings) -> tuple[Places, Places, Ints | None]:
    """The rows that a rule fires for, what it concerns for each, and the deadlines; without those that concern nobody."""
    rule = plan.rules[one.rule]
    field, entity = by_id(rule), target_entity(rule)
    if field is None and entity == rule.entity:
        return one.rows, one.rows, one.due
    if field is None:
        targets = picked(columns.above(rule.entity, entity), one.rows)
    else:
        targets = _people(columns, rule.entity, field, one.rows)
    there = targets >= 0
    if there.all():
        return one.rows, targets, one.due
    return one.rows[there], targets[there], None if one.due is None else one.due[there]


def _people(columns: Columns, entity: str, field: Field, rows: Places) -> Places:
    """The person of the same application whose id ``field`` holds; -1 where there is nobody."""
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
    found = np.full(len(rows), -1, dtype=np.int64)
    found[picked(which, hits)] = picked(people, hits)
    return found


def stretches(begin: Places, counts: Ints) -> tuple[Places, Places]:
    """All places of several stretches, one after another, each with the number of its stretch."""
    which = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    return which, np.arange(len(which)) + picked(begin - ends + counts, which)
