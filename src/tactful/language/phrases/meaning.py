"""The base of all phrases, and the question that a phrase asks of a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import ClassVar, Final, Literal, Self, get_args

import msgspec

from tactful.facts.dates import parse_date, parse_day_of_year
from tactful.facts.kinds import (
    ChoiceKind,
    CountryKind,
    DateKind,
    DayTimeKind,
    Duration,
    DurationKind,
    Elapsed,
    IdKind,
    Kind,
    LengthKind,
    ListKind,
    MomentKind,
    NumberKind,
    TextKind,
    YesNoKind,
    as_length,
    kind_name,
    parse_day_time,
    parse_duration,
    parse_number,
    parse_yes_no,
)
from tactful.facts.near import date_help, length_help, literal_help
from tactful.facts.places import country_exists, country_message
from tactful.facts.texts import folded
from tactful.language.ir import HERE, Field, NowIs, Predicate, Relates, Shift
from tactful.language.names import Scope
from tactful.language.phrases.meant import looks_meant, meant_by, words_meant
from tactful.language.phrases.text import Words, operand_text
from tactful.language.terms import LiteralOperand, Name, Operand, Order, Parameter, ParameterOperand, Written
from tactful.source.codes.conditions import EmptyRange, WrongParameter, WrongPhrase, WrongValue
from tactful.source.codes.text import TooLarge
from tactful.source.diagnostics import Span

#: The most values that a phrase can name, including those of its parameters.
MAX_VALUES: Final = 5_000
#: The kinds that take any text as a value; a list does where it names no values.
_FREE: Final = frozenset((TextKind, IdKind))
#: Suggestions for messages, by kind of field.
Hints = Mapping[type[Kind], tuple[str, ...]]

_FIELD: Final = re.compile(r"[a-z]+\.[a-z][a-z0-9_]*")
KINDS: Final[tuple[type[Kind], ...]] = get_args(Kind)

#: The values of the placeholders of templates in examples, by kind of field.
SAMPLES: Final[Mapping[type[Kind], Mapping[str, str]]] = {
    YesNoKind: {"value": "yes", "another": "no"},
    ChoiceKind: {"value": "email", "another": "post"},
    TextKind: {"value": "Acme", "another": "Beta", "words": "senior"},
    CountryKind: {"value": "DE", "another": "AT"},
    DateKind: {"day": "2027-01-01", "first": "2026-12-20", "last": "2027-01-06"}
    | {"yearday": "24 December", "low": "20 December", "high": "6 January"},
    LengthKind: {},
    NumberKind: {"value": "3", "another": "5", "amount": "3", "low": "2", "high": "5"},
    MomentKind: {"length": "2 days", "low": "1", "high": "3 weeks"}
    | {"day": "2027-01-01", "first": "2026-12-20", "last": "2027-01-06"},
    DayTimeKind: {"low": "09:00", "high": "17:00"},
    DurationKind: {"value": "2 weeks", "another": "4 weeks", "amount": "2 weeks", "low": "1 week", "high": "4 weeks"},
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

    def elsewhere(self, question: Question) -> Meaning | None:
        """What the phrase means for a field of another kind: nothing, which is reported."""
        self.refuse(question)
        return None

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
    """All ``predicates`` hold of the field, and all of ``beside`` of other fields; ``negated``: not all of them do."""

    predicates: tuple[Predicate, ...]
    negated: bool = False
    beside: tuple[tuple[Field, Predicate], ...] = ()

    @classmethod
    def of(cls, *bounds: Bound | None) -> Self | None:
        """All bounds hold; ``None`` where one of them is ``None``, which has been reported."""
        known = [bound for bound in bounds if bound is not None]
        if len(known) < len(bounds):
            return None
        own = tuple(bound for bound in known if not isinstance(bound, tuple))
        return cls(own, beside=tuple(bound for bound in known if isinstance(bound, tuple)))


#: A predicate of the field that a phrase is asked of, or of another field.
Bound = Predicate | tuple[Field, Predicate]


class Question(msgspec.Struct, frozen=True):
    """A phrase asked of a field of a kind, in a scope. Its methods report mistakes and then return ``None``.

    ``text`` is the phrase as written, ``span`` its place. For messages, ``hint`` names the phrases that a kind of field
    takes, and ``takes`` tells whether a field takes a phrase that is written at a place of a scope.
    """

    about: Field
    kind: Kind
    text: str
    _span: Span
    _scope: Scope
    _hint: Callable[[type[Kind]], str]
    _takes: Callable[[str, Field, Span, Scope], bool]

    @property
    def _use(self) -> str:
        """The line of the condition, for messages."""
        return f"{self.about.text}: {self.text}"

    def wrong(self, help_: str | None = None) -> None:
        """Report that the field does not take the phrase."""
        message = f"`{self.text}` cannot be asked of `{self.about.text}`, whose type is {kind_name(self.kind)}"
        self._scope.report(WrongPhrase.at(self._span, message, help_ or self._meant(self.text) or self._written()))

    def _meant(self, text: str, negated: bool = False) -> str | None:
        """The help for a text that is no value of the field, where it is plain what was meant."""
        phrases = meant_by(text, self.kind, negated)
        meant = next((words for words in phrases if self._takes(words, self.about, self._span, self._scope)), None)
        return None if meant is None else f"did you mean `{meant}`?"

    def _written(self) -> str:
        """The help that names the phrases that the field takes."""
        return f"write {self._hint(type(self.kind))}"

    def empty(self) -> None:
        """Report an empty range."""
        self._scope.report(EmptyRange.at(self._span, f"nothing is `{self.text}`", "write the smaller value first"))

    def field(self, name: Name) -> Field | None:
        """Another field."""
        return self._scope.field(name)

    def length(self, operand: Operand) -> Duration | None:
        """A length of time."""
        return read_length(operand, self._scope, self._use)

    def now(self, op: Order, operand: Operand, back: bool = False) -> Bound | None:
        """``now`` in this order to the field's moment, moved by the length of time that an operand stands for."""
        if not self._scope.is_field(operand):
            length = self.length(operand)
            return None if length is None else NowIs(op, Shift(length, back))
        moved = self._scope.moved(self.about, operand, back)
        return None if moved is None else (moved, NowIs(op, HERE))

    def is_field(self, operand: Operand) -> bool:
        """Whether an operand is read for each row: another field, or a parameter whose value varies."""
        return self._scope.is_field(operand)

    def relation(self, op: Order | Literal["=="], operand: Operand) -> Relates | None:
        """The value in this order to that of a field with values of the same kind."""
        other = self._scope.field_of(operand)
        if other is None:
            return None
        if type(other.kind) is type(self.kind):
            return Relates(op, other)
        message = f"`{other.text}` is of type {kind_name(other.kind)}, but type {kind_name(self.kind)} is needed here"
        self._scope.report(WrongPhrase.at(operand.span, message))
        return None

    def day(self, operand: Operand) -> int | None:
        """The ordinal of a date."""
        text, parameter = self._single(operand)
        if text is None:
            return None
        day = parse_date(text.text)
        if day is None:
            help_ = date_help(text.text)
            report_value(operand, (text,), parameter, "a date", help_, self._use, self._scope)
        return day

    def day_of_year(self, operand: Operand) -> int | None:
        """A day of any year: 100 times its month, and the day of the month."""
        text, parameter = self._single(operand)
        if text is None:
            return None
        day = parse_day_of_year(text.text)
        if day is None:
            help_ = "write it like `20 December`"
            report_value(operand, (text,), parameter, "a day of the year", help_, self._use, self._scope)
        return day

    def words(self, way: str, operand: Operand) -> str | None:
        """Words to look for in a text, folded. ``way``: how the phrase looks for them, such as ``not contains``."""
        text, parameter = self._single(operand)
        if text is None:
            return None
        meant = words_meant(text.text)
        if meant is None:
            return folded(text.text)
        help_ = _words_help(way, meant, in_parameter=parameter is not None)
        report_value(operand, (text,), parameter, "a word", help_, self._use, self._scope)
        return None

    def text_of(self, operand: Operand) -> str:
        """The text that an operand stands for, without reporting what is wrong with it."""
        if isinstance(operand, LiteralOperand):
            return operand.text
        parameter = self._scope.names.parameters.get(operand.name)
        return parameter.value[0].text if parameter is not None and parameter.value else ""

    def _single(self, operand: Operand) -> tuple[Name | None, Parameter | None]:
        """The one text that an operand stands for; a parameter must neither vary nor have several values."""
        if self._scope.is_field(operand):
            what = "a value that is the same for every case"
            name = Name(operand_text(operand), operand.span)
            report_value(operand, (name,), None, what, None, self._use, self._scope)
            return None, None
        texts, parameter = self._scope.values(operand)
        if len(texts) > 1:
            report_value(operand, texts, parameter, "a single value", None, self._use, self._scope)
        return (texts[0] if len(texts) == 1 else None), parameter

    def amount(self, operand: Operand) -> int | float | None:
        """A number, elapsed seconds or seconds since midnight, depending on the kind of the field."""
        texts, parameter = self._scope.values(operand)
        if not texts:
            return None
        what, amount = _amount(texts[0].text if len(texts) == 1 else "", self.kind)
        if amount is None:
            report_value(operand, texts, parameter, what, self._amount_help(texts[0].text), self._use, self._scope)
        return amount

    def _amount_help(self, text: str) -> str | None:
        return literal_help(text, self.kind) or self._meant(self.text) or self._written()

    def values(
        self, operands: tuple[Operand, ...], negated: bool = False
    ) -> tuple[bool | str | int | float, ...] | None:
        """Values that the field can have; a parameter can stand for several. ``negated``: they stand after ``not``."""
        values: list[bool | str | int | float] = []
        for operand in operands:
            if isinstance(operand, LiteralOperand):
                value = self._value(operand.text, negated)
                if value is None:
                    self._not_a_value(operand, Name(operand.text, operand.span), None, negated and len(operands) == 1)
                    return None
                values.append(value)
            else:
                own = self._values_of(operand, negated and len(operands) == 1)
                if not own:
                    return None
                values += own
            if len(values) > MAX_VALUES:
                self._scope.report(
                    TooLarge.at(self._span, f"the phrase lists more than {MAX_VALUES:,} values", "name fewer")
                )
                return None
        return tuple(values)

    def _values_of(self, operand: ParameterOperand, negated: bool) -> list[bool | str | int | float]:
        """The values of a parameter; none after reporting a mistake."""
        if self._scope.is_field(operand):
            what = "values that are the same for every case"
            name = Name(operand_text(operand), operand.span)
            report_value(operand, (name,), None, what, "let it stand alone", self._use, self._scope)
            return []
        texts, parameter = self._scope.values(operand)
        values: list[bool | str | int | float] = []
        for text in texts:
            value = self._value(text.text, negated=False)
            if value is None:
                self._not_a_value(operand, text, parameter, negated)
                return []
            values.append(value)
        return values

    def _value(self, text: str, negated: bool) -> bool | str | int | float | None:
        """The value that a text states; ``None`` where the field has no such value, and for what is no value as it seems."""
        value = _value(text, self.kind)
        if type(value) is not str or not takes_any_text(self.kind):
            return value
        return None if looks_meant(text, negated) or self._names_a_field(text) else value

    def _names_a_field(self, text: str) -> bool:
        """Whether a text is the name of a field with which this one can be compared."""
        named = _FIELD.fullmatch(text) is not None
        return named and self._takes(f"same as {text}", self.about, self._span, self._scope)

    def _not_a_value(self, operand: Operand, text: Name, parameter: Parameter | None, negated: bool) -> None:
        allowed = self.kind.values if isinstance(self.kind, ChoiceKind | ListKind) else ()
        meant = self._meant(text.text, negated)
        if isinstance(self.kind, CountryKind):
            message, help_ = country_message(text.text)
            if parameter is None:
                self._scope.report(WrongValue.at(operand.span, message, meant or help_))
                return
            what = "a country whose holidays are known"
        elif allowed:
            what = f"a value of `{self.about.text}`"
            help_ = "the values are " + ", ".join(f"`{value}`" for value in allowed)
        else:
            what = f"a value of `{self.about.text}`, whose type is {kind_name(self.kind)}"
            help_ = self._written()
        report_value(operand, (text,), parameter, what, meant or help_, self._use, self._scope)


