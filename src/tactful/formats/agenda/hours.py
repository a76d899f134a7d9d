"""Describes recurring windows in a line, in the candidate's time zone and in the target's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from tactful.api.plan import Window
from tactful.facts.calendars import Calendar
from tactful.formats.agenda.strands import seconds
from tactful.reasons.wording import say_clock, say_day, say_short_day

#: The most changes of hours that are listed. With more, only the number of windows is given.
_TELLABLE: Final = 4


def their_clock(moment: datetime, theirs: Calendar) -> str:
    """``11:30 in New York`` if their local time differs at that moment; else empty."""
    local = theirs.local(seconds(moment))
    if local.utcoffset() == moment.utcoffset():
        return ""
    day = "" if local.date() == moment.date() else f"{say_short_day(local.date())}, "
    return f"{day}{say_clock(local)} in {city(theirs)}"


def city(calendar: Calendar) -> str:
    """The place of a time zone: ``New York``."""
    return calendar.time_zone.rpartition("/")[2].replace("_", " ")


def describe_repeats(windows: Sequence[Window], mine: Calendar, theirs: Calendar) -> str:
    """The windows after the first: ``09:00–17:00 on 27 more working days, up to Tue 5 Jan 2027``."""
    rest = windows[1:]
    days = [window.start.date() for window in rest]
    within_days = all(_within_a_day(window, mine) or window.open_ended for window in rest)
    count, s = len(rest), "" if len(rest) == 1 else "s"
    if within_days and len(set(days)) == count:
        often = f"on {count} more {_working(rest, theirs)}day{s}"
    else:
        often = f"{count} more time{s}"
    last = f"{'on' if count == 1 else 'up to'} {say_day(days[-1])}"
    hours = _hours(rest, mine, theirs)
    return f"{hours} {often}, {last}" if within_days else f"{hours}, {often}, {last}"


def describe_repeats_elsewhere(windows: Sequence[Window], theirs: Calendar) -> str:
    """Daily windows after the first, in their time zone and independent of the end of the plan."""
    rest = windows[1:]
    hours = _describe_hours(rest, theirs) or "at varying hours"
    return f"The same again on {_working(rest, theirs)}days after that: {hours} in {city(theirs)}"


def _working(windows: Sequence[Window], theirs: Calendar) -> str:
    return "working " if all(theirs.is_business_date(_on(theirs, window.start).date()) for window in windows) else ""


def _hours(windows: Sequence[Window], mine: Calendar, theirs: Calendar) -> str:
    """The hours in the candidate's time zone, with the days on which they change, and the target's hours in brackets."""
    own, away = _describe_hours(windows, mine), _describe_hours(windows, theirs)
    if away is None or all(window.start.utcoffset() == _on(theirs, window.start).utcoffset() for window in windows):
        return own or "at varying hours"
    local = f"{away} in {city(theirs)}"
    return local if own is None else f"{own} ({local})"


def _describe_hours(windows: Sequence[Window], calendar: Calendar) -> str | None:
    """``14:00–22:00, from Mon 26 Oct 13:00–21:00``; ``None`` where they change too often to be listed."""
    # the end of the plan may cut the last window short
    whole = [window for window in windows if not window.open_ended] or list(windows)
    runs = [(hours, next(group)) for hours, group in groupby(whole, key=lambda window: _span(window, calendar))]
    if len(runs) > _TELLABLE:
        return None
    parts = [runs[0][0]]
    parts += [f"from {say_short_day(_on(calendar, window.start).date())} {hours}" for hours, window in runs[1:]]
    return ", ".join(parts)


def _span(window: Window, calendar: Calendar) -> str:
    return f"{say_clock(_on(calendar, window.start))}–{say_clock(_on(calendar, window.end))}"


def _on(calendar: Calendar, moment: datetime) -> datetime:
    return calendar.local(seconds(moment))


def daily(windows: Sequence[Window], calendar: Calendar) -> bool:
    """Whether recurring windows each lie within a day, except those that the plan's ends may have cut short."""
    whole = [window for window in windows[1:] if not window.open_ended]
    return len(windows) > 1 and all(_within_a_day(window, calendar) for window in whole or windows)


def _within_a_day(window: Window, calendar: Calendar) -> bool:
    first, last = calendar.local(seconds(window.start)), calendar.local(seconds(window.end) - 1)
    return first.date() == last.date()
