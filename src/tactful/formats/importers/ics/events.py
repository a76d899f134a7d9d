"""The events of an iCalendar file, each as an interview, as a withdrawal of people, or as a note or a mistake."""

from __future__ import annotations

import quopri
import re
from contextlib import suppress
from datetime import datetime
from typing import Final

from icalendar import vText

from tactful.facts.shape import InterviewStatus
from tactful.formats.importers.feeds import short, stage_of
from tactful.formats.importers.ics.invitees import attendees_of, organizer_of
from tactful.formats.importers.ics.lines import Component
from tactful.formats.importers.ics.people import is_unread
from tactful.formats.importers.ics.times import TimeReader
from tactful.formats.importers.items import Attendee, Belonging, Interview, Item, Log, Version, Withdrawal
from tactful.formats.importers.written import decoded_words
from tactful.source.codes.imports import BrokenFile, Recurring, WrongImportValue

_SYSTEM: Final = "ics"
_RECURRENCE: Final = ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")
#: Properties that an event has at most once. Of all others, only the people are read.
_SINGLE: Final = ("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "ORGANIZER", "STATUS", "SUMMARY")
_STATUSES: Final[dict[str, InterviewStatus]] = {
    "CONFIRMED": "scheduled",
    "TENTATIVE": "scheduled",
    "CANCELLED": "cancelled",
}
#: Codes of quoted-printable that no title has by itself: a space, an equals sign, a letter with an accent.
_CODES: Final = re.compile(r"=(?:20|3D|C[23]=[89AB][0-9A-F])")
_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,15}")


class EventReader:
    """Reads the events of one VCALENDAR."""

    def __init__(self, calendar: Component, log: Log) -> None:
        self._log = log
        self._method = (calendar.value("METHOD") or "PUBLISH").upper()
        self._method_span = calendar.place("METHOD")
        self._times = TimeReader(calendar, log)

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

    def _is_whole(self, event: Component) -> bool:
        """Whether an event has a UID and each property at most once. Reports a mistake otherwise."""
        for name in _SINGLE:
            if sum(line.name == name for line in event.lines) > 1:
                self._log.mistake(BrokenFile, event.place(name), f"the event has more than one `{name}`")
                return False
        if not event.value("UID"):
            self._log.mistake(BrokenFile, event.span, "the event has no `UID`", "save the file again")
            return False
        return True

    def _read(self, event: Component) -> Item | None:
        uid, version = _text(event, "UID"), self._version(event)
        status = self._status(event)
        attendees = attendees_of(event, self._log)
        cancelled = self._method == "CANCEL"
        if cancelled and status != "cancelled":
            return self._withdrawal(event, uid, version, attendees)
        ended_at = self._times.ended_at(event, needed=not cancelled)
        if not cancelled and ended_at is None:
            return None
        sender = organizer_of(event, self._log)
        invited = {attendee.person.email for attendee in attendees if attendee.person.email}
        joins = sender is not None and not is_unread(sender) and sender.email not in invited
        summary = _title(event)
        return Interview(
            system=_SYSTEM,
            uid=uid,
            span=event.span,
            version=version,
            ended_at=ended_at,
            starts_at=self._times.starts_at(event),
            status=status or "scheduled",
            cancelled_at=self._cancelled_at(event) if status == "cancelled" else None,
            stage=stage_of(summary),
            attendees=None if cancelled else attendees,
            candidate_among=not cancelled,
            others=(sender,) if sender is not None and joins else (),
            sender=sender,
            summary=summary or None,
            belonging=Belonging(role=_role(summary), time_zone=self._times.zone_name(event)),
        )

    def _withdrawal(
        self, event: Component, uid: str, version: Version, attendees: tuple[Attendee, ...]
    ) -> Withdrawal | None:
        """The withdrawal of the people whom a cancellation names; ``None`` and a note where it names nobody."""
        if attendees:
            return Withdrawal(
                system=_SYSTEM,
                uid=uid,
                span=event.span,
                people=tuple(attendee.person for attendee in attendees),
                version=version,
                sent_at=self._cancelled_at(event),
            )
        message = "the cancellation has neither STATUS:CANCELLED nor people to withdraw: nothing is changed"
        self._log.not_understood(event.span, message)
        return None

    def _cancelled_at(self, event: Component) -> datetime | None:
        """When an event was called off: when its cancellation was sent, else when the event was last changed.

        In a calendar that is not sent, the stamp may be the moment at which the file was made.
        """
        return self._times.instant(event, "DTSTAMP" if self._method == "CANCEL" else "LAST-MODIFIED")

    def _version(self, event: Component) -> Version:
        sequence, stamp = event.value("SEQUENCE") or "0", self._times.read_date(event, "DTSTAMP")
        if _WHOLE_NUMBER.fullmatch(sequence) is None:
            message = f"`SEQUENCE` must be a whole number, 0 or more, not `{short(sequence)}`"
            self._log.mistake(WrongImportValue, event.place("SEQUENCE"), message)
            return Version()
        aware = isinstance(stamp, datetime) and stamp.tzinfo is not None
        return Version(sequence=int(sequence), updated_at=stamp if isinstance(stamp, datetime) and aware else None)

    def _status(self, event: Component) -> InterviewStatus | None:
        text = (event.value("STATUS") or "").upper()
        if text and text not in _STATUSES:
            self._log.not_understood(event.place("STATUS"), f"the status `{short(text)}` is unknown")
        return _STATUSES.get(text)


def _text(event: Component, name: str) -> str:
    """A text without its escapes."""
    return str(vText.from_ical(event.value(name) or "")).strip()


def _title(event: Component) -> str:
    """The summary, also where it is encoded as in a mail and the line does not say so."""
    text = decoded_words(_text(event, "SUMMARY"))
    if _CODES.search(text):
        with suppress(ValueError):
            text = quopri.decodestring(text.encode()).decode()
    return " ".join(text.split())


def _role(summary: str) -> str | None:
    """The job in a summary such as ``Interview: Data Analyst``. Other summaries may name people or rounds."""
    head, colon, tail = summary.partition(":")
    return tail.strip() or None if colon and head.strip().casefold() == "interview" else None
