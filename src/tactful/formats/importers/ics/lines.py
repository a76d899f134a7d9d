"""The lines of an iCalendar file (RFC 5545, 3.1): unfolded, with their places, sorted into components.

Lines are unfolded before they are decoded, because a fold may stand inside a character. Lines end with LF, CRLF, CR or
CRCRLF. Parameters are read more leniently than the RFC allows: programs write commas, colons and quotes as they are.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from typing import Final

from tactful.formats.importers.feeds import short
from tactful.formats.importers.items import Log, Record
from tactful.source.codes.imports import BrokenFile
from tactful.source.codes.text import BadEncoding
from tactful.source.diagnostics import InvalidInput, Span
from tactful.source.nodes import TextLimits, decode

#: The deepest nesting of components. Calendar, event and alarm take three levels.
_DEPTH: Final = 8
#: The escapes of RFC 6868 for characters that parameters cannot contain.
_CARETS: Final = {"^^": "^", "^n": "\n", "^N": "\n", "^'": '"'}
_NAME: Final = re.compile(r"\s*([\w.+/-]+)\s*(?=[;:])")
_PARAMETER: Final = re.compile(r"\s*([^=;:\"]*?)\s*(=|(?=[;:]))")
#: The end of a quoted value: what follows can only be the next parameter, the next value, or the property's value.
_END_OF_QUOTED: Final = re.compile(r'(?<!\\)"(?=\s*(?:[;:]|,\s*"))')
_ANY_END_OF_QUOTED: Final = re.compile(r'"(?=\s*[;:])')
_ENCODED: Final = re.compile(rb"[^:]*;\s*(?:ENCODING\s*=\s*)?\"?QUOTED-PRINTABLE", re.IGNORECASE)
#: LF, CRLF, CRCRLF or CR. Longer runs of CR are empty lines.
_END_OF_LINE: Final = re.compile(rb"\r{0,3}\n|\r")
_HAS_LINES: Final = re.compile(rb"[\r\n]")
#: What ends the lines of a file that has neither LF nor CR: NEL, and the separators of Unicode.
_OTHER_END_OF_LINE: Final = re.compile(rb"\xc2\x85|\xe2\x80[\xa8\xa9]")
#: The end of a value without quotes: a colon, or a semicolon that is not escaped, as in a text or as in HTML.
_END_OF_VALUE: Final = re.compile(r":|(?<!\\);")
_OPEN_ENTITY: Final = re.compile(r"&(?:amp|quot|apos|lt|gt|nbsp|#\d{1,6}|#[xX][0-9a-fA-F]{1,5})\Z")
#: The most lines of a file, once they are unfolded.
_LINES: Final = 50_000
#: The most parameters of a line. More would be slow to read.
_PARAMETERS: Final = 100
#: How far ahead the closing quote of a value is searched for, in characters.
_LONGEST_QUOTED: Final = 2_000
_COMPONENT: Final = re.compile(r"[\w-]{1,100}")
_STRUCTURE: Final = re.compile(rb"(?:BEGIN|END)\s*:", re.IGNORECASE)
#: Properties whose value has no colon, and properties whose value begins with ``mailto:``.
_DATES: Final = ("DTSTART", "DTEND", "DTSTAMP", "DURATION")
_ADDRESSES: Final = ("ATTENDEE", "ORGANIZER")
#: Properties that nothing is read from, and whose text some programs spread over lines without folding them.
_LONG: Final = ("DESCRIPTION", "COMMENT", "LOCATION")
#: Parameters with a fixed set of values, none of which begins with ``3D``.
_FIXED: Final = ("PARTSTAT", "ROLE", "CUTYPE", "RSVP", "VALUE")


class Line(Record, frozen=True):
    """A content line, unfolded and decoded. ``name`` is the property's, in capitals, as are the parameters' names."""

    name: str
    parameters: dict[str, str]
    value: str
    span: Span


class Component(Record, frozen=True):
    """A component: its own lines, and the components in it."""

    name: str
    span: Span
    lines: tuple[Line, ...]
    components: tuple[Component, ...]

    def first(self, name: str) -> Line | None:
        """The first line of a property."""
        return next((line for line in self.lines if line.name == name), None)

    def value(self, name: str) -> str | None:
        """The value of a property's first line."""
        line = self.first(name)
        return None if line is None else line.value.strip()

    def place(self, name: str) -> Span:
        """The place of a property, or of the component's beginning where the property is missing."""
        line = self.first(name)
        return self.span if line is None else line.span


def looks_like_calendar(data: bytes) -> bool:
    """Whether a file begins like a calendar."""
    start = re.sub(rb"(?:\r*\n|\r)[ \t]", b"", data.lstrip()[:400])  # a line may be folded anywhere
    return re.match(rb"BEGIN\s*:\s*VCALENDAR\b", start, re.IGNORECASE) is not None


