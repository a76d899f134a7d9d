"""Phrases about the value of a field, and about whether it is known."""

from __future__ import annotations

import re
from typing import ClassVar, Final, Literal, Self, get_args

from tactful.facts.kinds import (
    ChoiceKind,
    CountryKind,
    DateKind,
    DayTimeKind,
    DurationKind,
    Kind,
    LengthKind,
    ListKind,
    MomentKind,
    NumberKind,
    TextKind,
    YesNoKind,
)
from tactful.language.ir import Filled, IsIn, Known, PlaceIn, TextHas
from tactful.language.phrases.meaning import KINDS, Hints, Meaning, Phrase, Question
from tactful.language.phrases.text import Words
from tactful.language.terms import Operand, ParameterOperand

#: Where in a text words may stand.
Ways = Literal["contains", "begins", "ends"]


class IsKnown(Phrase, frozen=True):
    """Whether the case says what the value is."""

    known: bool

    form = re.compile(r"(?P<known>known|unknown)")
    templates = ("known", "unknown")
    kinds = KINDS
    hints: ClassVar[Hints] = {LengthKind: ("`known`",)}

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        return cls(words.words("known") == "known")

    def means(self, question: Question) -> Meaning:
        """``unknown`` is not ``known``."""
        return Meaning((Known(),), not self.known)


class IsOneOf(Phrase, frozen=True):
    """The value is this one, or one of these; a list contains it, or one of these. ``not`` and ``none of`` are the opposite.

    ``email`` and ``[email, post]`` have no form of their own: a text that fits the form of no phrase is a value.
    """

    operands: tuple[Operand, ...]
    negated: bool = False

    form = re.compile(r"none\s+of\s+\[(?P<values>(?s:.*))\]|not\s+(?P<value>\S.*)")
    templates = ("{value}", "not {value}", "[{value}, {another}]", "none of [{value}, {another}]")
    kinds = tuple(kind for kind in KINDS if kind not in (MomentKind, DayTimeKind, DateKind, LengthKind))
    hints: ClassVar[Hints] = {
        YesNoKind: ("`yes`", "`no`"),
        ChoiceKind: ("`email`", "`not email`", "`[email, post]`", "`none of [email, post]`"),
        TextKind: ("a text", "`not …`", "a list of texts"),
        CountryKind: ("`DE`", "`[DE, AT]`", "`none of [DE, AT]`"),
        NumberKind: ("`3`",),
        DurationKind: ("`2 weeks`",),
        ListKind: ("a value that is in it", "a list of such values"),
    }
    openers = ("none of ",)
    correction = "write `none of [email, post]`"

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        return cls(words.operands("values") if words.has("values") else (words.operand("value"),), negated=True)

    @classmethod
    def examples(cls, kind: type[Kind]) -> tuple[str, ...]:
        """For a yes/no, its two words are enough."""
        return ("yes", "no") if kind is YesNoKind else super().examples(kind)

    @classmethod
    def offered(cls, kind: Kind) -> tuple[str, ...]:
        """The values that the field can have, if they are a fixed set of words."""
        match kind:
            case YesNoKind():
                return cls.examples(YesNoKind)
            case ChoiceKind(values=values) | ListKind(values=values):
                return (*values, *(f"not {value}" for value in values))
            case _:
                return ()

    def means(self, question: Question) -> Meaning | None:
        """``None`` after reporting a value that the field cannot have.

        A parameter whose value varies stands alone, and is compared as a field.
        """
        first = self.operands[0] if len(self.operands) == 1 else None
        if type(first) is ParameterOperand and question.is_field(first):
            relation = question.relation("==", first)
            return None if relation is None else Meaning((relation,), self.negated)
        values = question.values(self.operands, self.negated)
        if values is None:
            return None
        if type(question.kind) is CountryKind:
            return Meaning((PlaceIn(tuple(map(str, values))),), self.negated)
        return Meaning((IsIn(values),), self.negated)


class HasWords(Phrase, frozen=True):
    """The text contains the words, begins with them or ends with them: whole words, without regard to case.

    With ``not``: it does not, or it is unknown.
    """

    how: Ways
    text: Operand
    negated: bool

    form = re.compile(r"(?P<negated>not\s+)?(?P<how>contains|begins\s+with|ends\s+with)\s+(?P<text>\S(?s:.*))")
    templates = ("contains {words}", "not contains {words}", "begins with {words}", "ends with {words}")
    kinds = (TextKind,)
    hints: ClassVar[Hints] = {TextKind: ("`contains senior`",)}

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        how = next(how for how in get_args(Ways) if words.words("how").startswith(how))
        return cls(how, words.operand("text"), words.has("negated"))

    def means(self, question: Question) -> Meaning | None:
        """``None`` after reporting that there are no words to look for."""
        way = self.how if self.how == "contains" else f"{self.how} with"
        words = question.words(f"not {way}" if self.negated else way, self.text)
        return None if words is None else Meaning((TextHas(self.how, words),), self.negated)


class IsFilled(Phrase, frozen=True):
    """The list is known, and it is not empty (``some``) or empty."""

    filled: bool

    form = re.compile(r"(?P<filled>some|empty)")
    templates = ("some", "empty")
    kinds = (ListKind,)
    hints: ClassVar[Hints] = {ListKind: ("`some`", "`empty`")}

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        return cls(words.words("filled") == "some")

    def means(self, question: Question) -> Meaning:
        """Neither ``some`` nor ``empty`` holds of a list that is unknown."""
        return Meaning((Filled(self.filled),))


PHRASES: Final[tuple[type[Phrase], ...]] = (HasWords, IsOneOf, IsFilled)
