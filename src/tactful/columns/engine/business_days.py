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

from tactful.columns.columns import Flags, Ints
from tactful.facts.calendars import FIRST_YEAR, LAST_YEAR, SPAN, Calendar, Days
from tactful.facts.kinds import DAY

Array = npt.NDArray[Any]

#: How many days of the next year a table has, less some to spare: who counts back looks into the table of that year.
_OVERLAP: Final = (SPAN - 366 - 10) * DAY
_MEAN_YEAR: Final = 31_556_952
#: Years from 1969 on, as the first hours of 1970 are still 1969 in the west.
_FIRST: Final = FIRST_YEAR - 1
_YEARS: Final = LAST_YEAR - _FIRST + 1
_LENGTH: Final = SPAN + 1
_UNMADE: Final = -1
#: So many tables are kept, some 12 kilobytes each; what would take more is asked of calendars.
_MOST: Final = 4_096


class _Tables(NamedTuple):
    """Days of one table after the other, ``_LENGTH`` each; see :class:`~tactful.calendars.Days`.

    ``starts``: local midnights. ``about``: how many business days came before, times four, and two where the day is one,
    and one where it is plain. ``targets``: the table's business days by their number, times two, and one where the day is
    plain; -1 beyond the last.
    """

    starts: Ints
    about: Ints
    targets: Ints


class DayTables:
    """The days of calendars, a table for each year that was asked for. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        #: Places and tables that come first are of no calendar: what has none of its own is not sure there.
        self._places: dict[tuple[str, str | None], int] = {}
        self._begins = np.zeros((1, _YEARS), dtype=np.int64)
        self._tables = _Tables(*np.full((3, _LENGTH), -1, dtype=np.int64))

    def places(self, calendars: Sequence[Calendar]) -> Ints:
        """The numbers that calendars are known by here; 0 where there is no room for one."""
        with self._lock:
            found = [self._place(one.time_zone, one.country) for one in calendars]
            new = len(self._places) + 1 - len(self._begins)
            if new:
                unmade = np.full((new, _YEARS), _UNMADE, dtype=np.int64)
                self._begins = np.concatenate([self._begins, unmade])
        return np.array(found, dtype=np.int64)

    def _place(self, time_zone: str, country: str | None) -> int:
        found = self._places.get((time_zone, country), 0)
        if not found and len(self._places) < _MOST:
            found = self._places[time_zone, country] = len(self._places) + 1
        return found

    def begins(self, calendars: Sequence[Calendar], numbers: Ints, places: Ints, years: Ints) -> tuple[_Tables, Ints]:
        """The tables, and where those of years begin in the calendars at ``places``, which have these ``numbers``."""
        keys = numbers.take(places) * _YEARS + np.minimum(np.maximum(years, 0), _YEARS - 1)
        with self._lock:
            found = self._begins.take(keys)
            if len(found) and found.min() == _UNMADE:
                new, first = np.unique(keys[found == _UNMADE], return_index=True)
                self._make([calendars[place] for place in places[found == _UNMADE].take(first)], new)
                found = self._begins.take(keys)
            return self._tables, found

    def _make(self, calendars: Sequence[Calendar], keys: Ints) -> None:
        """Make tables, as far as there is room."""
        begin = len(self._tables.starts)
        added = []
        for calendar, key in zip(calendars, keys.tolist(), strict=True):
            room = begin < _MOST * _LENGTH
            self._begins.ravel()[key] = begin if room else 0
            if room:
                added.append(_table(calendar.days_of(_FIRST + key % _YEARS)))
                begin += _LENGTH
        # Those that are in use elsewhere stay as they are.
        self._tables = _Tables(*(np.concatenate(each) for each in zip(self._tables, *added, strict=True)))


def _table(days: Days) -> _Tables:
    business, plain = np.array(days.business), np.array(days.plain)
    targets = np.full(_LENGTH, -1, dtype=np.int64)
    targets[: len(days.days)] = np.array(days.days) * 2 + plain[business]
    about = np.array(days.before) * 4 + business * 2 + plain
    return _Tables(np.array([*days.starts, days.starts[-1] + DAY]), np.append(about, 0), targets)


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
        self._numbers = tables.places(calendars)

    def shifted(self, places: Ints, moments: Ints, count: int, back: bool) -> Ints:
        """The moments moved by business days, as ``Calendar.add_business_days`` and its counterpart move them."""
        if len(moments) == 0:
            return moments
        tables, begin, at, start, sure = self._find(places, moments, _OVERLAP if back else 0)
        about = tables.about.take(at)
        business, plain, target = (about & 2) != 0, (about & 1) != 0, about >> 2
        since = np.where(business, moments - start, DAY - 1 if back else 0)
        if back:
            target -= count + ~business
        else:
            target += count
        sure &= (target >= 0) & (target < _LENGTH)
        day = tables.targets.take(begin + target, mode="clip")
        # On plain days, the same time of day is as long after midnight.
        sure &= (day >= 0) & ((since == 0) | ((plain | ~business) & ((day & 1) != 0)))
        since += tables.starts.take(begin + (day >> 1))

        def move(calendar: Calendar, moment: int) -> int:
            return (calendar.subtract_business_days if back else calendar.add_business_days)(moment, count)

        return self._mended(since, sure, places, moments, move)

    def clocks(self, places: Ints, moments: Ints) -> tuple[Ints, Array]:
        """What clocks show at the moments (seconds since local midnight), and whether it is a business day (1 or 0)."""
        tables, _, at, start, sure = self._find(places, moments, 0)
        about = tables.about.take(at)
        business = ((about & 2) != 0).view(np.int8)
        self._mended(business, sure, places, moments, lambda calendar, moment: calendar.is_business_day(moment))
        sure &= (about & 1) != 0
        shown = moments - start
        return self._mended(shown, sure, places, moments, lambda calendar, moment: calendar.day_time(moment)), business

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
        tables, begin = self._tables.begins(self._calendars, self._numbers, places, years)
        first = tables.starts.take(begin)
        early = (first > moments - ahead).nonzero()[0]
        if len(early):  # a year begins somewhat later here than years do on average
            tables, before = self._tables.begins(self._calendars, self._numbers, places[early], years[early] - 1)
            begin[early] = before
            first[early] = tables.starts.take(before)
        day = (moments - first) // DAY
        sure = (begin > 0) & (day >= 0) & (day < SPAN - 1)
        at = begin + day
        if not sure.all():
            at[~sure] = 0
        start = tables.starts.take(at)
        off = ((start > moments) | (tables.starts.take(at + 1) <= moments)).nonzero()[0]
        if len(off):  # clocks have been put back or forward since the year began
            at[off] += np.where(start[off] > moments[off], -1, 1)
            start[off] = tables.starts.take(at[off], mode="clip")
            sure[off] &= (start[off] <= moments[off]) & (moments[off] < tables.starts.take(at[off] + 1, mode="clip"))
            at[off] = np.where(sure[off], at[off], 0)
        return _Found(tables, begin, at, start, sure)
