"""Windows that come again and again, said in one line, on the candidate's clock and on theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from tactful.api.plan import Window
from tactful.facts.calendars import Calendar
from tactful.formats.agenda.strands import seconds
from tactful.reasons.wording import say_clock, say_day, say_short_day

#: How many changes of the hours are told before it is only said how often windows come.
_TELLABLE: Final = 4


def their_clock(moment: datetime, theirs: Calendar) -> str:
    """``11:30 in New York``, where their clock shows another time at that moment; else nothing."""
    local = theirs.local(seconds(moment))
    if local.utcoffset() == moment.utcoffset():
        return ""
    day = "" if local.date() == moment.date() else f"{say_short_day(local.date())}, "
    return f"{day}{say_clock(local)} in {city(theirs)}"


def city(calendar: Calendar) -> str:
    """``New York``: what to call the place of a time zone."""
    return calendar.time_zone.rpartition("/")[2].replace("_", " ")


def said_again(windows: Sequence[Window], mine: Calendar, theirs: Calendar) -> str:
    """What comes after the first window: ``09:00–17:00 on 27 more working days, up to Tue 5 Jan 2027``."""
    rest = windows[1:]
    days = [one.start.date() for one in rest]
    within_days = all(_within_a_day(one, mine) or one.open_ended for one in rest)
    count, s = len(rest), "" if len(rest) == 1 else "s"
    if within_days and len(set(days)) == count:
        often = f"on {count} more {_working(rest, theirs)}day{s}"
    else:
        often = f"{count} more time{s}"
    last = f"{'on' if count == 1 else 'up to'} {say_day(days[-1])}"
    hours = _hours(rest, mine, theirs)
    return f"{hours} {often}, {last}" if within_days else f"{hours}, {often}, {last}"


def said_of_others(windows: Sequence[Window], theirs: Calendar) -> str:
    """The same of windows within a day, without a word that depends on where the plan ends, and on their clock alone."""
    rest = windows[1:]
    hours = _told(rest, theirs) or "at varying hours"
    return f"The same again on {_working(rest, theirs)}days after that: {hours} in {city(theirs)}"


def _working(windows: Sequence[Window], theirs: Calendar) -> str:
    return "working " if all(theirs.is_business_date(_on(theirs, one.start).date()) for one in windows) else ""


def _hours(windows: Sequence[Window], mine: Calendar, theirs: Calendar) -> str:
    """The hours on the candidate's clock, with the day from which on they are others, and in brackets on theirs."""
    own, away = _told(windows, mine), _told(windows, theirs)
    if away is None or all(one.start.utcoffset() == _on(theirs, one.start).utcoffset() for one in windows):
        return own or "at varying hours"
    there = f"{away} in {city(theirs)}"
    return there if own is None else f"{own} ({there})"


def _told(windows: Sequence[Window], calendar: Calendar) -> str | None:
    """``14:00–22:00, from Mon 26 Oct 13:00–21:00``; ``None`` where they change too often to be told."""
    whole = [one for one in windows if not one.open_ended] or list(windows)  # the horizon cuts the last one short
    runs = [(hours, next(group)) for hours, group in groupby(whole, key=lambda one: _span(one, calendar))]
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
    """Whether windows that come again lie within a day each, leaving out those that the plan's ends may have cut short."""
    whole = [one for one in windows[1:] if not one.open_ended]
    return len(windows) > 1 and all(_within_a_day(one, calendar) for one in whole or windows)


def _within_a_day(window: Window, calendar: Calendar) -> bool:
    first, last = calendar.local(seconds(window.start)), calendar.local(seconds(window.end) - 1)
    return first.date() == last.date()
