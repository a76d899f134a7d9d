"""A case as a document to edit: JSON, or YAML that keeps its comments, order and style."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark, YAMLError
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from ruamel.yaml.tokens import CommentToken

from tactful.facts.kinds import parse_yes_no
from tactful.formats.importers.merge.comments import Comments, contents, contents_of_document
from tactful.formats.importers.merge.unfold import unfold
from tactful.source.codes.imports import NotMergeable
from tactful.source.diagnostics import InvalidInput, Span

Mapped = dict[str, Any]
#: Plain texts that other YAML readers do not take for texts. Ours decides by the field.
AMBIGUOUS: Final = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|~|[-+]?[\d_.,:]+(e[-+]?\d+)?|0[xo][\da-f]+|[-+]?\.(inf|nan))"
)


#: How the library that rewrites YAML fails where it does not support something.
_FAILURES: Final = (YAMLError, NotImplementedError, AttributeError, AssertionError, LookupError, TypeError, ValueError)


class _Resolver(VersionedResolver):
    """Reads every value as text, so that moments, yes and no, or 01 are written back unchanged."""

    @property
    def versioned_resolver(self) -> Any:
        """Only an empty value is not a text."""
        return {"": [("tag:yaml.org,2002:null", re.compile("^$"))]}


class Document:
    """A case being edited. ``root`` consists of mappings and lists; in YAML all scalars are texts."""

    def __init__(self, root: Mapped, as_json: bool, sample: str = "", before: Comments | None = None) -> None:
        self.root, self._json = root, as_json
        self._sample, self._before = sample, before

    @classmethod
    def new(cls, as_json: bool) -> Document:
        """An empty case."""
        return cls({} if as_json else CommentedMap(), as_json)

    @classmethod
    def parse(cls, text: str, name: str, as_json: bool) -> Document:
        """A case without mistakes. Raises :class:`InvalidInput` where it cannot be edited, as with shared parts."""
        if as_json:
            return cls(json.loads(text), True, text)
        before = Comments(text.replace("\r\n", "\n"), name)
        try:
            root = _yaml(text).load(_readable(before))
        except _FAILURES as error:
            reason = str(getattr(error, "problem", None) or "this use of YAML is not supported")
            raise _not_mergeable(f"`{name}` cannot be rewritten: {reason}") from None
        if _shares(root, set()):
            help_ = "write out the people and interviews in place of each alias"
            raise InvalidInput([NotMergeable.at(None, f"`{name}` uses aliases to share parts", help_)])
        if contents_of_document(root) != contents(before.root):
            raise _not_mergeable(f"`{name}` cannot be rewritten without changing values")
        return cls(root, False, text, before)

    def dump(self) -> str:
        """The text of the document. Raises :class:`InvalidInput` where comments or values would be lost."""
        if self._json:
            return json.dumps(self.root, indent=2, ensure_ascii=False) + "\n"
        out = io.StringIO()
        try:
            _yaml(self._sample).dump(self.root, out)
        except _FAILURES:
            raise _not_mergeable("the case cannot be rewritten: this use of YAML is not supported") from None
        text = out.getvalue().rstrip("\n") + "\n"
        if self._before is not None:
            self._check(text, self._before)
        return text.replace("\n", "\r\n") if "\r\n" in self._sample else text

    def is_written_in(self, text: str) -> bool:
        """Whether a text has the values of the document, and all comments of the text that it was read from."""
        try:
            if self._json:
                return bool(json.loads(text) == self.root)
            assert self._before is not None  # a document with a text has its comments
            self._check(text.replace("\r\n", "\n"), self._before)
        except (InvalidInput, json.JSONDecodeError):
            return False
        return True

    def _check(self, text: str, before: Comments) -> None:
        """Raise :class:`InvalidInput` where a rewritten text lacks a comment, or does not have the document's values."""
        try:
            after = Comments(text, "after.yaml")
        except InvalidInput:
            raise _not_mergeable("the case cannot be rewritten: this use of YAML is not supported") from None
        kept = Counter(after.texts)
        kept.subtract(before.texts)
        for no, comment in enumerate(before.texts):
            if kept[comment] < 0:
                raise _not_mergeable("this comment would be lost", before.place(no), before.text)
        if contents(after.root) != contents_of_document(self.root):
            raise _not_mergeable("the case cannot be rewritten without changing values")

    # --- values ---

    def text(self, value: str) -> str:
        """A text as a value of the document."""
        if self._json or not AMBIGUOUS.fullmatch(value):
            return value
        quoted: str = DoubleQuotedScalarString(value)
        return quoted

    def yes_no(self, value: bool) -> Any:
        """A yes or a no as a value of the document."""
        return value if self._json else "yes" if value else "no"

    def number(self, value: float) -> Any:
        """A number as a value of the document."""
        return value if self._json else str(value)

    def texts(self, values: Iterable[str]) -> Any:
        """A list of texts as a value of the document, on one line."""
        if self._json:
            return list(values)
        items = CommentedSeq(map(self.text, values))
        items.fa.set_flow_style()
        return items

    def mapping(self, fields: Mapped, on_one_line: bool = False) -> Any:
        """A new mapping."""
        if self._json:
            return fields
        mapping = CommentedMap(fields)
        if on_one_line:
            mapping.fa.set_flow_style()
        return mapping

    # --- edits ---

    def put(self, mapping: Mapped, key: str, value: Any) -> None:
        """Set a field. A new field comes last, before any comment after the mapping."""
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

    def drop(self, mapping: Mapped, key: str) -> None:
        """Remove a field, if it is there. Comments on lines of their own stay."""
        if key not in mapping:
            return
        keys = list(mapping)
        trailing = "" if self._json else _cut_before(mapping, key) + _cut_after(mapping, key)
        del mapping[key]
        if trailing and len(keys) > 1:
            _put_after(mapping, keys[max(keys.index(key) - 1, 0)], trailing)

    def append(self, mapping: Mapped, key: str, value: Any) -> None:
        """Append to the list of a key, before any comment after it. Creates the list if needed."""
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
        """Replace a member of a list."""
        trailing = "" if self._json else _cut_after(items, no)
        items[no] = value
        if trailing:
            _put_after(items, no, trailing)

    def remove(self, mapping: Mapped, key: str, no: int) -> None:
        """Remove a member from the list of a key. Comments on lines of their own stay."""
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
        """Turn an application in braces, and the lists around it, into block style, so that people can be added."""
        for container in (self.root, self.root.get("applications"), mapping):
            if isinstance(container, CommentedMap | CommentedSeq):
                container.fa.set_block_style()


