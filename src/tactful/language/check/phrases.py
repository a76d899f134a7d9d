"""What a phrase means for a field of a certain type: written phrases become predicates."""

from __future__ import annotations

from typing import Final, assert_never

from tactful.facts.kinds import (
    UNITS,
    BusinessDays,
    ChoiceKind,
    DayTimeKind,
    Duration,
    DurationKind,
    Elapsed,
    IdKind,
    Kind,
    ListKind,
    MomentKind,
    NumberKind,
    TextKind,
    YesNoKind,
    kind_name,
    parse_day_time,
    parse_duration,
    parse_number,
    parse_yes_no,
)
from tactful.language import syntax
from tactful.language.ir import (
    HERE,
    Compare,
    DayTimeBetween,
    Field,
    Filled,
    IsIn,
    Known,
    NowIs,
    Predicate,
    Relates,
    Shift,
    Test,
)
from tactful.language.names import Scope
from tactful.language.syntax import Entry
from tactful.language.terms import Name, Operand, Order, Parameter
from tactful.source.codes.conditions import EmptyRange, WrongParameter, WrongPhrase, WrongValue
from tactful.source.suggest import did_you_mean

#: For messages: what a field of each kind can be asked.
_FORMS: Final[dict[type[Kind], str]] = {
    YesNoKind: "`yes` or `no`",
    ChoiceKind: "`email`, `not email`, `[email, post]` or `none of [email, post]`",
    TextKind: "a text, `not …` or a list of texts",
    NumberKind: "`3`, `at least 3`, `less than 3` or `between 2 and 5`",
    MomentKind: "`at least 2 days ago`, `within 3 days`, `past`, `to come` or `before` another moment",
    DayTimeKind: "`between 09:00 and 17:00`",
    DurationKind: "`2 weeks`, `at least 2 weeks` or `between 1 weeks and 4 weeks`",
    IdKind: "`same as` another id",
    ListKind: "a value that is in it, a list of such values, `some` or `empty`",
}

Meaning = tuple[tuple[Predicate, ...], bool]


def check_entry(entry: Entry, scope: Scope) -> Test | None:
    """The test that one line of a condition states; ``None`` after reporting a mistake."""
    field = scope.field(entry.field)
    if field is None:
        return None
    meaning = _Reader(entry, field, scope).read()
    if meaning is None:
        return None
    return Test(field, meaning[0], meaning[1], entry.text, entry.span)


def read_duration(operand: Operand, scope: Scope, use: str) -> Duration | None:
    """The length of time that an operand stands for; ``None`` after reporting that it stands for none."""
    texts, parameter = scope.values(operand)
    if not texts:
        return None
    length = parse_duration(texts[0].text) if len(texts) == 1 else None
    if length is None:
        _wrong_value(operand, texts, parameter, "a length of time", _duration_help(texts[0].text), use, scope)
    return length


def _duration_help(text: str) -> str:
    if parse_number(text) is not None:
        return f"say in what unit: `{text} days`"
    return "write a number and one of " + ", ".join(f"`{unit}`" for unit in UNITS)


def _wrong_value(
    operand: Operand,
    texts: tuple[Name, ...],
    parameter: Parameter | None,
    what: str,
    help_: str | None,
    use: str,
    scope: Scope,
) -> None:
    shown = ", ".join(text.text for text in texts)
    if parameter is None:
        scope.report(WrongValue.at(operand.span, f"`{shown}` is not {what}", help_))
    else:
        place = f"{operand.span.file}:{operand.span.line}"
        message = f"`{parameter.name.text}` is `{shown}`, but `{use}` ({place}) takes {what}"
        scope.report(WrongParameter.at(texts[0].span, message, help_))


