"""Braces and brackets with comments inside are written on lines of their own, where the comments can stay."""

from __future__ import annotations

import re
from typing import Final

from tactful.formats.importers.merge.comments import Comments
from tactful.source.nodes import Mapping, Node, Scalar, Sequence

Collection = Mapping | Sequence
_STEP: Final = 2


def unfold(comments: Comments) -> str:
    """The text of a case with each outermost collection in braces or brackets that has comments written out."""
    text = comments.text
    for collection, column, own_line in reversed(_to_unfold(comments.root, None, comments)):
        lines = _Writer(comments).lines(collection, column)
        written = "\n".join(lines)
        span = collection.span
        text = text[: span.start] + ("\n" + written if own_line else written[column:]) + text[span.end :]
    return text


def _to_unfold(node: Node | None, key: Scalar | None, comments: Comments) -> list[tuple[Collection, int, bool]]:
    """The collections to write out in the order of the text, each with its new column, and whether on a new line.

    ``key`` is the key that a node is the value of.
    """
    if node is None or isinstance(node, Scalar):
        return []
    if _is_in_braces(node, comments.text):
        if not _has_comments(node, comments):
            return []
        return [(node, node.span.column - 1, False) if key is None else (node, key.span.column - 1 + _STEP, True)]
    if isinstance(node, Mapping):
        return [place for inner_key, value in node.entries for place in _to_unfold(value, inner_key, comments)]
    return [place for item in node.items for place in _to_unfold(item, None, comments)]


def _is_in_braces(node: Collection, text: str) -> bool:
    return text[node.span.start : node.span.start + 1] in ("{", "[")


def _has_comments(node: Node, comments: Comments) -> bool:
    return any(node.span.start < start < node.span.end for start, _ in comments.spans)


class _Writer:
    """Writes a collection as a block: each entry on its lines, each comment after or above the value that it belonged to."""

    def __init__(self, comments: Comments) -> None:
        self._comments, self._text = comments, comments.text

    def lines(self, node: Collection, column: int) -> list[str]:
        """The lines of a collection at a column."""
        lines: list[str] = []
        at = node.span.start + 1
        for key, value in _entries(node):
            start = value.span.start if key is None else key.span.start
            self._comment(lines, at, start, column)
            entry = self._entry(key, value, column)
            if key is not None:  # comments between a key and its value go above
                lines += self._own_lines(key.span.end, value.span.start, column)
            lines += entry
            at = max(value.span.end, start)
        self._comment(lines, at, node.span.end, column)
        return lines

    def _entry(self, key: Scalar | None, value: Node, column: int) -> list[str]:
        margin, head = " " * column, "-" if key is None else f"{self._slice(key)}:"
        if isinstance(value, Scalar) or not _entries(value) or not _has_comments(value, self._comments):
            return [f"{margin}{head} {self._slice(value)}".rstrip()]
        inner = self.lines(value, column + _STEP)
        if key is None:
            return [f"{margin}- {inner[0].lstrip()}", *inner[1:]]
        return [margin + head, *inner]

    def _comment(self, lines: list[str], start: int, end: int, column: int) -> None:
        """Add the comments of a stretch: the first to the last line, if it stood in that line, others to their own."""
        own = self._own_lines(start, end, column)
        between = self._text[start:end].partition("#")[0]
        if own and lines and "\n" not in between and "#" not in lines[-1]:
            lines[-1] += f"  {own.pop(0).lstrip()}"
        lines += own

    def _own_lines(self, start: int, end: int, column: int) -> list[str]:
        return [
            " " * column + self._text[first:last].rstrip()
            for first, last in self._comments.spans
            if start <= first < end
        ]

    def _slice(self, node: Node) -> str:
        return re.sub(r"[ \t]*\n\s*", " ", self._text[node.span.start : node.span.end])


def _entries(node: Collection) -> list[tuple[Scalar | None, Node]]:
    """The entries of a mapping with their keys, or the items of a list without."""
    if isinstance(node, Mapping):
        return list(node.entries)
    return [(None, item) for item in node.items]