def components(data: bytes, name: str, log: Log, limits: TextLimits) -> tuple[Component, ...]:
    """The top-level components of a file. Misplaced lines and ends are mistakes."""
    data = data.rstrip(b"\0\x1a")  # old programs fill up a file with them
    physical = re.split(_END_OF_LINE if _HAS_LINES.search(data) else _OTHER_END_OF_LINE, data)
    log.sources[name] = "\n".join(line.decode("utf-8", "replace") for line in physical)
    unfolded = _unfold(physical, name)
    if len(unfolded) > _LINES:
        log.mistake(BrokenFile, unfolded[-1].span, f"the file has more than {_LINES:,} lines", "split it")
        return ()
    reader = _Reader(log)
    before = ""
    for folded in unfolded:
        line = _line(folded, log, limits, before)
        if line is not None and not reader.take(line):
            break
        before = before if line is None else line.name
    return reader.done()


class _Folded:
    """The parts of a line that is folded."""

    def __init__(self, first: bytes, span: Span) -> None:
        self.parts, self.span = [first], span
        self.encoded = _ENCODED.match(first) is not None

    def goes_on_with(self, line: bytes) -> bool:
        """Whether the next line of the file belongs to this one, and its part if it does."""
        if self.encoded and self.parts[-1].endswith(b"=") and not _STRUCTURE.match(line):
            self.parts[-1] = self.parts[-1][:-1]
            self.parts.append(line)
            return True
        if line[:1] in (b" ", b"\t"):
            self.parts.append(line[1:])
            return True
        return False


def _unfold(physical: list[bytes], file: str) -> list[_Folded]:
    """The lines, unfolded. A line that begins with a space or a tab continues the line before it."""
    lines: list[_Folded] = []
    start, after_empty = 0, True
    for number, line in enumerate(physical, 1):
        length = len(line.decode("utf-8", "replace")) if line else 0
        if line and (after_empty or not lines[-1].goes_on_with(line)):
            lines.append(_Folded(line, Span(file, start, start + length, number, 1)))
            if len(lines) > _LINES:
                break
        start, after_empty = start + length + 1, not line
    return lines


def _line(folded: _Folded, log: Log, limits: TextLimits, before: str) -> Line | None:
    """The content line; ``None`` for an empty line, and after a note or a mistake. ``before``: the property before it."""
    try:
        text = decode(b"".join(folded.parts), folded.span.file, limits)
    except InvalidInput as error:
        log.mistake(BadEncoding, folded.span, error.diagnostics[0].message, error.diagnostics[0].help)
        return None
    if not text.strip():
        return None
    line = _split(text, folded.span)
    if line is not None:
        return _decoded(line, log)
    if before in _LONG:
        log.not_understood(folded.span, f"a line that is not a property is skipped, as a part of `{before}`")
    elif text.lstrip()[:2].upper() != "X-":  # programs may write what they like into properties of their own
        message = "the line is not a property, which is a name, a colon and a value"
        log.mistake(BrokenFile, folded.span, message, "save the file again")
    return None


def _split(text: str, span: Span) -> Line | None:
    """A line in its parts; ``None`` where it is not a property."""
    match = _NAME.match(text)
    if match is None:
        return None
    name, at, parameters = match[1].upper(), match.end(), dict[str, str]()
    count = 0
    while text[at : at + 1] == ";":
        count += 1
        key = _PARAMETER.match(text, at + 1)
        if key is None or count > _PARAMETERS:
            return None
        at, value = _parameter(text, key.end()) if key[2] else (key.end(), "")
        parameters.setdefault(key[1].upper(), value)
    if text[at : at + 1] != ":":
        return None
    value = _rejoined(name, text[at + 1 :], parameters)
    plain = {key: re.sub(r"\^[\^nN']", lambda caret: _CARETS[caret[0]], given) for key, given in parameters.items()}
    return Line(name=name, parameters=plain, value=value, span=span)


def _parameter(text: str, at: int) -> tuple[int, str]:
    """Where the value of a parameter ends, and the value. Values of a list are joined by commas."""
    values: list[str] = []
    while (start := _after_space(text, at)) < len(text) and text[start] == '"':
        stop = start + _LONGEST_QUOTED
        end = _END_OF_QUOTED.search(text, start + 1, stop) or _ANY_END_OF_QUOTED.search(text, start + 1, stop)
        if end is None:
            break  # the quote is not closed, so it is a part of the value
        values.append(text[start + 1 : end.start()])
        at = _after_space(text, end.end())
        if text[at] != ",":
            return at, ",".join(values)
        at += 1
    ends = (end.start() for end in _END_OF_VALUE.finditer(text, at))
    stop = next(
        (end for end in ends if text[end] == ":" or not _OPEN_ENTITY.search(text, max(at, end - 9), end)), len(text)
    )
    return stop, ",".join((*values, text[at:stop].strip()))


