"""Time zones as iCalendar has them.

Made from the time zone data itself and not by ``icalendar.Timezone.from_tzid``, which (7.3) has clocks put forward an hour
late: RFC 5545 counts the moment of a change on the clock as it ran before.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from icalendar import Component, Timezone, TimezoneDaylight, TimezoneStandard

from tactful.facts.calendars import Calendar


def zone(name: str, first_year: int, last_year: int) -> Component:
    """The time zone from the beginning of one year to the end of another."""
    calendar = Calendar(name, None)
    start, end = (calendar.instant(datetime(year, 1, 1)) for year in (first_year, last_year + 1))
    made = Timezone()
    made.add("tzid", name)
    for moment in (start, *calendar.clock_changes(start, end)):
        made.add_component(_observance(calendar, moment))
    return made


def _observance(calendar: Calendar, moment: int) -> Component:
    """How the clock runs from a moment on. ``moment`` is a change, or the beginning."""
    local, before = calendar.local(moment), calendar.local(moment - 1)
    made = TimezoneDaylight() if local.dst() else TimezoneStandard()
    made.add("dtstart", (before + timedelta(seconds=1)).replace(tzinfo=None, fold=0))
    made.add("tzoffsetfrom", before.utcoffset())
    made.add("tzoffsetto", local.utcoffset())
    made.add("tzname", local.tzname())
    return made
