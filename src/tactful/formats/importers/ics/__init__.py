"""Invitations to interviews: iCalendar (RFC 5545) as it is sent by mail (RFC 5546).

REQUEST, PUBLISH and a missing method describe an interview. CANCEL with ``STATUS:CANCELLED`` cancels it; CANCEL without
that status withdraws the people it names. Replies and counter-proposals are meant for organizers and are only noted.
"""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import unquote

from icalendar import Event

from tactful.facts.shape import InterviewStatus, Role
from tactful.formats.importers.feeds import short, stage_of
from tactful.formats.importers.ics.lines import Component, components
from tactful.formats.importers.ics.zones import Zones
from tactful.formats.importers.items import (
    Attendee,
    Belonging,
    Interview,
    Item,
    Items,
    Log,
    Person,
    Version,
    Withdrawal,
)
from tactful.source.codes.imports import BrokenFile, NoEnd, NoImportZone, Recurring, WrongImportValue

SYSTEM: Final = "ics"
_RECURRENCE: Final = ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")
#: Properties that interviews are read from. All others are ignored.
_READ: Final = (
    "UID",
    "SEQUENCE",
    "DTSTAMP",
    "DTSTART",
    "DTEND",
    "DURATION",
    "ORGANIZER",
    "ATTENDEE",
    "STATUS",
    "SUMMARY",
)
_SINGLE: Final = tuple(name for name in _READ if name != "ATTENDEE")
_STATUSES: Final[dict[str, InterviewStatus]] = {
    "CONFIRMED": "scheduled",
    "TENTATIVE": "scheduled",
    "CANCELLED": "cancelled",
}
_ANSWERS: Final[dict[str, bool | None]] = {
    "ACCEPTED": True,
    "DECLINED": False,
    "DELEGATED": False,  # somebody else takes part instead
    "TENTATIVE": None,
    "NEEDS-ACTION": None,
}


def read(text: str, name: str, log: Log) -> Items:
    """Read the interviews, withdrawals and cancellations of an iCalendar text."""
    items: list[Item] = []
    for calendar in components(text, name, log):
        if calendar.name != "VCALENDAR":
            log.not_understood(calendar.span, f"the component `{short(calendar.name)}` is skipped")
            continue
        reader = _Calendar(calendar, log)
        items.extend(item for event in calendar.components if (item := reader.item(event)) is not None)
    if not items and not log.mistakes:
        log.not_understood(None, f"`{name}` has no interviews")
    return tuple(items)


