"""Sentences of a pack with their placeholders filled in."""

from __future__ import annotations

from typing import assert_never

from tactful.engines.evaluate import Environment, Evaluator
from tactful.facts.calendars import Calendar
from tactful.facts.kinds import Value
from tactful.language.ir import Field, FieldSlot, FormsSlot, ParameterSlot, Template
from tactful.reasons.words import Words


def fill(template: Template, env: Environment, evaluator: Evaluator, calendar: Calendar, words: Words) -> str:
    """The sentence with its placeholders filled in."""

    def value_of(field: Field) -> Value:
        return evaluator.value(field, env) if field.scope in env else None

    parts = []
    for part in template:
        match part:
            case str():
                parts.append(part)
            case ParameterSlot(texts=texts):
                parts.append(words.parameter(texts))
            case FormsSlot():
                parts.append(words.form(part, value_of(part.field)))
            case FieldSlot(field=field, default=default):
                value = value_of(field)
                known = value is not None or default is None
                parts.append(words.in_sentence(value, field.kind, calendar) if known else str(default))
            case _:
                assert_never(part)
    return "".join(parts)
