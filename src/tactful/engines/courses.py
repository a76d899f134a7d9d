"""Courses: the value of a fact, condition or rule over a stretch of time, with the second at which each value begins.

The course of a fact is computed once for each row, from the courses of the fields that the fact reads. If values change at
n moments, that takes in the order of n log n steps. The result is exact: nothing is sampled.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, assert_never

import msgspec

from tactful.engines.evaluate import (
    Environment,
    Evaluator,
    clock_value,
    combined,
    compare,
    picked,
    row_of,
    share_of,
)
from tactful.facts.calendars import Calendar
from tactful.facts.kinds import DAY, Value, as_length
from tactful.facts.rows import Row, own_calendar
from tactful.language.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Choose,
    Combine,
    Condition,
    Constant,
    Derived,
    Expression,
    Field,
    Moved,
    NoneOf,
    NowIs,
    Opens,
    Pick,
    Predicate,
    Read,
    Relates,
    Rule,
    Share,
    Test,
    WhenFact,
)
from tactful.language.ir.boundaries import (
    AmongValues,
    AtDay,
    AtDayOfYear,
    AtField,
    AtMoment,
    AtValue,
    AtWords,
    Boundary,
    boundaries_of,
    clock_times,
    turns_at_midnight,
)
from tactful.language.ir.clockwork import Clockwork
from tactful.language.ir.days import asks_the_date, day_turns

#: Marks of a change, by the moment that people name for it: the first second of the new value, or the second before.
AT: Final = 1
AFTER: Final = 2

#: The steps that visiting a row takes, and how many numbers can be added in the time of a step.
ROW: Final = 10
_ADDED: Final = 100

#: Seconds since 1970 at which something may change, with their marks.
Cuts = dict[int, int]


class TooManySteps(Exception):
    """A search through time takes more steps than are left."""


class Steps:
    """The steps that are left for a search through time. A step is a moment at which something may change. Visiting a
    row takes ``ROW`` steps. Not safe to share between threads.
    """

    def __init__(self, left: int) -> None:
        #: How many are left.
        self.left = left

    def spend(self, steps: int) -> None:
        """Take so many steps. Raises :class:`TooManySteps` where fewer are left."""
        if steps > self.left:
            raise TooManySteps
        self.left -= steps


class Course(msgspec.Struct, frozen=True):
    """``values[i]`` holds from ``times[i]`` (seconds since 1970, UTC) up to but not including ``times[i + 1]``.

    Neighbouring values differ. ``marks[i]`` says which moments people name for the change to ``values[i]``.
    """

    times: tuple[int, ...]
    values: tuple[Value, ...]
    marks: tuple[int, ...]

    def at(self, moment: int) -> Value:
        """The value at a moment of the stretch."""
        return self.values[0 if len(self.times) == 1 else bisect_right(self.times, moment) - 1]


class _Source(msgspec.Struct, frozen=True):
    """A field in the course of time: its course, or the calendar whose clock it shows; and its value at a moment."""

    changes: Course | None
    calendar: Calendar | None
    at: Callable[[int], Value]


class Courses:
    """The courses of one case's values from ``start`` to ``last`` (seconds since 1970, UTC, both included).

    All methods raise :class:`TooManySteps` where ``steps`` does not allow for what they do. Not safe to share between
    threads.
    """

    def __init__(self, evaluator: Evaluator, clockwork: Clockwork, start: int, last: int, steps: Steps) -> None:
        self._evaluator, self._clockwork, self._start, self._last = evaluator, clockwork, start, last
        self._steps = steps
        self._facts: dict[tuple[str, int], Course] = {}
        #: The courses of tests of clocks, by the calendar and the test: many rules have the same test of a clock.
        self._clock_tests: dict[tuple[int, str, tuple[Predicate, ...], bool], Course] = {}
        self._yes, self._no = self._constant(True), self._constant(False)

    def rule(self, rule: Rule, env: Environment) -> Course:
        """Whether a rule fires, in the course of time."""
        when = self.condition(rule.when, env)
        if when == self._no:
            return when
        return self._all([when, self._negated(self.condition(rule.unless, env))])

    # --- conditions ---

    def condition(self, condition: Condition, env: Environment) -> Course:
        """The truth of a condition, in the course of time."""
        if not self._clockwork.condition(condition):
            return self._yes if self._evaluator.holds(condition, env) else self._no
        match condition:
            case Test():
                return self._test(condition, env)
            case AllOf(members=members):
                return self._all(self._members(members, env, self._no))
            case AnyOf(members=members):
                return self._any(self._members(members, env, self._yes))
            case NoneOf(members=members):
                return self._negated(self._any(self._members(members, env, self._yes)))
            case _:
                assert_never(condition)

    def _members(self, members: Iterable[Condition], env: Environment, decisive: Course) -> list[Course]:
        """The courses of conditions. If a member's course is ``decisive``, that alone, as the others do not matter then."""
        courses = []
        for member in members:
            course = self.condition(member, env)
            if course == decisive:
                return [decisive]
            courses.append(course)
        return courses

    def _all(self, courses: Sequence[Course]) -> Course:
        wanted = len(courses)
        return self._counted(courses, lambda count: count == wanted)

    def _any(self, courses: Sequence[Course]) -> Course:
        return self._counted(courses, lambda count: count > 0)

    def _counted(self, courses: Sequence[Course], result: Callable[[int], bool]) -> Course:
        """The course of a result that depends on the number of true members."""
        if len(courses) == 1 and result(1) and not result(0):
            return courses[0]
        return self._gathered(courses, _Count(courses, result))

    def _negated(self, course: Course) -> Course:
        return Course(course.times, tuple(not value for value in course.values), course.marks)

    # --- tests ---

    def _test(self, test: Test, env: Environment) -> Course:
        row = row_of(test.field, env)
        if row is None:
            return self._constant(test.negated)
        others = {
            predicate.other: self._source(predicate.other, env)
            for predicate in test.predicates
            if isinstance(predicate, Relates)
        }
        if test.field.origin != "clock" or others:
            return self._tested(test, env, self._source(test.field, env), others)
        key = id(own_calendar(row)), test.field.key, test.predicates, test.negated
        course = self._clock_tests.get(key)
        if course is None:
            course = self._clock_tests[key] = self._tested(test, env, self._source(test.field, env), others)
        return course

    def _tested(self, test: Test, env: Environment, field: _Source, others: Mapping[Field, _Source]) -> Course:
        dated = field.calendar is not None and asks_the_date(test)
        cuts = self._day_cuts(test, field) if dated else self._own_cuts(test.field, field)
        if field.calendar is not None and not dated:
            self._add_clock_cuts(cuts, field.calendar, clock_times(test))
        for boundary in boundaries_of(test):
            self._add_cuts(cuts, boundary, test.field, env, field, others)

        def holds(moment: int) -> bool:
            value = field.at(moment)
            plain = value is not None and all(
                self._predicate(predicate, value, test.field, env, moment, others) for predicate in test.predicates
            )
            return plain != test.negated

        return self._course(cuts, holds)

    def _predicate(
        self,
        predicate: Predicate,
        value: Value,
        field: Field,
        env: Environment,
        moment: int,
        others: Mapping[Field, _Source],
    ) -> bool:
        """Whether a predicate holds at ``moment``, when its field has this value."""
        if isinstance(predicate, NowIs):
            return compare(moment, predicate.op, self._evaluator.shifted(value, predicate.shift, field, env))
        if isinstance(predicate, Relates):
            against = others[predicate.other].at(moment)
            if against is None:
                return False
            return value == against if predicate.op == "==" else compare(value, predicate.op, against)
        return self._evaluator.predicate(predicate, value, field, env)

    # --- where tests may change ---

    def _day_cuts(self, test: Test, source: _Source) -> Cuts:
        """Where a test of the date may turn."""
        assert source.calendar is not None  # the date is that of a clock
        return dict.fromkeys(day_turns(test, source.calendar, self._start, self._last), AT)

    def _own_cuts(self, field: Field, source: _Source) -> Cuts:
        """Where the value of a field may change. For a time of day, only the changes that matter for every test."""
        cuts: Cuts = {}
        if source.changes is not None:
            cuts.update(zip(source.changes.times[1:], source.changes.marks[1:], strict=True))
        if source.calendar is not None:
            self._add_clock_cuts(cuts, source.calendar, (0,) if turns_at_midnight(field) else ())
        return cuts

    def _add_cuts(
        self,
        cuts: Cuts,
        boundary: Boundary,
        field: Field,
        env: Environment,
        source: _Source,
        others: Mapping[Field, _Source],
    ) -> None:
        """Add the seconds at which a test may pass a boundary."""
        match boundary:
            case AtMoment(shift=shift, after=after):
                for value in _values(source):
                    moment = self._evaluator.shifted(value, shift, field, env)
                    _mark(cuts, boundary.first(moment), AFTER if after else AT)
            case AtField(other=other):
                for moment, marks in self._own_cuts(other, others[other]).items():
                    _mark(cuts, moment, marks)
                self._add_meetings(cuts, source, others[other])
                self._add_meetings(cuts, others[other], source)
            case AtValue() | AmongValues() | AtWords() | AtDay() | AtDayOfYear():
                pass  # a field passes these boundaries only when its value changes
            case _:
                assert_never(boundary)

    def _add_meetings(self, cuts: Cuts, clock: _Source, other: _Source) -> None:
        """Add the seconds at which a clock begins, or ceases, to show a time of day that another field holds."""
        if clock.calendar is None:
            return
        # Two clocks keep their distance until one of them is put forward or back. A clock has no values here.
        for value in _values(other):
            self._add_clock_cuts(cuts, clock.calendar, (value, value + 1))

    def _add_clock_cuts(self, cuts: Cuts, calendar: Calendar, times: Iterable[int]) -> None:
        """Add the seconds at which a clock shows one of ``times`` (seconds since midnight), or is put forward or back."""
        for time in times:
            for moment in calendar.times(self._start, self._last, time):
                _mark(cuts, moment, AT)
        for moment in calendar.clock_changes(self._start - DAY, self._last + DAY):
            _mark(cuts, moment, AT)

    # --- fields and facts ---

    def _source(self, field: Field, env: Environment) -> _Source:
        row = row_of(field, env)
        if row is None or not self._clockwork.field(field):
            value = self._evaluator.value(field, env)
            return _Source(self._constant(value), None, lambda _: value)
        if field.origin == "clock":
            calendar = own_calendar(row)
            return _Source(None, calendar, lambda moment: clock_value(field.key, calendar, moment))
        course = self.fact(field.key, row)
        return _Source(course, None, course.at)

    def fact(self, id_: str, row: Row) -> Course:
        """A computed fact of a row, in the course of time."""
        key = id_, row.no
        course = self._facts.get(key)
        if course is None:
            course = self._facts[key] = self._fact(id_, row)
        return course

    def _fact(self, id_: str, row: Row) -> Course:
        evaluator = self._evaluator
        fact = evaluator.facts[id_]
        env = evaluator.environment(fact.entity, row)
        match fact:
            case WhenFact(condition=condition):
                return self.condition(condition, env)
            case Derived(expression=expression):
                return self._expression(expression, env)
            case Aggregate():
                return self._aggregate(fact, row, env)
            case _:
                assert_never(fact)

    def _aggregate(self, fact: Aggregate, row: Row, env: Environment) -> Course:
        evaluator = self._evaluator
        courses = [self._contribution(fact, inner) for inner in evaluator.candidates(fact, row, env)]
        match fact.op:
            case "exists":
                return self._gathered(courses, _Count(courses, lambda count: count > 0))
            case "none":
                return self._gathered(courses, _Count(courses, lambda count: count == 0))
            case "count":
                return self._gathered(courses, _Count(courses, lambda count: count))
            case "sum":
                return self._gathered(courses, _Sum(courses))
            case "latest" | "earliest":
                return self._gathered(courses, _Extreme(courses, -1 if fact.op == "latest" else 0))
            case _:
                assert_never(fact.op)

    def _contribution(self, fact: Aggregate, inner: Environment) -> Course:
        """What a row contributes to a fact: whether it matches, or its number while it matches."""
        self._steps.spend(ROW)
        where = self.condition(fact.where, inner)
        if fact.value is None:
            return where
        if where == self._no:
            return self._constant(None)
        source = self._source(fact.value, inner)
        cuts: Cuts = dict(zip(where.times[1:], where.marks[1:], strict=True))
        for moment, marks in self._own_cuts(fact.value, source).items():
            _mark(cuts, moment, marks)
        return self._course(cuts, lambda moment: _number(source.at(moment)) if where.at(moment) else None)

    # --- expressions ---

    def _expression(self, expression: Expression, env: Environment) -> Course:
        """The value of an expression, in the course of time."""
        match expression:
            case Constant(value=value):
                return self._constant(value)
            case Read(field=field):
                return self._field(field, env)
            case Moved(field=field, length=length):
                by = self._field(length, env) if isinstance(length, Field) else self._constant(as_length(length))
                return self._merged(
                    [self._field(field, env), by],
                    lambda values: self._evaluator.moved(expression, values[0], values[1], env),
                )
            case Opens(field=field):
                return self._merged(
                    [self._field(field, env)], lambda values: self._evaluator.opening(expression, values[0], env)
                )
            case Pick(members=members):
                return self._merged(self._each(members, env), lambda values: picked(expression, values))
            case Combine(members=members):
                return self._merged(self._each(members, env), lambda values: combined(expression, values))
            case Share(of=of):
                return self._merged([self._expression(of, env)], lambda values: share_of(expression, values[0]))
            case Choose():
                return self._chosen(expression, env)
            case _:
                assert_never(expression)

    def _each(self, members: Iterable[Expression], env: Environment) -> list[Course]:
        return [self._expression(member, env) for member in members]

    def _chosen(self, expression: Choose, env: Environment) -> Course:
        """The value of the first branch whose condition holds, in the course of time."""
        otherwise = expression.otherwise
        courses = []
        for branch in expression.branches:
            condition = self.condition(branch.condition, env)
            if condition == self._no:
                continue
            courses += [condition, self._expression(branch.value, env)]
            if condition == self._yes:
                break
        courses.append(self._constant(None) if otherwise is None else self._expression(otherwise, env))

        def chosen(values: list[Value]) -> Value:
            pairs = zip(values[:-1:2], values[1::2], strict=True)
            return next((value for holds, value in pairs if holds), values[-1])

        return self._merged(courses, chosen)

    def _field(self, field: Field, env: Environment) -> Course:
        """The value of a field that is no clock, in the course of time."""
        changes = self._source(field, env).changes
        assert changes is not None  # the check lets no fact be computed from a clock
        return changes

    def _merged(self, courses: Sequence[Course], value: Callable[[list[Value]], Value]) -> Course:
        """What the values of some courses come to together."""
        cuts: Cuts = {}
        for course in courses:
            for moment, marks in zip(course.times[1:], course.marks[1:], strict=True):
                _mark(cuts, moment, marks)
        return self._course(cuts, lambda moment: value([course.at(moment) for course in courses]))

    # --- making courses ---

    def _constant(self, value: Value) -> Course:
        return Course((self._start,), (value,), (0,))

    def _course(self, cuts: Cuts, value_at: Callable[[int], Value]) -> Course:
        self._steps.spend(1 + len(cuts))
        inside = sorted(moment for moment in cuts if self._start < moment <= self._last)
        return self._drawn([(moment, cuts[moment], value_at(moment)) for moment in inside], value_at(self._start))

    def _gathered(self, courses: Sequence[Course], tally: _Tally) -> Course:
        """The course of a tally over some courses."""
        first = tally.result()
        changes = sorted(
            (moment, no, place)
            for no, course in enumerate(courses)
            for place, moment in enumerate(course.times[1:], start=1)
        )
        self._steps.spend(len(changes) * tally.effort)
        points = []
        for moment, group in groupby(changes, key=itemgetter(0)):
            marks = 0
            for _, no, place in group:
                course = courses[no]
                tally.replace(no, course.values[place - 1], course.values[place])
                marks |= course.marks[place]
            points.append((moment, marks, tally.result()))
        return self._drawn(points, first)

    def _drawn(self, points: Iterable[tuple[int, int, Value]], first: Value) -> Course:
        """A course through points (moment, marks, value), without points that change nothing."""
        times, values, marks = [self._start], [first], [0]
        for moment, mark, value in points:
            if value != values[-1]:
                times.append(moment)
                values.append(value)
                marks.append(mark)
        return Course(tuple(times), tuple(values), tuple(marks))


