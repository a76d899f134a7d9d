"""Tests of fields, in arrays."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final, assert_never

import numpy as np
import numpy.typing as npt

from tactful.columns.columns import NULL, Flags, array_type
from tactful.columns.engine import texts
from tactful.columns.engine.fields import Fields
from tactful.columns.engine.frames import Frame
from tactful.columns.engine.nodes import ColumnPredicate, Leaf, Ref, Relation
from tactful.facts.kinds import BusinessDays, ChoiceKind, ListKind, NumberKind, YesNoKind
from tactful.language.ir import Compare, DayTimeBetween, Filled, IsIn, Known, NowIs

Array = npt.NDArray[Any]

_OPERATORS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}


class Tests:
    """The tests of a chunk."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields

    def holds(self, leaf: Leaf, frame: Frame) -> Flags:
        """The rows of a frame for which a test holds. The flags may be a field's own array, so callers must not change them."""
        flags: Flags | None = None
        for predicate in leaf.predicates:
            own = self._predicate(predicate, leaf.field, frame, leaf.predicates)
            flags = own if flags is None else flags & own
        if flags is None:
            flags = self._fields.known(leaf.field, self._fields.at(leaf.field, frame), frame)
        return ~flags if leaf.negated else flags

    def _predicate(
        self, predicate: ColumnPredicate, ref: Ref, frame: Frame, together: tuple[ColumnPredicate, ...]
    ) -> Flags:
        """The rows for which the field is known and the predicate holds. ``together``: all predicates of the test."""
        if isinstance(predicate, NowIs):
            return self._now_is(predicate, ref, frame, together)
        data = self._fields.at(ref, frame)
        match predicate:
            case Known():
                return self._fields.known(ref, data, frame)
            case IsIn(values=values):
                return _is_in(data, values, ref)
            case Filled(filled=filled):
                if array_type(ref.kind) is None:
                    return texts.filled(data, filled)
                return data > 0 if filled else data == 0  # type: ignore[no-any-return]
            case Compare(op=op, value=bound):
                compared: Flags = _OPERATORS[op](data, bound)
                return self._where_known(compared, op, ref, data, frame)
            case DayTimeBetween(low=low, high=high):
                if low <= high:
                    return (data >= low) & (data <= high)  # type: ignore[no-any-return]
                early: Flags = data <= high
                late: Flags = data >= low
                return late | self._where_known(early, "<=", ref, data, frame)
            case Relation(op=op, other=other):
                return self._relates(ref, data, op, other, frame)
            case _:
                assert_never(predicate)

    def _where_known(self, flags: Flags, op: str, ref: Ref, data: Array, frame: Frame) -> Flags:
        """The flags of a comparison, set to false for unknown values, which are the least number or not a number."""
        if op not in ("<", "<=") or isinstance(ref.kind, NumberKind):
            return flags
        return flags & self._fields.known(ref, data, frame)

    def _now_is(self, predicate: NowIs, ref: Ref, frame: Frame, together: tuple[ColumnPredicate, ...]) -> Flags:
        op, shift = predicate.op, predicate.shift
        if isinstance(shift.length, BusinessDays):
            moments = self._fields.shifted(ref, shift, frame)
            now = self._fields.now(ref.entity, frame.rows(ref.path))
            flags: Flags = _OPERATORS[op](now, moments) & (moments != NULL)
            return flags
        seconds = -shift.length.seconds if shift.back else shift.length.seconds
        flags = _OPERATORS[op](self._fields.age(ref, frame), seconds)
        if op in (">", ">=") or any(isinstance(other, NowIs) and other.op in (">", ">=") for other in together):
            return flags  # the other predicate does not hold of an unknown field
        return flags & self._fields.known(ref, self._fields.at(ref, frame), frame)

    # --- comparisons of two fields ---

    def _relates(self, ref: Ref, data: Any, op: str, other: Ref, frame: Frame) -> Flags:
        against = self._fields.at(other, frame)
        if array_type(ref.kind) is None or array_type(other.kind) is None:
            return texts.same(texts.words(data, ref.kind), texts.words(against, other.kind))
        if isinstance(ref.kind, ChoiceKind) and isinstance(other.kind, ChoiceKind) and ref.kind != other.kind:
            against = _translated(against, other.kind, ref.kind)
        flags: Flags = _OPERATORS[op](data, against)
        if isinstance(ref.kind, NumberKind):
            return flags
        if op in (">", ">="):
            return flags & self._fields.known(other, against, frame)
        return flags & self._fields.known(ref, data, frame)


def _is_in(data: Any, values: tuple[bool | str | int | float, ...], ref: Ref) -> Flags:
    match ref.kind:
        case YesNoKind():
            return _yes_or_no(data, {bool(value) for value in values})
        case ListKind(values=words):
            if array_type(ref.kind) is None:
                return texts.some_in(data, values)
            bits = sum({1 << words.index(str(value)) for value in values})
            return (data > 0) & ((data & bits) != 0)  # type: ignore[no-any-return]
        case ChoiceKind(values=words):
            return _is_any_of(data, {words.index(str(value)) for value in values})
        case _ if array_type(ref.kind) is None:
            return texts.is_in(data, values)
        case _:
            return _is_any_of(data, {*values})


def _yes_or_no(data: Array, wanted: set[bool]) -> Flags:
    if data.dtype == np.bool_:
        return np.ones(len(data), dtype=np.bool_) if len(wanted) == 2 else data if True in wanted else ~data
    return data >= 0 if len(wanted) == 2 else data == wanted.pop()


def _is_any_of(data: Array, values: set[Any]) -> Flags:
    first, *others = sorted(values)
    flags: Flags = data == first
    for value in others:
        flags |= data == value
    return flags


def _translated(codes: Array, kind: ChoiceKind, into: ChoiceKind) -> Array:
    """Codes of a kind's choices translated into those of another kind; -2 for a choice that the other kind lacks."""
    places = [into.values.index(word) if word in into.values else -2 for word in kind.values]
    return np.array([*places, -1], dtype=np.int16).take(codes)
