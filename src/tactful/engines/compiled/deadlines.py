"""How a rule without ``by`` comes to an end, where that can be told from the rule alone."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tactful.model.checked import (
    Aggregate,
    AllOf,
    AnyOf,
    ComputedFact,
    Condition,
    DayTimeBetween,
    Field,
    NowIs,
    Relates,
    Rule,
    Shift,
    Test,
    WhenFact,
)


class Closing(msgspec.Struct, frozen=True):
    """The rule ends when ``field``'s moment, shifted, is reached. ``certain``: the moment is known where the rule fires."""

    field: Field
    shift: Shift
    certain: bool


class Clockwork:
    """Which facts depend on ``now``."""

    def __init__(self, facts: Mapping[str, ComputedFact]) -> None:
        self._facts = facts
        self._known: dict[str, bool] = {}

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
        """Whether the condition can change by itself."""
        if not isinstance(condition, Test):
            return any(map(self.condition, condition.members))
        timed = any(isinstance(one, NowIs | DayTimeBetween) for one in condition.predicates)
        others = [one.other for one in condition.predicates if isinstance(one, Relates)]
        return timed or any(map(self.field, [condition.field, *others]))


def closings(rule: Rule, clockwork: Clockwork) -> list[Closing] | None:
    """All that ends the rule: it stops at the first of them. ``None`` where it takes a search to tell."""
    found: list[Closing] = []
    parts = [(member, False) for member in _all_of(rule.when)] + [(member, True) for member in _any_of(rule.unless)]
    for member, opening in parts:
        if not clockwork.condition(member):
            continue
        ends = _ends(member, opening, clockwork) if isinstance(member, Test) else None
        if ends is None:
            return None
        found.extend(ends)
    return found


def _all_of(condition: Condition) -> tuple[Condition, ...]:
    return condition.members if isinstance(condition, AllOf) else (condition,)


def _any_of(condition: Condition) -> tuple[Condition, ...]:
    return condition.members if isinstance(condition, AnyOf) else (condition,)


def _ends(test: Test, opening: bool, clockwork: Clockwork) -> list[Closing] | None:
    """The ends that one test sets. In ``unless`` (``opening``) a test ends the rule when it begins to hold."""
    times = [one for one in test.predicates if isinstance(one, NowIs)]
    if test.negated or clockwork.field(test.field) or len(times) != len(test.predicates):
        return None
    if not opening:
        return [Closing(test.field, one.shift, certain=True) for one in times if one.op in ("<", "<=")]
    if len(times) == 1 and times[0].op in (">", ">="):
        return [Closing(test.field, times[0].shift, certain=False)]
    return None
