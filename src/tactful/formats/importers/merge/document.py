"""A case as a document that is written back: YAML with its comments, order and way of writing kept, or JSON."""

from __future__ import annotations

import io
import json
import re
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from ruamel.yaml.tokens import CommentToken

from tactful.facts.kinds import parse_yes_no
from tactful.source.codes.imports import NotMergeable
from tactful.source.diagnostics import InvalidInput

Mapped = dict[str, Any]
#: Plain texts that other readers of YAML take for something else; ours reads by the field, but people have others too.
_AMBIGUOUS: Final = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|~|[-+]?[\d_.,:]+(e[-+]?\d+)?|0[xo][\da-f]+|[-+]?\.(inf|nan))"
)


class _Resolver(VersionedResolver):
    """Takes every value for the text that it is, so that it is written back as it was: moments, yes and no, 01."""

    @property
    def versioned_resolver(self) -> Any:
        """Only what is empty is not a text."""
        return {"": [("tag:yaml.org,2002:null", re.compile("^$"))]}


class Document:
    """A case being edited. ``root`` is made of mappings and lists; in YAML all single values in it are texts."""

    def __init__(self, root: Mapped, as_json: bool, sample: str = "") -> None:
        self.root, self._json = root, as_json
        self._sample = sample

    @classmethod
    def new(cls, as_json: bool) -> Document:
        """An empty case."""
        return cls({} if as_json else CommentedMap(), as_json)

    @classmethod
    def parse(cls, text: str, name: str, as_json: bool) -> Document:
        """A case that has been read and found free of mistakes. Raises :class:`InvalidInput` where it shares parts."""
        if as_json:
            return cls(json.loads(text), True, text)
        root = _yaml(text).load(text.replace("\r\n", "\n"))
        if _shares(root, set()):
            help_ = "write the people and interviews out where an alias stands"
            raise InvalidInput([NotMergeable.at(None, f"`{name}` shares parts of itself by aliases", help_)])
        return cls(root, False, text)

    def dump(self) -> str:
        """The text of the document."""
        if self._json:
            return json.dumps(self.root, indent=2, ensure_ascii=False) + "\n"
        out = io.StringIO()
        _yaml(self._sample).dump(self.root, out)
        text = out.getvalue().rstrip("\n") + "\n"
        return text.replace("\n", "\r\n") if "\r\n" in self._sample else text

    # --- values ---

    def text(self, value: str) -> str:
        """A text as it is to stand in the document."""
        if self._json or not _AMBIGUOUS.fullmatch(value):
            return value
        quoted: str = DoubleQuotedScalarString(value)
        return quoted

    def yes_no(self, value: bool) -> Any:
        """A yes or a no as it is to stand in the document."""
        return value if self._json else "yes" if value else "no"

    def number(self, value: int) -> Any:
        """A whole number as it is to stand in the document."""
        return value if self._json else str(value)

    def mapping(self, fields: Mapped, on_one_line: bool = False) -> Any:
        """A new mapping."""
        if self._json:
            return fields
        made = CommentedMap(fields)
        if on_one_line:
            made.fa.set_flow_style()
        return made

    # --- edits ---

    def put(self, mapping: Mapped, key: str, value: Any) -> None:
        """Set a field. A new one comes last, before any comment that follows the mapping."""
        if self._json or not mapping:
            mapping[key] = value
        elif key in mapping:
            trailing = _cut_after(mapping, key)
            mapping[key] = value
            _put_after(mapping, key, trailing)
        else:
            trailing = _cut_after(mapping, list(mapping)[-1])
            mapping[key] = value
            _put_after(mapping, key, trailing)

    def append(self, mapping: Mapped, key: str, value: Any) -> None:
        """Add to the list under a key, before any comment that follows it; the list is made where there is none."""
        items = mapping.get(key)
        if self._json:
            mapping.setdefault(key, []).append(value)
        elif not items:
            if isinstance(value, CommentedMap) and not value.fa.flow_style():
                self._unfold(mapping)
            self.put(mapping, key, CommentedSeq([value]))
        else:
            if items.fa.flow_style() and isinstance(value, CommentedMap):
                value.fa.set_flow_style()
            trailing = _cut_after(mapping, key)
            items.append(value)
            _put_after(mapping, key, trailing)

    def replace(self, items: list[Any], no: int, value: Any) -> None:
        """Put something else in the place of a member of a list."""
        trailing = "" if self._json else _cut_after(items, no)
        items[no] = value
        if trailing:
            _put_after(items, no, trailing)

    def remove(self, mapping: Mapped, key: str, no: int) -> None:
        """Take a member out of the list under a key; comments on lines of their own stay."""
        items = mapping[key]
        if self._json:
            del items[no]
        elif len(items) == 1:
            lines = _cut_before(mapping, key) + _cut_after(items, no)
            mapping[key] = CommentedSeq()
            mapping[key].fa.set_flow_style()
            _put_after(mapping, key, lines)
        else:
            trailing = _cut_after(items, no)
            del items[no]
            _put_after(items, max(no - 1, 0), trailing)

    def _unfold(self, mapping: Mapped) -> None:
        """Give an application in braces lines of its own, and the list that it stands in: people come into it."""
        for one in (self.root, self.root.get("applications"), mapping):
            if isinstance(one, CommentedMap | CommentedSeq):
                one.fa.set_block_style()


