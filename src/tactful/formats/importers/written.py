"""Names and addresses of people, as programs write them in invitations, feeds and tables."""

from __future__ import annotations

import html
import re
import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Final
from urllib.parse import unquote

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
_PLAIN: Final = re.compile(r"[^\s@<>()\"':;,]+@[^\s@<>()\"':;,]+")
_NAME_AND_ADDRESS: Final = re.compile(r"(?P<name>[^<>]*)<\s*(?:mailto:)?(?P<address>[^<>]+?)\s*>?\s*", re.IGNORECASE)
_NAME_BEHIND: Final = re.compile(r"(?P<address>[^\s()<>]+@[^\s()<>]+)\s*\((?P<name>[^()]*)\)")
_ADDRESS_IN_NAME: Final = re.compile(r"\s*[<(\[]\s*(?:mailto:)?[^\s<>()]+@[^\s<>()]+\s*[>)\]]\s*", re.IGNORECASE)
#: Characters as HTML writes them, which some programs do everywhere.
_ENTITY: Final = re.compile(r"&(?:amp|quot|apos|lt|gt|nbsp|#\d{1,6}|#[xX][0-9a-fA-F]{1,5});")
_SCHEMES: Final = ("mailto:", "smtp:")


def is_address(text: str) -> bool:
    """Whether a text is a mail address and nothing else."""
    return _PLAIN.fullmatch(text) is not None


def read_name(text: str) -> str | None:
    """A name without quotes, escapes and encodings; ``None`` where it is none."""
    if len(text) > _LONGEST:
        return None
    if "=?" in text:
        text = decoded_words(text)
    text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    text = re.sub(r"\\([nN])", " ", text)
    text = re.sub(r"\\(.)", r"\1", text)
    text = _ADDRESS_IN_NAME.sub(" ", text)
    text = _unquoted(" ".join(unicodedata.normalize("NFC", text).split()))
    # Some programs put the address in place of the name.
    return None if not text or "@" in text or text.casefold() in _NO_NAMES else text


def decoded_words(text: str) -> str:
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


def read_address(text: str) -> tuple[str | None, str | None]:
    """The name and the mail address in a value such as ``mailto:Dana Ruiz <dana@acme.com>``."""
    name, text = None, " ".join(text.split())
    if len(text) > _LONGEST:
        return None, None
    while True:
        before = text
        text = _unquoted(text)
        if text.lower().startswith(_SCHEMES):
            text = unquote(_without_query(text.partition(":")[2])).lstrip("/").strip()
        elif (match := _NAME_AND_ADDRESS.fullmatch(text) or _NAME_BEHIND.fullmatch(text)) is not None:
            name, text = name or read_name(match["name"]), match["address"].strip()
        if text == before:
            break
    text = unicodedata.normalize("NFC", text).lower()
    return name, text if _ADDRESS.fullmatch(text) else None


def _without_query(text: str) -> str:
    """An address without the query that a link may have: ``dana@acme.com?subject=Interview``."""
    head, mark, _ = text.partition("?")
    return head if mark and "@" in head else text
