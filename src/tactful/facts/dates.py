"""Dates as people write them in rules: ``2027-01-01``, and ``24 December`` for that day of any year."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from tactful.facts.calendars import FIRST_YEAR, LAST_YEAR

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
#: The length of each month in a leap year.
_LENGTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_OF_YEAR: Final = re.compile(r"([0-9]{1,2})\s+([A-Za-z]{3,9})")


def parse_date(text: str) -> int | None:
    """The ordinal of ``2027-01-01``; ``None`` for what is no date of the years that calendars know."""
    if _DATE.fullmatch(text) is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day.toordinal() if FIRST_YEAR <= day.year <= LAST_YEAR else None


def format_date(ordinal: int) -> str:
    """``2027-01-01`` for an ordinal."""
    return date.fromordinal(ordinal).isoformat()


def parse_day_of_year(text: str) -> int | None:
    """``24 December`` as 1224: 100 times the month, and the day; ``None`` for what is no day of a year.

    A month may be shortened to its first three letters or more.
    """
    match = _DAY_OF_YEAR.fullmatch(text.strip())
    if match is None:
        return None
    day, name = int(match[1]), match[2].lower()
    month = next((no for no, month in enumerate(MONTHS, 1) if month.lower().startswith(name)), None)
    if month is None or not 1 <= day <= _LENGTHS[month - 1]:
        return None
    return 100 * month + day


def format_day_of_year(day: int) -> str:
    """``24 December`` for 1224."""
    return f"{day % 100} {MONTHS[day // 100 - 1]}"
