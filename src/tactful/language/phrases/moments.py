"""Phrases about moments."""

from __future__ import annotations

import re
from typing import ClassVar, Final, Self

from tactful.facts.kinds import UNITS, BusinessDays, Duration, Elapsed, MomentKind
from tactful.language.ir import HERE, NowIs
from tactful.language.phrases.meaning import Hints, Meaning, Phrase, Question
from tactful.language.phrases.text import AMOUNT_ORDERS, Words, operand
from tactful.language.terms import Name, Operand, Order


class Ago(Phrase, frozen=True):
    """That much time has passed since the moment. ``at most`` and ``less than`` hold only once the moment has
    passed."""

    op: Order
    length: Operand

    form = re.compile(r"(?P<op>at least|at most|more than|less than)\s+(?P<length>\S.*?)\s+ago")
    templates = tuple(f"{order} {{length}} ago" for order in AMOUNT_ORDERS)
    kinds = (MomentKind,)
    hints: ClassVar[Hints] = {MomentKind: ("`at least 2 days ago`",)}

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        return cls(AMOUNT_ORDERS[words.words("op")], words.operand("length"))

    def means(self, question: Question) -> Meaning | None:
        """``None`` after reporting that the operand is not a length of time."""
        bound = question.now(self.op, self.length)
        return Meaning.of(bound) if self.op in (">", ">=") else Meaning.of(NowIs(">=", HERE), bound)


class BetweenAgo(Phrase, frozen=True):
    """That much time has passed since the moment; both lengths are included."""

    low: Operand
    high: Operand

    form = re.compile(r"between\s+(?P<low>\S.*?)\s+and\s+(?P<high>\S.*?)\s+ago")
    templates = ("between {low} and {high} ago",)
    kinds = (MomentKind,)

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form. A first length without a unit takes the unit of the second."""
        return cls(operand(_with_unit(words.name("low"), words.name("high"))), words.operand("high"))

    def means(self, question: Question) -> Meaning | None:
        """``None`` after reporting an operand that is not a length of time, or an empty range."""
        low, high = question.now(">=", self.low), question.now("<=", self.high)
        if isinstance(low, NowIs) and isinstance(high, NowIs) and _longer(low.shift.length, high.shift.length):
            question.empty()
            return None
        return Meaning.of(low, high)


def _with_unit(low: Name, high: Name) -> Name:
    """The first length with a unit: ``1`` in ``between 1 and 3 weeks ago`` is in weeks too."""
    if not low.text.replace(".", "", 1).isdigit():
        return low
    unit = next((unit for unit in UNITS if high.text.endswith((unit, unit[:-1]))), None)
    return low if unit is None else Name(f"{low.text} {unit}", low.span, exact=False)


def _longer(low: Duration, high: Duration) -> bool:
    """Whether ``low`` is longer than ``high``. Elapsed time and business days cannot be compared: ``False``."""
    match low, high:
        case Elapsed(seconds=first), Elapsed(seconds=last):
            return first > last
        case BusinessDays(count=first), BusinessDays(count=last):
            return first > last
        case _:
            return False


class Within(Phrase, frozen=True):
    """The moment is still to come, and at most that far away."""

    length: Operand

    form = re.compile(r"within\s+(?P<length>\S.*)")
    templates = ("within {length}",)
    kinds = (MomentKind,)
    hints: ClassVar[Hints] = {MomentKind: ("`within 3 days`",)}
    openers = ("within ",)
    correction = "write `within 3 days`"

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        return cls(words.operand("length"))

    def means(self, question: Question) -> Meaning | None:
        """``None`` after reporting that the operand is not a length of time."""
        return Meaning.of(question.now(">=", self.length, back=True), NowIs("<=", HERE))


class PastOrToCome(Phrase, frozen=True):
    """Whether the moment has come. This second counts as past."""

    past: bool

    form = re.compile(r"(?P<when>past|to\s+come)")
    templates = ("past", "to come")
    kinds = (MomentKind,)
    hints: ClassVar[Hints] = {MomentKind: ("`past`", "`to come`")}

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        return cls(words.words("when") == "past")

    def means(self, question: Question) -> Meaning:
        """The moment is compared with now."""
        return Meaning((NowIs(">=" if self.past else "<", HERE),))


PHRASES: Final[tuple[type[Phrase], ...]] = (Ago, BetweenAgo, Within, PastOrToCome)
