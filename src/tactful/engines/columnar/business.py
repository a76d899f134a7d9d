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
#: So many tables are kept, ten kilobytes each; what would take more is asked of calendars.
_MOST: Final = 4_096


class _Tables(NamedTuple):
    """Days by table and number in it; see :class:`~tactful.calendars.Days`. ``counts``: how many business days each has."""

    starts: Ints
    business: Flags
    before: Array
    days: Array
    plain: Flags
    counts: Array


class DayTables:
    """The days of calendars, a table for each year that was asked for. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._slots: dict[tuple[str, str | None, int], int] = {}
        self.tables = _empty(16)

    def slot(self, calendar: Calendar, year: int) -> int:
        """The number of the table of a year; -1 where there is no room for it."""
        key = (calendar.time_zone, calendar.country, year)
        with self._lock:
            found = self._slots.get(key)
            if found is None and len(self._slots) < _MOST:
                found = len(self._slots)
                if found == len(self.tables.counts):
                    self.tables = _Tables(*map(_doubled, self.tables))  # who still reads the old ones needs no others
                _write(self.tables, found, calendar.days_of(year))
                self._slots[key] = found
            return -1 if found is None else found


def _empty(count: int) -> _Tables:
    return _Tables(
        np.zeros((count, SPAN + 1), dtype=np.int64),
        np.zeros((count, SPAN), dtype=np.bool_),
        np.zeros((count, SPAN), dtype=np.int16),
        np.zeros((count, SPAN), dtype=np.int16),
        np.zeros((count, SPAN), dtype=np.bool_),
        np.zeros(count, dtype=np.int16),
    )


def _doubled(table: Array) -> Array:
    return np.concatenate([table, np.zeros_like(table)])


def _write(tables: _Tables, slot: int, days: Days) -> None:
    tables.starts[slot, :-1] = days.starts
    tables.starts[slot, -1] = days.starts[-1] + DAY
    tables.business[slot] = days.business
    tables.before[slot] = days.before
    tables.days[slot, : len(days.days)] = days.days
    tables.plain[slot] = days.plain
    tables.counts[slot] = len(days.days)


class _Found(NamedTuple):
    """For each moment the table and the day that it falls on; ``sure``: whether that is right."""

    tables: _Tables
    slot: Ints
    day: Ints
    start: Ints
    sure: Flags

    def of(self, table: Array) -> Array:
        """What a table has for these days."""
        found: Array = table.ravel().take(self.slot * table.shape[1] + self.day)
        return found


class LocalDays:
    """The days of a chunk's calendars. Calendars are named by their places among ``calendars``."""

    def __init__(self, calendars: Sequence[Calendar], tables: DayTables) -> None:
        self._calendars, self._tables = calendars, tables
        #: The table of each calendar and year: -2 where nobody has asked yet.
        self._slots = np.full(len(calendars) * _YEARS, -2, dtype=np.int64)

    def shifted(self, places: Ints, moments: Ints, count: int, back: bool) -> Ints:
        """The moments moved by business days, as ``Calendar.add_business_days`` and its counterpart move them."""
        if len(moments) == 0:
            return moments
        at = self._find(places, moments, _OVERLAP if back else 0)
        business, before = at.of(at.tables.business), at.of(at.tables.before).astype(np.int64)
        if back:
            target = before - count - ~business
            since = np.where(business, moments - at.start, DAY - 1)
        else:
            target = before + count
            since = np.where(business, moments - at.start, 0)
        within = at.sure & (target >= 0) & (target < at.tables.counts.take(at.slot))
        number = at.tables.days.ravel().take(at.slot * SPAN + target.clip(0, SPAN - 1)).astype(np.int64)
        found = at.tables.starts.ravel().take(at.slot * (SPAN + 1) + number) + since
        plain = at.tables.plain.ravel().take(at.slot * SPAN + number)
        if back:
            settled = within & plain & (at.of(at.tables.plain) | ~business)
        else:
            settled = within & ((since == 0) | (plain & at.of(at.tables.plain)))

        def move(calendar: Calendar, moment: int) -> int:
            return (calendar.subtract_business_days if back else calendar.add_business_days)(moment, count)

        return self._mended(found, settled, places, moments, move)

    def business_days(self, places: Ints, moments: Ints) -> Array:
        """Whether the moments fall on business days: 1 or 0."""
        at = self._find(places, moments, 0)
        found = at.of(at.tables.business).astype(np.int8)
        return self._mended(found, at.sure, places, moments, lambda calendar, moment: calendar.is_business_day(moment))

    def day_times(self, places: Ints, moments: Ints) -> Ints:
        """What clocks show at the moments: seconds since local midnight."""
        at = self._find(places, moments, 0)
        settled = at.sure & at.of(at.tables.plain)
        return self._mended(
            moments - at.start, settled, places, moments, lambda calendar, moment: calendar.day_time(moment)
        )

    def _mended(
        self, found: Array, settled: Flags, places: Ints, moments: Ints, ask: Callable[[Calendar, int], int]
    ) -> Array:
        """What was found, and what the calendars say where it is not settled."""
        for no in np.flatnonzero(~settled):
            found[no] = ask(self._calendars[places[no]], int(moments[no]))
        return found

    # --- finding days ---

    def _find(self, places: Ints, moments: Ints, ahead: int) -> _Found:
        """The days, in tables that begin so many seconds before the moments' own years at least."""
        years = (moments - ahead) // _MEAN_YEAR + (FIRST_YEAR - _FIRST)
        slot = self._slot(places, years)
        first = self._tables.tables.starts[:, 0].take(slot)
        early = np.flatnonzero(first > moments - ahead)
        if len(early):  # a year begins somewhat later here than years do on average
            slot[early] = self._slot(places[early], years[early] - 1)
            first = self._tables.tables.starts[:, 0].take(slot)
        tables = self._tables.tables
        day = ((moments - first) // DAY).clip(0, SPAN - 1)
        starts = tables.starts.ravel()
        base = slot * (SPAN + 1)
        day += starts.take(base + day + 1) <= moments  # clocks have been put back or forward since
        day -= starts.take(base + day) > moments
        day.clip(0, SPAN - 1, out=day)
        start = starts.take(base + day)
        sure = (slot >= 0) & (start <= moments) & (moments < starts.take(base + day + 1))
        return _Found(tables, slot.clip(0), day, start, sure)

    def _slot(self, places: Ints, years: Ints) -> Ints:
        key = places * _YEARS + years.clip(0, _YEARS - 1)
        slot = self._slots.take(key)
        if len(slot) and slot.min() == -2:
            for one in np.unique(key[slot == -2]):
                place, year = divmod(int(one), _YEARS)
                self._slots[one] = self._tables.slot(self._calendars[place], _FIRST + year)
            slot = self._slots.take(key)
        return slot
