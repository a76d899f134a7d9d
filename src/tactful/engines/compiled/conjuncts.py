"""Conditions taken apart into what must hold all at once, so that what several rules ask is asked once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Final, assert_never

import msgspec

from tactful.engines.compiled.expressions import is_required
from tactful.facts.kinds import BusinessDays, ListKind
from tactful.language.ir import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Field,
    IsIn,
    NoneOf,
    NowIs,
    Relates,
    Shift,
    Test,
    WhenFact,
)
from tactful.language.ir.reads import computed, fields_of
from tactful.language.terms import OPPOSITE

#: A yes/no that rests on more conditions than these is asked as a whole.
_MOST: Final = 16


class Part(msgspec.Struct, frozen=True, eq=False):
    """One of the conditions that must hold all at once; the same for all that ask the same.

    ``axis`` is what it has in common with others of which one can tell something about the other: the values of a field,
    thresholds of one moment or number, a condition and its opposite. ``at`` is its place there: the values, how hard the
    threshold is to pass, or whether the condition is to hold. ``reads`` are the computed facts that it asks for.
    """

    condition: Condition
    axis: tuple[Hashable, ...]
    at: tuple[Hashable, ...]
    cost: int
    reads: frozenset[str]

    @property
    def is_choice(self) -> bool:
        """Whether it asks for one of some values, of which a field has one at a time."""
        return self.axis[0] == "one of"

    @property
    def is_threshold(self) -> bool:
        """Whether whatever passes it also passes all others on its axis that are easier to pass."""
        return self.axis[0] == "threshold"


class Parts:
    """Takes conditions apart. ``cost`` says what it costs about to ask a condition."""

    def __init__(self, cost: Callable[[Condition], int]) -> None:
        self._cost = cost
        self._known: dict[Hashable, Part] = {}
        self._opened: dict[tuple[str, bool], tuple[Condition, ...]] = {}

    def open(self, fact: WhenFact) -> None:
        """From here on ask for what a yes/no of the rows at hand rests on, where that must hold all at once.

        So it is asked once, and as early, for all that ask it, whether they name the yes/no or not. Facts that this one
        reads come before it.
        """
        for value in (True, False):
            found = tuple({_key(one): one for one in self._conjuncts(fact.condition, value)}.values())
            if len(found) <= _MOST and all(isinstance(one, Test) for one in found):
                self._opened[fact.id, value] = found

    def of(self, wanted: Iterable[Condition], unwanted: Iterable[Condition] = ()) -> tuple[Part, ...]:
        """What must hold for all of ``wanted`` to hold and none of ``unwanted``; each once."""
        apart = [one for condition in wanted for one in self._conjuncts(condition, True)]
        apart += [one for condition in unwanted for one in self._conjuncts(condition, False)]
        return tuple(dict.fromkeys(map(self._part, apart)))

    def _part(self, condition: Condition) -> Part:
        key = _key(condition)
        found = self._known.get(key)
        if found is None:
            axis, at = _place(condition)
            reads = frozenset(computed(fields_of(condition)))
            found = self._known[key] = Part(condition, axis, at, self._cost(condition), reads)
        return found

    def _conjuncts(self, condition: Condition, wanted: bool) -> Iterator[Condition]:
        """What must hold all at once for the condition to hold, or (not ``wanted``) not to hold."""
        match condition:
            case Test() if (opened := self._rests_on(condition, wanted)) is not None:
                yield from opened
            case Test(negated=negated, predicates=predicates, field=field):
                if negated == wanted:
                    negative = msgspec.structs.replace(condition, negated=True)
                    yield _opposite(condition) if is_required(field) else negative
                elif len(predicates) == 1 or field.origin not in ("given", "custom"):
                    yield msgspec.structs.replace(condition, negated=False)
                else:
                    plain = msgspec.structs.replace(condition, negated=False)
                    yield from (msgspec.structs.replace(plain, predicates=(one,)) for one in predicates)
            case AllOf(members=members) if wanted or len(members) == 1:
                for member in members:
                    yield from self._conjuncts(member, wanted)
            case AnyOf(members=members) if not wanted or len(members) == 1:
                for member in members:
                    yield from self._conjuncts(member, wanted)
            case NoneOf(members=members) if wanted or len(members) == 1:
                for member in members:
                    yield from self._conjuncts(member, not wanted)
            case NoneOf(members=members):
                yield AnyOf(members)
            case AllOf() | AnyOf():
                yield condition if wanted else NoneOf((condition,))
            case _:
                assert_never(condition)

    def _rests_on(self, test: Test, wanted: bool) -> tuple[Condition, ...] | None:
        """What a test of an opened yes/no asks for; ``None`` for any other test."""
        field = test.field
        match test.predicates:
            case (IsIn(values=(bool() as value,)),) if field.origin == "computed" and not field.via:
                return self._opened.get((field.key, value == (wanted != test.negated)))
            case _:
                return None


def together(parts: Sequence[Part]) -> Part:
    """One part for all of several."""
    condition = AllOf(tuple(part.condition for part in parts))
    reads = frozenset[str]().union(*(part.reads for part in parts))
    return Part(condition, ("holds", _key(condition)), (True,), sum(part.cost for part in parts), reads)


def joined(conditions: Iterable[Condition]) -> list[Condition]:
    """The conditions again, with those that ask something of the same field put together, as they are asked faster."""
    found: dict[Hashable, Condition] = {}
    for condition in conditions:
        plain = isinstance(condition, Test) and not condition.negated
        key = _field_key(condition.field) if isinstance(condition, Test) and plain else _key(condition)
        before = found.get(key)
        if isinstance(before, Test) and isinstance(condition, Test) and plain:
            condition = msgspec.structs.replace(before, predicates=(*before.predicates, *condition.predicates))
        found[key] = condition
    return list(found.values())


def _opposite(test: Test) -> Test:
    """What holds where the predicates of a test of a field that is always known do not."""
    match test.predicates:
        case (NowIs(op=op, shift=shift),):
            return msgspec.structs.replace(test, negated=False, predicates=(NowIs(OPPOSITE[op], shift),))
        case _:
            return msgspec.structs.replace(test, negated=True)


# --- what is the same, and what belongs together ---


def _field_key(field: Field) -> tuple[Hashable, ...]:
    return field.scope, field.via, field.origin, field.key


def _key(condition: Condition) -> tuple[Hashable, ...]:
    """The same for conditions that ask the same, however and wherever they are written."""
    if isinstance(condition, Test):
        predicates = (
            (one.op, _field_key(one.other)) if isinstance(one, Relates) else one for one in condition.predicates
        )
        return _field_key(condition.field), condition.negated, *predicates
    return type(condition).__name__, *map(_key, condition.members)


def _place(condition: Condition) -> tuple[tuple[Hashable, ...], tuple[Hashable, ...]]:
    """Axis and place of a condition, as :class:`Part` has them."""
    match condition:
        case Test(field=field, predicates=(IsIn(values=values),), negated=False) if not isinstance(
            field.kind, ListKind
        ):
            return ("one of", _field_key(field)), values
        case Test(field=field, predicates=(NowIs(op=op, shift=shift),), negated=False):
            unit, length = _length(shift)
            return ("threshold", _field_key(field), op[0], unit), _hardness(op, -length if shift.back else length)
        case Test(field=field, predicates=(Compare(op=op, value=value),), negated=False):
            return ("threshold", _field_key(field), op[0]), _hardness(op, value)
        case Test(negated=True):
            return ("holds", _key(msgspec.structs.replace(condition, negated=False))), (False,)
        case NoneOf(members=(only,)):
            return ("holds", _key(only)), (False,)
        case Test() | AllOf() | AnyOf() | NoneOf():
            return ("holds", _key(condition)), (True,)
        case _:
            assert_never(condition)


def _length(shift: Shift) -> tuple[str, int]:
    """The unit and the length. Business days forward and back begin to count at different ends of a day off: two units."""
    if isinstance(shift.length, BusinessDays):
        return "days back" if shift.back else "days", shift.length.count
    return "seconds", shift.length.seconds


def _hardness(op: str, bound: int | float) -> tuple[int | float, bool]:
    """How hard a threshold is to pass: the higher a lower bound, the lower an upper one, and harder without equality."""
    return bound if op[0] == ">" else -bound, len(op) == 1