class _Calendar:
    """Reads the events of one VCALENDAR."""

    def __init__(self, calendar: Component, log: Log) -> None:
        self._log = log
        self._method = (calendar.value("METHOD") or "PUBLISH").upper()
        self._zone = calendar.value("X-WR-TIMEZONE")
        self._zones = Zones(tuple(component for component in calendar.components if component.name == "VTIMEZONE"))
        self._method_span = calendar.place("METHOD")

    def item(self, component: Component) -> Item | None:
        """The item in a component; ``None`` after a note or a mistake."""
        if component.name == "VTIMEZONE":
            return None
        if component.name != "VEVENT":
            self._log.not_understood(component.span, f"the component `{short(component.name)}` is skipped")
            return None
        if self._method not in ("REQUEST", "PUBLISH", "CANCEL"):
            message = f"the method `{short(self._method)}` is skipped: it is meant for the organizer of the interview"
            self._log.not_understood(self._method_span, message)
            return None
        before = len(self._log.mistakes)
        for line in component.lines:
            if line.name in _RECURRENCE:
                help_ = "ask for one invitation for each interview, or write the interviews into the case by hand"
                self._log.mistake(Recurring, line.span, f"the event is recurring: it has `{line.name}`", help_)
        for alarm in component.components:
            self._log.not_understood(alarm.span, f"the component `{short(alarm.name)}` is skipped")
        event = self._event(component)
        if event is None or len(self._log.mistakes) > before:
            return None
        return self._read(component, event)

    def _event(self, component: Component) -> Any:
        """The event as icalendar reads it, after reporting the mistakes; ``None`` where it cannot be read."""
        for name in _SINGLE:
            if sum(line.name == name for line in component.lines) > 1:
                self._log.mistake(BrokenFile, component.place(name), f"the event has more than one `{name}`")
                return None
        try:
            with warnings.catch_warnings():  # about time zones, which are not left to icalendar
                warnings.simplefilter("ignore")
                event = Event.from_ical(component.to_ical(_READ))
        except Exception as failure:  # a library reads a stranger's text: any error is reported
            self._log.mistake(BrokenFile, component.span, f"the event cannot be read: {short(str(failure).lower())}")
            return None
        for broken, error in event.errors:
            name = str(broken).upper()
            message = f"`{name}` cannot be read: {short(error.lower())}"
            self._log.mistake(WrongImportValue, component.place(name), message)
        if not str(event.get("UID") or "").strip():
            self._log.mistake(BrokenFile, component.span, "the event has no `UID`", "save the file again")
        return event

    def _read(self, component: Component, event: Any) -> Item | None:
        uid, version = str(event["UID"]).strip(), self._version(component, event)
        status = self._status(component, event)
        attendees = self._attendees(component, event)
        if self._method == "CANCEL" and status != "cancelled":
            return self._withdrawal(component, uid, version, attendees)
        cancelled = self._method == "CANCEL"
        ended_at = self._ended_at(component, event, needed=not cancelled)
        organizer = _person(event.get("ORGANIZER"), "coordinator") if event.get("ORGANIZER") is not None else None
        invited = {attendee.person.email for attendee in attendees if attendee.person.email}
        others = () if organizer is None or organizer.email in invited else (organizer,)
        if not cancelled and ended_at is None:
            return None
        summary = " ".join(str(event.get("SUMMARY") or "").split())
        return Interview(
            system=SYSTEM,
            uid=uid,
            span=component.span,
            version=version,
            ended_at=ended_at,
            status=status or "scheduled",
            stage=stage_of(summary),
            attendees=None if cancelled else attendees,
            candidate_among=not cancelled,
            others=others,
            belonging=Belonging(
                role=_role(summary),
                time_zone=self._zone_name(event),
            ),
        )

    def _withdrawal(
        self, component: Component, uid: str, version: Version, attendees: tuple[Attendee, ...]
    ) -> Withdrawal | None:
        if attendees:
            people = tuple(attendee.person for attendee in attendees)
            return Withdrawal(system=SYSTEM, uid=uid, span=component.span, people=people, version=version)
        message = "the cancellation has neither STATUS:CANCELLED nor people to withdraw: nothing is changed"
        self._log.not_understood(component.span, message)
        return None

    # --- single properties ---

    def _version(self, component: Component, event: Any) -> Version:
        sequence = int(event.get("SEQUENCE") or 0)
        if not 0 <= sequence < 10**15:
            self._log.mistake(
                WrongImportValue, component.place("SEQUENCE"), "`SEQUENCE` must be a whole number, 0 or more"
            )
        stamp = getattr(event.get("DTSTAMP"), "dt", None)
        aware = isinstance(stamp, datetime) and stamp.tzinfo is not None
        return Version(sequence=sequence, updated_at=stamp if aware else None)

    def _status(self, component: Component, event: Any) -> InterviewStatus | None:
        text = str(event.get("STATUS") or "").strip().upper()
        if text and text not in _STATUSES:
            self._log.not_understood(component.place("STATUS"), f"the status `{short(text)}` is unknown")
        return _STATUSES.get(text)

    def _ended_at(self, component: Component, event: Any, needed: bool) -> datetime | None:
        """The end; without an offset where the file gives it in floating local time."""
        values = {name: getattr(event.get(name), "dt", None) for name in ("DTSTART", "DTEND", "DURATION")}
        for name, kind in (("DTSTART", date), ("DTEND", date), ("DURATION", timedelta)):
            if values[name] is not None and not isinstance(values[name], kind):
                self._log.mistake(WrongImportValue, component.place(name), f"`{name}` has a value of the wrong type")
                return None
        start, end, length = values["DTSTART"], values["DTEND"], values["DURATION"]
        try:
            if isinstance(end, datetime):
                return self._moment(component, event, "DTEND")
            if end is not None:
                return _end_of_days(start if isinstance(start, date) else end, end)
            if start is not None and not isinstance(start, datetime):
                return _end_of_days(start, start + (length or timedelta(days=1)))
            if start is not None and length is not None:
                moment = self._moment(component, event, "DTSTART")
                return None if moment is None else _later(moment, length)
        except (OverflowError, ValueError):
            self._log.mistake(
                WrongImportValue, component.place("DTSTART"), "the end of the event is not a possible date"
            )
            return None
        if needed:
            message = "the event has no end: neither `DTEND` nor `DURATION`"
            self._log.mistake(NoEnd, component.place("DTSTART"), message, "ask when the interview will end")
        return None

    def _moment(self, component: Component, event: Any, name: str) -> datetime | None:
        """The moment of a property that has a date and a time."""
        value = event[name]
        wall: datetime = value.dt.replace(tzinfo=None)
        if value.to_ical().upper().endswith(b"Z"):
            return wall.replace(tzinfo=UTC)
        tzid = str(value.params.get("TZID") or self._zone or "")
        if not tzid:
            return wall
        moment = self._zones.at(wall, tzid)
        if moment is None:
            message = f"the time zone `{short(tzid)}` is unknown, and the file has no usable definition of it"
            help_ = "replace it with an IANA name, such as Europe/Dublin"
            self._log.mistake(NoImportZone, component.place(name), message, help_)
        return moment

    def _zone_name(self, event: Any) -> str | None:
        """The IANA name of the time zone that the invitation was written in."""
        for name in ("DTEND", "DTSTART"):
            params = getattr(event.get(name), "params", None)
            if params is not None and params.get("TZID"):
                return self._zones.name(str(params["TZID"]))
        return None if self._zone is None else self._zones.name(self._zone)

    def _attendees(self, component: Component, event: Any) -> tuple[Attendee, ...]:
        given = event.get("ATTENDEE") or []
        places = [line.span for line in component.lines if line.name == "ATTENDEE"]
        attendees: dict[str, Attendee] = {}
        for address, place in zip(given if isinstance(given, list) else [given], places, strict=False):
            kind = str(address.params.get("CUTYPE") or "INDIVIDUAL").upper()
            role = str(address.params.get("ROLE") or "").upper()
            person = _person(address, None if role == "NON-PARTICIPANT" else "interviewer")
            shown = short(person.name or person.email or str(address))
            if kind in ("ROOM", "RESOURCE"):
                continue  # nobody thanks a room
            if kind == "GROUP":
                help_ = "write its members into the case by hand"
                self._log.not_understood(place, f"`{shown}` is a group, not a person", help_)
            elif person.role is None:
                message = f"`{shown}` is invited for information only and is not an interviewer"
                self._log.not_understood(place, message)
            else:
                answer = str(address.params.get("PARTSTAT") or "NEEDS-ACTION").upper()
                if answer not in _ANSWERS:
                    message = f"the answer `{short(answer)}` is unknown"
                    self._log.not_understood(place, message)
                attendees.setdefault(
                    person.email or person.name or str(address), Attendee(person=person, accepted=_ANSWERS.get(answer))
                )
        return tuple(attendees.values())


