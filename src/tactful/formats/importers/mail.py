"""Mails with invitations: whole mails as mail programs save them, and bodies saved without being decoded."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from email import message_from_bytes
from email.message import Message
from typing import Final

from tactful.formats.importers import ics
from tactful.formats.importers.ics.lines import looks_like_calendar
from tactful.formats.importers.items import Items, Log
from tactful.source.codes.imports import BrokenFile, UnknownFormat
from tactful.source.diagnostics import Span
from tactful.source.nodes import TextLimits

_HEADERS: Final = re.compile(
    rb"(?:Received|Return-Path|Delivered-To|MIME-Version|Content-Type|Content-Transfer-Encoding|Message-ID|From|To|Subject"
    rb"|Date|DKIM-Signature|Reply-To)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_FIRST: Final = re.compile(rb"\s*(?:>?From \S[^\r\n]*(?:\r*\n|\r))?[A-Za-z][A-Za-z0-9-]*[ \t]*:[^\r\n]*(?:\r*\n|\r)")
#: The line before each mail of a mailbox file.
_MAILBOX: Final = re.compile(rb"(?:\A\s*|\n\r*\n)From [^\r\n]*\d\d:\d\d[^\r\n]*\r*\n")
#: The most calendars that are read from one mail.
_PARTS: Final = 50
#: The most lines of a mail that may begin a part.
_BOUNDARIES: Final = 10_000
_BASE64: Final = b"QkVHSU46VkNBTEVOREFS"  # BEGIN:VCALENDAR
_ONLY_ENCODED: Final = re.compile(rb"=(?:[0-9A-Fa-f]{2}|[ \t]*(?:[\r\n]|\Z))")
#: Signs of an encoded calendar: a code for an equals sign, or a soft line break, which is not a fold.
_SIGN: Final = re.compile(rb"=(?:3D|[ \t]*(?:\r*\n|\r)(?![ \t\r\n]|\Z))")
_PLAIN_PARAMETER: Final = re.compile(rb";[A-Za-z-]+=(?!3D|[ \t]*(?:\r*\n|\r)=)")


def looks_like_mail(data: bytes) -> bool:
    """Whether a file begins with headers of a mail."""
    first = _FIRST.match(data)
    if first is None:
        return False
    head = re.split(rb"\r{0,3}\n\r{0,3}\n|\r\r", data[:20_000].lstrip(), maxsplit=1)[0]
    known = {match[0].rstrip(b" \t:").lower() for match in _HEADERS.finditer(head) if _at_line(head, match.start())}
    return len(known) > 1 or bool(
        known & {b"received", b"return-path", b"mime-version", b"content-type", b"message-id"}
    )


def _at_line(head: bytes, at: int) -> bool:
    return at == 0 or head[at - 1 : at] in (b"\n", b"\r")


def decoded(data: bytes) -> bytes:
    """The calendar of a body that was saved in base64 or in quoted-printable; other files as they are."""
    if data.lstrip().startswith(_BASE64):
        try:
            return base64.b64decode(b"".join(data.split()), validate=True)
        except (binascii.Error, ValueError):
            return data
    return quopri.decodestring(data) if _is_quoted_printable(data) else data


def _is_quoted_printable(data: bytes) -> bool:
    """Whether a calendar is in quoted-printable: each equals sign is a code or a soft line break."""
    if not looks_like_calendar(data) or _SIGN.search(data) is None:
        return False
    codes = sum(1 for _ in _ONLY_ENCODED.finditer(data))
    encoded_property = re.search(rb"ENCODING=QUOTED-PRINTABLE", data, re.IGNORECASE)
    return codes == data.count(b"=") and _PLAIN_PARAMETER.search(data) is None and encoded_property is None


def read(data: bytes, name: str, log: Log, limits: TextLimits) -> Items:
    """Read the calendars in the mails of a file: parts of the type text/calendar, and attachments named ``*.ics``."""
    log.sources[name] = "\n".join(re.split(r"\r{0,3}\n|\r", data[:10_000].decode("utf-8", "replace")))
    span = Span(name, 0, 0, 1, 1)
    if data.count(b"\n--") > _BOUNDARIES:
        log.mistake(BrokenFile, span, f"the mail has more than {_BOUNDARIES:,} parts", "save the invitation alone")
        return ()
    try:
        mails = [message_from_bytes(mail.lstrip()) for mail in _mails(data)]
        parts = [part for mail in mails for part in mail.walk() if not part.is_multipart()]
        calendars = [(part, payload) for part in parts if (payload := _calendar(part)) is not None]
    except Exception as failure:  # a library reads a stranger's mail: any error is reported
        log.mistake(BrokenFile, span, f"the mail cannot be read: {type(failure).__name__}", "save the invitation alone")
        return ()
    if not calendars:
        message, help_ = (
            "the mail has no calendar part",
            "give a mail with an invitation, or the invitation (.ics) itself",
        )
        if any("ms-tnef" in part.get_content_type() for part in parts):
            help_ = "the invitation is in winmail.dat, which is not read: ask for it as .ics"
        log.mistake(UnknownFormat, span, message, help_)
        return ()
    items: Items = ()
    seen: set[bytes] = set()
    for no, (part, payload) in enumerate(calendars, 1):
        if no > _PARTS:
            log.mistake(BrokenFile, span, f"the mail has more than {_PARTS} calendars", "save the invitations alone")
            break
        key = b"".join(payload.split())
        if key in seen:
            continue  # the same invitation, once in the mail and once attached
        seen.add(key)
        own = name if len(calendars) == 1 else f"{name}, calendar {no}"
        items += _read_part(part, payload, own, log, limits)
    return items


def _mails(data: bytes) -> list[bytes]:
    """The mails of a mailbox file, or the only one."""
    if not data.lstrip().startswith((b"From ", b">From ")):
        return [data]
    mails = [mail for mail in _MAILBOX.split(data) if mail.strip()]
    if len(mails) > 1 or _MAILBOX.match(data) is not None:
        return mails
    return [re.sub(rb"\A\s*>?From [^\r\n]*[\r\n]+", b"", data)]


def _calendar(part: Message) -> bytes | None:
    """The content of a part if it is a calendar, by its type, its name or its beginning."""
    raw = part.get_payload(decode=True)
    payload = raw if isinstance(raw, bytes) else b""
    named = str(part.get_filename() or "").lower().endswith((".ics", ".ical", ".vcs"))
    typed = part.get_content_type() in ("text/calendar", "application/ics", "text/x-vcalendar", "application/icalendar")
    return payload if named or typed or looks_like_calendar(payload.removeprefix(b"\xef\xbb\xbf")) else None


def _read_part(part: Message, payload: bytes, name: str, log: Log, limits: TextLimits) -> Items:
    charset = str(part.get_content_charset() or "utf-8")
    if charset not in ("utf-8", "us-ascii", "ascii"):
        try:
            payload = payload.decode(charset).encode()
        except (LookupError, ValueError):
            message = "the calendar of the mail cannot be decoded from the character set that the mail names"
            log.mistake(BrokenFile, Span(name, 0, 0, 1, 1), message, "save the invitation (.ics) from the mail")
            return ()
    payload = decoded(payload.removeprefix(b"\xef\xbb\xbf"))
    if not looks_like_calendar(payload):
        log.sources[name] = payload[:10_000].decode("utf-8", "replace")
        message = "the calendar of the mail does not begin with `BEGIN:VCALENDAR`"
        log.mistake(BrokenFile, Span(name, 0, 0, 1, 1), message, "save the invitation (.ics) from the mail")
        return ()
    return ics.read(payload, name, log, limits)