def _readable(before: Comments) -> str:
    """A case as the library that rewrites YAML can read it: without tabs, and with no comments in braces."""
    plain = Comments(before.without_tabs(), "case.yaml")
    text = unfold(plain)
    if text == plain.text:
        return text
    try:
        after = Comments(text, "case.yaml")
    except InvalidInput:
        return plain.text  # comments in braces are then lost, which `_check` reports
    return text if contents(after.root) == contents(plain.root) else plain.text


def _not_mergeable(message: str, place: Span | None = None, text: str = "") -> InvalidInput:
    help_ = "write what is in braces or brackets on lines of its own, and comments on lines of their own below `---`"
    sources = {} if place is None else {place.file: text}
    return InvalidInput([NotMergeable.at(place, message, help_)], sources)


def is_no(value: Any) -> bool:
    """Whether a value of a document means no."""
    return value is False or (isinstance(value, str) and parse_yes_no(value) is False)


def _yaml(sample: str) -> Any:
    """A reader and writer that keeps the style of a text: the indentation of lists, and a leading ``---``."""
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
    """Whether a mapping or list occurs in more than one place."""
    stack = [node]
    while stack:
        part = stack.pop()
        if not isinstance(part, dict | list):
            continue
        if id(part) in seen:
            return True
        seen.add(id(part))
        stack.extend(part.values() if isinstance(part, dict) else part)
    return False


# --- comments on lines of their own, which ruamel attaches to the value before them ---


def _end(container: Any, key: Any) -> tuple[Any, Any]:
    """The innermost last container of a key's value, and its last key, which is where ruamel attaches comments."""
    inner = container[key]
    while isinstance(inner, CommentedMap | CommentedSeq) and inner and not inner.fa.flow_style():
        container, key = inner, list(inner)[-1] if isinstance(inner, CommentedMap) else len(inner) - 1
        inner = container[key]
    return container, key


def _slot(container: Any) -> int:
    return 2 if isinstance(container, CommentedMap) else 0


def _cut_after(container: Any, key: Any) -> str:
    """Remove and return the comment and empty lines after a key's value. A comment on its last line stays."""
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
    """Remove and return the comment lines between a key and its list."""
    tokens = mapping.ca.items.get(key)
    if tokens is None or len(tokens) < 4 or not tokens[3]:
        return ""
    lines = "".join(" " * token.column + token.value for token in tokens[3])
    tokens[3] = None
    return lines


def _put_after(container: Any, key: Any, lines: str) -> None:
    """Put lines after the value of a key, or of an index of a list."""
    if not lines:
        return
    container, key = _end(container, key)
    tokens = container.ca.items.setdefault(key, [None] * 4)
    tokens.extend([None] * (4 - len(tokens)))
    slot = _slot(container)
    before = "\n" if tokens[slot] is None else tokens[slot].value
    tokens[slot] = CommentToken(before + lines, CommentMark(0), None)
