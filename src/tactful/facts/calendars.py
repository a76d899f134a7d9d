"""Business days and local clocks.

An instant is an ``int``: whole seconds since 1970, UTC. A local time that the clock skips is read with the offset that
applied before, so it is later by as much as the clock was put forward. A local time that the clock shows twice is read as
the first of the two (PEP 495).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from itertools import accumulate, pairwise
from typing import Final

import msgspec

from tactful.facts.kinds import DAY, WEEKDAYS
from tactful.facts.places import Bounded, country_exists, country_holidays, time_zone_exists
from tactful.facts.working_time import DEFAULT, STANDARD, WorkingTime
from tactful.facts.zones import zone

#: Moments outside these years are refused: neither holidays nor clock changes are known there.
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199
FIRST_MOMENT: Final = 0
LAST_MOMENT: Final = 7_258_118_399
#: How many calendars are cached. About the least recently used are dropped, and computed again when they are needed.
MAX_PLACES: Final = 1_024
#: How many years of countries, how many years of time zones, and how many tables of all calendars are cached.
MAX_YEARS: Final = 1_024
MAX_TABLES: Final = 2_048
#: How many offsets from UTC a calendar keeps.
MAX_OFFSETS: Final = 2_000

#: The days in a table: from the start of a year to the next spring, so that few counts lead beyond it. See Calendar._table.
SPAN: Final = 366 + 150
_LATEST: Final = 365
#: Tables cache the result of :meth:`Days.look_ahead` up to this many business days.
_NEAR: Final = 30
_MEAN_YEAR: Final = 31_556_952
_ONE_DAY: Final = timedelta(days=1)
_EPOCH: Final = datetime(1970, 1, 1)
#: No clock is put forward and back again within less time. The shortest such time is Ramadan in Morocco.
_SEARCH: Final = 14 * DAY


#: An IANA time zone, perhaps a country, and perhaps the name of a calendar that the pack declares.
Place = tuple[str, str | None, str | None]
#: The offset from UTC all through a day in UTC: in seconds, and as ISO 8601 writes it (empty where it changes in the day). Then
#: the day before (in days since 1970), and the dates of that day and the next two, of which the local day must be one.
_Offset = tuple[int, str, int, tuple[str, ...]]
_TWO: Final = tuple(f"{number:02}" for number in range(60))
#: What a day off that a pack adds is called.
DAY_OFF: Final = "day off"


class Days(msgspec.Struct, frozen=True, eq=False):
    """Consecutive days from the ordinal ``first`` on.

    For each day, ``starts`` has its local midnight, ``business`` whether people work, ``before`` the number of business days
    before it, and ``plain`` whether it has 24 hours, so that the clock does not change in it. ``days`` are the indexes of the
    business days. ``ahead`` caches the results of :meth:`look_ahead` by the number of business days, and ``openings`` the
    first beginning of office hours after each day.
    """

    first: int
    starts: Sequence[int]
    business: Sequence[bool]
    before: Sequence[int]
    days: Sequence[int]
    plain: Sequence[bool]
    ahead: dict[int, Sequence[int | None]] = msgspec.field(default_factory=dict)
    openings: dict[int, int] = msgspec.field(default_factory=dict)

    def look_ahead(self, count: int) -> Sequence[int | None]:
        """For each day, where ``count`` business days lead from it; ``None`` if the day and its target decide that only together.

        For a business day: the seconds to add to a moment of that day. For a day off: the negated moment itself, which is the
        start of a business day. Day ``no`` is at index ``no + 1``, which is where ``bisect`` finds a moment among ``starts``.
        """
        ahead: list[int | None] = [None]
        same: dict[int, int] = {}  # most days have the same result: equal numbers are stored once
        for day, start in enumerate(self.starts[:_LATEST]):
            at = self.before[day] + count
            target = self.days[at] if at < len(self.days) else None
            if target is None or (not self.business[day] and self.starts[target] <= 0):
                ahead.append(None)
            elif not self.business[day]:
                ahead.append(-self.starts[target])
            else:
                further = self.starts[target] - start
                plain = self.plain[day] and self.plain[target]
                ahead.append(same.setdefault(further, further) if plain else None)
        return ahead + [None] * (len(self.starts) - len(ahead) + 1)


class _Offices(msgspec.Struct, frozen=True, eq=False):
    """The working days of a calendar in a table, see :class:`Days`. ``names``: its holidays, by index of the day."""

    business: Sequence[bool]
    before: Sequence[int]
    days: Sequence[int]
    names: Mapping[int, str]

    @classmethod
    def of(cls, business: Sequence[bool], names: Mapping[int, str]) -> _Offices:
        """The working days given by ``business``, with their counts."""
        before = [0, *accumulate(business)][:-1]
        return cls(business, before, [no for no, works in enumerate(business) if works], names)


def _offices_in(country: str | None, working: WorkingTime, days: Sequence[date]) -> _Offices:
    """The working days and holidays of a country among consecutive days, with the days off that a pack adds."""
    business = [day.weekday() < 5 for day in days]
    names: dict[int, str] = {}
    if country is not None:
        # A new calendar each time: the library fills calendars lazily, and other threads could see a half-filled calendar.
        calendar = country_holidays(country)
        business = [bool(calendar.is_working_day(day)) for day in days]
        names = {no: str(calendar[day]) for no, day in enumerate(days) if day in calendar}
    if working == STANDARD:
        return _Offices.of(business, names)
    if working.weekend is not None:
        business = [day.weekday() not in working.weekend and no not in names for no, day in enumerate(days)]
    off = {no for no, day in enumerate(days) if working.is_off(day)}
    at_work = {no for no, day in enumerate(days) if working.is_working(day)}
    names = {**dict.fromkeys(sorted(off), DAY_OFF), **names}
    return _Offices.of([no in at_work or (works and no not in off) for no, works in enumerate(business)], names)


class _Years:
    """Years that calendars share: ``midnights`` between places in the same zone, ``offices`` between places in the same country
    with a calendar of the same name.

    Both caches are by year, and bounded. So is the number of tables that all calendars together keep.
    """

    def __init__(self) -> None:
        self.offices: Bounded[tuple[str | None, str | None, int], _Offices] = Bounded(MAX_YEARS)
        self.midnights: Bounded[tuple[str, int], tuple[Sequence[int], Sequence[bool]]] = Bounded(MAX_YEARS)
        self._tables: deque[tuple[dict[int, Days], int]] = deque()

    def note(self, years: dict[int, Days], year: int) -> None:
        """Note that a calendar keeps a table. If there are too many, the oldest table of all is dropped."""
        self._tables.append((years, year))
        if len(self._tables) > MAX_TABLES:
            oldest, year = self._tables.popleft()
            oldest.pop(year, None)


class Calendar:
    """The clock and the calendar of a place. Without a country, Saturdays and Sundays are days off and there are no holidays.

    Public holidays, other weekends, and working days on weekends come from the library ``holidays``. A pack adds days off in
    ``working``. ``name`` is the name by which a case chose the calendar, if it did. Immutable as seen from outside, so
    threads may share it.
    """

    def __init__(
        self,
        time_zone: str,
        country: str | None,
        name: str | None = None,
        working: WorkingTime = STANDARD,
        shared: _Years | None = None,
    ) -> None:
        self.time_zone, self.country, self.name = time_zone, country, name
        self._working, self._shared = working, shared or _Years()
        #: Office hours: they begin at ``opens`` and end before ``closes`` (seconds since midnight).
        self.opens, self.closes = working.opens, working.closes
        self._zone = zone(time_zone)
        self._years: dict[int, Days] = {}
        #: The moment that :meth:`day_time` was last asked about, and its answer.
        self._latest = (-1, 0)
        #: The offsets by days since 1970 in UTC.
        self._offsets: dict[int, _Offset] = {}

    # --- the clock ---

    def local(self, moment: int) -> datetime:
        """The moment on the local clock."""
        return datetime.fromtimestamp(moment, self._zone)

    def iso(self, moment: int) -> str:
        """The moment on the local clock as ISO 8601 has it: ``local(moment).isoformat()``, in a third of the time."""
        day = moment // DAY
        known = self._offsets.get(day)
        if known is None:
            known = self._offset(day)
        offset, written, first, dates = known
        if not written:
            return self.local(moment).isoformat()
        today = (moment + offset) // DAY
        seconds = moment + offset - today * DAY
        minutes = seconds // 60
        return f"{dates[today - first]}T{_TWO[minutes // 60]}:{_TWO[minutes % 60]}:{_TWO[seconds % 60]}{written}"

    def _offset(self, day: int) -> _Offset:
        if len(self._offsets) >= MAX_OFFSETS:
            self._offsets.clear()
        start, end = self.local(day * DAY), self.local((day + 1) * DAY)
        offset, written = start.utcoffset(), start.isoformat()[len("2026-11-21T16:30:00") :]
        assert offset is not None  # a zone knows its offset at any time
        seconds, first = offset // timedelta(seconds=1), day - 1
        dates = tuple(date.fromordinal(_EPOCH.toordinal() + first + no).isoformat() for no in range(3))
        known = seconds, written if offset == end.utcoffset() else "", first, dates
        self._offsets[day] = known
        return known

    def day_time(self, moment: int) -> int:
        """Seconds since local midnight, as the clock shows them."""
        latest = self._latest
        if latest[0] == moment:  # the people of a company are asked about one after the other
            return latest[1]
        local = datetime.fromtimestamp(moment, self._zone)
        seconds = local.hour * 3600 + local.minute * 60 + local.second
        self._latest = moment, seconds
        return seconds

    def weekday(self, moment: int) -> str:
        """The day of the week, as :data:`tactful.facts.kinds.WEEKDAYS` names it."""
        return WEEKDAYS[self.local(moment).weekday()]

    def day(self, moment: int) -> int:
        """The ordinal of the day."""
        return self.local(moment).toordinal()

    def instant(self, local: datetime) -> int:
        """The moment at which the local clock shows ``local``, which has no time zone (``fold=1``: the second time)."""
        offset = self._zone.utcoffset(local)
        assert offset is not None  # a zone knows its offset at any time
        since = local - _EPOCH - offset
        return since.days * DAY + since.seconds

    def clock_changes(self, start: int, end: int) -> Iterator[int]:
        """The moments after ``start`` and up to ``end`` at which the clock's offset from UTC changes."""
        while start < end:
            after = min(start + _SEARCH, end)
            change = self._clock_change(start, after)
            if change is not None:
                yield change
            start = after

    def times(self, start: int, end: int, seconds: int) -> Iterator[int]:
        """The moments, from a day before ``start`` to a day after ``end``, at which the clock shows a time of day.

        ``seconds`` count from midnight, up to a whole day. If the clock shows the time twice, both moments are given. If it
        skips the time, the moment as which it is read (see the top of this file) is given, and the moment read with the
        later offset.
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
        """The first second with another offset, found by bisection; ``None`` if the offset stays. It changes at most once."""
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
        table = self._years.get(day.year) or self.days_of(day.year)
        after = day.toordinal() - table.first + 1
        return table.starts[after] - 1

    # --- days ---

    def plain_midnight(self, moment: int) -> int | None:
        """The beginning of the moment's day; ``None`` if the clock is put forward or back in it."""
        table = self._table(moment)
        no = bisect_right(table.starts, moment) - 1
        return table.starts[no] if table.plain[no] else None

    def is_business_date(self, day: date) -> bool:
        """Whether people work on that day. Nobody works on a day that the local calendar skips."""
        table = self.days_of(day.year)
        return table.business[day.toordinal() - table.first]

    def holiday_name(self, day: date) -> str | None:
        """The name of the holiday on that day; ``None`` if it is not a holiday."""
        first = date(day.year, 1, 1).toordinal()
        return self._offices(day.year, first).names.get(day.toordinal() - first)

    def is_business_day(self, moment: int) -> bool:
        """Whether the moment falls on a day on which people work."""
        table = self._years.get(1970 + moment // _MEAN_YEAR)
        if table is None or not table.starts[0] <= moment < table.starts[_LATEST]:
            table = self._table(moment)
        return table.business[bisect_right(table.starts, moment) - 1]

    def add_business_days(self, moment: int, count: int) -> int:
        """The same local time on the ``count``-th business day after the moment's day.

        If the moment falls on a day off, counting starts from the start of the next business day.
        """
        table = self._years.get(1970 + moment // _MEAN_YEAR)
        if table is not None and (ahead := table.ahead.get(count)) is not None:
            further = ahead[bisect_right(table.starts, moment)]
            if further is not None:
                return moment + further if further >= 0 else -further
        return self._added(moment, count)

    def _added(self, moment: int, count: int) -> int:
        """As :meth:`add_business_days`, for any moment."""
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
        """The same local time on the ``count``-th business day before the moment's day.

        If the moment falls on a day off, counting starts from the end of the last business day before it.
        """
        table = self._table(moment)
        day = bisect_right(table.starts, moment) - 1
        works = table.business[day]
        if works and count == 0:
            return moment
        at = table.before[day] - count if works else table.before[day] - count - 1
        if at < 0:
            return self._subtract_slowly(moment, count)
        target = table.days[at]
        if not (table.plain[day] and table.plain[target]):
            return self._subtract_slowly(moment, count)
        return table.starts[target] + (moment - table.starts[day] if works else DAY - 1)

    def _subtract_slowly(self, moment: int, count: int) -> int:
        """As :meth:`subtract_business_days`, but day by day, for days before the table and days that are not 24 hours long."""
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

    def office_time(self, moment: int) -> int:
        """The moment itself within office hours, else the next beginning of office hours."""
        table = self._years.get(1970 + moment // _MEAN_YEAR)
        if table is None or not table.starts[0] <= moment < table.starts[_LATEST]:
            table = self._table(moment)
        no = bisect_right(table.starts, moment) - 1
        if table.business[no]:
            at = moment - table.starts[no] if table.plain[no] else self.day_time(moment)
            if at < self.opens:
                return self._opening(table, no)
            if at < self.closes:
                return moment
        opening = table.openings.get(no)
        return self._next_opening(table, no) if opening is None else opening

    def next_day(self, moment: int) -> int:
        """The beginning of office hours on the first business day after the moment's day."""
        table = self._table(moment)
        return self._next_opening(table, bisect_right(table.starts, moment) - 1)

    def _next_opening(self, table: Days, no: int) -> int:
        """The beginning of office hours on the first business day after a day of a table."""
        opening = table.openings.get(no)
        if opening is None:
            opening = table.openings[no] = self._opening_after(table, no)
        return opening

    def _opening_after(self, table: Days, no: int) -> int:
        after = table.before[no] + table.business[no]
        if after < len(table.days):
            return self._opening(table, table.days[after])
        day = date.fromordinal(table.first + no) + _ONE_DAY
        while not self.is_business_date(day):
            day += _ONE_DAY
        table = self.days_of(day.year)
        return self._opening(table, day.toordinal() - table.first)

    def _opening(self, table: Days, no: int) -> int:
        """The beginning of office hours on a day of a table."""
        if table.plain[no]:
            return table.starts[no] + self.opens
        return self.instant(
            datetime.combine(date.fromordinal(table.first + no), time()) + timedelta(seconds=self.opens)
        )

    def _add_slowly(self, moment: int, count: int) -> int:
        """As :meth:`add_business_days`, but day by day, for counts that lead beyond the table."""
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
        """The moment's local time on another day, if either day is not 24 hours long."""
        return self.instant(datetime.combine(date.fromordinal(ordinal), self.local(moment).time()))

    def _table(self, moment: int) -> Days:
        """The table of the days around a moment. Each year has its own table, which is computed once."""
        table = self._years.get(1970 + moment // _MEAN_YEAR)
        if table is None or not table.starts[0] <= moment < table.starts[_LATEST]:
            table = self.days_of(self.local(moment).year)
        return table

    def days_of(self, year: int) -> Days:
        """The days of a year and the first months of the next, computed once. Safe to call from several threads at once."""
        table = self._years.get(year)
        if table is None:
            table = self._years[year] = self._days_from(year)
            self._shared.note(self._years, year)
        return table

    def _days_from(self, year: int) -> Days:
        """The days of a year and the first months of the next."""
        first = date(year, 1, 1).toordinal()
        starts, plain = self._midnights(year, first)
        offices = self._offices(year, first)
        left_out = {no for no, (start, after) in enumerate(pairwise(starts)) if start == after}
        if left_out:  # as 30 December 2011 in Samoa
            offices = _Offices.of([works and no not in left_out for no, works in enumerate(offices.business)], {})
        return Days(first, starts, offices.business, offices.before, offices.days, plain)

    def _offices(self, year: int, first: int) -> _Offices:
        """The working days and holidays among the days of a table."""
        key = self.country, self.name, year
        offices = self._shared.offices.get(key)
        if offices is None:
            days = [date.fromordinal(first + no) for no in range(SPAN)]
            offices = self._shared.offices.keep(key, _offices_in(self.country, self._working, days))
        return offices

    def _midnights(self, year: int, first: int) -> tuple[Sequence[int], Sequence[bool]]:
        """``starts`` and ``plain`` of a table."""
        midnights = self._shared.midnights.get((self.time_zone, year))
        if midnights is None:
            starts = self._starts(first)
            plain = [after - start == DAY for start, after in pairwise([*starts, starts[-1] + DAY])]
            midnights = self._shared.midnights.keep((self.time_zone, year), (starts, plain))
        return midnights

    def _starts(self, first: int) -> list[int]:
        """Local midnights of the days of a table. A week of exactly seven days has no clock change, see ``_SEARCH``."""
        midnights: list[int] = []
        start = self.start_of_day(date.fromordinal(first))
        for day in range(first, first + SPAN, 7):
            after = self.start_of_day(date.fromordinal(day + 7))
            if after - start == 7 * DAY:
                midnights.extend(range(start, after, DAY))
            else:
                midnights.extend(self.start_of_day(date.fromordinal(day + no)) for no in range(7))
            start = after
        return midnights[:SPAN]


class Calendars:
    """The calendars of the places that cases name. Each is made once and cached. Threads may share it.

    ``declared``: the calendars that a pack declares, by name. The calendar ``default`` is that of all places without a name.
    """

    def __init__(self, declared: Mapping[str, WorkingTime] | None = None) -> None:
        self.declared: Mapping[str, WorkingTime] = declared or {}
        #: The cached calendars, by place.
        self.known: Bounded[Place, Calendar] = Bounded(MAX_PLACES)
        #: For each fixed offset seen so far: 1 January 1970 at that offset, and its distance from the epoch in seconds.
        #: Subtracting moments with the same offset is ten times faster than subtracting moments with different offsets.
        #: All are kept: offsets are whole minutes of less than a day, so there are at most 2,879.
        self.epochs: dict[tzinfo | None, tuple[datetime, int]] = {}
        self._shared = _Years()

    def at(self, time_zone: str, country: str | None, name: str | None = None) -> Calendar:
        """The calendar of a place; all names must exist."""
        place = time_zone, country, name
        calendar = self.known.get(place)
        if calendar is None:
            working = self.declared.get(DEFAULT, STANDARD) if name is None else self.declared[name]
            calendar = self.known.keep(place, Calendar(time_zone, country, name, working, self._shared))
        return calendar

    def country_of(self, name: str | None) -> str | None:
        """The country of a declared calendar; ``None`` if it has none, or if there is no such calendar."""
        working = None if name is None else self.declared.get(name)
        return None if working is None else working.country

    def epoch_of(self, offset: tzinfo) -> tuple[datetime, int]:
        """The entry of :attr:`epochs` for an offset, which is cached if the offset is fixed. Otherwise the epoch itself."""
        if not isinstance(offset, timezone):
            return datetime(1970, 1, 1, tzinfo=UTC), 0
        first = datetime(1970, 1, 1, tzinfo=offset)
        return self.epochs.setdefault(offset, (first, int(first.timestamp())))

    def warm(self, country: str, years: Iterable[int]) -> None:
        """Compute the days off of a country that exists, in some years, ahead of the first decision that asks for them."""
        here = self.at("UTC", country)
        for year in years:
            here.days_of(year)

    def find(self, place: Place) -> Calendar | None:
        """The calendar of a place; ``None`` if its time zone, its country or the name of its calendar does not exist."""
        calendar = self.known.get(place)
        if calendar is not None:
            return calendar
        time_zone, country, name = place
        if not time_zone_exists(time_zone) or (country is not None and not country_exists(country)):
            return None
        return None if name is not None and name not in self.declared else self.at(time_zone, country, name)
