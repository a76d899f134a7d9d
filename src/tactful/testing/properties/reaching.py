"""Cases in which rules fire that do not fire in drawn cases, found step by step from those that come closest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, Final, assert_never

import msgspec

from tactful.api.policy import Policy
from tactful.engines.evaluate import Environment, Evaluator, row_of
from tactful.language.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Choose,
    Condition,
    Constant,
    Derived,
    IsIn,
    NoneOf,
    Rule,
    Test,
    WhenFact,
)
from tactful.source.diagnostics import InvalidInput
from tactful.testing.properties.drawing import DrawPlan
from tactful.testing.properties.goals import Goal
from tactful.testing.properties.varying import Varier

replace = msgspec.structs.replace
Plain = dict[str, Any]
#: How many of the closest cases the search keeps; of how many drawn cases it begins with one, and changes one once; and the
#: most of both.
_KEPT: Final = 6
_SHARE: Final = 6
_MOST: Final = 250
#: How close a test comes that does not hold, where nothing else is known of it, and how deep computed facts are looked into.
_CLOSE: Final = 0.1
_DEEP: Final = 6
_Scored = tuple[float, int, Plain]


class Unfired(msgspec.Struct, frozen=True):
    """A rule that fired in no drawn case. ``missing``: the conditions that did not hold in the case that came closest."""

    rule: str
    place: str
    missing: tuple[str, ...]


class Reached(msgspec.Struct, frozen=True):
    """Cases in which more rules fire, and the rules that still fire in none."""

    cases: tuple[Plain, ...]
    unfired: tuple[Unfired, ...]


def fired_in(policy: Policy, plain: Plain) -> set[int]:
    """The numbers of the rules that fire in a case."""
    case = policy.read(plain)
    decider, now = policy.decider, case.now or 0
    return {no for no, _, _ in (*decider.fire(case, now), *decider.steps(case, now))}


def reach(policy: Policy, plan: DrawPlan, drawn: Sequence[Plain], fired: frozenset[int], random: Random) -> Reached:
    """Look for cases in which rules fire whose numbers are not among ``fired``, beginning with ``drawn`` cases."""
    return _Search(policy, plan, random).reach(drawn, fired)


class _Search:
    def __init__(self, policy: Policy, plan: DrawPlan, random: Random) -> None:
        self._policy, self._plan, self._random = policy, plan, random
        self._varier = Varier(plan, random.randrange)

    def reach(self, drawn: Sequence[Plain], fired: frozenset[int]) -> Reached:
        """The cases that were found."""
        found: set[int] = set()
        cases: list[Plain] = []
        unfired: list[Unfired] = []
        for rule in self._policy.checked.rules:
            if rule.no in fired or rule.no in found:
                continue
            case, closest = self._search(rule, drawn)
            if case is None:
                unfired.append(self._why_not(rule, closest))
            else:
                cases.append(case)
                found |= fired_in(self._policy, case)
        return Reached(tuple(cases), tuple(unfired))

    def _search(self, rule: Rule, drawn: Sequence[Plain]) -> tuple[Plain | None, Plain | None]:
        """A case in which the rule fires, if one is found, and the case that came closest."""
        goals = self._plan.of_rule[rule.no]
        tries = min(len(drawn) // _SHARE, _MOST)
        begin = self._random.sample(list(drawn), tries)
        pool = sorted((self._scored(rule, case, no) for no, case in enumerate(begin)), reverse=True)[:_KEPT]
        for no in range(tries):
            if not pool or pool[0][0] >= 1:
                break
            base = pool[self._random.randrange(len(pool))][2]
            goal: Goal = goals[self._random.randrange(len(goals))]
            for _ in range(1 + self._random.randrange(3)):
                base = self._varier.varied(base, goal)
            try:
                scored = self._scored(rule, base, len(begin) + no)
            except InvalidInput:
                continue
            if len(pool) < _KEPT or scored[0] >= pool[-1][0]:
                pool = sorted([*pool, scored], reverse=True)[:_KEPT]
        closest = pool[0][2] if pool else None
        return (closest if pool and pool[0][0] >= 1 else None), closest

    def _scored(self, rule: Rule, plain: Plain, no: int) -> _Scored:
        """How close the rule comes to firing in a case, 1 where it fires; with a number that tells equal ones apart."""
        case = self._policy.read(plain)
        close = _Nearness(self._policy.decider.evaluator(case, case.now or 0)).best(rule)
        if close >= 1 and rule.no not in fired_in(self._policy, plain):  # its target may be unknown
            close -= _CLOSE
        return close, no, plain

    def _why_not(self, rule: Rule, closest: Plain | None) -> Unfired:
        place = f"{rule.span.file}:{rule.span.line}"
        if closest is None:
            return Unfired(rule.id, place, ())
        case = self._policy.read(closest)
        nearness = _Nearness(self._policy.decider.evaluator(case, case.now or 0))
        return Unfired(rule.id, place, nearness.missing(rule))


class _Nearness:
    """How close conditions come to holding in one case: 1 where they hold, and more than 0 where little is missing."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._memo: dict[tuple[str, int, str], float] = {}

    def best(self, rule: Rule) -> float:
        """That of a rule's condition, for the row for which it comes closest."""
        return max((close for close, _ in self._rows(rule)), default=0)

    def _rows(self, rule: Rule) -> Iterator[tuple[float, Environment]]:
        for row in self._evaluator.rows(rule.entity):
            env = self._evaluator.environment(rule.entity, row)
            yield self._of(rule.condition, env, True, _DEEP), env

    def missing(self, rule: Rule) -> tuple[str, ...]:
        """The conditions of a rule that do not hold for the row for which it comes closest."""
        rows = list(self._rows(rule))
        if not rows:
            return ()
        _, env = max(rows, key=lambda pair: pair[0])
        return tuple(self._missing(rule.condition, env))

    def _behind(self, test: Test, env: Environment, deep: int) -> Iterator[str]:
        """The conditions that do not hold of a computed fact that should be `yes`; none where it is something else."""
        fact = self._evaluator.facts.get(test.field.key) if test.field.origin == "computed" else None
        row = row_of(test.field, env) if test.field.via else env[test.field.scope]
        if deep and row is not None and isinstance(fact, WhenFact) and _asks_for_yes(test):
            yield from self._missing(fact.condition, self._evaluator.environment(fact.entity, row), deep - 1)

    def _missing(self, condition: Condition, env: Environment, deep: int = _DEEP) -> Iterator[str]:
        if self._evaluator.holds(condition, env):
            return
        match condition:
            case AllOf(members=members):
                for member in members:
                    yield from self._missing(member, env, deep)
            case Test():
                inner = tuple(self._behind(condition, env, deep))
                yield from inner or (f"{condition.field.text}: {condition.text}",)
            case AnyOf(members=members) | NoneOf(members=members):
                word = "none of" if isinstance(condition, NoneOf) else "any of"
                yield f"{word}: {', '.join(_texts(members))}"
            case _:
                assert_never(condition)

    def _of(self, condition: Condition, env: Environment, wanted: bool, deep: int) -> float:
        match condition:
            case Test():
                return self._test(condition, env, wanted, deep)
            case AllOf(members=members):
                together = wanted
            case AnyOf(members=members):
                together = not wanted
            case NoneOf(members=members):
                together, wanted = wanted, not wanted
            case _:
                assert_never(condition)
        parts = [self._of(member, env, wanted, deep) for member in members]
        if not parts:
            return 1.0 if together else 0.0
        return sum(parts) / len(parts) if together else max(parts)

    def _test(self, test: Test, env: Environment, wanted: bool, deep: int) -> float:
        if self._evaluator.test(test, env) == wanted:
            return 1.0
        field = test.field
        if field.origin != "computed" or not deep:
            return _CLOSE if self._evaluator.value(field, env) is not None else 0.0
        row = row_of(field, env) if field.via else env[field.scope]
        if row is None:
            return 0.0
        fact = self._evaluator.facts[field.key]
        inner = self._evaluator.environment(fact.entity, row)
        positive, yes = wanted != test.negated, _names_yes(test)
        key = fact.id, row.no, f"{positive == yes} {test.text if isinstance(fact, Derived) else ''}"
        if key in self._memo:
            return self._memo[key]
        close = _CLOSE
        if isinstance(fact, WhenFact):
            close = self._of(fact.condition, inner, positive == yes, deep - 1)
        elif isinstance(fact, Aggregate):
            found = (positive == yes) == (fact.op == "exists") if fact.op in ("exists", "none") else positive
            if found:
                rows = self._evaluator.collection(fact, row, inner)
                close = max((self._of(fact.where, env, True, deep - 1) for env in rows), default=0.0)
        elif isinstance(fact, Derived) and isinstance(fact.expression, Choose):
            close = self._table(fact.expression, test, positive, inner, deep - 1)
        self._memo[key] = 0.95 * close
        return self._memo[key]

    def _table(self, table: Choose, test: Test, positive: bool, env: Environment, deep: int) -> float:
        """How close a table comes to choosing a row whose value is wanted."""
        best, before = _CLOSE, list[float]()
        for row in table.branches:
            own = self._of(row.condition, env, True, deep)
            value = row.value.value if isinstance(row.value, Constant) else None
            if self._evaluator.holds_of(replace(test, negated=False), value, env) == positive:
                best = max(best, (2 * own + sum(before)) / (2 + len(before)))
            before.append(self._of(row.condition, env, False, deep))
        return best


def _names_yes(test: Test) -> bool:
    return any(isinstance(predicate, IsIn) and True in predicate.values for predicate in test.predicates)


def _asks_for_yes(test: Test) -> bool:
    return _names_yes(test) != test.negated


def _texts(members: Sequence[Condition]) -> Iterator[str]:
    for member in members:
        if isinstance(member, Test):
            yield f"{member.field.text}: {member.text}"
        else:
            yield "…"
