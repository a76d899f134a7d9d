"""Computed facts that are moments, amounts or values of tables, for all rows of their entity at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final, assert_never

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tactful.columns.columns import NULL, Flags, Ints, array_type, unknown_of
from tactful.columns.engine.conditions import Conditions
from tactful.columns.engine.fields import Fields, is_known
from tactful.columns.engine.frames import Frame
from tactful.columns.engine.nodes import Node, Ref, Table
from tactful.columns.engine.planner import Planner
from tactful.facts.calendars import FIRST_MOMENT, LAST_MOMENT
from tactful.facts.kinds import (
    LONGEST,
    MOST,
    BusinessDays,
    ChoiceKind,
    Kind,
    ListKind,
    NumberKind,
    YesNoKind,
    as_length,
)
from tactful.language.ir import (
    Choose,
    Combine,
    Constant,
    Derived,
    Expression,
    Field,
    Moved,
    Opens,
    Pick,
    Read,
    Share,
)
from tactful.language.ir.reads import conditions_in, fields_of_expression

Array = npt.NDArray[Any]
_LARGER: Final[Mapping[str, Callable[[Any, Any], Any]]] = {"largest": np.fmax, "smallest": np.fmin}


@dataclass(frozen=True, slots=True)
class DerivedPlan:
    """A fact with the fields that it reads, and the nodes of its conditions, by the identity of the condition."""

    fact: Derived
    refs: Mapping[Field, Ref]
    nodes: Mapping[int, Node]


def derived_plan(fact: Derived, planner: Planner) -> DerivedPlan:
    """The plan that computes a fact."""
    site, expression = Table(fact.entity), fact.expression
    refs = {field: planner.ref(field, site) for field in fields_of_expression(expression)}
    nodes = {id(condition): planner.node(condition, site) for condition in conditions_in(expression)}
    return DerivedPlan(fact, refs, nodes)


class DerivedFacts:
    """Computes the facts of one chunk."""

    def __init__(self, conditions: Conditions, fields: Fields) -> None:
        self._conditions, self._fields = conditions, fields

    def values(self, plan: DerivedPlan) -> Any:
        """The fact's values, for all rows of its entity."""
        frame = self._conditions.whole(plan.fact.entity)
        return _Values(plan, frame, self._conditions, self._fields).of(plan.fact.expression)


