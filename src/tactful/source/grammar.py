"""Mistakes in the grammar of YAML, in the words of people who write sentences and conditions."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from tactful.source.codes.text import Unreadable
from tactful.source.diagnostics import Diagnostic
from tactful.source.nodes import span_at
from tactful.source.suggest import in_words

#: The reader of YAML: in C where it is installed.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: A key with its value on one line.
_LINE: Final = r"(?P<lead>\s*(?:-\s+)*)(?P<key>[^\s#\"'{\[\]}:-][^#:]*):\s+(?P<value>\S.*?)\s*$"
_KEY: Final = r"\s*(?:-\s+)*[A-Za-z$][\w $.-]*:(?:\s|$)"
_COMPARISON: Final = "<>=!*"
_HELP: Final = "look for a missing quote, bracket or colon, or wrong indentation"


class _Place:
    """The place of a mistake: its line, which is divided into a key and a value where it has both."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at
        self.start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
        ends = [end for end in (text.find("\n", at), text.find("\r", at)) if end >= 0]
        self.end = min(ends, default=len(text))
        self.line = text[self.start : self.end]
        self.match = re.match(_LINE, self.line)

    def without(self, start: int, sign: str = "x") -> str:
        """The text with the rest of the line from ``start`` made harmless. No other place moves."""
        return self.text[:start] + sign * (self.end - start) + self.text[self.end :]


def explained(error: yaml.YAMLError, text: str, readable: str, name: str) -> tuple[Diagnostic, str | None]:
    """The message for an error, and the text without it, of the same length; ``None`` if nothing more can be read.

    ``readable`` is the text in which earlier mistakes are made harmless.
    """
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        return Unreadable.at(None, f"this is not YAML: {reason}", _HELP), None
    at = _offset(readable, mark)
    for explain in _EXPLANATIONS:
        told = explain(error, _Place(readable, at), text, name)
        if told is not None:
            return told
    problem, context = getattr(error, "problem", "it cannot be read"), getattr(error, "context", None)
    help_ = "`none of […]` is not allowed inside braces: give the condition its own line"
    return Unreadable.at(
        span_at(text, at, min(at + 1, len(text)), name),
        f"this is not YAML: {problem}" + (f" {context}" if context else ""),
        help_ if text[:at].endswith("none of ") else _HELP,
    ), None


_Told = tuple[Diagnostic, str | None] | None


def _tab(_: yaml.YAMLError, place: _Place, text: str, name: str) -> _Told:
    before = text[place.start : place.at + 1]
    if "\t" not in before or before.strip():
        return None
    at = place.start + before.index("\t")
    message = "a tab indents this line, but YAML allows only spaces"
    return Unreadable.at(span_at(text, at, at + 1, name), message, "indent with blanks"), None


def _odd_space(_: yaml.YAMLError, place: _Place, text: str, name: str) -> _Told:
    """A line that is indented with a character that looks like a space, but that YAML does not take for one."""
    found = list(
        re.finditer(r"^[ ]*([\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff])", text[: place.at], re.MULTILINE)
    )
    if not found:
        return None
    at = found[0].start(1)
    message = f"the character U+{ord(text[at]):04X} indents this line, but YAML allows only spaces"
    return Unreadable.at(span_at(text, at, at + 1, name), message, "indent with blanks"), None


def _unclosed_quote(error: yaml.YAMLError, place: _Place, text: str, name: str) -> _Told:
    """A quote that is closed by the opening quote of a later sentence, or never."""
    opened = _open_quote(error, place)
    if opened is None:
        return None
    line = _Place(place.text, opened)
    message = f"the quote {text[opened]} that opens here is not closed in this line"
    mended = line.text[:opened] + "x" * (line.end - opened) + line.text[line.end :]
    return Unreadable.at(
        span_at(text, opened, line.end, name), message, f"close it: {text[opened : line.end]}{text[opened]}"
    ), mended


def _open_quote(error: yaml.YAMLError, place: _Place) -> int | None:
    last: Any = None
    try:
        for token in yaml.scan(place.text, Loader=LOADER):
            if token.start_mark.index >= place.at:
                break
            last = token
    except yaml.YAMLError as scanning:
        context = getattr(scanning, "context", None) or ""
        if "quoted scalar" in context:
            mark: Any = getattr(scanning, "context_mark", None)
            return None if mark is None else int(mark.index)
    quoted = isinstance(last, yaml.ScalarToken) and last.style in ("'", '"')
    if not quoted or last.start_mark.line == last.end_mark.line:
        return None
    inside = place.text[last.start_mark.index : last.end_mark.index].splitlines()[1:]
    return int(last.start_mark.index) if any(re.match(_KEY, line) for line in inside) else None


def _missing_colon(error: yaml.YAMLError, place: _Place, text: str, name: str) -> _Told:
    if "expected ':'" not in (getattr(error, "problem", None) or ""):
        return None
    mark = getattr(error, "context_mark", None)
    line = _Place(place.text, place.at if mark is None else _offset(place.text, mark))
    word = line.line.strip()
    glued = re.match(r"([\w $.-]+):(?=\S)", word)
    help_ = f"write a space after the colon: `{glued[1]}: …`" if glued is not None else "write `key: value`"
    start = line.start + len(line.line) - len(line.line.lstrip())
    message = f"`{word}` is not a key followed by a colon and a space"
    mended = line.text[: line.end - 1] + ":" + line.text[line.end :]
    return Unreadable.at(span_at(text, start, line.end, name), message, help_), mended