def _after_space(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t"):
        at += 1
    return at


def _rejoined(name: str, value: str, parameters: dict[str, str]) -> str:
    """The property's value, after moving its beginning to the last parameter if that was cut at a colon without quotes."""
    if not parameters:
        return value
    head, end = "", max(0, value.lower().find("mailto:"))
    if name in _DATES:
        head, _, value = value.rpartition(":")
    elif name in _ADDRESSES and value[:end].endswith(":") and "@" not in value[:end]:
        head, value = value[: end - 1], value[end:]
    if head:
        key = next(reversed(parameters))
        rest, *others = head.split(";")
        parameters[key] = f"{parameters[key]}:{rest}"
        for other in others:
            key, _, given = other.partition("=")
            parameters.setdefault(key.strip().upper(), given.strip().strip('"'))
    return value


def _decoded(line: Line, log: Log) -> Line | None:
    """The line with its value decoded, as vCalendar 1.0 encodes it; ``None`` after reporting a mistake."""
    for key in _FIXED:
        if line.parameters.get(key, "").upper().startswith("3D"):
            message = f"`{key}` begins with `3D`: the line is in quoted-printable, as mails are sent"
            help_ = "import the whole mail (.eml), or save the invitation from the mail program"
            log.mistake(BrokenFile, line.span, message, help_)
            return None
    given = line.parameters
    encoding = "QUOTED-PRINTABLE" if "QUOTED-PRINTABLE" in given else given.get("ENCODING", "8BIT").upper()
    if encoding not in ("QUOTED-PRINTABLE", "BASE64", "B") or given.get("VALUE", "").upper() == "BINARY":
        return line
    raw = line.value.encode()
    try:
        plain = quopri.decodestring(raw) if encoding == "QUOTED-PRINTABLE" else base64.b64decode(raw, validate=True)
        text = plain.decode(given.get("CHARSET") or "utf-8")
        decode(text, line.span.file)
    except (LookupError, ValueError, binascii.Error, InvalidInput):
        if line.name in ("ATTACH", "PHOTO", "DESCRIPTION"):
            return line  # nothing is read from them
        message = f"the value of `{short(line.name)}` cannot be decoded from {encoding.lower()}"
        log.mistake(BrokenFile, line.span, message, "save the file again")
        return None
    if encoding == "QUOTED-PRINTABLE" and "=" in given.get("CN", ""):
        given = {**given, "CN": quopri.decodestring(given["CN"].encode()).decode("utf-8", "replace")}
    return Line(name=line.name, parameters=given, value=text, span=line.span)


class _Open:
    """A component whose end has not been read yet."""

    def __init__(self, name: str, span: Span) -> None:
        self.name, self.span = name, span
        self.lines: list[Line] = []
        self.components: list[Component] = []


class _Reader:
    def __init__(self, log: Log) -> None:
        self._log = log
        self._top: list[Component] = []
        self._open: list[_Open] = []

    def take(self, line: Line) -> bool:
        """Process the next line. Returns whether the following lines can be read."""
        word = line.value.strip().upper()
        if line.name == "BEGIN":
            if _COMPONENT.fullmatch(word) is None:
                message = "the lines of the calendar run into each other"
                help_ = "save the file again: each property has a line of its own, without a space before it"
                self._log.mistake(BrokenFile, line.span, message, help_)
                self._open.clear()
                return False
            self._open.append(_Open(word, line.span))
            if len(self._open) > _DEPTH:
                self._log.mistake(BrokenFile, line.span, f"components are nested deeper than {_DEPTH} levels")
                return False
        elif line.name == "END":
            return self._end(line, word)
        elif not self._open:
            self._log.mistake(BrokenFile, line.span, "the line is outside of `BEGIN` and `END`")
        else:
            self._open[-1].lines.append(line)
        return True

    def _end(self, line: Line, word: str) -> bool:
        if not self._open or self._open[-1].name != word:
            expected = (
                f"`END:{short(self._open[-1].name)}` is missing before it" if self._open else "no component is open"
            )
            self._log.mistake(BrokenFile, line.span, f"`END:{short(word)}` has no matching `BEGIN`: {expected}")
            self._open.clear()
            return False
        done = self._open.pop()
        component = Component(
            name=done.name, span=done.span, lines=tuple(done.lines), components=tuple(done.components)
        )
        (self._open[-1].components if self._open else self._top).append(component)
        return True

    def done(self) -> tuple[Component, ...]:
        """The components, at the end of the text."""
        for component in self._open:
            help_ = "the file was probably cut off: save it again"
            self._log.mistake(BrokenFile, component.span, f"`BEGIN:{short(component.name)}` has no `END`", help_)
        return tuple(self._top)
