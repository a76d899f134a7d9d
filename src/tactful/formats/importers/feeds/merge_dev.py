"""Merge: scheduled interviews, alone, in a list, or under ``results``. Merge has no status for cancelled interviews."""

from __future__ import annotations

from typing import Final

from tactful.facts.shape import InterviewStatus, Role
from tactful.formats.importers.feeds import Entry, person_in, stage_of
from tactful.formats.importers.items import Attendee, Belonging, Interview, Item, Log, Person, Version, words

SYSTEM: Final = "merge"
FIELDS: Final = words(
    "id remote_id created_at modified_at application job_interview_stage organizer interviewers location start_at end_at "
    "remote_created_at remote_updated_at status remote_was_deleted field_mappings remote_data"
)
_STATUSES: Final[dict[str, InterviewStatus | None]] = {
    "SCHEDULED": "scheduled",
    "AWAITING_FEEDBACK": "held",
    "COMPLETE": "held",
}


def fits(entry: Entry) -> bool:
    """Whether an object is from Merge."""
    return "end_at" in entry and (
        "remote_was_deleted" in entry or "job_interview_stage" in entry or "remote_id" in entry
    )


def read(entry: Entry, log: Log) -> list[Item]:
    """The interview in an object. ``modified_at`` is its version, since Merge also updates it for a deletion."""
    entry.list_unknown(FIELDS, "a Merge interview")
    status = entry.status("status", _STATUSES)
    people = [_person(reference) for reference in entry.references("interviewers")]
    interviewers = [person for person in people if person is not None]
    organizer = _person(entry.reference("organizer"), "coordinator")
    known = {person.uid for person in interviewers if person.uid is not None}
    others = () if organizer is None or organizer.uid in known else (organizer,)
    _, stage = entry.reference("job_interview_stage")
    named = entry.node("interviewers") is not None
    return Interview(
        system=SYSTEM,
        uid=entry.id("id") or "",
        span=entry.span,
        version=Version(updated_at=entry.moment("modified_at") or entry.moment("remote_updated_at")),
        ended_at=entry.moment("end_at"),
        status="cancelled" if entry.flag("remote_was_deleted") else status,
        stage=None if stage is None else stage_of(stage.text("name")),
        attendees=tuple(Attendee(person=person) for person in interviewers) if named else None,
        others=others,
        belonging=_belonging(entry),
    ).if_complete(log)


def _person(reference: tuple[str | None, Entry | None], role: Role = "interviewer") -> Person | None:
    """The person that a reference leads to: all of it where it is expanded, else the id."""
    uid, entry = reference
    if entry is not None:
        return person_in(entry, uid, role)
    return None if uid is None else Person(uid=uid, role=role)


def _belonging(entry: Entry) -> Belonging:
    """The application, and what it says of the job and the candidate where these are expanded."""
    application_id, application = entry.reference("application")
    if application is None:
        return Belonging(application=application_id)
    candidate_id, candidate = application.reference("candidate")
    _, job = application.reference("job")
    names = () if candidate is None else (candidate.text("first_name"), candidate.text("last_name"))
    return Belonging(
        application=application_id,
        role=None if job is None else job.text("name"),
        candidate=candidate_id,
        candidate_name=" ".join(filter(None, names)) or None,
    )