def takes_any_text(kind: Kind) -> bool:
    """Whether a field of a kind takes any text, so that a comparison or a list that was meant would pass for a value."""
    return type(kind) in _FREE or (type(kind) is ListKind and not kind.values)


def read_length(operand: Operand, scope: Scope, use: str) -> Duration | None:
    """The length of time that an operand stands for; ``None`` after reporting a mistake. ``use`` is for messages."""
    texts, parameter = scope.values(operand)
    if not texts:
        return None
    length = parse_duration(texts[0].text) if len(texts) == 1 else None
    if length is None:
        report_value(operand, texts, parameter, "a length of time", length_help(texts[0].text), use, scope)
    return length


def _amount(text: str, kind: Kind) -> tuple[str, int | float | None]:
    """The sort of amount that the kind takes, for messages, and the amount; ``None`` if the text is no such amount."""
    match kind:
        case DurationKind():
            return "a length of elapsed time", _seconds(text)
        case DayTimeKind():
            return "a time of day", parse_day_time(text)
        case _:
            return "a number", parse_number(text)


def _seconds(text: str) -> int | None:
    length = parse_duration(text)
    return length.seconds if isinstance(length, Elapsed) else None


#: How the values of some kinds are read. A pack has thousands of values, most of which are yes or no.
_READERS: Final[Mapping[type[Kind], Callable[[str], bool | int | float | None]]] = {
    YesNoKind: parse_yes_no,
    NumberKind: parse_number,
    DurationKind: _seconds,
}


