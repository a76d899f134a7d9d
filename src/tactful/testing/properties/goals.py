"""What would make a rule fire or an invariant speak, roughly: the values that their conditions ask for.

Cases drawn blindly seldom meet a rule of six conditions. A goal is a hint and no promise: it looks at each line by itself.
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
    DayTimeBetween,
    Field,
    Filled,
    IsIn,
    Known,
    NoneOf,
    NowIs,
    Predicate,
    Relates,
    Shift,
    Test,
    WhenFact,
)

#: A field: entity, name on its row or of the custom fact, whether it is a custom one. With no name: the row itself.
Key = tuple[str, str, bool]


class Hint(msgspec.Struct, frozen=True):
    """What a field had better hold: one of ``values`` (or none of them), nothing at all, or a moment ``shift`` from now.

    ``earlier``: that moment or an earlier one; else that one or a later one.
    """

    values: tuple[Any, ...] = ()
    avoid: bool = False
    known: bool = True
    shift: Shift | None = None
    earlier: bool = True


Goal = Mapping[Key, Hint]
NOTHING: Final[Goal] = {}


def goals(policy: Policy) -> tuple[Goal, ...]:
    """A goal or two for each rule and each invariant of the pack; those without any hint are left out."""
    checked = policy.checked
    facts = {fact.id: fact for fact in checked.facts}
    found: list[Goal] = []
    for pick in (0, -1):
        hints = _Hints(facts, pick)
        for rule in checked.rules:
            found.append({**dict(hints.of(rule.unless, False)), **dict(hints.of(rule.when, True))})
        found.extend(dict(hints.of(one.when, True)) for one in checked.invariants)
    return (NOTHING, *(one for no, one in enumerate(found) if one and one not in found[:no]))


class _Hints:
    """Goes through conditions; where one line is enough, ``pick`` says which."""

    def __init__(self, facts: Mapping[str, ComputedFact], pick: int) -> None:
        self._facts, self._pick = facts, pick

    def of(self, condition: Condition, wanted: bool) -> Iterator[tuple[Key, Hint]]:
        """What makes a condition hold, or not hold where it is not wanted."""
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
            for one in test.predicates:
                yield from self._computed(self._facts[field.key], one, wanted)
        elif field.origin != "clock":
            hints = [_hint(one, wanted) for one in test.predicates]
            yield from ((_key(field), one) for one in hints if one is not None)

    def _computed(self, fact: ComputedFact, predicate: Predicate, wanted: bool) -> Iterator[tuple[Key, Hint]]:
        if isinstance(fact, WhenFact):
            if isinstance(predicate, IsIn):
                yield from self.of(fact.condition, (True in predicate.values) == wanted)
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
            case _:
                assert_never(predicate)

    def _rows(self, fact: Aggregate, wanted: bool) -> Iterator[tuple[Key, Hint]]:
        """Rows that a fact is to find, or none."""
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
        case Compare() | DayTimeBetween() | Relates() | Filled():
            return None
        case _:
            assert_never(predicate)


def _key(field: Field) -> Key:
    return field.via[-1] if field.via else field.scope, field.key, field.origin == "custom"
