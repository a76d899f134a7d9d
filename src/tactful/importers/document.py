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

from tactful.diagnostics import InvalidInput
from tactful.diagnostics.imports import NotMergeable
from tactful.values import parse_yes_no

Mapped = dict[str, Any]
#: Plain texts that other readers of YAML take for something else; ours reads by the field, but people have others too.
_AMBIGUOUS: Final = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|~|[-+]?[\d_.,:]+(e[-+]?\d+)?|0[xo][\da-f]+|[-+]?\.(inf|nan))|\d{4}-\d\d?-\d\d?.*"
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
    def parse(cls, text: str, as_json: bool) -> Document:
        """A case that has been read and found free of mistakes. Raises :class:`InvalidInput` where it shares parts."""
        if as_json:
            return cls(json.loads(text), True, text)
        root = _yaml(text).load(text.replace("\r\n", "\n"))
        if _shares(root, set()):
            help_ = "write the people and interviews out where an alias stands"
            raise InvalidInput([NotMergeable.at(None, "the case shares parts of itself by aliases", help_)])
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
        if key in mapping or self._json or not isinstance(mapping, CommentedMap) or not mapping:
            mapping[key] = value
            return
        trailing = _cut_trailing(mapping)
        mapping[key] = value
        _put_trailing(mapping, trailing)

    def items(self, mapping: Mapped, key: str) -> list[Any]:
        """The list under a key, made where there is none."""
        found = mapping.get(key)
        if found is None or (found == [] and isinstance(found, CommentedSeq)):
            found = [] if self._json else CommentedSeq()
            self.put(mapping, key, found)
        assert isinstance(found, list)
        return found

    def append(self, items: list[Any], value: Any) -> None:
        """Add to a list, before any comment that follows it."""
        if not isinstance(items, CommentedSeq) or not items:
            items.append(value)
            return
        if items.fa.flow_style() and isinstance(value, dict):
            value.fa.set_flow_style()  # type: ignore[attr-defined]
        trailing = _cut_trailing(items)
        items.append(value)
        _put_trailing(items, trailing)


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


# --- comments behind the last thing of a mapping or list ---


def _last(node: Any) -> tuple[Any, Any] | None:
    """The innermost container that ends where ``node`` ends, and the key of its last thing: there ruamel keeps comments."""
    place = None
    while isinstance(node, CommentedMap | CommentedSeq) and node:
        key = list(node)[-1] if isinstance(node, CommentedMap) else len(node) - 1
        place = node, key
        inner = node[key]
        if not isinstance(inner, CommentedMap | CommentedSeq) or not inner or inner.fa.flow_style():
            break
        node = inner
    return place


def _slot(container: Any) -> int:
    return 2 if isinstance(container, CommentedMap) else 0


def _cut_trailing(node: Any) -> str:
    """Take away the lines of comments and the empty lines after ``node``; what stands in its last line stays."""
    place = _last(node)
    if place is None:
        return ""
    container, key = place
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


def _put_trailing(node: Any, text: str) -> None:
    """Put lines back after ``node``."""
    place = _last(node)
    if not text or place is None:
        return
    container, key = place
    token = CommentToken("\n" + text, CommentMark(0), None)
    tokens = container.ca.items.setdefault(key, [None] * 4)
    while len(tokens) < 4:
        tokens.append(None)
    tokens[_slot(container)] = token
