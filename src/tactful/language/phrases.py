"""Phrases: the words of one line of a condition, taken apart. What they mean for a field's type is checked later."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tactful.facts.kinds import UNITS
from tactful.language.syntax import (
    Ago,
    Between,
    BetweenAgo,
    Compares,
    Deadline,
    IsFilled,
    IsKnown,
    IsOneOf,
    IsSame,
    Ordered,
    PastOrToCome,
    Phrase,
    Within,
)
from tactful.language.terms import LiteralOperand, Name, Operand, Order, ParameterOperand
from tactful.source.codes.conditions import MalformedPhrase
from tactful.source.diagnostics import Diagnostic, Span
from tactful.source.nodes import Mapping, Node, Scalar, Sequence, can_point_inside, inner_span

_OPS: Final[dict[str, Order]] = {"at least": ">=", "at most": "<=", "more than": ">", "less than": "<"}
_ORDERS: Final[dict[str, Order]] = {"before": "<", "after": ">", "at or before": "<=", "at or after": ">="}

_AGO = re.compile(r"(at least|at most|more than|less than)\s+(\S.*?)\s+ago")
_BETWEEN_AGO = re.compile(r"between\s+(\S.*?)\s+and\s+(\S.*?)\s+ago")
_COMPARES = re.compile(r"(at least|at most|more than|less than)\s+(\S.*)")
_BETWEEN = re.compile(r"between\s+(\S.*?)\s+and\s+(\S.*)")
_WITHIN = re.compile(r"within\s+(\S.*)")
_ORDERED = re.compile(r"(before|after|at or before|at or after)\s+(\S+)")
_SAME = re.compile(r"(not\s+)?same\s+as\s+(\S+)")
_NONE_OF = re.compile(r"none\s+of\s+\[(.*)\]", re.DOTALL)
_NOT = re.compile(r"not\s+(\S.*)")
_DEADLINE = re.compile(r"(?:(\S.*?)\s+(after|before)\s+)?(\S+)")

#: First words that only a phrase begins with, so that a line that begins so and is no phrase is a mistake.
_OPENERS: Final = (
    *("at least ", "at most ", "more than ", "less than ", "between ", "within "),
    *("none of ", "same as ", "not same "),
)


class Text:
    """The text of a scalar whose parts can be pointed at."""

    def __init__(self, scalar: Scalar) -> None:
        self.text = scalar.text.strip()
        self._lead = len(scalar.text) - len(scalar.text.lstrip())
        self._exact = can_point_inside(scalar)
        self.span: Span = inner_span(scalar) if self._exact else scalar.span

    def name(self, start: int, end: int) -> Name:
        """The part of the text from ``start`` to ``end``."""
        span = self.span.part(start + self._lead, end + self._lead) if self._exact else self.span
        return Name(self.text[start:end], span, self._exact)

    def whole(self) -> Name:
        """All of the text."""
        return self.name(0, len(self.text))

    def group(self, found: re.Match[str], number: int) -> Name:
        """A group of a match against the text."""
        return self.name(found.start(number), found.end(number))


def operand(name: Name) -> Operand:
    """A literal, or a parameter where the text begins with ``$``."""
    if name.text.startswith("$"):
        return ParameterOperand(name.text[1:], name.span)
    return LiteralOperand(name.text, name.span)


def parse_phrase(node: Node, report: Callable[[Diagnostic], None]) -> tuple[Phrase, str] | None:
    """Take a condition's phrase apart; gives it with its text, or ``None`` after reporting a mistake."""
    match node:
        case Sequence(items=items):
            return _list_phrase(items, report)
        case Mapping(span=span):
            report(
                MalformedPhrase.at(
                    span, "a phrase is one line or a list of values, not a mapping", "write `any:` or `all:` beside it"
                )
            )
            return None
        case Scalar():
            text = Text(node)
            phrase = _scalar_phrase(text, report)
            return None if phrase is None else (phrase, text.text)


def _list_phrase(items: tuple[Node, ...], report: Callable[[Diagnostic], None]) -> tuple[Phrase, str] | None:
    names = []
    for item in items:
        if not isinstance(item, Scalar):
            report(MalformedPhrase.at(item.span, "a list of values has single values in it, nothing nested"))
            return None
        text = Text(item)
        names.append(text.whole())
    return IsOneOf(tuple(map(operand, names))), "[" + ", ".join(name.text for name in names) + "]"


