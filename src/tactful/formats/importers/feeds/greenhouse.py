"""Greenhouse: interviews of Harvest 1 and 2, alone or in a list, and the webhook for a deleted interview."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from tactful.facts.shape import InterviewStatus
from tactful.formats.importers.feeds import Entry, person_in, short, stage_of
from tactful.formats.importers.items import (
    Attendee,
    Belonging,
    Cancellation,
    Interview,
    Item,
    Log,
    Version,
    words,
)
from tactful.source.nodes import Mapping

SYSTEM: Final = "greenhouse"
FIELDS: Final = words(
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
    times = (entry.node("start"), entry.node("end"))
    return "application_id" in entry and any(isinstance(time_, Mapping) for time_ in times)


def read(entry: Entry, log: Log) -> list[Item]:
    """The interview in an object, or the event in a webhook."""
    if "payload" in entry:
        return _webhook(entry, log)
    entry.list_unknown(FIELDS, "a Greenhouse interview")
    interview, organizer = entry.entry("interview"), entry.entry("organizer")
    people = (_attendee(interviewer, log) for interviewer in entry.entries("interviewers"))
    attendees = tuple(attendee for attendee in people if attendee is not None)
    known = {attendee.person.uid for attendee in attendees if attendee.person.uid is not None}
    coordinator = None if organizer is None else person_in(organizer, organizer.id("id"), "coordinator")
    others = () if coordinator is None or coordinator.uid in known else (coordinator,)
    return Interview(
        system=SYSTEM,
        uid=entry.id("id") or "",
        span=entry.span,
        version=Version(updated_at=entry.moment("updated_at")),
        ended_at=_end(entry),
        status=entry.status("status", _STATUSES),
        stage=None if interview is None else stage_of(interview.text("name")),
        attendees=None if entry.node("interviewers") is None else attendees,
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
    """The end: a moment, or a day. A day comes from an interview of whole days; it is the day after the last one."""
    start, end = entry.entry("start"), entry.entry("end")
    if end is None:
        return None
    moment, after = end.moment("date_time"), end.day("date")
    if moment is not None or after is None:
        return moment
    return end_of_days(None if start is None else start.day("date"), after)


def end_of_days(first: date | None, after: date) -> datetime:
    """The last second, in local time, of whole days from ``first`` until the day before ``after``, but at least one."""
    last = after - timedelta(days=1) if date.min < after and after > (first or date.min) else after
    return datetime.combine(last, time(23, 59, 59))


def _attendee(entry: Entry, log: Log) -> Attendee | None:
    person = person_in(entry, entry.id("id"))
    return None if person is None else Attendee(person=person, accepted=answer_of(entry, log))


def answer_of(entry: Entry, log: Log) -> bool | None:
    """Whether an interviewer accepted; ``None`` where they did neither that nor decline."""
    answer = entry.text("response_status")
    if answer is not None and answer not in _ANSWERS:
        log.not_understood(entry.place("response_status"), f"the answer `{short(answer)}` is unknown")
    return _ANSWERS.get(answer or "")
