"""Ashby: interview schedules with their events, alone, in a list, under ``results``, or in a webhook."""

from __future__ import annotations

from typing import Final

from tactful.facts.shape import InterviewStatus
from tactful.formats.importers.feeds import Entry, person_in, stage_of
from tactful.formats.importers.items import Attendee, Belonging, Interview, Item, Log, Person, Version, words
from tactful.source.nodes import Mapping

SYSTEM: Final = "ashby"
FIELDS: Final = words(
    "id applicationId candidateId interviewStageId status createdAt updatedAt interviewEvents scheduledBy"
)
_EVENT_FIELDS: Final = words(
    "id startTime endTime feedbackLink location meetingLink interviewerUserIds interviewers interview interviewId "
    "interviewScheduleId hasSubmittedFeedback createdAt updatedAt extraData"
)
#: ``None``: the time of the interview is not fixed yet.
_STATUSES: Final[dict[str, InterviewStatus | None]] = {
    "NeedsScheduling": None,
    "WaitingOnCandidateBooking": None,
    "WaitingOnCandidateAvailability": None,
    "Rescheduling": None,
    "OnHold": None,
    "Scheduled": "scheduled",
    "WaitingOnFeedback": "held",
    "Complete": "held",
    "Completed": "held",
    "Cancelled": "cancelled",
}


def fits(entry: Entry) -> bool:
    """Whether an object is from Ashby."""
    if "interviewEvents" in entry:
        return True
    data = entry.node("data")
    return (
        "action" in entry
        and isinstance(data, Mapping)
        and any(key.text == "interviewSchedule" for key, _ in data.entries)
    )


def read(entry: Entry, log: Log) -> list[Item]:
    """The interviews of a schedule, one for each of its events."""
    if "interviewEvents" not in entry:
        data = entry.entry("data")
        schedule = None if data is None else data.entry("interviewSchedule")
        if schedule is None:
            log.not_understood(entry.span, "a webhook without an interview schedule is skipped")
            return []
        entry = schedule
    entry.list_unknown(FIELDS, "an Ashby interview schedule")
    status, version = entry.status("status", _STATUSES), entry.moment("updatedAt")
    belonging = Belonging(application=entry.id("applicationId"), candidate=entry.id("candidateId"))
    interviews: list[Item] = []
    for event in entry.entries("interviewEvents"):
        event.list_unknown(_EVENT_FIELDS, "an Ashby interview event")
        about = event.entry("interview")
        interviews.extend(
            Interview(
                system=SYSTEM,
                uid=event.id("id") or "",
                span=event.span,
                version=Version(updated_at=version),
                ended_at=event.moment("endTime"),
                starts_at=event.moment("startTime"),
                status=status,
                stage=None if about is None else stage_of(about.text("title")),
                attendees=_attendees(event),
                belonging=belonging,
            ).if_complete(log)
        )
    if not entry.items("interviewEvents"):
        log.not_understood(entry.span, "an interview schedule without events is skipped")
    return interviews


def _attendees(event: Entry) -> tuple[Attendee, ...] | None:
    """The people of ``interviewers``, then those who are only in ``interviewerUserIds``; ``None`` without both."""
    if event.node("interviewers") is None and event.node("interviewerUserIds") is None:
        return None
    people: list[Person] = []
    for key in ("interviewers", "interviewerUserIds"):
        for uid, entry in event.references(key):
            person = Person(uid=uid) if entry is None else person_in(entry, entry.id("userId") or uid)
            if person is not None and (person.uid is None or all(person.uid != other.uid for other in people)):
                people.append(person)
    return tuple(Attendee(person=person) for person in people if person != Person())
