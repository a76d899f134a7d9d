"""Names looked up: fields in scope and parameters, with suggestions for names that do not exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from tactful.facts.entities import ENTITIES, SCOPES
from tactful.facts.fields import FieldSpec
from tactful.facts.kinds import Kind
from tactful.language.ir import Field
from tactful.language.terms import Name, Operand, Parameter, ParameterOperand
from tactful.source.codes.conditions import OutOfScope, UnknownField, UnknownParameter
from tactful.source.diagnostics import Diagnostic
from tactful.source.suggest import did_you_mean

Report = Callable[[Diagnostic], None]


class Names(msgspec.Struct, frozen=True):
    """All names of a pack. ``given``, ``custom`` and ``computed`` fields are by entity and name."""

    given: Mapping[str, Mapping[str, FieldSpec]]
    custom: Mapping[str, Mapping[str, Kind]]
    computed: Mapping[str, Mapping[str, Kind]]
    parameters: Mapping[str, Parameter]

    def fields_of(self, entity: str) -> list[str]:
        """The names of all fields of an entity, an interviewer's including its person's."""
        own = [*self.given[entity], *self.custom.get(entity, ()), *self.computed.get(entity, ())]
        return own + self.fields_of("person") if entity == "interviewer" else own


class Reads:
    """The parameters and computed facts that a part of a pack reads, collected while it is checked."""

    def __init__(self) -> None:
        self.parameters: set[str] = set()
        self.computed: set[str] = set()


class Scope:
    """The names that a condition may use. ``reads`` collects the names that it does use."""

    def __init__(self, names: Names, entities: Sequence[str], reads: Reads, report: Report) -> None:
        self.names, self.entities, self.reads, self.report = names, tuple(entities), reads, report

    def field(self, name: Name) -> Field | None:
        """The field that ``entity.field`` names in this scope; ``None`` after reporting a mistake."""
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
        if field is None:
            self._unknown_field(name, entity, key)
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
            return Field(scope, via, "computed", f"{entity}.{key}", kind, text)
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
        meant = did_you_mean(name.text, [f"{entity}.{field}" for field in known])
        if meant is None:
            others = [f"{other}.{key}" for other in self.entities if key in self.names.fields_of(other)]
            meant = f"did you mean `{others[0]}`?" if others else None
        article = "an" if entity[0] in "aeio" else "a"
        self.report(UnknownField.at(name.span, f"{article} {entity} has no field `{key}`", meant))

    def values(self, operand: Operand) -> tuple[tuple[Name, ...], Parameter | None]:
        """The texts that an operand stands for, and their parameter, if any. Empty after reporting a mistake."""
        if not isinstance(operand, ParameterOperand):
            return (Name(operand.text, operand.span),), None
        parameter = self.names.parameters.get(operand.name)
        if parameter is None:
            meant = did_you_mean(operand.name, self.names.parameters)
            self.report(UnknownParameter.at(operand.span, f"there is no parameter `${operand.name}`", meant))
            return (), None
        self.reads.parameters.add(operand.name)
        return parameter.value, parameter


def scope_of(entity: str) -> tuple[str, ...]:
    """The names in scope of a rule for each ``entity``."""
    return SCOPES[entity]
