"""A case read from JSON, a mapping or the text of a file into rows. Every mistake is reported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

import msgspec

from tactful.facts.calendars import Calendars
from tactful.facts.reading.consistency import Consistency
from tactful.facts.reading.custom import Declared
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.reading.link import NotLinkable, link
from tactful.facts.reading.seconds_added import with_seconds
from tactful.facts.reading.validate import Reader
from tactful.facts.rows import Case
from tactful.facts.shape import CaseShape
from tactful.source.codes.case import UnreadableCase
from tactful.source.codes.text import Unreadable
from tactful.source.diagnostics import Diagnostic, InvalidInput
from tactful.source.nodes import Node, TextLimits, decode
from tactful.source.parse_json import has_escaped_mark, has_repeated_key, parse_json
from tactful.source.parse_yaml import parse_yaml

CaseInput = Case | Mapping[str, Any] | bytes | bytearray | memoryview | str
#: The message if linking a case fails although every check passed.
_UNEXPLAINED: Final = "its facts do not fit together, but no check finds the wrong fact; please report this"
#: How much is shown of a text that cannot be read.
_SHOWN: Final = 60
#: A byte is looked up many times faster as a number than as bytes.
_DOT: Final = ord(".")
_NEARLY: Final = re.compile(rb"\.999999[5-9]")
_NEARLY_TEXT: Final = re.compile(r"\.999999[5-9]")
#: A number that is too large for every reader, and how many bits a whole number may have.
_REFUSED_NUMBER: Final = msgspec.Raw(b"1e400")
_BITS: Final = 64
_NULL: Final = b"null"
_DECODER: Final = msgspec.json.Decoder(CaseShape)
_ENCODER: Final = msgspec.json.Encoder()


def read_case(
    data: CaseInput,
    calendars: Calendars,
    declared: Declared,
    limits: CaseLimits,
    now: int | None,
    name: str = "case",
    keys_checked: bool = False,
) -> Case:
    """Read JSON (bytes or text), or a mapping of plain values, dates and times. A :class:`Case` is returned as it is.

    ``now`` (seconds since 1970) replaces the case's own. Raises :class:`InvalidInput` with all mistakes. A duplicate
    key in an object is one of them, unless ``keys_checked``: then the caller looks for such keys.
    """
    if type(data) is bytes:  # the usual type first: the check for a mapping is slow
        dotless = _DOT not in data  # by far the fastest check for fractions of a second
    else:
        if isinstance(data, Case):
            return data
        if isinstance(data, Mapping):
            data, keys_checked = _encoded(data, name), True
        elif not isinstance(data, str | bytes | bytearray | memoryview):
            raise InvalidInput([_not_readable(data, name)])
        dotless = False
    size = len(data)
    if (
        size <= limits.bytes
        and (dotless or not _rounded_up(data))
        and (size <= limits.text or not _long_text(data, limits.text))
    ):
        try:
            case = link(_decoded(data, declared), now, calendars, declared, limits)
        except (msgspec.MsgspecError, NotLinkable, RecursionError, UnicodeError):
            pass  # the checks below report every mistake
        else:
            if keys_checked or not _key_twice(data, case):
                return case
    text = data if isinstance(data, str) else bytes(data)
    try:
        node = parse_json(text, name, TextLimits(limits.bytes, limits.depth))
    except InvalidInput as error:
        raise InvalidInput(map(_by_path, error.diagnostics), error.sources) from None
    return read_case_node(node, "", calendars, declared, limits, now, as_json=True)


def _decoded(data: bytes | bytearray | memoryview | str, declared: Declared) -> CaseShape:
    """The shape of a case in JSON. Raises ``msgspec.MsgspecError`` or ``UnicodeError`` where there is a mistake."""
    try:
        return _DECODER.decode(data)
    except msgspec.ValidationError:
        longer = with_seconds(data.encode() if isinstance(data, str) else bytes(data), declared)
        if longer is None:
            raise
        return _DECODER.decode(longer)


def _key_twice(data: bytes | bytearray | memoryview | str, case: Case) -> bool:
    """Whether an object of a text has a key twice. ``case`` was read from the text.

    Written again, a case has fewer quotation marks if a value was dropped. Nulls are dropped as well, so the marks of a text
    with nulls prove nothing; as many marks are a proof that nothing was dropped.
    """
    text = data.encode() if isinstance(data, str) else bytes(data)
    if _NULL not in text and text.count(b'"') == _ENCODER.encode(case.shape).count(b'"') and not has_escaped_mark(text):
        return False
    return has_repeated_key(text)


def _by_path(problem: Diagnostic) -> Diagnostic:
    """The mistake by its path, if it has one: more useful to a program than a line and a column."""
    return problem if problem.path is None else msgspec.structs.replace(problem, span=None)


def _rounded_up(data: bytes | bytearray | memoryview | str) -> bool:
    """Whether a moment may be so close before a second that the decoder would round it up to that second."""
    if isinstance(data, str):
        return _NEARLY_TEXT.search(data) is not None
    return _NEARLY.search(bytes(data)) is not None


def _long_text(data: bytes | bytearray | memoryview | str, limit: int) -> bool:
    """Whether a text may be longer than the limit, so that the thorough check is needed.

    A text that long covers at least one whole block of half the limit, and that block has no quotation mark.
    """
    text = data.encode(errors="surrogatepass") if isinstance(data, str) else bytes(data)
    if b"\\" in text:  # an escaped quotation mark does not end a text
        text = text.replace(b"\\\\", b"__").replace(b'\\"', b"__")
    half = max(1, limit // 2)
    return any(text.find(b'"', start, start + half) < 0 for start in range(0, len(text) - half, half))


def _encoded(data: Mapping[str, Any], name: str) -> bytes:
    try:
        return _json_of(data)
    except UnicodeEncodeError as error:
        raise InvalidInput([_half_characters(error, name)]) from None
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError) as error:
        help_ = "give plain values, datetimes and dates in dictionaries and lists"
        problem = UnreadableCase.at(None, f"the {name} cannot be written as JSON: {str(error).lower()}", help_)
        raise InvalidInput([problem]) from None


def _json_of(data: Mapping[str, Any]) -> bytes:
    try:
        encoded = msgspec.json.encode(data)
    except UnicodeEncodeError:
        raise
    except ValueError:  # a whole number of thousands of digits
        encoded = None
    return msgspec.json.encode(_bounded(data)) if encoded is None or b"null" in encoded else encoded


def _not_readable(data: object, name: str) -> Diagnostic:
    """The mistake of a value that is not a case at all. The value is not shown, because it may be about people."""
    kind = type(data).__name__
    return UnreadableCase.at(None, f"the {name} is a value of the type {kind}", "give a mapping or JSON")


def _half_characters(error: UnicodeEncodeError, name: str) -> Diagnostic:
    """The mistake of a text with half of a surrogate pair: no character, and nothing that JSON can hold."""
    half = f"U+{ord(error.object[error.start]):04X}"
    text = error.object[:_SHOWN].encode(errors="backslashreplace").decode()
    message = f"the {name} cannot be written as JSON: `{text}` has {half}, which is half of a character"
    return Unreadable.at(None, message, "remove it; it comes from bytes that were decoded wrongly")


def _bounded(data: Any) -> Any:
    """The data with a number that every reader refuses in place of each infinite or huge number.

    An infinite number would be written as ``null``, and a huge number cannot be written at all.
    """
    match data:
        case float() if not isfinite(data):
            return _REFUSED_NUMBER
        case int() if data.bit_length() > _BITS:
            return _REFUSED_NUMBER
        case Mapping():
            return {key: _bounded(value) for key, value in data.items()}
        case list() | tuple():
            return [_bounded(value) for value in data]
        case _:
            return data


def is_json(text: str, name: str | None = None) -> bool:
    """Whether the text of a case is JSON: by the end of the file's name, or else because it begins with a brace."""
    if name is not None and name.endswith((".json", ".yaml", ".yml")):
        return name.endswith(".json")
    return text.lstrip()[:1] == "{"


