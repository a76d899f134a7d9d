"""Values worth trying for a field: one for every stretch of values that the pack's conditions cannot tell apart.

A yes/no has two, one of a set has as many as the set. A moment or a number has one on either side of every figure that a
rule compares it with. Text has a single one: that it is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

import msgspec

from tactful.facts.calendars import FIRST_MOMENT, LAST_MOMENT, Calendar
from tactful.facts.edit import NAMED_MOMENTS
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

#: Stands for a text that is known, whatever it is.
SOME_TEXT: Final = "…"
#: No more stretches than this are told apart.
MOST: Final = 12


class Trial(msgspec.Struct, frozen=True):
    """A value to try. A moment stands for all from ``low`` to ``high``; ``None``: there is no such end."""

    value: Value
    low: int | None = None
    high: int | None = None

    def words(self, kind: Kind, calendar: Calendar) -> str:
        """What the value stands for."""
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
        """One trial for two stretches of moments that follow upon each other."""
        return Trial(self.value, self.low, after.high)


def trials(field: ReadField, row: Row, case: Case, now: int) -> list[Trial]:
    """The values to try for a field of a row, the one it holds among them; none where there is nothing to try."""
    match field.kind:
        case YesNoKind():
            values: Iterable[Value] = (True, False)
        case ChoiceKind(values=words):
            values = words
        case ListKind(values=words):
            values = [(one,) for one in words] or [(SOME_TEXT,)]
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
    found = {one for bound in field.bounds for one in (bound - step, bound, bound + step)}
    return sorted(one for one in found if one >= 0)[:MOST]


def _moments(field: ReadField, row: Row, case: Case, now: int) -> Iterator[Trial]:
    """A moment in each stretch between those at which something would come to be, or cease to be, so far from now.

    What is written with its time has happened; only days that people name may be still to come.
    """
    own = business_calendar(row)
    marks = {before(now, shift, own) for shift in field.shifts} | {now}
    others = {moment for moment in _moments_near(row, case) if abs(moment - now) < 60 * DAY}
    marks = {one for one in (*sorted(marks)[:MOST], *sorted(others)[:MOST]) if FIRST_MOMENT < one < LAST_MOMENT}
    may_come = field.custom or (field.entity, field.name) in NAMED_MOMENTS
    marks = {one for one in marks if may_come or one <= now}
    ordered = sorted(marks)
    yield Trial(ordered[0] - DAY, None, ordered[0])
    for one, after in pairwise(ordered):
        yield Trial((one + after) // 2, one, after)
    if may_come:
        yield Trial(ordered[-1] + DAY, ordered[-1], None)


def _moments_near(row: Row, case: Case) -> Iterator[int]:
    """The moments of the same application that another may be compared with."""
    if row.application is None:
        return
    family = case.families[row.application.no]
    yield from (one.ended_at for one in family.interviews)
    yield from (one.sent_at for one in family.messages if one.sent_at is not None)
