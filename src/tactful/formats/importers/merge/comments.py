"""Where a YAML text has comments and what it contains, to check that an edit has lost nothing."""

from __future__ import annotations

import re
from typing import Any, Final

from tactful.source.diagnostics import Span
from tactful.source.nodes import Mapping, Node, Scalar, Sequence, span_at
from tactful.source.parse_yaml import parse_yaml

#: A comment in a part of a text without values. What stands before it separates it from a value.
_COMMENT: Final = re.compile(r"(?:(?<=[\s,\[\]{}:\"'])|^)#[^\n]*")


class Comments:
    """The comments of a YAML text with their places, and the text's values."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self._name = text, name
        self.root = parse_yaml(text, name)
        self.spans = [
            (start + at.start(), start + at.end()) for start, end in self._gaps() for at in self._find(start, end)
        ]

    @property
    def texts(self) -> list[str]:
        """The comments in their order."""
        return [self.text[start:end].rstrip() for start, end in self.spans]

    def place(self, no: int) -> Span:
        """The place of a comment."""
        start, end = self.spans[no]
        return span_at(self.text, start, end, self._name)

    def without_tabs(self) -> str:
        """The text with spaces for the tabs that are neither in values nor in comments."""
        text = list(self.text)
        commented = [range(start, end) for start, end in self.spans]
        for start, end in self._gaps():
            for at in range(start, end):
                if text[at] == "\t" and not any(at in comment for comment in commented):
                    text[at] = " "
        return "".join(text)

    def _find(self, start: int, end: int) -> list[re.Match[str]]:
        return list(_COMMENT.finditer(self.text[start:end]))

    def _gaps(self) -> list[tuple[int, int]]:
        """The parts of the text between values. The first line of a block (``|``, ``>``) is one of them."""
        at, gaps = 0, []
        for start, end in sorted(span for span in _values(self.root) if span[0] < span[1]):
            if self.text[start] in "|>" and "\n" in self.text[start:end]:
                start = self.text.index("\n", start)
            if start >= at:
                gaps.append((at, start))
                at = end
        return [*gaps, (at, len(self.text))]


def _values(node: Node | None) -> list[tuple[int, int]]:
    """The beginnings and ends of all keys and single values."""
    match node:
        case None:
            return []
        case Scalar():
            return [(node.span.start, node.span.end)]
        case Mapping():
            return [span for key, value in node.entries for part in (key, value) for span in _values(part)]
        case Sequence():
            return [span for item in node.items for span in _values(item)]


def contents(node: Node | None) -> Any:
    """The values of a text: mappings, lists and texts. Nothing is an empty text."""
    match node:
        case None:
            return ""
        case Scalar():
            return node.text
        case Mapping():
            return {key.text: contents(value) for key, value in node.entries}
        case Sequence():
            return [contents(item) for item in node.items]


def contents_of_document(part: Any) -> Any:
    """The same of a document that is being edited."""
    if isinstance(part, dict):
        return {str(key): contents_of_document(value) for key, value in part.items()}
    if isinstance(part, list):
        return [contents_of_document(item) for item in part]
    return "" if part is None else str(part)
