"""Warnings about dated values that do not begin on the day that they name."""

from __future__ import annotations

from collections.abc import Iterator

from tactful.language.lint.own import Own
from tactful.language.syntax import Pack
from tactful.source.codes.lint import SingleDay
from tactful.source.diagnostics import Diagnostic


def lint_dated(pack: Pack, own: Own) -> Iterator[Diagnostic]:
    """Each parameter with a single dated value, which counts before its day as well."""
    for parameter in pack.parameters:
        if len(parameter.dated) == 1 and parameter.dated[0].day.span in own:
            day, value = parameter.dated[0].day, parameter.dated[0].value.text
            message = f"`{parameter.name.text}` has a single value, so `{value}` counts before {day.text} as well"
            help_ = f"add the value that counts until then, with an earlier day; or write `value: {value}`"
            yield SingleDay.at(day.span, message, help_)
