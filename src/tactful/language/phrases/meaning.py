"""The base of all phrases, and the question that a phrase asks of a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import ClassVar, Final, Self, get_args

from tactful.facts.kinds import (
    UNITS,
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
from tactful.language.ir import Field, Predicate
from tactful.language.names import Scope
from tactful.language.phrases.text import Words
from tactful.language.terms import Name, Operand, Parameter, Written
from tactful.source.codes.conditions import EmptyRange, WrongParameter, WrongPhrase, WrongValue
from tactful.source.codes.text import TooLarge
from tactful.source.diagnostics import Span
from tactful.source.suggest import did_you_mean

#: The most values that a phrase can name, including those of its parameters.
MAX_VALUES: Final = 5_000
#: Suggestions for messages, by kind of field.
Hints = Mapping[type[Kind], tuple[str, ...]]

KINDS: Final[tuple[type[Kind], ...]] = get_args(Kind)

#: The values of the placeholders of templates in examples, by kind of field.
SAMPLES: Final[Mapping[type[Kind], Mapping[str, str]]] = {
    YesNoKind: {"value": "yes", "another": "no"},
    ChoiceKind: {"value": "email", "another": "post"},
    TextKind: {"value": "Acme", "another": "Beta"},
    NumberKind: {"value": "3", "another": "5", "amount": "3", "low": "2", "high": "5"},
    MomentKind: {"length": "2 days", "low": "1", "high": "3 weeks"},
    DayTimeKind: {"low": "09:00", "high": "17:00"},
    DurationKind: {"value": "2 weeks", "another": "4 weeks", "amount": "2 weeks", "low": "1 weeks", "high": "4 weeks"},
    IdKind: {"value": "dana", "another": "kim"},
    ListKind: {"value": "email", "another": "post"},
}


class Phrase(Written, frozen=True):
    """The base of all phrases. The first sentences of a phrase's docstring are its meaning in the reference."""

    #: The form of the phrase, with named groups.
    form: ClassVar[re.Pattern[str]]
    #: The ways to write the phrase, with the placeholders of ``SAMPLES``, and ``{field}`` for another field.
    templates: ClassVar[tuple[str, ...]]
    #: The kinds of field that take the phrase.
    kinds: ClassVar[tuple[type[Kind], ...]]
    #: Suggestions of the phrase in messages, by kind of field.
    hints: ClassVar[Hints] = {}
    #: Beginnings that only this phrase has. A text with such a beginning that fits the form of no phrase is a mistake.
    openers: ClassVar[tuple[str, ...]] = ()
    #: The help for such a mistake.
    correction: ClassVar[str] = ""

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        raise NotImplementedError

    def means(self, question: Question) -> Meaning | None:
        """What the phrase means for a field of one of its kinds; ``None`` after reporting a mistake."""
        raise NotImplementedError

    def refuse(self, question: Question) -> None:
        """Report that the field does not take the phrase, because of its kind."""
        question.wrong()

    @classmethod
    def examples(cls, kind: type[Kind]) -> tuple[str, ...]:
        """All ways to ask the phrase of a field of this kind, written out; ``F`` stands for another field."""
        if kind not in cls.kinds:
            return ()
        return tuple(template.format(**SAMPLES[kind], field="F") for template in cls.templates)

    @classmethod
    def offered(cls, kind: Kind) -> tuple[str, ...]:
        """The words that an editor offers for a field of this kind."""
        if "{field}" in "".join(cls.templates):
            return ()
        return cls.examples(type(kind))


class Meaning(Written, frozen=True):
    """All ``predicates`` hold of the field; ``negated``: not all of them do."""

    predicates: tuple[Predicate, ...]
    negated: bool = False


