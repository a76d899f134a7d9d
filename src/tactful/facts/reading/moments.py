"""Moments as people and programs write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final

from tactful.facts.calendars import Calendar

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,30})?)?(?:[Zz]|[+-]\d\d:?\d\d)?")


def parse_moment(text: str) -> datetime | None:
    """Read an ISO 8601 moment, with or without an offset; ``None`` if ``text`` is not a moment, or the day does not exist."""
    if _MOMENT.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        return None


def parse_date(text: str) -> date | None:
    """Read a bare date; ``None`` if ``text`` is not a date, or the day does not exist."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":  # no ISO weeks, such as 2026-W48-1
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def epoch_seconds(moment: datetime) -> int:
    """Whole seconds since 1970 (UTC) of a moment; fractions are dropped. Raises ``TypeError`` if it has no offset."""
    since = moment - EPOCH
    return since.days * 86_400 + since.seconds


def seconds_of(moment: datetime, calendar: Calendar) -> int:
    """Whole seconds since 1970; fractions are dropped. Without an offset the moment is read on ``calendar``'s clock."""
    return calendar.instant(moment) if moment.tzinfo is None else epoch_seconds(moment)


def deadline_of(text: str, calendar: Calendar) -> int | None:
    """A moment, or the last second of a bare date on ``calendar``'s clock, in seconds; ``None`` for any other text."""
    day = parse_date(text)
    if day is not None:
        return calendar.end_of_day(day)
    moment = parse_moment(text)
    return None if moment is None else seconds_of(moment, calendar)
