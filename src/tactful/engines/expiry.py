"""The time span for which a rule fires by time alone, and the turns of its tests.

A turn is a moment at which the outcome of a test may change although no fact does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple, assert_never

from tactful.engines.courses import AFTER, AT, Course, Courses, Steps
from tactful.engines.evaluate import Environment, Evaluator, row_of
from tactful.facts.kinds import DAY
from tactful.facts.rows import Case, Row, own_calendar
from tactful.language.ir import (
    Aggregate,
    ComputedFact,
    Condition,
    Derived,
    Field,
    Rule,
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
from tactful.language.ir.reads import conditions_in, fields_of_expression
from tactful.source.codes.case import TooMuchWork
from tactful.source.diagnostics import Diagnostic

#: How far ahead the end of a rule is searched for, in seconds. A rule that still fires then has no deadline.
HORIZON: Final = 366 * DAY
#: The same for rules that read a local clock. These turn several times a day, and a year of turns would take seconds.
CLOCK_HORIZON: Final = 21 * DAY
#: Most ends of rules that read a local clock are nearer than this, so these days are searched first.
_NEAR: Final = 4 * DAY
#: The most steps for all rules of a case together, see :class:`tactful.engines.courses.Steps`.
STEPS: Final = 2_000_000


class Turn(NamedTuple):
    """A moment at which the outcome of a test may change (seconds since 1970, UTC).

    ``first`` is the first second with the new outcome, ``boundary`` the moment that people name. The outcome of
    ``now <= t`` changes at ``t + 1``, but its boundary is ``t``.
    """

    first: int
    boundary: int


def fires(rule: Rule, env: Environment, evaluator: Evaluator) -> bool:
    """Whether a rule fires at the evaluator's ``now``."""
    return evaluator.holds(rule.when, env) and not evaluator.holds(rule.unless, env)


class Expiry:
    """Since when, and until when, the rules of a pack fire for one case by time alone.

    Courses are kept, so that rules share them. All rules together take ``STEPS`` steps at most, after which
    :class:`TooManySteps` is raised. Not safe to share between threads.
    """

    def __init__(self, evaluator: Evaluator, clockwork: Clockwork | None = None) -> None:
        """``clockwork`` is the pack's, if it exists already: making it takes as long as a short search."""
        self.evaluator = evaluator
        self.steps = Steps(STEPS)
        self._clockwork = Clockwork(evaluator.facts) if clockwork is None else clockwork
        self._courses: dict[tuple[int, int], Courses] = {}

    def until(self, rule: Rule, row: Row) -> int | None:
        """The moment at which a rule that fires now stops by time alone; ``None`` where that is beyond its horizon.

        In seconds since 1970, UTC.
        """
        now = self.evaluator.now
        for horizon in self._horizons(rule):
            course = self._course(rule, row, now, now + horizon)
            if len(course.times) > 1:
                return course.times[1] - 1 if course.marks[1] & AFTER else course.times[1]
        return None

    def since(self, rule: Rule, row: Row) -> int | None:
        """The moment since which a rule that fires now has fired by time alone; ``None`` where that is beyond its horizon.

        In seconds since 1970, UTC.
        """
        now = self.evaluator.now
        for horizon in self._horizons(rule):
            course = self._course(rule, row, now - horizon - 1, now)
            if len(course.times) > 1:
                return course.times[-1] if course.marks[-1] & AT else course.times[-1] - 1
        return None

    def _course(self, rule: Rule, row: Row, start: int, last: int) -> Course:
        key = start, last
        courses = self._courses.get(key)
        if courses is None:
            courses = self._courses[key] = Courses(self.evaluator, self._clockwork, start, last, self.steps)
        return courses.rule(rule, self.evaluator.environment(rule.entity, row))

    def _horizons(self, rule: Rule) -> tuple[int, ...]:
        """How far ahead the end of a rule is searched for, in seconds: first near by, if that saves much."""
        return (_NEAR, CLOCK_HORIZON) if self._clockwork.looks_at_clocks(rule) else (HORIZON,)


def end_not_found(rule: Rule, case: Case) -> Diagnostic:
    """The mistake of a case for which it takes too many steps to find out when a rule stops firing."""
    message = (
        f"it takes more than {STEPS:,} steps to tell when `{rule.id}` ceases to hold for `{case.candidate.id}`, "
        "and its deadline is that moment"
    )
    return TooMuchWork.at(rule.span, message, "give the rule a deadline of its own (`by`), or `by: none`")


def rule_turns(rule: Rule, env: Environment, evaluator: Evaluator) -> Iterator[Turn]:
    """All turns of a rule's tests, before ``now`` and after. Of the turns of local clocks, only those of the nearest days."""
    yield from _Turns(evaluator).of_rule(rule, env)


def turns_of_rules(rules: Iterable[Rule], evaluator: Evaluator) -> Iterator[Turn]:
    """The same for all rows of some rules. Turns of facts that several of them read are listed once."""
    turns = _Turns(evaluator)
    for rule in rules:
        for row in evaluator.rows(rule.entity):
            yield from turns.of_rule(rule, evaluator.environment(rule.entity, row))


