"""The moments at which a test of the date turns: few of them, where other tests of the day may turn at any midnight."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import assert_never

from tactful.facts.calendars import Calendar
from tactful.language.ir import Test
from tactful.language.ir.boundaries import (
    AmongValues,
    AtDay,
    AtDayOfYear,
    AtField,
    AtMoment,
    AtValue,
    AtWords,
    Boundary,
    boundaries_of,
)


def asks_the_date(test: Test) -> bool:
    """Whether a test compares today's date with days that the pack names."""
    if test.field.origin != "clock" or test.field.key != "date":
        return False
    return all(isinstance(boundary, AtDay | AtDayOfYear) for boundary in boundaries_of(test))


def day_turns(test: Test, calendar: Calendar, start: int, last: int) -> Iterator[int]:
    """The midnights (seconds since 1970) from a year before ``start`` to a year after ``last`` at which a test may turn.

    The test must be one that :func:`asks_the_date`.
    """
    years = range(calendar.local(start).year - 1, calendar.local(last).year + 2)
    for boundary in boundaries_of(test):
        for day in _days(boundary, years):
            yield calendar.start_of_day(day)


def _days(boundary: Boundary, years: range) -> Iterator[date]:
    match boundary:
        case AtDay(day=day):
            yield date.fromordinal(day)
        case AtDayOfYear(day=day):
            for year in years:
                first = day_in_year(year, day)
                yield first
                yield first + timedelta(days=1)
        case AtMoment() | AtValue() | AmongValues() | AtWords() | AtField():
            return  # a test of the date has none of these
        case _:
            assert_never(boundary)


def day_in_year(year: int, day_of_year: int) -> date:
    """A day of the year (100 times its month, and the day) in this year; 28 February for a 29 February that it does not have."""
    month, day = divmod(day_of_year, 100)
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, day - 1)
