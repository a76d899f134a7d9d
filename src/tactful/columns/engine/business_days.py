"""Local days in arrays: business days counted and clocks read, for many moments in many calendars at once.

The tables do not cover days on which clocks change, nor counts that lead far away. For those moments the calendar itself
computes the answer, one moment at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tactful.columns.columns import Flags, Ints
from tactful.facts.calendars import FIRST_YEAR, LAST_YEAR, SPAN, Calendar, Days, Place
from tactful.facts.kinds import DAY

Array = npt.NDArray[Any]

#: Seconds of the next year that a table covers, less a margin. Counting back from them uses the table of the year before.
_OVERLAP: Final = (SPAN - 366 - 10) * DAY
_MEAN_YEAR: Final = 31_556_952
#: Years from 1969 on, because at the start of 1970 in UTC it is still 1969 in the west.
_FIRST: Final = FIRST_YEAR - 1
_YEARS: Final = LAST_YEAR - _FIRST + 1
_LENGTH: Final = SPAN + 1
_UNMADE: Final = -1
#: How many tables are kept, of about 12 kilobytes each. Without a table, the calendar computes one moment at a time.
_MOST: Final = 4_096


class _Tables(NamedTuple):
    """The days of all tables, one table after the other, ``_LENGTH`` each; see :class:`~tactful.facts.calendars.Days`.

    ``starts``: local midnights, in seconds since 1970. ``about``: the number of business days before the day, times four,
    plus two for a business day, plus one for a plain day. ``targets``: the table's business days by their number, times
    two, plus one for a plain day; -1 beyond the last. ``firsts``: the ordinal of the first day of each table, by its number.
    """

    starts: Ints
    about: Ints
    targets: Ints
    firsts: Ints


class DayTables:
    """The days of calendars, a table for each year that was needed. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        #: Number 0 and the first table belong to no calendar. A moment without a table gets these, and is not ``sure``.
        self._places: dict[Place, int] = {}
        self._begins = np.zeros((1, _YEARS), dtype=np.int64)
        starts, about, targets = np.full((3, _LENGTH), -1, dtype=np.int64)
        self._tables = _Tables(starts, about, targets, np.zeros(1, dtype=np.int64))

    def places(self, calendars: Sequence[Calendar]) -> Ints:
        """The numbers of calendars in these tables; 0 for a calendar for which there is no room."""
        with self._lock:
            numbers = [self._number((calendar.time_zone, calendar.country, calendar.name)) for calendar in calendars]
            new = len(self._places) + 1 - len(self._begins)
            if new:
                unmade = np.full((new, _YEARS), _UNMADE, dtype=np.int64)
                self._begins = np.concatenate([self._begins, unmade])
        return np.array(numbers, dtype=np.int64)

    def _number(self, place: Place) -> int:
        number = self._places.get(place, 0)
        if not number and len(self._places) < _MOST:
            number = self._places[place] = len(self._places) + 1
        return number

    def begins(self, calendars: Sequence[Calendar], numbers: Ints, places: Ints, years: Ints) -> tuple[_Tables, Ints]:
        """The tables, and the index at which each year's table begins, for the calendars at ``places`` with these ``numbers``."""
        keys = numbers.take(places) * _YEARS + np.minimum(np.maximum(years, 0), _YEARS - 1)
        with self._lock:
            begins = self._begins.take(keys)
            if len(begins) and begins.min() == _UNMADE:
                new, first = np.unique(keys[begins == _UNMADE], return_index=True)
                self._make([calendars[place] for place in places[begins == _UNMADE].take(first)], new)
                begins = self._begins.take(keys)
            return self._tables, begins

    def _make(self, calendars: Sequence[Calendar], keys: Ints) -> None:
        """Make tables, as long as there is room."""
        begin = len(self._tables.starts)
        added = []
        for calendar, key in zip(calendars, keys.tolist(), strict=True):
            room = begin < _MOST * _LENGTH
            self._begins.ravel()[key] = begin if room else 0
            if room:
                added.append(_table(calendar.days_of(_FIRST + key % _YEARS)))
                begin += _LENGTH
        # New arrays: other threads may still use the old ones.
        self._tables = _Tables(*(np.concatenate(parts) for parts in zip(self._tables, *added, strict=True)))


def _table(days: Days) -> _Tables:
    business, plain = np.array(days.business), np.array(days.plain)
    targets = np.full(_LENGTH, -1, dtype=np.int64)
    targets[: len(days.days)] = np.array(days.days) * 2 + plain[business]
    about = np.array(days.before) * 4 + business * 2 + plain
    starts = np.array([*days.starts, days.starts[-1] + DAY])
    return _Tables(starts, np.append(about, 0), targets, np.array([days.first]))