class _Values:
    """The values of one fact's expressions."""

    def __init__(self, plan: DerivedPlan, frame: Frame, conditions: Conditions, fields: Fields) -> None:
        self._plan, self._frame, self._conditions, self._fields = plan, frame, conditions, fields
        self._kind = plan.fact.kind

    def of(self, expression: Expression) -> Any:
        """The values of an expression, a column of the fact's kind."""
        match expression:
            case Constant(value=value):
                return _filled(value, self._kind, self._frame.size)
            case Read(field=field):
                return self._read(field)
            case Moved():
                return _in_range(self._moved(expression))
            case Opens(field=field, how=how):
                ref = self._plan.refs[field]
                return _in_range(self._fields.openings(ref, how == "office", self._frame))
            case Pick(how="first", members=members):
                return reduce(self._first, map(self.of, members))
            case Pick(how=how, members=members):
                return self._extreme(how, [self.of(member) for member in members])
            case Combine(members=members):
                return self._combined(expression, [self.of(member) for member in members])
            case Share(of=of):
                return self._share(expression, self.of(of))
            case Choose():
                return self._chosen(expression)
            case _:
                assert_never(expression)

    def _read(self, field: Field) -> Any:
        """A field as a column of the fact's kind: a number as a fraction, a choice by this kind's places."""
        ref = self._plan.refs[field]
        data = self._fields.at(ref, self._frame)
        if isinstance(self._kind, NumberKind):
            return data.astype(np.float64)
        if isinstance(self._kind, YesNoKind):
            return data.view(np.int8) if data.dtype == np.bool_ else data
        return data

    def _moved(self, expression: Moved) -> Ints:
        ref, length, back = self._plan.refs[expression.field], expression.length, expression.back
        if isinstance(length, Field):
            lengths = self._fields.at(self._plan.refs[length], self._frame)
            return self._fields.by_lengths(ref, lengths, back, self._frame)
        if isinstance(length, BusinessDays):
            lengths = np.full(self._frame.size, as_length(length), dtype=np.int64)
            return self._fields.by_lengths(ref, lengths, back, self._frame)
        moments: Ints = self._fields.at(ref, self._frame)
        seconds = -length.seconds if back else length.seconds
        return np.where(moments == NULL, NULL, moments + seconds)

    def _known(self, data: Any) -> Flags:
        return is_known(data, _ref(self._kind))

    def _first(self, left: Any, right: Any) -> Any:
        """The left values, and the right ones where the left ones are unknown."""
        if array_type(self._kind) is None:
            return pc.coalesce(left, right)
        return np.where(self._known(left), left, right)

    def _extreme(self, how: str, values: Sequence[Array]) -> Array:
        """The largest or the smallest values that are known."""
        if isinstance(self._kind, NumberKind):
            return reduce(_LARGER[how], values)
        if how == "largest":
            return reduce(np.maximum, values)  # unknown is the least number
        most = np.iinfo(np.int64).max
        least = reduce(np.minimum, [np.where(data == NULL, most, data) for data in values])
        return np.where(least == most, NULL, least)

    def _combined(self, expression: Combine, values: Sequence[Array]) -> Array:
        if not expression.floor:
            return _numbers(reduce(np.add if expression.how == "sum" else np.subtract, values))
        known = reduce(np.logical_and, [data != NULL for data in values])
        parts = [np.where(known, data, 0) for data in values]
        seconds = reduce(np.add if expression.how == "sum" else np.subtract, parts)
        return _seconds(np.maximum(seconds, 0), known)

    def _share(self, expression: Share, data: Array) -> Array:
        numerator, denominator = expression.numerator, expression.denominator
        if not expression.whole:
            return _numbers(data * float(numerator) / float(denominator))
        known = data != NULL
        return _seconds(np.where(known, data, 0) * numerator // denominator, known)

    def _chosen(self, expression: Choose) -> Any:
        """The values of the first branches that hold. Branches are evaluated from the last to the first."""
        otherwise = expression.otherwise
        chosen = _filled(None, self._kind, self._frame.size) if otherwise is None else self.of(otherwise)
        for branch in reversed(expression.branches):
            holds = self._conditions.mask(self._plan.nodes[id(branch.condition)], self._frame)
            value = self.of(branch.value)
            if array_type(self._kind) is None:
                chosen = pc.if_else(pa.array(holds), value, chosen)
            else:
                chosen = np.where(holds, value, chosen)
        return chosen


def _ref(kind: Kind) -> Ref:
    """A field of a kind, for what depends on the kind alone."""
    return Ref(("candidate",), "computed", "", kind, nullable=False, place="candidate")


def _filled(value: Any, kind: Kind, size: int) -> Any:
    """A column with the same value in all rows."""
    type_ = array_type(kind)
    if type_ is None:
        return pa.array([value] * size, pa.list_(pa.string()) if isinstance(kind, ListKind) else pa.string())
    if value is None:
        value = unknown_of(kind)
    elif isinstance(kind, ChoiceKind):
        value = kind.values.index(value)
    return np.full(size, value, dtype=type_)


def _in_range(moments: Ints) -> Ints:
    """The moments; unknown where calendars do not know their year."""
    inside = (moments >= FIRST_MOMENT) & (moments <= LAST_MOMENT)
    return np.where(inside, moments, NULL)


def _seconds(seconds: Ints, known: Flags) -> Ints:
    """Lengths of time; unknown where they are longer than any may be."""
    return np.where(known & (seconds <= LONGEST), seconds, NULL)


def _numbers(data: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Numbers; unknown where they are so large that neighbours are the same."""
    return np.where(np.abs(data) < MOST, data, np.nan)
