"""The changes that can be made to an expression: members, rows, values, lengths, directions."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final, NamedTuple, assert_never

import msgspec

from tactful.facts.kinds import (
    DAY,
    HOUR,
    BusinessDays,
    ChoiceKind,
    DayTimeKind,
    DurationKind,
    Elapsed,
    Kind,
    LengthKind,
    MomentKind,
    NumberKind,
    YesNoKind,
    as_length,
    format_day_time,
    format_duration,
    length_of,
)
from tactful.facts.kinds import Known as KnownValue
from tactful.language.ir import (
    AllOf,
    Branch,
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
from tactful.reasons.formulas import cells
from tactful.source.diagnostics import Span
from tactful.testing.mutation.changes import condition_changes, length_changes

replace = msgspec.structs.replace


class ExpressionChange(NamedTuple):
    """A change of an expression: the part that is changed, the operator, the change in words, its place if it has one."""

    part: str
    operator: str
    change: str
    span: Span | None
    expression: Expression


def expression_changes(fact: Derived, counts: Container[str]) -> Iterator[ExpressionChange]:
    """Every change of a fact's expression by one step."""
    yield from _Changes(fact, counts).of(fact.expression)


class _Changes:
    def __init__(self, fact: Derived, counts: Container[str]) -> None:
        self._entity, self._kind, self._counts = fact.entity, fact.kind, counts
        #: A parameter's own value stays beside that of a case, and the days of dated values only move.
        self._parameter = fact.is_parameter

    def of(self, expression: Expression) -> Iterator[ExpressionChange]:
        """The changes of an expression, those of its own part first."""
        match expression:
            case Read():
                return
            case Constant(value=value):
                for operator, change, instead in _values(value, self._kind):
                    yield ExpressionChange("value", operator, change, None, Constant(instead))
            case Moved():
                yield from _moved(expression)
            case Opens(field=field, how=how):
                other: Opens = replace(expression, how="day" if how == "office" else "office")
                yield ExpressionChange("opening", "direction", f"{_OPENS[how]} → {_OPENS[other.how]}", None, other)
                dropped = f"`{_OPENS[how]} after {field.text}` becomes `{field.text}`"
                yield ExpressionChange("opening", "part dropped", dropped, None, Read(field))
            case Pick(how=how, members=members):
                if how != "first":
                    turned: Pick = replace(expression, how="smallest" if how == "largest" else "largest")
                    change = f"{self._picks(how)} → {self._picks(turned.how)}"
                    yield ExpressionChange("members", "fact turned", change, None, turned)
                yield from self._members(expression, members)
            case Combine(how=how, members=members):
                turned_sum: Combine = replace(expression, how="sum" if how == "difference" else "difference")
                if len(members) == 2:
                    yield ExpressionChange(
                        "members", "fact turned", f"{how} of → {turned_sum.how} of", None, turned_sum
                    )
                yield from self._members(expression, members)
            case Share(of=of):
                yield ExpressionChange("share", "part dropped", "the whole, not a part of it", None, of)
                for changed in self.of(of):
                    yield changed._replace(expression=replace(expression, of=changed.expression))
            case Choose():
                yield from self._rows(expression)
            case _:
                assert_never(expression)

    def _picks(self, how: str) -> str:
        """The key of a pack that picks a member."""
        moments = isinstance(self._kind, MomentKind)
        return {
            "largest": "latest of" if moments else "larger of",
            "smallest": "earliest of" if moments else "smaller of",
        }[how]

    def _members(self, whole: Pick | Combine, members: tuple[Expression, ...]) -> Iterator[ExpressionChange]:
        """The whole without each of its members, and with each of them changed."""
        for no, member in enumerate(members):
            others = (*members[:no], *members[no + 1 :])
            if others and not self._parameter:
                rest = others[0] if len(others) == 1 else replace(whole, members=others)
                yield ExpressionChange("members", "part dropped", f"member {no + 1} is left out", None, rest)
            for changed in self.of(member):
                kept = (*members[:no], changed.expression, *members[no + 1 :])
                yield changed._replace(expression=replace(whole, members=kept))

    def _rows(self, table: Choose) -> Iterator[ExpressionChange]:
        """The table without each of its rows, and with a cell or the value of each row changed."""
        for no, row in enumerate(table.branches):
            others = (*table.branches[:no], *table.branches[no + 1 :])
            name = f"row {no + 1}" if not self._parameter else f"the value {row_name(row)}"
            dropped = replace(table, branches=others)
            yield ExpressionChange(name, "row dropped", f"{name} is left out", row.span, dropped)
            for operator, change, changed in self._of_row(row):
                kept = replace(table, branches=(*table.branches[:no], changed, *table.branches[no + 1 :]))
                yield ExpressionChange(name, operator, f"{name}: {change}", row.span, kept)
        if table.otherwise is not None:
            if not self._parameter:
                without = replace(table, otherwise=None)
                yield ExpressionChange("otherwise", "row dropped", "`otherwise` is left out", None, without)
            for inner in self.of(table.otherwise):
                yield inner._replace(expression=replace(table, otherwise=inner.expression))

    def _of_row(self, row: Branch) -> Iterator[tuple[str, str, Branch]]:
        for _, operator, change, condition in condition_changes(row.condition, AllOf(()), self._entity, self._counts):
            if not self._parameter or operator in ("threshold up", "threshold down"):
                yield operator, change, replace(row, condition=condition)
        for inner in self.of(row.value):
            yield inner.operator, inner.change, replace(row, value=inner.expression)


def row_name(row: Branch) -> str:
    """The cells of a row of a table, or the days of a dated value, as written."""
    return cells(row.condition)


_OPENS: Final = {"office": "next office time", "day": "next business day"}


def _moved(moved: Moved) -> Iterator[ExpressionChange]:
    way, other = ("before", "after") if moved.back else ("after", "before")
    turned = replace(moved, back=not moved.back)
    text = moved.field.text
    yield ExpressionChange("shift", "direction", f"{way} {text} → {other} {text}", None, turned)
    if not isinstance(moved.length, Field):
        for operator, change, length in length_changes(moved.length):
            yield ExpressionChange("shift", operator, f"{change} {way} {text}", None, replace(moved, length=length))


def _values(value: KnownValue, kind: Kind) -> Iterator[tuple[str, str, KnownValue]]:
    """Values close to a fixed value."""
    match kind:
        case YesNoKind():
            yield "value", "yes → no" if value else "no → yes", not value
        case ChoiceKind(values=words) if len(words) > 1:
            other = words[(words.index(str(value)) + 1) % len(words)]
            yield "value", f"{value} → {other}", other
        case NumberKind() if isinstance(value, int | float):
            for step in (1, -1):
                yield _up(step), f"{value:g} → {value + step:g}", value + step
        case DayTimeKind() if isinstance(value, int):
            for step in (HOUR, -HOUR):
                if 0 <= value + step < DAY:
                    yield _up(step), f"{format_day_time(value)} → {format_day_time(value + step)}", value + step
        case DurationKind() | LengthKind() if isinstance(value, int):
            length = length_of(value) if isinstance(kind, LengthKind) else Elapsed(value)
            for operator, _, changed in length_changes(length):
                if isinstance(kind, LengthKind) or not isinstance(changed, BusinessDays):
                    yield operator, f"{format_duration(length)} → {format_duration(changed)}", as_length(changed)
        case _:
            return  # texts and moments have no neighbours that a pack would tell apart


def _up(step: int) -> str:
    return "threshold up" if step > 0 else "threshold down"
