"""Greenhouse: scheduled interviews of the Harvest API, alone or in a list, and the webhook for a deleted interview."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from tactful.facts.shape import InterviewStatus, Role
from tactful.formats.importers.feeds import Entry, short, stage_of
from tactful.formats.importers.items import (
    Attendee,
    Belonging,
    Cancellation,
    Interview,
    Item,
    Log,
    Person,
    Version,
    words,
)

SYSTEM: Final = "greenhouse"
_FIELDS: Final = words(
    "id application_id external_event_id start end location video_conferencing_url status created_at updated_at "
    "interview organizer interviewers"
)
_STATUSES: Final[dict[str, InterviewStatus | None]] = {
    "scheduled": "scheduled",
    "awaiting_feedback": "held",
    "complete": "held",
}
#: Answers to the invitation; ``None``: neither accepted nor declined.
_ANSWERS: Final[dict[str, bool | None]] = {
    "accepted": True,
    "declined": False,
    "tentative": None,
    "needs_action": None,
}


def fits(entry: Entry) -> bool:
    """Whether an object is from Greenhouse."""
    if "action" in entry and "payload" in entry:
        return True
    return "application_id" in entry and "interviewers" in entry and "start" in entry


def read(entry: Entry, log: Log) -> list[Item]:
    """The interview in an object, or the event in a webhook."""
    if "payload" in entry:
        return _webhook(entry, log)
    entry.list_unknown(_FIELDS, "a Greenhouse interview")
    interview, organizer = entry.entry("interview"), entry.entry("organizer")
    attendees = tuple(_attendee(interviewer, log) for interviewer in entry.entries("interviewers"))
    known = {attendee.person.uid for attendee in attendees}
    coordinator = None if organizer is None else _person(organizer, coordinator=True)
    others = () if coordinator is None or coordinator.uid in known else (coordinator,)
    return Interview(
        system=SYSTEM,
        uid=entry.id("id") or "",
        span=entry.span,
        version=Version(updated_at=entry.moment("updated_at")),
        ended_at=_end(entry),
        status=entry.status("status", _STATUSES),
        stage=None if interview is None else stage_of(interview.text("name")),
        attendees=attendees,
        others=others,
        belonging=Belonging(application=entry.id("application_id")),
    ).if_complete(log)


def _webhook(entry: Entry, log: Log) -> list[Item]:
    action, payload = entry.text("action") or "", entry.entry("payload")
    interview = None if payload is None else payload.entry("interview")
    uid = None if interview is None else interview.id("id")
    if action == "interview_deleted" and interview is not None and uid is not None:
        return [Cancellation(system=SYSTEM, uid=uid, span=entry.span)]
    log.not_understood(entry.span, f"the webhook `{short(action)}` has no known message about interviews")
    return []


def _end(entry: Entry) -> datetime | None:
    """The end. Whole days end with the day before the given end, in local time."""
    start, end = entry.entry("start"), entry.entry("end")
    if end is None:
        return None
    if "date" not in end:
        return end.moment("date_time")
    last, first = end.day("date"), None if start is None else start.day("date")
    if last is None:
        return None
    if last > (first or date.min):
        last -= timedelta(days=1)
    return datetime.combine(last, time(23, 59, 59))


def _person(entry: Entry, coordinator: bool = False) -> Person:
    name = entry.text("name") or " ".join(filter(None, (entry.text("first_name"), entry.text("last_name")))) or None
    role: Role = "coordinator" if coordinator else "interviewer"
    return Person(name=name, email=entry.text("email"), uid=entry.id("id"), role=role)


def _attendee(entry: Entry, log: Log) -> Attendee:
    answer = entry.text("response_status")
    if answer is not None and answer not in _ANSWERS:
        log.not_understood(entry.place("response_status"), f"the answer `{short(answer)}` is unknown")
    return Attendee(person=_person(entry), accepted=_ANSWERS.get(answer or ""))
