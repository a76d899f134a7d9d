"""The instants at which a decision can change although no fact does.

A condition that time alone cannot make true or false has no instants. The list may have a few instants at which nothing
changes, which costs time but not exactness. It never misses an instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise, product
from typing import Final, TypeVar, assert_never

from tactful.decide.clocks import Clocks, reads_a_clock
from tactful.decide.decider import Decider
from tactful.decide.truths import Lasting, Stretch
from tactful.engines.courses import Steps
from tactful.engines.evaluate import Environment, combined, row_of, share_of
from tactful.engines.expiry import CLOCK_HORIZON, HORIZON
from tactful.facts.kinds import Value, as_length
from tactful.facts.rows import Case, Row, own_calendar
from tactful.language.ir import (
    Aggregate,
    AllOf,
    Choose,
    Combine,
    Condition,
    Constant,
    Derived,
    Expression,
    Field,
    Moved,
    Opens,
    Pick,
    Read,
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
    turns_at_midnight,
)
from tactful.language.ir.days import asks_the_date
from tactful.language.ir.reads import conditions_in, fields_of_expression

V = TypeVar("V")
W = TypeVar("W")

#: What changes by itself: a rule, or a field that sorts conclusions.
Moving = Rule | Field

#: The most steps for listing the instants of a case, see :class:`tactful.engines.courses.Steps`.
STEPS: Final = 2_000_000


def instants(decider: Decider, case: Case, start: int, until: int) -> list[int]:
    """The seconds (since 1970, UTC) between ``start`` and ``until`` at which a firing may begin, end or get another deadline,
    or at which what sorts conclusions or tells occasions apart may change.

    ``start`` and ``until`` are left out. Raises :class:`TooManySteps` where it takes more than ``STEPS`` steps to list them.
    """
    last, steps = until - 1, Steps(STEPS)
    lasting = Lasting(decider.evaluator(case, start), steps)
    window = _Window(decider, lasting, start, last, steps)
    #: By application (or candidate): its moments without those of clocks, and its rules and fields that read a clock, with
    #: their rows.
    moments: dict[Row, set[int]] = {}
    clocked: dict[Row, list[tuple[Moving, Row]]] = {}
    parts: tuple[Moving, ...] = (*decider.moving, *decider.moving_order, *decider.moving_occasions)
    for part in parts:
        entity = part.entity if isinstance(part, Rule) else part.scope
        with_clock = _reads_a_clock(decider, part)
        for row in lasting.rows(entity):
            if window.matters(part, row):
                application = row.application or row
                moments.setdefault(application, {start, until}).update(window.moments(part, row))
                if with_clock:
                    clocked.setdefault(application, []).append((part, row))
    every = set().union(*moments.values(), _deadlines_in_sight(decider, lasting, start, last, steps))
    clocks = Clocks(lasting.evaluator, start, last, steps)
    for application, clocks_of in clocked.items():
        _add_clock_moments(decider, lasting, clocks, clocks_of, sorted(moments[application]), every, steps)
    if case.handled is not None:
        every.update(back for back in case.handled.dismissed.values() if back is not None and start < back < until)
    return sorted(every - {start, until})


def _reads_a_clock(decider: Decider, part: Moving) -> bool:
    return decider.clockwork.shows_a_clock(part) if isinstance(part, Field) else part.no in decider.clocked


def _add_clock_moments(
    decider: Decider,
    lasting: Lasting,
    clocks: Clocks,
    parts: list[tuple[Moving, Row]],
    moments: list[int],
    every: set[int],
    steps: Steps,
) -> None:
    """Add to ``every`` the moments at which clocks change a rule or field, but only in stretches in which the rule may fire.

    ``moments`` divide time into stretches. Within a stretch, only clocks change anything about the application of the
    rows. If a moment were missing, the longer stretch would only add moments at which nothing changes.
    """
    for first, end in pairwise(moments):
        window = _Window(decider, lasting, first, end - 1, steps, clocks)
        for part, row in parts:
            if window.matters(part, row):
                every.update(window.clock_moments(part, row, every))


def _deadlines_in_sight(decider: Decider, lasting: Lasting, start: int, last: int, steps: Steps) -> Iterator[int]:
    """The moments at which the end of a rule without ``by`` comes within the horizon, and so becomes its deadline."""
    ending = [rule for rule in decider.moving if rule.by is None and not rule.endless]
    for rules, ahead in (
        ([rule for rule in ending if rule.no not in decider.clocked], HORIZON),
        ([rule for rule in ending if rule.no in decider.clocked], CLOCK_HORIZON),
    ):
        if not rules:
            continue
        first, end = start + ahead, last + ahead
        plain = _Window(decider, lasting, first, end, steps)
        clocks = Clocks(lasting.evaluator, first, end, steps)
        with_clocks = _Window(decider, lasting, first, end, steps, clocks)
        for rule in rules:
            for row in lasting.rows(rule.entity):
                moments = plain.moments(rule, row)
                if ahead == CLOCK_HORIZON:
                    moments |= with_clocks.clock_moments(rule, row, set())
                yield from (moment - ahead for moment in moments)


class _Window(Stretch):
    """A stretch of time, and the moments in it at which conditions may change."""

    def __init__(
        self, decider: Decider, lasting: Lasting, start: int, last: int, steps: Steps, clocks: Clocks | None = None
    ) -> None:
        super().__init__(decider.conditions, lasting, start, last, steps)
        self._clockwork, self.evaluator, self._clocks = decider.clockwork, lasting.evaluator, clocks
        #: The computed facts, with the number of their row, whose moments have been listed.
        self._visited: set[tuple[str, int]] = set()
        self._known: set[int] = set()

    def matters(self, part: Moving, row: Row) -> bool:
        """Whether the rule may fire for the row at some moment of the window. A field always matters."""
        return isinstance(part, Field) or self._may_fire(part, row)

    def _may_fire(self, rule: Rule, row: Row) -> bool:
        env = self.evaluator.environment(rule.entity, row)
        return self.truth(rule.when, env) is not False and self.truth(rule.unless, env) is not True

    def moments(self, part: Moving, row: Row) -> set[int]:
        """The first seconds at which the outcome of a test of the rule, its deadline, or the field's value may change.

        Moments of clocks are left out, and so are those of computed facts that the window has already listed.
        """
        return self._inside(self._part(part, row))

    def clock_moments(self, part: Moving, row: Row, known: set[int]) -> set[int]:
        """The seconds at which clocks may change the rule or the field, without those that are ``known``.

        The window must have clocks.
        """
        self._known = known
        return self._inside(self._part(part, row))

    def _inside(self, moments: Iterator[int]) -> set[int]:
        return {moment for moment in moments if self.start < moment <= self.last and moment not in self._known}

    def _part(self, part: Moving, row: Row) -> Iterator[int]:
        if isinstance(part, Field):
            yield from self._changes_of(part, self.evaluator.environment(part.scope, row))
        else:
            yield from self._rule(part, row)

    def _rule(self, rule: Rule, row: Row) -> Iterator[int]:
        env = self.evaluator.environment(rule.entity, row)
        yield from self._changes(rule.when, env)
        yield from self._changes(rule.unless, env)
        if rule.by is not None:
            yield from self._changes_of(rule.by.field, env)

    # --- the moments at which conditions change ---

    def _changes(self, condition: Condition, env: Environment) -> Iterator[int]:
        """The moments at which a condition may change; they may lie outside the window."""
        if self.truth(condition, env) is not None:
            return
        if isinstance(condition, Test):
            yield from self._changes_of_test(condition, env)
            return
        together: list[Test] = []
        for member in condition.members:
            if isinstance(condition, AllOf) and isinstance(member, Test) and _turns_with_a_clock(member):
                together.append(member)  # taken together, they change less often: no office opens on a Sunday
            else:
                yield from self._changes(member, env)
        yield from self._clock_turns(together, env)

    def _changes_of_test(self, test: Test, env: Environment) -> Iterator[int]:
        if asks_the_date(test):
            yield from self.day_turns(test, env)
            return
        if reads_a_clock(test):
            yield from self._clock_turns([test], env)
            return
        yield from self._changes_of(test.field, env)
        for boundary in boundaries_of(test):
            yield from self._crossings(boundary, test.field, env)

    def _crossings(self, boundary: Boundary, field: Field, env: Environment) -> Iterator[int]:
        """The moments at which a field may pass a boundary of a predicate."""
        match boundary:
            case AtMoment():
                if self._clocks is None:
                    for value in self._values(field, env):
                        yield boundary.first(self.evaluator.shifted(value, boundary.shift, field, env))
            case AtField(other=other):
                yield from self._changes_of(other, env)
                yield from self._meetings(field, other, env)
                yield from self._meetings(other, field, env)
            case AtValue(value=value):
                if field.origin == "clock":
                    yield from self._shows(field, (int(value),), env)
            case AmongValues() | AtWords() | AtDay() | AtDayOfYear():
                pass  # only a field that changes passes these
            case _:
                assert_never(boundary)

    def _clock_turns(self, tests: list[Test], env: Environment) -> Iterator[int]:
        """The moments at which tests of clocks begin, or cease, to hold all together."""
        if self._clocks is not None and tests:
            yield from self._clocks.turns(tests, env, self.start, self.last)

    def _meetings(self, clock: Field, other: Field, env: Environment) -> Iterator[int]:
        """The moments at which a clock begins, or ceases, to show the time of day that another field holds."""
        if clock.origin == "clock":
            yield from self._shows(clock, {value + step for value in self._values(other, env) for step in (0, 1)}, env)

    def _shows(self, clock: Field, times: Iterable[int], env: Environment) -> Iterator[int]:
        """The moments at which a clock shows one of some times of day."""
        row = row_of(clock, env)
        if self._clocks is not None and row is not None:
            yield from self._clocks.times(own_calendar(row), times)

    def _changes_of(self, field: Field, env: Environment) -> Iterator[int]:
        """The moments at which the value of a field may change."""
        row = row_of(field, env)
        if row is None or not self._clockwork.field(field):
            return
        if field.origin == "clock":
            if self._clocks is not None and turns_at_midnight(field):
                yield from self._clocks.times(own_calendar(row), (0,))
            return
        key = (field.key, row.no)
        if key in self._visited:
            return
        self._visited.add(key)
        fact = self.evaluator.facts[field.key]
        own = self.evaluator.environment(fact.entity, row)
        if isinstance(fact, WhenFact):
            yield from self._changes(fact.condition, own)
            return
        if isinstance(fact, Derived):
            for condition in conditions_in(fact.expression):
                yield from self._changes(condition, own)
            for read in fields_of_expression(fact.expression):
                yield from self._changes_of(read, own)
            return
        for inner in self.lasting.collection(fact, row, own):
            yield from self._changes(fact.where, inner)
            if fact.value is not None:
                yield from self._changes_of(fact.value, inner)

    def _values(self, field: Field, env: Environment) -> Iterator[int]:
        """All numbers (moments, times of day) that a field may hold in the course of the window."""
        row = row_of(field, env)
        if row is None:
            return
        if not self._clockwork.field(field):
            value = self.evaluator.value(field, env)
            if isinstance(value, int):
                yield value
            return
        if field.origin == "clock":  # two clocks keep their distance until one of them is put forward or back
            return
        fact = self.evaluator.facts[field.key]
        own = self.evaluator.environment(fact.entity, row)
        match fact:
            case WhenFact():
                return  # a yes/no is no number
            case Aggregate(value=taken):
                if taken is not None:
                    for inner in self.lasting.collection(fact, row, own):
                        yield from self._values(taken, inner)
            case Derived(expression=expression):
                yield from {value for value in self._results(expression, own) if isinstance(value, int)}
            case _:
                assert_never(fact)

    def _results(self, expression: Expression, env: Environment) -> set[Value]:
        """All values that an expression may have in the course of the window, and perhaps others, without ``None``."""
        evaluator = self.evaluator
        match expression:
            case Constant(value=value):
                return {value}
            case Read(field=field):
                return set(self._values(field, env))
            case Moved(field=field, length=length):
                by = self._values(length, env) if isinstance(length, Field) else (as_length(length),)
                pairs = self._pairs(set(self._values(field, env)), set(by))
                values = {evaluator.moved(expression, moment, way, env) for moment, way in pairs}
            case Opens(field=field):
                values = {evaluator.opening(expression, moment, env) for moment in self._values(field, env)}
            case Pick(members=members):
                return set().union(*(self._results(member, env) for member in members))
            case Combine(members=members):
                values = self._combinations(expression, members, env)
            case Share(of=of):
                values = {share_of(expression, value) for value in self._results(of, env)}
            case Choose(branches=branches, otherwise=otherwise):
                every = [branch.value for branch in branches] + ([] if otherwise is None else [otherwise])
                return set().union(*(self._results(value, env) for value in every))
            case _:
                assert_never(expression)
        return values - {None}

    def _combinations(self, expression: Combine, members: tuple[Expression, ...], env: Environment) -> set[Value]:
        """The possible results of combining the values of the members one after the other."""
        values = self._results(members[0], env)
        for member in members[1:]:
            pairs = self._pairs(values, self._results(member, env))
            values = {combined(expression, list(pair)) for pair in pairs} - {None}
        return values

    def _pairs(self, left: set[V], right: set[W]) -> Iterator[tuple[V, W]]:
        """Each of the left values with each of the right ones."""
        self.steps.spend(len(left) * len(right))
        return product(left, right)


def _turns_with_a_clock(test: Test) -> bool:
    """Whether a test turns as a clock shows some time, or at any midnight."""
    return reads_a_clock(test) and not asks_the_date(test)
