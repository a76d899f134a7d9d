"""Updates the entries of a calendar file: unchanged, changed or cancelled.

RFC 5545 requires a SEQUENCE that grows with every change of an entry. A plan does not know earlier plans, but the previous
file does.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, Final

from icalendar import Calendar as ICalendar
from icalendar import Component

from tactful.source.codes.plans import ForeignCalendar, UnreadableCalendar
from tactful.source.diagnostics import Diagnostic, InvalidInput

PRODID: Final = "-//tactful//plan//EN"
#: What the UIDs of entries end with.
OWN_DOMAIN: Final = "@tactful"
#: Properties of a revision, which are not part of an entry's content.
_BOOKKEEPING: Final = ("SEQUENCE", "DTSTAMP")


def value(entry: Component, name: str) -> Any:
    """A property that the entry has. Its type, one of icalendar's, depends on the name."""
    return entry[name]


def previous_entries(data: bytes, mark: str, name: str) -> list[Component]:
    """The entries of the previous file. Raises :class:`InvalidInput` if the file is not ours, or not for the case ``mark``."""
    try:
        read = ICalendar.from_ical(data)
    except (ValueError, KeyError, IndexError, AttributeError, TypeError):  # any error of the library
        raise _unreadable(name) from None
    if not isinstance(read, ICalendar) or any(entry.errors for entry in read.walk()):
        raise _unreadable(name)
    if str(read.get("PRODID", "")) != PRODID:
        raise _foreign(f"`{name}` was not written by `tactful plan`")
    if str(read.get("X-TACTFUL-CASE", "")) != mark:
        raise _foreign(f"`{name}` is the plan of another candidate, or of another choice of applications")
    entries = [entry for entry in read.subcomponents if entry.name != "VTIMEZONE"]
    for entry in entries:
        if not _is_ours(entry):
            raise _foreign(
                f"`{name}` has an entry that another program put there: `{entry.get('SUMMARY', entry.name)}`"
            )
    return entries


def merged(new: list[Component], old: list[Component], now: datetime) -> list[Component]:
    """The entries of the next file: current advice, then cancelled advice."""
    before = {str(entry["UID"]): entry for entry in old}
    kept = [_next(entry, before.get(str(entry["UID"]))) for entry in _as_read(new)]
    advised = {str(entry["UID"]) for entry in kept}
    return kept + [_gone(entry, now) for entry in old if str(entry["UID"]) not in advised]


def _next(new: Component, old: Component | None) -> Component:
    """The old entry if nothing changed, else the new entry with the next SEQUENCE."""
    if old is None:
        return new
    if _content(new) == _content(old):
        return old
    return _numbered(new, int(value(old, "SEQUENCE")) + 1)


def _gone(old: Component, now: datetime) -> Component:
    """The cancelled entry for advice that has ended. Past events are left unchanged."""
    if str(old.get("STATUS")) == "CANCELLED" or (old.name == "VEVENT" and _over(old, now)):
        return old
    cancelled = deepcopy(old)
    cancelled.subcomponents = []  # no more alarms
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
    plain = deepcopy(entry)
    for name in _BOOKKEEPING:
        plain.pop(name, None)
    return bytes(plain.to_ical())


def _as_read(entries: Iterable[Component]) -> list[Component]:
    """The entries written and read again, so that they can be compared with those of a file."""
    return [Component.from_ical(entry.to_ical()) for entry in entries]


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
