"""Values that would roughly make a rule fire or an invariant apply: those that their conditions ask for.

Cases drawn blindly seldom meet a rule of six conditions. A goal is a hint, not a promise: it considers each test by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, assert_never

import msgspec

from tactful.api.policy import Policy
from tactful.language.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Compare,
    ComputedFact,
    Condition,
    DateBetween,
    DayTimeBetween,
    Derived,
    Field,
    Filled,
    IsIn,
    Known,
    Moved,
    NoneOf,
    NowIs,
    PlaceIn,
    Predicate,
    Relates,
    Shift,
    Test,
    TextHas,
    WhenFact,
    YearlyBetween,
)
from tactful.language.ir.reads import expressions_in

#: A field: its entity, its name, and whether it is a custom fact. An empty name stands for the row itself.
Key = tuple[str, str, bool]


class Hint(msgspec.Struct, frozen=True):
    """The value that a field should have: one of ``values`` (with ``avoid``: none of them), or a moment ``shift`` from now.

    With ``known`` false the field should be unknown. ``earlier``: that moment or an earlier one; else that one or a later one.
    """

    values: tuple[Any, ...] = ()
    avoid: bool = False
    known: bool = True
    shift: Shift | None = None
    earlier: bool = True


Goal = Mapping[Key, Hint]
NOTHING: Final[Goal] = {}


def goals(policy: Policy) -> tuple[Goal, ...]:
    """One or two goals for each rule and each invariant of the pack. Goals without any hint are left out."""
    checked = policy.checked
    facts = {fact.id: fact for fact in checked.facts}
    goals: list[Goal] = []
    for pick in (0, -1):
        hints = _Hints(facts, pick)
        for rule in checked.rules:
            goals.append({**dict(hints.of(rule.unless, False)), **dict(hints.of(rule.when, True))})
        goals.extend(dict(hints.of(invariant.when, True)) for invariant in checked.invariants)
    return (NOTHING, *(goal for no, goal in enumerate(goals) if goal and goal not in goals[:no]))


class _Hints:
    """Collects hints from conditions. Where one member is enough, ``pick`` is its index."""

    def __init__(self, facts: Mapping[str, ComputedFact], pick: int) -> None:
        self._facts, self._pick = facts, pick

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
                yield from self._computed(self._facts[field.key], predicate, wanted)
        elif field.origin != "clock":
            hints = [_hint(predicate, wanted) for predicate in test.predicates]
            yield from ((_key(field), hint) for hint in hints if hint is not None)

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
            case NowIs() if fact.value is not None:
                if wanted:
                    yield from self._rows(fact, True)
                hint = _hint(predicate, wanted)
                if fact.value.origin in ("given", "custom") and hint is not None:
                    yield _key(fact.value), hint
            case Compare(op=op):
                yield from self._rows(fact, (op in (">", ">=")) == wanted)
            case Known():
                yield from self._rows(fact, wanted)
            case NowIs() | DayTimeBetween() | Relates() | Filled():
                pass  # these give no hint
            case TextHas() | PlaceIn() | DateBetween() | YearlyBetween():
                pass  # nor do these
            case _:
                assert_never(predicate)

    def _derived(self, fact: Derived, predicate: Predicate, wanted: bool) -> Iterator[tuple[Key, Hint]]:
        """Hints for the fields that a moment is moved from."""
        for part in expressions_in(fact.expression):
            if isinstance(part, Moved) and isinstance(predicate, NowIs) and part.field.origin in ("given", "custom"):
                shift = predicate.shift if isinstance(part.length, Field) else Shift(part.length, part.back)
                yield _key(part.field), Hint(shift=shift, earlier=(predicate.op in (">", ">=")) == wanted)

    def _rows(self, fact: Aggregate, wanted: bool) -> Iterator[tuple[Key, Hint]]:
        """Hints that a fact finds rows, or none."""
        if wanted:
            yield from self.of(fact.where, True)
        yield (fact.over, "", False), Hint(known=wanted)


def _hint(predicate: Predicate, wanted: bool) -> Hint | None:
    match predicate:
        case IsIn(values=values):
            return Hint(values, avoid=not wanted)
        case Known():
            return Hint(known=wanted)
        case NowIs(op=op, shift=shift):
            return Hint(shift=shift, earlier=(op in (">", ">=")) == wanted)
        case PlaceIn(values=values):
            return Hint(values, avoid=not wanted)
        case TextHas(words=words):
            return Hint((words,), avoid=not wanted)
        case Compare() | DayTimeBetween() | Relates() | Filled() | DateBetween() | YearlyBetween():
            return None
        case _:
            assert_never(predicate)


def _key(field: Field) -> Key:
    return field.via[-1] if field.via else field.scope, field.key, field.origin == "custom"
