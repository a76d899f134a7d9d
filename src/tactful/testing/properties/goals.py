"""Values that would roughly make a rule fire or an invariant apply: those that their conditions ask for.

Cases drawn blindly seldom meet a rule of six conditions. A goal is a hint, not a promise: it considers each test by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final, NamedTuple, assert_never

import msgspec

from tactful.api.policy import Policy
from tactful.decide.general import claimed_conditions
from tactful.engines.evaluate import Evaluator
from tactful.language.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Choose,
    Compare,
    ComputedFact,
    Condition,
    Constant,
    DateBetween,
    DayTimeBetween,
    Derived,
    Expression,
    Filled,
    IsIn,
    Known,
    NoneOf,
    NowIs,
    PlaceIn,
    Predicate,
    Relates,
    Rule,
    Test,
    TextHas,
    WhenFact,
    YearlyBetween,
)
from tactful.language.ir.boundaries import AtDay, AtDayOfYear, AtMoment, Boundary, other_fields
from tactful.language.ir.reads import conditions_in, fields_of_expression
from tactful.language.ir.turns import Turn, Turns, field_key
from tactful.testing.properties.marks import Mark, Marks
from tactful.testing.properties.thresholds import NOWS, PLACES, countries_near, nows, with_words

replace = msgspec.structs.replace
#: A field: its entity, its name, and whether it is a custom fact. An empty name stands for the row itself.
Key = tuple[str, str, bool]


class Hint(msgspec.Struct, frozen=True):
    """The value that a field should have: one of ``values`` (with ``avoid``: none of them), or a moment on a side of ``mark``.

    With ``known`` false the field should be unknown. ``earlier``: that moment or an earlier one; else that one or a later one.
    """

    values: tuple[Any, ...] = ()
    avoid: bool = False
    known: bool = True
    mark: Mark | None = None
    earlier: bool = True


Goal = Mapping[Key, Hint]
NOTHING: Final[Goal] = {}
#: The key of the moment to decide at; its hint has all moments at which the tests of clocks come out as they should.
NOW: Final[Key] = ("", "now", False)


def goals_of(policy: Policy, condition: Condition) -> tuple[Goal, ...]:
    """Goals for a condition."""
    return tuple(_merged(_Hints(policy, pick).of(condition, True)) for pick in (0, -1))


def goals_of_rules(policy: Policy) -> tuple[tuple[Goal, ...], ...]:
    """Goals for each rule, by its number."""
    by_pick = [_Hints(policy, pick) for pick in (0, -1)]
    return tuple(tuple(_of_rule(hints, rule) for hints in by_pick) for rule in policy.checked.rules)


def _of_rule(hints: _Hints, rule: Rule) -> Goal:
    return _merged(chain(hints.of(rule.unless, False), hints.of(rule.when, True)))


def goals(policy: Policy) -> tuple[Goal, ...]:
    """One or two goals for each rule, each invariant and each row of a table. Goals without any hint are left out."""
    checked = policy.checked
    goals: list[Goal] = []
    for pick in (0, -1):
        hints = _Hints(policy, pick)
        for rule in checked.rules:
            goals.append(_of_rule(hints, rule))
        conditions = [*claimed_conditions(checked)]
        conditions += [condition for fact in checked.facts for condition in _rows(fact)]
        goals.extend(_merged(hints.of(condition, True)) for condition in conditions)
    return (NOTHING, *(goal for no, goal in enumerate(goals) if goal and goal not in goals[:no]))


def _merged(hints: Iterable[tuple[Key, Hint]]) -> Goal:
    """A goal with these hints. Of several for a field the last counts; moments to decide at have to suit all of them."""
    goal: dict[Key, Hint] = {}
    for key, hint in hints:
        if key == NOW and key in goal:
            both = tuple(moment for moment in goal[key].values if moment in hint.values)
            goal[key] = Hint(both or hint.values)
        else:
            goal[key] = hint
    return goal


def _rows(fact: ComputedFact) -> Iterator[Condition]:
    """The conditions of a table's rows."""
    if isinstance(fact, Derived) and not fact.is_parameter:
        yield from conditions_in(fact.expression)


