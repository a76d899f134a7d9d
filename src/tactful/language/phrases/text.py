"""The text of a phrase: its parts with their places, operands, and the words for orders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from tactful.language.terms import LiteralOperand, Name, Operand, Order, ParameterOperand, Written
from tactful.source.diagnostics import Span
from tactful.source.nodes import Scalar, inner_span

#: Words for an order of amounts and of times past.
AMOUNT_ORDERS: Final[Mapping[str, Order]] = {"at least": ">=", "at most": "<=", "more than": ">", "less than": "<"}
#: Words for an order of moments.
MOMENT_ORDERS: Final[Mapping[str, Order]] = {"before": "<", "after": ">", "at or before": "<=", "at or after": ">="}


class Text(Written, frozen=True):
    """The text of a scalar, whose parts can be pointed at.

    ``exact``: the text stands in the file letter for letter, on one line. ``lead``: how many blanks come before the text;
    ``None`` if there are none around it.
    """

    text: str
    span: Span
    _exact: bool
    _lead: int | None

    def name(self, start: int, end: int) -> Name:
        """The part of the text from ``start`` to ``end``."""
        lead = self._lead or 0
        span = self.span.part(start + lead, end + lead) if self._exact else self.span
        return Name(self.text[start:end], span, self._exact)

    def whole(self) -> Name:
        """The whole text."""
        return Name(self.text, self.span, self._exact) if self._lead is None else self.name(0, len(self.text))


def text_of(scalar: Scalar) -> Text:
    """The text of a scalar, without the blanks around it."""
    written, inner = scalar.text, inner_span(scalar)
    text = written.strip()
    lead = None if len(text) == len(written) else len(written) - len(written.lstrip())
    return Text(text, scalar.span if inner is None else inner, inner is not None, lead)


def whole(scalar: Scalar) -> Name:
    """The whole text of a scalar. A pack has thousands, and few have blanks around them."""
    text, span = scalar.text, scalar.span
    if text.strip() != text:
        return text_of(scalar).whole()
    if scalar.plain and span.end - span.start == len(text) and "\n" not in text:  # as in `inner_span`, for nearly all
        return Name(text, span)
    inner = inner_span(scalar)
    return Name(text, span if inner is None else inner, inner is not None)


class Words(msgspec.Struct, frozen=True):
    """A text that has the form of a phrase: the groups of the form, by name."""

    _text: Text
    _match: re.Match[str]

    def has(self, group: str) -> bool:
        """Whether the text has a part for this group."""
        return self._match[group] is not None

    def words(self, group: str) -> str:
        """The words of a group, with single blanks between them."""
        return " ".join(self._match[group].split())

    def name(self, group: str) -> Name:
        """A group, with its place."""
        return self._text.name(self._match.start(group), self._match.end(group))

    def operand(self, group: str) -> Operand:
        """A group, as a literal or a parameter."""
        return operand(self.name(group))

    def operands(self, group: str) -> tuple[Operand, ...]:
        """The parts of a group that commas separate: the values of ``none of [email, post]``."""
        parts = []
        for part in re.finditer(r"[^,]+", self._match[group]):
            start = self._match.start(group) + part.start() + len(part.group()) - len(part.group().lstrip())
            end = self._match.start(group) + part.start() + len(part.group().rstrip())
            if start < end:
                parts.append(operand(self._text.name(start, end)))
        return tuple(parts)


def operand(name: Name) -> Operand:
    """A literal, or a parameter where the text begins with ``$``."""
    if name.text.startswith("$"):
        return ParameterOperand(name.text[1:], name.span)
    return LiteralOperand(name.text, name.span)


def operand_text(operand: Operand) -> str:
    """An operand as it is written."""
    return f"${operand.name}" if isinstance(operand, ParameterOperand) else operand.text
