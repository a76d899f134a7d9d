"""What became of a calendar file's entries: kept, changed, or cancelled.

RFC 5545 asks for a SEQUENCE that grows with every change of an entry. A plan knows nothing of the plans before it; the last
file does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from icalendar import Calendar as ICalendar
from icalendar import Component

from tactful.source.codes.plans import ForeignCalendar, UnreadableCalendar
from tactful.source.diagnostics import Diagnostic, InvalidInput

PRODID: Final = "-//tactful//plan//EN"
#: What the UIDs of entries end with.
OWN_DOMAIN: Final = "@tactful"
#: What tells one state of an entry from another, and is no part of what the entry says.
_BOOKKEEPING: Final = ("SEQUENCE", "DTSTAMP")


def value(entry: Component, name: str) -> Any:
    """A property that the entry has: one of the library's some thirty types, which goes with the name."""
    return entry[name]


def previous_entries(data: bytes, mark: str, name: str) -> list[Component]:
    """The entries of the last file. Raises :class:`InvalidInput` where it is not ours, or of another case than ``mark``."""
    try:
        read = ICalendar.from_ical(data)
    except (ValueError, KeyError, IndexError, AttributeError, TypeError):  # whatever the library trips over
        raise _unreadable(name) from None
    if not isinstance(read, ICalendar) or any(one.errors for one in read.walk()):
        raise _unreadable(name)
    if str(read.get("PRODID", "")) != PRODID:
        raise _foreign(f"`{name}` was not written by `tactful plan`")
    if str(read.get("X-TACTFUL-CASE", "")) != mark:
        raise _foreign(f"`{name}` is the plan of another candidate, or of another choice of applications")
    entries = [one for one in read.subcomponents if one.name != "VTIMEZONE"]
    for one in entries:
        if not _is_ours(one):
            raise _foreign(f"`{name}` has an entry in it that others put there: `{one.get('SUMMARY', one.name)}`")
    return entries


def merged(new: list[Component], old: list[Component], now: datetime) -> list[Component]:
    """The entries of the next file: those advised, then those that no longer are."""
    before = {str(one["UID"]): one for one in old}
    kept = [_next(one, before.get(str(one["UID"]))) for one in _as_read(new)]
    advised = {str(one["UID"]) for one in kept}
    return kept + [_gone(one, now) for one in old if str(one["UID"]) not in advised]


def _next(new: Component, old: Component | None) -> Component:
    """The entry as it is now: the old one where nothing changed, else the new one with the next SEQUENCE."""
    if old is None:
        return new
    if _content(new) == _content(old):
        return old
    return _numbered(new, int(value(old, "SEQUENCE")) + 1)


def _gone(old: Component, now: datetime) -> Component:
    """The entry of what is no longer advised: cancelled, unless it is an event of the past."""
    if str(old.get("STATUS")) == "CANCELLED" or (old.name == "VEVENT" and _over(old, now)):
        return old
    cancelled = old.copy(recursive=True)
    cancelled.subcomponents = []  # nothing is to ring for it any more
    cancelled.pop("STATUS", None)
    cancelled.add("status", "CANCELLED")
    cancelled.pop("DTSTAMP")
    cancelled.add("dtstamp", now.astimezone(UTC))
    return _numbered(cancelled, int(value(old, "SEQUENCE")) + 1)


def _over(event: Component, now: datetime) -> bool:
    end = value(event, "DTEND" if "DTEND" in event else "DTSTART")
    return isinstance(end.dt, datetime) and bool(end.dt <= now)


def _numbered(entry: Component, sequence: int) -> Component:
    entry.pop("SEQUENCE")
    entry.add("sequence", sequence)
    return entry


def _content(entry: Component) -> bytes:
    plain = entry.copy(recursive=True)
    for name in _BOOKKEEPING:
        plain.pop(name, None)
    return bytes(plain.to_ical())


def _as_read(entries: Iterable[Component]) -> list[Component]:
    """The entries as they come back from a file, so that they compare with those that do."""
    return [Component.from_ical(one.to_ical()) for one in entries]


def _is_ours(entry: Component) -> bool:
    own = entry.name in ("VTODO", "VEVENT") and str(entry.get("UID", "")).endswith(OWN_DOMAIN)
    return own and isinstance(entry.get("SEQUENCE"), int) and "DTSTAMP" in entry


def _unreadable(name: str) -> InvalidInput:
    problem: Diagnostic = UnreadableCalendar.at(
        None, f"`{name}` is not an iCalendar file", "name another file; this one is left as it is"
    )
    return InvalidInput([problem])


def _foreign(message: str) -> InvalidInput:
    problem: Diagnostic = ForeignCalendar.at(None, message, "name another file; this one is left as it is")
    return InvalidInput([problem])