def said_no(value: Any) -> bool:
    """Whether a value of a document is a no."""
    return value is False or (isinstance(value, str) and parse_yes_no(value) is False)


def _yaml(sample: str) -> Any:
    """A reader and writer that keeps to the ways of a text: how lists are indented, whether it begins with ``---``."""
    yaml = YAML()
    yaml.Resolver = _Resolver
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.explicit_start = re.search(r"(?m)^---", sample) is not None
    flush = re.search(
        r"(?m)^(applications|[ ]*interviews|[ ]*people):[^\S\n]*(#.*)?\n(\s*#.*\n)*(?P<item>[ ]*)- ", sample
    )
    indented = flush is None or len(flush["item"]) > len(flush[1]) - len(flush[1].lstrip())
    yaml.indent(mapping=2, sequence=4 if indented else 2, offset=2 if indented else 0)
    return yaml


def _shares(node: Any, seen: set[int]) -> bool:
    """Whether a mapping or list stands in more than one place."""
    stack = [node]
    while stack:
        one = stack.pop()
        if not isinstance(one, dict | list):
            continue
        if id(one) in seen:
            return True
        seen.add(id(one))
        stack.extend(one.values() if isinstance(one, dict) else one)
    return False


# --- comments on lines of their own, which ruamel keeps with what stands before them ---


def _end(container: Any, key: Any) -> tuple[Any, Any]:
    """The innermost container that ends where what stands under a key ends, and its last key: there comments are kept."""
    inner = container[key]
    while isinstance(inner, CommentedMap | CommentedSeq) and inner and not inner.fa.flow_style():
        container, key = inner, list(inner)[-1] if isinstance(inner, CommentedMap) else len(inner) - 1
        inner = container[key]
    return container, key


def _slot(container: Any) -> int:
    return 2 if isinstance(container, CommentedMap) else 0


def _cut_after(container: Any, key: Any) -> str:
    """Take away the lines of comments and the empty lines after what stands under a key; what is in its last line stays."""
    container, key = _end(container, key)
    tokens = container.ca.items.get(key)
    token = None if tokens is None else tokens[_slot(container)]
    if token is None:
        return ""
    line, newline, rest = token.value.partition("\n")
    if not rest:
        return ""
    token.value = line + newline
    if not line:
        tokens[_slot(container)] = None
    return str(rest)


def _cut_before(mapping: Any, key: Any) -> str:
    """Take away the lines of comments between a key and the list under it."""
    tokens = mapping.ca.items.get(key)
    if tokens is None or len(tokens) < 4 or not tokens[3]:
        return ""
    lines = "".join(" " * token.column + token.value for token in tokens[3])
    tokens[3] = None
    return lines


def _put_after(container: Any, key: Any, lines: str) -> None:
    """Put lines after what stands under a key, or at a place in a list."""
    if not lines:
        return
    container, key = _end(container, key)
    tokens = container.ca.items.setdefault(key, [None] * 4)
    tokens.extend([None] * (4 - len(tokens)))
    slot = _slot(container)
    before = "\n" if tokens[slot] is None else tokens[slot].value
    tokens[slot] = CommentToken(before + lines, CommentMark(0), None)
