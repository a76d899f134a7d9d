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
#: Where there would be more cells, as in packs of very many actions, they are kept sorted instead.
MOST_CELLS = 4_000_000


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


class Cells:
    """A cell for each row that each slot may concern, and the conclusion in it, if any."""

    def __init__(self, begins: list[int], width: int, filled: Places) -> None:
        """``begins``: where those of each slot begin; ``width``: how many there are; ``filled``: which firings are of."""
        self._begins, self._known = begins, None
        if width > MOST_CELLS:  # then only those count in which something is
            self._known, filled = np.unique(filled, return_inverse=True)
            width = len(self._known)
        numbers = np.arange(len(filled))
        found = np.full(width, -1, dtype=np.int64)
        # The last firing of a cell is the one that stays in it; it stands for the conclusion until others are merged.
        found[filled] = numbers
        stays = found.take(filled) == numbers
        #: A firing of each conclusion; the other firings; the conclusions that those are of.
        self.first, self.more = np.flatnonzero(stays), np.flatnonzero(~stays)
        found[filled.take(self.first)] = numbers[: len(self.first)]
        self.into = found.take(filled.take(self.more))
        self._found = found

    def at(self, slot: int, rows: Places) -> Places:
        """The conclusions of a slot about some rows; -1 where there is none."""
        cells = rows + self._begins[slot]
        if self._known is None:
            return self._found.take(cells)
        places = np.searchsorted(self._known, cells)
        there = self._known.take(places, mode="clip") == cells
        return np.where(there, self._found.take(places, mode="clip"), -1)


@dataclass(frozen=True, slots=True)
class Conclusions:
    """What :class:`tactful.rank.Conclusion` is, of all candidates at once, by slot.

    ``target`` is a row of the slot's entity, ``everywhere`` its number through all entities; ``due`` is :data:`NEVER` where
    there is none. ``starts`` says where those of each slot begin; ``cells`` finds them again.
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
    cells: Cells


def gather_conclusions(plan: Plan, around: Around, fired: Iterable[RuleFirings]) -> tuple[Conclusions, Firings]:
    """Merge the firings of one conclusion: the nearest deadline, the highest priority, the strongest modality."""
    columns = around.columns
    parts = [_Part(plan, columns, one) for one in fired if plan.slot_of[one.rule] >= 0]
    parts = sorted((part for part in parts if len(part.rows)), key=lambda part: part.slot)
    sizes = _array(len(part.rows) for part in parts)
    begins, width = _cells(plan, columns, parts)
    targets = _joined([part.targets for part in parts])
    cells = Cells(begins, width, targets + np.repeat(_array(begins[part.slot] for part in parts), sizes))
    firings = Firings(
        rule=np.repeat(_array(part.rule for part in parts), sizes),
        row=_joined([part.rows for part in parts]),
        due=_dues(parts, len(targets)),
        first=cells.first,
        more=cells.more,
        into=cells.into,
    )
    slots = np.repeat(_array(part.slot for part in parts), sizes)
    return _merged(plan, around, firings, (slots, targets), cells), firings


def _merged(plan: Plan, around: Around, firings: Firings, of: tuple[Places, Places], cells: Cells) -> Conclusions:
    """The conclusions; ``of`` are the slot and the target of each firing."""
    slot, target = (one.take(firings.first) for one in of)
    rule, more = firings.rule.take(firings.first), firings.rule.take(firings.more)
    everywhere = target + around.begins.take(plan.entity).take(slot)
    found = Conclusions(
        slot=slot,
        target=target,
        everywhere=everywhere,
        candidate=around.candidates().take(everywhere),
        priority=plan.priority.take(rule),
        due=firings.due.take(firings.first),
        strength=plan.strength.take(rule),
        safety=plan.safety.take(rule),
        starts=np.searchsorted(slot, np.arange(len(plan.slots) + 1)).tolist(),
        cells=cells,
    )
    np.maximum.at(found.priority, firings.into, plan.priority.take(more))
    np.minimum.at(found.due, firings.into, firings.due.take(firings.more))
    np.minimum.at(found.strength, firings.into, plan.strength.take(more))
    np.logical_or.at(found.safety, firings.into, plan.safety.take(more))
    return found


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


def _array(numbers: Iterable[int]) -> Ints:
    return np.array(list(numbers), dtype=np.int64)


def _joined(arrays: list[npt.NDArray[Any]]) -> Places:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int64)
