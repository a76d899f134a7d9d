"""Text with positions: strict YAML and JSON, every node knowing where it stands."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
import yaml

from tactful.diagnostics import Diagnostic, InvalidInput, Span
from tactful.diagnostics.text import (
    BadEncoding,
    DuplicateKey,
    ForbiddenYaml,
    TooLarge,
    Unreadable,
)


class Scalar(msgspec.Struct, frozen=True, tag=True):
    """A single value as it is written. ``plain`` is false where it is quoted or a block (``>-``, ``|``).

    A plain scalar may mean a number, yes or no, or nothing (``null``, ``~``, empty): who reads it decides by what the
    field wants, so that ``country: NO`` stays text. The span covers the value as written, its quotes included.
    """

    text: str
    plain: bool
    span: Span

    @property
    def is_null(self) -> bool:
        """Whether this is the plain ``null``, ``~`` or an empty value."""
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")


class Mapping(msgspec.Struct, frozen=True, tag=True):
    """Keys and values in the order of the text. Keys are scalars, each there once."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span


class Sequence(msgspec.Struct, frozen=True, tag=True):
    """Items in the order of the text."""

    items: tuple[Node, ...]
    span: Span


Node = Scalar | Mapping | Sequence


class TextLimits(msgspec.Struct, frozen=True):
    """How large a text may be: ``bytes``, nesting ``depth``, ``nodes`` after aliases are followed, and ``aliases``."""

    bytes: int = 1_000_000
    depth: int = 40
    nodes: int = 100_000
    aliases: int = 100


DEFAULT_LIMITS: Final = TextLimits()
#: Characters that YAML does not allow in a text: control characters other than tab and line ends, and half surrogates.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def decode(data: bytes | str, name: str, limits: TextLimits = DEFAULT_LIMITS) -> str:
    """The text in ``data``, which must be UTF-8 and within the size limit. Raises :class:`InvalidInput`."""
    if len(data) > limits.bytes:
        message = f"the text is larger than {limits.bytes:,} bytes"
        raise InvalidInput([TooLarge.at(Span(name, 0, 0, 1, 1), message, "split it, or raise the limit")])
    if isinstance(data, str):
        text = data.removeprefix("\ufeff")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8", errors="replace")
            message = f"byte {data[error.start]:#04x} is not UTF-8"
            span = span_at(before, len(before), len(before), name)
            raise InvalidInput([BadEncoding.at(span, message, "save the file as UTF-8")]) from None
    if (bad := _FORBIDDEN.search(text)) is not None:
        span = span_at(text, bad.start(), bad.end(), name)
        message = f"the character U+{ord(bad.group()):04X} may not stand in a text"
        raise InvalidInput([BadEncoding.at(span, message, "take it out")], {name: text})
    return text


def span_at(text: str, start: int, end: int, name: str) -> Span:
    """The span from ``start`` to ``end`` (characters) of ``text``."""
    line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    line = len(re.findall(r"\r\n|\r|\n", text[:line_start])) + 1
    return Span(name, start, end, line, start - line_start + 1)


# --- YAML ---


def parse_yaml(data: bytes | str, name: str, limits: TextLimits = DEFAULT_LIMITS) -> Node | None:
    """The content of a YAML text, or ``None`` where it is empty. Raises :class:`InvalidInput` with all mistakes.

    Built from the parser's events and not by recursion, so that no nesting can overflow the stack. Refused: duplicate
    keys, keys that are not single values, tags, merge keys, several documents, and whatever is over the limits.
    """
    text = decode(data, name, limits)
    builder = _YamlBuilder(text, name, limits)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        builder.problems.append(_syntax_error(error, text, name))
    if builder.problems:
        raise InvalidInput(builder.problems, {name: text})
    return builder.root


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _syntax_error(error: yaml.YAMLError, text: str, name: str) -> Diagnostic:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    context = getattr(error, "context", None)
    message = f"this is not YAML: {problem}" + (f" {context}" if context else "")
    span = None if mark is None else _point(text, mark, name)
    help_ = "look for a missing quote, bracket or colon, or an indentation that is off"
    if span is not None and text[: span.start].endswith("none of "):
        help_ = "`none of […]` cannot stand inside braces: give the condition a line of its own"
    return Unreadable.at(span, message, help_)


def _point(text: str, mark: Any, name: str) -> Span:
    lines = text.splitlines(keepends=True)
    start = min(sum(map(len, lines[: mark.line])) + mark.column, len(text))
    return Span(name, start, min(start + 1, len(text)), mark.line + 1, mark.column + 1)


