"""Invitations to interviews: iCalendar (RFC 5545) as it is sent by mail (RFC 5546).

REQUEST, PUBLISH and a missing method describe an interview. CANCEL with ``STATUS:CANCELLED`` cancels it; CANCEL without
that status withdraws the people it names. Replies and counter-proposals are meant for organizers and are only noted.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from icalendar import vText

from tactful.facts.shape import InterviewStatus
from tactful.formats.importers.feeds import short, stage_of
from tactful.formats.importers.ics.lines import Component, Line, components
from tactful.formats.importers.ics.people import is_room, is_shared, is_unread, person_of, shown
from tactful.formats.importers.ics.zones import UnusableZone, Zones
from tactful.formats.importers.items import (
    Attendee,
    Belonging,
    Interview,
    Item,
    Items,
    Log,
    Person,
    Record,
    Version,
    Withdrawal,
)
from tactful.source.codes.imports import BrokenFile, NoEnd, NoImportZone, Recurring, WrongImportValue
from tactful.source.nodes import TextLimits

SYSTEM: Final = "ics"
_RECURRENCE: Final = ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")
#: Properties that an event has at most once. Of all others, only the people are read.
_SINGLE: Final = ("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "ORGANIZER", "STATUS", "SUMMARY")
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
_DURATION: Final = re.compile(
    r"(?P<sign>[+-]?)P(?=[\dT])(?:(?P<weeks>\d{1,7})W)?(?:(?P<days>\d{1,7})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,9})S)?)?",
    re.ASCII,
)
_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(?P<hour>\d{2})(\d{2})([0-5]\d|60)(?P<utc>Z?))?", re.ASCII)
_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,15}")


class Length(Record, frozen=True):
    """A duration: whole days on the calendar, and then an exact time."""

    days: int
    exact: timedelta

    @property
    def total(self) -> timedelta:
        """The duration where no clock changes."""
        return timedelta(days=self.days) + self.exact


class Times(Record, frozen=True):
    """The times of an event, as far as it has them."""

    start: date | None
    end: date | None
    length: Length | None


def looks_like_calendar(data: bytes) -> bool:
    """Whether a file begins like a calendar."""
    start = re.sub(rb"(?:\r*\n|\r)[ \t]", b"", data.lstrip()[:400])  # a line may be folded anywhere
    return re.match(rb"BEGIN\s*:\s*VCALENDAR\b", start, re.IGNORECASE) is not None


def read(data: bytes, name: str, log: Log, limits: TextLimits) -> Items:
    """Read the interviews, withdrawals and cancellations of an iCalendar file."""
    items: list[Item] = []
    for calendar in components(data, name, log, limits):
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
        if not self._is_whole(component):
            return None
        item = self._read(component)
        return item if len(self._log.mistakes) == before else None

    def _is_whole(self, component: Component) -> bool:
        """Whether an event has a UID and each property at most once. Reports a mistake otherwise."""
        for name in _SINGLE:
            if sum(line.name == name for line in component.lines) > 1:
                self._log.mistake(BrokenFile, component.place(name), f"the event has more than one `{name}`")
                return False
        if not component.value("UID"):
            self._log.mistake(BrokenFile, component.span, "the event has no `UID`", "save the file again")
            return False
        return True

    def _read(self, component: Component) -> Item | None:
        uid, version = _text(component, "UID"), self._version(component)
        status = self._status(component)
        attendees = self._attendees(component)
        cancelled = self._method == "CANCEL"
        if cancelled and status != "cancelled":
            return self._withdrawal(component, uid, version, attendees)
        ended_at = self._ended_at(component, needed=not cancelled)
        if not cancelled and ended_at is None:
            return None
        sender = self._organizer(component)
        invited = {attendee.person.email for attendee in attendees if attendee.person.email}
        joins = sender is not None and not is_unread(sender) and sender.email not in invited
        summary = " ".join(_text(component, "SUMMARY").split())
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
            others=(sender,) if sender is not None and joins else (),
            sender=sender,
            summary=summary or None,
            belonging=Belonging(
                role=_role(summary),
                time_zone=self._zone_name(component),
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

    def _version(self, component: Component) -> Version:
        sequence, stamp = component.value("SEQUENCE") or "0", self._date(component, "DTSTAMP")
        if _WHOLE_NUMBER.fullmatch(sequence) is None:
            message = f"`SEQUENCE` must be a whole number, 0 or more, not `{short(sequence)}`"
            self._log.mistake(WrongImportValue, component.place("SEQUENCE"), message)
            return Version()
        aware = isinstance(stamp, datetime) and stamp.tzinfo is not None
        return Version(sequence=int(sequence), updated_at=stamp if isinstance(stamp, datetime) and aware else None)

    def _status(self, component: Component) -> InterviewStatus | None:
        text = (component.value("STATUS") or "").upper()
        if text and text not in _STATUSES:
            self._log.not_understood(component.place("STATUS"), f"the status `{short(text)}` is unknown")
        return _STATUSES.get(text)

    # --- times ---

    def _date(self, component: Component, name: str) -> date | None:
        """A day, a moment in UTC, or a local time without its offset; ``None`` after reporting a mistake."""
        text = component.value(name)
        if not text:
            return None
        value = _parsed(text.upper())
        if value is None:
            message = f"`{name}` is not a possible date or time: `{short(text)}`"
            help_ = "write it like 20250311T160000Z, or 20250311 for a whole day"
            self._log.mistake(WrongImportValue, component.place(name), message, help_)
        return value

    def _length(self, component: Component) -> Length | None:
        """The duration; ``None`` where there is none, and after reporting a mistake."""
        text = component.value("DURATION")
        if not text:
            return None
        match = _DURATION.fullmatch(text.upper())
        if match is None:
            self._log.mistake(
                WrongImportValue,
                component.place("DURATION"),
                f"`DURATION` cannot be read: `{short(text)}`",
                "write it like PT1H30M",
            )
            return None
        parts = {key: int(match[key] or 0) for key in ("weeks", "days", "hours", "minutes", "seconds")}
        exact = timedelta(hours=parts["hours"], minutes=parts["minutes"], seconds=parts["seconds"])
        length = Length(days=7 * parts["weeks"] + parts["days"], exact=exact)
        if match["sign"] == "-":
            length = Length(days=-length.days, exact=-exact)
        return length

    def _ended_at(self, component: Component, needed: bool) -> datetime | None:
        """The end; without an offset where the file gives it in floating local time.

        ``needed``: whether the event has to have an end. Otherwise an end that cannot be is only noted.
        """
        before = len(self._log.mistakes)
        try:
            times = Times(
                start=self._date(component, "DTSTART"),
                end=self._date(component, "DTEND"),
                length=self._length(component),
            )
            if len(self._log.mistakes) > before:
                return None
            problem = self._wrong_order(component, times)
            if problem is not None:
                if needed:
                    place = component.place("DURATION" if times.end is None else "DTEND")
                    self._log.mistake(WrongImportValue, place, problem, "ask when the interview will end")
                return None
            if times.end is not None or times.length is not None:
                return self._end(component, times)
        except (OverflowError, ValueError):
            self._log.mistake(
                WrongImportValue, component.place("DTSTART"), "the end of the event is not a possible date"
            )
            return None
        if times.start is not None and not isinstance(times.start, datetime):
            return _end_of_days(times.start, times.start + timedelta(days=1))
        if needed:
            message = "the event has no end: neither `DTEND` nor `DURATION`"
            self._log.mistake(NoEnd, component.place("DTSTART"), message, "ask when the interview will end")
        return None

    def _end(self, component: Component, times: Times) -> datetime | None:
        """The end of an event that has an end or a length."""
        start, end, length = times.start, times.end, times.length
        if isinstance(end, datetime):
            return self._moment(component, "DTEND", end)
        if end is not None:
            return _end_of_days(end if start is None else start, end)
        assert length is not None
        if start is None:
            message = "the event has neither a start nor `DTEND`"
            self._log.mistake(NoEnd, component.place("DURATION"), message, "ask when the interview will end")
            return None
        if isinstance(start, datetime):
            return self._moment(component, "DTSTART", start, length)
        return _end_of_days(start, start + length.total)

    def _wrong_order(self, component: Component, times: Times) -> str | None:
        """What is wrong with the times of an event, in words; ``None`` where the event ends after it starts."""
        start, end, length = times.start, times.end, times.length
        if length is not None and length.total <= timedelta(0):
            return f"`DURATION` must be more than 0, not `{short(component.value('DURATION') or '')}`"
        if start is None or end is None:
            return None
        if not (isinstance(start, datetime) and isinstance(end, datetime)):
            first, last = _day(start), _day(end)
            if last < first:
                return "the event ends before it starts"
            if last == first and not isinstance(end, datetime):
                message = "the event ends on the day on which it starts, so it is taken to last that day"
                self._log.guessed(component.place("DTEND"), message, "correct `ended_at`")
            agrees = length is None or last - first == length.total or isinstance(start, datetime)
            return None if agrees else "`DTEND` and `DURATION` disagree"
        try:
            begins, ends = self._instant(component, "DTSTART", start), self._instant(component, "DTEND", end)
            after = None if length is None else self._instant(component, "DTSTART", start, length)
        except UnusableZone:
            return None  # the end is read once more, and reports it
        if (begins.tzinfo is None) != (ends.tzinfo is None):
            return None
        if ends <= begins:
            return "the event ends before it starts" if ends < begins else "the event ends when it starts"
        return None if after is None or ends == after else "`DTEND` and `DURATION` disagree"

    def _moment(
        self, component: Component, name: str, value: datetime, length: Length | None = None
    ) -> datetime | None:
        """The moment of a property, or a length after it; ``None`` after reporting that its zone cannot be used."""
        try:
            return self._instant(component, name, value, length)
        except UnusableZone as problem:
            message = f"the time zone `{short(self._tzid(component, name))}` {problem}"
            help_ = "replace it with an IANA name, such as Europe/Dublin"
            if "is defined" in str(problem):
                help_ = "write the times of the event in UTC, with a Z at the end"
            self._log.mistake(NoImportZone, component.place(name), message, help_)
            return None

    def _instant(self, component: Component, name: str, value: datetime, length: Length | None = None) -> datetime:
        """The moment of a property that has a date and a time, or a length after it. Raises :class:`UnusableZone`.

        Days of a length are days on the calendar: the clock shows the same time at their end.
        """
        days, exact = (timedelta(0), timedelta(0)) if length is None else (timedelta(length.days), length.exact)
        wall = value.replace(tzinfo=None) + days
        tzid = self._tzid(component, name)
        if value.tzinfo is not None:
            return wall.replace(tzinfo=UTC) + exact
        if not tzid:
            return wall + exact
        return self._zones.later(wall, tzid, exact) if exact else self._zones.at(wall, tzid)

    def _tzid(self, component: Component, name: str) -> str:
        line = component.first(name)
        return (line.parameters.get("TZID", "").strip() if line is not None else "") or self._zone or ""

    def _zone_name(self, component: Component) -> str | None:
        """The IANA name of the time zone that the invitation was written in."""
        for name in ("DTEND", "DTSTART"):
            line = component.first(name)
            if line is not None and line.parameters.get("TZID"):
                value = self._date(component, name)
                wall = value.replace(tzinfo=None) if isinstance(value, datetime) else None
                return self._place(line.parameters["TZID"], wall)
        return None if self._zone is None else self._place(self._zone, None)

    def _place(self, tzid: str, wall: datetime | None) -> str | None:
        """The IANA name of a zone where people live: programs that write all times in UTC do not say where."""
        name = self._zones.name(tzid, wall)
        return None if name == "UTC" else name

    # --- people ---

    def _organizer(self, component: Component) -> Person | None:
        line = component.first("ORGANIZER")
        person = None if line is None else person_of(line, "coordinator")
        if line is None or person is None or person.name is person.email is person.uid is None:
            return None
        self._note_address(line, person)
        if is_unread(person):
            message = f"nobody reads mails to the organizer `{shown(person)}`, so no coordinator is added"
            self._log.not_understood(line.span, message)
        return person

    def _note_address(self, line: Line, person: Person) -> None:
        """Note an address that looks like a mail address and is none."""
        if person.email is None and "@" in line.value and line.value.strip().lower().startswith("mailto:"):
            message = f"the address `{short(line.value.strip())}` is not one mail address and is left out"
            self._log.not_understood(line.span, message, "add it to the person under `email`")

    def _attendees(self, component: Component) -> tuple[Attendee, ...]:
        attendees: dict[str, Attendee] = {}
        for line in component.lines:
            attendee = self._attendee(line) if line.name == "ATTENDEE" else None
            if attendee is not None:
                person = attendee.person
                attendees.setdefault(person.email or person.name or person.uid or "", attendee)
        return tuple(attendees.values())

    def _attendee(self, line: Line) -> Attendee | None:
        """The attendee of a line; ``None`` for things, and after a note on those that are no interviewers."""
        kind = line.parameters.get("CUTYPE", "").strip().upper()
        person = person_of(line, "interviewer")
        if is_room(line, person):
            return None  # nobody thanks a room
        if person.name is person.email is person.uid is None:
            self._log.not_understood(line.span, "an attendee has neither a name nor an address and is skipped")
        elif kind == "GROUP":
            help_ = "write its members into the case by hand"
            self._log.not_understood(line.span, f"`{shown(person)}` is a group, not a person", help_)
        elif line.parameters.get("ROLE", "").strip().upper() == "NON-PARTICIPANT":
            message = f"`{shown(person)}` is invited for information only and is not an interviewer"
            self._log.not_understood(line.span, message)
        else:
            answer = (line.parameters.get("PARTSTAT") or "NEEDS-ACTION").strip().upper()
            if answer not in _ANSWERS:
                self._log.not_understood(line.span, f"the answer `{short(answer)}` is unknown")
            self._note_address(line, person)
            return Attendee(person=person, accepted=_ANSWERS.get(answer), nobody=_nobody(person))
        return None


def _nobody(person: Person) -> str | None:
    """Why an address is nobody's, in words; ``None`` where it may be a person's."""
    if is_unread(person):
        return f"nobody reads mails to `{shown(person)}`, so it is not an interviewer"
    return f"`{shown(person)}` is an address of several people, not an interviewer" if is_shared(person) else None


def _text(component: Component, name: str) -> str:
    """A text without its escapes."""
    return str(vText.from_ical(component.value(name) or "")).strip()


def _parsed(text: str) -> date | None:
    """A day, a moment in UTC or a local time; ``None`` where the text is none of these."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        if match["hour"] is None:
            return date(year, month, day)
        second = min(second, 59)  # a leap second
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC if match["utc"] else None)
    except ValueError:
        return None


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _end_of_days(first: date, after: date) -> datetime:
    """The last second of whole days. Their last day is the day before ``after``."""
    return datetime.combine(max(_day(first), after - timedelta(days=1)), time(23, 59, 59))


def _role(summary: str) -> str | None:
    """The job in a summary such as ``Interview: Data Analyst``. Other summaries may name people or rounds."""
    head, colon, tail = summary.partition(":")
    return tail.strip() or None if colon and head.strip().casefold() == "interview" else None