def turns_of_facts(facts: Iterable[ComputedFact], evaluator: Evaluator) -> Iterator[Turn]:
    """The same for all rows of some computed facts."""
    turns = _Turns(evaluator)
    for fact in facts:
        for row in evaluator.rows(fact.entity):
            yield from turns.of_fact(fact, row)


class _Turns:
    """Lists the turns of conditions; those of a computed fact once for each row."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._listed: set[tuple[str, int]] = set()

    def of_rule(self, rule: Rule, env: Environment) -> Iterator[Turn]:
        """The turns of a rule for one row."""
        yield from self.of(rule.when, env)
        yield from self.of(rule.unless, env)

    def of(self, condition: Condition, env: Environment) -> Iterator[Turn]:
        """The turns of a condition."""
        if not isinstance(condition, Test):
            for member in condition.members:
                yield from self.of(member, env)
            return
        if not asks_the_date(condition):
            yield from self._field_turns(condition.field, env)
        times = clock_times(condition)
        if asks_the_date(condition):
            yield from self._day_turns(condition, env)
        elif times:
            yield from self._clock_turns(condition.field, env, times)
        for boundary in boundaries_of(condition):
            yield from self._boundary_turns(boundary, condition.field, env)

    def _boundary_turns(self, boundary: Boundary, field: Field, env: Environment) -> Iterator[Turn]:
        match boundary:
            case AtMoment():
                value = self._evaluator.value(field, env)
                if value is not None:
                    moment = self._evaluator.shifted(value, boundary.shift, field, env)
                    yield Turn(boundary.first(moment), moment)
            case AtField(other=other):
                yield from self._field_turns(other, env)
                yield from self._meetings(field, other, env)
                yield from self._meetings(other, field, env)
            case AtValue() | AmongValues() | AtWords() | AtDay() | AtDayOfYear():
                pass  # a field passes these boundaries only when its value changes
            case _:
                assert_never(boundary)

    def _field_turns(self, field: Field, env: Environment) -> Iterator[Turn]:
        """The turns at which the value of a field may change: midnights for the local day; a computed fact's own turns."""
        row = row_of(field, env)
        if row is None:
            return
        if turns_at_midnight(field):
            yield from self._clock_turns(field, env, (0,))
        if field.origin != "computed":
            return
        if (field.key, row.no) in self._listed:
            return
        self._listed.add((field.key, row.no))
        yield from self.of_fact(self._evaluator.facts[field.key], row)

    def of_fact(self, fact: ComputedFact, row: Row) -> Iterator[Turn]:
        """The turns of a computed fact of a row."""
        own = self._evaluator.environment(fact.entity, row)
        match fact:
            case WhenFact():
                yield from self.of(fact.condition, own)
            case Aggregate():
                for inner in self._evaluator.collection(fact, row, own):
                    yield from self.of(fact.where, inner)
                    if fact.value is not None:
                        yield from self._field_turns(fact.value, inner)
            case Derived(expression=expression):
                for condition in conditions_in(expression):
                    yield from self.of(condition, own)
                for read in fields_of_expression(expression):
                    yield from self._field_turns(read, own)
            case _:
                assert_never(fact)

    def _day_turns(self, test: Test, env: Environment) -> Iterator[Turn]:
        """The turns of a test of the date, in the year before ``now`` and in the year after."""
        row, now = row_of(test.field, env), self._evaluator.now
        if row is not None:
            for moment in day_turns(test, own_calendar(row), now, now):
                yield Turn(moment, moment)

    def _meetings(self, clock: Field, other: Field, env: Environment) -> Iterator[Turn]:
        """The turns at which a clock begins, or ceases, to show the time of day that another field holds."""
        value = self._evaluator.value(other, env)
        if clock.origin == "clock" and isinstance(value, int):
            two_clocks = other.origin == "clock"  # they keep their distance until one of them is put forward or back
            yield from self._clock_turns(clock, env, () if two_clocks else (value, value + 1))

    def _clock_turns(self, field: Field, env: Environment, times: tuple[int, ...]) -> Iterator[Turn]:
        """The turns around ``now`` at which a clock shows one of ``times``, or is put forward or back.

        ``times`` are in seconds since midnight.
        """
        row = row_of(field, env)
        if row is None:
            return
        calendar, now = own_calendar(row), self._evaluator.now
        today = calendar.local(now).date()
        for days in (-2, -1, 0, 1, 2):
            for seconds in times:
                naive = datetime.combine(today, time()) + timedelta(days=days, seconds=seconds)
                for fold in (0, 1):
                    first = calendar.instant(naive.replace(fold=fold))
                    yield Turn(first, first)
        # Times of day carry the search from day to day. Without any, the search would end before a distant change of clocks.
        around = 3 * DAY if times else CLOCK_HORIZON
        for change in calendar.clock_changes(now - around, now + around):
            yield Turn(change, change)