class _Count:
    """Counts the courses that are true, and computes a result from that number."""

    #: How many steps a change takes, in all tallies.
    effort: Final = 1

    def __init__(self, courses: Sequence[Course], result: Callable[[int], Value]) -> None:
        self._count, self._result = sum(bool(course.values[0]) for course in courses), result

    def replace(self, no: int, before: Value, after: Value) -> None:
        self._count += bool(after) - bool(before)

    def result(self) -> Value:
        return self._result(self._count)


class _Sum:
    """The sum of the known numbers. They are added in the order of the rows, because sums of fractions depend on it."""

    def __init__(self, courses: Sequence[Course]) -> None:
        self._numbers = [_number(course.values[0]) or 0 for course in courses]
        self.effort: Final = 1 + len(courses) // _ADDED

    def replace(self, no: int, before: Value, after: Value) -> None:
        self._numbers[no] = _number(after) or 0

    def result(self) -> Value:
        return sum(self._numbers)


class _Extreme:
    """The last (``place`` -1) or the first (0) of the known numbers in order."""

    effort: Final = 1

    def __init__(self, courses: Sequence[Course], place: int) -> None:
        self._place = place
        firsts = (_number(course.values[0]) for course in courses)
        self._sorted = sorted(number for number in firsts if number is not None)

    def replace(self, no: int, before: Value, after: Value) -> None:
        old, new = _number(before), _number(after)
        if old is not None:
            del self._sorted[bisect_left(self._sorted, old)]
        if new is not None:
            insort(self._sorted, new)

    def result(self) -> Value:
        return self._sorted[self._place] if self._sorted else None


_Tally = _Count | _Sum | _Extreme


def _number(value: Value) -> int | float | None:
    return value if isinstance(value, int | float) else None


def _values(source: _Source) -> Iterator[int]:
    """The moments, or times of day, that a field holds in the course of time."""
    if source.changes is not None:
        yield from {value for value in source.changes.values if isinstance(value, int)}


def _mark(cuts: Cuts, moment: int, marks: int) -> None:
    cuts[moment] = cuts.get(moment, 0) | marks