class _Clock:
    """Tries tests of clocks at the moments that cases are decided at, at the first of ``PLACES``."""

    def __init__(self, policy: Policy) -> None:
        zone, country = PLACES[0]
        at = {"time_zone": zone, "country": country}
        application = {"id": "a", "people": [{"id": "p"}]}
        case = policy.read({"candidate": {"id": "c", **at}, "applications": [application]})
        (family,) = case.families
        self._rows = {"candidate": case.candidate, "application": family.application, "person": family.people[0]}
        self._evaluators = [Evaluator(case, now, {}, policy.calendars) for now in (*NOWS, *nows(policy))]

    def moments(self, test: Test, wanted: bool) -> tuple[int, ...]:
        """The moments at which the predicates of a test all hold, or do not where that is not wanted.

        Empty for tests that compare a clock with another field.
        """
        if other_fields(test):
            return ()
        field = replace(test.field, scope=test.field.via[-1] if test.field.via else test.field.scope, via=())
        asked = replace(test, field=field, negated=False)
        return tuple(evaluator.now for evaluator in self._evaluators if evaluator.test(asked, self._rows) == wanted)


class _Hints:
    """Collects hints from conditions. Where one member is enough, ``pick`` is its index."""

    def __init__(self, policy: Policy, pick: int) -> None:
        self._facts = {fact.id: fact for fact in policy.checked.facts}
        self._marks, self._clock, self._pick = Marks(policy.checked), _Clock(policy), pick
        #: The hints of tests of computed facts, which many rules read in the same way.
        self._known: dict[tuple[str, Predicate, bool], tuple[tuple[Key, Hint], ...]] = {}

    def of(self, condition: Condition, wanted: bool) -> Iterator[tuple[Key, Hint]]:
        """Hints that make a condition hold, or fail where it is not wanted."""
        match condition:
            case Test():
                yield from self._test(condition, wanted != condition.negated)
                return
            case NoneOf(members=members):
                wanted = not wanted
                one_is_enough = wanted
            case AllOf(members=members):
                one_is_enough = not wanted
            case AnyOf(members=members):
                one_is_enough = wanted
            case _:
                assert_never(condition)
        for member in (members[self._pick],) if one_is_enough and members else members:
            yield from self.of(member, wanted)

    def _test(self, test: Test, wanted: bool) -> Iterator[tuple[Key, Hint]]:
        field = test.field
        if field.origin == "computed":
            for predicate in test.predicates:
                asked = field.key, predicate, wanted
                if asked not in self._known:
                    self._known[asked] = tuple(self._computed(self._facts[field.key], predicate, wanted))
                yield from self._known[asked]
        elif field.origin == "clock":
            moments = self._clock.moments(test, wanted)
            if moments:
                yield NOW, Hint(moments)
        else:
            hints = [_hint(predicate, wanted, self._marks) for predicate in test.predicates]
            yield from ((field_key(field), hint) for hint in hints if hint is not None)

    def _computed(self, fact: ComputedFact, predicate: Predicate, wanted: bool) -> Iterator[tuple[Key, Hint]]:
        if isinstance(fact, WhenFact):
            if isinstance(predicate, IsIn):
                yield from self.of(fact.condition, (True in predicate.values) == wanted)
            return
        if isinstance(fact, Derived):
            yield from self._derived(fact, predicate, wanted)
            return
        match predicate:
            case IsIn(values=values) if fact.op in ("exists", "none"):
                yield from self._rows(fact, ((True in values) == wanted) == (fact.op == "exists"))
            case IsIn(values=values):
                yield from self._rows(fact, wanted and 0 not in values)
            case NowIs() | DateBetween() | YearlyBetween() if fact.value is not None:
                if wanted:
                    yield from self._rows(fact, True)
                hint = _hint(predicate, wanted, self._marks)
                if fact.value.origin in ("given", "custom") and hint is not None:
                    yield field_key(fact.value), hint
            case Compare(op=op):
                yield from self._rows(fact, (op in (">", ">=")) == wanted)
            case Known():
                yield from self._rows(fact, wanted)
            case NowIs() | DateBetween() | YearlyBetween() | DayTimeBetween() | Relates() | Filled():
                pass  # these give no hint
            case TextHas() | PlaceIn():
                pass  # no fact over a collection is a text or a country
            case _:
                assert_never(predicate)

    def _derived(self, fact: Derived, predicate: Predicate, wanted: bool) -> Iterator[tuple[Key, Hint]]:
        """Hints for the fields that a value is computed from: known, and moments on the side that is wanted."""
        for field in fields_of_expression(fact.expression):
            if field.origin in ("given", "custom") and not field.is_parameter:
                yield field_key(field), Hint()
        if isinstance(fact.expression, Choose) and isinstance(predicate, IsIn):
            yield from self._row(fact.expression, predicate, wanted)
        side = _side(predicate, wanted)
        turns = Turns(self._facts)
        if side is not None:
            turns.through(fact, Turn((), side.boundary))
        for key, ways in turns.turns.items():
            marks = self._marks.of(ways)
            if marks and side is not None:
                yield key, Hint(mark=marks[self._pick], earlier=side.earlier)

    def _row(self, table: Choose, predicate: IsIn, wanted: bool) -> Iterator[tuple[Key, Hint]]:
        """Hints that a table chooses a row with one of the values, or with another one where they are not wanted."""
        rows = [no for no, row in enumerate(table.branches) if _gives(row.value, predicate) == wanted]
        chosen = rows[self._pick] if rows else len(table.branches)
        for row in table.branches[:chosen]:
            yield from self.of(row.condition, False)
        if rows:
            yield from self.of(table.branches[chosen].condition, True)

    def _rows(self, fact: Aggregate, wanted: bool) -> Iterator[tuple[Key, Hint]]:
        """Hints that a fact finds rows, or none."""
        if wanted:
            yield from self.of(fact.where, True)
        yield (fact.over, "", False), Hint(known=wanted)


