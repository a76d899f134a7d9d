"""Business days and local clocks.

An instant is an ``int``: whole seconds since 1970, UTC. Wall-clock times that the clocks skip are read with the offset
that applied before, so they come out as much later as the clocks were put forward; times that the clocks show twice are
read as the first of the two (PEP 495).
"""

from __future__ import annotations

import zoneinfo
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, Final

import msgspec

from tactful.facts.kinds import DAY
from tactful.source.suggest import near

#: Moments outside these years are refused: neither holidays nor clock changes are known there.
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199
FIRST_MOMENT: Final = 0
LAST_MOMENT: Final = 7_258_118_399
#: How many places a process keeps calendars for; a place more than that is worked out each time.
MAX_PLACES: Final = 4_096


#: A table begins with a year and goes on to the next spring, so that few counts lead beyond it; see Calendar._table.
SPAN: Final = 366 + 150
_LATEST: Final = 365
#: For so many business days on, tables keep what has to be added.
_NEAR: Final = 30
_MEAN_YEAR: Final = 31_556_952
_ONE_DAY: Final = timedelta(days=1)
#: No clock is put forward and back again within less than this: Morocco's Ramadan is the shortest there is.
_SEARCH: Final = 14 * DAY


class Days(msgspec.Struct, frozen=True, eq=False):
    """Consecutive days from the ordinal ``first`` on.

    ``starts``: local midnights. ``business``: whether people work. ``before``: how many business days came before.
    ``days``: the numbers of the business days. ``plain``: whether the day has 24 hours, so that no clock changes in it.
    ``ahead`` keeps what :meth:`look_ahead` gave, by the number of business days.
    """

    first: int
    starts: Sequence[int]
    business: Sequence[bool]
    before: Sequence[int]
    days: Sequence[int]
    plain: Sequence[bool]
    ahead: dict[int, Sequence[int | None]] = msgspec.field(default_factory=dict)

    def look_ahead(self, count: int) -> Sequence[int | None]:
        """What ``count`` business days on from each day come to, where that is plain to see, and else ``None``.

        Seconds to be added to a moment of that day; from a day off on, the moment itself with a minus. The day with the
        number ``no`` stands at ``no + 1``, where a search for a moment among ``starts`` ends.
        """
        found: list[int | None] = [None]
        for day, start in enumerate(self.starts[:_LATEST]):
            at = self.before[day] + count
            target = self.days[at] if at < len(self.days) else None
            if target is None or (not self.business[day] and self.starts[target] <= 0):
                found.append(None)
            elif not self.business[day]:
                found.append(-self.starts[target])
            else:
                found.append(self.starts[target] - start if self.plain[day] and self.plain[target] else None)
        return found + [None] * (len(self.starts) - len(found) + 1)


class _Years(msgspec.Struct, frozen=True):
    """What calendars have in common: ``offices`` where they are of the same country, ``midnights`` of the same time zone.

    Both by year: which days of its table people work on, how many such days came before, and the numbers of them; when
    days start, and whether they have 24 hours.
    """

    offices: dict[tuple[str | None, int], tuple[Sequence[bool], Sequence[int], Sequence[int]]] = msgspec.field(
        default_factory=dict
    )
    midnights: dict[tuple[str, int], tuple[Sequence[int], Sequence[bool]]] = msgspec.field(default_factory=dict)


