"""The people of an invitation: names and addresses, as programs write them."""

from __future__ import annotations

import re
import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Final
from urllib.parse import unquote

from tactful.facts.shape import Role
from tactful.formats.importers.feeds import short
from tactful.formats.importers.ics.lines import Line
from tactful.formats.importers.items import Person, words

#: Quotes that programs put around names, each with the one that closes it.
_QUOTES: Final = {
    '"': '"',
    "'": "'",
    "`": "'",
    "\u2018": "\u2019",
    "\u201a": "\u2018",
    "\u201c": "\u201d",
    "\u201d": "\u201d",
    "\u201e": "\u201c",
    "\u00ab": "\u00bb",
    "\u00bb": "\u00ab",
}
#: What programs write for a name that they do not have.
_NO_NAMES: Final = ("null", "none", "undefined", "(null)", "nil", "n/a", "unknown")
#: The longest name or address, in characters.
_LONGEST: Final = 500
_ADDRESS: Final = re.compile(r"[^\s@<>()\[\]:;,\"\\\x00-\x1f\x7f]+@[^\s@<>()\[\]:;,\"\\\x00-\x1f\x7f]+")
_NAME_AND_ADDRESS: Final = re.compile(r"(?P<name>[^<>]*)<\s*(?:mailto:)?(?P<address>[^<>]+?)\s*>?\s*", re.IGNORECASE)
_ADDRESS_IN_NAME: Final = re.compile(r"\s*[<(\[]\s*(?:mailto:)?[^\s<>()]+@[^\s<>()]+\s*[>)\]]\s*", re.IGNORECASE)
#: Addresses that nobody reads.
_UNREAD: Final = re.compile(
    r"(?:.*[._+-])?(?:no|do-?not|dont|never)[._-]?reply(?:[._+-].*)?|mailer-daemon|postmaster|bounces?(?:[+-].*)?"
    r"|notifications?|automated|scheduler|calendar-(?:notification|invite)s?",
)
#: Addresses that several people read.
_SHARED: Final = words(
    "all everybody everyone staff team teams group interviewers interviews interview panel hiring recruiting recruitment "
    "recruiters talent talents talentacquisition talent-acquisition people hr jobs job careers career info office contact "
    "hello engineering"
)


def person_of(line: Line, role: Role | None) -> Person:
    """The person of a calendar address: the name, and the address if it is a mail address."""
    name = _name(line.parameters.get("CN", ""))
    own, address = _address(line.parameters.get("EMAIL", ""))
    if address is None:
        own, address = _address(line.value)
    name = name or own
    uid = line.value.strip()
    return Person(name=name, email=address, role=role, uid=None if address or name or not uid else uid)


def is_room(line: Line, person: Person) -> bool:
    """Whether a calendar address is a room's or another thing's, by its kind or by its address."""
    local, _, domain = (person.email or "").rpartition("@")
    things = domain == "resource.calendar.google.com" or domain.endswith(".resource.calendar.google.com")
    calendars = domain == "group.calendar.google.com" and bool(local)
    return things or calendars or line.parameters.get("CUTYPE", "").strip().upper() in ("ROOM", "RESOURCE")


def is_unread(person: Person) -> bool:
    """Whether an address is one that nobody reads, such as ``no-reply@acme.com``."""
    return _UNREAD.fullmatch((person.email or "").rpartition("@")[0]) is not None


def is_shared(person: Person) -> bool:
    """Whether an address is one that several people read, such as ``jobs@acme.com``, and the name is no person's."""
    if (person.email or "").rpartition("@")[0] not in _SHARED:
        return False
    named = [word.casefold() for word in re.findall(r"\w+", person.name or "")]
    return len(named) < 2 or not _SHARED.isdisjoint(named)


def shown(person: Person) -> str:
    """A person in a message."""
    return short(person.name or person.email or person.uid or "")


def _name(text: str) -> str | None:
    """A name without quotes, escapes and encodings; ``None`` where it is none."""
    if len(text) > _LONGEST:
        return None
    if "=?" in text:
        text = _decoded_words(text)
    text = re.sub(r"\\([nN])", " ", text)
    text = re.sub(r"\\(.)", r"\1", text)
    text = _ADDRESS_IN_NAME.sub(" ", text)
    text = _unquoted(" ".join(unicodedata.normalize("NFC", text).split()))
    # Some programs put the address in place of the name.
    return None if not text or "@" in text or text.casefold() in _NO_NAMES else text


def _decoded_words(text: str) -> str:
    """A text with its encoded words (RFC 2047) decoded, where they can be."""
    try:
        return str(make_header(decode_header(text)))
    except (LookupError, ValueError, HeaderParseError):
        return text


def _unquoted(text: str) -> str:
    """A text without the quotes around it."""
    while len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and not re.search(f"{re.escape(text[-1])}\\s", text[1:-1]):
        text = text[1:-1].strip()
    return "" if text in ("'", '"', "''", '""') else text


def _address(text: str) -> tuple[str | None, str | None]:
    """The name and the mail address in a value such as ``mailto:Dana Ruiz <dana@acme.com>``."""
    name, text = None, " ".join(text.split())
    if len(text) > _LONGEST:
        return None, None
    while True:
        before = text
        text = _unquoted(text)
        if text[:7].lower() == "mailto:":
            text = unquote(_without_query(text[7:])).lstrip("/").strip()
        elif (match := _NAME_AND_ADDRESS.fullmatch(text)) is not None:
            name, text = name or _name(match["name"]), match["address"].strip()
        if text == before:
            break
    text = unicodedata.normalize("NFC", text).lower()
    return name, text if _ADDRESS.fullmatch(text) else None


def _without_query(text: str) -> str:
    """An address without the query that a link may have: ``dana@acme.com?subject=Interview``."""
    head, mark, _ = text.partition("?")
    return head if mark and "@" in head else text
