"""Facts, conditions and rules that change by themselves as time passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import assert_never

from tactful.language.ir import Aggregate, ComputedFact, Condition, Derived, Field, Rule, Test, WhenFact
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
)
from tactful.language.ir.days import asks_the_date
from tactful.language.ir.reads import (
    computed,
    conditions_in,
    conditions_of_fact,
    fields_of,
    fields_of_expression,
    fields_of_fact,
    fields_of_rule,
    reached,
    tests_in,
)


class Clockwork:
    """Tells which facts, conditions and rules depend on ``now``."""

    def __init__(self, facts: Mapping[str, ComputedFact]) -> None:
        self._facts = facts
        self._known: dict[str, bool] = {}
        #: Results by the identity of the condition or rule. The pack keeps all of them alive, so identities stay valid.
        self._conditions: dict[int, bool] = {}
        self._rules: dict[int, bool] = {}
        #: The computed facts that each fact reads, its tests, and whether its own conditions read a clock.
        self._reads: dict[str, set[str]] = {}
        self._tests: dict[str, Sequence[Test]] = {}
        self._clocks: dict[str, bool] = {}

    def field(self, field: Field) -> bool:
        """Whether the field's value changes by itself."""
        if field.origin != "computed":
            return field.origin == "clock"
        if field.key not in self._known:
            self._known[field.key] = self.fact(self._facts[field.key])
        return self._known[field.key]

    def fact(self, fact: ComputedFact) -> bool:
        """Whether a fact's value changes by itself."""
        match fact:
            case WhenFact(condition=condition):
                return self.condition(condition)
            case Aggregate(where=where, value=value):
                return self.condition(where) or (value is not None and self.field(value))
            case Derived(expression=expression):
                return any(map(self.field, fields_of_expression(expression))) or any(
                    map(self.condition, conditions_in(expression))
                )
            case _:
                assert_never(fact)

    def condition(self, condition: Condition) -> bool:
        """Whether a condition of the pack can change by itself."""
        known = self._conditions.get(id(condition))
        if known is None:
            known = self._conditions[id(condition)] = self._condition(condition)
        return known

    def _condition(self, condition: Condition) -> bool:
        if not isinstance(condition, Test):
            return any(map(self.condition, condition.members))
        if self.field(condition.field):
            return True
        return any(map(self._passes, boundaries_of(condition)))

    def _passes(self, boundary: Boundary) -> bool:
        """Whether the passing of time can cross a boundary although the field stays the same."""
        match boundary:
            case AtMoment():
                return True
            case AtField(other=other):
                return self.field(other)
            case AtValue() | AmongValues() | AtWords() | AtDay() | AtDayOfYear():
                return False
            case _:
                assert_never(boundary)

    def rule(self, rule: Rule) -> bool:
        """Whether the rule, or its deadline, can change by itself."""
        if self.condition(rule.when) or self.condition(rule.unless):
            return True
        return rule.by is not None and self.field(rule.by.field)

    def looks_at_clocks(self, rule: Rule) -> bool:
        """Whether it takes a local clock, a weekday or a business day to tell that the rule fires.

        Dates are left out: they turn once in a year or never again, and not with every day.
        """
        known = self._rules.get(id(rule))
        if known is None:
            read = any(map(_reads_a_clock, (rule.when, rule.unless))) or self._through_facts(fields_of_rule(rule))
            known = self._rules[id(rule)] = read
        return known

    def tests(self, rule: Rule) -> Iterator[Test]:
        """The tests of a rule, and of all facts behind it."""
        yield from tests_in(rule.when)
        yield from tests_in(rule.unless)
        for id_ in self._behind(fields_of_rule(rule)):
            yield from self._tests_in(id_)

    def shows_a_clock(self, field: Field) -> bool:
        """Whether it takes a local clock, a weekday or a business day to tell the field's value. See :meth:`looks_at_clocks`."""
        return field.origin == "clock" or self._through_facts([field])

    def _through_facts(self, fields: Iterable[Field]) -> bool:
        """Whether a computed fact among ``fields``, or a fact behind it, has a condition that reads a clock."""
        return any(map(self._has_a_clock, self._behind(fields)))

    def _behind(self, fields: Iterable[Field]) -> set[str]:
        """The computed facts among ``fields``, and all facts behind them."""
        return reached(computed(fields), self._read_by)

    def _read_by(self, id_: str) -> set[str]:
        known = self._reads.get(id_)
        if known is None:
            known = self._reads[id_] = computed(fields_of_fact(self._facts[id_]))
        return known

    def _tests_in(self, id_: str) -> Sequence[Test]:
        known = self._tests.get(id_)
        if known is None:
            conditions = conditions_of_fact(self._facts[id_])
            known = self._tests[id_] = [test for condition in conditions for test in tests_in(condition)]
        return known

    def _has_a_clock(self, id_: str) -> bool:
        known = self._clocks.get(id_)
        if known is None:
            known = self._clocks[id_] = any(map(_reads_a_clock, conditions_of_fact(self._facts[id_])))
        return known


def _reads_a_clock(condition: Condition) -> bool:
    """Whether a condition turns as a clock shows some time, or at any midnight."""
    if not isinstance(condition, Test):
        return any(map(_reads_a_clock, condition.members))
    return any(field.origin == "clock" for field in fields_of(condition)) and not asks_the_date(condition)
