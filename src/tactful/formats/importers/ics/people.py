"""The people of an invitation, and whether they are people: rooms, programs and shared addresses are not."""

from __future__ import annotations

import re
from typing import Final

from tactful.facts.shape import Role
from tactful.formats.importers.feeds import short
from tactful.formats.importers.ics.lines import Line
from tactful.formats.importers.items import Person, words
from tactful.formats.importers.written import read_address, read_name

#: Addresses that nobody reads.
_UNREAD: Final = re.compile(
    r"(?:.*[._+-])?(?:no|do-?not|dont|never)[._-]?reply(?:[._+-].*)?|mailer-daemon|postmaster|bounces?(?:[+-].*)?"
    r"|notifications?|automated|scheduler|unknownorganizer|calendar-(?:notification|invite)s?",
)
#: Addresses that several people read.
_SHARED: Final = words(
    "all everybody everyone staff team teams group interviewers interviews interview panel hiring recruiting recruitment "
    "recruiters talent talents talentacquisition talent-acquisition people hr jobs job careers career info office contact "
    "hello engineering"
)
#: Names and addresses of rooms, and of programs that take notes. Few words, because a person's name may be like a room's.
_THINGS: Final = re.compile(
    r"(?:.*\b)?(?:conference|conf|meeting|board|video|zoom|huddle|interview)[ ._-]?rooms?\b.*|room[ ._-]?\d.*"
    r"|.*\bnote[ ._-]?takers?\b.*",
    re.IGNORECASE,
)


def person_of(line: Line, role: Role | None) -> Person:
    """The person of a calendar address: the name, and the address if it is a mail address."""
    name = read_name(line.parameters.get("CN", ""))
    own, address = read_address(line.parameters.get("EMAIL", ""))
    if address is None:
        own, address = read_address(line.value)
    name = name or own
    uid = line.value.strip()
    return Person(name=name, email=address, role=role, uid=None if address or name or not uid else uid)


def is_room(line: Line, person: Person) -> bool:
    """Whether a calendar address is a room's or another thing's, by its kind or by its address."""
    local, _, domain = (person.email or "").rpartition("@")
    things = domain == "resource.calendar.google.com" or domain.endswith(".resource.calendar.google.com")
    calendars = domain == "group.calendar.google.com" and bool(local)
    return things or calendars or line.parameters.get("CUTYPE", "").strip().upper() in ("ROOM", "RESOURCE")


def looks_like_a_thing(person: Person) -> bool:
    """Whether a name or an address is one of a room, or of a program that takes notes."""
    local = (person.email or "").rpartition("@")[0]
    return any(_THINGS.fullmatch(text) is not None for text in (person.name or "", local))


def is_unread(person: Person) -> bool:
    """Whether an address is one that nobody reads, such as ``no-reply@acme.com``."""
    local, _, domain = (person.email or "").rpartition("@")
    return _UNREAD.fullmatch(local) is not None or domain.endswith(".calendar.google.com")


def is_shared(person: Person) -> bool:
    """Whether an address is one that several people read, such as ``jobs@acme.com``, and the name is no person's."""
    if (person.email or "").rpartition("@")[0] not in _SHARED:
        return False
    named = [word.casefold() for word in re.findall(r"\w+", person.name or "")]
    return len(named) < 2 or not _SHARED.isdisjoint(named)


def shown(person: Person) -> str:
    """A person in a message."""
    return short(person.name or person.email or person.uid or "")
