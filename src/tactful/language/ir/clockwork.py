"""Which facts, conditions and rules change by themselves as time passes."""

from __future__ import annotations

from collections.abc import Mapping

from tactful.language.ir import Aggregate, ComputedFact, Condition, Field, NowIs, Relates, Rule, Test, WhenFact
from tactful.language.ir.reads import closure, computed, fields_of_fact, fields_of_rule


class Clockwork:
    """Which facts depend on ``now``."""

    def __init__(self, facts: Mapping[str, ComputedFact]) -> None:
        self._facts = facts
        self._known: dict[str, bool] = {}
        #: By the identity of the condition, which the pack keeps alive.
        self._conditions: dict[int, bool] = {}

    def field(self, field: Field) -> bool:
        """Whether the field's value changes by itself."""
        if field.origin != "computed":
            return field.origin == "clock"
        if field.key not in self._known:
            self._known[field.key] = self._fact(self._facts[field.key])
        return self._known[field.key]

    def _fact(self, fact: ComputedFact) -> bool:
        match fact:
            case WhenFact(condition=condition):
                return self.condition(condition)
            case Aggregate(where=where, value=value):
                return self.condition(where) or (value is not None and self.field(value))

    def condition(self, condition: Condition) -> bool:
        """Whether a condition of the pack can change by itself."""
        found = self._conditions.get(id(condition))
        if found is None:
            found = self._conditions[id(condition)] = self._condition(condition)
        return found

    def _condition(self, condition: Condition) -> bool:
        if not isinstance(condition, Test):
            return any(map(self.condition, condition.members))
        timed = any(isinstance(one, NowIs) for one in condition.predicates)
        others = [one.other for one in condition.predicates if isinstance(one, Relates)]
        return timed or any(map(self.field, [condition.field, *others]))

    def rule(self, rule: Rule) -> bool:
        """Whether the rule, or its deadline, can change by itself."""
        if self.condition(rule.when) or self.condition(rule.unless):
            return True
        return rule.by is not None and self.field(rule.by.field)

    def looks_at_clocks(self, rule: Rule) -> bool:
        """Whether it takes a local clock or the day of the week to tell that the rule fires."""
        read = set(fields_of_rule(rule))
        for id_ in closure(computed(read), self._facts):
            read.update(fields_of_fact(self._facts[id_]))
        return any(field.origin == "clock" for field in read)
