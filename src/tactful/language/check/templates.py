"""Sentences with placeholders checked: fields and parameters looked up."""

from __future__ import annotations

from tactful.language.ir import FieldSlot, ParameterSlot, Template
from tactful.language.names import Scope
from tactful.language.templates import Placeholder, parse_template
from tactful.language.terms import Name, ParameterOperand


def check_template(text: Name, scope: Scope, source: str = "") -> Template:
    """The checked sentence. Placeholders that cannot be looked up are reported and left out."""
    parts: list[str | FieldSlot | ParameterSlot] = []
    for part in parse_template(text, source, scope.report):
        if isinstance(part, str):
            parts.append(part)
        elif part.name.startswith("$"):
            parts.append(_parameter(part, scope))
        else:
            field = scope.known(part.name) or scope.field(Name(part.name, part.span))
            if field is not None:
                parts.append(FieldSlot(field, part.default))
    return tuple(parts)


def _parameter(part: Placeholder, scope: Scope) -> str | FieldSlot | ParameterSlot:
    operand = ParameterOperand(part.name[1:], part.span)
    if scope.is_field(operand):
        field = scope.field_of(operand)
        return "" if field is None else FieldSlot(field, None)
    values, _ = scope.values(operand)
    return ParameterSlot(part.name[1:], tuple(value.text for value in values))
