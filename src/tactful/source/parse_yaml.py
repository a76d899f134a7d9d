"""A strict reader of YAML that keeps the position of every node."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import yaml

from tactful.source.codes.text import DuplicateKey, ForbiddenYaml, TooLarge
from tactful.source.diagnostics import Diagnostic, InvalidInput, Span
from tactful.source.grammar import LOADER, explained
from tactful.source.nodes import DEFAULT_LIMITS, Mapping, Node, Scalar, Sequence, TextLimits, decode
from tactful.source.suggest import in_words


def parse_yaml(data: bytes | str, name: str, limits: TextLimits = DEFAULT_LIMITS) -> Node | None:
    """Parse a YAML text; ``None`` if it is empty. Raises :class:`InvalidInput` with all mistakes.

    Nodes are built from the parser's events, without recursion, so no nesting can overflow the stack. Mistakes are:
    duplicate keys, keys that are not single values, tags, merge keys, several documents, and exceeded limits.
    """
    text = decode(data, name, limits)
    root, mistakes = read_yaml(text, name, limits)
    if mistakes:
        raise InvalidInput(mistakes, {name: text})
    return root


def read_yaml(text: str, name: str, limits: TextLimits = DEFAULT_LIMITS) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """What can be read of a decoded YAML text, and its mistakes.

    A sentence that should be in quotes is reported and skipped. Raises :class:`InvalidInput` where the rest is
    unreadable.
    """
    mistakes: list[Diagnostic] = []
    readable = text
    while True:
        builder = _YamlBuilder(text, name, limits)
        try:
            builder.take_all(LOADER(readable))
        except yaml.YAMLError as error:
            mistake, mended = explained(error, text, readable, name)
            mistakes.append(mistake)
            if mended is None or len(mistakes) >= min(_MOST_MENDED, _MOST_READ // len(text)):
                raise InvalidInput([*mistakes, *builder.problems], {name: text}) from None
            readable = mended
        else:
            return builder.root, (*mistakes, *builder.problems)


#: The most mistakes of grammar that are reported at once.
_MOST_MENDED: Final = 20
#: The most characters that are read to find them: a long text is read less often.
_MOST_READ: Final = 2_000_000


class _Open(msgspec.Struct):
    """A mapping or sequence whose end has not been read yet.

    ``before``: how many nodes had been counted at its beginning. ``key``: the key whose value it is. ``items``: the nodes of
    a sequence; the keys and values of a mapping, whose ``keys`` have their places.
    """

    mapping: bool
    span: Span
    anchor: str | None
    before: int
    key: Scalar | None
    items: list[Any] = msgspec.field(default_factory=list)
    keys: dict[str, Span] = msgspec.field(default_factory=dict)


class _YamlBuilder:
    """Builds nodes from events."""

    def __init__(self, text: str, name: str, limits: TextLimits) -> None:
        self.text, self.name, self.limits = text, name, limits
        self.problems: list[Diagnostic] = []
        self.root: Node | None = None
        self._documents = self._nodes = self._aliases = 0
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int] | None] = {}

    def take_all(self, parser: Any) -> None:
        """Process all events of a parser. A pack has more than ten thousand, so each takes few steps and few calls."""
        get, name, most, opened = parser.get_event, self.name, self.limits.nodes, self._open
        scalars, starts = yaml.ScalarEvent, (yaml.MappingStartEvent, yaml.SequenceStartEvent)
        ends = yaml.MappingEndEvent, yaml.SequenceEndEvent
        parent: _Open | None = None
        key: Scalar | None = None  # of `parent`, if its value comes next
        while (event := get()) is not None:
            kind = type(event)
            if kind is scalars:
                start, style, text = event.start_mark, event.style, event.value
                span = Span(name, start.index, event.end_mark.index, start.line + 1, start.column + 1)
                scalar = Scalar(text, not style, span)
                self._nodes += 1
                if style == ">" or event.tag is not None or event.anchor is not None:
                    self._check(event, scalar)
                node: Node = scalar
            elif kind in starts:
                parent, key = self._begun(event, key), None
                opened.append(parent)
                continue
            elif kind in ends:
                done = opened.pop()
                node, key = self._ended(event, done), done.key
                parent = opened[-1] if opened else None
            elif kind is yaml.AliasEvent:
                node = self._aliased(event)
            else:
                if kind is yaml.DocumentStartEvent:
                    self._document(event)
                continue
            if self._nodes > most:
                self._stop(TooLarge, node.span, f"the text has more than {most:,} values", "split it")
            if parent is None:
                self.root = None if isinstance(node, Scalar) and node.is_null else node
            elif key is not None:
                parent.items.append((key, node))
                key = None
            elif not parent.mapping:
                parent.items.append(node)
            elif kind is scalars and text not in parent.keys and text != "<<":  # as `_key` does, for nearly all keys
                key, parent.keys[text] = scalar, span
            else:
                key = self._key(node, parent)

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(
                ForbiddenYaml,
                self._span(event),
                "a second document begins here",
                "put each document into its own file",
            )

    def _check(self, event: yaml.ScalarEvent, scalar: Scalar) -> None:
        """Report a tag and a comparison such as ``>3``, and keep an anchor."""
        if event.tag is not None:
            self._tagged(event.tag, scalar.span)
        help_ = self._in_words(scalar.span) if event.style == ">" and not scalar.text.strip() else None
        if help_ is not None:
            self.problems.append(ForbiddenYaml.at(scalar.span, "an empty block of text begins here", help_))
        if event.anchor is not None:
            self._anchors[event.anchor] = scalar, 1

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self.name, start.index, end.index, start.line + 1, start.column + 1)

    def _stop(self, code: type[ForbiddenYaml] | type[TooLarge], span: Span, message: str, help_: str) -> None:
        self.problems.append(code.at(span, message, help_))
        raise InvalidInput(self.problems, {self.name: self.text})

    def _tagged(self, tag: str, span: Span) -> None:
        if tag != "!":
            message = f"the tag `{tag}` is not allowed"
            help_ = self._in_words(span) or "remove the tag, or put the text in quotes"
            self.problems.append(ForbiddenYaml.at(span, message, help_))

    def _in_words(self, span: Span) -> str | None:
        """The help for a comparison in signs that YAML reads as something else."""
        written = self.text[span.start :].split("\n", 1)[0].split(" #", 1)[0].strip()
        words = in_words(written) if written[:1] in ("!", ">", "*") else None
        return None if words is None else f"write `{words}`"

    def _begun(self, event: Any, key: Scalar | None) -> _Open:
        """The mapping or sequence that begins, as the value of ``key`` if it stands in a mapping."""
        start, end, anchor = event.start_mark, event.end_mark, event.anchor
        span = Span(self.name, start.index, end.index, start.line + 1, start.column + 1)
        if event.tag is not None:
            self._tagged(event.tag, span)
        if len(self._open) >= self.limits.depth:
            self._stop(TooLarge, span, f"the text is nested deeper than {self.limits.depth} levels", "make it flatter")
        if anchor is not None:
            self._anchors[anchor] = None
        return _Open(type(event) is yaml.MappingStartEvent, span, anchor, self._nodes, key)

    def _ended(self, event: Any, done: _Open) -> Mapping | Sequence:
        """The mapping or sequence that ends."""
        began, end, items = done.span, event.end_mark.index, tuple(done.items)
        # The parser ends a block at the next token, which may be lines further down, so the last item's end is used.
        # Brackets have an end of their own.
        if end == event.start_mark.index:
            last: Node | None = None if not items else items[-1][1] if done.mapping else items[-1]
            end = max(began.end if last is None else last.span.end, began.start)
        span = Span(began.file, began.start, end, began.line, began.column)
        node = Mapping(items, span) if done.mapping else Sequence(items, span)
        self._nodes += 1
        if done.anchor is not None:
            self._anchors[done.anchor] = node, self._nodes - done.before
        return node

    def _aliased(self, event: Any) -> Node:
        """The node that an alias stands for."""
        span = self._span(event)
        target = self._anchors.get(event.anchor)
        self._aliases += 1
        if self._aliases > self.limits.aliases:
            self._stop(TooLarge, span, f"more than {self.limits.aliases} aliases", "write the values out")
        if target is None:
            inside = event.anchor in self._anchors
            what = "refers to a value that contains it" if inside else "has no anchor above it"
            self.problems.append(
                ForbiddenYaml.at(
                    span, f"the alias `*{event.anchor}` {what}", self._in_words(span) or "write the value out"
                )
            )
            target = Scalar(event.anchor, True, span), 1
        self._nodes += target[1]
        return target[0]

    def _key(self, node: Node, parent: _Open) -> Scalar:
        if not isinstance(node, Scalar):
            self.problems.append(
                ForbiddenYaml.at(node.span, "a key must be a single value", "write a word before the colon")
            )
            return Scalar("", True, node.span)
        if node.text == "<<" and node.plain:
            self.problems.append(ForbiddenYaml.at(node.span, "merge keys are not allowed", "write the keys out"))
        first = parent.keys.setdefault(node.text, node.span)
        if first is not node.span:
            where = f"it is also in line {first.line}"
            self.problems.append(DuplicateKey.at(node.span, f"duplicate key `{node.text}`", where))
        return node
