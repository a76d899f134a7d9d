"""Values, rows and sentences with placeholders, in words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from tactful.engines.evaluate import Environment, Evaluator
from tactful.facts.calendars import Calendar
from tactful.facts.dates import MONTHS
from tactful.facts.kinds import (
    DAY,
    HOUR,
    MINUTE,
    WEEK,
    ChoiceKind,
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
from tactful.facts.rows import ApplicationRow, CandidateRow, InterviewerRow, MessageRow, OfferRow, PersonRow, Row
from tactful.language.ir import FieldSlot, Template
from tactful.reasons.records.decision import TargetRecord

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


#: What a value that is not known is called.
UNKNOWN: Final = "unknown"


def say_moment(moment: int, calendar: Calendar) -> str:
    """``Sat 21 Nov 2026, 16:30`` in the time zone of ``calendar``, for a moment in seconds since 1970.

    The words do not depend on the machine's locale.
    """
    return say_local(calendar.local(moment))


def say_local(local: datetime) -> str:
    """The same for a moment that is local already."""
    return f"{say_day(local.date())}, {say_clock(local)}"


def say_day(day: date) -> str:
    """``Sat 21 Nov 2026``."""
    return f"{say_short_day(day)} {day.year}"


def say_long_day(day: date) -> str:
    """``1 July 2027``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def say_short_day(day: date) -> str:
    """``Sat 21 Nov``, where the year is clear."""
    return f"{_DAYS[day.weekday()]} {day.day} {say_month(day)}"


def say_month(day: date) -> str:
    """``Nov``."""
    return _MONTHS[day.month - 1]


def say_clock(local: datetime) -> str:
    """``16:30``."""
    return f"{local.hour:02d}:{local.minute:02d}"


def iso(moment: int, calendar: Calendar) -> str:
    """A moment (seconds since 1970) as ISO 8601 with the offset of ``calendar``'s time zone."""
    return calendar.local(moment).isoformat()


def say_value(value: Value, kind: Kind, calendar: Calendar) -> str:
    """A value in words; ``unknown`` for ``None``."""
    match value:
        case None:
            return UNKNOWN
        case bool():
            return "yes" if value else "no"
        case tuple():
            return listing([str(item) for item in value])
        case int() if isinstance(kind, MomentKind):
            return say_moment(value, calendar)
        case int() if isinstance(kind, DayTimeKind):
            return format_day_time(value)
        case int() if isinstance(kind, DurationKind):
            return format_seconds(value)
        case int() if isinstance(kind, LengthKind):
            return format_duration(length_of(value))
        case int() if isinstance(kind, DateKind):
            return say_day(date.fromordinal(value))
        case str() if isinstance(kind, ChoiceKind):
            return value.replace("_", " ")
        case _:
            return str(value)


def plain_value(value: Value, kind: Kind, calendar: Calendar) -> bool | int | float | str | list[str] | None:
    """A value as JSON has it: moments as ISO 8601, times of day and durations as people write them."""
    match value:
        case bool() | None:
            return value
        case tuple():
            return list(value)
        case int() if isinstance(kind, MomentKind):
            return iso(value, calendar)
        case int() if isinstance(kind, DayTimeKind | DurationKind | LengthKind):
            return say_value(value, kind, calendar)
        case int() if isinstance(kind, DateKind):
            return date.fromordinal(value).isoformat()
        case _:
            return value


def listing(words: list[str]) -> str:
    """``a, b and c``; ``none`` for no words."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else "none"


def unlabelled(action: str) -> str:
    """What an action without a label is called: its id in words."""
    return action.replace("_", " ").capitalize()


def fill(template: Template, env: Environment, evaluator: Evaluator, calendar: Calendar) -> str:
    """The sentence with its placeholders filled in."""
    return "".join(part if isinstance(part, str) else _slot(part, env, evaluator, calendar) for part in template)


def _slot(slot: FieldSlot, env: Environment, evaluator: Evaluator, calendar: Calendar) -> str:
    value = evaluator.value(slot.field, env) if slot.field.scope in env else None
    if value is None and slot.default is not None:
        return slot.default
    return say_in_sentence(value, slot.field.kind, calendar)


def say_in_sentence(value: Value, kind: Kind, calendar: Calendar) -> str:
    """A value as sentences have it: the last second of a day is the day, as in “by Fri 27 Nov 2026”."""
    if isinstance(value, int) and isinstance(kind, MomentKind):
        local = calendar.local(value)
        return say_day(local.date()) if ends_day(local) else say_local(local)
    return say_value(value, kind, calendar)


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


def concerning(target: TargetRecord, company: str | None) -> str:
    """``  (Dana Ruiz, Acme)``: whom advice concerns, to follow its label; empty for the candidate."""
    if target.entity == "candidate":
        return ""
    who = target.name if target.name != target.id else f"{target.entity} {target.id}"
    return f"  ({who})" if company in (None, who) or target.entity == "application" else f"  ({who}, {company})"


def distance(seconds: int) -> str:
    """A length of time from now in words: ``in 6 hours``, ``2 days ago``. The unit is the largest that fits twice."""
    size = abs(seconds)
    for name, unit in (("weeks", WEEK), ("days", DAY), ("hours", HOUR), ("minutes", MINUTE)):
        if size >= 2 * unit:
            words = f"{size // unit} {name}"
            break
    else:
        words = "a minute" if size >= MINUTE else "less than a minute"
    return f"in {words}" if seconds >= 0 else f"{words} ago"


def say_row(row: Row, calendar: Calendar) -> str:
    """A row in words. A message has no name, so its kind, direction, moment and person stand for it."""
    if not isinstance(row, MessageRow):
        return name_of(row)
    words = [(row.kind or "message").replace("_", " ")]
    if row.direction is not None:
        words.append(row.direction)
    if row.sent_at is not None:
        words.append(say_moment(row.sent_at, calendar))
    if row.person is not None:
        words.append(f"{'from' if row.direction == 'received' else 'to'} {name_of(row.person)}")
    return " ".join(words)
