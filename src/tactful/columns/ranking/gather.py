"""Merge firings into conclusions: all firings that draw the same conclusion about the same target become one conclusion."""

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

    ``global_row`` is the global number of the firing's row (see ``around``); ``due`` is the deadline in seconds since 1970,
    or :data:`NEVER`. ``order`` has the firings by conclusion, the most important rule first. The firings of each conclusion
    begin at ``starts``, and ``first`` has the first of them. ``later`` are the indices in ``order`` of all other firings,
    and ``into`` are the conclusions of these.
    """

    rule: Numbers
    global_row: Rows
    due: Ints
    order: Places
    first: Numbers
    starts: Places
    later: Places
    into: Places


@dataclass(frozen=True, slots=True)
class Conclusions:
    """The conclusions of all candidates, sorted by group and target; see :class:`tactful.decide.ranker.Conclusion`.

    ``target`` is a row of the group's entity, and ``global_row`` its global number (see ``around``). ``due`` is in seconds
    since 1970, or :data:`NEVER`. The conclusions of each group begin at ``starts``.
    """

    group: Numbers
    target: Places
    global_row: Rows
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
    parts = [_Part(plan, columns, of_rule) for of_rule in fired if plan.group_of[of_rule.rule] >= 0]
    parts = sorted((part for part in parts if len(part.rows)), key=attrgetter("group"))
    ends = np.cumsum([0, *(len(part.rows) for part in parts)]).tolist()
    cells = _cells(plan, columns, parts)
    rule, global_row = np.empty((2, ends[-1]), dtype=np.int32)
    keys, due = np.empty(len(rule), dtype=np.int64), np.full(len(rule), NEVER, dtype=np.int64)
    for part, begin, end in zip(parts, ends[:-1], ends[1:], strict=True):
        rule[begin:end] = part.rule
        np.add(part.rows, around.begins[plan.rule_entity[part.rule]], out=global_row[begin:end], casting="same_kind")
        own = np.left_shift(part.targets, plan.bits, out=keys[begin:end])
        own += (cells[part.group] << plan.bits) + plan.place[part.rule]
        if part.due is not None:
            due[begin:end] = part.due
    due[due == NULL] = NEVER
    order, concerned = rules_in_order(plan, ids, keys, rule, global_row, _unsorted(parts, ends))
    fresh = np.ones(len(order), dtype=np.bool_)
    np.not_equal(concerned[1:], concerned[:-1], out=fresh[1:])
    starts, later = np.flatnonzero(fresh), np.flatnonzero(~fresh)
    # The conclusion of a later firing is the number of first firings before it, minus 1.
    into = later - np.arange(1, len(later) + 1)
    firings = Firings(rule, global_row, due, order, picked(order, starts).astype(np.int32), starts, later, into)
    conclusions = _conclusions(plan, around, firings, picked(concerned, starts), cells)
    _merge(plan, conclusions, firings)
    return conclusions, firings


def _unsorted(parts: list[_Part], ends: list[int]) -> Iterator[Stretch]:
    """The stretches of groups whose firings may be unsorted. The firings of a single rule about its own row are sorted."""
    for _, numbered in groupby(enumerate(parts), key=lambda numbered_part: numbered_part[1].group):
        (first, part), *others = numbered
        if others or part.targets is not part.rows:
            yield ends[first], ends[first + len(others) + 1]


def _conclusions(plan: RankingPlan, around: Around, firings: Firings, concerned: Places, cells: Places) -> Conclusions:
    """Conclusions made from their first firings; ``concerned`` are the cells of the conclusions."""
    first, starts = firings.first.astype(np.int64), np.searchsorted(concerned, cells).tolist()
    rule = picked(firings.rule, first).astype(np.int64)
    group, global_row = np.empty(len(first), dtype=np.int32), np.empty(len(first), dtype=np.int64)
    for no, (begin, end) in enumerate(pairwise(starts)):
        group[begin:end] = no
        concerned[begin:end] -= cells[no]
        np.add(concerned[begin:end], around.begins[plan.entity[no]], out=global_row[begin:end])
    return Conclusions(
        group=group,
        target=concerned,
        global_row=global_row.astype(np.int32),
        candidate=picked(around.candidates(), global_row),
        priority=picked(plan.priority, rule),  # the rule of the first firing has the highest priority
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
    """The firings of a rule that have a target."""

    __slots__ = ("due", "group", "rows", "rule", "targets")

    def __init__(self, plan: RankingPlan, columns: Columns, firings: RuleFirings) -> None:
        self.rule, self.group = firings.rule, plan.group_of[firings.rule]
        self.rows, self.targets, self.due = with_targets(plan, columns, firings)


def _cells(plan: RankingPlan, columns: Columns, parts: list[_Part]) -> Places:
    """The cell at which each group begins, and at the end the number of all cells. A group has a cell for each row.

    Groups without conclusions get no cells.
    """
    present = {part.group for part in parts}
    sizes = [columns.sizes[group.entity] if no in present else 0 for no, group in enumerate(plan.groups)]
    return np.cumsum([0, *sizes])


def with_targets(plan: RankingPlan, columns: Columns, firings: RuleFirings) -> tuple[Places, Places, Ints | None]:
    """The rows that a rule fires for and that have a target, their targets, and their deadlines."""
    rule = plan.rules[firings.rule]
    field, entity = by_id(rule), target_entity(rule)
    if field is None and entity == rule.entity:
        return firings.rows, firings.rows, firings.due
    if field is None:
        targets = picked(columns.above(rule.entity, entity), firings.rows)
    else:
        targets = _people(columns, rule.entity, field, firings.rows)
    known = targets >= 0
    if known.all():
        return firings.rows, targets, firings.due
    return firings.rows[known], targets[known], None if firings.due is None else firings.due[known]


def _people(columns: Columns, entity: str, field: Field, rows: Places) -> Places:
    """The person of the same application whose id ``field`` holds; -1 for no such person."""
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
    """All indices in several stretches, in order: for each, the number of its stretch, and the index itself."""
    which = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    return which, np.arange(len(which)) + picked(begin - ends + counts, which)
