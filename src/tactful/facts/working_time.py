"""What a pack says about a calendar: days off, working days, the weekend and office hours."""

from __future__ import annotations

from calendar import isleap
from datetime import date
from typing import Final

import msgspec

from tactful.facts.kinds import HOUR

#: Office hours, where a pack does not state others (seconds since midnight).
OPENS: Final = 9 * HOUR
CLOSES: Final = 17 * HOUR
#: The name of the calendar of all places for which a case names no calendar.
DEFAULT: Final = "default"
_LEAP_DAY: Final = 229


class DayRange(msgspec.Struct, frozen=True):
    """Consecutive days; ``first`` and ``last`` are both included.

    They are ordinals of days, or if ``yearly`` days of every year: 100 times the month, and the day. A yearly range may pass
    the end of the year. 29 February is the 28th in other years.
    """

    first: int
    last: int
    yearly: bool

    def covers(self, day: date) -> bool:
        """Whether the day is in the range."""
        if not self.yearly:
            return self.first <= day.toordinal() <= self.last
        at, first, last = 100 * day.month + day.day, self.first, self.last
        if not isleap(day.year):
            first, last = first - (first == _LEAP_DAY), last - (last == _LEAP_DAY)
        return first <= at <= last if first <= last else at >= first or at <= last


class WorkingTime(msgspec.Struct, frozen=True):
    """What a pack says about a calendar, in addition to what is known of its country.

    ``country``: its country, for applications that name none. ``weekend``: its days off in each week, Monday being 0;
    ``None`` for those of the country. On ``working_days`` people work, even if they are days off by the other fields.
    Office hours begin at ``opens`` and end before ``closes`` (seconds since midnight).
    """

    country: str | None = None
    weekend: tuple[int, ...] | None = None
    days_off: tuple[DayRange, ...] = ()
    working_days: tuple[DayRange, ...] = ()
    opens: int = OPENS
    closes: int = CLOSES

    def is_off(self, day: date) -> bool:
        """Whether it says that the day is off."""
        return any(days.covers(day) for days in self.days_off)

    def is_working(self, day: date) -> bool:
        """Whether it says that people work on the day."""
        return any(days.covers(day) for days in self.working_days)


#: A calendar about which the pack says nothing.
STANDARD: Final = WorkingTime()
