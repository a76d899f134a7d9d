"""Names looked up: fields in scope and parameters, with suggestions for names that do not exist."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, assert_never

import msgspec

from tactful.facts.entities import ANCESTORS, ENTITIES, SCOPES
from tactful.facts.fields import FieldSpec
from tactful.facts.kinds import DurationKind, Kind, LengthKind, MomentKind, kind_name
from tactful.language.ir import Derived, Field, Moved, Predicate
from tactful.language.terms import LiteralOperand, Name, Operand, Parameter, ParameterOperand
from tactful.source.codes.conditions import OutOfScope, UnknownField, UnknownParameter, WrongPhrase
from tactful.source.diagnostics import Diagnostic
from tactful.source.suggest import did_you_mean, did_you_mean_part, near

Report = Callable[[Diagnostic], None]

#: The most fields of an entity that a message shows.
_MOST_SHOWN: Final = 40
_FIELD: Final = re.compile(r"[a-z]+\.[a-z][a-z0-9_]*")


#: The kind of a field, a value that is written out, and whether ``not`` stands before it.
Said = tuple[Kind, str, bool]


class Names(msgspec.Struct, frozen=True):
    """All names of a pack. ``given``, ``custom`` and ``computed`` fields are by entity and name.

    A parameter whose value varies is a computed field of the candidate, whose name begins with ``$``. ``hidden`` collects
    the facts that stand for moments moved by such a parameter, or by another field, while the pack is checked. ``derived``
    are the ids of computed facts that may be unknown: parameters that vary, expressions and tables. ``unread`` are names
    that have a mistake of their own, so that nothing more is said of them. ``fields`` collects the fields that were looked
    up, by ``entity.field``: a pack names the same few again and again. ``said`` collects what a value says of a field of a
    kind, in the same way.
    """

    given: Mapping[str, Mapping[str, FieldSpec]]
    custom: Mapping[str, Mapping[str, Kind]]
    computed: Mapping[str, Mapping[str, Kind]]
    parameters: Mapping[str, Parameter]
    derived: frozenset[str]
    hidden: dict[str, Derived]
    unread: frozenset[str]
    fields: dict[str, Field]
    said: dict[Said, tuple[Predicate, ...]]

    def fields_of(self, entity: str) -> list[str]:
        """The names of all fields of an entity, an interviewer's including its person's."""
        computed = [name for name in self.computed.get(entity, ()) if not name.startswith("$")]
        own = [*self.given[entity], *self.custom.get(entity, ()), *computed]
        return own + self.fields_of("person") if entity == "interviewer" else own


class Reads(msgspec.Struct):
    """The parameters and computed facts that a part of a pack reads, collected while it is checked."""

    parameters: set[str] = msgspec.field(default_factory=set)
    computed: set[str] = msgspec.field(default_factory=set)


class Scope(msgspec.Struct, frozen=True):
    """The names that a condition may use. ``reads`` collects the names that it does use."""

    names: Names
    entities: tuple[str, ...]
    reads: Reads
    report: Report

    def known(self, name: str) -> Field | None:
        """The field that ``entity.field`` names in this scope, if it has been looked up before."""
        field = self.names.fields.get(name)
        if field is None or field.scope not in self.entities:
            return None
        if field.origin == "computed":
            self.reads.computed.add(field.key)
        return field

    def field(self, name: Name) -> Field | None:
        """The field that ``entity.field`` names in this scope; ``None`` after reporting a mistake."""
        known = self.names.fields.get(name.text)
        if known is not None and known.scope in self.entities:  # as in `known`, for nearly all
            if known.origin == "computed":
                self.reads.computed.add(known.key)
            return known
        entity, dot, key = name.text.partition(".")
        if not dot:
            self._not_dotted(name)
            return None
        if entity not in self.entities:
            self._out_of_scope(name, entity, key)
            return None
        field = self._of(entity, (), entity, key, name.text)
        if field is None and entity == "interviewer":
            field = self._of(entity, ("person",), "person", key, name.text)
        if field is None and name.text not in self.names.unread:
            self._unknown_field(name, entity, key)
        if field is not None:
            self.names.fields[name.text] = field
        return field

    def _of(self, scope: str, via: tuple[str, ...], entity: str, key: str, text: str) -> Field | None:
        names = self.names
        if (spec := names.given[entity].get(key)) is not None:
            if spec.clock:
                return Field(scope, via, "clock", key, spec.kind, text)
            return Field(scope, via, "given", spec.attribute, spec.kind, text)
        if (kind := names.custom.get(entity, {}).get(key)) is not None:
            return Field(scope, via, "custom", key, kind, text)
        if (kind := names.computed.get(entity, {}).get(key)) is not None:
            self.reads.computed.add(f"{entity}.{key}")
            id_ = f"{entity}.{key}"
            return Field(scope, via, "computed", id_, kind, text, id_ in names.derived)
        return None

    def _not_dotted(self, name: Name) -> None:
        owners = [entity for entity in self.entities if name.text in self.names.fields_of(entity)]
        help_ = f"did you mean `{owners[0]}.{name.text}`?" if owners else "write `entity.field`"
        self.report(UnknownField.at(name.span, f"`{name.text}` does not say whose field it is", help_))

    def _out_of_scope(self, name: Name, entity: str, key: str) -> None:
        in_scope = ", ".join(f"`{other}`" for other in self.entities)
        if entity in ENTITIES:
            message = f"there is no single `{entity}` here, in `{name.text}`"
            help_ = f"the entities in scope are {in_scope}; a computed fact can look at all of them"
        else:
            message = f"`{entity}` is not an entity, in `{name.text}`"
            help_ = did_you_mean(entity, self.entities) or f"the entities in scope are {in_scope}"
        self.report(OutOfScope.at(name.span, message, help_))

    def _unknown_field(self, name: Name, entity: str, key: str) -> None:
        known = self.names.fields_of(entity)
        field = near(key, known)
        meant = None if field is None else f"did you mean `{entity}.{field}`?"
        if meant is None:
            others = [f"{other}.{key}" for other in self.entities if key in self.names.fields_of(other)]
            meant = f"did you mean `{others[0]}`?" if others else _listed(known)
        article = "an" if entity[0] in "aeio" else "a"
        self.report(UnknownField.at(name.span, f"{article} {entity} has no field `{key}`", meant))

    def is_field(self, operand: Operand) -> bool:
        """Whether an operand has to be read for each row: another field, or a parameter whose value varies."""
        match operand:
            case LiteralOperand(text=text):
                return _FIELD.fullmatch(text) is not None and text.partition(".")[0] in ENTITIES
            case ParameterOperand(name=name):
                return name in self.names.parameters and self.names.parameters[name].varies
            case _:
                assert_never(operand)

    def field_of(self, operand: Operand) -> Field | None:
        """The field of an operand that :meth:`is_field`; ``None`` after reporting a mistake."""
        match operand:
            case LiteralOperand(text=text, span=span):
                return self.field(Name(text, span))
            case ParameterOperand(name=name):
                kind = self.names.computed["candidate"].get(f"${name}")
                self.reads.parameters.add(name)
                return None if kind is None else self._of("candidate", (), "candidate", f"${name}", f"${name}")
            case _:
                assert_never(operand)

    def moved(self, field: Field, operand: Operand, back: bool) -> Field | None:
        """The moment of a field moved by an operand that :meth:`is_field`; ``None`` after reporting a mistake."""
        length = self.field_of(operand)
        if length is None:
            return None
        if not isinstance(length.kind, DurationKind | LengthKind):
            message = f"`{length.text}` is of type {kind_name(length.kind)}, but a length of time is needed here"
            self.report(WrongPhrase.at(operand.span, message))
            return None
        if not self._reaches(field.scope, length.scope):
            message = f"`{length.text}` cannot move `{field.text}`, because it belongs to another row"
            self.report(
                WrongPhrase.at(
                    operand.span, message, f"name a field of the {field.scope} or of something that it belongs to"
                )
            )
            return None
        text = f"{length.text} {'before' if back else 'after'} {field.text}"
        id_ = f"{field.scope}.{text}"
        moment = MomentKind()
        self.names.hidden[id_] = Derived(
            id_, field.scope, moment, Moved(field, length, back), f"The moment {text}.", "", hidden=True
        )
        self.reads.computed.add(id_)
        return Field(field.scope, (), "computed", id_, moment, field.text, derived=True)

    def _reaches(self, entity: str, other: str) -> bool:
        """Whether a fact of ``entity`` can read a row of ``other`` that is the same as the row in scope here."""
        if other in (entity, *ANCESTORS[entity]):
            return True
        return other in SCOPES[entity] and set(self.entities) == set(SCOPES[entity])

    def values(self, operand: Operand) -> tuple[tuple[Name, ...], Parameter | None]:
        """The texts that an operand stands for, and their parameter, if any. Empty after reporting a mistake."""
        if not isinstance(operand, ParameterOperand):
            return (Name(operand.text, operand.span),), None
        parameter = self.names.parameters.get(operand.name)
        if parameter is None and operand.name in self.names.unread:
            return (), None
        if parameter is None:
            meant = did_you_mean_part(operand.name, self.names.parameters)
            help_ = meant.replace("`", "`$", 1) if meant else "write it into `parameters`"
            self.report(UnknownParameter.at(operand.span, f"there is no parameter `${operand.name}`", help_))
            return (), None
        self.reads.parameters.add(operand.name)
        return parameter.value, parameter


def _listed(fields: Sequence[str]) -> str:
    shown = ", ".join(f"`{field}`" for field in fields[:_MOST_SHOWN])
    return f"its fields are {shown}" + (f" and {len(fields) - _MOST_SHOWN} more" if len(fields) > _MOST_SHOWN else "")


def scope_of(entity: str) -> tuple[str, ...]:
    """The names in scope of a rule for each ``entity``."""
    return SCOPES[entity]
