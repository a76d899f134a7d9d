"""Merge: scheduled interviews, applications and offers, alone, in a list, or under ``results``.

Merge has no status for cancelled interviews.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tactful.facts.shape import ApplicationStatus, InterviewStatus, Role
from tactful.formats.importers.feeds import NOT_SENT, Entry, person_in, stage_of
from tactful.formats.importers.items import (
    ApplicationState,
    Attendee,
    Belonging,
    Interview,
    Item,
    Log,
    Person,
    Version,
    words,
)

SYSTEM: Final = "merge"
_COMMON: Final = words("id remote_id created_at modified_at remote_was_deleted field_mappings remote_data")
_INTERVIEW_FIELDS: Final = _COMMON | words(
    "application job_interview_stage organizer interviewers location start_at end_at remote_created_at remote_updated_at status"
)
_APPLICATION_FIELDS: Final = _COMMON | words(
    "candidate job applied_at rejected_at offers source credited_to screening_question_answers current_stage reject_reason"
)
_OFFER_FIELDS: Final = _COMMON | words("application creator remote_created_at closed_at sent_at start_date status")
FIELDS: Final = _INTERVIEW_FIELDS | _APPLICATION_FIELDS | _OFFER_FIELDS
_STATUSES: Final[dict[str, InterviewStatus | None]] = {
    "SCHEDULED": "scheduled",
    "AWAITING_FEEDBACK": "held",
    "COMPLETE": "held",
}


#: The statuses of offers that the candidate has, and what they make of the application.
_OFFER_STATUSES: Final[dict[str, ApplicationStatus]] = {
    "SENT": "offered",
    "SENT-MANUALLY": "offered",
    "OPENED": "offered",
    "SIGNED": "accepted",
}


def fits(entry: Entry) -> bool:
    """Whether an object is from Merge."""
    merged = entry.any_of("remote_was_deleted", "remote_id")
    is_interview = "end_at" in entry and (merged or "job_interview_stage" in entry)
    return is_interview or (merged and (_is_application(entry) or _is_offer(entry)))


def _is_application(entry: Entry) -> bool:
    return all(key in entry for key in ("candidate", "job", "applied_at"))


def _is_offer(entry: Entry) -> bool:
    return all(key in entry for key in ("application", "sent_at", "closed_at"))


def read(entry: Entry, log: Log) -> list[Item]:
    """The interview, the application or the offer in an object.

    ``modified_at`` is the version of an interview, since Merge also updates it for a deletion.
    """
    if _is_application(entry):
        return _application(entry)
    if _is_offer(entry):
        return _offer(entry, *entry.reference("application"))
    entry.list_unknown(_INTERVIEW_FIELDS, "a Merge interview")
    status = entry.status("status", _STATUSES)
    people = [_person(reference) for reference in entry.references("interviewers")]
    interviewers = [person for person in people if person is not None]
    organizer = _person(entry.reference("organizer"), "coordinator")
    known = {person.uid for person in interviewers if person.uid is not None}
    others = () if organizer is None or organizer.uid in known else (organizer,)
    _, stage = entry.reference("job_interview_stage")
    named = entry.node("interviewers") is not None
    _, application = entry.reference("application")
    interview = Interview(
        system=SYSTEM,
        uid=entry.id("id") or "",
        span=entry.span,
        version=Version(updated_at=entry.moment("modified_at") or entry.moment("remote_updated_at")),
        ended_at=entry.moment("end_at"),
        starts_at=entry.moment("start_at"),
        status="cancelled" if entry.flag("remote_was_deleted") else status,
        stage=None if stage is None else stage_of(stage.text("name")),
        attendees=tuple(Attendee(person=person) for person in interviewers) if named else None,
        others=others,
        belonging=_belonging(entry),
    ).if_complete(log)
    return [*interview, *([] if application is None else _application(application))]


def _application(entry: Entry) -> list[Item]:
    """What an application says of itself and, where they are expanded, of its offers."""
    entry.list_unknown(_APPLICATION_FIELDS, "a Merge application")
    uid, job = entry.id("id"), entry.reference("job")[1]
    state = ApplicationState(
        system=SYSTEM,
        uid=uid or "",
        span=entry.span,
        candidate=entry.reference("candidate")[0],
        role=None if job is None else job.text("name"),
        status=None if entry.moment("rejected_at") is None else "rejected",
        applied_at=entry.moment("applied_at"),
    )
    offers = (offer for _, offer in entry.references("offers") if offer is not None)
    return [*(item for offer in offers for item in _offer(offer, uid, entry)), *state.if_any()]


def _offer(entry: Entry, uid: str | None, application: Entry | None) -> list[Item]:
    """An offer that the candidate has. ``uid`` is the application's id, ``application`` the object where it is expanded."""
    entry.list_unknown(_OFFER_FIELDS, "a Merge offer")
    status, sent_at = _OFFER_STATUSES.get(entry.text("status") or ""), entry.moment("sent_at")
    if status is None:
        entry.note(NOT_SENT)
        return []
    return ApplicationState(
        system=SYSTEM,
        uid=uid or "",
        span=entry.span,
        candidate=None if application is None else application.reference("candidate")[0],
        status=status,
        offered_at=sent_at,
        start_on=_day(entry.moment("start_date")),
    ).if_any()


def _day(moment: datetime | None) -> str | None:
    """A first day at work, which Merge has as the beginning of that day in UTC."""
    return None if moment is None else moment.astimezone(UTC).date().isoformat()


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