def _no_colon_above(error: yaml.YAMLError, place: _Place, text: str, name: str) -> _Told:
    """A line without a colon, which makes one key of itself and the next line."""
    above = place.text[: place.start].rstrip("\r\n ")
    over = _Place(place.text, len(above)) if above else None
    if over is None or ":" in over.line or place.match is None or re.match(r"\s*(?:-\s|#)", over.line):
        return None
    start = over.start + len(over.line) - len(over.line.lstrip())
    message = f"`{over.line.strip()}` is not a key followed by a colon and a space"
    mended = place.text[: over.end - 1] + ":" + place.text[over.end :]
    return Unreadable.at(span_at(text, start, over.end, name), message, "write `key: value`"), mended


def _beside_list(error: yaml.YAMLError, place: _Place, text: str, name: str) -> _Told:
    if "'-' indicator" not in (getattr(error, "problem", None) or "") and "block collection" not in (
        getattr(error, "context", None) or ""
    ):
        return None
    message = f"`{place.line.strip()}` is at the level of a list, whose items begin with `- `"
    start = place.start + len(place.line) - len(place.line.lstrip())
    help_ = "put `- ` before it, or remove the other dashes"
    return Unreadable.at(span_at(text, start, place.end, name), message, help_), None


def _deeper(error: yaml.YAMLError, place: _Place, text: str, name: str) -> _Told:
    """A line that is indented deeper than the line above it, whose key has a value already."""
    above = place.text[: place.start].rstrip("\r\n ")
    over = _Place(place.text, len(above)) if above else None
    if over is None or over.match is None or not re.match(_KEY, place.line):
        return None
    indent = len(place.line) - len(place.line.lstrip())
    if indent <= len(over.match["lead"]) or over.match["value"][0] in "{[\"'|>#&*!":
        return None
    key = over.match["key"].strip()
    message = f"this line is indented deeper than `{key}` above it, which has a value already"
    help_ = f"let it begin below `{key}`; or, if it continues the sentence, put the whole sentence in quotes"
    start = place.start + indent
    return Unreadable.at(span_at(text, start, place.end, name), message, help_), place.without(start)


def _list_beside_key(error: yaml.YAMLError, place: _Place, text: str, name: str) -> _Told:
    if place.match is None or not place.match["value"].startswith(("- ", "? ")):
        return None
    start = place.start + place.match.start("value")
    message = f"a list cannot begin on the line of `{place.match['key'].strip()}:`"
    return Unreadable.at(
        span_at(text, start, place.end, name), message, "begin it in the next line, or write `[a, b]`"
    ), (place.without(start))


def _value(error: yaml.YAMLError, place: _Place, text: str, name: str) -> _Told:
    """A sentence with signs that mean something else in YAML, or a comparison in signs."""
    if place.match is None or not _needs_quotes(place.match["value"]):
        return None
    start = place.start + place.match.start("value")
    stop = place.start + place.match.end("value")
    value = text[start:stop]
    if value[0] in "{[" and (value[-1] in "}]" or not re.search(r"[}\]]", value)):
        return None
    key = place.match["key"].strip()
    span = span_at(text, start, stop, name)
    words = in_words(value) if value[0] in _COMPARISON else None
    if words is not None:
        return Unreadable.at(span, f"`{value}` cannot be read here", f"write `{key}: {words}`"), place.without(start)
    message = f"the sentence after `{key}:` has signs that mean something else in YAML"
    return Unreadable.at(span, message, f"put the sentence in quotes: `{key}: {quoted(value)}`"), place.without(start)


def _unclosed_bracket(error: yaml.YAMLError, place: _Place, text: str, name: str) -> _Told:
    mark = getattr(error, "context_mark", None)
    if mark is None or "flow" not in (getattr(error, "context", None) or ""):
        return None
    at = _offset(place.text, mark)
    if text[at : at + 1] not in ("{", "[") or text[: place.at].endswith("none of "):
        return None
    line = _Place(place.text, at)
    close = "}" if text[at] == "{" else "]"
    message = f"the bracket {text[at]} that opens here is not closed"
    return Unreadable.at(span_at(text, at, line.end, name), message, f"close it with {close}"), None


def quoted(sentence: str) -> str:
    """A sentence in quotes, as YAML takes it. Quotes around the whole sentence are replaced."""
    if len(sentence) > 1 and sentence[0] in "'\"“‘„«" and sentence[-1] in "'\"”’“»":
        sentence = sentence[1:-1]
    if '"' not in sentence and "\\" not in sentence:
        return f'"{sentence}"'
    return "'" + sentence.replace("'", "''") + "'"


def _needs_quotes(value: str) -> bool:
    """Whether a value has signs that mean something in YAML."""
    return value[0] in "@%`&*!|>?{['\"" or ": " in value or value.endswith(":")


_EXPLANATIONS: Final = (
    *(_tab, _odd_space, _unclosed_quote, _missing_colon, _no_colon_above, _beside_list),
    *(_deeper, _list_beside_key, _value, _unclosed_bracket),
)


def _offset(text: str, mark: Any) -> int:
    lines = text.splitlines(keepends=True)
    line, column = int(mark.line), int(mark.column)
    return min(sum(map(len, lines[:line])) + column, len(text))