def _gives(expression: Expression, predicate: IsIn) -> bool:
    return isinstance(expression, Constant) and expression.value in predicate.values


class _Side(NamedTuple):
    """The side of a boundary on which a moment should lie."""

    boundary: Boundary
    earlier: bool


def _side(predicate: Predicate, wanted: bool) -> _Side | None:
    """Where a moment should lie for a predicate to hold, or to fail where that is not wanted."""
    match predicate:
        case NowIs(op=op, shift=shift):
            return _Side(AtMoment(shift, after=False), (op in (">", ">=")) == wanted)
        case DateBetween(first=first, last=last):
            if first is not None:
                return _Side(AtDay(first), not wanted)
            return None if last is None else _Side(AtDay(last + 1), wanted)
        case YearlyBetween(first=first):
            return _Side(AtDayOfYear(first), not wanted)
        case Known() | IsIn() | Compare() | DayTimeBetween() | Relates() | TextHas() | PlaceIn() | Filled():
            return None  # these say nothing of when
        case _:
            assert_never(predicate)


def _hint(predicate: Predicate, wanted: bool, marks: Marks) -> Hint | None:
    match predicate:
        case IsIn(values=values):
            return Hint(values, avoid=not wanted)
        case PlaceIn(values=values):
            return Hint(tuple(countries_near(values)) if wanted else values, avoid=not wanted)
        case TextHas(words=words):
            return Hint(with_words(words), avoid=not wanted)
        case Known():
            return Hint(known=wanted)
        case NowIs() | DateBetween() | YearlyBetween():
            side = _side(predicate, wanted)
            assert side is not None
            mark, *_ = marks.of([Turn((), side.boundary)])
            return Hint(mark=mark, earlier=side.earlier)
        case Compare() | DayTimeBetween() | Relates() | Filled():
            return None
        case _:
            assert_never(predicate)
