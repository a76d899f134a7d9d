"""The people whom an event names: its organizer and its attendees, without rooms, groups and addresses that cannot be read."""

from __future__ import annotations

from typing import Final

from tactful.formats.importers.feeds import short
from tactful.formats.importers.ics.lines import Component, Line
from tactful.formats.importers.ics.people import is_room, is_shared, is_unread, looks_like_a_thing, person_of, shown
from tactful.formats.importers.items import Attendee, Log, Person

_ANSWERS: Final[dict[str, bool | None]] = {
    "ACCEPTED": True,
    "DECLINED": False,
    "DELEGATED": False,  # somebody else takes part instead
    "TENTATIVE": None,
    "NEEDS-ACTION": None,
}


def organizer_of(event: Component, log: Log) -> Person | None:
    """The organizer; ``None`` where the event names none. An address that nobody reads is noted."""
    line = event.first("ORGANIZER")
    person = None if line is None else person_of(line, "coordinator")
    if line is None or person is None or person.name is person.email is person.uid is None:
        return None
    _note_address(line, person, log)
    if is_unread(person):
        message = f"nobody reads mails to the organizer `{shown(person)}`, so no coordinator is added"
        log.not_understood(line.span, message)
    return person


def attendees_of(event: Component, log: Log) -> tuple[Attendee, ...]:
    """The attendees, each address once."""
    attendees: dict[str, Attendee] = {}
    for line in event.lines:
        attendee = _attendee(line, log) if line.name == "ATTENDEE" else None
        if attendee is not None:
            person = attendee.person
            attendees.setdefault(person.email or person.name or person.uid or "", attendee)
    return tuple(attendees.values())


def _attendee(line: Line, log: Log) -> Attendee | None:
    """The attendee of a line; ``None`` for a room or another thing, and after a note on who is not an interviewer."""
    kind = line.parameters.get("CUTYPE", "").strip().upper()
    person = person_of(line, "interviewer")
    if is_room(line, person):
        return None  # nobody thanks a room
    if person.name is person.email is person.uid is None:
        log.not_understood(line.span, "an attendee has neither a name nor an address and is skipped")
    elif kind == "GROUP":
        help_ = "write its members into the case by hand"
        log.not_understood(line.span, f"`{shown(person)}` is a group, not a person", help_)
    elif line.parameters.get("ROLE", "").strip().upper() == "NON-PARTICIPANT":
        message = f"`{shown(person)}` is invited for information only and is not an interviewer"
        log.not_understood(line.span, message)
    else:
        answer = (line.parameters.get("PARTSTAT") or "NEEDS-ACTION").strip().upper()
        if answer not in _ANSWERS:
            log.not_understood(line.span, f"the answer `{short(answer)}` is unknown")
        _note_address(line, person, log)
        return Attendee(person=person, accepted=_ANSWERS.get(answer), nobody=_nobody(person))
    return None


def _note_address(line: Line, person: Person, log: Log) -> None:
    """Note an address that looks like a mail address but is not a valid one."""
    if person.email is None and "@" in line.value:
        message = f"the address `{short(line.value.strip())}` is not one mail address and is left out"
        log.not_understood(line.span, message, "add it to the person under `email`")


def _nobody(person: Person) -> str | None:
    """Why an address is not a person's, in words; ``None`` where it may be."""
    if is_unread(person):
        return f"nobody reads mails to `{shown(person)}`, so it is not an interviewer"
    if looks_like_a_thing(person):
        return f"`{shown(person)}` is taken for a room or a program, not an interviewer"
    return f"`{shown(person)}` is an address of several people, not an interviewer" if is_shared(person) else None
