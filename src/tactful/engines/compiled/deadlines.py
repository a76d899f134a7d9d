"""The end of a rule without ``by``, if the rule's own tests determine it."""

from __future__ import annotations

import msgspec

from tactful.language.ir import AllOf, AnyOf, Condition, Field, NowIs, Rule, Shift, Test
from tactful.language.ir.clockwork import Clockwork


class Closing(msgspec.Struct, frozen=True):
    """The rule ends at the moment of ``field``, moved by ``shift``. ``certain``: it is known whenever the rule fires."""

    field: Field
    shift: Shift
    certain: bool


def closings(rule: Rule, clockwork: Clockwork) -> list[Closing] | None:
    """All moments that can end a rule: the earliest does. ``None`` if the end must be searched for."""
    every: list[Closing] = []
    parts = [(member, False) for member in _all_of(rule.when)] + [(member, True) for member in _any_of(rule.unless)]
    for member, opening in parts:
        if not clockwork.condition(member):
            continue
        ends = _ends(member, opening, clockwork) if isinstance(member, Test) else None
        if ends is None:
            return None
        every.extend(ends)
    return every


def _all_of(condition: Condition) -> tuple[Condition, ...]:
    return condition.members if isinstance(condition, AllOf) else (condition,)


def _any_of(condition: Condition) -> tuple[Condition, ...]:
    return condition.members if isinstance(condition, AnyOf) else (condition,)


def _ends(test: Test, opening: bool, clockwork: Clockwork) -> list[Closing] | None:
    """The moments at which a test ends its rule; ``None`` if they must be searched for.

    With ``opening`` the test is part of ``unless``, and ends the rule when it begins to hold.
    """
    times = [predicate for predicate in test.predicates if isinstance(predicate, NowIs)]
    if test.negated or clockwork.field(test.field) or len(times) != len(test.predicates):
        return None
    if not opening:
        return [Closing(test.field, time.shift, certain=True) for time in times if time.op in ("<", "<=")]
    if len(times) == 1 and times[0].op in (">", ">="):
        return [Closing(test.field, times[0].shift, certain=False)]
    return None
