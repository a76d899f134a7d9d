"""Read columns of moments (instants, local times, days, and text in ISO 8601) as seconds since 1970."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa

from tactful.columns.arrays import codes, numbers, present
from tactful.columns.columns import NULL, Flags, Ints, Places, gather
from tactful.columns.tables.places import distinct
from tactful.facts.calendars import FIRST_YEAR, LAST_YEAR, Calendar
from tactful.facts.kinds import DAY
from tactful.facts.reading.moments import deadline_of, parse_date, parse_moment, seconds_of
from tactful.source.lazy import lazy

_PER_SECOND: Final = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_FIRST: Final = int((datetime(FIRST_YEAR + 1, 1, 1) - datetime(1970, 1, 1)).total_seconds())
_LAST: Final = int((datetime(LAST_YEAR, 1, 1) - datetime(1970, 1, 1)).total_seconds())
_START: Final = datetime(1970, 1, 1)


class Clock:
    """The calendars for the local times of an entity's rows, and which rows have a time zone.

    ``rows``: for each row, the row of the candidate or application whose place and time zone apply.
    """

    def __init__(self, places: Ints, zoned: Flags, calendars: tuple[Calendar, ...], rows: Places) -> None:
        self._places, self._zoned, self.calendars, self._rows = places, zoned, calendars, rows

    @lazy
    def places(self) -> Ints:
        """The index of each row's calendar in ``calendars``."""
        return gather(self._places, self._rows, 0)

    @lazy
    def zoned(self) -> Flags:
        """For each row, whether a time zone is given."""
        return gather(self._zoned, self._rows, False)


def seconds_column(array: pa.Array, clock: Clock, deadline: bool) -> tuple[Ints, Flags]:
    """Moments in seconds since 1970 (:data:`NULL` for unknown), and the rows that the ordinary reader has to check.

    ``deadline``: whether a bare date is allowed; it means the last second of that day.
    """
    type_ = array.type
    if pa.types.is_timestamp(type_):
        per = _PER_SECOND[type_.unit]
        ticks = numbers(array, np.int64)
        seconds = ticks if per == 1 else ticks // per
        return _instants(seconds, present(array)) if type_.tz else _local(seconds, present(array), clock)
    if pa.types.is_date(type_):
        return _days(numbers(array, np.int32).astype(np.int64), present(array), clock)
    return _texts(array, clock, deadline)


def _instants(seconds: Ints, known: Flags | None) -> tuple[Ints, Flags]:
    odd = (seconds - _FIRST).view(np.uint64) >= np.uint64(_LAST - _FIRST)
    if known is not None:
        odd &= known
        seconds = np.where(known, seconds, NULL)
    return seconds, odd


def _readable(seconds: Ints, known: Flags | None, clock: Clock) -> tuple[Ints, Flags]:
    """The rows whose local time can be read, and flags for the rows that have a local time that cannot be read."""
    given = np.ones(len(seconds), np.bool_) if known is None else known
    fits = given & clock.zoned & (seconds >= _FIRST) & (seconds < _LAST)
    return np.flatnonzero(fits), given & ~fits


def _local(seconds: Ints, known: Flags | None, clock: Clock) -> tuple[Ints, Flags]:
    rows, odd = _readable(seconds, known, clock)
    days, times = np.divmod(seconds[rows], DAY)
    seconds_of_rows = np.full(len(seconds), NULL, np.int64)
    kinds, inverse = _places_and_days(clock.places[rows], days)
    ends = np.array([_end(clock, *kind) for kind in kinds], np.int64)
    starts = np.array([_end(clock, place, day - 1) for place, day in kinds], np.int64) + 1
    seconds_of_rows[rows] = starts[inverse] + times
    longer = np.flatnonzero((ends - starts + 1 != DAY)[inverse])  # the clocks change on that day
    for row in rows[longer].tolist():
        calendar = clock.calendars[clock.places[row]]
        seconds_of_rows[row] = calendar.instant(_START + timedelta(seconds=int(seconds[row])))
    return seconds_of_rows, odd


def _days(days: Ints, known: Flags | None, clock: Clock) -> tuple[Ints, Flags]:
    rows, odd = _readable(days * DAY, known, clock)
    kinds, inverse = _places_and_days(clock.places[rows], days[rows])
    seconds_of_rows = np.full(len(days), NULL, np.int64)
    seconds_of_rows[rows] = np.array([_end(clock, *kind) for kind in kinds], np.int64)[inverse]
    return seconds_of_rows, odd


def _places_and_days(places: Ints, days: Ints) -> tuple[list[tuple[int, int]], Any]:
    """The distinct pairs of place and day, and the index of each row's pair."""
    span = int(days.max(initial=0)) + 1
    kinds, inverse = distinct(places * span + days)
    return [divmod(kind, span) for kind in kinds.tolist()], inverse


def _end(clock: Clock, place: int, day: int) -> int:
    """The last second of a day, in seconds since 1970; ``day`` is in days since 1970."""
    return clock.calendars[place].end_of_day((_START + timedelta(days=day)).date())


def _texts(array: pa.Array, clock: Clock, deadline: bool) -> tuple[Ints, Flags]:
    """Read moments from texts, each distinct text at each place once."""
    texts, places_of_texts = codes(array)
    known = places_of_texts >= 0
    rows = np.flatnonzero(known)
    where = (clock.places[rows] * 2 + clock.zoned[rows]) * len(texts) + places_of_texts[rows]
    kinds, inverse = distinct(where)
    values = []
    for kind in kinds.tolist():
        outer, text = divmod(kind, len(texts))
        place, zoned = divmod(outer, 2)
        values.append(_read(texts[text] or "", clock.calendars[place], bool(zoned), deadline))
    seconds_of_rows = np.full(len(array), NULL, np.int64)
    seconds_of_rows[rows] = np.array([NULL if value is None else value for value in values], np.int64)[inverse]
    return seconds_of_rows, known & ((seconds_of_rows < _FIRST) | (seconds_of_rows >= _LAST))


def _read(text: str, calendar: Calendar, zoned: bool, deadline: bool) -> int | None:
    if deadline:
        moment: Any = parse_date(text) or parse_moment(text)
    else:
        moment = parse_moment(text)
    if moment is None:
        return None
    here = getattr(moment, "tzinfo", None) is None  # a local time, without an offset
    if not FIRST_YEAR < moment.year < LAST_YEAR or (here and not zoned):
        return None
    return deadline_of(text, calendar) if deadline else seconds_of(moment, calendar)
