"""Values worth trying for a field: one for every range of values that the pack's conditions cannot tell apart.

A yes/no field has two values, a choice as many as it has words. A moment or a number has one on either side of every
figure that a rule compares it with. A text has a single value, which stands for any text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

import msgspec

from tactful.facts.calendars import FIRST_MOMENT, LAST_MOMENT, Calendar
from tactful.facts.fields import is_deadline
from tactful.facts.kinds import (
    DAY,
    ChoiceKind,
    DayTimeKind,
    DurationKind,
    IdKind,
    Kind,
    ListKind,
    MomentKind,
    NumberKind,
    Value,
    YesNoKind,
)
from tactful.facts.rows import Case, Row, business_calendar
from tactful.language.ir.fields_read import ReadField, before
from tactful.reasons.wording import say_moment, say_value

#: Stands for any known text.
SOME_TEXT: Final = "…"
#: The most ranges of one field that are told apart.
MOST: Final = 12


class Trial(msgspec.Struct, frozen=True):
    """A value to try. A moment stands for all from ``low`` to ``high`` (seconds since 1970; ``None``: no bound)."""

    value: Value
    low: int | None = None
    high: int | None = None

    def words(self, kind: Kind, calendar: Calendar) -> str:
        """The value, or the range that it stands for, in words."""
        low = None if self.low is None else say_moment(self.low, calendar)
        high = None if self.high is None else say_moment(self.high, calendar)
        match low, high:
            case None, None:
                return say_value(self.value, kind, calendar)
            case None, _:
                return f"before {high}"
            case _, None:
                return f"after {low}"
            case _:
                return f"between {low} and {high}"

    def joined(self, after: Trial) -> Trial:
        """One trial for this range of moments and the range that follows it."""
        return Trial(self.value, self.low, after.high)


def trials(field: ReadField, row: Row, case: Case, now: int) -> list[Trial]:
    """The values to try for a field of a row, its present value included; none where there is nothing to try."""
    match field.kind:
        case YesNoKind():
            values: Iterable[Value] = (True, False)
        case ChoiceKind(values=words):
            values = words
        case ListKind(values=words):
            values = [(word,) for word in words] or [(SOME_TEXT,)]
        case IdKind(entity="person"):
            assert row.application is not None  # a candidate names nobody
            values = [person.id for person in case.families[row.application.no].people]
        case MomentKind():
            return list(_moments(field, row, case, now))
        case NumberKind() | DurationKind() | DayTimeKind():
            values = _numbers(field)
        case _:
            values = (SOME_TEXT,)
    return [Trial(value) for value in values]


def _numbers(field: ReadField) -> list[int | float]:
    """A number on every bound and on either side of it."""
    step = 60 if isinstance(field.kind, DayTimeKind) else DAY if isinstance(field.kind, DurationKind) else 1
    numbers = {number for bound in field.bounds for number in (bound - step, bound, bound + step)}
    return sorted(number for number in numbers if number >= 0)[:MOST]


def _moments(field: ReadField, row: Row, case: Case, now: int) -> Iterator[Trial]:
    """A moment in each range between the moments at which a test of this field turns.

    Moments of events lie in the past. Only moments that people name in advance may lie in the future.
    """
    own = business_calendar(row)
    marks = {before(now, shift, own) for shift in field.shifts} | {now}
    others = {moment for moment in _moments_near(row, case) if abs(moment - now) < 60 * DAY}
    marks = {mark for mark in (*sorted(marks)[:MOST], *sorted(others)[:MOST]) if FIRST_MOMENT < mark < LAST_MOMENT}
    may_come = field.custom or is_deadline(field.entity, field.name)
    marks = {mark for mark in marks if may_come or mark <= now}
    ordered = sorted(marks)
    yield Trial(ordered[0] - DAY, None, ordered[0])
    for low, high in pairwise(ordered):
        yield Trial((low + high) // 2, low, high)
    if may_come:
        yield Trial(ordered[-1] + DAY, ordered[-1], None)


def _moments_near(row: Row, case: Case) -> Iterator[int]:
    """The moments of interviews and messages of the same application."""
    if row.application is None:
        return
    family = case.families[row.application.no]
    yield from (interview.ended_at for interview in family.interviews)
    yield from (message.sent_at for message in family.messages if message.sent_at is not None)