def read_case_text(
    data: bytes | str,
    name: str,
    *,
    calendars: Calendars,
    declared: Declared,
    limits: CaseLimits,
    now: int | None = None,
) -> Case:
    """Read the text of a file, YAML or JSON: JSON where ``name`` ends in ``.json`` or the text begins with a brace.

    Strict: duplicate keys are mistakes. Raises :class:`InvalidInput` with all mistakes, each with its line and column.
    """
    bounds = TextLimits(limits.bytes, limits.depth)
    text = decode(data, name, bounds)
    as_json = is_json(text, name)
    node = parse_json(text, name, bounds) if as_json else parse_yaml(text, name, bounds)
    if node is None:
        raise InvalidInput([UnreadableCase.at(None, f"`{name}` is empty", "write at least `candidate: {id: me}`")])
    return read_case_node(node, text, calendars, declared, limits, now, as_json)


def read_case_node(
    node: Node,
    text: str,
    calendars: Calendars,
    declared: Declared,
    limits: CaseLimits,
    now: int | None,
    as_json: bool,
) -> Case:
    """Read a case from a node of a parsed ``text``. Raises :class:`InvalidInput` with all mistakes, each with its place."""
    reader = Reader(declared, limits.text, as_json)
    plain = reader.read(node)
    if isinstance(plain, dict):
        Consistency(reader, calendars, limits, declared.custom).check(plain, now)
    problems = reader.problems
    if problems:
        if not text:  # bytes from a program: paths in the data are more useful than lines and columns
            problems = [msgspec.structs.replace(problem, span=None) for problem in problems]
        raise InvalidInput(problems, {node.span.file: text} if text else {})
    try:
        return link(msgspec.convert(plain, CaseShape), now, calendars, declared, limits)
    except (msgspec.MsgspecError, NotLinkable) as error:
        raise InvalidInput(
            [UnreadableCase.at(None, f"the case cannot be read: {str(error) or _UNEXPLAINED}")]
        ) from None


def read_shape(node: Node, declared: Declared, limits: CaseLimits) -> CaseShape:
    """The shape of a case, which can be changed before linking. Only types are checked; linking checks consistency.

    Raises :class:`InvalidInput` with all mistakes, each with its place.
    """
    reader = Reader(declared, limits.text, text_as_json=False)
    plain = reader.read(node)
    if reader.problems:
        raise InvalidInput(reader.problems)
    return msgspec.convert(plain, CaseShape)
