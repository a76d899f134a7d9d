"""Diagnostics: what is wrong, where, and what to do instead; and the errors that carry them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import ClassVar, Final

import msgspec

from tactful.source.codes.frames import Frame


class Span(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A part of a text, from ``start`` up to but not including ``end``: offsets in characters.

    ``line`` and ``column`` count from 1 and belong to ``start``. A span is stored as an array, which is read faster.
    """

    file: str
    start: int
    end: int
    line: int
    column: int

    def part(self, start: int, end: int) -> Span:
        """The part from ``start`` to ``end`` of this span, which must be on one line."""
        return Span(self.file, self.start + start, self.start + end, self.line, self.column + start)


class Diagnostic(msgspec.Struct, frozen=True):
    """A mistake, with its place and a hint.

    ``message`` is a lower-case sentence without a full stop, with the user's own text in backticks. ``help`` says what to
    do instead. ``path`` is the place in the data (``applications[0].people[1].prefers``) where data is read.
    """

    code: str
    message: str
    span: Span | None = None
    path: str | None = None
    help: str | None = None

    def place(self) -> str:
        """``file:line:column``, else the path in the data, else the empty string."""
        if self.span is not None:
            return f"{self.span.file}:{self.span.line}:{self.span.column}"
        return self.path or ""

    def __str__(self) -> str:
        place = self.place()
        head = f"{place}: {self.code} {self.message}" if place else f"{self.code} {self.message}"
        return f"{head}; {self.help}" if self.help else head


class TactfulError(Exception):
    """The base of every error that this package raises on purpose."""


class EngineError(TactfulError):
    """An engine could not decide on a case, which the message names, or cannot be used on this machine."""


class InvalidInput(TactfulError):
    """A pack, a case or another input has mistakes: all of them, in ``diagnostics``, in the order of their places."""

    def __init__(self, diagnostics: Iterable[Diagnostic], sources: dict[str, str] | None = None) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(sorted(set(diagnostics), key=_by_place))
        #: The texts that the spans point into, by file name, for showing snippets.
        self.sources: dict[str, str] = sources or {}
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return "\n".join(str(diagnostic) for diagnostic in self.diagnostics)


def _by_place(diagnostic: Diagnostic) -> tuple[str, int, str, str, str]:
    span = diagnostic.span
    place = ("", 0) if span is None else (span.file, span.start)
    return (*place, diagnostic.path or "", diagnostic.code, diagnostic.message)


#: How many cells are shown of a long line, and how many the number of the line takes before it.
SHOWN: Final = 100
MARGIN: Final = 8
_CUT: Final = "…"


def snippet(text: str, span: Span, cells: int = SHOWN) -> str:
    """The first line of a span, with carets under the span. Control characters are replaced.

    Of a long line, the part around the span is shown, at most ``cells`` wide. An ellipsis marks where it is cut.
    """
    lines = re.split(r"\r\n|\r|\n", text)
    line = lines[span.line - 1] if span.line <= len(lines) else ""
    column = span.column - 1
    width = max(1, min(span.end - span.start, len(line) - column))
    offset, shown = _part(line, column, cells)
    before, under = shown[: column - offset], shown[column - offset :][:width]
    number = f"{span.line:>4} | "
    return f"{number}{shown}\n{' ' * (len(number) - 2)}| {' ' * _cells(before)}{'^' * max(1, _cells(under))}"


def _part(line: str, column: int, cells: int) -> tuple[int, str]:
    """The part of a line around a column that is at most so wide, and how many characters of the line are before it."""
    clean = "".join(char if char.isprintable() else "\ufffd" for char in line.replace("\t", " "))
    length = cells
    while True:
        offset = max(0, min(column - length // 2, len(clean) - length))
        shown = clean[offset : offset + length]
        if _cells(shown) <= cells:
            break
        length -= 1
    if offset and column > offset:
        shown = _CUT + shown[1:]
    if offset + length < len(clean) and column < offset + length - 1:
        shown = shown[:-1] + _CUT
    return offset, shown


def _cells(text: str) -> int:
    """The width of a text in a terminal: wide characters take two cells, and combining characters none."""
    return sum(
        0 if unicodedata.category(char) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


#: The most characters of a message, and how many of its end are kept: a mistake never prints a whole file.
_LONGEST: Final = 1_000
_KEPT_END: Final = 200


def _shortened(message: str) -> str:
    if len(message) <= _LONGEST:
        return message
    return f"{message[: _LONGEST - _KEPT_END]} … {message[-_KEPT_END:]}"


class Code:
    """The base of all codes. A subclass's docstring is its page: a title, then four headings, each on a line of its own.

    The headings are ``What it reports``, ``Why``, ``Example`` (the mistake: YAML or a command, indented) and ``Instead``
    (the example corrected, indented). If the YAML of both is only a part of an entry, ``frame`` is the text around it.
    """

    id: ClassVar[str]
    frame: ClassVar[Frame | None] = None

    @classmethod
    def at(cls, span: Span | None, message: str, help: str | None = None, path: str | None = None) -> Diagnostic:
        """A diagnostic of this code; see :class:`tactful.Diagnostic` for the form of its parts."""
        return Diagnostic(cls.id, _shortened(message), span, path, None if help is None else _shortened(help))