def _person(value: Any, role: Role | None) -> Person:
    """The person of a calendar address: the name, and the address if it is a mail address."""
    address = str(value.params.get("EMAIL") or value).strip()
    scheme, colon, rest = address.partition(":")
    if colon:
        address = unquote(rest) if scheme.lower() == "mailto" else ""
    email = address.strip().lower() if "@" in address else None
    name = " ".join(str(value.params.get("CN") or "").strip('"').split()) or None
    if name is not None and "@" in name:  # some programs put the address in place of the name
        name = None
    return Person(name=name, email=email, role=role, uid=None if email or name else str(value))


def _end_of_days(first: date, after: date) -> datetime:
    """The last second of whole days. Their last day is the day before ``after``."""
    first = first.date() if isinstance(first, datetime) else first
    return datetime.combine(max(first, after - timedelta(days=1)), time(23, 59, 59))


def _later(moment: datetime, length: timedelta) -> datetime:
    """A moment later by an elapsed time. A clock change does not affect the length."""
    return moment + length if moment.tzinfo is None else (moment.astimezone(UTC) + length).astimezone(moment.tzinfo)


def _role(summary: str) -> str | None:
    """The job in a summary such as ``Interview: Data Analyst``. Other summaries may name people or rounds."""
    head, colon, tail = summary.partition(":")
    return tail.strip() or None if colon and head.strip().casefold() == "interview" else None