class _Open:
    """A mapping or sequence whose end has not come yet."""

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
        """Take the next event."""
        match event:
            case yaml.ScalarEvent():
                span = self._span(event)
                self._checked(event, span)
                plain = event.style is None or event.style == ""
                self._anchor(event.anchor, None, 0)
                self._add(Scalar(event.value, plain, span), 1, event.anchor)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._begin(event)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._end(event)
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._stop(ForbiddenYaml, self._span(event), "a second document begins here", "write one per file")

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self.name, start.index, end.index, start.line + 1, start.column + 1)

    def _stop(self, code: type[ForbiddenYaml] | type[TooLarge], span: Span, message: str, help_: str) -> None:
        self.problems.append(code.at(span, message, help_))
        raise InvalidInput(self.problems, {self.name: self.text})

    def _checked(self, event: Any, span: Span) -> None:
        if event.tag is not None and event.tag != "!":
            message = f"the tag `{event.tag}` has no place here"
            self.problems.append(ForbiddenYaml.at(span, message, "leave the tag out"))

    def _begin(self, event: Any) -> None:
        span = self._span(event)
        self._checked(event, span)
        if len(self._open) >= self.limits.depth:
            self._stop(TooLarge, span, f"the text nests deeper than {self.limits.depth}", "make it flatter")
        self._anchor(event.anchor, None, 0)
        self._open.append(_Open(isinstance(event, yaml.MappingStartEvent), span, event.anchor))

    def _end(self, event: Any) -> None:
        done = self._open.pop()
        # A block ends where the next token begins, maybe lines further down: its last item tells better. Brackets end it.
        bracket = event.end_mark.index > event.start_mark.index
        last = done.items[-1].span.end if done.items else done.span.end
        span = msgspec.structs.replace(done.span, end=event.end_mark.index if bracket else max(last, done.span.start))
        if done.mapping:
            pairs = zip(done.items[::2], done.items[1::2], strict=True)
            node: Node = Mapping(tuple((key, value) for key, value in pairs if isinstance(key, Scalar)), span)
        else:
            node = Sequence(tuple(done.items), span)
        self._add(node, done.size, done.anchor)

    def _anchor(self, anchor: str | None, node: Node | None, size: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = None if node is None else (node, size)

    def _alias(self, event: Any) -> None:
        span = self._span(event)
        found = self._anchors.get(event.anchor)
        self._aliases += 1
        if self._aliases > self.limits.aliases:
            self._stop(TooLarge, span, f"more than {self.limits.aliases} aliases", "write the values out")
        if found is None:
            inside = event.anchor in self._anchors
            what = "stands inside what it names" if inside else "names nothing above it"
            self.problems.append(ForbiddenYaml.at(span, f"the alias `*{event.anchor}` {what}", "write the value out"))
            self._add(Scalar("", True, span), 1, None)
        else:
            self._add(found[0], found[1], None, new=found[1])

    def _add(self, node: Node, size: int, anchor: str | None, new: int = 1) -> None:
        """Put a node in its place. ``size`` counts it and what is in it; ``new`` what is not counted yet."""
        self._nodes += new
        if self._nodes > self.limits.nodes:
            self._stop(TooLarge, node.span, f"the text has more than {self.limits.nodes:,} values in it", "split it")
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
                ForbiddenYaml.at(node.span, "a key is a single value", "write a word before the colon")
            )
            return Scalar("", True, node.span)
        if node.text == "<<" and node.plain:
            self.problems.append(ForbiddenYaml.at(node.span, "merge keys are not read here", "write the keys out"))
        first = parent.keys.setdefault(node.text, node.span)
        if first is not node.span:
            where = f"it stands in line {first.line} too"
            self.problems.append(DuplicateKey.at(node.span, f"`{node.text}` stands twice in one mapping", where))
        return node


# --- pointing into scalars ---


def can_point_inside(scalar: Scalar) -> bool:
    """Whether each character of the scalar's text stands in the file as it is: one line, no escapes, no block."""
    return inner_length(scalar) == len(scalar.text) and "\n" not in scalar.text


def inner_length(scalar: Scalar) -> int:
    """How many characters the scalar takes in the file, quotes left out."""
    return scalar.span.end - scalar.span.start - (0 if scalar.plain else 2)


def inner_span(scalar: Scalar) -> Span:
    """The span of the text inside the quotes; meaningful where :func:`can_point_inside` holds."""
    return scalar.span if scalar.plain else scalar.span.part(1, 1 + inner_length(scalar))


# --- JSON ---

_JSON_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:(?P<mark>[{}\[\],:])|(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")"""
    r"""|(?P<plain>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-]))"""
)


def parse_json(data: bytes | str, name: str, limits: TextLimits = DEFAULT_LIMITS) -> Node:
    """The content of a JSON text, strictly read. Raises :class:`InvalidInput`."""
    text = decode(data, name, limits)
    reader = _JsonReader(text, name, limits)
    node = reader.value(0)
    if text[reader.at :].strip(" \t\r\n"):
        reader.stop("something follows after the end", reader.at)
    if reader.problems:
        raise InvalidInput(reader.problems, {name: text})
    return node


