"""Moments as people write them for a case: with or without an offset, and as lengths of time."""

from __future__ import annotations

from datetime import date, datetime

from tactful.api.policy import Policy
from tactful.decide.timeline import LONGEST
from tactful.facts.calendars import FIRST_YEAR, LAST_YEAR, Calendar
from tactful.facts.kinds import BusinessDays, parse_duration
from tactful.facts.reading import CaseInput
from tactful.facts.reading.moments import epoch_seconds, parse_date, seconds_of
from tactful.facts.rows import Case
from tactful.source.diagnostics import TactfulError


def read_moment(text: str) -> datetime:
    """A moment, with or without an offset. Raises :class:`tactful.TactfulError` if the text is not a moment."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise TactfulError(f"{text!r} is not a moment; write it like 2026-11-23T10:00:00-05:00") from None


def local_moment(text: str, calendar: Calendar) -> datetime:
    """A moment. Without an offset it is local time. Raises as :func:`read_moment`, and for years outside 1971 to 2198."""
    moment = read_moment(text)
    if moment.tzinfo is not None:
        return moment
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise TactfulError(f"the year of {text!r} is {moment.year}; years go from {FIRST_YEAR + 1} to {LAST_YEAR - 1}")
    return calendar.local(calendar.instant(moment))


def read_at(policy: Policy, case: CaseInput, at: str | None) -> tuple[Case, datetime | None]:
    """The case, and the moment to decide for. Without an offset the moment is local time for the candidate.

    Raises as :meth:`tactful.Policy.read` and :func:`local_moment`.
    """
    if at is None:
        return policy.read(case), None
    moment = read_moment(at)
    if moment.tzinfo is None:
        moment = local_moment(at, policy.read(case).candidate.calendar)
    return policy.read(case, moment), moment


def day_or_moment(text: str, calendar: Calendar) -> date | datetime:
    """A day, or a moment as :func:`local_moment` reads it, and raises."""
    return parse_date(text) or local_moment(text, calendar)


def plan_end(text: str, start: datetime, calendar: Calendar) -> datetime:
    """The end of a plan: a day, a moment, or a length of time such as ``6 weeks`` or ``5 business days``.

    It is in the candidate's time zone. A day is included as a whole. Raises :class:`tactful.TactfulError` for any other
    text, and for an end that is not after ``start`` or more than 366 days later.
    """
    first = epoch_seconds(start)
    end = _seconds(text, first, calendar)
    if end is None:
        raise TactfulError(
            f"{text!r} is not a day, a moment or a length of time; "
            "write it like 2026-12-24, 2026-12-24T17:00, '6 weeks' or '5 business days'"
        )
    if not first < end <= first + LONGEST:
        raise TactfulError(f"{text!r} must be after the plan's start, {start.isoformat()}, and at most 366 days later")
    return calendar.local(end)


def _seconds(text: str, start: int, calendar: Calendar) -> int | None:
    length = parse_duration(text)
    if isinstance(length, BusinessDays):
        return calendar.add_business_days(start, length.count)
    if length is not None:
        return start + length.seconds
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    if _is_day(text):
        return calendar.end_of_day(moment.date()) + 1
    return seconds_of(moment, calendar)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
