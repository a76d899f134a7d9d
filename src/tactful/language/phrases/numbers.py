"""Phrases about numbers, lengths of time and times of day."""

from __future__ import annotations

import re
from typing import ClassVar, Final, Self

from tactful.facts.kinds import DayTimeKind, DurationKind, MomentKind, NumberKind
from tactful.language.ir import Compare, DayTimeBetween
from tactful.language.phrases.meaning import Hints, Meaning, Phrase, Question
from tactful.language.phrases.text import AMOUNT_ORDERS, Words
from tactful.language.terms import Operand, Order


class Compares(Phrase, frozen=True):
    """How large the value is."""

    op: Order
    amount: Operand

    form = re.compile(r"(?P<op>at least|at most|more than|less than)\s+(?P<amount>\S.*)")
    templates = tuple(f"{order} {{amount}}" for order in AMOUNT_ORDERS)
    kinds = (NumberKind, DurationKind)
    hints: ClassVar[Hints] = {NumberKind: ("`at least 3`", "`less than 3`"), DurationKind: ("`at least 2 weeks`",)}
    openers = tuple(f"{order} " for order in AMOUNT_ORDERS)
    correction = "write `at least 3`, or `at least 2 days ago` for a moment"

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        return cls(AMOUNT_ORDERS[words.words("op")], words.operand("amount"))

    def means(self, asked: Question) -> Meaning | None:
        """``None`` after reporting that the amount is none."""
        amount = asked.amount(self.amount)
        return None if amount is None else Meaning((Compare(self.op, amount),))

    def refuse(self, asked: Question) -> None:
        """Of a moment, ``ago`` was probably forgotten."""
        _refuse(asked)


class Between(Phrase, frozen=True):
    """The value lies between the two; both ends are included. Times of day may pass midnight."""

    low: Operand
    high: Operand

    form = re.compile(r"between\s+(?P<low>\S.*?)\s+and\s+(?P<high>\S.*)")
    templates = ("between {low} and {high}",)
    kinds = (NumberKind, DurationKind, DayTimeKind)
    hints: ClassVar[Hints] = {
        NumberKind: ("`between 2 and 5`",),
        DayTimeKind: ("`between 09:00 and 17:00`",),
        DurationKind: ("`between 1 weeks and 4 weeks`",),
    }
    openers = ("between ",)
    correction = "write `between 2 and 5`, `between 1 and 3 weeks ago` or `between 09:00 and 17:00`"

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        return cls(words.operand("low"), words.operand("high"))

    def means(self, asked: Question) -> Meaning | None:
        """``None`` after reporting amounts that are none, or a range that is empty."""
        low, high = asked.amount(self.low), asked.amount(self.high)
        if low is None or high is None:
            return None
        if isinstance(asked.kind, DayTimeKind):
            return Meaning((DayTimeBetween(int(low), int(high)),))
        if low > high:
            asked.empty()
            return None
        return Meaning((Compare(">=", low), Compare("<=", high)))

    def refuse(self, asked: Question) -> None:
        """Of a moment, ``ago`` was probably forgotten."""
        _refuse(asked)


def _refuse(asked: Question) -> None:
    asked.wrong(f"did you mean `{asked.text} ago`?" if isinstance(asked.kind, MomentKind) else None)


PHRASES: Final[tuple[type[Phrase], ...]] = (Compares, Between)
