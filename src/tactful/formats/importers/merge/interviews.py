"""Adds, updates and cancels the interviews of a case that is being edited."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tactful.facts.calendars import FIRST_YEAR
from tactful.facts.reading.moments import parse_moment
from tactful.facts.shape import Side
from tactful.formats.importers.items import Attendee, Cancellation, Interview, Log, Person, Version, Withdrawal
from tactful.formats.importers.merge.clock import Clock, write_moment
from tactful.formats.importers.merge.document import Document, is_no
from tactful.formats.importers.merge.ids import free, remote_id
from tactful.formats.importers.merge.people import People
from tactful.source.lazy import lazy

Entry = dict[str, Any]


class Interviews:
    """Writes interviews into a case and records the changes in words."""

    def __init__(self, document: Document, clock: Clock, log: Log, changes: list[str]) -> None:
        self._document, self._clock, self._log, self._changes = document, clock, log, changes

    @lazy
    def _known(self) -> dict[tuple[str, str], tuple[Entry, Entry]]:
        """All interviews with their applications, by system and uid; those without a source by their id."""
        known: dict[tuple[str, str], tuple[Entry, Entry]] = {}
        for application in self._document.root.get("applications") or []:
            for interview in application.get("interviews") or []:
                source = interview.get("source") or {}
                key = (str(source["system"]), str(source["uid"])) if source else ("", str(interview["id"]))
                known.setdefault(key, (application, interview))
        return known

    def find(self, item: Interview | Withdrawal | Cancellation) -> tuple[Entry, Entry] | None:
        """The application and the interview of the case that come from the same source."""
        unsourced = self._known.get(("", remote_id(item.system, item.uid)))
        return self._known.get((item.system, item.uid)) or unsourced

    def twin(self, interview: Interview, application: Entry) -> Entry | None:
        """An interview that was written by hand and has the same end, so it is taken to be the same."""
        if interview.ended_at is None:
            return None
        end = self._clock.seconds(interview.ended_at, application)
        for stored in application.get("interviews") or []:
            if not stored.get("source") and self._clock.end(stored, application) == end:
                twin: Entry = stored
                return twin
        return None

    def is_news(self, interview: Interview, stored: Entry) -> bool:
        """Whether an interview is newer than the version in the case."""
        known = version_of(stored)
        if not stored.get("source") or interview.version.newer_than(known):
            return True
        # A source that names the interviewers apart may have been imported without them.
        return bool(interview.attendees) and "interviewers" not in stored and not interview.version.older_than(known)

    def add(self, imported: Interview, application: Entry) -> None:
        """Add an interview that the case does not have."""
        if imported.ended_at is None:
            message = "the cancelled interview is not in the case, and without an end it is not added"
            self._log.not_understood(imported.span, message, "nothing needs to be done")
            return
        self._everybody(imported, application)  # people come before interviews in cases
        taken = [str(other["id"]) for other in application.get("interviews") or []]
        id_ = free(remote_id(imported.system, imported.uid), taken)
        status, end = self._status(imported, application), write_moment(imported.ended_at)
        start = self._start(imported, application)
        given = {"id": self._document.text(id_), "stage": imported.stage, "status": status}
        given |= {"starts_at": start, "ended_at": end}
        if status == "cancelled":
            given |= _cancellation(imported.cancelled_by, imported.cancelled_at)
        interview = self._document.mapping({key: value for key, value in given.items() if value is not None})
        self._changes.append(f"{application['id']}: interview {id_} is new, {status or 'ends'} {end}")
        self._people(imported, application, interview, moved=True)
        self._write_version(imported, interview)
        self._document.append(application, "interviews", interview)
        self._known[imported.system, imported.uid] = application, interview

    def update(self, imported: Interview, application: Entry, stored: Entry) -> None:
        """Apply a newer version of an interview."""
        moved = self._move(imported, application, stored)
        status, before = self._status(imported, application), stored.get("status")
        if status is None and before in ("held", "missed") and moved:
            end = self._clock.end(stored, application)
            if end is not None and end > self._clock.now(application):
                status = "scheduled"  # an interview that counted as held or missed was moved into the future
        # A status written by hand after the interview is more reliable than an invitation.
        by_hand = before == "missed" or (status == "scheduled" and before == "held")
        if status is not None and status != before and not (by_hand and not moved):
            self._document.put(stored, "status", status)
            self._say(stored, f"{status}" + ("" if before is None else f", was {before}"))
            self._forget_cancellation(stored)
        if stored.get("status") == status == "cancelled":
            self._note_cancellation(stored, imported.cancelled_by, imported.cancelled_at)
        if imported.stage is not None and not stored.get("stage"):
            self._document.put(stored, "stage", imported.stage)
            self._say(stored, f"stage {imported.stage}")
        self._people(imported, application, stored, moved)
        self.note_version(imported, stored)

    def cancel(self, interview: Entry, by: Side | None = None, at: datetime | None = None) -> None:
        """Mark an interview as cancelled, by whom and when as far as that is known; it stays in the case."""
        if interview.get("status") != "cancelled":
            self._document.put(interview, "status", "cancelled")
            self._say(interview, "cancelled")
            self._forget_cancellation(interview)
        self._note_cancellation(interview, by, at)

    def _note_cancellation(self, interview: Entry, by: Side | None, at: datetime | None) -> None:
        """Fill in who called a cancelled interview off, and when, where the case does not say."""
        for key, value in _cancellation(by, at).items():
            if interview.get(key) is None:
                self._document.put(interview, key, value)
                self._say(interview, f"{key} {value}")

    def _forget_cancellation(self, interview: Entry) -> None:
        """Remove who called an interview off, and when: its status has changed since."""
        for key in ("cancelled_by", "cancelled_at"):
            if interview.get(key) is not None:
                self._say(interview, f"no longer {key} {interview[key]}")
            self._document.drop(interview, key)

    def withdraw(self, id_: str, interview: Entry) -> bool:
        """Remove an interviewer from an interview. Returns whether they were there."""
        entries = interview.get("interviewers") or []
        no = next((no for no, entry in enumerate(entries) if _person_of(entry) == id_), None)
        if no is not None:
            self._document.remove(interview, "interviewers", no)
            self._say(interview, f"{id_} is withdrawn")
        return no is not None

    def note_version(self, item: Interview | Withdrawal | Cancellation, interview: Entry) -> None:
        """Store the source and the version of an interview, and record a change of the version."""
        changed = self._write_version(item, interview)
        if changed:
            self._say(interview, ", ".join(changed))

    def _write_version(self, item: Interview | Withdrawal | Cancellation, interview: Entry) -> list[str]:
        document, source, version = self._document, interview.get("source"), item.version
        if not source:
            source = document.mapping({"system": document.text(item.system), "uid": document.text(item.uid)})
            document.put(interview, "source", source)
        before, changed = version_of(interview), list[str]()
        if version.sequence is not None and version.sequence != before.sequence:
            document.put(source, "sequence", document.number(version.sequence))
            changed.append(f"version {version.sequence}")
        if version.updated_at is not None and version.updated_at != before.updated_at:
            document.put(source, "updated_at", write_moment(version.updated_at))
            changed.append(f"as of {write_moment(version.updated_at)}")
        return changed

    def _say(self, interview: Entry, change: str) -> None:
        self._changes.append(f"interview {interview['id']}: {change}")

    def _move(self, imported: Interview, application: Entry, stored: Entry) -> bool:
        """Apply the end and the start of an interview. Returns whether its end moved."""
        if imported.ended_at is None:
            return False
        moved = self._move_end(imported.ended_at, application, stored)
        self._move_start(self._start(imported, application), stored, moved)
        return moved

    def _move_end(self, end: datetime, application: Entry, stored: Entry) -> bool:
        if self._clock.seconds(end, application) == self._clock.end(stored, application):
            return False
        self._say(stored, f"ends {write_moment(end)}, was {stored['ended_at']}")
        stored["ended_at"] = write_moment(end)
        return True

    def _move_start(self, start: str | None, stored: Entry, moved: bool) -> None:
        """Apply the start. The start of an interview that moved is forgotten where the source does not say the new one."""
        before = stored.get("starts_at")
        if start is not None and str(before) != start:
            self._document.put(stored, "starts_at", start)
            self._say(stored, f"starts {start}" + ("" if before is None else f", was {before}"))
        elif start is None and before is not None and moved:
            self._document.drop(stored, "starts_at")
            self._say(stored, f"no longer starts {before}")

    def _start(self, imported: Interview, application: Entry) -> str | None:
        """The start of an interview, as cases have it; ``None`` where it is unknown, or not before the end."""
        start, end = imported.starts_at, imported.ended_at
        if start is None or end is None or (start.tzinfo is None) != (end.tzinfo is None):
            return None
        if not FIRST_YEAR < start.year <= end.year + 1:
            return None
        if self._clock.seconds(start, application) >= self._clock.seconds(end, application):
            return None
        return write_moment(start)

    def _status(self, imported: Interview, application: Entry) -> str | None:
        """The status. An interview marked as held that has not ended yet is scheduled."""
        if imported.status != "held" or imported.ended_at is None:
            return imported.status
        if self._clock.seconds(imported.ended_at, application) <= self._clock.now(application):
            return "held"
        message = "the interview is marked as over but ends after `now`, so it is taken to be scheduled"
        self._log.not_understood(imported.span, message)
        return "scheduled"

    # --- who interviews ---

    def _people(self, imported: Interview, application: Entry, interview: Entry, moved: bool) -> None:
        ids = self._everybody(imported, application)
        if imported.attendees is None:
            return
        mentioned = dict(zip(ids, imported.attendees, strict=True))
        for id_, attendee in mentioned.items():
            self._interviewer(attendee, id_, interview, moved)
        persons = {str(person["id"]): person for person in application.get("people") or []}
        for no, entry in reversed(list(enumerate(interview.get("interviewers") or []))):
            id_ = _person_of(entry)
            # A person added by hand has neither an address nor an id of the source, and stays.
            of_source = persons.get(id_, {}).get("email") or id_.startswith(f"{imported.system}-")
            if id_ not in mentioned and of_source:
                self._document.remove(interview, "interviewers", no)
                self._say(interview, f"{id_} no longer interviews")

    def _everybody(self, imported: Interview, application: Entry) -> list[str]:
        """Add everybody who takes part to the application, and return the ids of the attendees."""
        people = People(self._document, application, self._changes)
        for person in imported.others:
            people.take(person, imported.system)
        invited = imported.attendees or ()
        return [people.take(_person_with_role(attendee), imported.system) for attendee in invited]

    def _interviewer(self, attendee: Attendee, id_: str, interview: Entry, moved: bool) -> None:
        items = interview.get("interviewers") or []
        no = next((no for no, entry in enumerate(items) if _person_of(entry) == id_), None)
        declined = attendee.accepted is False
        if no is None:
            entry = self._absent(id_) if declined else self._document.text(id_)
            self._document.append(interview, "interviewers", entry)
            return
        entry = items[no]
        absent = isinstance(entry, dict) and is_no(entry.get("attended"))
        if declined and not absent:
            if isinstance(entry, dict):
                self._document.put(entry, "attended", self._document.yes_no(False))
            else:
                self._document.replace(items, no, self._absent(id_))
            self._say(interview, f"{id_} declined")
        elif absent and not declined and interview.get("status") != "held" and (moved or attendee.accepted):
            # An answer is about a future interview. For past ones, the case is more reliable about who attended.
            rest = {key: value for key, value in entry.items() if key != "attended"}
            kept = self._document.mapping(rest, on_one_line=True) if len(rest) > 1 else entry["person"]
            self._document.replace(items, no, kept)
            self._say(interview, f"{id_} no longer declines")

    def _absent(self, id_: str) -> Any:
        fields = {"person": self._document.text(id_), "attended": self._document.yes_no(False)}
        return self._document.mapping(fields, on_one_line=True)


def _cancellation(by: Side | None, at: datetime | None) -> dict[str, str]:
    """The fields that say who called an interview off, and when."""
    given = {"cancelled_by": by, "cancelled_at": None if at is None else write_moment(at)}
    return {key: value for key, value in given.items() if value is not None}


def version_of(interview: Entry) -> Version:
    """The version of an interview in the case."""
    source = interview.get("source") or {}
    sequence, updated_at = source.get("sequence"), source.get("updated_at")
    return Version(
        sequence=None if sequence is None else int(sequence),
        updated_at=None if updated_at is None else parse_moment(str(updated_at)),
    )


def _person_with_role(attendee: Attendee) -> Person:
    """The person of an attendee, without a role if they declined."""
    person = attendee.person
    return msgspec.structs.replace(person, role=None) if attendee.accepted is False else person


def _person_of(entry: Any) -> str:
    return str(entry["person"] if isinstance(entry, dict) else entry)
