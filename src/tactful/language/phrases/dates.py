"""Phrases about days of the calendar."""

from __future__ import annotations

import re
from typing import ClassVar, Final, Self

from tactful.facts.dates import parse_date
from tactful.facts.kinds import DateKind, MomentKind
from tactful.language.ir import DateBetween, YearlyBetween
from tactful.language.phrases.meaning import Hints, Meaning, Phrase, Question
from tactful.language.phrases.text import Words
from tactful.language.phrases.values import IsOneOf
from tactful.language.terms import Operand

_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}|\$[a-z][a-z0-9_]*"
_MONTH: Final = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[A-Za-z]{0,6}"
_DAY_OF_YEAR: Final = rf"[0-9]{{1,2}}\s+{_MONTH}"


class FromOrBefore(Phrase, frozen=True):
    """The day is this one or a later one (``from``), or it is an earlier one (``before``).

    The day of a moment is the day on the calendar where the row is.
    """

    before: bool
    day: Operand

    form = re.compile(rf"(?P<order>from|before)\s+(?P<day>{_DAY})")
    templates = ("from {day}", "before {day}")
    kinds = (MomentKind, DateKind)
    hints: ClassVar[Hints] = {MomentKind: ("`before 2027-01-01`",), DateKind: ("`from 2027-01-01`",)}
    openers = ("from ",)
    correction = "write `from 2027-01-01`"

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        return cls(words.words("order") == "before", words.operand("day"))

    def means(self, question: Question) -> Meaning | None:
        """``None`` after reporting that the operand is not a date."""
        day = question.day(self.day)
        if day is None:
            return None
        return Meaning((DateBetween(None, day - 1) if self.before else DateBetween(day, None),))


class BetweenDays(Phrase, frozen=True):
    """The day lies between the two dates; both are included. Without a year, it lies between them in any year.

    ``between 20 December and 6 January`` passes the end of the year. 29 February is the 28th in other years.
    """

    low: Operand
    high: Operand

    form = re.compile(
        rf"between\s+(?P<low>{_DAY}|{_DAY_OF_YEAR})\s+and\s+(?P<high>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|{_DAY_OF_YEAR})"
        rf"|between\s+(?P<first>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|{_DAY_OF_YEAR})\s+and\s+(?P<last>\$[a-z][a-z0-9_]*)"
    )
    templates = ("between {first} and {last}", "between 20 December and 6 January")
    kinds = (MomentKind, DateKind)
    hints: ClassVar[Hints] = {DateKind: ("`between 20 December and 6 January`",)}

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        low, high = ("low", "high") if words.has("low") else ("first", "last")
        return cls(words.operand(low), words.operand(high))

    def means(self, question: Question) -> Meaning | None:
        """``None`` after reporting an operand that is no date, or an empty range."""
        if parse_date(question.text_of(self.low)) is None and parse_date(question.text_of(self.high)) is None:
            first, last = question.day_of_year(self.low), question.day_of_year(self.high)
            return None if first is None or last is None else Meaning((YearlyBetween(first, last),))
        low, high = question.day(self.low), question.day(self.high)
        if low is None or high is None:
            return None
        if low > high:
            question.empty()
            return None
        return Meaning((DateBetween(low, high),))


class OnDay(Phrase, frozen=True):
    """The day is this one: of one year, or of any. With ``not``: it is another one, or unknown.

    For a field that is neither a date nor a moment, the text is a value like any other.
    """

    day: Operand
    negated: bool

    form = re.compile(rf"(?P<negated>not\s+)?(?P<day>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|{_DAY_OF_YEAR})")
    templates = ("{day}", "not {day}", "24 December")
    kinds = (DateKind, MomentKind)
    hints: ClassVar[Hints] = {DateKind: ("`2027-01-01`",)}

    @classmethod
    def read(cls, words: Words) -> Self:
        """The phrase in a text of its form."""
        return cls(words.operand("day"), words.has("negated"))

    def means(self, question: Question) -> Meaning | None:
        """``None`` after reporting that there is no such day."""
        if question.text_of(self.day)[:4].isdigit():
            day = question.day(self.day)
            return None if day is None else Meaning((DateBetween(day, day),), self.negated)
        day = question.day_of_year(self.day)
        return None if day is None else Meaning((YearlyBetween(day, day),), self.negated)

    def elsewhere(self, question: Question) -> Meaning | None:
        """The text is a value, or no value, of a field that is neither a date nor a moment."""
        value = IsOneOf((self.day,), self.negated)
        return value.means(question) if isinstance(question.kind, IsOneOf.kinds) else value.elsewhere(question)


PHRASES: Final[tuple[type[Phrase], ...]] = (FromOrBefore, BetweenDays, OnDay)
