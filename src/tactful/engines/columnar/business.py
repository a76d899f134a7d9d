"""Local days in arrays: business days counted, clocks read, for many moments in many calendars at once.

What the tables here do not settle (days on which clocks change, counts that lead far away) is asked of the calendar
itself, moment by moment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tactful.calendars import FIRST_YEAR, LAST_YEAR, SPAN, Calendar, Days
from tactful.tables.columns import Flags, Ints
from tactful.values import DAY

Array = npt.NDArray[Any]

#: How many days of the next year a table has, less some to spare: who counts back looks into the table of that year.
_OVERLAP: Final = (SPAN - 366 - 10) * DAY
_MEAN_YEAR: Final = 31_556_952
#: Years from 1969 on, as the first hours of 1970 are still 1969 in the west.
_FIRST: Final = FIRST_YEAR - 1
_YEARS: Final = LAST_YEAR - _FIRST + 1
_LENGTH: Final = SPAN + 1
#: So many tables are kept, some 17 kilobytes each; what would take more is asked of calendars.
_MOST: Final = 4_096


class _Tables(NamedTuple):
    """Days of one table after the other, ``_LENGTH`` each; see :class:`~tactful.calendars.Days`.

    ``days`` are numbers of business days, ``counts`` how many there are, in the place of each table's first day.
    """

    starts: Ints
    business: Flags
    before: Ints
    days: Ints
    plain: Flags
    counts: Ints


class DayTables:
    """The days of calendars, a table for each year that was asked for. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._begins: dict[tuple[str, str | None, int], int] = {}
        whole, flags = np.zeros(_LENGTH, dtype=np.int64), np.zeros(_LENGTH, dtype=np.bool_)
        self.tables = _Tables(whole, flags, whole, whole, flags, whole)

    def begin(self, calendar: Calendar, year: int) -> int:
        """Where the table of a year begins; -1 where there is no room for it."""
        key = (calendar.time_zone, calendar.country, year)
        with self._lock:
            found = self._begins.get(key)
            if found is None and len(self._begins) < _MOST:
                found = self._begins[key] = len(self.tables.starts)
                # Who still reads the old ones needs no others.
                added = zip(self.tables, _table(calendar.days_of(year)), strict=True)
                self.tables = _Tables(*(np.concatenate(both) for both in added))
            return -1 if found is None else found


def _table(days: Days) -> _Tables:
    return _Tables(
        np.array([*days.starts, days.starts[-1] + DAY]),
        np.array([*days.business, False]),
        np.array([*days.before, days.before[-1]]),
        np.array([*days.days, *([0] * (_LENGTH - len(days.days)))]),
        np.array([*days.plain, False]),
        np.full(_LENGTH, len(days.days)),
    )


class _Found(NamedTuple):
    """For each moment where its table begins, the day that it falls on and when that starts; ``sure``: that is right."""

    tables: _Tables
    begin: Ints
    at: Ints
    start: Ints
    sure: Flags


class LocalDays:
    """The days of a chunk's calendars. Calendars are named by their places among ``calendars``."""

    def __init__(self, calendars: Sequence[Calendar], tables: DayTables) -> None:
        self._calendars, self._tables = calendars, tables
        #: Where the table of each calendar and year begins: -2 where nobody has asked yet.
        self._begins = np.full(len(calendars) * _YEARS, -2, dtype=np.int64)

    def shifted(self, places: Ints, moments: Ints, count: int, back: bool) -> Ints:
        """The moments moved by business days, as ``Calendar.add_business_days`` and its counterpart move them."""
        if len(moments) == 0:
            return moments
        tables, begin, at, start, sure = self._find(places, moments, _OVERLAP if back else 0)
        business = tables.business.take(at)
        since = np.where(business, moments - start, DAY - 1 if back else 0)
        target = tables.before.take(at)
        if back:
            target -= count + ~business
        else:
            target += count
        sure &= (target >= 0) & (target < tables.counts.take(begin))
        day = begin + tables.days.take(begin + target, mode="clip")
        plain = tables.plain.take(day)
        if back:
            sure &= plain & (tables.plain.take(at) | ~business)
        else:
            sure &= (since == 0) | (plain & tables.plain.take(at))
        since += tables.starts.take(day)

        def move(calendar: Calendar, moment: int) -> int:
            return (calendar.subtract_business_days if back else calendar.add_business_days)(moment, count)

        return self._mended(since, sure, places, moments, move)

    def business_days(self, places: Ints, moments: Ints) -> Array:
        """Whether the moments fall on business days: 1 or 0."""
        tables, _, at, _, sure = self._find(places, moments, 0)
        found = tables.business.take(at).view(np.int8)
        return self._mended(found, sure, places, moments, lambda calendar, moment: calendar.is_business_day(moment))

    def day_times(self, places: Ints, moments: Ints) -> Ints:
        """What clocks show at the moments: seconds since local midnight."""
        tables, _, at, start, sure = self._find(places, moments, 0)
        sure &= tables.plain.take(at)
        return self._mended(moments - start, sure, places, moments, lambda calendar, moment: calendar.day_time(moment))

    def _mended(
        self, found: Array, sure: Flags, places: Ints, moments: Ints, ask: Callable[[Calendar, int], int]
    ) -> Array:
        """What was found, and what the calendars say where that is not sure."""
        for no in (~sure).nonzero()[0]:
            found[no] = ask(self._calendars[places[no]], int(moments[no]))
        return found

    # --- finding days ---

    def _find(self, places: Ints, moments: Ints, ahead: int) -> _Found:
        """The days, in tables that begin so many seconds before the moments' own years at least."""
        years = (moments - ahead) // _MEAN_YEAR + (FIRST_YEAR - _FIRST)
        begin = self._begin(places, years)
        first = self._tables.tables.starts.take(begin)
        early = (first > moments - ahead).nonzero()[0]
        if len(early):  # a year begins somewhat later here than years do on average
            begin[early] = self._begin(places[early], years[early] - 1)
            first = self._tables.tables.starts.take(begin)
        tables = self._tables.tables
        day = (moments - first) // DAY
        sure = (begin >= 0) & (day >= 0) & (day < SPAN - 1)
        at = begin + day
        at += tables.starts.take(at + 1, mode="clip") <= moments  # clocks have been put back or forward since
        at -= tables.starts.take(at, mode="clip") > moments
        start = tables.starts.take(at, mode="clip")
        sure &= (start <= moments) & (moments < tables.starts.take(at + 1, mode="clip"))
        return _Found(tables, begin, at if sure.all() else np.where(sure, at, 0), start, sure)

    def _begin(self, places: Ints, years: Ints) -> Ints:
        key = places * _YEARS + np.minimum(np.maximum(years, 0), _YEARS - 1)
        begin = self._begins.take(key)
        if len(begin) and begin.min() == -2:
            for one in np.unique(key[begin == -2]):
                place, year = divmod(int(one), _YEARS)
                self._begins[one] = self._tables.begin(self._calendars[place], _FIRST + year)
            begin = self._begins.take(key)
        return begin
