"""Write changed values into a text of YAML or JSON where they stand: every other character stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from tactful.formats.importers.merge.document import AMBIGUOUS
from tactful.source import nodes
from tactful.source.nodes import Node

#: Texts that YAML reads as a text wherever they stand, braces included, if no reader takes them for something else.
_PLAIN: Final = re.compile(r"[A-Za-z0-9](?:[\w.+/@ -]|:(?=\w))*(?<! )")
#: The place of a member of a list in a block: the spaces before and after its dash, and perhaps an anchor.
_DASH: Final = re.compile(r"( *)-( +)(?:&\S+ +)?")


class NotSpliced(Exception):
    """A change that this module does not make: the text is to be written anew."""


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def spliced(text: str, root: Node, before: Any, after: Any, as_json: bool) -> str:
    """The text with the values of ``after`` in place of those of ``before``, which it has now.

    New members come last. Raises :class:`NotSpliced` where that takes more than adding, dropping and replacing lines.
    The caller has to read the result again: it may have lost a comment that stood within what was dropped.
    """
    splicer = _Splicer(text, _style(text, root, as_json))
    splicer.change(root, before, after)
    # From the end on. Of edits at one place, drops come first, and what is further out comes last in the text.
    numbered = sorted(enumerate(splicer.edits), key=lambda pair: (pair[1].start, pair[1].end, pair[0]), reverse=True)
    for _, edit in numbered:
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


class _Style(NamedTuple):
    """How a text is written. ``unit`` is the indentation of what is nested; empty where all is on one line.

    ``dash``: how far a list in a block stands to the right of its key, and its members to the right of the dash. ``flat``:
    whether a mapping of several values stands on one line somewhere.
    """

    as_json: bool
    newline: str
    unit: str
    dash: tuple[int, int]
    flat: bool
    colon: str
    comma: str
    ascii: bool

    def scalar(self, value: Any) -> str:
        """A single value."""
        if not self.as_json:
            if isinstance(value, bool):
                return "yes" if value else "no"
            if not isinstance(value, str):
                return str(value)
            if _PLAIN.fullmatch(value) and not AMBIGUOUS.fullmatch(value):
                return value
        return json.dumps(value, ensure_ascii=self.ascii)

    def key(self, key: str) -> str:
        """A key with its colon."""
        return self.scalar(key) + self.colon

    def flow(self, value: Any, indent: str | None) -> str:
        """A value in braces and brackets: on lines of their own after ``indent``, or on one line if that is ``None``."""
        if not isinstance(value, dict | list):
            return self.scalar(value)
        inner = None if indent is None or self._on_one_line(value) else indent + self.unit
        if isinstance(value, dict):
            members = [self.key(key) + self.flow(member, inner) for key, member in value.items()]
        else:
            members = [self.flow(member, inner) for member in value]
        left, right = "{}" if isinstance(value, dict) else "[]"
        if inner is None or not members:
            return left + self.comma.join(members) + right
        begin = self.newline + inner
        return f"{left}{begin}{f',{begin}'.join(members)}{self.newline}{indent}{right}"

    def block(self, value: Any, column: int) -> str:
        """A value after its key, whose column (from 0) is given, or after a dash."""
        if isinstance(value, dict):
            return self.lines(value, column + len(self.unit))
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return "".join(self.newline + self.item(member, column + self.dash[0]) for member in value)
        return " " + self.flow(value, None)

    def lines(self, value: dict[str, Any], column: int) -> str:
        """The members of a mapping, each on a new line."""
        return "".join(
            f"{self.newline}{' ' * column}{self.entry(key, member, column)}" for key, member in value.items()
        )

    def entry(self, key: str, value: Any, column: int) -> str:
        """A member of a mapping in a block."""
        return f"{self.scalar(key)}:{self.block(value, column)}"

    def item(self, value: Any, column: int) -> str:
        """A member of a list in a block, with its dash in this column."""
        dash = f"{' ' * column}-{' ' * (self.dash[1] - 1)}"
        if isinstance(value, dict):
            return dash + self.lines(value, column + self.dash[1]).lstrip()
        return dash + self.flow(value, None)

    def _on_one_line(self, value: Any) -> bool:
        members = value.values() if isinstance(value, dict) else value
        single = all(not isinstance(member, dict | list) for member in members)
        return not self.unit or (self.flat and (single or isinstance(value, dict)))


def _style(text: str, root: Node, as_json: bool) -> _Style:
    """The style that a text is written in."""
    colon = re.search(r'"(\s*:[ ]*)', text) if as_json else None
    comma = re.search(r"[\w\"}\]](,[ ]*)[\w\"{\[]", text)
    first = re.search(r"\n([ \t]+)[^\s#]", text) if as_json else None
    return _Style(
        as_json,
        "\r\n" if "\r\n" in text else "\n",
        (first[1] if first else "") if as_json else " " * next(_indentations(text, root), 2),
        next(_dashes(text, root), (2, 2)),
        any(_on_one_line(text, member) for _, member in _nested(root)),
        colon[1] if colon else ": ",
        comma[1] if comma else ", ",
        as_json and text.isascii() and "\\u" in text,
    )


def _indentations(text: str, root: Node) -> Iterator[int]:
    """How far the mappings in blocks stand to the right of their keys."""
    for key, member in _nested(root):
        if isinstance(member, nodes.Mapping) and key is not None and not _is_flow(text, member):
            yield member.entries[0][0].span.column - key.span.column


def _dashes(text: str, root: Node) -> Iterator[tuple[int, int]]:
    """How far the dashes of lists in blocks stand to the right of their keys, and members to the right of dashes."""
    for key, member in _nested(root):
        if isinstance(member, nodes.Sequence) and key is not None and not _is_flow(text, member):
            first = member.items[0].span.start
            found = _DASH.fullmatch(text, _line_start(text, first), first)
            if found is not None:
                yield len(found[1]) - (key.span.column - 1), 1 + len(found[2])


def _on_one_line(text: str, node: Node) -> bool:
    return isinstance(node, nodes.Mapping) and len(node.entries) > 1 and "\n" not in _source(text, node)


def _nested(node: Node) -> Iterator[tuple[nodes.Scalar | None, Node]]:
    """All values within a value, each with its key (``None`` in a list)."""
    if isinstance(node, nodes.Mapping):
        for key, value in node.entries:
            yield key, value
            yield from _nested(value)
    elif isinstance(node, nodes.Sequence):
        for item in node.items:
            yield None, item
            yield from _nested(item)


def _source(text: str, node: Node) -> str:
    return text[node.span.start : node.span.end]


def _is_flow(text: str, node: Node) -> bool:
    return re.match(r"(?:[&!]\S*\s+)*[{\[]", _source(text, node)) is not None


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


class _Splicer:
    """Collects the edits of one text."""

    def __init__(self, text: str, style: _Style) -> None:
        self._text, self._style, self.edits = text, style, list[_Edit]()

    def change(self, node: Node, before: Any, after: Any) -> None:
        """Bring a value of the text to its new content."""
        match node:
            case _ if before == after:
                return
            case nodes.Mapping() if isinstance(before, dict) and isinstance(after, dict) and after:
                self._mapping(node, before, after)
            case nodes.Sequence() if isinstance(before, list) and isinstance(after, list) and after and node.items:
                self._sequence(node, before, after)
            case _:
                indent = re.match(r"[ \t]*", self._text[_line_start(self._text, node.span.start) :])
                assert indent is not None  # it matches nothing at least
                flow = self._style.flow(after, indent[0] if self._style.as_json else None)
                self.edits.append(_Edit(node.span.start, node.span.end, flow))

    def _mapping(self, node: nodes.Mapping, before: dict[str, Any], after: dict[str, Any]) -> None:
        gone = []
        for no, (key, value) in enumerate(node.entries):
            if key.text in before and key.text not in after:
                gone.append(no)
            elif key.text in before:
                self.change(value, before[key.text], after[key.text])
        new = {key: value for key, value in after.items() if key not in before}
        if any(key.text in new for key, _ in node.entries):  # it is there, but says nothing
            raise NotSpliced
        members = [(key.span.start, _end(self._text, value)) for key, value in node.entries]
        if _is_flow(self._text, node):
            self._flow(node, members, gone, [(self._style.key(key), value) for key, value in new.items()])
            return
        column = node.entries[0][0].span.column - 1
        if 0 in gone and self._text[_line_start(self._text, members[0][0]) : members[0][0]].strip():
            raise NotSpliced  # it is on the line of a dash of a list
        self._drop_lines(members, gone)
        texts = [" " * column + self._style.entry(key, value, column) for key, value in new.items()]
        self._add_lines(members[-1][1], texts)

    def _sequence(self, node: nodes.Sequence, before: list[Any], after: list[Any]) -> None:
        if len(node.items) != len(before):
            raise NotSpliced
        same = next((no for no, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(after))
        fewer = max(len(before) - len(after), 0)
        gone = list(range(same, same + fewer))
        kept = [no for no in range(len(before)) if no not in gone]
        for no, value in zip(kept, after, strict=False):
            self.change(node.items[no], before[no], value)
        new = after[len(kept) :]
        members = [(item.span.start, _end(self._text, item)) for item in node.items]
        if _is_flow(self._text, node):
            self._flow(node, members, gone, [("", value) for value in new])
            return
        first = members[0][0]
        dash = _DASH.fullmatch(self._text, _line_start(self._text, first), first)
        if dash is None:
            raise NotSpliced
        self._drop_lines(members, gone)
        style = self._style._replace(dash=(self._style.dash[0], 1 + len(dash[2])))
        self._add_lines(members[-1][1], [style.item(value, len(dash[1])) for value in new])

    # --- in braces and brackets ---

    def _flow(
        self, node: Node, members: Sequence[tuple[int, int]], gone: list[int], new: list[tuple[str, Any]]
    ) -> None:
        """Drop and add members. ``new`` are texts that precede values, such as a key with its colon."""
        text, kept = self._text, [no for no in range(len(members)) if no not in gone]
        if not kept:
            raise NotSpliced
        for no in gone:
            following = next((other for other in kept if other > no), None)
            if following is not None:
                self.edits.append(_Edit(members[no][0], members[no + 1][0], ""))
        if gone and gone[-1] == len(members) - 1:
            self.edits.append(_Edit(members[kept[-1]][1], members[-1][1], ""))
        if not new:
            return
        start, end = members[kept[-1]]
        space = text[len(text[:start].rstrip()) : start]
        indent = space.rpartition("\n")[2] if "\n" in space else None
        if indent is None:
            space = self._style.comma[1:]
        added = "".join(f",{space}{before}{self._style.flow(value, indent)}" for before, value in new)
        self.edits.append(_Edit(end, end, added))

    # --- on lines of their own ---

    def _drop_lines(self, members: Sequence[tuple[int, int]], gone: list[int]) -> None:
        for no in gone:
            start, end = _line_start(self._text, members[no][0]), self._line_end(members[no][1])
            if end == len(self._text):
                start = len(self._text[:start].removesuffix("\n").removesuffix("\r"))
            self.edits.append(_Edit(start, min(end + 1, len(self._text)), ""))

    def _add_lines(self, end: int, lines: Sequence[str]) -> None:
        at, newline = self._line_end(end), self._style.newline
        if lines and at == len(self._text):
            self.edits.append(_Edit(at, at, newline + newline.join(lines)))
        elif lines:
            self.edits.append(_Edit(at + 1, at + 1, "".join(line + newline for line in lines)))

    def _line_end(self, end: int) -> int:
        """The end of the line on which a value ends: its line feed, or the end of the text."""
        found = self._text.find("\n", end)
        return len(self._text) if found < 0 else found


def _end(text: str, node: Node) -> int:
    """The end of a value, without what follows its last line."""
    if isinstance(node, nodes.Mapping) and not _is_flow(text, node):
        return _end(text, node.entries[-1][1])
    if isinstance(node, nodes.Sequence) and not _is_flow(text, node):
        return _end(text, node.items[-1])
    return node.span.start + len(_source(text, node).rstrip())