class _JsonReader:
    """Reads values one by one; recursion is bounded by the depth limit."""

    def __init__(self, text: str, name: str, limits: TextLimits) -> None:
        self.text, self.name, self.limits = text, name, limits
        self.at = 0
        self.problems: list[Diagnostic] = []
        self._nodes = 0
        self._line, self._line_start, self._counted = 1, 0, 0

    def stop(self, what: str, at: int) -> None:
        """Report a mistake after which nothing can be read."""
        at += len(self.text[at:]) - len(self.text[at:].lstrip(" \t\r\n"))
        span = span_at(self.text, at, min(at + 1, len(self.text)), self.name)
        message = f"this is not JSON: {what}"
        self.problems.append(Unreadable.at(span, message, "look for a missing quote, comma or bracket"))
        raise InvalidInput(self.problems, {self.name: self.text})

    def _token(self) -> re.Match[str]:
        found = _JSON_TOKEN.match(self.text, self.at)
        if found is None:
            self.stop("a value, a comma or a bracket is missing or misspelt", self.at)
            raise AssertionError  # stop() raises
        self.at = found.end()
        return found

    def _span(self, start: int, end: int) -> Span:
        newlines = self.text.count("\n", self._counted, start)
        if newlines:
            self._line += newlines
            self._line_start = self.text.rfind("\n", 0, start) + 1
        self._counted = max(self._counted, start)
        return Span(self.name, start, end, self._line, start - self._line_start + 1)

    def value(self, depth: int) -> Node:
        """The next value."""
        token = self._token()
        self._nodes += 1
        start = token.start(token.lastgroup or 0)
        span = self._span(start, self.at)
        if depth > self.limits.depth or self._nodes > self.limits.nodes:
            raise InvalidInput(
                [TooLarge.at(span, "the text nests too deep or has too many values")], {self.name: self.text}
            )
        match token.lastgroup, token.group().strip():
            case "mark", "{":
                return self._object(span, depth)
            case "mark", "[":
                return self._array(span, depth)
            case "string" | "plain", _:
                return self._scalar(token, span)
            case _, mark:
                self.stop(f"`{mark}` stands where a value should", start)
                raise AssertionError  # stop() raises

    def _scalar(self, token: re.Match[str], span: Span) -> Scalar:
        plain = token["plain"]
        if plain is not None:
            return Scalar(plain, True, span)
        try:
            return Scalar(msgspec.json.decode(token["string"], type=str), False, span)
        except msgspec.DecodeError as error:
            self.stop(str(error).lower(), span.start)
            raise AssertionError from None  # stop() raises

    def _mark(self, *wanted: str) -> str:
        token = self._token()
        if token["mark"] not in wanted:
            self.stop(f"`{'` or `'.join(wanted)}` is missing", token.start(token.lastgroup or 0))
        return token["mark"]

    def _peek(self, mark: str) -> bool:
        found = _JSON_TOKEN.match(self.text, self.at)
        if found is None or found["mark"] != mark:
            return False
        self.at = found.end()
        return True

    def _object(self, span: Span, depth: int) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        keys: dict[str, Span] = {}
        done = self._peek("}")
        while not done:
            token = self._token()
            if token["string"] is None:
                self.stop("a key in double quotes is missing", token.start(token.lastgroup or 0))
            key = self._scalar(token, self._span(token.start("string"), self.at))
            if key.text in keys:
                where = f"it stands in line {keys[key.text].line} too"
                self.problems.append(DuplicateKey.at(key.span, f"`{key.text}` stands twice in one object", where))
            keys.setdefault(key.text, key.span)
            self._mark(":")
            entries.append((key, self.value(depth + 1)))
            done = self._mark(",", "}") == "}"
        return Mapping(tuple(entries), msgspec.structs.replace(span, end=self.at))

    def _array(self, span: Span, depth: int) -> Sequence:
        items: list[Node] = []
        done = self._peek("]")
        while not done:
            items.append(self.value(depth + 1))
            done = self._mark(",", "]") == "]"
        return Sequence(tuple(items), msgspec.structs.replace(span, end=self.at))


# --- showing ---

#: How much of a long line is shown.
_SHOWN: Final = 100


def snippet(text: str, span: Span) -> str:
    """The line that a span begins in, with carets under the span, as compilers show it. Control characters are escaped."""
    lines = re.split(r"\r\n|\r|\n", text)
    line = lines[span.line - 1] if span.line <= len(lines) else ""
    column = span.column - 1
    width = max(1, min(span.end - span.start, len(line) - column))
    offset = max(0, min(column - _SHOWN // 2, len(line) - _SHOWN))
    shown = "".join(one if one.isprintable() else "\ufffd" for one in line[offset : offset + _SHOWN].replace("\t", " "))
    width = max(1, min(width, len(shown) - (column - offset)))
    number = f"{span.line:>4} | "
    return f"{number}{shown}\n     | {' ' * (column - offset)}{'^' * width}"
