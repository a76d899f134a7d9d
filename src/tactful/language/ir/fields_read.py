"""The fields of a case that rules read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

import msgspec

from tactful.facts.calendars import Calendar
from tactful.facts.edit import Spot, spot_of
from tactful.facts.fields import given_fields
from tactful.facts.kinds import (
    MINUTE,
    BusinessDays,
    DayTimeKind,
    Kind,
    MomentKind,
    Value,
)
from tactful.facts.rows import Case, Row
from tactful.language.ir import (
    Aggregate,
    CheckedPack,
    Choose,
    Combine,
    ComputedFact,
    Condition,
    Constant,
    Derived,
    Expression,
    Field,
    FieldNote,
    Moved,
    Opens,
    Pick,
    Read,
    Rule,
    Share,
    Shift,
    Test,
    WhenFact,
)
from tactful.language.ir.boundaries import (
    AmongValues,
    AtDay,
    AtDayOfYear,
    AtField,
    AtMoment,
    AtValue,
    AtWords,
    Boundary,
    boundaries_of,
)
from tactful.language.ir.reads import (
    closure,
    computed,
    conditions_in,
    expressions_in,
    fields_of,
    fields_of_expression,
    fields_of_fact,
    fields_of_orders,
    fields_of_rule,
)


class ReadField(msgspec.Struct, frozen=True, eq=False):
    """A given or custom field that rules read, and the numbers that they compare it with.

    ``key`` is its attribute on a row, or the name of a custom fact. ``shifts`` are lengths of time between it and ``now``.
    ``in_rules``: rules that advise or prohibit read it. ``in_steps``: rules that add steps read it.
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
        """The value in a row."""
        return row.custom.get(self.name) if self.custom else row.value(self.key)

    def spot(self, case: Case, row: Row) -> Spot:
        """The place of a row's field in its case."""
        return spot_of(case, row, self.name, self.custom)


def read_fields(
    checked: CheckedPack, rules: Iterable[Rule], steps: Iterable[Rule] = (), conditions: tuple[Condition, ...] = ()
) -> tuple[ReadField, ...]:
    """The given and custom fields that rules read, directly or through computed facts, in order of their names.

    The fields that sort their conclusions count as fields of ``rules``.

    ``conditions`` are further conditions to look at.
    """
    facts = {fact.id: fact for fact in checked.facts}
    rules, steps = tuple(rules), tuple(steps)
    sorting = set(fields_of_orders(checked.actions[action] for action in {rule.conclusion.action for rule in rules}))
    others = [*(field for condition in conditions for field in fields_of(condition)), *sorting]
    in_rules = _names([*(field for rule in rules for field in fields_of_rule(rule)), *others], facts)
    in_steps = _names([field for rule in steps for field in fields_of_rule(rule)], facts)
    names = {
        (entity, spec.attribute, False): spec.name
        for entity, fields in given_fields().items()
        for spec in fields.values()
    }
    comparisons = _Comparisons(facts)
    for rule in (*rules, *steps):
        comparisons.condition(rule.when)
        comparisons.condition(rule.unless)
        if rule.by is not None:
            comparisons.shift(rule.by.field, rule.by.shift)
    for condition in conditions:
        comparisons.condition(condition)
    for field in sorting:
        comparisons.note(field)
    direct = [field for rule in (*rules, *steps) for field in fields_of_rule(rule)]
    for id_ in closure(computed([*direct, *others]), facts):
        comparisons.fact(facts[id_])
    fields = []
    for key in sorted(in_rules | in_steps):
        entity, attribute, custom = key
        name = attribute if custom else names[key]
        note = checked.fields[f"{entity}.{name}"]
        kind = comparisons.kinds[key]
        shifts, bounds = tuple(comparisons.shifts.get(key, ())), tuple(sorted(comparisons.bounds.get(key, ())))
        fields.append(
            ReadField(entity, name, attribute, custom, kind, note, shifts, bounds, key in in_rules, key in in_steps)
        )
    return tuple(fields)


_Key = tuple[str, str, bool]


