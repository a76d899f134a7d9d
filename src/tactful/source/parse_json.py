"""A strict reader of JSON that keeps the position of every node, and a check for duplicate keys, which quicker readers
need."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import msgspec

from tactful.source.codes.text import DuplicateKey, TooLarge, Unreadable
from tactful.source.diagnostics import Diagnostic, InvalidInput, Span
from tactful.source.nodes import DEFAULT_LIMITS, Mapping, Node, Scalar, Sequence, TextLimits, decode, span_at

_JSON_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:(?P<mark>[{}\[\],:])|(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")"""
    r"""|(?P<plain>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-]))"""
)

_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder()
#: An escape for a quotation mark. It becomes a plain one when the text is written again, and would upset the count.
_ESCAPED: Final = b"u0022"


def has_escaped_mark(text: bytes) -> bool:
    """Whether a text may have a quotation mark that is written as a number."""
    return b"\\" in text and _ESCAPED in text  # most texts have no escape, and the search for one character is quick


def has_repeated_key(text: bytes) -> bool:
    """Whether an object of a valid JSON text has a duplicate key. msgspec silently keeps the last value.

    Written again, a text has fewer quotation marks if a value was dropped, which is quick to count. Most programs write a
    text as it is written here, so that there is nothing to count.
    """
    again = _ENCODER.encode(_DECODER.decode(text))
    if again == text or (not has_escaped_mark(text) and text.count(b'"') == again.count(b'"')):
        return False
    try:
        json.loads(text, object_pairs_hook=_object, parse_int=str, parse_float=str)
    except _RepeatedKey:
        return True
    return False


class _RepeatedKey(Exception):
    """An object has a key twice."""


def _object(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) < len(pairs):
        raise _RepeatedKey


def repeated_key_mistakes(text: bytes) -> list[Diagnostic]:
    """The mistakes of a valid JSON text in which an object has a key twice, each with its path."""
    try:
        parse_json(text, "text", TextLimits(bytes=len(text)))
    except InvalidInput as error:
        return [msgspec.structs.replace(problem, span=None) for problem in error.diagnostics]
    raise AssertionError("a key is there twice")  # the reader is strict


def parse_json(data: bytes | str, name: str, limits: TextLimits = DEFAULT_LIMITS) -> Node:
    """Parse a JSON text. Raises :class:`InvalidInput` with its mistakes."""
    text = decode(data, name, limits)
    reader = _JsonReader(text, name, limits)
    node = reader.value(0)
    if text[reader.at :].strip(" \t\r\n"):
        reader.stop("there is more text after the end", reader.at)
    if reader.problems:
        raise InvalidInput(reader.problems, {name: text})
    return node


class _JsonReader:
    """Reads values recursively. The limit on depth bounds the recursion."""

    def __init__(self, text: str, name: str, limits: TextLimits) -> None:
        self.text, self.name, self.limits = text, name, limits
        self.at = 0
        self.problems: list[Diagnostic] = []
        self._path: list[str] = []
        self._nodes = 0
        self._line, self._line_start, self._counted = 1, 0, 0

    def stop(self, what: str, at: int) -> None:
        """Raise the mistakes so far and one more, after which nothing can be read."""
        at += len(self.text[at:]) - len(self.text[at:].lstrip(" \t\r\n"))
        span = span_at(self.text, at, min(at + 1, len(self.text)), self.name)
        message = f"this is not JSON: {what}"
        self.problems.append(Unreadable.at(span, message, "look for a missing quote, comma or bracket"))
        raise InvalidInput(self.problems, {self.name: self.text})

    def _token(self) -> re.Match[str]:
        token = _JSON_TOKEN.match(self.text, self.at)
        if token is None:
            self.stop("a value, a comma or a bracket is missing or misspelt", self.at)
            raise AssertionError  # stop() raises
        self.at = token.end()
        return token

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
                [TooLarge.at(span, "the text is nested too deeply or has too many values")], {self.name: self.text}
            )
        match token.lastgroup, token.group().strip():
            case "mark", "{":
                return self._object(span, depth)
            case "mark", "[":
                return self._array(span, depth)
            case "string" | "plain", _:
                return self._scalar(token, span)
            case _, mark:
                self.stop(f"there is `{mark}` instead of a value", start)
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
        token = _JSON_TOKEN.match(self.text, self.at)
        if token is None or token["mark"] != mark:
            return False
        self.at = token.end()
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
                where = f"it is also in line {keys[key.text].line}"
                path = "".join((*self._path, f".{key.text}")).removeprefix(".")
                self.problems.append(DuplicateKey.at(key.span, f"duplicate key `{key.text}`", where, path))
            keys.setdefault(key.text, key.span)
            self._mark(":")
            self._path.append(f".{key.text}")
            entries.append((key, self.value(depth + 1)))
            self._path.pop()
            done = self._mark(",", "}") == "}"
        return Mapping(tuple(entries), msgspec.structs.replace(span, end=self.at))

    def _array(self, span: Span, depth: int) -> Sequence:
        items: list[Node] = []
        done = self._peek("]")
        while not done:
            self._path.append(f"[{len(items)}]")
            items.append(self.value(depth + 1))
            self._path.pop()
            done = self._mark(",", "]") == "]"
        return Sequence(tuple(items), msgspec.structs.replace(span, end=self.at))
