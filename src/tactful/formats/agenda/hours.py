"""Describes recurring windows in a line, in the candidate's time zone and in the target's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from tactful.api.plan import Window
from tactful.facts.calendars import Calendar
from tactful.formats.agenda.strands import seconds
from tactful.reasons.words import Words

#: The most changes of hours that are listed. With more, only the number of windows is given.
_TELLABLE: Final = 4


def their_clock(moment: datetime, theirs: Calendar, words: Words) -> str:
    """``11:30 in New York`` if their local time differs at that moment; else empty."""
    local = theirs.local(seconds(moment))
    if local.utcoffset() == moment.utcoffset():
        return ""
    day = "" if local.date() == moment.date() else f"{words.short_day(local.date())}, "
    return words.say("{hours} in {city}", hours=f"{day}{words.clock(local)}", city=city(theirs))


def city(calendar: Calendar) -> str:
    """The place of a time zone: ``New York``."""
    return calendar.time_zone.rpartition("/")[2].replace("_", " ")


def describe_repeats(windows: Sequence[Window], mine: Calendar, theirs: Calendar, words: Words) -> str:
    """The windows after the first: ``09:00–17:00 on 27 more working days, up to Tue 5 Jan 2027``."""
    rest = windows[1:]
    days = [window.start.date() for window in rest]
    within_days = all(_within_a_day(window, mine) or window.open_ended for window in rest)
    count = len(rest)
    if not within_days or len(set(days)) != count:
        often = words.say("again")
    elif _working(rest, theirs):
        often = words.count("on {n} more working day", "on {n} more working days", count)
    else:
        often = words.count("on {n} more day", "on {n} more days", count)
    last_day = words.day(days[-1])
    last = words.say("on {day}", day=last_day) if count == 1 else words.say("up to {day}", day=last_day)
    return f"{_hours(rest, mine, theirs, words)} {often}, {last}"


def describe_repeats_elsewhere(windows: Sequence[Window], theirs: Calendar, words: Words) -> str:
    """Daily windows after the first, in their time zone and independent of the end of the plan."""
    rest = windows[1:]
    hours = _describe_hours(rest, theirs, words) or words.say("at varying hours")
    local = words.say("{hours} in {city}", hours=hours, city=city(theirs))
    if _working(rest, theirs):
        return words.say("The same again on working days after that: {hours}", hours=local)
    return words.say("The same again on days after that: {hours}", hours=local)


def _working(windows: Sequence[Window], theirs: Calendar) -> bool:
    return all(theirs.is_business_date(_on(theirs, window.start).date()) for window in windows)


def _hours(windows: Sequence[Window], mine: Calendar, theirs: Calendar, words: Words) -> str:
    """The hours in the candidate's time zone, with the days on which they change, and the target's hours in brackets."""
    own, away = _describe_hours(windows, mine, words), _describe_hours(windows, theirs, words)
    if away is None or all(window.start.utcoffset() == _on(theirs, window.start).utcoffset() for window in windows):
        return own or words.say("at varying hours")
    local = words.say("{hours} in {city}", hours=away, city=city(theirs))
    return local if own is None else f"{own} ({local})"


def _describe_hours(windows: Sequence[Window], calendar: Calendar, words: Words) -> str | None:
    """``14:00–22:00, from Mon 26 Oct 13:00–21:00``; ``None`` where they change too often to be listed."""
    # the end of the plan may cut the last window short
    whole = [window for window in windows if not window.open_ended] or list(windows)
    runs = [(hours, next(group)) for hours, group in groupby(whole, key=lambda window: _span(window, calendar, words))]
    if len(runs) > _TELLABLE:
        return None
    parts = [runs[0][0]]
    parts += [
        words.say("from {day} {hours}", day=words.short_day(_on(calendar, window.start).date()), hours=hours)
        for hours, window in runs[1:]
    ]
    return ", ".join(parts)


def _span(window: Window, calendar: Calendar, words: Words) -> str:
    return f"{words.clock(_on(calendar, window.start))}–{words.clock(_on(calendar, window.end))}"


def _on(calendar: Calendar, moment: datetime) -> datetime:
    return calendar.local(seconds(moment))


def daily(windows: Sequence[Window], calendar: Calendar) -> bool:
    """Whether recurring windows each lie within a day, except those that the plan's ends may have cut short."""
    whole = [window for window in windows[1:] if not window.open_ended]
    return len(windows) > 1 and all(_within_a_day(window, calendar) for window in whole or windows)


def _within_a_day(window: Window, calendar: Calendar) -> bool:
    first, last = calendar.local(seconds(window.start)), calendar.local(seconds(window.end) - 1)
    return first.date() == last.date()
