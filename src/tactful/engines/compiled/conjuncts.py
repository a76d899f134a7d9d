"""Conditions split into conjuncts, all of which must hold, so that a conjunct of several rules is tested once."""

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

#: A computed yes/no with more conjuncts than this is tested as a whole.
_MOST: Final = 16


class Part(msgspec.Struct, frozen=True, eq=False):
    """One conjunct. Equal conditions have the same part, wherever they are written.

    Where parts are on the same ``axis``, the result of one can settle that of another: they test the values of one field, or
    thresholds of one moment or number, or a condition and its opposite. ``at`` is the part's place on the axis: the values,
    how hard the threshold is to pass, or whether the condition must hold. ``reads`` has the ids of the computed facts that
    the condition reads.
    """

    condition: Condition
    axis: tuple[Hashable, ...]
    at: tuple[Hashable, ...]
    cost: int
    reads: frozenset[str]

    @property
    def is_choice(self) -> bool:
        """Whether the condition wants a field to have one of some values."""
        return self.axis[0] == "one of"

    @property
    def is_threshold(self) -> bool:
        """Whether a value that passes also passes all parts on the axis that are easier to pass."""
        return self.axis[0] == "threshold"


class Parts:
    """Splits conditions into parts. ``cost`` estimates what testing a condition costs."""

    def __init__(self, cost: Callable[[Condition], int]) -> None:
        self._cost = cost
        self._known: dict[Hashable, Part] = {}
        self._opened: dict[tuple[str, bool], tuple[Condition, ...]] = {}

    def open(self, fact: WhenFact) -> None:
        """From now on, replace tests of a computed yes/no by its own conjuncts, if these are few and are tests.

        A conjunct is then tested once for all rules, whether they name the yes/no or write its conjunct. The facts that
        ``fact`` reads must be opened before it.
        """
        for value in (True, False):
            conjuncts = tuple(
                {_key(conjunct): conjunct for conjunct in self._conjuncts(fact.condition, value)}.values()
            )
            if len(conjuncts) <= _MOST and all(isinstance(conjunct, Test) for conjunct in conjuncts):
                self._opened[fact.id, value] = conjuncts

    def of(self, wanted: Iterable[Condition], unwanted: Iterable[Condition] = ()) -> tuple[Part, ...]:
        """The parts, without repetition, of the condition that all of ``wanted`` hold and none of ``unwanted``."""
        conjuncts = [conjunct for condition in wanted for conjunct in self._conjuncts(condition, True)]
        conjuncts += [conjunct for condition in unwanted for conjunct in self._conjuncts(condition, False)]
        return tuple(dict.fromkeys(map(self._part, conjuncts)))

    def _part(self, condition: Condition) -> Part:
        key = _key(condition)
        part = self._known.get(key)
        if part is None:
            axis, at = _place(condition)
            reads = frozenset(computed(fields_of(condition)))
            part = self._known[key] = Part(condition, axis, at, self._cost(condition), reads)
        return part

    def _conjuncts(self, condition: Condition, wanted: bool) -> Iterator[Condition]:
        """The conjuncts of a condition, or of its opposite if it is not ``wanted``."""
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
                    yield from (msgspec.structs.replace(plain, predicates=(predicate,)) for predicate in predicates)
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
        """The conjuncts that a test of an opened yes/no stands for; ``None`` for any other test."""
        field = test.field
        match test.predicates:
            case (IsIn(values=(bool() as value,)),) if field.origin == "computed" and not field.via:
                return self._opened.get((field.key, value == (wanted != test.negated)))
            case _:
                return None


def together(parts: Sequence[Part]) -> Part:
    """A part that holds where all of ``parts`` hold."""
    condition = AllOf(tuple(part.condition for part in parts))
    reads = frozenset[str]().union(*(part.reads for part in parts))
    return Part(condition, ("holds", _key(condition)), (True,), sum(part.cost for part in parts), reads)


def joined(conditions: Iterable[Condition]) -> list[Condition]:
    """The same conditions, but with the tests of each field joined into one, which is faster to test."""
    by_key: dict[Hashable, Condition] = {}
    for condition in conditions:
        plain = isinstance(condition, Test) and not condition.negated
        key = _field_key(condition.field) if isinstance(condition, Test) and plain else _key(condition)
        before = by_key.get(key)
        if isinstance(before, Test) and isinstance(condition, Test) and plain:
            condition = msgspec.structs.replace(before, predicates=(*before.predicates, *condition.predicates))
        by_key[key] = condition
    return list(by_key.values())


def _opposite(test: Test) -> Test:
    """The test that holds exactly if the predicates of ``test`` do not. Its field must always be known."""
    match test.predicates:
        case (NowIs(op=op, shift=shift),):
            return msgspec.structs.replace(test, negated=False, predicates=(NowIs(OPPOSITE[op], shift),))
        case _:
            return msgspec.structs.replace(test, negated=True)


# --- keys of equal conditions, and axes of related ones ---


def _field_key(field: Field) -> tuple[Hashable, ...]:
    return field.scope, field.via, field.origin, field.key


def _key(condition: Condition) -> tuple[Hashable, ...]:
    """A key that is equal for equal conditions, whatever their wording and place in the pack."""
    if isinstance(condition, Test):
        predicates = (
            (predicate.op, _field_key(predicate.other)) if isinstance(predicate, Relates) else predicate
            for predicate in condition.predicates
        )
        return _field_key(condition.field), condition.negated, *predicates
    return type(condition).__name__, *map(_key, condition.members)


def _place(condition: Condition) -> tuple[tuple[Hashable, ...], tuple[Hashable, ...]]:
    """The axis of a condition and its place there, see :class:`Part`."""
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
    """The unit and the length of a shift.

    Business days forward and back are two units, because they begin to count at different ends of a day off.
    """
    if isinstance(shift.length, BusinessDays):
        return "days back" if shift.back else "days", shift.length.count
    return "seconds", shift.length.seconds


def _hardness(op: str, bound: int | float) -> tuple[int | float, bool]:
    """How hard a threshold is to pass: a higher lower bound or a lower upper bound is harder, and so is a strict one."""
    return bound if op[0] == ">" else -bound, len(op) == 1
