"""The instants at which a decision can change by itself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import assert_never

from tactful.decide.clocks import Clocks, asks_a_clock
from tactful.decide.decider import Decider
from tactful.engines.evaluate import Environment, Evaluator, row_of
from tactful.engines.expiry import CLOCK_HORIZON, HORIZON
from tactful.facts.kinds import Value
from tactful.facts.rows import Case, Row, own_calendar
from tactful.language.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Condition,
    Field,
    IsIn,
    NoneOf,
    Predicate,
    Rule,
    Test,
    WhenFact,
)
from tactful.language.ir.boundaries import (
    AmongValues,
    AtField,
    AtMoment,
    AtValue,
    Boundary,
    boundaries,
    boundaries_of,
    turns_at_midnight,
)


def instants(decider: Decider, case: Case, start: int, until: int) -> list[int]:
    """The moments after ``start`` and before ``until`` from which on a rule may fire that did not, or the other way."""
    last = until - 1
    window = _Window(decider, decider.evaluator(case, start), start, last)
    found: set[int] = set()
    clocked: dict[Row, list[tuple[Rule, Row]]] = {}
    near: dict[Row, set[int]] = {}
    for rule in decider.moving:
        for row in window.evaluator.rows(rule.entity):
            if window.may_fire(rule, row):
                application = row.application or row
                near.setdefault(application, {start, until}).update(window.moments(rule, row))
                if rule.no in decider.clocked:
                    clocked.setdefault(application, []).append((rule, row))
    found.update(*near.values(), _sudden_deadlines(decider, window.evaluator, start, last))
    clocks = Clocks(window.evaluator, start, last)
    for application, rules in clocked.items():
        _find_clock_moments(decider, window.evaluator, clocks, rules, sorted(near[application]), found)
    return sorted(found - {start, until})


def _find_clock_moments(
    decider: Decider,
    evaluator: Evaluator,
    clocks: Clocks,
    rules: list[tuple[Rule, Row]],
    known: list[int],
    found: set[int],
) -> None:
    """Add when clocks that rules look at come into it, in those stretches only in which the rules may fire at all.

    ``known`` are the moments between which nothing else changes for the application of the rules' rows. Were one of them
    missing, a stretch would be too long, and some moments too many.
    """
    for first, end in pairwise(known):
        window = _Window(decider, evaluator, first, end - 1, clocks)
        for rule, row in rules:
            if window.may_fire(rule, row):
                found.update(window.clock_moments(rule, row, found))


def _sudden_deadlines(decider: Decider, evaluator: Evaluator, start: int, last: int) -> Iterator[int]:
    """When the end of a rule without ``by`` comes into sight: ends are looked for so far ahead and no farther."""
    ended = [rule for rule in decider.moving if rule.by is None and not rule.endless]
    for rules, ahead in (
        ([rule for rule in ended if rule.no not in decider.clocked], HORIZON),
        ([rule for rule in ended if rule.no in decider.clocked], CLOCK_HORIZON),
    ):
        first, end = start + ahead, last + ahead
        plain = _Window(decider, evaluator, first, end)
        clocks = Clocks(evaluator, first, end)
        for rule in rules:
            for row in evaluator.rows(rule.entity):
                moments = plain.moments(rule, row)
                if ahead == CLOCK_HORIZON:
                    moments |= _Window(decider, evaluator, first, end, clocks).clock_moments(rule, row, set())
                yield from (moment - ahead for moment in moments)


class _Window:
    """What may become of conditions from ``start`` to ``last``, both included.

    ``truth`` is ``True`` or ``False`` where a condition stays so all the time, and ``None`` where it may change. The
    evaluator is asked only for what time does not change, so that all windows of a case can share it; ``now`` is compared
    with moments by an evaluator of the window's own.
    """

    def __init__(
        self, decider: Decider, evaluator: Evaluator, start: int, last: int, clocks: Clocks | None = None
    ) -> None:
        self._clockwork, self._start, self._last = decider.clockwork, start, last
        self.evaluator, self._clocks = evaluator, clocks
        self._at_start = evaluator.at(start)
        self._facts: dict[tuple[str, int], bool | None] = {}
        #: What became of conditions: by the identity of the condition, which the pack keeps alive, and of the rows in scope,
        #: which are kept here.
        self._truths: dict[tuple[int, int], tuple[bool | None, Environment]] = {}
        self._met: set[tuple[str, int]] = set()
        self._found: set[int] = set()

    def may_fire(self, rule: Rule, row: Row) -> bool:
        """Whether the rule may fire for the row at some moment of the window."""
        env = self.evaluator.environment(rule.entity, row)
        return self.truth(rule.when, env) is not False and self.truth(rule.unless, env) is not True

    def moments(self, rule: Rule, row: Row) -> set[int]:
        """The first seconds at which a test of the rule, or its deadline, may be another.

        Clocks are left out, and so are facts that another rule's moments have gone into before.
        """
        return self._inside(self._rule(rule, row))

    def clock_moments(self, rule: Rule, row: Row, found: set[int]) -> set[int]:
        """The same for clocks alone, without those that are ``found``; of a window that was made with clocks."""
        self._found = found
        return self._inside(self._rule(rule, row))

    def _inside(self, moments: Iterator[int]) -> set[int]:
        return {one for one in moments if self._start < one <= self._last and one not in self._found}

    def _rule(self, rule: Rule, row: Row) -> Iterator[int]:
        env = self.evaluator.environment(rule.entity, row)
        yield from self._changes(rule.when, env)
        yield from self._changes(rule.unless, env)
        if rule.by is not None:
            yield from self._changes_of(rule.by.field, env)

    # --- what may become of a condition ---

    def truth(self, condition: Condition, env: Environment) -> bool | None:
        """What becomes of a condition."""
        key = (id(condition), id(env))
        known = self._truths.get(key)
        if known is None:
            known = self._truths[key] = (self._truth(condition, env), env)
        return known[0]

    def _truth(self, condition: Condition, env: Environment) -> bool | None:
        match condition:
            case Test():
                return self._test(condition, env)
            case AllOf(members=members):
                return self._some(members, env, wanted=False)
            case AnyOf(members=members):
                return self._some(members, env, wanted=True)
            case NoneOf(members=members):
                some = self._some(members, env, wanted=True)
                return None if some is None else not some
            case _:
                assert_never(condition)

    def _some(self, members: tuple[Condition, ...], env: Environment, wanted: bool) -> bool | None:
        """``wanted`` where it is the truth of a member all the time, ``not wanted`` where it is never that of any."""
        open_ = False
        for member in members:
            found = self.truth(member, env)
            if found is wanted:
                return wanted
            open_ = open_ or found is None
        return None if open_ else not wanted

    def _test(self, test: Test, env: Environment) -> bool | None:
        if not self._clockwork.condition(test):
            return self.evaluator.test(test, env)
        plain = self._predicates(test, env)
        return None if plain is None else plain != test.negated

    def _predicates(self, test: Test, env: Environment) -> bool | None:
        """What becomes of a test's predicates taken together, before any negation."""
        if self._clockwork.field(test.field):
            return self._yes_no(test, env)
        value = self.evaluator.value(test.field, env)
        if value is None:
            return False
        truths = [self._predicate(predicate, test.field, value, env) for predicate in test.predicates]
        return False if False in truths else None if None in truths else True

    def _predicate(self, predicate: Predicate, field: Field, value: Value, env: Environment) -> bool | None:
        """What becomes of a predicate of a field that keeps its value."""
        for boundary in boundaries(predicate):
            match boundary:
                case AtMoment(shift=shift):
                    moment = self.evaluator.shifted(value, shift, field, env)
                    if self._start < boundary.first(moment) <= self._last:
                        return None
                case AtField(other=other):
                    if self._clockwork.field(other):
                        return None
                case AtValue() | AmongValues():
                    pass  # the value stays on its side
                case _:
                    assert_never(boundary)
        return self._at_start.predicate(predicate, value, field, env)

    def _yes_no(self, test: Test, env: Environment) -> bool | None:
        """A test of a computed yes/no, where it can be told."""
        field = test.field
        row = row_of(field, env)
        if row is None:
            return False
        match test.predicates:
            case (IsIn(values=values),) if field.origin == "computed":
                truth = self._fact(field.key, row)
                return None if truth is None else truth in values
            case _:
                return None

    def _fact(self, id_: str, row: Row) -> bool | None:
        """What becomes of a computed yes/no; ``None`` for any other fact."""
        key = (id_, row.no)
        if key not in self._facts:
            fact = self.evaluator.facts[id_]
            env = self.evaluator.environment(fact.entity, row)
            if isinstance(fact, WhenFact):
                found = self.truth(fact.condition, env)
            elif fact.op in ("exists", "none"):
                members = [self.truth(fact.where, inner) for inner in self.evaluator.collection(fact, row, env)]
                some = True if True in members else None if None in members else False
                found = some if fact.op == "exists" or some is None else not some
            else:
                found = None
            self._facts[key] = found
        return self._facts[key]

    # --- when it changes ---

    def _changes(self, condition: Condition, env: Environment) -> Iterator[int]:
        if self.truth(condition, env) is not None:
            return
        if isinstance(condition, Test):
            yield from self._changes_of_test(condition, env)
            return
        together: list[Test] = []
        for member in condition.members:
            if isinstance(condition, AllOf) and isinstance(member, Test) and asks_a_clock(member):
                together.append(member)  # no office opens on a Sunday
            else:
                yield from self._changes(member, env)
        yield from self._shown(together, env)

    def _changes_of_test(self, test: Test, env: Environment) -> Iterator[int]:
        if asks_a_clock(test):
            yield from self._shown([test], env)
            return
        yield from self._changes_of(test.field, env)
        for boundary in boundaries_of(test):
            yield from self._crossings(boundary, test.field, env)

    def _crossings(self, boundary: Boundary, field: Field, env: Environment) -> Iterator[int]:
        """When a field may pass a boundary of one of its predicates."""
        match boundary:
            case AtMoment():
                if self._clocks is None:
                    for value in self._values(field, env):
                        yield boundary.first(self.evaluator.shifted(value, boundary.shift, field, env))
            case AtField(other=other):
                yield from self._changes_of(other, env)
                yield from self._shown_alike(field, other, env)
                yield from self._shown_alike(other, field, env)
            case AtValue() | AmongValues():
                pass  # only a field that changes passes these
            case _:
                assert_never(boundary)

    def _shown(self, tests: list[Test], env: Environment) -> Iterator[int]:
        """When clocks come to show what tests ask for, all together, or no longer."""
        if self._clocks is not None and tests:
            yield from self._clocks.flips(tests, env, self._start, self._last)

    def _shown_alike(self, clock: Field, other: Field, env: Environment) -> Iterator[int]:
        """When a clock shows the time of day that another field holds, and when no longer."""
        row = row_of(clock, env)
        if self._clocks is not None and clock.origin == "clock" and row is not None:
            times = {shown + after for shown in self._values(other, env) for after in (0, 1)}
            yield from self._clocks.times(own_calendar(row), times)

    def _changes_of(self, field: Field, env: Environment) -> Iterator[int]:
        """When the field itself may change."""
        row = row_of(field, env)
        if row is None or not self._clockwork.field(field):
            return
        if field.origin == "clock":
            if self._clocks is not None and turns_at_midnight(field):
                yield from self._clocks.times(own_calendar(row), (0,))
            return
        key = (field.key, row.no)
        if key in self._met:
            return
        self._met.add(key)
        fact = self.evaluator.facts[field.key]
        inner = self.evaluator.environment(fact.entity, row)
        if isinstance(fact, WhenFact):
            yield from self._changes(fact.condition, inner)
            return
        for one in self.evaluator.collection(fact, row, inner):
            yield from self._changes(fact.where, one)
            if fact.value is not None:
                yield from self._changes_of(fact.value, one)

    def _values(self, field: Field, env: Environment) -> Iterator[int]:
        """All moments that the field may hold in the course of the window."""
        row = row_of(field, env)
        if row is None:
            return
        if not self._clockwork.field(field):
            value = self.evaluator.value(field, env)
            if isinstance(value, int):
                yield value
            return
        if field.origin == "clock":  # two clocks go along with each other until one is put forward or back
            return
        fact = self.evaluator.facts[field.key]
        if isinstance(fact, Aggregate) and fact.value is not None:
            for one in self.evaluator.collection(fact, row, self.evaluator.environment(fact.entity, row)):
                yield from self._values(fact.value, one)