class Calendar:
    """The clock and the calendar of one place. Without a country, Saturdays and Sundays are off and there are no holidays.

    Public holidays, weekends that are not Saturday and Sunday, and working days in their stead come from the library
    ``holidays``. Immutable as seen from outside; threads may share it.
    """

    def __init__(self, time_zone: str, country: str | None, shared: _Years | None = None) -> None:
        self.time_zone, self.country, self._shared = time_zone, country, shared or _Years()
        self._zone = zoneinfo.ZoneInfo(time_zone)
        self._years: dict[int, Days] = {}

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

    def clock_changes(self, start: int, end: int) -> Iterator[int]:
        """The moments after ``start`` and up to ``end`` from which on the clock runs at another offset from UTC."""
        while start < end:
            after = min(start + _SEARCH, end)
            change = self._clock_change(start, after)
            if change is not None:
                yield change
            start = after

    def times(self, start: int, end: int, seconds: int) -> Iterator[int]:
        """The moments, from a day before ``start`` to a day after ``end``, at which the clock shows a time of day.

        ``seconds`` count from midnight; up to a day. Where a clock shows the time twice, both moments; where it skips it,
        the moment at which it is read (see above), and as much before.
        """
        day, last = self.local(start).date() - _ONE_DAY, self.local(end).date() + _ONE_DAY
        while day <= last:
            table = self.days_of(day.year)
            no = day.toordinal() - table.first
            if table.plain[no]:
                yield table.starts[no] + seconds
            else:
                local = datetime.combine(day, time()) + timedelta(seconds=seconds)
                yield from {self.instant(local), self.instant(local.replace(fold=1))}
            day += _ONE_DAY

    def _clock_change(self, start: int, end: int) -> int | None:
        """The first second of another offset, by bisection; there is at most one."""
        before = self.local(start).utcoffset()
        if self.local(end).utcoffset() == before:
            return None
        while end - start > 1:
            middle = (start + end) // 2
            if self.local(middle).utcoffset() == before:
                start = middle
            else:
                end = middle
        return end

    def start_of_day(self, day: date) -> int:
        """Local midnight."""
        return self.instant(datetime.combine(day, time()))

    def end_of_day(self, day: date) -> int:
        """The last second of the day: 23:59:59, the second time where the clock shows it twice."""
        table = self.days_of(day.year)
        after = day.toordinal() - table.first + 1
        return table.starts[after] - 1

    # --- days ---

    @cached_property
    def _holidays(self) -> Any:
        """The library's calendar of the country; ``None`` where no country is known."""
        if self.country is None:
            return None
        import holidays  # takes 70 ms, which those who count no business days should not pay

        code, _, subdivision = self.country.partition("-")
        # Named in English, as all text here is: else the names would be in the language of the machine.
        return holidays.country_holidays(code, subdiv=subdivision or None, language="en_US")

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
        table = self._table(moment)
        return table.business[bisect_right(table.starts, moment) - 1]

    def add_business_days(self, moment: int, count: int) -> int:
        """The same local time on the ``count``-th business day after the moment's.

        Where the moment falls on a day off, counting starts from the start of the next business day.
        """
        table = self._years.get(1970 + moment // _MEAN_YEAR)
        if table is not None and (ahead := table.ahead.get(count)) is not None:
            further = ahead[bisect_right(table.starts, moment)]
            if further is not None:
                return moment + further if further >= 0 else -further
        return self._added(moment, count)

    def _added(self, moment: int, count: int) -> int:
        """As :meth:`add_business_days`, from any moment on."""
        table = self._table(moment)
        starts = table.starts
        day = bisect_right(starts, moment) - 1
        at = table.before[day] + count
        if at >= len(table.days):
            return self._add_slowly(moment, count)
        if count <= _NEAR and count not in table.ahead:
            table.ahead[count] = table.look_ahead(count)
        target = table.days[at]
        if not table.business[day]:
            return starts[target]
        if table.plain[day] and table.plain[target]:
            return starts[target] + moment - starts[day]
        return self._at_same_time(moment, table.first + target)

    def subtract_business_days(self, moment: int, count: int) -> int:
        """The same local time on the ``count``-th business day before the moment's.

        Where the moment falls on a day off, counting starts from the end of the last business day before it.
        """
        local = self.local(moment)
        day, at = local.date(), local.time()
        if not self.is_business_date(day):
            at = time(23, 59, 59)
            count += 1
        elif count == 0:
            return moment
        while count > 0:
            day -= _ONE_DAY
            count -= self.is_business_date(day)
        return self.instant(datetime.combine(day, at))

    def _add_slowly(self, moment: int, count: int) -> int:
        """Day by day, for counts that lead beyond the table."""
        local = self.local(moment)
        day, at = local.date(), local.time()
        if not self.is_business_date(day):
            at = time()
            count += 1
        while count > 0:
            day += _ONE_DAY
            count -= self.is_business_date(day)
        return self.instant(datetime.combine(day, at))

    def _at_same_time(self, moment: int, ordinal: int) -> int:
        """The moment's wall-clock time on another day, where one of the days is longer or shorter than others."""
        return self.instant(datetime.combine(date.fromordinal(ordinal), self.local(moment).time()))

    def _table(self, moment: int) -> Days:
        """The days around a moment, worked out once for each year and the one after it."""
        table = self._years.get(1970 + moment // _MEAN_YEAR)
        if table is None or not table.starts[0] <= moment < table.starts[_LATEST]:
            table = self.days_of(self.local(moment).year)
        return table

    def days_of(self, year: int) -> Days:
        """The days of a year and most of the next, worked out once. Threads may ask at once."""
        table = self._years.get(year)
        if table is None:
            table = self._years[year] = self._days_from(year)
        return table

    def _days_from(self, year: int) -> Days:
        """The days of a year and most of the next."""
        first = date(year, 1, 1).toordinal()
        starts, plain = self._midnights(year, first)
        return Days(first, starts, *self._offices(year, first), plain)

    def _offices(self, year: int, first: int) -> tuple[Sequence[bool], Sequence[int], Sequence[int]]:
        """``business``, ``before`` and ``days`` of a table."""
        found = self._shared.offices.get((self.country, year))
        if found is None:
            business = [self.is_business_date(date.fromordinal(first + no)) for no in range(SPAN)]
            before = [0, *accumulate(business)][:-1]
            found = business, before, [no for no, one in enumerate(business) if one]
            self._shared.offices[self.country, year] = found
        return found

    def _midnights(self, year: int, first: int) -> tuple[Sequence[int], Sequence[bool]]:
        """``starts`` and ``plain`` of a table."""
        found = self._shared.midnights.get((self.time_zone, year))
        if found is None:
            starts = self._starts(first)
            found = starts, [after - start == DAY for start, after in pairwise([*starts, starts[-1] + DAY])]
            self._shared.midnights[self.time_zone, year] = found
        return found

    def _starts(self, first: int) -> list[int]:
        """Local midnights of the days of a table. In a week as long as seven days, no clock is changed, see ``_SEARCH``."""
        found: list[int] = []
        start = self.start_of_day(date.fromordinal(first))
        for day in range(first, first + SPAN, 7):
            after = self.start_of_day(date.fromordinal(day + 7))
            if after - start == 7 * DAY:
                found.extend(range(start, after, DAY))
            else:
                found.extend(self.start_of_day(date.fromordinal(day + no)) for no in range(7))
            start = after
        return found[:SPAN]


class Calendars:
    """The calendars of all places asked for, each made once. Threads may share it."""

    def __init__(self) -> None:
        #: The calendars that are known already, by time zone and country.
        self.known: dict[tuple[str, str | None], Calendar] = {}
        #: For each fixed offset met: the first of January 1970 at that offset, and how far that is from the epoch in
        #: seconds. Taking moments of the same offset from each other is ten times faster than across offsets.
        self.epochs: dict[tzinfo | None, tuple[datetime, int]] = {}
        #: Countries that have been found to exist, which takes the library a tenth of a millisecond each time.
        self._existing: set[str] = set()
        self._shared = _Years()

    def at(self, time_zone: str, country: str | None) -> Calendar:
        """The calendar of a place; both names must exist."""
        found = self.known.get((time_zone, country))
        if found is None:
            found = Calendar(time_zone, country, self._shared)
            if len(self.known) < MAX_PLACES:
                found = self.known.setdefault((time_zone, country), found)
        return found

    @cached_property
    def _countries(self) -> dict[str, frozenset[str]]:
        """All countries with their subdivisions, for suggestions; listing them takes another 70 ms."""
        import holidays

        return {code: frozenset(parts) for code, parts in holidays.list_supported_countries().items()}

    def epoch_of(self, offset: tzinfo) -> tuple[datetime, int]:
        """The entry of :attr:`epochs` for an offset; kept where the offset is fixed. Otherwise the epoch itself."""
        if not isinstance(offset, timezone):
            return datetime(1970, 1, 1, tzinfo=UTC), 0
        first = datetime(1970, 1, 1, tzinfo=offset)
        found = first, int(first.timestamp())
        if len(self.epochs) < MAX_PLACES:
            self.epochs[offset] = found
        return found

    def find(self, place: tuple[str, str | None]) -> Calendar | None:
        """The calendar of a place: an IANA time zone, and a country or none; ``None`` where there is no such place."""
        found = self.known.get(place)
        if found is not None:
            return found
        time_zone, country = place
        if not self.zone_exists(time_zone) or (country is not None and not self.country_exists(country)):
            return None
        return self.at(time_zone, country)

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
        if name in self._existing:
            return True
        import holidays  # takes 70 ms; see Calendar._holidays

        code, dash, subdivision = name.partition("-")
        if dash and not subdivision:
            return False
        try:
            holidays.country_holidays(code, subdiv=subdivision or None)
        except NotImplementedError:  # what the library raises for a code that it does not know
            return False
        self._existing.add(name)
        return True

    def near_country(self, name: str) -> str | None:
        """The country or subdivision that was probably meant."""
        code, dash, subdivision = name.upper().partition("-")
        if dash and code in self._countries:
            meant = near(subdivision, self._countries[code])
            return f"{code}-{meant}" if meant else code
        return code if code in self._countries else near(code, self._countries)
