"""Text with positions: strict YAML and JSON, every node knowing where it stands."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from tactful.source.codes.text import BadEncoding, TooLarge
from tactful.source.diagnostics import InvalidInput, Span


class Scalar(msgspec.Struct, frozen=True, tag=True):
    """A single value as it is written. ``plain`` is false where it is quoted or a block (``>-``, ``|``).

    A plain scalar may mean a number, yes or no, or nothing (``null``, ``~``, empty): who reads it decides by what the
    field wants, so that ``country: NO`` stays text. The span covers the value as written, its quotes included.
    """

    text: str
    plain: bool
    span: Span

    @property
    def is_null(self) -> bool:
        """Whether this is the plain ``null``, ``~`` or an empty value."""
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")


class Mapping(msgspec.Struct, frozen=True, tag=True):
    """Keys and values in the order of the text. Keys are scalars, each there once."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span


class Sequence(msgspec.Struct, frozen=True, tag=True):
    """Items in the order of the text."""

    items: tuple[Node, ...]
    span: Span


Node = Scalar | Mapping | Sequence


class TextLimits(msgspec.Struct, frozen=True):
    """How large a text may be: ``bytes``, nesting ``depth``, ``nodes`` after aliases are followed, and ``aliases``."""

    bytes: int = 1_000_000
    depth: int = 40
    nodes: int = 100_000
    aliases: int = 100


DEFAULT_LIMITS: Final = TextLimits()
#: Characters that YAML does not allow in a text: control characters other than tab and line ends, and half surrogates.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def decode(data: bytes | str, name: str, limits: TextLimits = DEFAULT_LIMITS) -> str:
    """The text in ``data``, which must be UTF-8 and within the size limit. Raises :class:`InvalidInput`."""
    if len(data) > limits.bytes:
        message = f"the text is larger than {limits.bytes:,} bytes"
        raise InvalidInput([TooLarge.at(Span(name, 0, 0, 1, 1), message, "split it, or raise the limit")])
    if isinstance(data, str):
        text = data.removeprefix("\ufeff")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8", errors="replace")
            message = f"byte {data[error.start]:#04x} is not UTF-8"
            span = span_at(before, len(before), len(before), name)
            raise InvalidInput([BadEncoding.at(span, message, "save the file as UTF-8")]) from None
    if (bad := _FORBIDDEN.search(text)) is not None:
        span = span_at(text, bad.start(), bad.end(), name)
        message = f"the character U+{ord(bad.group()):04X} may not stand in a text"
        raise InvalidInput([BadEncoding.at(span, message, "take it out")], {name: text})
    return text


def span_at(text: str, start: int, end: int, name: str) -> Span:
    """The span from ``start`` to ``end`` (characters) of ``text``."""
    line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    line = len(re.findall(r"\r\n|\r|\n", text[:line_start])) + 1
    return Span(name, start, end, line, start - line_start + 1)


# --- YAML ---


# --- pointing into scalars ---


def can_point_inside(scalar: Scalar) -> bool:
    """Whether each character of the scalar's text stands in the file as it is: one line, no escapes, no block."""
    return inner_length(scalar) == len(scalar.text) and "\n" not in scalar.text


def inner_length(scalar: Scalar) -> int:
    """How many characters the scalar takes in the file, quotes left out."""
    return scalar.span.end - scalar.span.start - (0 if scalar.plain else 2)


def inner_span(scalar: Scalar) -> Span:
    """The span of the text inside the quotes; meaningful where :func:`can_point_inside` holds."""
    return scalar.span if scalar.plain else scalar.span.part(1, 1 + inner_length(scalar))


# --- JSON ---


# --- showing ---
