"""Clocks and business days for peers whose language has neither: plain Python over ``zoneinfo`` and ``holidays``."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import holidays

OFFICE_OPENS: Final = 9 * 3600
OFFICE_CLOSES: Final = 17 * 3600
_MEAN_YEAR: Final = 31_556_952
_DAY: Final = timedelta(days=1)
#: Days before a year in its table, and days in the table: counts of business days reach a few weeks beyond the year.
_BEFORE: Final = 40
_SPAN: Final = 40 + 366 + 60


class Place:
    """The clock and the calendar of one place; without a country, Saturdays and Sundays are off."""

    def __init__(self, time_zone: str, country: str | None) -> None:
        self._zone = ZoneInfo(time_zone)
        self._holidays: Any = None
        if country is not None:
            code, _, part = country.partition("-")
            self._holidays = holidays.country_holidays(code, subdiv=part or None, language="en_US")
        self._years: dict[int, tuple[list[int], list[bool]]] = {}
        self._ends: dict[str, int] = {}

    def works(self, day: date) -> bool:
        """Whether people work on that day."""
        return day.weekday() < 5 if self._holidays is None else bool(self._holidays.is_working_day(day))

    def end_of_day(self, day: str) -> int:
        """The last second of a day given as ``2026-11-27``."""
        end = self._ends.get(day)
        if end is None:
            after = date.fromisoformat(day) + _DAY
            end = self._ends[day] = self._instant(after, 0) - 1
        return end

    def business_days_after(self, moment: int, count: int) -> int:
        """The same time of day ``count`` business days later. From a day off, counted from the start of the next."""
        starts, works = self._days(moment)
        no = bisect_right(starts, moment) - 1
        since = moment - starts[no]
        if not works[no]:
            since, count = 0, count + 1
        target = no
        while count:
            target += 1
            count -= works[target]
        if starts[no + 1] - starts[no] == 86_400 == starts[target + 1] - starts[target] or not since:
            return starts[target] + since
        local = datetime.fromtimestamp(moment, self._zone)
        day = datetime.fromtimestamp(starts[target], self._zone).date()
        return self._instant(day, local.hour * 3600 + local.minute * 60 + local.second)

    def office_time(self, now: int) -> bool:
        """Whether people are at work: on a business day, from nine to five."""
        local = datetime.fromtimestamp(now, self._zone)
        clock = local.hour * 3600 + local.minute * 60 + local.second
        if not OFFICE_OPENS <= clock <= OFFICE_CLOSES:
            return False
        starts, works = self._days(now)
        return works[bisect_right(starts, now) - 1]

    def _instant(self, day: date, seconds: int) -> int:
        """The moment of a day at which the clock shows ``seconds`` since midnight."""
        local = datetime.combine(day, time()) + timedelta(seconds=seconds)
        return int(local.replace(tzinfo=self._zone).timestamp())

    def _days(self, moment: int) -> tuple[list[int], list[bool]]:
        """Midnights and whether people work, for the days around a moment's year."""
        year = 1970 + moment // _MEAN_YEAR  # off by a day at most, which the table allows for
        table = self._years.get(year)
        if table is None:
            first = date(year, 1, 1) - timedelta(days=_BEFORE)
            days = [first + timedelta(days=no) for no in range(_SPAN)]
            table = self._years[year] = [self._instant(day, 0) for day in days], [self.works(day) for day in days]
        return table


@cache
def place(time_zone: str, country: str | None) -> Place:
    """The place of a time zone and a country, made once."""
    return Place(time_zone, country)
