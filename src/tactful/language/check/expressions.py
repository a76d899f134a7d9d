"""Moments and amounts that follow from facts, checked: their kinds, their members, and the values that are written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, assert_never

from tactful.facts.kinds import (
    ChoiceKind,
    DurationKind,
    Kind,
    LengthKind,
    ListKind,
    MomentKind,
    NumberKind,
    YesNoKind,
    kind_name,
    parse_yes_no,
)
from tactful.facts.near import literal_help
from tactful.language.ir import Combine, Constant, Expression, Field, Moved, Opens, Pick, Read, Share
from tactful.language.names import Scope
from tactful.language.phrases.meaning import literal_kind, literal_value, read_length, report_value
from tactful.language.syntax import Amount, Gathered, MovedMoment, Opening, Percent
from tactful.language.syntax import Expression as Written
from tactful.language.terms import Name, ParameterOperand
from tactful.source.codes.conditions import WrongPhrase
from tactful.source.diagnostics import Span

_AMOUNTS: Final = (NumberKind, DurationKind)


def kind_of(written: Written, kind_of_name: Callable[[str], Kind | None]) -> Kind | None:
    """The kind of the value that an expression states; ``None`` where that is not plain, because of a mistake.

    ``kind_of_name`` looks up the kind of ``entity.field`` and of ``$parameter``.
    """
    match written:
        case MovedMoment() | Opening():
            return MomentKind()
        case Amount(operand=operand):
            if isinstance(operand, ParameterOperand):
                return kind_of_name(f"${operand.name}")
            if parse_yes_no(operand.text) is not None:
                return YesNoKind()
            return kind_of_name(operand.text) or literal_kind((operand.text,))
        case Gathered(how=how, members=members):
            if how in ("latest of", "earliest of"):
                return MomentKind()
            kinds = [kind_of(member, kind_of_name) for member in members]
            return next((kind for kind in kinds if kind is not None), None)
        case Percent(of=of):
            return kind_of(of, kind_of_name)
        case _:
            assert_never(written)


class ExpressionChecker:
    """Checks expressions in a scope. ``use`` says for messages where their values go."""

    def __init__(self, scope: Scope, use: str) -> None:
        self._scope, self._use = scope, use

    def check(self, written: Written, kind: Kind) -> Expression | None:
        """The checked expression, whose values are of ``kind``; ``None`` after reporting a mistake."""
        match written:
            case Amount():
                return self._amount(written, kind)
            case MovedMoment():
                return self._moved(written, kind)
            case Opening(how=how, field=name):
                field = self._moment(name, kind)
                return None if field is None else Opens(field, how)
            case Gathered():
                return self._gathered(written, kind)
            case Percent():
                return self._percent(written, kind)
            case _:
                assert_never(written)

    def _amount(self, written: Amount, kind: Kind) -> Expression | None:
        operand = written.operand
        if self._scope.is_field(operand):
            field = self._scope.field_of(operand)
            if field is None or not self._fits(field, kind, operand.span):
                return None
            return Read(field)
        texts, parameter = self._scope.values(operand)
        if not texts:
            return None
        value = literal_value(texts[0].text, kind) if len(texts) == 1 else None
        if value is None:
            help_ = literal_help(texts[0].text, kind)
            report_value(operand, texts, parameter, f"a value of type {kind_name(kind)}", help_, self._use, self._scope)
            return None
        return Constant(value)

    def _fits(self, field: Field, kind: Kind, span: Span) -> bool:
        if field.origin == "clock":
            self._wrong(f"`{field.text}` changes all the time, so no fact can be computed from it", span)
            return False
        fitting = (LengthKind, DurationKind) if isinstance(kind, LengthKind) else (type(kind),)
        same = field.kind == kind or not isinstance(kind, ChoiceKind | ListKind)
        if isinstance(field.kind, fitting) and same:
            return True
        self._wrong(
            f"`{field.text}` is of type {kind_name(field.kind)}, but type {kind_name(kind)} is needed here", span
        )
        return False

    def _moment(self, name: Name, kind: Kind) -> Field | None:
        """The field of a moment, where a moment is wanted."""
        if not isinstance(kind, MomentKind):
            self._wrong(f"this is a moment, but type {kind_name(kind)} is needed here", name.span)
            return None
        field = self._scope.field(name)
        return field if field is not None and self._fits(field, kind, name.span) else None

    def _moved(self, written: MovedMoment, kind: Kind) -> Expression | None:
        field = self._moment(written.field, kind)
        if not self._scope.is_field(written.length):
            length = read_length(written.length, self._scope, self._use)
            return None if field is None or length is None else Moved(field, length, written.before)
        by = self._scope.field_of(written.length)
        if field is None or by is None or not self._fits(by, LengthKind(), written.length.span):
            return None
        return Moved(field, by, written.before)

    def _gathered(self, written: Gathered, kind: Kind) -> Expression | None:
        if not self._takes(written, kind):
            return None
        checked = [self.check(member, kind) for member in written.members]
        members = tuple(member for member in checked if member is not None)
        if len(members) < len(checked):
            return None
        match written.how:
            case "latest of" | "larger of":
                return Pick("largest", members)
            case "earliest of" | "smaller of":
                return Pick("smallest", members)
            case "first known of":
                return Pick("first", members)
            case "sum of" | "difference of" as how:
                way: Literal["sum", "difference"] = "sum" if how == "sum of" else "difference"
                return Combine(way, members, floor=isinstance(kind, DurationKind))
            case _:
                assert_never(written.how)

    def _takes(self, written: Gathered, kind: Kind) -> bool:
        """Whether a way to gather values takes those of a kind; if not, that is reported."""
        if written.how == "first known of":
            return True
        moments = written.how in ("latest of", "earliest of")
        if isinstance(kind, MomentKind) if moments else isinstance(kind, _AMOUNTS):
            return True
        takes = "moments" if moments else "numbers and lengths of elapsed time, not business days"
        self._wrong(f"`{written.how}` takes {takes}; the value has to be of type {kind_name(kind)} here", written.span)
        return False

    def _percent(self, written: Percent, kind: Kind) -> Expression | None:
        if not isinstance(kind, _AMOUNTS):
            takes = "numbers and lengths of elapsed time, not business days"
            self._wrong(f"a part is taken of {takes}; the value has to be of type {kind_name(kind)} here", written.span)
            return None
        of = self.check(written.of, kind)
        from fractions import Fraction  # takes a millisecond to import, and few packs have shares

        share = Fraction(written.percent) / 100
        whole = isinstance(kind, DurationKind)
        return None if of is None else Share(of, share.numerator, share.denominator, whole)

    def _wrong(self, message: str, span: Span) -> None:
        self._scope.report(WrongPhrase.at(span, message))
