"""Phrases that compare a field with another field."""

from __future__ import annotations

import re
from typing import ClassVar, Final, Self

from tactful.facts.entities import SCOPES
from tactful.facts.kinds import (
    ChoiceKind,
    CountryKind,
    IdKind,
    Kind,
    LengthKind,
    ListKind,
    MomentKind,
    TextKind,
    kind_name,
)
from tactful.language.ir import Relates
from tactful.language.phrases.meaning import KINDS, Hints, Meaning, Phrase, Question
from tactful.language.phrases.text import MOMENT_ORDERS, Words
from tactful.language.terms import Name, Order


class Ordered(Phrase, frozen=True):
    """The moment is earlier or later than another moment, ``F``. ``at or`` includes the same second."""

    op: Order
    other: Name

    form = re.compile(r"(?P<op>before|after|at or before|at or after)\s+(?P<other>\S+)")
    templates = tuple(f"{order} {{field}}" for order in MOMENT_ORDERS)
    kinds = (MomentKind,)
    hints: ClassVar[Hints] = {MomentKind: ("`before` another moment",)}

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        return cls(MOMENT_ORDERS[words.words("op")], words.name("other"))

    def means(self, question: Question) -> Meaning | None:
        """``None`` after reporting that the other field is not a moment."""
        if "." not in self.other.text or self.other.text[0].isdigit():
            question.wrong()
            return None
        other = question.field(self.other)
        if other is None:
            return None
        if not isinstance(other.kind, MomentKind):
            question.wrong(f"`{other.text}` is {kind_name(other.kind)}, not a moment")
            return None
        return Meaning((Relates(self.op, other),))

    def refuse(self, question: Question) -> None:
        """A field that does not exist is reported first."""
        if "." not in self.other.text or question.field(self.other) is not None:
            question.wrong()


class IsSame(Phrase, frozen=True):
    """The value equals that of another field. With ``not``: the values differ, or one of them is unknown."""

    other: Name
    negated: bool

    form = re.compile(r"(?P<negated>not\s+)?same\s+as\s+(?P<other>\S+)")
    templates = ("same as {field}", "not same as {field}")
    kinds = tuple(kind for kind in KINDS if kind not in (ListKind, LengthKind))
    hints: ClassVar[Hints] = {IdKind: ("`same as` another id",)}
    openers = ("same as ",)
    correction = "write `same as person.id`, with the name of another field"

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        return cls(words.name("other"), words.has("negated"))

    @classmethod
    def offered(cls, kind: Kind) -> tuple[str, ...]:
        """The ids of entities, for an id."""
        if not isinstance(kind, IdKind):
            return ()
        return tuple(f"same as {entity}.id" for entity in SCOPES if entity not in ("offer", "message", "interviewer"))

    def means(self, question: Question) -> Meaning | None:
        """``None`` after reporting that the two fields can never have the same value."""
        other = question.field(self.other)
        if other is None:
            return None
        if not _comparable(question.kind, other.kind):
            question.wrong(f"`{other.text}` is {kind_name(other.kind)}, so the two never have the same value")
            return None
        return Meaning((Relates("==", other),), self.negated)

    def refuse(self, question: Question) -> None:
        """No other field can have the same value as a list."""
        other = question.field(self.other)
        if other is not None:
            question.wrong(f"`{other.text}` is {kind_name(other.kind)}, so the two never have the same value")


def _comparable(left: Kind, right: Kind) -> bool:
    """Whether fields of the two kinds can ever have the same value."""
    if isinstance(left, ChoiceKind) and isinstance(right, ChoiceKind):
        return not set(left.values).isdisjoint(right.values)
    texts = (TextKind, ChoiceKind, CountryKind, IdKind)
    if isinstance(left, texts) and isinstance(right, texts):
        return True
    return type(left) is type(right) and not isinstance(left, ListKind | LengthKind)


PHRASES: Final[tuple[type[Phrase], ...]] = (Ordered, IsSame)