def _key(field: Field) -> _Key:
    entity = field.via[-1] if field.via else field.scope
    return entity, field.key, field.origin == "custom"


def _names(direct: list[Field], facts: dict[str, ComputedFact]) -> set[_Key]:
    """The given and custom fields among ``direct``, and those from which its computed fields are computed."""
    behind = closure(computed(direct), facts)
    fields = [*direct, *(field for id_ in behind for field in fields_of_fact(facts[id_]))]
    return {_key(field) for field in fields if field.origin in ("given", "custom")}


class _Comparisons:
    """Collects the numbers and lengths of time that conditions compare fields with."""

    def __init__(self, facts: dict[str, ComputedFact]) -> None:
        self._facts = facts
        self.kinds: dict[_Key, Kind] = {}
        self.shifts: dict[_Key, list[Shift]] = {}
        self.bounds: dict[_Key, set[int | float]] = {}

    def fact(self, fact: ComputedFact) -> None:
        """Add the comparisons of a computed fact."""
        match fact:
            case WhenFact(condition=condition):
                self.condition(condition)
            case Aggregate(where=where, value=value):
                self.condition(where)
                if value is not None:
                    self.note(value)
            case Derived(expression=expression):
                for condition in conditions_in(expression):
                    self.condition(condition)
                for field in fields_of_expression(expression):
                    self.note(field)
            case _:
                assert_never(fact)

    def condition(self, condition: Condition) -> None:
        """Add the comparisons of a condition."""
        if not isinstance(condition, Test):
            for member in condition.members:
                self.condition(member)
            return
        self.note(condition.field)
        for boundary in boundaries_of(condition):
            self._boundary(boundary, condition.field)

    def _boundary(self, boundary: Boundary, field: Field) -> None:
        match boundary:
            case AtMoment(shift=shift):
                self.shift(field, shift)
            case AtValue(value=value):
                self.bounds.setdefault(_key(field), set()).add(_whole_minutes(value, field.kind))
            case AtField(other=other):
                self.note(other)
            case AmongValues() | AtWords() | AtDay() | AtDayOfYear():
                pass  # these are no bounds
            case _:
                assert_never(boundary)

    def shift(self, field: Field, shift: Shift) -> None:
        """Add a length of time between now and a moment, or the moments from which an aggregate picks it."""
        self.note(field)
        if field.origin != "computed":
            shifts = self.shifts.setdefault(_key(field), [])
            if shift not in shifts:
                shifts.append(shift)
            return
        fact = self._facts[field.key]
        if isinstance(fact, Aggregate) and fact.value is not None:
            self.shift(fact.value, shift)
        if isinstance(fact, Derived):
            for part in expressions_in(fact.expression):
                self._shift_of(part, shift)

    def _shift_of(self, part: Expression, shift: Shift) -> None:
        """Add what a part of an expression does to moments, which are then moved by ``shift``."""
        match part:
            case Moved(field=field, length=length, back=back):
                self.shift(field, shift if isinstance(length, Field) else Shift(length, back))
            case Read(field=field) | Opens(field=field):
                if isinstance(field.kind, MomentKind):
                    self.shift(field, shift)
            case Constant() | Pick() | Combine() | Share() | Choose():
                pass  # their members are looked at one by one
            case _:
                assert_never(part)

    def note(self, field: Field) -> None:
        """Note the kind of a given or custom field."""
        if field.origin in ("given", "custom"):
            self.kinds[_key(field)] = field.kind


def _whole_minutes(value: int | float, kind: Kind) -> int | float:
    """A bound on times of day, rounded up to a whole minute, because cases have whole minutes. Other bounds are unchanged."""
    return -(-value // MINUTE) * MINUTE if isinstance(kind, DayTimeKind) else value


def before(now: int, shift: Shift, calendar: Calendar) -> int:
    """The moment from which ``shift`` leads to ``now``, or close to it."""
    if isinstance(shift.length, BusinessDays):
        move = calendar.add_business_days if shift.back else calendar.subtract_business_days
        return move(now, shift.length.count)
    return now + shift.length.seconds if shift.back else now - shift.length.seconds
