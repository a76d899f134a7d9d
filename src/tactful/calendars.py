"""Business days and local clocks.

An instant is an ``int``: whole seconds since 1970, UTC. Wall-clock times that the clocks skip are read with the offset
that applied before, so they come out as much later as the clocks were put forward; times that the clocks show twice are
read as the first of the two (PEP 495).
"""

from __future__ import annotations

import zoneinfo
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, Final

from tactful.suggest import near

#: Moments outside these years are refused: neither holidays nor clock changes are known there.
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199
FIRST_MOMENT: Final = 0
LAST_MOMENT: Final = 7_258_118_399
#: How many places a process keeps calendars for; a place more than that is worked out each time.
MAX_PLACES: Final = 4_096


class Calendar:
    """The clock and the calendar of one place. Without a country, Saturdays and Sundays are off and there are no holidays.

    Public holidays, weekends that are not Saturday and Sunday, and working days in their stead come from the library
    ``holidays``. Immutable as seen from outside; threads may share it.
    """

    def __init__(self, time_zone: str, country: str | None) -> None:
        self.time_zone, self.country = time_zone, country
        self._zone = zoneinfo.ZoneInfo(time_zone)
        self._years: dict[int, Sequence[int]] = {}

    # --- the clock ---

    def local(self, moment: int) -> datetime:
        """The moment on the local clock."""
        return datetime.fromtimestamp(moment, self._zone)

    def day_time(self, moment: int) -> int:
        """Seconds since local midnight, as the clock shows them."""
        local = datetime.fromtimestamp(moment, self._zone)
        return local.hour * 3600 + local.minute * 60 + local.second

    def instant(self, local: datetime) -> int:
        """The moment at which the local clock shows ``local``, which has no time zone (``fold=1``: the second time)."""
        return int(local.replace(tzinfo=self._zone).timestamp() // 1)

    def start_of_day(self, day: date) -> int:
        """Local midnight."""
        return self.instant(datetime.combine(day, time()))

    def end_of_day(self, day: date) -> int:
        """The last second of the day: 23:59:59."""
        return self.instant(datetime.combine(day, time(23, 59, 59)))

    # --- days ---

    @cached_property
    def _holidays(self) -> Any:
        """The library's calendar of the country; ``None`` where no country is known."""
        if self.country is None:
            return None
        import holidays  # takes 70 ms, which those who count no business days should not pay

        code, _, subdivision = self.country.partition("-")
        return holidays.country_holidays(code, subdiv=subdivision or None)

    def is_business_date(self, day: date) -> bool:
        """Whether people work on that day."""
        if self._holidays is None:
            return day.weekday() < 5
        return bool(self._holidays.is_working_day(day))

    def holiday_name(self, day: date) -> str | None:
        """What is celebrated on that day, if anything."""
        name = None if self._holidays is None else self._holidays.get(day)
        return None if name is None else str(name)

    def is_business_day(self, moment: int) -> bool:
        """Whether the moment falls on a day on which people work."""
        day = self.local(moment).toordinal()
        days, index = self._position(day)
        return index > 0 and days[index - 1] == day

    def _business_days(self, year: int) -> Sequence[int]:
        """The ordinals of all business days of a year, worked out once."""
        found = self._years.get(year)
        if found is None:
            ordinals = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
            found = [one for one in ordinals if self.is_business_date(date.fromordinal(one))]
            self._years[year] = found
        return found

    def _position(self, day: int) -> tuple[Sequence[int], int]:
        """The business days of the day's year, and how many of them are on or before it."""
        days = self._business_days(date.fromordinal(day).year)
        return days, bisect_right(days, day)

    def _nth_after(self, day: int, count: int) -> int:
        """The ``count``-th business day after ``day`` (from 1), as an ordinal."""
        year = date.fromordinal(day).year
        days, index = self._position(day)
        while len(days) - index < count:
            count -= len(days) - index
            year += 1
            days, index = self._business_days(year), 0
        return days[index + count - 1]

    def _nth_before(self, day: int, count: int) -> int:
        """The ``count``-th business day before ``day`` (from 1), as an ordinal."""
        year = date.fromordinal(day).year
        days, index = self._position(day - 1) if date.fromordinal(day - 1).year == year else ((), 0)
        while index < count:
            count -= index
            year -= 1
            days = self._business_days(year)
            index = len(days)
        return days[index - count]

    def add_business_days(self, moment: int, count: int) -> int:
        """The same local time on the ``count``-th business day after the moment's.

        Where the moment falls on a day off, counting starts from the start of the next business day.
        """
        local = self.local(moment)
        day, at = local.toordinal(), local.time()
        days, index = self._position(day)
        if not index or days[index - 1] != day:
            day, at = self._nth_after(day, 1), time()
        elif count == 0:
            return moment
        target = self._nth_after(day, count) if count else day
        return self.instant(datetime.combine(date.fromordinal(target), at))

    def subtract_business_days(self, moment: int, count: int) -> int:
        """The same local time on the ``count``-th business day before the moment's.

        Where the moment falls on a day off, counting starts from the end of the last business day before it.
        """
        local = self.local(moment)
        day, at = local.toordinal(), local.time()
        days, index = self._position(day)
        if not index or days[index - 1] != day:
            day, at = self._nth_before(day, 1), time(23, 59, 59)
        elif count == 0:
            return moment
        target = self._nth_before(day, count) if count else day
        return self.instant(datetime.combine(date.fromordinal(target), at))


class Calendars:
    """The calendars of all places asked for, each made once. Threads may share it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str | None], Calendar] = {}

    def at(self, time_zone: str, country: str | None) -> Calendar:
        """The calendar of a place; both names must exist."""
        found = self._known.get((time_zone, country))
        if found is None:
            found = Calendar(time_zone, country)
            if len(self._known) < MAX_PLACES:
                found = self._known.setdefault((time_zone, country), found)
        return found

    @cached_property
    def _countries(self) -> dict[str, frozenset[str]]:
        import holidays  # takes 70 ms; see Calendar._holidays

        return {code: frozenset(parts) for code, parts in holidays.list_supported_countries().items()}

    def knows(self, time_zone: str, country: str | None) -> bool:
        """Whether there is such a place: an IANA time zone, and a country (with an optional subdivision) or none."""
        if (time_zone, country) in self._known:
            return True
        if not self.zone_exists(time_zone) or (country is not None and not self.country_exists(country)):
            return False
        self.at(time_zone, country)
        return True

    def zone_exists(self, name: str) -> bool:
        """Whether ``name`` is an IANA time zone."""
        try:
            zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            return False
        return True

    def near_zone(self, name: str) -> str | None:
        """The zone that was probably meant: the name itself may be a city's."""
        zones = zoneinfo.available_timezones()
        cities = {zone.rpartition("/")[2].lower(): zone for zone in sorted(zones)}
        return cities.get(name.strip().replace(" ", "_").lower()) or near(name, zones)

    def country_exists(self, name: str) -> bool:
        """Whether holidays are known for ``name``: a country's code, with an optional subdivision."""
        code, dash, subdivision = name.partition("-")
        parts = self._countries.get(code)
        return parts is not None and (not dash or subdivision in parts)

    def near_country(self, name: str) -> str | None:
        """The country or subdivision that was probably meant."""
        code, dash, subdivision = name.upper().partition("-")
        if dash and code in self._countries:
            meant = near(subdivision, self._countries[code])
            return f"{code}-{meant}" if meant else code
        return code if code in self._countries else near(code, self._countries)
