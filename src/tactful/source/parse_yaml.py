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

    A sentence that should be in quotes is told and passed over. Raises :class:`InvalidInput` where the rest is unreadable.
    """
    mistakes: list[Diagnostic] = []
    readable = text
    while True:
        builder = _YamlBuilder(text, name, limits)
        try:
            for event in yaml.parse(readable, Loader=LOADER):
                builder.take(event)
        except yaml.YAMLError as error:
            mistake, mended = explained(error, text, readable, name)
            mistakes.append(mistake)
            if mended is None or len(mistakes) >= min(_MOST_MENDED, _MOST_READ // len(text)):
                raise InvalidInput([*mistakes, *builder.problems], {name: text}) from None
            readable = mended
        else:
            return builder.root, (*mistakes, *builder.problems)


#: The most mistakes of grammar that are told in one go.
_MOST_MENDED: Final = 20
#: The most characters that are read to tell them: a long text is read less often.
_MOST_READ: Final = 2_000_000


class _Open:
    """A mapping or sequence whose end has not been read yet."""

    def __init__(self, mapping: bool, span: Span, anchor: str | None) -> None:
        self.mapping, self.span, self.anchor = mapping, span, anchor
        self.items: list[Node] = []
        self.keys: dict[str, Span] = {}
        self.size = 1


class _YamlBuilder:
    def __init__(self, text: str, name: str, limits: TextLimits) -> None:
        self.text, self.name, self.limits = text, name, limits
        self.problems: list[Diagnostic] = []
        self.root: Node | None = None
        self._documents = self._nodes = self._aliases = 0
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int] | None] = {}

    def take(self, event: yaml.Event) -> None:
        """Process the next event."""
        if type(event) is yaml.ScalarEvent:  # most events are
            self._scalar(event)
            return
        match event:
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._begin(event)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._end(event)
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._stop(
                        ForbiddenYaml,
                        self._span(event),
                        "a second document begins here",
                        "put each document into its own file",
                    )

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        span, style, anchor = self._span(event), event.style, event.anchor
        if event.tag is not None:
            self._checked(event, span)
        if style == ">":
            self._block(event, span)
        if anchor is not None:
            self._anchor(anchor, None, 0)
        self._add(Scalar(event.value, not style, span), 1, anchor)

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self.name, start.index, end.index, start.line + 1, start.column + 1)

    def _stop(self, code: type[ForbiddenYaml] | type[TooLarge], span: Span, message: str, help_: str) -> None:
        self.problems.append(code.at(span, message, help_))
        raise InvalidInput(self.problems, {self.name: self.text})

    def _checked(self, event: Any, span: Span) -> None:
        if event.tag is not None and event.tag != "!":
            message = f"the tag `{event.tag}` is not allowed"
            help_ = self._in_words(span) or "remove the tag, or put the text in quotes"
            self.problems.append(ForbiddenYaml.at(span, message, help_))

    def _block(self, event: yaml.ScalarEvent, span: Span) -> None:
        """Report a comparison such as ``>3``, which begins an empty block of text."""
        help_ = None if event.value.strip() else self._in_words(span)
        if help_ is not None:
            self.problems.append(ForbiddenYaml.at(span, "an empty block of text begins here", help_))

    def _in_words(self, span: Span) -> str | None:
        """The help for a comparison in signs that YAML reads as something else."""
        written = self.text[span.start :].split("\n", 1)[0].split(" #", 1)[0].strip()
        words = in_words(written) if written[:1] in ("!", ">", "*") else None
        return None if words is None else f"write `{words}`"

    def _begin(self, event: Any) -> None:
        span = self._span(event)
        self._checked(event, span)
        if len(self._open) >= self.limits.depth:
            self._stop(TooLarge, span, f"the text is nested deeper than {self.limits.depth} levels", "make it flatter")
        if event.anchor is not None:
            self._anchor(event.anchor, None, 0)
        self._open.append(_Open(isinstance(event, yaml.MappingStartEvent), span, event.anchor))

    def _end(self, event: Any) -> None:
        done = self._open.pop()
        # The parser ends a block at the next token, which may be lines further down, so the last item's end is used.
        # Brackets have an end of their own.
        bracket = event.end_mark.index > event.start_mark.index
        last = done.items[-1].span.end if done.items else done.span.end
        span = msgspec.structs.replace(done.span, end=event.end_mark.index if bracket else max(last, done.span.start))
        if done.mapping:
            pairs = zip(done.items[::2], done.items[1::2], strict=True)
            node: Node = Mapping(tuple((key, value) for key, value in pairs if isinstance(key, Scalar)), span)
        else:
            node = Sequence(tuple(done.items), span)
        self._add(node, done.size, done.anchor)

    def _anchor(self, anchor: str, node: Node | None, size: int) -> None:
        self._anchors[anchor] = None if node is None else (node, size)

    def _alias(self, event: Any) -> None:
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
            self._add(Scalar(event.anchor, True, span), 1, None)
        else:
            self._add(target[0], target[1], None, new=target[1])

    def _add(self, node: Node, size: int, anchor: str | None, new: int = 1) -> None:
        """Add a node to its parent. ``size`` counts it and all nodes in it, ``new`` those that are not counted yet."""
        self._nodes += new
        if self._nodes > self.limits.nodes:
            self._stop(TooLarge, node.span, f"the text has more than {self.limits.nodes:,} values", "split it")
        if anchor is not None:
            self._anchor(anchor, node, size)
        if not self._open:
            self.root = None if isinstance(node, Scalar) and node.is_null else node
            return
        parent = self._open[-1]
        parent.size += size
        if parent.mapping and len(parent.items) % 2 == 0:
            node = self._key(node, parent)
        parent.items.append(node)

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
