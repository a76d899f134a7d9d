"""The facts that a pack's rules can ask about, described for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

import msgspec

from tactful.facts.entities import ENTITIES
from tactful.facts.fields import Mutability, given_fields
from tactful.facts.kinds import ChoiceKind, IdKind, Kind, ListKind, NumberKind, kind_name
from tactful.language.ir import CheckedPack, FieldSlot, Template

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
    for fact in sorted(checked.facts, key=lambda fact: fact.id):
        name = fact.id.partition(".")[2]
        yield FactDescription(fact.entity, name, "computed", fact.kind, fact.about, "", "other facts", fact.ask)


def _written(template: Template | None) -> str:
    """A sentence as its author wrote it, with placeholders."""
    return "".join(part if isinstance(part, str) else _placeholder(part) for part in template or ())


def _placeholder(slot: FieldSlot) -> str:
    return f"{{{slot.field.text}}}" if slot.default is None else f"{{{slot.field.text}|{slot.default}}}"


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
