"""Values that the interpreter computes from other values, without a case: texts, amounts, shares, counts and comparisons."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Final

from tactful.facts.calendars import FIRST_MOMENT, LAST_MOMENT
from tactful.facts.kinds import LONGEST, MOST, Value
from tactful.language.ir import Share


def tokens(text: str) -> list[str]:
    """The runs of letters and digits of a folded text, and its other signs one by one."""
    return re.findall(r"[^\W_]+|[\W_]", text)


def has(how: str, text: list[str], words: list[str]) -> bool:
    """Whether the words follow each other in a text, at a certain place."""
    at = [start for start in range(len(text) - len(words) + 1) if text[start : start + len(words)] == words]
    return {"contains": bool(at), "begins": 0 in at, "ends": len(text) - len(words) in at}[how]


def reachable(moment: int) -> int | None:
    """A moment; unknown where no calendar reaches."""
    return None if moment < FIRST_MOMENT or moment > LAST_MOMENT else moment


def amount(values: list[int | float], how: str, is_duration: bool) -> Value:
    """The sum or difference of values, as a duration of whole seconds or as a number."""
    sign = 1 if how == "sum" else -1
    if is_duration:
        seconds = int(values[0]) + sign * sum(int(value) for value in values[1:])
        return _seconds(max(seconds, 0))
    result = float(values[0])
    for value in values[1:]:
        result += sign * value
    return _plain(result)


def _seconds(seconds: int) -> Value:
    return None if seconds > LONGEST else seconds


def _plain(number: float) -> Value:
    if not isfinite(number) or abs(number) >= MOST:
        return None
    return int(number) if number % 1 == 0 else number


def part(value: Value, share: Share) -> Value:
    """The share of a value; a whole one is in seconds."""
    assert isinstance(value, int | float)
    if share.whole:
        return _seconds(int(value) * share.numerator // share.denominator)
    return _plain(float(value) * share.numerator / share.denominator)


def ordered(left: Value, op: str, right: Value) -> bool:
    """Whether a comparison of two numbers holds."""
    assert isinstance(left, int | float)
    assert isinstance(right, int | float)
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[op]


COUNTS: Final[Mapping[str, Callable[[int], Value]]] = {
    "exists": lambda count: count > 0,
    "none": lambda count: count == 0,
    "count": lambda count: count,
}
GATHERED: Final[Mapping[str, Callable[[list[int | float]], Value]]] = {
    "sum": lambda known: sum(known),
    "latest": lambda known: max(known, default=None),
    "earliest": lambda known: min(known, default=None),
}


def numbers(values: list[Value]) -> list[int | float]:
    """The values that are numbers."""
    return [value for value in values if isinstance(value, int | float)]


PICKS: Final[Mapping[str, Callable[[list[Value]], Value]]] = {
    "largest": lambda known: max(numbers(known)),
    "smallest": lambda known: min(numbers(known)),
    "first": lambda known: known[0],
}