class _Reader:
    """Reads one phrase for one field."""

    def __init__(self, entry: Entry, field: Field, scope: Scope) -> None:
        self.entry, self.field, self.scope = entry, field, scope
        self.use = f"{entry.field.text}: {entry.text}"

    def read(self) -> Meaning | None:
        match self.entry.phrase:
            case syntax.IsKnown(known=known):
                return (Known(),), not known
            case syntax.IsOneOf() as phrase:
                return self._is_one_of(phrase)
            case syntax.IsFilled(filled=filled):
                return ((Filled(filled),), False) if self._wants(ListKind) else None
            case syntax.PastOrToCome(past=past):
                return ((NowIs(">=" if past else "<", HERE),), False) if self._wants(MomentKind) else None
            case syntax.Ago() | syntax.BetweenAgo() | syntax.Within() as phrase:
                return self._time(phrase) if self._wants(MomentKind) else None
            case syntax.Ordered() | syntax.IsSame() as phrase:
                return self._relation(phrase)
            case syntax.Compares(op=op, operand=operand):
                return self._compares(op, operand)
            case syntax.Between() as phrase:
                return self._between(phrase)
            case _:
                assert_never(self.entry.phrase)

    def _wants(self, *kinds: type[Kind]) -> bool:
        if isinstance(self.field.kind, kinds):
            return True
        self._wrong_phrase()
        return False

    def _wrong_phrase(self, help_: str | None = None) -> None:
        kind = kind_name(self.field.kind)
        self.scope.report(
            WrongPhrase.at(
                self.entry.span,
                f"`{self.entry.text}` cannot be asked of `{self.field.text}`, whose type is {kind}",
                help_ or f"write {_FORMS[type(self.field.kind)]}",
            )
        )

    # --- values ---

    def _is_one_of(self, phrase: syntax.IsOneOf) -> Meaning | None:
        if isinstance(self.field.kind, MomentKind | DayTimeKind):
            self._wrong_phrase()
            return None
        values: list[bool | str | int | float] = []
        for operand in phrase.operands:
            texts, parameter = self.scope.values(operand)
            for text in texts:
                value = self._value(text.text)
                if value is None:
                    self._not_a_value(operand, text, parameter)
                    return None
                values.append(value)
            if not texts:
                return None
        return (IsIn(tuple(values)),), phrase.negated

    def _value(self, text: str) -> bool | str | int | float | None:
        match self.field.kind:
            case YesNoKind():
                return parse_yes_no(text)
            case NumberKind():
                return parse_number(text)
            case DurationKind():
                length = parse_duration(text)
                return length.seconds if isinstance(length, Elapsed) else None
            case ChoiceKind(values=allowed):
                return text if text in allowed else None
            case ListKind(values=allowed):
                return text if not allowed or text in allowed else None
            case _:
                return text

    def _not_a_value(self, operand: Operand, text: Name, parameter: Parameter | None) -> None:
        kind = self.field.kind
        allowed = kind.values if isinstance(kind, ChoiceKind | ListKind) else ()
        if allowed:
            what = f"a value of `{self.field.text}`"
            help_ = did_you_mean(text.text, allowed) or "the values are " + ", ".join(f"`{one}`" for one in allowed)
        else:
            what, help_ = (
                f"a value of `{self.field.text}`, whose type is {kind_name(kind)}",
                f"write {_FORMS[type(kind)]}",
            )
        _wrong_value(operand, (text,), parameter, what, help_, self.use, self.scope)

    # --- time ---

    def _duration(self, operand: Operand) -> Duration | None:
        return read_duration(operand, self.scope, self.use)

    def _time(self, phrase: syntax.Ago | syntax.BetweenAgo | syntax.Within) -> Meaning | None:
        if isinstance(phrase, syntax.Within):
            length = self._duration(phrase.length)
            return None if length is None else ((NowIs(">=", Shift(length, back=True)), NowIs("<=", HERE)), False)
        if isinstance(phrase, syntax.BetweenAgo):
            low, high = self._duration(phrase.low), self._duration(phrase.high)
            if low is None or high is None or not self._ordered(low, high):
                return None
            return (NowIs(">=", Shift(low)), NowIs("<=", Shift(high))), False
        length = self._duration(phrase.length)
        if length is None:
            return None
        bound = NowIs(phrase.op, Shift(length))
        return ((bound,) if phrase.op in (">", ">=") else (NowIs(">=", HERE), bound)), False

    def _ordered(self, low: Duration, high: Duration) -> bool:
        """Whether nothing is wrong with the order of two lengths; those of different kinds cannot be told."""
        match low, high:
            case Elapsed(seconds=first), Elapsed(seconds=last):
                wrong = first > last
            case BusinessDays(count=first), BusinessDays(count=last):
                wrong = first > last
            case _:
                wrong = False
        if wrong:
            self._empty_range()
        return not wrong

    def _empty_range(self) -> None:
        self.scope.report(
            EmptyRange.at(self.entry.span, f"nothing lies `{self.entry.text}`", "write the smaller one first")
        )

    # --- relations ---

    def _relation(self, phrase: syntax.Ordered | syntax.IsSame) -> Meaning | None:
        other = self.scope.field(phrase.other)
        if other is None:
            return None
        if isinstance(phrase, syntax.Ordered):
            if not self._wants(MomentKind):
                return None
            if not isinstance(other.kind, MomentKind):
                self._wrong_phrase(f"`{other.text}` is no moment but {kind_name(other.kind)}")
                return None
            return (Relates(phrase.op, other),), False
        if not _comparable(self.field.kind, other.kind):
            self._wrong_phrase(f"`{other.text}` is {kind_name(other.kind)}, and the two are never the same")
            return None
        return (Relates("==", other),), phrase.negated

    # --- numbers ---

    def _amount(self, operand: Operand) -> int | float | None:
        texts, parameter = self.scope.values(operand)
        if not texts:
            return None
        text = texts[0].text if len(texts) == 1 else ""
        what, amount = "a number", parse_number(text)
        if isinstance(self.field.kind, DurationKind):
            length = parse_duration(text)
            what, amount = "a length of elapsed time", length.seconds if isinstance(length, Elapsed) else None
        if isinstance(self.field.kind, DayTimeKind):
            what, amount = "a time of day", parse_day_time(text)
        if amount is None:
            _wrong_value(operand, texts, parameter, what, None, self.use, self.scope)
        return amount

    def _compares(self, op: Order, operand: Operand) -> Meaning | None:
        if isinstance(self.field.kind, MomentKind):
            self._wrong_phrase(f"did you mean `{self.entry.text} ago`?")
            return None
        if not self._wants(NumberKind, DurationKind):
            return None
        amount = self._amount(operand)
        return None if amount is None else ((Compare(op, amount),), False)

    def _between(self, phrase: syntax.Between) -> Meaning | None:
        if isinstance(self.field.kind, MomentKind):
            self._wrong_phrase(f"did you mean `{self.entry.text} ago`?")
            return None
        if not self._wants(NumberKind, DurationKind, DayTimeKind):
            return None
        low, high = self._amount(phrase.low), self._amount(phrase.high)
        if low is None or high is None:
            return None
        if isinstance(self.field.kind, DayTimeKind):
            return (DayTimeBetween(int(low), int(high)),), False
        if low > high:
            self._empty_range()
            return None
        return (Compare(">=", low), Compare("<=", high)), False


def _comparable(one: Kind, other: Kind) -> bool:
    """Whether values of the two kinds can ever be the same."""
    words = (TextKind, ChoiceKind, IdKind)
    if isinstance(one, words) and isinstance(other, words):
        both_choices = isinstance(one, ChoiceKind) and isinstance(other, ChoiceKind)
        return not both_choices or bool(set(one.values) & set(other.values))  # type: ignore[union-attr]
    return type(one) is type(other) and not isinstance(one, ListKind)
