"""Interviews in a case being edited: a new one, a newer version of one, and one that is cancelled."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec

from tactful.facts.reading.moments import parse_moment
from tactful.formats.importers.found import Attendee, Cancellation, Interview, Log, Person, Version, Withdrawal
from tactful.formats.importers.merge.clock import Clock, write_moment
from tactful.formats.importers.merge.document import Document, said_no
from tactful.formats.importers.merge.ids import free, remote_id
from tactful.formats.importers.merge.people import People

Entry = dict[str, Any]


class Interviews:
    """Writes interviews into a case, and notes the changes in words."""

    def __init__(self, document: Document, clock: Clock, log: Log, changes: list[str]) -> None:
        self._document, self._clock, self._log, self._changes = document, clock, log, changes

    @cached_property
    def _known(self) -> dict[tuple[str, str], tuple[Entry, Entry]]:
        """All interviews by the system and what it calls them, each after its application; those without a source by id."""
        known: dict[tuple[str, str], tuple[Entry, Entry]] = {}
        for application in self._document.root.get("applications") or []:
            for one in application.get("interviews") or []:
                source = one.get("source") or {}
                key = (str(source["system"]), str(source["uid"])) if source else ("", str(one["id"]))
                known.setdefault(key, (application, one))
        return known

    def find(self, found: Interview | Withdrawal | Cancellation) -> tuple[Entry, Entry] | None:
        """The interview that the case has from the same source, and before it the application that has it."""
        unsourced = self._known.get(("", remote_id(found.system, found.uid)))
        return self._known.get((found.system, found.uid)) or unsourced

    def twin(self, found: Interview, application: Entry) -> Entry | None:
        """An interview that was written by hand and ends when this one does: the same one."""
        if found.ended_at is None:
            return None
        end = self._clock.seconds(found.ended_at, application)
        for one in application.get("interviews") or []:
            if not one.get("source") and self._clock.end(one, application) == end:
                twin: Entry = one
                return twin
        return None

    def is_news(self, found: Interview, stored: Entry) -> bool:
        """Whether a version is newer than the one that the case has, as far as can be told."""
        return not stored.get("source") or found.version.newer_than(version_of(stored))

    def add(self, found: Interview, application: Entry) -> None:
        """Add an interview that the case does not have."""
        if found.ended_at is None:
            message = "an interview is cancelled that is not in the case, and without an end it is not added"
            self._log.not_understood(found.span, message, "there is nothing to do about it")
            return
        self._everybody(found, application)  # before the interviews, as cases have it
        taken = [str(one["id"]) for one in application.get("interviews") or []]
        id_ = free(remote_id(found.system, found.uid), taken)
        status, end = self._status(found, application), write_moment(found.ended_at)
        given = {"id": self._document.text(id_), "stage": found.stage, "status": status, "ended_at": end}
        interview = self._document.mapping({key: value for key, value in given.items() if value is not None})
        self._changes.append(f"{application['id']}: interview {id_} is new, {status or 'ends'} {end}")
        self._people(found, application, interview, moved=True)
        self._write_version(found, interview)
        self._document.append(application, "interviews", interview)
        self._known[found.system, found.uid] = application, interview

    def update(self, found: Interview, application: Entry, stored: Entry) -> None:
        """Take over a newer version of an interview."""
        moved = self._move(found, application, stored)
        status, before = self._status(found, application), stored.get("status")
        if status is None and before == "held" and moved:
            end = self._clock.end(stored, application)
            if end is not None and end > self._clock.now(application):
                status = "scheduled"  # an interview that was held has been moved, and is still to come
        # What was written by hand after the interview knows better than an invitation that it took place.
        if status is not None and status != before and not (status == "scheduled" and before == "held" and not moved):
            self._document.put(stored, "status", status)
            self._say(stored, f"{status}" + ("" if before is None else f", was {before}"))
        if found.stage is not None and not stored.get("stage"):
            self._document.put(stored, "stage", found.stage)
            self._say(stored, f"stage {found.stage}")
        self._people(found, application, stored, moved)
        self.note_version(found, stored)

    def cancel(self, interview: Entry) -> None:
        """Mark an interview as cancelled; it stays in the case."""
        if interview.get("status") != "cancelled":
            self._document.put(interview, "status", "cancelled")
            self._say(interview, "cancelled")

    def withdraw(self, id_: str, interview: Entry) -> bool:
        """Take one interviewer out of an interview; gives whether they were there."""
        entries = interview.get("interviewers") or []
        no = next((no for no, entry in enumerate(entries) if _person_of(entry) == id_), None)
        if no is not None:
            self._document.remove(interview, "interviewers", no)
            self._say(interview, f"{id_} is withdrawn")
        return no is not None

    def note_version(self, found: Interview | Withdrawal | Cancellation, interview: Entry) -> None:
        """Write down which version of which source's interview the case now has, and note it where it is another one."""
        changed = self._write_version(found, interview)
        if changed:
            self._say(interview, ", ".join(changed))

    def _write_version(self, found: Interview | Withdrawal | Cancellation, interview: Entry) -> list[str]:
        document, source, version = self._document, interview.get("source"), found.version
        if not source:
            source = document.mapping({"system": document.text(found.system), "uid": document.text(found.uid)})
            document.put(interview, "source", source)
        before, changed = version_of(interview), list[str]()
        if version.sequence is not None and version.sequence != before.sequence:
            document.put(source, "sequence", document.number(version.sequence))
            changed.append(f"version {version.sequence}")
        if version.updated_at is not None and version.updated_at != before.updated_at:
            document.put(source, "updated_at", write_moment(version.updated_at))
            changed.append(f"as of {write_moment(version.updated_at)}")
        return changed

    def _say(self, interview: Entry, what: str) -> None:
        self._changes.append(f"interview {interview['id']}: {what}")

    def _move(self, found: Interview, application: Entry, stored: Entry) -> bool:
        """Take over when the interview ends; gives whether that is another moment than before."""
        if found.ended_at is None:
            return False
        if self._clock.seconds(found.ended_at, application) == self._clock.end(stored, application):
            return False
        self._say(stored, f"ends {write_moment(found.ended_at)}, was {stored['ended_at']}")
        stored["ended_at"] = write_moment(found.ended_at)
        return True

    def _status(self, found: Interview, application: Entry) -> str | None:
        """The status; of an interview that is said to be over and ends later than now, that it is still to come."""
        if found.status != "held" or found.ended_at is None:
            return found.status
        if self._clock.seconds(found.ended_at, application) <= self._clock.now(application):
            return "held"
        message = "the interview is said to be over, and ends later than `now`: it is taken to be scheduled"
        self._log.not_understood(found.span, message)
        return "scheduled"

    # --- who interviews ---

    def _people(self, found: Interview, application: Entry, interview: Entry, moved: bool) -> None:
        ids = self._everybody(found, application)
        if found.attendees is None:
            return
        mentioned = dict(zip(ids, found.attendees, strict=True))
        for id_, attendee in mentioned.items():
            self._interviewer(attendee, id_, interview, moved)
        persons = {str(one["id"]): one for one in application.get("people") or []}
        for no, entry in reversed(list(enumerate(interview.get("interviewers") or []))):
            id_ = _person_of(entry)
            # Whoever was added by hand has neither an address nor an id of the source, and stays.
            of_source = persons.get(id_, {}).get("email") or id_.startswith(f"{found.system}-")
            if id_ not in mentioned and of_source:
                self._document.remove(interview, "interviewers", no)
                self._say(interview, f"{id_} no longer interviews")

    def _everybody(self, found: Interview, application: Entry) -> list[str]:
        """See to it that the application has everybody who takes part, and give the ids of those invited."""
        people = People(self._document, application, self._changes)
        for person in found.others:
            people.take(person, found.system)
        invited = found.attendees or ()
        return [people.take(_in_part(one), found.system) for one in invited]

    def _interviewer(self, attendee: Attendee, id_: str, interview: Entry, moved: bool) -> None:
        items = interview.get("interviewers") or []
        no = next((no for no, entry in enumerate(items) if _person_of(entry) == id_), None)
        declined = attendee.accepted is False
        if no is None:
            entry = self._absent(id_) if declined else self._document.text(id_)
            self._document.append(interview, "interviewers", entry)
            return
        entry = items[no]
        absent = isinstance(entry, dict) and said_no(entry.get("attended"))
        if declined and not absent:
            if isinstance(entry, dict):
                self._document.put(entry, "attended", self._document.yes_no(False))
            else:
                self._document.replace(items, no, self._absent(id_))
            self._say(interview, f"{id_} declined")
        elif absent and not declined and interview.get("status") != "held" and (moved or attendee.accepted):
            # An answer is about an interview to come: of one that was held, the case knows better who was there.
            rest = {key: value for key, value in entry.items() if key != "attended"}
            kept = self._document.mapping(rest, on_one_line=True) if len(rest) > 1 else entry["person"]
            self._document.replace(items, no, kept)
            self._say(interview, f"{id_} no longer declines")

    def _absent(self, id_: str) -> Any:
        fields = {"person": self._document.text(id_), "attended": self._document.yes_no(False)}
        return self._document.mapping(fields, on_one_line=True)


def version_of(interview: Entry) -> Version:
    """Which version of an interview the case has."""
    source = interview.get("source") or {}
    sequence, updated_at = source.get("sequence"), source.get("updated_at")
    return Version(
        sequence=None if sequence is None else int(sequence),
        updated_at=None if updated_at is None else parse_moment(str(updated_at)),
    )


def _in_part(attendee: Attendee) -> Person:
    """The person, who is no interviewer of the application for having declined to be one."""
    person = attendee.person
    return msgspec.structs.replace(person, role=None) if attendee.accepted is False else person


def _person_of(entry: Any) -> str:
    return str(entry["person"] if isinstance(entry, dict) else entry)