class Question:
    """A phrase asked of a field, in a scope. Its methods report mistakes and then return ``None``.

    ``text`` is the phrase as written, ``span`` its place. ``hint`` names the phrases that a kind of field takes, for messages.
    """

    def __init__(self, about: Field, text: str, span: Span, scope: Scope, hint: Callable[[type[Kind]], str]) -> None:
        self.about, self.kind, self.text = about, about.kind, text
        self._span, self._scope, self._hint = span, scope, hint
        self._use = f"{about.text}: {text}"

    def wrong(self, help_: str | None = None) -> None:
        """Report that the field does not take the phrase."""
        message = f"`{self.text}` cannot be asked of `{self.about.text}`, whose type is {kind_name(self.kind)}"
        self._scope.report(WrongPhrase.at(self._span, message, help_ or f"write {self._hint(type(self.kind))}"))

    def empty(self) -> None:
        """Report an empty range."""
        self._scope.report(EmptyRange.at(self._span, f"nothing is `{self.text}`", "write the smaller value first"))

    def field(self, name: Name) -> Field | None:
        """Another field."""
        return self._scope.field(name)

    def length(self, operand: Operand) -> Duration | None:
        """A length of time."""
        return read_length(operand, self._scope, self._use)

    def amount(self, operand: Operand) -> int | float | None:
        """A number, elapsed seconds or seconds since midnight, depending on the kind of the field."""
        texts, parameter = self._scope.values(operand)
        if not texts:
            return None
        what, amount = _amount(texts[0].text if len(texts) == 1 else "", self.kind)
        if amount is None:
            _report_value(operand, texts, parameter, what, None, self._use, self._scope)
        return amount

    def values(self, operands: tuple[Operand, ...]) -> tuple[bool | str | int | float, ...] | None:
        """Values that the field can have; a parameter can stand for several."""
        values: list[bool | str | int | float] = []
        for operand in operands:
            texts, parameter = self._scope.values(operand)
            for text in texts:
                value = _value(text.text, self.kind)
                if value is None:
                    self._not_a_value(operand, text, parameter)
                    return None
                values.append(value)
            if not texts:
                return None
            if len(values) > MAX_VALUES:
                self._scope.report(
                    TooLarge.at(self._span, f"the phrase names more than {MAX_VALUES:,} values", "name fewer")
                )
                return None
        return tuple(values)

    def _not_a_value(self, operand: Operand, text: Name, parameter: Parameter | None) -> None:
        allowed = self.kind.values if isinstance(self.kind, ChoiceKind | ListKind) else ()
        if allowed:
            what = f"a value of `{self.about.text}`"
            known = ", ".join(f"`{value}`" for value in allowed)
            help_ = did_you_mean(text.text, allowed) or f"the values are {known}"
        else:
            what = f"a value of `{self.about.text}`, whose type is {kind_name(self.kind)}"
            help_ = f"write {self._hint(type(self.kind))}"
        _report_value(operand, (text,), parameter, what, help_, self._use, self._scope)


def read_length(operand: Operand, scope: Scope, use: str) -> Duration | None:
    """The length of time that an operand stands for; ``None`` after reporting a mistake. ``use`` is for messages."""
    texts, parameter = scope.values(operand)
    if not texts:
        return None
    length = parse_duration(texts[0].text) if len(texts) == 1 else None
    if length is None:
        _report_value(operand, texts, parameter, "a length of time", _length_help(texts[0].text), use, scope)
    return length


def _length_help(text: str) -> str:
    if parse_number(text) is not None:
        return f"add a unit: `{text} days`"
    return "write a number and one of " + ", ".join(f"`{unit}`" for unit in UNITS)


def _amount(text: str, kind: Kind) -> tuple[str, int | float | None]:
    """The sort of amount that the kind takes, for messages, and the amount; ``None`` if the text is no such amount."""
    match kind:
        case DurationKind():
            return "a length of elapsed time", _seconds(text)
        case DayTimeKind():
            return "a time of day", parse_day_time(text)
        case _:
            return "a number", parse_number(text)


def _value(text: str, kind: Kind) -> bool | str | int | float | None:
    match kind:
        case YesNoKind():
            return parse_yes_no(text)
        case NumberKind():
            return parse_number(text)
        case DurationKind():
            return _seconds(text)
        case ChoiceKind(values=allowed):
            return text if text in allowed else None
        case ListKind(values=allowed):
            return text if not allowed or text in allowed else None
        case _:
            return text


def _seconds(text: str) -> int | None:
    length = parse_duration(text)
    return length.seconds if isinstance(length, Elapsed) else None


def _report_value(
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
