"""Phrases about numbers, lengths of time and times of day."""

from __future__ import annotations

import re
from typing import ClassVar, Final, Self

from tactful.facts.kinds import DAY, DateKind, DayTimeKind, DurationKind, MomentKind, NumberKind
from tactful.language.ir import Compare, DayTimeBetween, Relates
from tactful.language.phrases.dates import BetweenDays
from tactful.language.phrases.meaning import Hints, Meaning, Phrase, Question
from tactful.language.phrases.text import AMOUNT_ORDERS, Words
from tactful.language.terms import Operand, Order, ParameterOperand


class Compares(Phrase, frozen=True):
    """The value is compared with a number or a length of time. ``at least`` and ``at most`` include it."""

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

    def means(self, question: Question) -> Meaning | None:
        """``None`` after reporting that the operand is not an amount."""
        return Meaning.of(_bound(question, self.op, self.amount))

    def refuse(self, question: Question) -> None:
        """Suggest ``ago`` for a moment."""
        _refuse(question)


class Between(Phrase, frozen=True):
    """The value lies between the two; both are included. Times of day may pass midnight: ``between 22:00 and 07:00``."""

    low: Operand
    high: Operand

    form = re.compile(r"between\s+(?P<low>\S.*?)\s+and\s+(?P<high>\S.*)")
    templates = ("between {low} and {high}",)
    kinds = (NumberKind, DurationKind, DayTimeKind)
    hints: ClassVar[Hints] = {
        NumberKind: ("`between 2 and 5`",),
        DayTimeKind: ("`between 09:00 and 17:00`",),
        DurationKind: ("`between 1 week and 4 weeks`",),
    }
    openers = ("between ",)
    correction = "write `between 2 and 5`, `between 1 and 3 weeks ago` or `between 09:00 and 17:00`"

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        return cls(words.operand("low"), words.operand("high"))

    def means(self, question: Question) -> Meaning | None:
        """``None`` after reporting an operand that is not an amount, or an empty range."""
        if isinstance(question.kind, DayTimeKind):
            return self._day_times(question)
        low, high = _bound(question, ">=", self.low), _bound(question, "<=", self.high)
        if isinstance(low, Compare) and isinstance(high, Compare) and low.value > high.value:
            question.empty()
            return None
        return Meaning.of(low, high)

    def _day_times(self, question: Question) -> Meaning | None:
        """A range of times of day. With a bound that is read for each row, it does not pass midnight."""
        fields = question.is_field(self.low), question.is_field(self.high)
        low = question.relation(">=", self.low) if fields[0] else question.amount(self.low)
        high = question.relation("<=", self.high) if fields[1] else question.amount(self.high)
        if low is None or high is None:
            return None
        match low, high:
            case Relates(), Relates():
                return Meaning((low, high))
            case Relates(), int():
                return Meaning((low, DayTimeBetween(0, high)))
            case int(), Relates():
                return Meaning((DayTimeBetween(low, DAY - 1), high))
            case int(), int():
                return Meaning((DayTimeBetween(low, high),))
            case _:
                return None

    def elsewhere(self, question: Question) -> Meaning | None:
        """Two parameters may be dates."""
        parameters = isinstance(self.low, ParameterOperand) and isinstance(self.high, ParameterOperand)
        if parameters and isinstance(question.kind, DateKind | MomentKind):
            return BetweenDays(self.low, self.high).means(question)
        return super().elsewhere(question)

    def refuse(self, question: Question) -> None:
        """Suggest ``ago`` for a moment."""
        _refuse(question)


def _bound(question: Question, op: Order, operand: Operand) -> Compare | Relates | None:
    """The field's value in this order to an amount; ``None`` after reporting a mistake."""
    if question.is_field(operand):
        return question.relation(op, operand)
    amount = question.amount(operand)
    return None if amount is None else Compare(op, amount)


def _refuse(question: Question) -> None:
    question.wrong(f"did you mean `{question.text} ago`?" if isinstance(question.kind, MomentKind) else None)


PHRASES: Final[tuple[type[Phrase], ...]] = (Compares, Between)