def _scalar_phrase(text: Text, report: Callable[[Diagnostic], None]) -> Phrase | None:
    words = text.text
    if not words:
        report(
            MalformedPhrase.at(text.span, "the phrase is empty", "write `unknown` to ask for a fact that is not known")
        )
        return None
    for parse in (_fixed, _time, _relation, _comparison, _negation):
        phrase = parse(text)
        if phrase is not None:
            return phrase
    if words.startswith(_OPENERS):
        report(MalformedPhrase.at(text.span, f"`{words}` is not a phrase that can be read", _forms(words)))
        return None
    return IsOneOf((operand(text.whole()),))


def _fixed(text: Text) -> Phrase | None:
    match " ".join(text.text.split()):
        case "known":
            return IsKnown(known=True)
        case "unknown":
            return IsKnown(known=False)
        case "past":
            return PastOrToCome(past=True)
        case "to come":
            return PastOrToCome(past=False)
        case "some":
            return IsFilled(filled=True)
        case "empty":
            return IsFilled(filled=False)
        case _:
            return None


def _time(text: Text) -> Phrase | None:
    if found := _AGO.fullmatch(text.text):
        return Ago(_OPS[found.group(1)], operand(text.group(found, 2)))
    if found := _BETWEEN_AGO.fullmatch(text.text):
        low, high = text.group(found, 1), text.group(found, 2)
        return BetweenAgo(operand(_with_unit(low, high)), operand(high))
    if found := _WITHIN.fullmatch(text.text):
        return Within(operand(text.group(found, 1)))
    return None


def _with_unit(low: Name, high: Name) -> Name:
    """``1`` of ``between 1 and 3 weeks ago`` is in weeks too."""
    if not low.text.replace(".", "", 1).isdigit():
        return low
    unit = next((unit for unit in UNITS if high.text.endswith((unit, unit[:-1]))), None)
    return low if unit is None else Name(f"{low.text} {unit}", low.span, exact=False)


def _relation(text: Text) -> Phrase | None:
    if found := _ORDERED.fullmatch(text.text):
        return Ordered(_ORDERS[" ".join(found.group(1).split())], text.group(found, 2))
    if found := _SAME.fullmatch(text.text):
        return IsSame(text.group(found, 2), negated=found.group(1) is not None)
    return None


def _comparison(text: Text) -> Phrase | None:
    if found := _COMPARES.fullmatch(text.text):
        return Compares(_OPS[found.group(1)], operand(text.group(found, 2)))
    if found := _BETWEEN.fullmatch(text.text):
        return Between(operand(text.group(found, 1)), operand(text.group(found, 2)))
    return None


def _negation(text: Text) -> Phrase | None:
    if found := _NONE_OF.fullmatch(text.text):
        return IsOneOf(tuple(map(operand, _split(text, found))), negated=True)
    if found := _NOT.fullmatch(text.text):
        return IsOneOf((operand(text.group(found, 1)),), negated=True)
    return None


def _split(text: Text, found: re.Match[str]) -> list[Name]:
    """The values between the brackets of ``none of [email, post]``."""
    names = []
    for part in re.finditer(r"[^,]+", found.group(1)):
        start = found.start(1) + part.start() + len(part.group()) - len(part.group().lstrip())
        end = found.start(1) + part.start() + len(part.group().rstrip())
        if start < end:
            names.append(text.name(start, end))
    return names


def _forms(words: str) -> str:
    """The forms that a phrase with such a beginning can have."""
    if words.startswith("between "):
        return "write `between 2 and 5`, `between 1 and 3 weeks ago` or `between 09:00 and 17:00`"
    if words.startswith("within "):
        return "write `within 3 days`"
    if words.startswith("none of "):
        return "write `none of [email, post]`"
    return "write `at least 3`, or `at least 2 days ago` for a moment"


def parse_deadline(scalar: Scalar, report: Callable[[Diagnostic], None]) -> Deadline | None:
    """Take ``2 days after F``, ``$grace before F`` or ``F`` apart; ``None`` after reporting a mistake."""
    text = Text(scalar)
    found = _DEADLINE.fullmatch(text.text)
    if found is None or (found.group(2) and not found.group(1)):
        report(
            MalformedPhrase.at(
                text.span,
                f"`{text.text}` is not a deadline",
                "write `2 days after interview.ended_at`, `$grace before offer.answer_by` or the name of a moment",
            )
        )
        return None
    length = operand(text.group(found, 1)) if found.group(1) else None
    return Deadline(text.group(found, 3), length, before=found.group(2) == "before")
