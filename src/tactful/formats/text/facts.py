"""The facts that a pack's rules can ask about, described for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, assert_never

import msgspec

from tactful.facts.entities import ENTITIES
from tactful.facts.fields import Mutability, given_fields
from tactful.facts.kinds import ChoiceKind, IdKind, Kind, ListKind, NumberKind, kind_name
from tactful.language.ir import (
    AddStep,
    ById,
    CheckedPack,
    ComputedFact,
    Field,
    FieldSlot,
    FormsSlot,
    ParameterSlot,
    Rule,
    Template,
    slot_fields,
)
from tactful.language.ir.reads import closure, fields_of_expression, fields_of_fact, fields_of_rule, hidden_move

#: Who changes a fact, in words.
CHANGED_BY: Final[Mapping[Mutability, str]] = {
    "fixed": "nobody",
    "mine": "the candidate",
    "theirs": "the other side",
    "time": "time",
}
Origin = Literal["given", "custom", "computed"]


class FactDescription(msgspec.Struct, frozen=True):
    """A field as a pack knows it.

    ``origin``: given with a case, a custom fact of the pack, or computed from others. ``example`` is a value as people
    write it, ``changed_by`` says who can change it, ``ask`` is the question with its placeholders (empty without one).
    """

    entity: str
    name: str
    origin: Origin
    kind: Kind
    about: str
    example: str
    changed_by: str
    ask: str

    @property
    def id(self) -> str:
        """The field's name as rules write it: ``person.prefers``."""
        return f"{self.entity}.{self.name}"


def describe_facts(checked: CheckedPack) -> tuple[FactDescription, ...]:
    """Every field of a pack by entity: the given ones as the case has them, then custom and computed ones by name."""
    facts = [*_given(checked), *_custom(checked), *_computed(checked)]
    return tuple(sorted(facts, key=lambda fact: ENTITIES.index(fact.entity)))


def _given(checked: CheckedPack) -> Iterator[FactDescription]:
    for entity, fields in given_fields().items():
        for field in fields.values():
            note = checked.fields[f"{entity}.{field.name}"]
            changed_by, ask = CHANGED_BY[note.mutability], _written(note.ask)
            yield FactDescription(entity, field.name, "given", field.kind, note.about, field.example, changed_by, ask)


def _custom(checked: CheckedPack) -> Iterator[FactDescription]:
    for entity, kinds in checked.custom.items():
        for name, kind in sorted(kinds.items()):
            note = checked.fields[f"{entity}.{name}"]
            changed_by, ask = CHANGED_BY[note.mutability], _written(note.ask)
            yield FactDescription(entity, name, "custom", kind, note.about, "", changed_by, ask)


def _computed(checked: CheckedPack) -> Iterator[FactDescription]:
    for fact in sorted(checked.named_facts, key=lambda fact: fact.id):
        name = fact.id.partition(".")[2]
        yield FactDescription(fact.entity, name, "computed", fact.kind, fact.about, "", "other facts", fact.ask)


def _written(template: Template | None) -> str:
    """A sentence as its author wrote it, with placeholders."""
    return "".join(part if isinstance(part, str) else _placeholder(part) for part in template or ())


def _placeholder(slot: FieldSlot | ParameterSlot | FormsSlot) -> str:
    match slot:
        case ParameterSlot(name=name):
            return f"{{${name}}}"
        case FieldSlot(field=field, default=str(default)):
            return f"{{{field.text}|{default}}}"
        case FieldSlot(field=field) | FormsSlot(field=field):
            return f"{{{field.text}}}"
        case _:
            assert_never(slot)


def values_of(kind: Kind) -> tuple[str, ...]:
    """The words that a field of this kind can hold; none where it is not a choice among words."""
    match kind:
        case ChoiceKind(values=values) | ListKind(values=values):
            return values
        case _:
            return ()


def kind_in_words(kind: Kind) -> str:
    """A kind for people: ``id of a person``, ``one of a set``, ``number (km)``."""
    match kind:
        case IdKind(entity=entity):
            return f"id of {'an' if entity[0] in 'aeio' else 'a'} {entity}"
        case NumberKind(unit=str(unit)) if unit:
            return f"number ({unit})"
        case _:
            return kind_name(kind)


class ReadingRule(msgspec.Struct, frozen=True):
    """A rule that reads a fact: itself where ``through`` is empty, otherwise by way of these computed facts."""

    rule: Rule
    through: tuple[str, ...]


def rules_that_read(checked: CheckedPack, id_: str) -> tuple[ReadingRule, ...]:
    """The rules that read a fact in their conditions, deadline, target or sentences, by id; direct readers first."""
    facts = {fact.id: fact for fact in checked.facts}
    dependent = {
        fact
        for fact in facts
        if any(id_ in map(field_id, fields_of_fact(facts[part])) for part in closure([fact], facts))
    }
    readers = []
    for rule in checked.rules:
        ids = set(_as_named(_fields_read(rule), facts))
        if id_ in ids:
            readers.append(ReadingRule(rule, ()))
        elif ids & dependent:
            readers.append(ReadingRule(rule, tuple(sorted(ids & dependent))))
    return tuple(sorted(readers, key=lambda reader: bool(reader.through)))


def facts_that_read(checked: CheckedPack, id_: str) -> tuple[str, ...]:
    """The ids of the computed facts that read a fact directly."""
    facts = {fact.id: fact for fact in checked.facts}
    return tuple(sorted(fact.id for fact in checked.named_facts if id_ in _as_named(fields_of_fact(fact), facts)))


def _as_named(fields: Iterable[Field], facts: Mapping[str, ComputedFact]) -> Iterator[str]:
    """The ids of fields; for a hidden fact, which moves a moment, those of the moment and of the length of time."""
    for field in fields:
        moved = hidden_move(field, facts)
        if moved is None:
            yield field_id(field)
        else:
            yield from map(field_id, fields_of_expression(moved))


def field_id(field: Field) -> str:
    """The ``entity.name`` of the fact that a field leads to."""
    if field.origin == "computed":
        return field.key
    entity = field.via[-1] if field.via else field.scope
    names = {spec.attribute: spec.name for spec in given_fields()[entity].values() if not spec.clock}
    return f"{entity}.{names.get(field.key, field.key) if field.origin == 'given' else field.key}"


def _fields_read(rule: Rule) -> Iterator[Field]:
    yield from fields_of_rule(rule)
    if isinstance(rule.target, ById):
        yield rule.target.field
    sentences = [rule.because, *([rule.conclusion.step] if isinstance(rule.conclusion, AddStep) else [])]
    yield from (field for sentence in sentences for field in slot_fields(sentence))
