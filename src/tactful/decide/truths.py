"""Whether conditions hold throughout a stretch of time, or may turn within it.

A condition of a pack is compiled once into a function of stretches and rows. What time does not change about a
case is worked out once for all stretches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import NamedTuple, assert_never

from tactful.engines.courses import ROW, Steps
from tactful.engines.evaluate import Environment, Evaluator, row_of
from tactful.facts.rows import Row, own_calendar
from tactful.language.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    DateBetween,
    DayTimeBetween,
    Filled,
    IsIn,
    Known,
    NoneOf,
    NowIs,
    PlaceIn,
    Relates,
    Test,
    TextHas,
    WhenFact,
    YearlyBetween,
)
from tactful.language.ir.boundaries import AtMoment, boundaries, other_fields
from tactful.language.ir.clockwork import Clockwork
from tactful.language.ir.days import asks_the_date, day_turns

#: ``True`` or ``False`` if a condition stays so throughout a stretch, and ``None`` if it may change.
Truth = bool | None
#: A condition, prepared: its truth in a stretch, for the rows in scope.
Ask = Callable[["Stretch", Environment], Truth]


class _Turn(NamedTuple):
    """A predicate turns at the second ``at`` (since 1970, UTC): from then on it holds (``later``), or until then."""

    at: int
    later: bool


class Course(NamedTuple):
    """The predicates of a test whose field keeps its value: those that turn once, and whether all others hold.

    ``others`` is ``None`` if another one may turn at any moment.
    """

    turns: tuple[_Turn, ...]
    others: Truth


#: The course of a test whose field is unknown.
_NEVER = Course((), False)


class Conditions:
    """The conditions of a pack, prepared on first use. Safe to use from any number of threads."""

    def __init__(self, clockwork: Clockwork) -> None:
        self.clockwork = clockwork
        #: By the identity of the condition. The pack keeps all its conditions alive, so identities stay valid.
        self._prepared: dict[int, Ask] = {}
        #: The first of the tests that ask the same.
        self._alike: dict[tuple[object, ...], Test] = {}

    def ask(self, condition: Condition) -> Ask:
        """A condition of the pack, prepared."""
        known = self._prepared.get(id(condition))
        if known is None:
            known = self._prepared[id(condition)] = self._prepare(condition)
        return known

    def _prepare(self, condition: Condition) -> Ask:
        match condition:
            case Test():
                return self._test(condition)
            case AllOf():
                return self._some(condition, wanted=False, found=False)
            case AnyOf():
                return self._some(condition, wanted=True, found=True)
            case NoneOf():
                return self._some(condition, wanted=True, found=False)
            case _:
                assert_never(condition)

    def _some(self, condition: AllOf | AnyOf | NoneOf, *, wanted: bool, found: bool) -> Ask:
        """``found`` if the truth of any member is always ``wanted``; ``not found`` if none ever is; otherwise ``None``."""
        moves = self.clockwork.condition
        asks = [self.ask(member) for member in sorted(condition.members, key=moves)]  # known truths come first
        no, keeps = id(condition), not moves(condition)

        def ask(stretch: Stretch, env: Environment) -> Truth:
            known = stretch.lasting.truths if keeps else stretch.truths
            key = no, id(env)
            if key in known:
                return known[key]
            stretch.steps.spend(len(asks))
            result: Truth = not found
            for member in asks:
                truth = member(stretch, env)
                if truth is wanted:
                    result = found
                    break
                if truth is None:
                    result = None
            known[key] = result
            return result

        return ask

    def _test(self, test: Test) -> Ask:
        if not self.clockwork.condition(test):
            return self._kept(test)
        if asks_the_date(test):
            return lambda stretch, env: stretch.date(test, env)
        plain = self._yes_no(test) if self.clockwork.field(test.field) else self._of_kept_value(test)
        return _opposite(plain) if test.negated else plain

    def _kept(self, test: Test) -> Ask:
        """The truth of a test that time does not change."""
        no, of = self._key(test)

        def ask(stretch: Stretch, env: Environment) -> Truth:
            lasting = stretch.lasting
            key = no, id(of(env))
            known = lasting.truths.get(key)
            if known is None:
                known = lasting.truths[key] = lasting.evaluator.test(test, env)
            return known

        return ask

    def _of_kept_value(self, test: Test) -> Ask:
        """The truth of all predicates of a test together, without its negation, if its field keeps its value."""
        no, of = self._key(test)

        def ask(stretch: Stretch, env: Environment) -> Truth:
            courses = stretch.lasting.courses
            key = no, id(of(env))
            course = courses.get(key)
            if course is None:
                course = courses[key] = stretch.lasting.course(test, env, self.clockwork)
            turns, result = course
            if result is False:
                return False
            for at, later in turns:
                if stretch.start < at <= stretch.last:
                    result = None
                elif (at <= stretch.start) is not later:
                    return False
            return result

        return ask

    def _key(self, test: Test) -> tuple[int, Callable[[Environment], object]]:
        """A number that tests with equal answers share, and what the answer depends on: the field's row, or all in scope."""
        if other_fields(test):
            return id(test), _all_in_scope
        field = test.field
        key = field.scope, field.via, field.origin, field.key, test.predicates, test.negated
        return id(self._alike.setdefault(key, test)), itemgetter(field.scope)

    def _yes_no(self, test: Test) -> Ask:
        """The truth of a test whose field may change: known for a computed yes/no, ``None`` for most other fields."""
        field = test.field
        match test.predicates:
            case (IsIn(values=values),) if field.origin == "computed":
                wanted: tuple[bool | str | int | float, ...] | None = values
            case _:
                wanted = None

        def ask(stretch: Stretch, env: Environment) -> Truth:
            row = row_of(field, env)
            if row is None:
                return False
            if wanted is None:
                return None
            truth = stretch.fact(field.key, row)
            return None if truth is None else truth in wanted

        return ask


