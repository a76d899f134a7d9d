"""The fields of a case that rules read."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tactful.facts.calendars import Calendar
from tactful.facts.edit import Spot, spot_of
from tactful.facts.fields import given_fields
from tactful.facts.kinds import BusinessDays, Kind, Value
from tactful.facts.rows import Case, Row
from tactful.language.ir import CheckedPack, ComputedFact, Condition, Field, FieldNote, Rule, Shift
from tactful.language.ir.reads import closure, computed, fields_of, fields_of_fact, fields_of_orders, fields_of_rule
from tactful.language.ir.turns import FieldKey, Turn, Turns, field_key


class ReadField(msgspec.Struct, frozen=True, eq=False):
    """A given or custom field that rules read, and where their conditions turn as it changes.

    ``key`` is its attribute on a row, or the name of a custom fact. ``in_rules``: rules that advise or prohibit read it.
    ``in_steps``: rules that add steps read it.
    """

    entity: str
    name: str
    key: str
    custom: bool
    kind: Kind
    note: FieldNote
    turns: tuple[Turn, ...]
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
    ``conditions`` are further conditions to look at. Parameters are no facts, and are left out.
    """
    facts = {fact.id: fact for fact in checked.facts}
    rules, steps = tuple(rules), tuple(steps)
    concluded = {rule.conclusion.action for rule in rules}
    sorting = fields_of_orders(checked.actions[action] for action in sorted(concluded))
    others = [*(field for condition in conditions for field in fields_of(condition)), *sorting]
    in_rules = _names([*(field for rule in rules for field in fields_of_rule(rule)), *others], facts)
    in_steps = _names([field for rule in steps for field in fields_of_rule(rule)], facts)
    names = {
        (entity, spec.attribute, False): spec.name
        for entity, fields in given_fields().items()
        for spec in fields.values()
    }
    turns = Turns(facts)
    for rule in (*rules, *steps):
        turns.condition(rule.condition)
        if rule.by is not None:
            turns.deadline(rule.by.field, rule.by.shift)
    for condition in conditions:
        turns.condition(condition)
    direct = [field for rule in (*rules, *steps) for field in fields_of_rule(rule)]
    for id_ in sorted(closure(computed([*direct, *others]), facts)):
        turns.fact(facts[id_])
    kinds = {field_key(field): field.kind for field in _given(direct + others, facts)}
    fields = []
    for key in sorted(in_rules | in_steps):
        entity, attribute, custom = key
        name = attribute if custom else names[key]
        note = checked.fields[f"{entity}.{name}"]
        fields.append(
            ReadField(
                *(entity, name, attribute, custom, kinds[key], note),
                *(tuple(turns.turns.get(key, ())), key in in_rules, key in in_steps),
            )
        )
    return tuple(fields)


def _names(direct: list[Field], facts: dict[str, ComputedFact]) -> set[FieldKey]:
    """The keys of the given and custom fields that some fields are, or are computed from."""
    return {field_key(field) for field in _given(direct, facts)}


def _given(direct: list[Field], facts: dict[str, ComputedFact]) -> list[Field]:
    """The given and custom fields among ``direct``, and those from which its computed fields are computed."""
    behind = closure(computed(direct), facts)
    fields = [*direct, *(field for id_ in behind for field in fields_of_fact(facts[id_]))]
    return [field for field in fields if field.origin in ("given", "custom") and not field.is_parameter]


def before(now: int, shift: Shift, calendar: Calendar) -> int:
    """The moment from which ``shift`` leads to ``now``, or close to it."""
    if isinstance(shift.length, BusinessDays):
        move = calendar.add_business_days if shift.back else calendar.subtract_business_days
        return move(now, shift.length.count)
    return now + shift.length.seconds if shift.back else now - shift.length.seconds
