"""Where drawn values should lie: at the values that a pack compares them with, directly or through computed facts.

Nothing is known here about a case, so a length of time that a fact gives stands for each of the lengths that the pack names
for that fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice, product
from typing import Final, assert_never

import msgspec

from tactful.facts.calendars import FIRST_MOMENT, LAST_MOMENT, Calendar
from tactful.facts.kinds import DAY, WEEK, Duration, Elapsed, length_of
from tactful.facts.parameters import Adjustable
from tactful.language.ir import (
    HERE,
    CheckedPack,
    ComputedFact,
    Constant,
    Derived,
    Field,
    Moved,
    Opens,
    Read,
    Share,
    Shift,
)
from tactful.language.ir.boundaries import AmongValues, AtDay, AtDayOfYear, AtField, AtMoment, AtValue, AtWords
from tactful.language.ir.days import day_in_year
from tactful.language.ir.fields_read import ReadField, before
from tactful.language.ir.reads import expressions_in
from tactful.language.ir.turns import Added, Reach, Step, Turn

#: The most marks of one field, and the most lengths of one fact.
_MOST: Final = 24
_LENGTHS: Final = 6
#: The moments between which values are drawn: cases hold them, and a month around them, in any time zone.
FIRST: Final = FIRST_MOMENT + 400 * DAY
LAST: Final = LAST_MOMENT - 400 * DAY
#: The lengths that a given fact may have.
_ANY: Final[tuple[Duration, ...]] = (Elapsed(2 * WEEK), Elapsed(DAY))


class Mark(msgspec.Struct, frozen=True):
    """A moment from which ``shifts`` lead, one after the other, to now or to the beginning of a day.

    ``day`` is an ordinal, ``yearly`` a day of any year, see :func:`tactful.language.ir.days.day_in_year`; both ``None``: now.
    """

    shifts: tuple[Shift, ...] = ()
    day: int | None = None
    yearly: int | None = None

    def moment(self, now: int, calendar: Calendar) -> int:
        """The moment, in seconds since 1970, or a moment close to it."""
        at = now
        if self.day is not None:
            at = calendar.start_of_day(date.fromordinal(self.day))
        elif self.yearly is not None:
            at = calendar.start_of_day(day_in_year(calendar.local(now).year, self.yearly))
        for shift in reversed(self.shifts):
            at = before(at, shift, calendar)
        return min(max(at, FIRST), LAST)


class Marks:
    """Finds the marks of the fields of a pack."""

    def __init__(self, checked: CheckedPack) -> None:
        self._facts: Mapping[str, ComputedFact] = {fact.id: fact for fact in checked.facts}
        self._adjustable: Mapping[str, Adjustable] = {parameter.key: parameter for parameter in checked.adjustable}

    def of(self, turns: Iterable[Turn]) -> tuple[Mark, ...]:
        """The marks of a field that holds a moment, and that has these turns."""
        return tuple(dict.fromkeys(islice((mark for turn in turns for mark in self._marks(turn)), _MOST)))

    def _marks(self, turn: Turn) -> Iterator[Mark]:
        ends: tuple[Mark, ...]
        match turn.boundary:
            case AtMoment(shift=shift):
                ends = (Mark((shift,)),)
            case AtDay(day=day):
                ends = Mark(day=day), Mark(day=day - 1)
            case AtDayOfYear(day=day):
                ends = (Mark(yearly=day),)
            case AtField():
                ends = (Mark((HERE,)),)
            case AtValue() | AmongValues() | AtWords():
                return  # moments have none of these
            case _:
                assert_never(turn.boundary)
        for steps in product(*map(self._shifts, turn.way)):
            for end in ends:
                yield Mark((*steps, *end.shifts), end.day, end.yearly)

    def _shifts(self, step: Step) -> tuple[Shift, ...]:
        """The shifts that a step may come to."""
        match step:
            case Moved(length=length, back=back):
                lengths = self.lengths(length) if isinstance(length, Field) else (length,)
                return tuple(Shift(each, back) for each in lengths)
            case Opens() | Share() | Added() | Reach():
                return (HERE,)
            case _:
                assert_never(step)

    def lengths(self, field: Field) -> tuple[Duration, ...]:
        """The lengths of time that the pack names for a field: the values of a table or of a parameter, with its bounds."""
        if field.is_parameter:
            bounds = self._adjustable[field.key]
            return tuple(length_of(int(bound)) for bound in (bounds.low, bounds.high))
        fact = self._facts[field.key] if field.origin == "computed" else None
        if not isinstance(fact, Derived):
            return _ANY
        lengths: list[Duration] = []
        for part in expressions_in(fact.expression):
            if isinstance(part, Constant) and isinstance(part.value, int):
                lengths.append(length_of(part.value))
            elif isinstance(part, Read):
                lengths.extend(self.lengths(part.field))
        return tuple(dict.fromkeys(lengths))[:_LENGTHS] or _ANY

    def bounds(self, field: ReadField) -> tuple[int | float, ...]:
        """The numbers (seconds for lengths and times of day) that a field is compared with."""
        return tuple(sorted({bound for turn in field.turns for bound in self._bounds(turn)}))[:_MOST]

    def _bounds(self, turn: Turn) -> Iterator[int | float]:
        match turn.boundary:
            case AtValue(value=value):
                ends = [value]
            case AmongValues(values=values):
                ends = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
            case AtField(other=other):
                ends = list(self._numbers(other))
            case AtMoment() | AtWords() | AtDay() | AtDayOfYear():
                return  # numbers have none of these
            case _:
                assert_never(turn.boundary)
        for end in ends:
            for step in reversed(turn.way):
                if isinstance(step, Share) and step.numerator:
                    end = end * step.denominator / step.numerator
            yield int(end) if float(end).is_integer() else end

    def _numbers(self, field: Field) -> Iterator[int | float]:
        """The numbers that the pack names for a computed field or a parameter."""
        fact = self._facts[field.key] if field.origin == "computed" else None
        if isinstance(fact, Derived):
            for part in expressions_in(fact.expression):
                if isinstance(part, Constant) and isinstance(part.value, int | float):
                    yield part.value
