"""Which rules and values of a pack are not in force on a day, and which end soon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tactful.facts.dates import format_date
from tactful.language.ir import CheckedPack, Parameter, Rule
from tactful.language.ir.in_force import days_of_rule

#: Rules and values that end within this many days are listed.
SOON: Final = 90


def told(checked: CheckedPack, day: int) -> Iterator[str]:
    """A line for each dated rule and value that is not in force on a day (its ordinal), or that ends soon after it."""
    for rule in checked.rules:
        yield from _rule(rule, day)
    for parameter in checked.parameters:
        yield from _parameter(parameter, day)


def _rule(rule: Rule, day: int) -> Iterator[str]:
    days = days_of_rule(rule)
    if days is None:
        return
    if days.first is not None and day < days.first:
        yield f"rule {rule.id}: not in force on {format_date(day)}; it comes into force on {format_date(days.first)}"
    elif days.last is not None and days.last < day:
        yield f"rule {rule.id}: not in force on {format_date(day)}; it ended on {format_date(days.last)}"
    elif days.last is not None and days.last - day < SOON:
        yield f"rule {rule.id}: ends on {format_date(days.last)}"


def _parameter(parameter: Parameter, day: int) -> Iterator[str]:
    """The value is listed if another value is in force now or soon. Before the first day, the first value is in
    force."""
    value = parameter.value
    for dated in parameter.dated[1:]:
        if day < dated.day:
            if dated.day - day <= SOON:
                yield f"parameter {parameter.name}: {value}, and from {format_date(dated.day)} on {dated.value}"
            return
        value = dated.value
