"""VTIMEZONE components of iCalendar.

They are made from the time zone data because ``icalendar.Timezone.from_tzid`` (7.3) starts daylight saving time an hour
late: RFC 5545 gives the moment of a change in the local time before it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from icalendar import Component, Timezone, TimezoneDaylight, TimezoneStandard

from tactful.facts.calendars import Calendar


def zone(name: str, first_year: int, last_year: int) -> Component:
    """The time zone from the beginning of one year to the end of another."""
    calendar = Calendar(name, None)
    start, end = (calendar.instant(datetime(year, 1, 1)) for year in (first_year, last_year + 1))
    timezone = Timezone()
    timezone.add("tzid", name)
    for moment in (start, *calendar.clock_changes(start, end)):
        timezone.add_component(_observance(calendar, moment))
    return timezone


def _observance(calendar: Calendar, moment: int) -> Component:
    """The offset of a zone from ``moment`` (seconds since 1970, UTC) on: a clock change, or the start."""
    local, before = calendar.local(moment), calendar.local(moment - 1)
    observance = TimezoneDaylight() if local.dst() else TimezoneStandard()
    observance.add("dtstart", (before + timedelta(seconds=1)).replace(tzinfo=None, fold=0))
    observance.add("tzoffsetfrom", before.utcoffset())
    observance.add("tzoffsetto", local.utcoffset())
    observance.add("tzname", local.tzname())
    return observance
