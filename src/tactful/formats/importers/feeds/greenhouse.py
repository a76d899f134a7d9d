"""Greenhouse: interviews, applications and offers of Harvest 1 and 2, alone or in a list.

Also the webhook for a deleted interview.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from tactful.facts.shape import ApplicationStatus, InterviewStatus
from tactful.formats.importers.feeds import NOT_SENT, Entry, person_in, short, stage_of
from tactful.formats.importers.items import (
    ApplicationState,
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
_INTERVIEW_FIELDS: Final = words(
    "id application_id external_event_id start end location video_conferencing_url status created_at updated_at "
    "interview organizer interviewers"
)
_APPLICATION_FIELDS: Final = words(
    "id candidate_id prospect applied_at rejected_at last_activity_at location source credited_to recruiter coordinator "
    "rejection_reason rejection_details jobs job_post_id status current_stage answers prospective_office "
    "prospective_department prospect_detail custom_fields keyed_custom_fields attachments"
)
_OFFER_FIELDS: Final = words(
    "id version application_id job_id candidate_id opening created_at updated_at sent_at resolved_at starts_at status "
    "custom_fields keyed_custom_fields"
)
FIELDS: Final = _INTERVIEW_FIELDS | _APPLICATION_FIELDS | _OFFER_FIELDS
_STATUSES: Final[dict[str, InterviewStatus | None]] = {
    "scheduled": "scheduled",
    "awaiting_feedback": "held",
    "complete": "held",
}
#: The statuses of applications; ``None``: nothing that a case says.
_APPLICATION_STATUSES: Final[dict[str, ApplicationStatus | None]] = {
    "active": None,
    "rejected": "rejected",
    "hired": "accepted",
    "converted": None,
}
#: The statuses of offers that the candidate has. Of those refused it is not clear by whom, and deprecated ones do not count.
_OFFER_STATUSES: Final[dict[str, ApplicationStatus]] = {"unresolved": "offered", "accepted": "accepted"}
#: The type of reasons for a rejection by the candidate.
_WITHDRAWN: Final = "They rejected us"
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
    is_interview = "application_id" in entry and any(isinstance(time_, Mapping) for time_ in times)
    return is_interview or _is_application(entry) or _is_offer(entry)


def _is_application(entry: Entry) -> bool:
    return all(key in entry for key in ("candidate_id", "applied_at", "jobs"))


def _is_offer(entry: Entry) -> bool:
    return all(key in entry for key in ("application_id", "sent_at", "resolved_at"))


def read(entry: Entry, log: Log) -> list[Item]:
    """The interview, the application or the offer in an object, or the event in a webhook."""
    if "payload" in entry:
        return _webhook(entry, log)
    if _is_application(entry):
        return _application(entry, log)
    if _is_offer(entry):
        return _offer(entry)
    entry.list_unknown(_INTERVIEW_FIELDS, "a Greenhouse interview")
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
        starts_at=_start(entry),
        status=entry.status("status", _STATUSES),
        stage=None if interview is None else stage_of(interview.text("name")),
        attendees=None if entry.node("interviewers") is None else attendees,
        others=others,
        belonging=Belonging(application=entry.id("application_id")),
    ).if_complete(log)


def _application(entry: Entry, log: Log) -> list[Item]:
    entry.list_unknown(_APPLICATION_FIELDS, "a Greenhouse application")
    if entry.flag("prospect"):
        log.not_understood(entry.span, "a prospect has not applied, and is skipped")
        return []
    jobs = entry.entries("jobs")
    return ApplicationState(
        system=SYSTEM,
        uid=entry.id("id") or "",
        span=entry.span,
        candidate=entry.id("candidate_id"),
        role=jobs[0].text("name") if len(jobs) == 1 else None,
        status=_application_status(entry, log),
        applied_at=entry.moment("applied_at"),
    ).if_any()


def _application_status(entry: Entry, log: Log) -> ApplicationStatus | None:
    text = entry.text("status") or ""
    if text not in _APPLICATION_STATUSES:
        log.not_understood(entry.place("status"), f"the status `{short(text)}` is unknown")
    status = _APPLICATION_STATUSES.get(text)
    reason = entry.entry("rejection_reason") if status == "rejected" else None
    type_ = None if reason is None else reason.entry("type")
    return "withdrawn" if type_ is not None and type_.text("name") == _WITHDRAWN else status


def _offer(entry: Entry) -> list[Item]:
    entry.list_unknown(_OFFER_FIELDS, "a Greenhouse offer")
    sent_on, start_on = entry.day("sent_at"), entry.day("starts_at")
    status = _OFFER_STATUSES.get(entry.text("status") or "")
    if sent_on is None or status is None:
        entry.note(NOT_SENT)
        return []
    return ApplicationState(
        system=SYSTEM,
        uid=entry.id("application_id") or "",
        span=entry.span,
        candidate=entry.id("candidate_id"),
        status=status,
        offered_at=datetime.combine(sent_on, time()),
        start_on=None if start_on is None else start_on.isoformat(),
    ).if_any()


def _webhook(entry: Entry, log: Log) -> list[Item]:
    action, payload = entry.text("action") or "", entry.entry("payload")
    interview = None if payload is None else payload.entry("interview")
    uid = None if interview is None else interview.id("id")
    if action == "interview_deleted" and interview is not None and uid is not None:
        return [Cancellation(system=SYSTEM, uid=uid, span=entry.span)]
    log.not_understood(entry.span, f"the webhook `{short(action)}` has no known message about interviews")
    return []


def _start(entry: Entry) -> datetime | None:
    """The start; ``None`` for an interview of whole days."""
    start = entry.entry("start")
    return None if start is None else start.moment("date_time")


def _end(entry: Entry) -> datetime | None:
    """The end: a moment, or a day. A day comes from an interview of whole days; it is the day after the last one."""
    start, end = entry.entry("start"), entry.entry("end")
    if end is None:
        return None
    moment, after = end.moment("date_time"), end.day("date")
    if moment is not None or after is None:
        return moment
    return end_of_days(entry, None if start is None else start.day("date"), after)


def end_of_days(entry: Entry, first: date | None, after: date) -> datetime:
    """The last second, in local time, of whole days from ``first`` until the day before ``after``, but at least one.

    A day before the first one is noted.
    """
    if first is not None and after < first:
        entry.note("the interview ends before it starts: correct `ended_at` in the case if the end is wrong")
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
