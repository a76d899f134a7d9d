"""Remove unused parameters, unused facts and redundant conditions from a file.

The entries are cut out of the text. The comments, order and layout of all other entries stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Strings
from typing import Final, NamedTuple

from tactful.language.terms import OldName
from tactful.source.codes.lint import Redundant, UnusedFact, UnusedParameter
from tactful.source.diagnostics import Diagnostic, Span
from tactful.source.nodes import Mapping, Node, Scalar, Sequence
from tactful.source.parse_yaml import parse_yaml

#: The codes of warnings that are fixed by removing an entry.
FIXABLE: Final = frozenset({UnusedParameter.id, UnusedFact.id, Redundant.id})
#: Keys that are removed when the last line of their value is removed.
_CONDITIONS: Final = ("when", "unless", "where")


class _Entry(NamedTuple):
    """A key with its value, in the mapping ``inside``, which is the value of the entry ``above``."""

    key: Scalar
    value: Node
    inside: Mapping
    above: _Entry | None


def fixed(text: str, name: str, warnings: Iterable[Diagnostic]) -> tuple[str, tuple[Diagnostic, ...]]:
    """The text of a file without the entries that warnings are about, and the warnings that this fixes.

    An entry that cannot be removed by itself is left for the author to judge.
    """
    root = parse_yaml(text, name)
    cuts: list[tuple[int, int, Diagnostic]] = []
    for warning in warnings:
        if warning.code not in FIXABLE or warning.span is None or warning.span.file != name or root is None:
            continue
        entry = next((other for other in _entries(root, None) if _is_at(other, warning.span)), None)
        cut = None if entry is None else _cut(entry, text, condition=warning.code == Redundant.id)
        if cut is not None and all(cut[1] <= start or end <= cut[0] for start, end, _ in cuts):
            cuts.append((*cut, warning))
    for start, end, _ in sorted(cuts, key=lambda cut: cut[0], reverse=True):
        text = text[:start] + text[end:]
    return _without_emptied(text, name, root), tuple(warning for _, _, warning in cuts)


def renamed(text: str, name: str, old_names: Iterable[OldName]) -> str:
    """The text of a file with new names in place of old ones. A name without a single place in the text is left as it
    is."""
    for place in sorted(old_names, key=lambda place: place.span.start, reverse=True):
        span = place.span
        if place.exact and span.file == name:
            text = text[: span.start] + place.new + text[span.end :]
    return text


def fixable(sources: Strings[str, str], warnings: Iterable[Diagnostic]) -> bool:
    """Whether :func:`fixed` removes something. ``sources`` are the texts of files by their names."""
    every = tuple(warnings)
    files = {warning.span.file for warning in every if warning.span is not None}
    return any(fixed(sources[name], name, every)[1] for name in files)


def _without_emptied(text: str, name: str, before: Node | None) -> str:
    """The text without the sections that had entries before and have none now, unless nothing else is left."""
    filled = {key.text for key, value in _sections(before) if not _is_empty(value)}
    while True:
        root = parse_yaml(text, name)
        sections = _sections(root)
        emptied = next((key for key, value in sections if key.text in filled and _is_empty(value)), None)
        if emptied is None or len(sections) == 1:
            return text
        entry = next(entry for entry in _entries(root, None) if entry.key is emptied)
        cut = _cut(entry, text, condition=False)
        if cut is None:
            return text
        text = text[: cut[0]] + text[cut[1] :]


def _sections(root: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return root.entries if isinstance(root, Mapping) else ()


def _is_empty(node: Node) -> bool:
    match node:
        case Mapping(entries=members) | Sequence(items=members):
            return not members
        case Scalar():
            return node.is_null


def _entries(node: Node | None, above: _Entry | None) -> Iterator[_Entry]:
    match node:
        case Mapping(entries=entries):
            for key, value in entries:
                entry = _Entry(key, value, node, above)
                yield entry
                yield from _entries(value, entry)
        case Sequence(items=items):
            for item in items:
                yield from _entries(item, None)
        case _:
            pass


def _is_at(entry: _Entry, span: Span) -> bool:
    """Whether a warning's place is the entry's key or its single value."""
    if entry.key.span == span:
        return True
    own, value = entry.value.span, entry.value
    single = isinstance(value, Scalar) or (
        isinstance(value, Sequence) and all(isinstance(item, Scalar) for item in value.items)
    )
    return single and own.start <= span.start and span.end <= own.end


def _cut(entry: _Entry, text: str, condition: bool) -> tuple[int, int] | None:
    """The start and the end of the cut; ``None`` where the entry cannot be removed by itself."""
    if condition and len(entry.inside.entries) == 1:
        if entry.above is None or entry.above.key.text not in _CONDITIONS:
            return None
        entry = entry.above
    if text[entry.inside.span.start : entry.inside.span.start + 1] == "{":
        return _cut_in_braces(entry)
    return _cut_lines(entry, text)


def _cut_in_braces(entry: _Entry) -> tuple[int, int]:
    entries = entry.inside.entries
    no = next(no for no, (key, _) in enumerate(entries) if key is entry.key)
    if no + 1 < len(entries):
        return entry.key.span.start, entries[no + 1][0].span.start
    start = entries[no - 1][1].span.end if no else entry.key.span.start
    return start, entry.value.span.end


def _cut_lines(entry: _Entry, text: str) -> tuple[int, int] | None:
    """The lines of an entry: the line of its key, and the lines below that are indented more or belong to its value."""
    start = text.rfind("\n", 0, entry.key.span.start) + 1
    indent = entry.key.span.start - start
    if text[start : entry.key.span.start].strip():
        return None
    end = _line_end(text, entry.key.span.start)
    at = end
    while at < len(text):
        stop = _line_end(text, at)
        line = text[at:stop]
        inside = isinstance(entry.value, Mapping | Sequence) and at < entry.value.span.end
        deeper = bool(line.strip()) and len(line) - len(line.lstrip(" ")) > indent
        if inside or deeper:
            end = stop
        elif line.strip():
            break
        at = stop
    return start, end


def _line_end(text: str, at: int) -> int:
    newline = text.find("\n", at)
    return len(text) if newline < 0 else newline + 1
