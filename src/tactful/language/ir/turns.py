"""Where conditions turn as a given fact changes: the values that its own value, or one computed from it, is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from tactful.language.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Checked,
    Choose,
    Combine,
    ComputedFact,
    Condition,
    Constant,
    Derived,
    Expression,
    Field,
    Moved,
    NoneOf,
    Opens,
    Pick,
    Read,
    Share,
    Shift,
    Test,
    WhenFact,
)
from tactful.language.ir.boundaries import AtMoment, Boundary, boundaries_of
from tactful.language.ir.reads import conditions_in

#: A given or custom field: its entity, its attribute or its name, and whether it is custom.
FieldKey = tuple[str, str, bool]
#: Limits that only generated packs reach: the turns of one field, the steps of one way, the parts that are looked at.
MOST_TURNS: Final = 64
MOST_STEPS: Final = 8
MOST_PARTS: Final = 20_000


class Added(Checked, frozen=True):
    """An amount becomes part of a sum or a difference: ``member`` of ``combine``, a fact of ``entity``."""

    entity: str
    combine: Combine
    member: int


class Reach(Checked, frozen=True):
    """A length of time becomes the moment to which it moves another."""

    moved: Moved


#: What becomes of a value on its way to a comparison.
Step = Moved | Opens | Share | Added | Reach


class Turn(Checked, frozen=True):
    """A boundary that a field's value may cross once it has gone through ``way``, the first step first."""

    way: tuple[Step, ...]
    boundary: Boundary


def field_key(field: Field) -> FieldKey:
    """The key of a given or custom field."""
    return field.via[-1] if field.via else field.scope, field.key, field.origin == "custom"


class Turns:
    """Collects the turns of given and custom fields."""

    def __init__(self, facts: Mapping[str, ComputedFact]) -> None:
        self._facts = facts
        self.turns: dict[FieldKey, list[Turn]] = {}
        self._seen: set[tuple[str, Turn]] = set()

    def condition(self, condition: Condition) -> None:
        """Add the comparisons of a condition."""
        match condition:
            case AllOf(members=members) | AnyOf(members=members) | NoneOf(members=members):
                for member in members:
                    self.condition(member)
            case Test(field=field):
                for boundary in boundaries_of(condition):
                    self.turn(field, Turn((), boundary))
            case _:
                assert_never(condition)

    def deadline(self, field: Field, shift: Shift) -> None:
        """Add the moment of a deadline."""
        self.turn(field, Turn((), AtMoment(shift, after=False)))

    def fact(self, fact: ComputedFact) -> None:
        """Add the comparisons inside of a computed fact."""
        match fact:
            case WhenFact(condition=condition):
                self.condition(condition)
            case Aggregate(where=where):
                self.condition(where)
            case Derived(expression=expression):
                for condition in conditions_in(expression):
                    self.condition(condition)
            case _:
                assert_never(fact)

    def turn(self, field: Field, turn: Turn) -> None:
        """Add a turn of a field, or of the fields that it is computed from."""
        if field.origin in ("given", "custom"):
            turns = self.turns.setdefault(field_key(field), [])
            if turn not in turns and len(turns) < MOST_TURNS:
                turns.append(turn)
        elif field.origin == "computed":
            key = field.key, turn
            if key in self._seen or len(turn.way) > MOST_STEPS or len(self._seen) > MOST_PARTS:
                return
            self._seen.add(key)
            fact = self._facts[field.key]
            if isinstance(fact, Derived):
                self.through(fact, turn)
            elif isinstance(fact, Aggregate) and fact.value is not None:
                self.turn(fact.value, turn)

    def through(self, fact: Derived, turn: Turn) -> None:
        """Add a turn of a computed fact's value."""
        self._through(fact.expression, fact.entity, turn)

    def _through(self, expression: Expression, entity: str, turn: Turn) -> None:
        """Add a turn of an expression's value, an expression of a fact of ``entity``."""
        match expression:
            case Constant():
                return
            case Read(field=field):
                self.turn(field, turn)
            case Moved(field=field, length=length):
                self.turn(field, Turn((expression, *turn.way), turn.boundary))
                if isinstance(length, Field):
                    self.turn(length, Turn((Reach(expression), *turn.way), turn.boundary))
            case Opens(field=field):
                self.turn(field, Turn((expression, *turn.way), turn.boundary))
            case Pick(members=members):
                for member in members:
                    self._through(member, entity, turn)
            case Combine(members=members):
                for no, member in enumerate(members):
                    self._through(member, entity, Turn((Added(entity, expression, no), *turn.way), turn.boundary))
            case Share(of=of):
                self._through(of, entity, Turn((expression, *turn.way), turn.boundary))
            case Choose(branches=branches, otherwise=otherwise):
                for branch in branches:
                    self._through(branch.value, entity, turn)
                if otherwise is not None:
                    self._through(otherwise, entity, turn)
            case _:
                assert_never(expression)
