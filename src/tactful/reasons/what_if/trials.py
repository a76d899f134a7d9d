"""Values worth trying for a field: one for every range of values that the pack's conditions cannot tell apart.

A yes/no field has two values, a choice as many as it has words. A moment or a number has one on either side of every
figure that a rule compares it, or a fact that is computed from it, with. A text has a value that stands for any text, and
one for the words of every test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from math import ceil
from typing import Final, assert_never

import msgspec

from tactful.engines.evaluate import Evaluator
from tactful.facts.calendars import FIRST_MOMENT, LAST_MOMENT, Calendar
from tactful.facts.fields import is_deadline
from tactful.facts.kinds import (
    DAY,
    HOUR,
    LONGEST,
    MINUTE,
    WEEK,
    ChoiceKind,
    CountryKind,
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
from tactful.facts.kinds import MOST as MOST_NUMBER
from tactful.facts.rows import Case, Row
from tactful.language.ir import TextHas
from tactful.language.ir.boundaries import AmongValues, AtDay, AtDayOfYear, AtField, AtMoment, AtValue, AtWords
from tactful.language.ir.fields_read import ReadField
from tactful.reasons.what_if.crossings import crossings
from tactful.reasons.words import Words

#: Stands for any known text.
SOME_TEXT: Final = "…"
#: The most ranges of a field that are distinguished.
MOST: Final = 12
#: A country that no test names is the first of these.
_COUNTRIES: Final = ("US", "DE", "JP", "BR", "ZA", "AU")
_HOW: Final = {"contains": "contains", "begins": "begins with", "ends": "ends with"}
#: What a number is tried as that no test compares with a number: in seconds for lengths and times of day.
_ANY: Final = {DurationKind: 2 * WEEK, DayTimeKind: 9 * HOUR, NumberKind: 1}


class Trial(msgspec.Struct, frozen=True):
    """A value to try. A moment stands for all from ``low`` to ``high`` (seconds since 1970; ``None``: no bound).

    ``label``: what the value stands for, in words. ``first_day`` and ``last_day``: the range in days, where it is told so.
    """

    value: Value
    low: int | None = None
    high: int | None = None
    label: str = ""
    first_day: date | None = None
    last_day: date | None = None

    def words(self, kind: Kind, calendar: Calendar, words: Words) -> str:
        """The value, or the range that it stands for, in words."""
        if self.label:
            return self.label
        if self.first_day is not None or self.last_day is not None:
            return self._days(words)
        low = None if self.low is None else words.moment(self.low, calendar)
        high = None if self.high is None else words.moment(self.high, calendar)
        match low, high:
            case None, None:
                return words.value(self.value, kind, calendar)
            case None, _:
                return words.say("before {moment}", moment=high)
            case _, None:
                return words.say("after {moment}", moment=low)
            case _:
                return words.say("between {first} and {last}", first=low, last=high)

    def _days(self, words: Words) -> str:
        first = None if self.first_day is None else words.day(self.first_day)
        last = None if self.last_day is None else words.day(self.last_day)
        if first is None:
            return words.say("{day} or earlier", day=last)
        if last is None:
            return words.say("{day} or later", day=first)
        return first if first == last else words.say("{first} to {last}", first=first, last=last)

    def joined(self, after: Trial) -> Trial:
        """One trial for this range of moments and the range that follows it."""
        return Trial(self.value, self.low, after.high, "", self.first_day, after.last_day)


def trials(field: ReadField, row: Row, evaluator: Evaluator) -> list[Trial]:
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
            values = [person.id for person in evaluator.family(row.application).people]
        case MomentKind():
            return list(_moments(field, row, evaluator))
        case NumberKind() | DurationKind() | DayTimeKind():
            values = _numbers(field, row, evaluator)
        case CountryKind():
            values = _countries(field)
        case _:
            return list(_texts(field, row))
    return [Trial(value) for value in values]


def _numbers(field: ReadField, row: Row, evaluator: Evaluator) -> list[int | float]:
    """A number on every bound and on either side of it."""
    kind = field.kind
    step = 60 if isinstance(kind, DayTimeKind) else DAY if isinstance(kind, DurationKind) else 1
    bounds = [_whole(bound, kind) for bound in crossings(field, row, evaluator)]
    numbers = {number for bound in bounds for number in (bound - step, bound, bound + step)} or {_ANY[type(kind)]}
    most = DAY - 1 if isinstance(kind, DayTimeKind) else LONGEST if isinstance(kind, DurationKind) else MOST_NUMBER
    return sorted(number for number in numbers if 0 <= number <= most)[:MOST]


def _whole(bound: int | float, kind: Kind) -> int | float:
    """A bound, rounded up to a whole minute where cases have whole minutes."""
    if isinstance(kind, DayTimeKind | DurationKind):
        return ceil(bound / MINUTE) * MINUTE
    return int(bound) if float(bound).is_integer() else bound


def _countries(field: ReadField) -> list[str]:
    """The countries that tests name, and a country that no test names."""
    named = [
        str(value) for turn in field.turns if isinstance(turn.boundary, AmongValues) for value in turn.boundary.values
    ]
    taken = {country.partition("-")[0] for country in named}
    other = next(country for country in _COUNTRIES if country not in taken or len(taken) >= len(_COUNTRIES))
    return [*list(dict.fromkeys(named))[:MOST], other]


def _texts(field: ReadField, row: Row) -> Iterator[Trial]:
    """Any text, the texts that tests name, and for words that tests look for, the present text with them added."""
    yield Trial(SOME_TEXT)
    held = field.value(row)
    for turn in field.turns:
        match turn.boundary:
            case AmongValues(values=values):
                yield from (Trial(value) for value in values)
            case AtWords(predicate=predicate):
                yield _with_words(predicate, held if isinstance(held, str) else "")
            case AtMoment() | AtValue() | AtDay() | AtDayOfYear() | AtField():
                pass  # these name no text
            case _:
                assert_never(turn.boundary)


def _with_words(predicate: TextHas, held: str) -> Trial:
    words = predicate.words
    if not held:
        return Trial(words, label=f"{_HOW[predicate.how]} `{words}`")
    return Trial(f"{words} {held}" if predicate.how == "begins" else f"{held} {words}")


def _moments(field: ReadField, row: Row, evaluator: Evaluator) -> Iterator[Trial]:
    """A moment in each range between the moments at which a test of this field turns.

    Moments of events lie in the past. Only moments that people name in advance may lie in the future.
    """
    now = evaluator.now
    marks = {int(mark) for mark in crossings(field, row, evaluator)} | {now}
    others = {moment for moment in _moments_near(row, evaluator.case) if abs(moment - now) < 60 * DAY}
    marks = {mark for mark in (*_nearest(marks, now), *sorted(others)[:MOST]) if FIRST_MOMENT < mark < LAST_MOMENT}
    may_come = field.custom or is_deadline(field.entity, field.name)
    marks = {mark for mark in marks if may_come or mark <= now}
    ordered = sorted(marks)
    yield Trial(ordered[0] - DAY, None, ordered[0])
    for low, high in pairwise(ordered):
        yield Trial((low + high) // 2, low, high)
    if may_come:
        yield Trial(ordered[-1] + DAY, ordered[-1], None)


def _nearest(marks: set[int], now: int) -> list[int]:
    """The marks nearest to now."""
    return sorted(marks, key=lambda mark: (abs(mark - now), mark))[:MOST]


def _moments_near(row: Row, case: Case) -> Iterator[int]:
    """The moments of interviews and messages of the same application."""
    if row.application is None:
        return
    family = case.families[row.application.no]
    yield from (interview.ended_at for interview in family.interviews)
    yield from (message.sent_at for message in family.messages if message.sent_at is not None)
