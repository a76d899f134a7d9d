"""What two packs state, compared: all that decisions depend on, and the thresholds that moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from tactful.facts.kinds import BusinessDays, Elapsed, format_seconds, parse_duration
from tactful.language.ir import CheckedPack, Parameter

#: The attributes of nodes that no decision depends on: they tell people where an entry is, and what it is for.
TOLD: Final = frozenset({"span", "about", "source", "group", "ask"})
#: The parts of a checked pack, other than rules and facts, that decisions depend on.
PARTS: Final = ("actions", "custom", "calendars", "adjustable", "as_of")


def same_decisions(first: CheckedPack, second: CheckedPack) -> bool:
    """Whether two packs say the same of all that decisions depend on: rules, facts, actions and calendars."""
    return all(content(getattr(first, part)) == content(getattr(second, part)) for part in ("rules", "facts", *PARTS))


def content(node: object, without: frozenset[str] = TOLD) -> object:
    """A node with the names of its types, without what decisions do not depend on."""
    if isinstance(node, msgspec.Struct):
        fields = {name: content(getattr(node, name)) for name in node.__struct_fields__ if name not in without}
        return type(node).__name__, fields
    if isinstance(node, Mapping):
        return {key: content(value) for key, value in node.items()}
    if isinstance(node, tuple | list):
        return [content(each) for each in node]
    return type(node).__name__, node  # 1, 1.0 and yes are equal in Python


def thresholds(first: CheckedPack, second: CheckedPack) -> tuple[str, ...]:
    """The parameters whose values differ, in words: `gap_between_messages: from 7 days to 10 days, 3 days longer`."""
    return tuple(_moved(first, second))


def _moved(first: CheckedPack, second: CheckedPack) -> Iterator[str]:
    before = {parameter.name: parameter for parameter in first.parameters}
    after = {parameter.name: parameter for parameter in second.parameters}
    for name in sorted(before.keys() & after.keys()):
        old, new = _written(before[name]), _written(after[name])
        if old != new:
            yield f"{name}: from {old} to {new}{_further(before[name].value, after[name].value)}"


def _written(parameter: Parameter) -> str:
    """A parameter's value, or its values by day."""
    days = [f"{value.value} from day {value.day}" for value in parameter.dated[1:]]
    return ", ".join([parameter.value, *days])


def _further(old: str, new: str) -> str:
    """How much longer or shorter a length of time is."""
    lengths = parse_duration(old), parse_duration(new)
    match lengths:
        case Elapsed(seconds=before), Elapsed(seconds=after) if before != after:
            return f", {format_seconds(abs(after - before))} {'longer' if after > before else 'shorter'}"
        case BusinessDays(count=before), BusinessDays(count=after) if before != after:
            by = abs(after - before)
            return f", {by} business day{'' if by == 1 else 's'} {'longer' if after > before else 'shorter'}"
        case _:
            return ""
