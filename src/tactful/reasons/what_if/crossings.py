"""The values of a field at which a test turns: of the field itself, or of what is computed from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from math import ceil
from typing import Final, Literal, assert_never

from tactful.engines.evaluate import Evaluator
from tactful.facts.calendars import FIRST_MOMENT, LAST_MOMENT, Calendar
from tactful.facts.kinds import DAY, Value, length_of
from tactful.facts.rows import Row, business_calendar, inside, nearest_calendar
from tactful.language.ir import Field, Moved, Opens, Share, Shift
from tactful.language.ir.boundaries import (
    AmongValues,
    AtDay,
    AtDayOfYear,
    AtField,
    AtMoment,
    AtValue,
    AtWords,
    Boundary,
)
from tactful.language.ir.days import day_in_year
from tactful.language.ir.fields_read import ReadField, before
from tactful.language.ir.turns import Added, Reach, Step

Number = int | float
#: The most rows of a case from which values are taken, and the most values that a step leads back to.
_ROWS: Final = 12
_VALUES: Final = 24
#: Offices open within this time of any moment, in seconds.
_CLOSED: Final = 31 * DAY


def crossings(field: ReadField, row: Row, evaluator: Evaluator) -> set[Number]:
    """The moments (seconds since 1970), lengths (seconds) or numbers at which a test of the field of ``row`` turns."""
    back = _Back(row, evaluator)
    found: set[Number] = set()
    for turn in field.turns:
        values = set(back.targets(turn.boundary))
        for step in reversed(turn.way):
            values = {value for after in sorted(values)[:_VALUES] for value in back.through(step, after)}
        found |= values
    return found


class _Back:
    """Leads values back to the field of a row."""

    def __init__(self, row: Row, evaluator: Evaluator) -> None:
        self._row, self._evaluator = row, evaluator

    def targets(self, boundary: Boundary) -> Iterator[Number]:
        """The values at which a boundary lies."""
        now = self._evaluator.now
        match boundary:
            case AtMoment(shift=shift):
                yield before(now, shift, business_calendar(self._row))
            case AtValue(value=value):
                yield value
            case AmongValues(values=values):
                yield from _numbers(values)
            case AtDay(day=day):
                yield self._midnight(date.fromordinal(day))
            case AtDayOfYear(day=day):
                year = nearest_calendar(self._row).local(now).year
                yield from (self._midnight(day_in_year(near, day)) for near in (year - 1, year, year + 1))
            case AtField(other=other):
                yield from _numbers(self._values(other))
            case AtWords():
                return
            case _:
                assert_never(boundary)

    def _midnight(self, day: date) -> int:
        return nearest_calendar(self._row).start_of_day(day)

    def through(self, step: Step, after: Number) -> Iterator[Number]:
        """The values, or values close to them, that become ``after`` by a step."""
        match step:
            case Moved(length=length, back=back):
                lengths = map(length_of, self._whole(length)) if isinstance(length, Field) else (length,)
                for each in lengths:
                    yield before(int(after), Shift(each, back), business_calendar(self._row))
            case Reach(moved=moved):
                for moment in self._whole(moved.field):
                    yield max(moment - after if moved.back else after - moment, 0)
            case Opens():
                yield self._last_before(step, int(after))
            case Share(numerator=numerator, denominator=denominator, whole=whole):
                if numerator:
                    yield ceil(after * denominator / numerator) if whole else after * denominator / numerator
            case Added():
                yield from self._without(step, after)
            case _:
                assert_never(step)

    def _last_before(self, step: Opens, after: int) -> int:
        """The last moment for which offices open at ``after`` or earlier."""
        calendar = nearest_calendar(self._row)
        opens = calendar.office_time if step.how == "office" else calendar.next_day
        low, high = after - _CLOSED, after
        if not FIRST_MOMENT < low < high < LAST_MOMENT or opens(after) <= after:
            return after
        likely = _before_opening(calendar, step.how, after)
        if likely is not None and low <= likely and opens(likely) <= after < opens(likely + 1):
            return likely
        while low < high:
            middle = (low + high + 1) // 2
            if opens(middle) <= after:
                low = middle
            else:
                high = middle - 1
        return low

    def _without(self, step: Added, after: Number) -> Iterator[Number]:
        """The member of a sum or a difference with which it comes to ``after``."""
        evaluator, combine = self._evaluator, step.combine
        others = [member for no, member in enumerate(combine.members) if no != step.member]
        for row in self._related(step.entity):
            env = evaluator.environment(step.entity, row)
            known = list(_numbers(evaluator.expression(member, env) for member in others))
            if len(known) < len(others):
                continue
            if combine.how == "sum":
                yield after - sum(known)
            else:
                yield after + known[0] if step.member == 0 else known[0] - after

    def _whole(self, field: Field) -> list[int]:
        return [int(value) for value in _numbers(self._values(field))]

    def _values(self, field: Field) -> set[Value]:
        """The values of a field of rows that belong together with this row."""
        evaluator = self._evaluator
        return {evaluator.value(field, evaluator.environment(field.scope, row)) for row in self._related(field.scope)}

    def _related(self, entity: str) -> list[Row]:
        rows = self._evaluator.rows(entity)
        return [row for row in rows if inside(row, self._row) or inside(self._row, row)][:_ROWS]


def _before_opening(calendar: Calendar, how: Literal["office", "day"], after: int) -> int | None:
    """Probably the last moment for which offices open at ``after`` or earlier; ``None`` where clocks change nearby.

    It is the end of office hours, or the end of the day before, of the last day on which offices were open.
    """
    midnight = calendar.plain_midnight(after)
    if midnight is None:
        return None
    works = calendar.is_business_day(after)
    if not works or after - midnight < calendar.opens:
        midnight = calendar.plain_midnight(calendar.subtract_business_days(midnight, 1 if works else 0))
        if midnight is None:
            return None
    return midnight + calendar.closes - 1 if how == "office" else midnight - 1


def _numbers(values: Iterable[Value]) -> Iterator[Number]:
    """The numbers among values."""
    return (value for value in values if isinstance(value, int | float) and not isinstance(value, bool))
