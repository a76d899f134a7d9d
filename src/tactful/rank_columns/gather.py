"""From firings to conclusions: firings that say the same of the same target become one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from tactful.model.checked import Field
from tactful.rank_columns.around import Around, Rows
from tactful.rank_columns.plan import Plan, by_id, target_entity
from tactful.tables.columns import NULL, Columns, Flags, Ints, Places
from tactful.tables.firings import RuleFirings

#: Priorities and strengths.
Small = npt.NDArray[np.int8]
#: Later than any moment: the deadline of what has none.
NEVER: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Firings:
    """All firings that come to something, by slot.

    ``row`` is a row of the rule's entity; ``due`` is :data:`NEVER` where there is none. ``first`` is a firing of each
    conclusion, ``more`` are the others, and ``into`` says which conclusions those are of.
    """

    rule: Ints
    row: Places
    due: Ints
    first: Places
    more: Places
    into: Places


@dataclass(frozen=True, slots=True)
class Conclusions:
    """What :class:`tactful.rank.Conclusion` is, of all candidates at once, by slot.

    ``target`` is a row of the slot's entity, ``everywhere`` its number through all entities; ``due`` is :data:`NEVER` where
    there is none. ``starts`` says where those of each slot begin. ``cells`` finds them again: where the cells of each
    slot begin, and the conclusion, or -1, in each cell.
    """

    slot: Ints
    target: Places
    everywhere: Places
    candidate: Rows
    priority: Small
    due: Ints
    strength: Small
    safety: Flags
    starts: list[int]
    cells: tuple[list[int], Places]

    def at(self, slot: int, rows: Places) -> Places:
        """The conclusions of a slot about some rows; -1 where there is none."""
        begins, found = self.cells
        return found.take(rows + begins[slot])


def gather_conclusions(plan: Plan, around: Around, fired: Iterable[RuleFirings]) -> tuple[Conclusions, Firings]:
    """Merge the firings of one conclusion: the nearest deadline, the highest priority, the strongest modality."""
    columns = around.columns
    parts = [_Part(plan, columns, one) for one in fired if plan.slot_of[one.rule] >= 0 and len(one.rows)]
    parts = sorted((part for part in parts if len(part.rows)), key=lambda part: part.slot)
    sizes = np.array([len(part.rows) for part in parts], dtype=np.int64)
    rule = np.repeat(np.array([part.rule for part in parts], dtype=np.int64), sizes)
    due = _dues(parts, int(sizes.sum()))
    targets = _joined([part.targets for part in parts])
    begins, width = _cells(plan, columns, parts)
    slots = np.array([part.slot for part in parts], dtype=np.int64)
    cell = targets + np.repeat(np.array([begins[part.slot] for part in parts], dtype=np.int64), sizes)

    # The last firing of a cell is the one that stays in it; it stands for the conclusion until the others are merged.
    numbers = np.arange(len(cell))
    found = np.full(width, -1, dtype=np.int64)
    found[cell] = numbers
    stays = found.take(cell) == numbers
    first = np.flatnonzero(stays)
    found[cell.take(first)] = numbers[: len(first)]
    more = np.flatnonzero(~stays)
    into = found.take(cell.take(more))

    slot = np.repeat(slots, sizes).take(first)
    rules = rule.take(first)
    target = targets.take(first)
    everywhere = target + around.begins.take(plan.entity).take(slot)
    merged = Conclusions(
        slot=slot,
        target=target,
        everywhere=everywhere,
        candidate=around.candidates().take(everywhere),
        priority=plan.priority.take(rules),
        due=due.take(first),
        strength=plan.strength.take(rules),
        safety=plan.safety.take(rules),
        starts=np.searchsorted(slot, np.arange(len(plan.slots) + 1)).tolist(),
        cells=(begins, found),
    )
    others = rule.take(more)
    np.maximum.at(merged.priority, into, plan.priority.take(others))
    np.minimum.at(merged.due, into, due.take(more))
    np.minimum.at(merged.strength, into, plan.strength.take(others))
    np.logical_or.at(merged.safety, into, plan.safety.take(others))
    return merged, Firings(rule, _joined([part.rows for part in parts]), due, first, more, into)


class _Part:
    """The firings of one rule whose targets are there."""

    __slots__ = ("due", "rows", "rule", "slot", "targets")

    def __init__(self, plan: Plan, columns: Columns, one: RuleFirings) -> None:
        self.rule, self.slot = one.rule, plan.slot_of[one.rule]
        self.rows, self.targets, self.due = with_targets(plan, columns, one)


def with_targets(plan: Plan, columns: Columns, one: RuleFirings) -> tuple[Places, Places, Ints | None]:
    """The rows that a rule fires for, what it concerns for each, and the deadlines; without those that concern nobody."""
    rule = plan.rules[one.rule]
    field, entity = by_id(rule), target_entity(rule)
    if field is None and entity == rule.entity:
        return one.rows, one.rows, one.due
    if field is None:
        targets = columns.above(rule.entity, entity).take(one.rows)
    else:
        targets = _people(columns, rule.entity, field, one.rows)
    there = targets >= 0
    if there.all():
        return one.rows, targets, one.due
    return one.rows[there], targets[there], None if one.due is None else one.due[there]


def _people(columns: Columns, entity: str, field: Field, rows: Places) -> Places:
    """The person of the same application whose id ``field`` holds; -1 where there is nobody."""
    holder = field.via[-1] if field.via else field.scope
    above = columns.above(entity, field.scope)
    for scope, step in zip((field.scope, *field.via), field.via, strict=False):
        above = np.where(above < 0, -1, columns.above(scope, step).take(above, mode="clip"))
    ids = (columns.given if field.origin == "given" else columns.custom)[holder, field.key].data
    applications = columns.above(entity, "application").take(rows)
    starts = columns.starts("application", "person")
    begin = starts.take(applications)
    counts = starts.take(applications + 1) - begin
    which, people = stretches(begin, counts)
    holders = above.take(rows).take(which)
    known = np.flatnonzero(holders >= 0)
    which, people, holders = which.take(known), people.take(known), holders.take(known)
    same = pc.equal(ids.take(holders), columns.texts("person", "id").take(people)).fill_null(False)
    hits = np.flatnonzero(same.to_numpy(zero_copy_only=False))
    found = np.full(len(rows), -1, dtype=np.int64)
    found[which.take(hits)] = people.take(hits)
    return found


def stretches(begin: Places, counts: Ints) -> tuple[Places, Places]:
    """All places of several stretches, one after another, each with the number of its stretch."""
    which = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    return which, np.arange(len(which)) + (begin - ends + counts).take(which)


def _cells(plan: Plan, columns: Columns, parts: list[_Part]) -> tuple[list[int], int]:
    """A cell for each row that each slot may concern: where those of each slot begin, and how many there are.

    Slots of which there are no conclusions get none.
    """
    begins, width = [0] * len(plan.slots), 0
    for slot in dict.fromkeys(part.slot for part in parts):
        begins[slot] = width
        width += columns.sizes[plan.slots[slot].entity]
    return begins, width


def _dues(parts: list[_Part], size: int) -> Ints:
    dues = np.full(size, NEVER, dtype=np.int64)
    at = 0
    for part in parts:
        end = at + len(part.rows)
        if part.due is not None:
            dues[at:end] = part.due
        at = end
    dues[dues == NULL] = NEVER
    return dues


def _joined(arrays: list[npt.NDArray[Any]]) -> Places:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int64)
