"""Detects the format of a file by its content, whatever its name."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from tactful.formats.importers import applications_csv, ics, mail
from tactful.formats.importers.feeds import (
    Entry,
    ashby,
    greenhouse,
    greenhouse_v3,
    lever,
    merge_dev,
    short,
    unified,
    workable,
)
from tactful.formats.importers.ics.lines import looks_like_calendar
from tactful.formats.importers.items import Item, Items, Log
from tactful.source.codes.imports import MorePages, UnknownFormat
from tactful.source.codes.text import BadEncoding, TooLarge
from tactful.source.diagnostics import InvalidInput, Span
from tactful.source.nodes import Mapping, Node, Scalar, Sequence, TextLimits, decode, span_at
from tactful.source.parse_json import parse_json

#: The feeds in the order in which they are tried.
_FEEDS: Final[tuple[ModuleType, ...]] = (greenhouse, greenhouse_v3, ashby, lever, workable, merge_dev, unified)
#: Keys under which feeds put a page of objects.
_WRAPPERS: Final = ("results", "data", "events")
#: The first bytes of files that are no texts, what they are, and what to do instead.
_OTHER_FILES: Final = (
    (
        b"\xd0\xcf\x11\xe0",
        "this is a message in Outlook's own format (.msg), or an old table of Excel (.xls)",
        "save a message as a mail (.eml), or the invitation in it as .ics; save a table as CSV in UTF-8",
    ),
    (
        b"PK\x03\x04",
        "this is a table of a program such as Excel (.xlsx, .ods), or an archive (.zip)",
        "save a table as CSV in UTF-8; unpack an archive, and import the files in it",
    ),
    (b"\x1f\x8b", "this is a compressed file (.gz)", "unpack it first"),
    (b"%PDF", "this is a PDF", "save the invitation (.ics) from the mail"),
    (b"\x89PNG", "this is a picture", "save the invitation (.ics) from the mail"),
    (b"\xff\xd8\xff", "this is a picture", "save the invitation (.ics) from the mail"),
)
#: The most fields of an unknown object, and reasons for skipping objects, that a message shows.
_KEYS: Final = 8
_REASONS: Final = 3
_HELP: Final = "give an .ics file, a CSV with a header, or JSON of Greenhouse, Lever, Ashby, Workable, Merge or Unified"


def read_file(data: bytes, name: str, log: Log, limits: TextLimits) -> Items:
    """Read the items of a file. Mistakes and notes go to ``log``; the other items are returned all the same."""
    try:
        bare = _checked(data, name, limits)
        if looks_like_calendar(bare):
            return ics.read(bare, name, log, limits)
        if mail.looks_like_mail(bare):
            return mail.read(bare, name, log, limits)
        text = decode(_without_page_breaks(bare), name, limits)
        log.sources[name] = text
        start = text.lstrip()[:15]
        if start[:1] in ("{", "["):
            return _feed(parse_json(text, name, limits), log)
        if start and applications_csv.looks_like_table(text):
            return applications_csv.read(text, name, log)
        log.mistake(UnknownFormat, span_at(text, 0, 0, name), "this format cannot be imported", _HELP)
    except InvalidInput as error:
        log.mistakes.extend(error.diagnostics)
        log.sources.update(error.sources)
    return ()


def _checked(data: bytes, name: str, limits: TextLimits) -> bytes:
    """The bytes of a file without a byte order mark, and a saved body decoded. Raises :class:`InvalidInput`.

    Refused are files that are larger than the limit, and files in UTF-16, UTF-32 or Outlook's own format.
    """
    start = Span(name, 0, 0, 1, 1)
    if len(data) > limits.bytes:
        help_ = "save the invitation (.ics) from the mail" if mail.looks_like_mail(data) else "split it"
        raise InvalidInput([TooLarge.at(start, f"the file is larger than {limits.bytes:,} bytes", help_)])
    for first, message, help_ in _OTHER_FILES:
        if data.startswith(first):
            raise InvalidInput([UnknownFormat.at(start, message, help_)])
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:
        message = "the file is in UTF-16 or UTF-32, not in UTF-8"
        raise InvalidInput([BadEncoding.at(start, message, "save the file as UTF-8")])
    return mail.decoded(data.removeprefix(b"\xef\xbb\xbf"))


def _without_page_breaks(data: bytes) -> bytes:
    """The bytes with spaces for vertical tabs and form feeds, which programs for tables put into cells."""
    if data.lstrip(b" \t\r\n")[:1] in (b"{", b"["):
        return data  # JSON
    return data.replace(b"\v", b" ").replace(b"\f", b" ")


def _feed(root: Node, log: Log) -> Items:
    nodes: tuple[Node, ...] = (root,)
    if isinstance(root, Sequence):
        nodes = root.items
    elif isinstance(root, Mapping):
        page = Entry(root, log)
        wrapped = next((key for key in _WRAPPERS if isinstance(page.node(key), Sequence)), None)
        if wrapped is not None:
            nodes = page.items(wrapped)
            _more_pages(page, log)
        elif "action" not in page:  # an answer about a single interview
            nodes = next(((single,) for key in _WRAPPERS if isinstance(single := page.node(key), Mapping)), nodes)
    items: list[Item] = []
    mistakes, noted = len(log.mistakes), len(log.notes)
    for node in nodes:
        items.extend(_object(node, log))
    if not nodes:
        log.not_understood(root.span, "the page is empty")
    elif not items and len(log.mistakes) == mistakes:
        reasons = dict.fromkeys(note.message for note in log.notes[noted:] if note.code != MorePages.id)
        seen = "; ".join(list(reasons)[:_REASONS]) or "it has no interview"
        log.mistake(UnknownFormat, root.span, f"nothing in this file can be imported: {seen}", _HELP)
    return tuple(items)


def _object(node: Node, log: Log) -> list[Item]:
    if not isinstance(node, Mapping):
        log.mistake(UnknownFormat, node.span, "this is not an object of a known feed", _HELP)
        return []
    entry = Entry(node, log)
    for feed in _FEEDS:
        if feed.fits(entry) and _mostly_known(entry, feed.FIELDS):
            items: list[Item] = feed.read(entry, log)
            return items
    shown = ", ".join(f"`{short(key)}`" for key in entry.keys[:_KEYS]) + (", …" if len(entry.keys) > _KEYS else "")
    seen = f"this object with the fields {shown}" if shown else "this object without fields"
    log.mistake(UnknownFormat, node.span, f"{seen} is not of a known feed", _HELP)
    return []


def _mostly_known(entry: Entry, fields: frozenset[str]) -> bool:
    """Whether a feed has at least half of an object's fields. Webhooks are known by their two fields."""
    if "action" in entry:
        return True
    known = sum(key in fields for key in entry.keys)
    return 2 * known >= len(entry.keys)


def _more_pages(page: Entry, log: Log) -> None:
    """Note that a page is not the last one. Each feed has its own key for that."""
    paging = page.node("paging")
    inner = Entry(paging, log).node("next") if isinstance(paging, Mapping) else None
    flags = (page.node(key) for key in ("hasNext", "moreDataAvailable"))
    flagged = any(isinstance(flag, Scalar) and flag.text == "true" for flag in flags)
    following = page.node("next")
    if flagged or inner is not None or (following is not None and "hasNext" not in page):
        log.more_pages(page.span)
