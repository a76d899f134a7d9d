"""What values, rows and sentences are called in every language alike."""

from __future__ import annotations

from datetime import date, datetime

from tactful.facts.calendars import Calendar
from tactful.facts.kinds import (
    DateKind,
    DayTimeKind,
    DurationKind,
    Kind,
    LengthKind,
    MomentKind,
    Value,
    format_day_time,
    format_duration,
    format_seconds,
    length_of,
)
from tactful.facts.rows import ApplicationRow, CandidateRow, InterviewerRow, OfferRow, PersonRow, Row


def iso(moment: int, calendar: Calendar) -> str:
    """A moment (seconds since 1970) as ISO 8601 with the offset of ``calendar``'s time zone."""
    return calendar.iso(moment)


def plain_value(value: Value, kind: Kind, calendar: Calendar) -> bool | int | float | str | list[str] | None:
    """A value as JSON has it: moments as ISO 8601, times of day and durations as people write them in packs."""
    match value:
        case bool() | None:
            return value
        case tuple():
            return list(value)
        case int() if isinstance(kind, MomentKind):
            return iso(value, calendar)
        case int() if isinstance(kind, DayTimeKind):
            return format_day_time(value)
        case int() if isinstance(kind, DurationKind):
            return format_seconds(value)
        case int() if isinstance(kind, LengthKind):
            return format_duration(length_of(value))
        case int() if isinstance(kind, DateKind):
            return date.fromordinal(value).isoformat()
        case _:
            return value


def unlabelled(action: str) -> str:
    """What an action without a label is called: its id in words."""
    return action.replace("_", " ").capitalize()


def ends_day(local: datetime) -> bool:
    """Whether a local moment is the last second of its day. A deadline that is given as a day means this moment."""
    return (local.hour, local.minute, local.second) == (23, 59, 59)


def name_of(row: Row) -> str:
    """A row's name if it has a name, else its id."""
    match row:
        case CandidateRow() | PersonRow():
            name = row.name
        case ApplicationRow():
            name = row.company
        case InterviewerRow():
            name = row.person.name
        case OfferRow():
            name = row.application.company
        case _:
            name = None
    return name or row.id
