"""Values worth trying for a field: one for every stretch of values that the pack's conditions cannot tell apart.

A yes/no has two, one of a set has as many as the set. A moment or a number has one on either side of every figure that a
rule compares it with. Text has a single one: that it is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

import msgspec

from tactful.calendars import FIRST_MOMENT, LAST_MOMENT, Calendar
from tactful.facts.catalogue import given_fields
from tactful.facts.change import NAMED_MOMENTS, Spot, spot_of
from tactful.facts.rows import ApplicationRow, Case, Row
from tactful.model.checked import (
    Aggregate,
    CheckedPack,
    Compare,
    ComputedFact,
    Condition,
    DayTimeBetween,
    Field,
    FieldNote,
    NowIs,
    Predicate,
    Relates,
    Rule,
    Shift,
    Test,
    WhenFact,
)
from tactful.model.reads import closure, computed, fields_of, fields_of_fact, fields_of_rule
from tactful.values import (
    DAY,
    BusinessDays,
    ChoiceKind,
    DayTimeKind,
    DurationKind,
    IdKind,
    Kind,
    ListKind,
    MomentKind,
    NumberKind,
    Value,
    YesNoKind,
)
from tactful.wording import say_moment, say_value

#: Stands for a text that is known, whatever it is.
SOME_TEXT: Final = "…"
#: No more stretches than this are told apart.
MOST: Final = 12


class ReadField(msgspec.Struct, frozen=True, eq=False):
    """A given or custom field that rules read, and the figures they compare it with.

    ``key`` is its attribute on a row (the name of a custom fact), ``shifts`` are lengths of time between it and ``now``.
    ``in_rules`` and ``in_steps``: read by rules that advise or prohibit, by rules that add steps.
    """

    entity: str
    name: str
    key: str
    custom: bool
    kind: Kind
    note: FieldNote
    shifts: tuple[Shift, ...]
    bounds: tuple[int | float, ...]
    in_rules: bool
    in_steps: bool

    def value(self, row: Row) -> Value:
        """What a row holds."""
        found: Value = getattr(row, "custom").get(self.name) if self.custom else getattr(row, self.key)  # noqa: B009
        return found

    def spot(self, case: Case, row: Row) -> Spot:
        """Where the field of a row stands in its case."""
        return spot_of(case, row, self.name, self.custom)


class Trial(msgspec.Struct, frozen=True):
    """A value to try. A moment stands for all from ``low`` to ``high``; ``None``: there is no such end."""

    value: Value
    low: int | None = None
    high: int | None = None

    def words(self, kind: Kind, calendar: Calendar) -> str:
        """What the value stands for."""
        low = None if self.low is None else say_moment(self.low, calendar)
        high = None if self.high is None else say_moment(self.high, calendar)
        match low, high:
            case None, None:
                return say_value(self.value, kind, calendar)
            case None, _:
                return f"before {high}"
            case _, None:
                return f"after {low}"
            case _:
                return f"between {low} and {high}"

    def joined(self, after: Trial) -> Trial:
        """One trial for two stretches of moments that follow upon each other."""
        return Trial(self.value, self.low, after.high)


def read_fields(
    checked: CheckedPack, rules: Iterable[Rule], steps: Iterable[Rule] = (), conditions: tuple[Condition, ...] = ()
) -> tuple[ReadField, ...]:
    """The given and custom fields that rules read, directly or through computed facts, in order of their names.

    ``conditions`` are others that count as the rules' own.
    """
    facts = {fact.id: fact for fact in checked.facts}
    others = [field for condition in conditions for field in fields_of(condition)]
    in_rules = _names([*(field for rule in rules for field in fields_of_rule(rule)), *others], facts)
    in_steps = _names([field for rule in steps for field in fields_of_rule(rule)], facts)
    names = {
        (entity, spec.attribute, False): spec.name
        for entity, fields in given_fields().items()
        for spec in fields.values()
    }
    asked = _Asked(facts)
    for rule in (*rules, *steps):
        asked.condition(rule.when)
        asked.condition(rule.unless)
        if rule.by is not None:
            asked.shift(rule.by.field, rule.by.shift)
    for condition in conditions:
        asked.condition(condition)
    direct = [field for rule in (*rules, *steps) for field in fields_of_rule(rule)]
    for id_ in closure(computed([*direct, *others]), facts):
        asked.fact(facts[id_])
    found = []
    for key in sorted(in_rules | in_steps):
        entity, attribute, custom = key
        name = attribute if custom else names[key]
        note = checked.fields[f"{entity}.{name}"]
        kind = asked.kinds[key]
        shifts, bounds = tuple(asked.shifts.get(key, ())), tuple(sorted(asked.bounds.get(key, ())))
        found.append(
            ReadField(entity, name, attribute, custom, kind, note, shifts, bounds, key in in_rules, key in in_steps)
        )
    return tuple(found)


_Key = tuple[str, str, bool]


def _key(field: Field) -> _Key:
    entity = field.via[-1] if field.via else field.scope
    return entity, field.key, field.origin == "custom"


def _names(direct: list[Field], facts: dict[str, ComputedFact]) -> set[_Key]:
    """The given and custom fields among those and behind them."""
    behind = closure(computed(direct), facts)
    fields = [*direct, *(field for id_ in behind for field in fields_of_fact(facts[id_]))]
    return {_key(field) for field in fields if field.origin in ("given", "custom")}


class _Asked:
    """What conditions compare fields with."""

    def __init__(self, facts: dict[str, ComputedFact]) -> None:
        self._facts = facts
        self.kinds: dict[_Key, Kind] = {}
        self.shifts: dict[_Key, list[Shift]] = {}
        self.bounds: dict[_Key, set[int | float]] = {}

    def fact(self, fact: ComputedFact) -> None:
        """What a computed fact asks."""
        match fact:
            case WhenFact(condition=condition):
                self.condition(condition)
            case Aggregate(where=where, value=value):
                self.condition(where)
                if value is not None:
                    self._note(value)

    def condition(self, condition: Condition) -> None:
        """What a condition asks."""
        if not isinstance(condition, Test):
            for member in condition.members:
                self.condition(member)
            return
        self._note(condition.field)
        for predicate in condition.predicates:
            self._predicate(predicate, condition.field)

    def _predicate(self, predicate: Predicate, field: Field) -> None:
        match predicate:
            case NowIs(shift=shift):
                self.shift(field, shift)
            case Compare(value=value):
                self.bounds.setdefault(_key(field), set()).add(value)
            case DayTimeBetween(low=low, high=high):
                self.bounds.setdefault(_key(field), set()).update((low, high + 60))
            case Relates(other=other):
                self._note(other)
            case _:
                pass

    def shift(self, field: Field, shift: Shift) -> None:
        """A length of time between a moment, or what it was picked from, and now."""
        self._note(field)
        if field.origin != "computed":
            shifts = self.shifts.setdefault(_key(field), [])
            if shift not in shifts:
                shifts.append(shift)
            return
        fact = self._facts[field.key]
        if isinstance(fact, Aggregate) and fact.value is not None:
            self.shift(fact.value, shift)

    def _note(self, field: Field) -> None:
        if field.origin in ("given", "custom"):
            self.kinds[_key(field)] = field.kind


def trials(field: ReadField, row: Row, case: Case, now: int) -> list[Trial]:
    """The values to try for a field of a row, the one it holds among them; none where there is nothing to try."""
    match field.kind:
        case YesNoKind():
            values: Iterable[Value] = (True, False)
        case ChoiceKind(values=words):
            values = words
        case ListKind(values=words):
            values = [(one,) for one in words] or [(SOME_TEXT,)]
        case IdKind(entity="person"):
            values = [one.id for one in case.families[_application(row).no].people]
        case MomentKind():
            return list(_moments(field, row, case, now))
        case NumberKind() | DurationKind() | DayTimeKind():
            values = _numbers(field)
        case _:
            values = (SOME_TEXT,)
    return [Trial(value) for value in values]


def _application(row: Row) -> ApplicationRow:
    application: ApplicationRow = row if isinstance(row, ApplicationRow) else getattr(row, "application")  # noqa: B009
    return application


def _numbers(field: ReadField) -> list[int | float]:
    """A number on every bound and on either side of it."""
    step = 60 if isinstance(field.kind, DayTimeKind) else DAY if isinstance(field.kind, DurationKind) else 1
    found = {one for bound in field.bounds for one in (bound - step, bound, bound + step)}
    return sorted(one for one in found if one >= 0)[:MOST]


def _moments(field: ReadField, row: Row, case: Case, now: int) -> Iterator[Trial]:
    """A moment in each stretch between those at which something would come to be, or cease to be, so far from now.

    What is written with its time has happened; only days that people name may be still to come.
    """
    own: Calendar = getattr(getattr(row, "application", row), "calendar", case.candidate.calendar)
    marks = {before(now, shift, own) for shift in field.shifts} | {now}
    others = {moment for moment in _moments_near(row, case) if abs(moment - now) < 60 * DAY}
    marks = {one for one in (*sorted(marks)[:MOST], *sorted(others)[:MOST]) if FIRST_MOMENT < one < LAST_MOMENT}
    may_come = field.custom or (field.entity, field.name) in NAMED_MOMENTS
    marks = {one for one in marks if may_come or one <= now}
    ordered = sorted(marks)
    yield Trial(ordered[0] - DAY, None, ordered[0])
    for one, after in pairwise(ordered):
        yield Trial((one + after) // 2, one, after)
    if may_come:
        yield Trial(ordered[-1] + DAY, ordered[-1], None)


def before(now: int, shift: Shift, calendar: Calendar) -> int:
    """The moment that lies as far from ``now`` as ``shift`` says."""
    if isinstance(shift.length, BusinessDays):
        move = calendar.add_business_days if shift.back else calendar.subtract_business_days
        return move(now, shift.length.count)
    return now + shift.length.seconds if shift.back else now - shift.length.seconds


def _moments_near(row: Row, case: Case) -> Iterator[int]:
    """The moments of the same application that another may be compared with."""
    application = getattr(row, "application", row)
    if not isinstance(application, ApplicationRow):
        return
    family = case.families[application.no]
    yield from (one.ended_at for one in family.interviews)
    yield from (one.sent_at for one in family.messages if one.sent_at is not None)
