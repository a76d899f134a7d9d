"""Functions that generated code calls, where an expression would be long or would use a value twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from tactful.facts.calendars import LAST_MOMENT, Calendar
from tactful.facts.kinds import LONGEST, MOST
from tactful.facts.texts import folded

Number = int | float


def earliest(*moments: int | None) -> int | None:
    """The first of the moments that are known."""
    first = None
    for moment in moments:
        if moment is not None and (first is None or moment < first):
            first = moment
    return first


# --- predicates ---


def words_pattern(how: str, words: str) -> str:
    """The pattern of a text that has folded ``words`` in it (``how``: anywhere, at its beginning or at its end)."""
    begins, ends = r"(?<![^\W_])" if words[0].isalnum() else "", r"(?![^\W_])" if words[-1].isalnum() else ""
    pattern = begins + re.escape(words) + ends
    return {"contains": pattern, "begins": rf"\A{pattern}", "ends": rf"{pattern}\Z"}[how]


def has_words(text: str, pattern: str) -> bool:
    """Whether a text has words in it, given as a :func:`words_pattern`."""
    return re.search(pattern, folded(text)) is not None


def place_in(country: str, values: tuple[str, ...]) -> bool:
    """Whether a country is one of these, or a part of one of these."""
    return country in values or country.split("-", 1)[0] in values


def in_year(day: int, first: int, last: int) -> bool:
    """Whether a day (an ordinal) lies in a range of days of any year."""
    at = date.fromordinal(day)
    start, end = _in(at.year, first), _in(at.year, last)
    if start <= end:
        return start <= at <= end
    return at >= start or at <= end


def _in(year: int, day: int) -> date:
    """A day of the year, where 29 February is the 28th in years without it."""
    month, day = divmod(day, 100)
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, day - 1)


# --- expressions; an unknown operand gives an unknown value ---


def moved(moment: int | None, seconds: int) -> int | None:
    """A moment moved by elapsed seconds."""
    return None if moment is None else _inside(moment + seconds)


def moved_days(moment: int | None, calendar: Calendar, days: int, back: bool) -> int | None:
    """A moment moved by business days."""
    if moment is None:
        return None
    return _inside((calendar.subtract_business_days if back else calendar.add_business_days)(moment, days))


def moved_by(moment: int | None, calendar: Calendar, length: int | None, back: bool) -> int | None:
    """A moment moved by a length of time: seconds, or business days where it is negative."""
    if length is None:
        return None
    if length < 0:
        return moved_days(moment, calendar, -1 - length, back)
    return moved(moment, -length if back else length)


def opens(moment: int | None, calendar: Calendar, office: bool) -> int | None:
    """The next office time, or the opening on the next business day."""
    if moment is None:
        return None
    opening = calendar.office_time(moment) if office else calendar.next_day(moment)
    return opening if 0 <= opening <= LAST_MOMENT else None


def largest(*values: Number | None) -> Number | None:
    """The largest value that is known."""
    best = None
    for value in values:
        if value is not None and (best is None or value > best):
            best = value
    return best


def smallest(*values: Number | None) -> Number | None:
    """The smallest value that is known."""
    best = None
    for value in values:
        if value is not None and (best is None or value < best):
            best = value
    return best


def first_known(*values: Any) -> Any:
    """The first value that is known."""
    for value in values:
        if value is not None:
            return value
    return None


def total(whole: bool, *values: Number | None) -> Number | None:
    """The sum of values that are all known."""
    result: Number = 0 if whole else 0.0
    for value in values:
        if value is None:
            return None
        result += value
    return _amount(result, whole)


def difference(whole: bool, left: Number | None, right: Number | None) -> Number | None:
    """The first less the second. A duration (``whole``) is not below zero."""
    if left is None or right is None:
        return None
    return max(left - right, 0) if whole else _amount(float(left) - right, whole)


def share(whole: bool, value: Number | None, numerator: int, denominator: int) -> Number | None:
    """A part of an amount; of a duration (``whole``) rounded down."""
    if value is None:
        return None
    if whole:
        return _amount(int(value) * numerator // denominator, whole)
    return _amount(float(value) * numerator / denominator, whole)


def _amount(result: Number, whole: bool) -> Number | None:
    """A duration of at most ten years, or a number that floating point holds exactly or nearly; else unknown."""
    if whole:
        return result if result <= LONGEST else None
    if result >= MOST or result <= -MOST or result != result:
        return None
    return int(result) if result == int(result) else result


def _inside(moment: int) -> int | None:
    return moment if 0 <= moment <= LAST_MOMENT else None


#: All helpers, by the names under which generated code calls them.
HELPERS: Final[Mapping[str, Callable[..., Any]]] = {
    helper.__name__: helper
    for helper in (
        *(earliest, has_words, place_in, in_year),
        *(moved_by, opens, largest, smallest, first_known, total, difference, share),
    )
}
