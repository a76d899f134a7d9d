"""Old names of rules, actions, parameters and facts, read as the new ones that a pack below says under ``renamed``.

The nodes of a layer are rewritten before they are merged, so that nothing after that knows an old name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tactful.language.terms import MODALITIES, OldName
from tactful.source.nodes import Mapping as MappingNode
from tactful.source.nodes import Node, Scalar, inner_span
from tactful.source.nodes import Sequence as SequenceNode

#: What can be renamed.
RENAMED: Final = ("parameters", "facts", "actions", "rules", "invariants")
#: The sections whose ids are names of each kind.
_SECTIONS: Final[Mapping[str, str]] = {
    **{kind: kind for kind in RENAMED},
    **dict.fromkeys(("tables", "fields"), "facts"),
}
#: The sections that name no parameter, fact or action.
_WITHOUT_NAMES: Final = ("pack", "extends", "group", "groups", "renamed")
#: The keys whose values are names of actions.
_ACTIONS: Final = (*MODALITIES, "of", "is_a", "never", "no new", "channels")
#: Sentences: names in them stand in braces. ``about`` and ``source`` are fixed texts.
_SENTENCES: Final = ("because", "label", "steps", "step", "ask")
_TEXTS: Final = ("about", "source", "outside safety")
_IN_BRACES: Final = re.compile(r"\{[^{}]*\}")
_PARAMETER: Final = re.compile(r"(?<=\$)[a-z][a-z0-9_]*")
_FACT: Final = re.compile(r"\b[a-z]+\.[a-z][a-z0-9_]*")

#: New names by old names, for each kind.
Renames = Mapping[str, Mapping[str, str]]


def rewritten(root: MappingNode, renames: Renames) -> tuple[MappingNode, tuple[OldName, ...]]:
    """The content of a file with new names, and the places of the old ones."""
    if not any(renames.values()):
        return root, ()
    rewriter = _Rewriter(renames)
    return rewriter.file(root), tuple(rewriter.used)


class _Rewriter:
    def __init__(self, renames: Renames) -> None:
        self._of = {kind: renames.get(kind, {}) for kind in RENAMED}
        self.used: list[OldName] = []

    def file(self, root: MappingNode) -> MappingNode:
        return MappingNode(tuple((key, self._section(key.text, node)) for key, node in root.entries), root.span)

    def _section(self, section: str, node: Node) -> Node:
        if section in _WITHOUT_NAMES or not isinstance(node, MappingNode):
            return node
        kind = _SECTIONS.get(section)
        entries = (
            (key if kind is None else self._id(kind, key), self._node(key.text, value)) for key, value in node.entries
        )
        return MappingNode(tuple(entries), node.span)

    def _id(self, kind: str, id_: Scalar) -> Scalar:
        new = self._new_fact(id_.text) if kind == "facts" else self._of[kind].get(id_.text)
        return id_ if new is None else self._replaced(id_, [(0, len(id_.text), new)])

    def _node(self, key: str, node: Node) -> Node:
        """The value of ``key`` with new names."""
        match node:
            case Scalar():
                return self._scalar(key, node)
            case MappingNode(entries=entries, span=span):
                inside = "channels" if key == "channels" else None
                pairs = ((self._field(name), self._node(inside or name.text, value)) for name, value in entries)
                return MappingNode(tuple(pairs), span)
            case SequenceNode(items=items, span=span):
                return SequenceNode(tuple(self._node(key, item) for item in items), span)

    def _field(self, key: Scalar) -> Scalar:
        """The key of a line of a condition."""
        new = self._new_fact(key.text)
        return key if new is None else self._replaced(key, [(0, len(key.text), new)])

    def _scalar(self, key: str, scalar: Scalar) -> Scalar:
        if key in _TEXTS:
            return scalar
        if key in _ACTIONS:
            new = self._of["actions"].get(scalar.text)
            return scalar if new is None else self._replaced(scalar, [(0, len(scalar.text), new)])
        parts = [match.span() for match in _IN_BRACES.finditer(scalar.text)] if key in _SENTENCES else [(0, None)]
        return self._replaced(
            scalar, sorted(part for start, end in parts for part in self._names(scalar.text, start, end))
        )

    def _names(self, text: str, start: int, end: int | None) -> Iterator[tuple[int, int, str]]:
        """The old names of parameters and facts in a part of a text, each with its new name."""
        end = len(text) if end is None else end
        for match in _PARAMETER.finditer(text, start, end):
            if (new := self._of["parameters"].get(match.group())) is not None:
                yield *match.span(), new
        for match in _FACT.finditer(text, start, end):
            if (new := self._new_fact(match.group())) is not None:
                yield *match.span(), new

    def _new_fact(self, name: str) -> str | None:
        """The new name of a fact. A fact of a person is one of an interviewer, too."""
        facts = self._of["facts"]
        entity, _, field = name.partition(".")
        if entity != "interviewer" or name in facts:
            return facts.get(name)
        owner, _, new = facts.get(f"person.{field}", "").partition(".")
        return f"interviewer.{new}" if owner == "person" else None

    def _replaced(self, scalar: Scalar, parts: Iterable[tuple[int, int, str]]) -> Scalar:
        """The scalar with new names in place of some parts of its text, which are noted."""
        text, at, inner = "", 0, inner_span(scalar)
        for start, end, new in parts:
            span = scalar.span if inner is None else inner.part(start, end)
            self.used.append(OldName(scalar.text[start:end], new, span, inner is not None))
            text, at = text + scalar.text[at:start] + new, end
        return Scalar(text + scalar.text[at:], scalar.plain, scalar.span) if at else scalar


def chained(names: Mapping[str, str]) -> dict[str, str]:
    """The last new name of each old one, where a new name was renamed in turn."""
    return {old: _last(old, names) for old in names}


def _last(name: str, names: Mapping[str, str]) -> str:
    seen = {name}
    while name in names and names[name] not in seen:
        name = names[name]
        seen.add(name)
    return name
