"""The nodes that YAML and JSON are read into, each with its position in the text."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import Final

import msgspec

from tactful.source.codes.text import BadEncoding, TooLarge
from tactful.source.diagnostics import InvalidInput, Span

#: The plain texts that stand for nothing.
NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))


class Scalar(msgspec.Struct, frozen=True, tag=0, array_like=True, gc=False):
    """A single value as it is written. ``plain`` is false if it is quoted or a block (``>-``, ``|``).

    A plain scalar may mean a number, yes or no, or nothing (``null``, ``~``, empty). Its reader decides by the type of
    the field, so that ``country: NO`` stays text. The span covers the value as written, with its quotes.
    """

    text: str
    plain: bool
    span: Span

    @property
    def is_null(self) -> bool:
        """Whether this is the plain ``null``, ``~`` or an empty value."""
        return self.text in NULLS and self.plain


class Mapping(msgspec.Struct, frozen=True, tag=1, array_like=True, gc=False):
    """Keys and values in the order of the text. Keys are scalars, and no key occurs twice."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span


class Sequence(msgspec.Struct, frozen=True, tag=2, array_like=True, gc=False):
    """Items in the order of the text."""

    items: tuple[Node, ...]
    span: Span


Node = Scalar | Mapping | Sequence


class TextLimits(msgspec.Struct, frozen=True):
    """The largest allowed text: its ``bytes``, nesting ``depth``, ``nodes`` with aliases expanded, and ``aliases``."""

    bytes: int = 1_000_000
    depth: int = 40
    nodes: int = 100_000
    aliases: int = 100


DEFAULT_LIMITS: Final = TextLimits()
#: Characters that YAML does not allow in a text: control characters other than tab and line ends, and lone surrogates.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
#: All characters of ASCII that are allowed.
_ALLOWED: Final = b"\t\n\r" + bytes(range(0x20, 0x7F))


def decode(data: bytes | str, name: str, limits: TextLimits = DEFAULT_LIMITS) -> str:
    """Decode ``data``. Raises :class:`InvalidInput` if it is not UTF-8 or exceeds the limit of its size."""
    if len(data) > limits.bytes:
        message = f"the text is larger than {limits.bytes:,} bytes"
        raise InvalidInput([TooLarge.at(Span(name, 0, 0, 1, 1), message, "split it, or raise the limit")])
    if isinstance(data, str):
        text = data.removeprefix("\ufeff")
    else:
        data = data.removeprefix(BOM_UTF8)
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8", errors="replace")
            message = f"byte {data[error.start]:#04x} is not UTF-8"
            if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
                message = "the file is in UTF-16 or UTF-32, not in UTF-8"
            span = span_at(before, len(before), len(before), name)
            raise InvalidInput([BadEncoding.at(span, message, "save the file as UTF-8")]) from None
    if (bad := _first_forbidden(text)) is not None:
        span = span_at(text, bad.start(), bad.end(), name)
        message = f"the character U+{ord(bad.group()):04X} is not allowed in a text"
        raise InvalidInput([BadEncoding.at(span, message, "remove it")], {name: text})
    return text


def _first_forbidden(text: str) -> re.Match[str] | None:
    """The first character that is not allowed. Most texts are plain ASCII, which is searched twenty times as fast."""
    if text.isascii() and not text.encode("ascii").translate(None, _ALLOWED):
        return None
    return _FORBIDDEN.search(text)


def span_at(text: str, start: int, end: int, name: str) -> Span:
    """The span from ``start`` to ``end`` (characters) of ``text``."""
    line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    line = len(re.findall(r"\r\n|\r|\n", text[:line_start])) + 1
    return Span(name, start, end, line, start - line_start + 1)


def inner_span(scalar: Scalar) -> Span | None:
    """The span of the scalar's text without its quotes, so that parts of it can be pointed at.

    ``None`` unless the file has the text character by character: on one line, without escapes, not as a block.
    """
    text, span = scalar.text, scalar.span
    quotes = 0 if scalar.plain else 2
    if span.end - span.start - quotes != len(text) or "\n" in text:
        return None
    return span.part(1, 1 + len(text)) if quotes else span
