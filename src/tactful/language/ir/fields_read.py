"""The fields of a case that rules read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from tactful.facts.calendars import Calendar
from tactful.facts.edit import Spot, spot_of
from tactful.facts.fields import given_fields
from tactful.facts.kinds import BusinessDays, Kind, Value
from tactful.facts.rows import Case, Row
from tactful.language.ir import CheckedPack, Condition, Field, FieldNote, Rule, Shift
from tactful.language.ir.reads import computed, fields_of, fields_of_fact, fields_of_orders, fields_of_rule, reached
from tactful.language.ir.turns import Turn, Turns, field_key


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
    reads = {id_: fields_of_fact(fact) for id_, fact in facts.items()}
    rules, steps = tuple(rules), tuple(steps)
    concluded = {rule.conclusion.action for rule in rules}
    sorting = fields_of_orders(checked.actions[action] for action in sorted(concluded))
    others = [*(field for condition in conditions for field in fields_of(condition)), *sorting]
    of_rules = [*(field for rule in rules for field in fields_of_rule(rule)), *others]
    of_steps = [field for rule in steps for field in fields_of_rule(rule)]
    read_by_rules, read_by_steps = _given(of_rules, reads), _given(of_steps, reads)
    in_rules, in_steps = set(map(field_key, read_by_rules)), set(map(field_key, read_by_steps))
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
    for id_ in sorted(_behind([*of_rules, *of_steps], reads)):
        turns.fact(facts[id_])
    kinds = {field_key(field): field.kind for field in [*read_by_rules, *read_by_steps]}
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


def _behind(direct: list[Field], reads: Mapping[str, list[Field]]) -> set[str]:
    """The computed facts among fields, and all facts that these are computed from."""
    return reached(computed(direct), lambda id_: computed(reads[id_]))


def _given(direct: list[Field], reads: Mapping[str, list[Field]]) -> list[Field]:
    """The given and custom fields among ``direct``, and those from which its computed fields are computed."""
    fields = [*direct, *(field for id_ in _behind(direct, reads) for field in reads[id_])]
    return [field for field in fields if field.origin in ("given", "custom") and not field.is_parameter]


def before(now: int, shift: Shift, calendar: Calendar) -> int:
    """The moment from which ``shift`` leads to ``now``, or close to it."""
    if isinstance(shift.length, BusinessDays):
        move = calendar.add_business_days if shift.back else calendar.subtract_business_days
        return move(now, shift.length.count)
    return now + shift.length.seconds if shift.back else now - shift.length.seconds
