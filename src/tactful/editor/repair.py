"""Changes that an editor offers for a mark: what was probably meant, and what ``tactful check --fix`` would do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

import msgspec

from tactful.language.lint.fix import FIXABLE, fixed
from tactful.source.codes.overlays import OldNameUsed
from tactful.source.diagnostics import Diagnostic, InvalidInput, Span

_MEANT: Final = re.compile(r"did you mean (?P<meant>`[^`]+`(?:(?:,| or) `[^`]+`)*)")
_IN_BACKTICKS: Final = re.compile(r"`([^`]+)`")
_NAME: Final = re.compile(r"[$\w][\w.-]*\w")
#: The name of the text of which only the offsets of marks are known.
_FILE: Final = "file"


class Repair(msgspec.Struct, frozen=True):
    """A change of a text: the part from ``start`` to ``end`` (offsets in characters) is replaced."""

    title: str
    start: int
    end: int
    new: str


def repairs(text: str, start: int, end: int, code: str, message: str) -> Iterator[Repair]:
    """The changes for a mark from ``start`` to ``end`` of a text. ``message`` is that of the mark, with its help."""
    if (match := _MEANT.search(message)) is not None:
        for meant in _IN_BACKTICKS.findall(match["meant"]):
            yield _meant(text, start, end, _IN_BACKTICKS.findall(message[: match.start()]), meant)
    elif code == OldNameUsed.id:
        old, new = _IN_BACKTICKS.findall(message)[:2]
        if text[start:end] == old:
            yield Repair(f"Write `{new}`", start, end, new)
    elif code in FIXABLE:
        yield from _without(text, [(start, end, code)], "Remove it")


def repair_all(text: str, marks: Sequence[tuple[int, int, str]]) -> Repair | None:
    """The change that takes out everything that has no effect; ``None`` if there is nothing. ``marks``: places and codes."""
    return next(_without(text, [mark for mark in marks if mark[2] in FIXABLE], "Remove what has no effect"), None)


def _meant(text: str, start: int, end: int, named: Sequence[str], meant: str) -> Repair:
    """What was meant in place of the mark, or in place of a name within it: whichever is more like what is there."""
    marked = text[start:end]
    ways = [(start, end)]
    ways += [(start + name.start(), start + name.end()) for name in _NAME.finditer(marked)]
    for name in named:
        at = marked.find(name)
        if at >= 0:
            ways.append((start + at, start + at + len(name)))

    def likeness(way: tuple[int, int]) -> float:
        result = text[start : way[0]] + meant + text[way[1] : end]
        return SequenceMatcher(None, marked, result).ratio()

    best = max(ways, key=likeness)
    return Repair(f"Change to `{meant}`", *best, meant)


def _without(text: str, marks: Sequence[tuple[int, int, str]], title: str) -> Iterator[Repair]:
    warnings = [Diagnostic(code, "", _span(text, start, end)) for start, end, code in marks]
    try:
        after, done = fixed(text, _FILE, warnings)
    except InvalidInput:
        return  # the text was changed since, and has mistakes now
    if done:
        yield _difference(text, after, title)


def _span(text: str, start: int, end: int) -> Span:
    before = text[:start]
    return Span(_FILE, start, end, before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1)


def _difference(before: str, after: str, title: str) -> Repair:
    """The part of a text that differs."""
    most = min(len(before), len(after))
    start = next((at for at in range(most) if before[at] != after[at]), most)
    most -= start
    same = next((at for at in range(most) if before[-1 - at] != after[-1 - at]), most)
    return Repair(title, start, len(before) - same, after[start : len(after) - same])
