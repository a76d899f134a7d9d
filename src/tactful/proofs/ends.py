"""Whether two rules that fire at the same moments also stop with the same deadline.

The deadline of a rule without ``by`` is the moment at which it stops firing. If a test with `at most` or `more than` turns at
that second, people name the second before. So a change of such a test may move the deadline by a second, even though the rule
fires at the same moments as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from tactful.engines.compiled.deadlines import closings
from tactful.language.ir import (
    AddStep,
    Aggregate,
    AllOf,
    CheckedPack,
    Choose,
    ComputedFact,
    Derived,
    Field,
    NowIs,
    Rule,
    Test,
)
from tactful.language.ir.boundaries import AtMoment, boundaries_of
from tactful.language.ir.clockwork import Clockwork
from tactful.language.ir.reads import (
    closure,
    computed,
    conditions_of_fact,
    expressions_in,
    fields_of,
    fields_of_expression,
    fields_of_fact,
    tests_in,
)
from tactful.proofs.stated import content


class Ends:
    """Compares the ends of the rules of a pack with those of a mutant. ``second`` differs from ``first`` in one place."""

    def __init__(self, first: CheckedPack, second: CheckedPack) -> None:
        self._facts = tuple({fact.id: fact for fact in pack.facts} for pack in (first, second))
        self._clockworks = tuple(map(Clockwork, self._facts))

    def of_rule(self, rule: Rule, other: Rule) -> bool:
        """Whether a rule and its mutant, which fire at the same moments, surely have the same deadlines."""
        return is_told(rule) or (self._found_alike(rule, other) and not self._may_shift(rule, other))

    def with_facts(self, rule: Rule, other: Rule) -> bool:
        """The same for a rule that reads a changed fact, of which nothing is known but when the rule fires."""
        behind = (tests for clockwork in self._clockworks for tests in clockwork.tests(rule))
        return is_told(rule) or (self._found_alike(rule, other) and not any(map(_names_the_second_before, behind)))

    def of_fact(self, fact: ComputedFact, other: ComputedFact, readers: Iterable[Rule]) -> bool:
        """The same for rules that read a fact, which has the same values as its mutant."""
        searched = [rule for rule in readers if not is_told(rule)]
        if not all(self._found_alike(rule, rule) for rule in searched):
            return False
        return not searched or not self._fact_may_shift(fact, other)

    def _found_alike(self, rule: Rule, other: Rule) -> bool:
        """Whether the ends of both are found in the same way: from the tests, or by a search as far ahead."""
        first, second = self._clockworks
        if (closings(rule, first) is None) != (closings(other, second) is None):
            return False
        return first.looks_at_clocks(rule) == second.looks_at_clocks(other)

    def _may_shift(self, rule: Rule, other: Rule) -> bool:
        apart = [*_apart(rule, other), *_apart(other, rule)]
        if len(apart) == 2 and all(map(self._only_by_time, apart)) and _a_second_apart(*(test for test, _ in apart)):
            return False  # at the second at which only one of the two holds, neither rule fires
        return any(
            not (self._only_by_time(each) and _only_begins(each[0]))
            and (_names_the_second_before(each[0]) or self._read_second_before(fields_of(each[0])))
            for each in apart
        )

    def _only_by_time(self, apart: tuple[Test, bool]) -> bool:
        """Whether a rule cannot fire where a test does not hold, and only the present makes the test turn."""
        test, of_rule = apart
        return of_rule and not test.negated and not self._clockworks[0].field(test.field)

    def _fact_may_shift(self, fact: ComputedFact, other: ComputedFact) -> bool:
        if any(isinstance(each, Derived) and _chooses(each) for each in (fact, other)):
            tests = [
                test for each in (fact, other) for condition in conditions_of_fact(each) for test in tests_in(condition)
            ]
            fields = [*fields_of_fact(fact), *fields_of_fact(other)]
        else:
            tests = [*_only_in(_tests(fact), _tests(other)), *_only_in(_tests(other), _tests(fact))]
            fields = [*_only_in(_read(fact), _read(other)), *_only_in(_read(other), _read(fact))]
            fields += [field for test in tests for field in fields_of(test)]
        return any(map(_names_the_second_before, tests)) or self._read_second_before(fields)

    def _read_second_before(self, fields: Iterable[Field]) -> bool:
        """Whether a computed fact among fields, or one behind it, turns at a second later than people name."""
        facts = self._facts[0]
        return any(
            _names_the_second_before(test)
            for id_ in closure(computed(fields), facts)
            for condition in conditions_of_fact(facts[id_])
            for test in tests_in(condition)
        )


def is_told(rule: Rule) -> bool:
    """Whether the deadline of a rule does not depend on when the rule stops firing."""
    return rule.by is not None or rule.endless or isinstance(rule.conclusion, AddStep)


def _apart(rule: Rule, other: Rule) -> Iterator[tuple[Test, bool]]:
    """The tests that only the first of two rules has, and whether it demands each of them wherever it fires."""
    demanded = rule.when.members if isinstance(rule.when, AllOf) else (rule.when,)
    for test in _only_in(_tests_of(rule), _tests_of(other)):
        yield test, any(test is each for each in demanded)


def _tests_of(rule: Rule) -> list[Test]:
    return [*tests_in(rule.when), *tests_in(rule.unless)]


def _tests(fact: ComputedFact) -> list[Test]:
    return [test for condition in conditions_of_fact(fact) for test in tests_in(condition)]


def _read(fact: ComputedFact) -> list[Field]:
    """The fields that a fact takes values from."""
    if isinstance(fact, Derived):
        return [*fields_of_expression(fact.expression)]
    return [fact.value] if isinstance(fact, Aggregate) and fact.value is not None else []


T = TypeVar("T")


def _only_in(own: Iterable[T], others: Iterable[T]) -> list[T]:
    """What the first list has, and the second has not, or not as often."""
    left = [content(other) for other in others]
    alone = []
    for each in own:
        if content(each) in left:
            left.remove(content(each))
        else:
            alone.append(each)
    return alone


def _chooses(fact: Derived) -> bool:
    return any(isinstance(part, Choose) for part in expressions_in(fact.expression))


def _names_the_second_before(test: Test) -> bool:
    return any(isinstance(boundary, AtMoment) and boundary.after for boundary in boundaries_of(test))


def _only_begins(test: Test) -> bool:
    """Whether time can make a test hold, and not cease to hold."""
    return all(isinstance(each, NowIs) and each.op in (">", ">=") for each in test.predicates)


def _a_second_apart(test: Test, other: Test) -> bool:
    """Whether two tests differ in nothing but whether they hold at the very second that they name."""
    pairs = list(zip(test.predicates, other.predicates, strict=False))
    same = content(test.field) == content(other.field) and len(test.predicates) == len(other.predicates)
    return same and all(
        content(one) == content(two)
        or (isinstance(one, NowIs) and isinstance(two, NowIs) and one.shift == two.shift and one.op[0] == two.op[0])
        for one, two in pairs
    )