class _LocatedDays(NamedTuple):
    """For each moment: the index of its table, the index of its day, and the start of that day; ``sure`` if these are right."""

    tables: _Tables
    begin: Ints
    at: Ints
    start: Ints
    sure: Flags


class LocalDays:
    """The days of a chunk's calendars. Calendars are given by their indices in ``calendars``."""

    def __init__(self, calendars: Sequence[Calendar], tables: DayTables) -> None:
        self._calendars, self._tables = calendars, tables
        self._numbers = tables.places(calendars)
        hours = [(calendar.opens, calendar.closes) for calendar in calendars]
        #: When office hours begin, and when they end, in each calendar.
        self._hours = np.array(hours, dtype=np.int64).reshape(-1, 2).T

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
        # On plain days, a time of day is always equally long after midnight.
        sure &= (day >= 0) & ((since == 0) | ((plain | ~business) & ((day & 1) != 0)))
        since += tables.starts.take(begin + (day >> 1))

        def move(calendar: Calendar, moment: int) -> int:
            return (calendar.subtract_business_days if back else calendar.add_business_days)(moment, count)

        return self._mended(since, sure, places, moments, move)

    def clocks(self, places: Ints, moments: Ints) -> tuple[Ints, Array]:
        """The clock time at the moments (seconds since local midnight), and whether it is a business day (1 or 0)."""
        tables, _, at, start, sure = self._find(places, moments, 0)
        about = tables.about.take(at)
        business = ((about & 2) != 0).view(np.int8)
        self._mended(business, sure, places, moments, lambda calendar, moment: calendar.is_business_day(moment))
        sure &= (about & 1) != 0
        shown = moments - start
        return self._mended(shown, sure, places, moments, lambda calendar, moment: calendar.day_time(moment)), business

    def dates(self, places: Ints, moments: Ints) -> Ints:
        """The ordinals of the days of moments."""
        table, begin, at, _, sure = self._find(places, moments, 0)
        days = table.firsts.take(begin // _LENGTH) + (at - begin)
        return self._mended(days, sure, places, moments, lambda calendar, moment: calendar.day(moment))

    def openings(self, places: Ints, moments: Ints, *, office: bool) -> Ints:
        """The next office time from each moment on, or the opening on the next business day."""
        if len(moments) == 0:
            return moments
        tables, begin, at, start, sure = self._find(places, moments, 0)
        about = tables.about.take(at)
        business, target = (about & 2) != 0, about >> 2
        target += business
        sure &= target < _LENGTH
        day = tables.targets.take(begin + target, mode="clip")
        opens, closes = self._hours[0].take(places), self._hours[1].take(places)
        answers = tables.starts.take(begin + (day >> 1), mode="clip") + opens
        # On plain days, a time of day is always equally long after midnight.
        sure &= (day >= 0) & ((day & 1) != 0)
        if office:
            sure &= ~business | ((about & 1) != 0)
            since = moments - start
            answers = np.where(business & (since < closes), np.maximum(moments, start + opens), answers)

        def opening(calendar: Calendar, moment: int) -> int:
            return calendar.office_time(moment) if office else calendar.next_day(moment)

        return self._mended(answers, sure, places, moments, opening)

    def _mended(
        self, answers: Array, sure: Flags, places: Ints, moments: Ints, ask: Callable[[Calendar, int], int]
    ) -> Array:
        """The answers; each answer that is not sure is replaced by the calendar's own."""
        for no in (~sure).nonzero()[0]:
            answers[no] = ask(self._calendars[places[no]], int(moments[no]))
        return answers

    # --- finding days ---

    def _find(self, places: Ints, moments: Ints, ahead: int) -> _LocatedDays:
        """The days of the moments. Each table begins at least ``ahead`` seconds before its moment."""
        years = (moments - ahead) // _MEAN_YEAR + (FIRST_YEAR - _FIRST)
        tables, begin = self._tables.begins(self._calendars, self._numbers, places, years)
        first = tables.starts.take(begin)
        early = (first > moments - ahead).nonzero()[0]
        if len(early):  # this year begins later than an average year does
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
        if len(off):  # clocks have changed since the year began
            at[off] += np.where(start[off] > moments[off], -1, 1)
            start[off] = tables.starts.take(at[off], mode="clip")
            sure[off] &= (start[off] <= moments[off]) & (moments[off] < tables.starts.take(at[off] + 1, mode="clip"))
            at[off] = np.where(sure[off], at[off], 0)
        return _LocatedDays(tables, begin, at, start, sure)