def _value(text: str, kind: Kind) -> bool | str | int | float | None:
    read = _READERS.get(type(kind))
    if read is not None:
        return read(text)
    if type(kind) is ChoiceKind:
        return text if text in kind.values else None
    if type(kind) is ListKind:
        return text if not kind.values or text in kind.values else None
    if type(kind) is CountryKind:
        return text if country_exists(text) else None
    return text


def literal_value(text: str, kind: Kind) -> bool | str | int | float | None:
    """The value of a kind that a text states; ``None`` where the kind has no such value."""
    match kind:
        case LengthKind():
            length = parse_duration(text)
            return None if length is None else as_length(length)
        case DayTimeKind():
            return parse_day_time(text)
        case MomentKind() | DateKind():
            return None
        case _:
            return _value(text, kind)


def literal_kind(texts: tuple[str, ...]) -> Kind | None:
    """The kind of amount that all texts are of; ``None`` for words."""
    for kind in (NumberKind(), DurationKind(), LengthKind(), DayTimeKind()):
        if all(literal_value(text, kind) is not None for text in texts):
            return kind
    return None


def _words_help(way: str, meant: tuple[str, ...], in_parameter: bool) -> str | None:
    """The help for words to look for that are written in another way."""
    if len(meant) == 1:
        return f"did you mean `{meant[0] if in_parameter else f'{way} {meant[0]}'}`?"
    if not meant or in_parameter or way.startswith("not "):
        return None
    return f"did you mean `[{', '.join(f'{way} {words}' for words in meant)}]`?"


def report_value(
    operand: Operand,
    texts: tuple[Name, ...],
    parameter: Parameter | None,
    what: str,
    help_: str | None,
    use: str,
    scope: Scope,
) -> None:
    """Report that an operand, or the parameter that it is, does not have the value that ``use`` takes: ``what``."""
    shown = ", ".join(text.text for text in texts)
    if parameter is None:
        scope.report(WrongValue.at(operand.span, f"`{shown}` is not {what}", help_))
    else:
        place = f"{operand.span.file}:{operand.span.line}"
        message = f"`{parameter.name.text}` is `{shown}`, but `{use}` ({place}) takes {what}"
        scope.report(WrongParameter.at(texts[0].span, message, help_))