def _opposite(plain: Ask) -> Ask:
    def ask(stretch: Stretch, env: Environment) -> Truth:
        truth = plain(stretch, env)
        return None if truth is None else not truth

    return ask


def _all_in_scope(env: Environment) -> object:
    return env


class Lasting:
    """What time does not change about a case, and the rows that its facts look at. All stretches of the case share it."""

    def __init__(self, evaluator: Evaluator, steps: Steps) -> None:
        """``evaluator`` is asked only for what time does not change."""
        self.evaluator, self._steps = evaluator, steps
        #: For prepared conditions: the truths that time does not change, and the courses of tests. Keys are identities of
        #: conditions, which the pack keeps alive, and of rows and environments, which the case and this object keep alive.
        self.truths: dict[tuple[int, int], Truth] = {}
        self.courses: dict[tuple[int, int], Course] = {}
        self._collections: dict[tuple[str, int], list[Environment]] = {}
        self._rows: dict[str, list[Row]] = {}

    def rows(self, entity: str) -> list[Row]:
        """All rows of an entity, in the order of the case."""
        rows = self._rows.get(entity)
        if rows is None:
            rows = self._rows[entity] = list(self.evaluator.rows(entity))
        return rows

    def course(self, test: Test, env: Environment, clockwork: Clockwork) -> Course:
        """The predicates of a test whose field keeps its value."""
        value = self.evaluator.value(test.field, env)
        if value is None:
            return _NEVER
        turns, others = list[_Turn](), list[Truth]()
        for predicate in test.predicates:
            match predicate:
                case NowIs(op=op, shift=shift):
                    moment = self.evaluator.shifted(value, shift, test.field, env)
                    [boundary] = boundaries(predicate)
                    assert isinstance(boundary, AtMoment)  # a comparison with now turns as time passes the moment
                    turns.append(_Turn(boundary.first(moment), later=op in (">", ">=")))
                case Relates(other=other) if clockwork.field(other):
                    others.append(None)
                case (
                    Compare()
                    | DateBetween()
                    | DayTimeBetween()
                    | Filled()
                    | IsIn()
                    | Known()
                    | PlaceIn()
                    | Relates()
                    | TextHas()
                    | YearlyBetween()
                ):
                    others.append(self.evaluator.predicate(predicate, value, test.field, env))
                case _:
                    assert_never(predicate)
        if False in others:
            return _NEVER
        return Course(tuple(turns), None if None in others else True)

    def collection(self, fact: Aggregate, row: Row, env: Environment) -> list[Environment]:
        """The environments of the rows that a fact looks at. They may be only those of one person."""
        key = fact.id, row.no
        known = self._collections.get(key)
        if known is None:
            known = self._collections[key] = []
            for inner in self.evaluator.candidates(fact, row, env):
                self._steps.spend(ROW)
                known.append(inner)
        self._steps.spend(len(known))
        return known


class Stretch:
    """The truth of conditions from ``start`` to ``last`` (seconds since 1970, UTC, both included)."""

    def __init__(self, conditions: Conditions, lasting: Lasting, start: int, last: int, steps: Steps) -> None:
        self._conditions, self.lasting = conditions, lasting
        self.start, self.last, self.steps = start, last, steps
        #: For prepared conditions: the truths of compound conditions, by the identities of the condition and its environment.
        self.truths: dict[tuple[int, int], Truth] = {}
        self._facts: dict[tuple[str, int], Truth] = {}
        self._at_start: Evaluator | None = None

    def truth(self, condition: Condition, env: Environment) -> Truth:
        """The truth of a condition throughout the stretch; ``None`` if it may change."""
        return self._conditions.ask(condition)(self, env)

    def fact(self, id_: str, row: Row) -> Truth:
        """The value of a computed yes/no throughout the stretch; ``None`` if it may change, and for other facts."""
        key = (id_, row.no)
        if key not in self._facts:
            self._facts[key] = self._fact(id_, row)
        return self._facts[key]

    def _fact(self, id_: str, row: Row) -> Truth:
        evaluator = self.lasting.evaluator
        fact = evaluator.facts[id_]
        env = evaluator.environment(fact.entity, row)
        if isinstance(fact, WhenFact):
            return self.truth(fact.condition, env)
        if not isinstance(fact, Aggregate) or fact.op not in ("exists", "none"):
            return None
        members = [self.truth(fact.where, inner) for inner in self.lasting.collection(fact, row, env)]
        some = True if True in members else None if None in members else False
        return some if fact.op == "exists" or some is None else not some

    def date(self, test: Test, env: Environment) -> Truth:
        """The truth of a test of the date."""
        if any(self.day_turns(test, env)):
            return None
        if self._at_start is None:
            self._at_start = self.lasting.evaluator.at(self.start)
        return self._at_start.test(test, env)

    def day_turns(self, test: Test, env: Environment) -> Iterator[int]:
        """The moments of the stretch at which a test of the date may turn."""
        row = row_of(test.field, env)
        if row is not None:
            for moment in day_turns(test, own_calendar(row), self.start, self.last):
                if self.start < moment <= self.last:
                    yield moment
