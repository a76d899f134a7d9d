"""The place of a cursor in a rule file: the keys around it, found in the text, which need not be valid YAML at that
moment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

_NAME: Final = re.compile(r"[$A-Za-z0-9_.-]*")
_NAME_BEFORE: Final = re.compile(r"[$A-Za-z0-9_.-]*\Z")
#: A line with a key: its indentation with the dashes of list items, the key, and what follows the colon.
_KEY: Final = re.compile(
    r"([ ]*(?:- +)*)((?:[^\s\"'#{}\[\],:&*!|>%@`-]|-(?=\S))[^:#{}\[\],]*?|\"[^\"]*\"|'[^']*') *:(?: |$)"
)
#: How many lines above the cursor are searched for the keys around it.
_MOST_LINES: Final = 5_000


class Cursor(msgspec.Struct, frozen=True):
    """A cursor. ``keys`` are the keys around it, from the top; ``value``: it is in the value of the last of them.

    ``typed`` is the name before the cursor so far, which begins at ``column``; ``before`` is the value or key before it.
    ``in_braces``: it is in braces whose keys are not keys of a pack, such as those of a placeholder.
    """

    keys: tuple[str, ...]
    value: bool
    typed: str
    column: int
    before: str
    in_braces: bool


def cursor_at(lines: Sequence[str], line: int, column: int) -> Cursor:
    """The cursor at a place; ``line`` and ``column`` count from 0, and may lie outside of the text."""
    text = lines[line][:column].rstrip("\r\n") if line < len(lines) else ""
    typed = _typed(text)
    flow = _Flow(text)
    above = _keys_above(lines, line, flow.indent)
    keys = (*above, *flow.keys)
    value = flow.pending is not None or (not flow.keys and flow.is_item)
    if flow.pending is not None:
        keys = (*keys, flow.pending)
    before = flow.current.strip()
    start = len(text) - len(typed)
    return Cursor(keys, value, typed, start, before.removesuffix(typed).rstrip(), flow.in_braces)


def name_at(line: str, column: int) -> tuple[str, int]:
    """The name around a column of a line, and the column at which it begins."""
    start = column - len(_typed(line[:column]))
    match = _NAME.match(line, start)
    assert match is not None  # it may be empty
    name = match.group()
    return name.rstrip(".-"), start


def keys_around(lines: Sequence[str], line: int, column: int) -> tuple[str, ...]:
    """The keys around a place, from the top."""
    return cursor_at(lines, line, column).keys


def _typed(text: str) -> str:
    match = _NAME_BEFORE.search(text)
    assert match is not None  # it may be empty
    return match.group()


class _Flow:
    """A line up to the cursor: the keys whose braces or brackets are open, and the key whose value has begun."""

    def __init__(self, text: str) -> None:
        start = re.match(r"[ ]*(?:- +)*", text)
        assert start is not None
        self.indent = start.end()
        self.is_item = "-" in start.group()
        self.keys: list[str] = []
        self.pending: str | None = None
        self.current = ""
        self.in_braces = False
        self._open: list[tuple[str | None, str]] = []
        quote = ""
        for at in range(self.indent, len(text)):
            sign = text[at]
            if quote:
                quote = "" if sign == quote else quote
                self.current += sign
            elif sign in "\"'" and not self.current.strip():
                quote = sign
            else:
                self._take(sign, text[at + 1 : at + 2])
        self.in_braces = bool(quote and "{" in self.current) or any(
            key is None for key, sign in self._open if sign == "{"
        )
        self.keys = [key for key, _ in self._open if key is not None]
        if self._open and self._open[-1][1] == "[" and self.pending is None and self.keys:
            self.pending = self.keys.pop()

    def _take(self, sign: str, following: str) -> None:
        if sign == ":" and following in ("", " ") and self.pending is None:
            self.pending, self.current = self.current.strip(" \"'"), ""
        elif sign in "{[":
            self._open.append((self.pending, sign))
            self.pending, self.current = None, ""
        elif sign in "}]" and self._open:
            self.pending, self.current = self._open.pop()[0], ""
        elif sign == "," and self._open:
            self.pending, self.current = None, ""
        else:
            self.current += sign


def _keys_above(lines: Sequence[str], line: int, indent: int) -> tuple[str, ...]:
    """The keys of the lines above in which a line of some indentation stands."""
    keys: list[str] = []
    for no in range(min(line, len(lines)) - 1, max(-1, line - _MOST_LINES), -1):
        if indent == 0:
            break
        match = _KEY.match(lines[no].rstrip("\r\n"))
        if match is None or len(match.group(1)) >= indent:
            continue
        indent = len(match.group(1))
        keys.append(match.group(2).strip("\"'"))
    return tuple(reversed(keys))
