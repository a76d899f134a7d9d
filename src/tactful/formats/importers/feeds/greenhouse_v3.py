"""Greenhouse, version 3 of the Harvest API: interviews, and their interviewers, who come from an address of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from tactful.facts.shape import InterviewStatus
from tactful.formats.importers.feeds import Entry, person_in
from tactful.formats.importers.feeds.greenhouse import SYSTEM, answer_of, end_of_days
from tactful.formats.importers.items import (
    Attendee,
    Belonging,
    Interview,
    Item,
    Items,
    Log,
    Person,
    Seat,
    Version,
    words,
)
from tactful.source.codes.imports import WrongImportValue

_INTERVIEW_FIELDS: Final = words(
    "id application_id job_id job_interview_id organizer_id external_event_id status location video_conferencing_url "
    "starts_at ends_at all_day_start_on all_day_end_on scheduled_at availability_received_at created_at updated_at "
    "interviewers interview organizer"
)
_SEAT_FIELDS: Final = words("id interview_id user_id email name response_status scorecard_id created_at updated_at")
FIELDS: Final = _INTERVIEW_FIELDS | _SEAT_FIELDS
#: ``None``: the time of the interview is not fixed yet.
_STATUSES: Final[dict[str, InterviewStatus | None]] = {
    "to_be_scheduled": None,
    "scheduled": "scheduled",
    "awaiting_feedback": "held",
    "complete": "held",
}


def fits(entry: Entry) -> bool:
    """Whether an object is an interview or an interviewer of version 3."""
    if _is_seat(entry):
        return True
    times = entry.any_of("starts_at", "ends_at", "all_day_end_on", "scheduled_at")
    own = entry.any_of("job_interview_id", "organizer_id", "all_day_start_on", "availability_received_at")
    return "application_id" in entry and times and own


def _is_seat(entry: Entry) -> bool:
    return "interview_id" in entry and "user_id" in entry and entry.any_of("response_status", "scorecard_id")


def read(entry: Entry, log: Log) -> list[Item]:
    """The interview or the interviewer in an object."""
    if _is_seat(entry):
        return _seat(entry, log)
    entry.list_unknown(_INTERVIEW_FIELDS, "a Greenhouse interview")
    organizer = entry.id("organizer_id")
    return Interview(
        system=SYSTEM,
        uid=entry.id("id") or "",
        span=entry.span,
        version=Version(updated_at=entry.moment("updated_at")),
        ended_at=_end(entry),
        starts_at=entry.moment("starts_at"),
        status=entry.status("status", _STATUSES),
        attendees=_attendees(entry, log),
        others=() if organizer is None else (Person(uid=organizer, role="coordinator"),),
        belonging=Belonging(application=entry.id("application_id")),
    ).if_complete(log)


def _end(entry: Entry) -> datetime | None:
    moment, after = entry.moment("ends_at"), entry.day("all_day_end_on")
    if moment is not None or after is None:
        return moment
    return end_of_days(entry, entry.day("all_day_start_on"), after)


def _attendees(entry: Entry, log: Log) -> tuple[Attendee, ...] | None:
    """The interviewers, where somebody has put them into the interview; the API itself does not."""
    if entry.node("interviewers") is None:
        return None
    attendees = (_attendee(interviewer, log) for interviewer in entry.entries("interviewers"))
    return tuple(attendee for attendee in attendees if attendee is not None)


def _attendee(entry: Entry, log: Log) -> Attendee | None:
    person = person_in(entry, entry.id("user_id" if "user_id" in entry else "id"))
    return None if person is None else Attendee(person=person, accepted=answer_of(entry, log))


def _seat(entry: Entry, log: Log) -> list[Item]:
    entry.list_unknown(_SEAT_FIELDS, "a Greenhouse interviewer")
    uid, attendee = entry.id("interview_id"), _attendee(entry, log)
    if uid is None or attendee is None:
        return []
    return [Seat(system=SYSTEM, uid=uid, span=entry.span, attendee=attendee)]


def join_seats(items: Items, log: Log) -> Items:
    """The items with each interviewer put into their interview.

    An interviewer without an interview is a mistake. Interviews of version 3 without interviewers are noted.
    """
    seats = [item for item in items if isinstance(item, Seat)]
    by_interview: dict[tuple[str, str], list[Attendee]] = {}
    for seat in seats:
        by_interview.setdefault((seat.system, seat.uid), []).append(seat.attendee)
    interviews = {(item.system, item.uid) for item in items if isinstance(item, Interview)}
    for seat in seats:
        if (seat.system, seat.uid) not in interviews:
            message = f"the interview `{seat.uid}` of this interviewer is in none of the files"
            help_ = "import GET /v3/interviews and GET /v3/interviewers in one command"
            log.mistake(WrongImportValue, seat.span, message, help_)
            break
    return tuple(_with_seats(item, by_interview, log) for item in items if not isinstance(item, Seat))


def _with_seats(item: Item, seats: dict[tuple[str, str], list[Attendee]], log: Log) -> Item:
    if not isinstance(item, Interview) or item.system != SYSTEM or item.attendees is not None:
        return item
    attendees = seats.get((item.system, item.uid))
    if attendees is None:
        message = "the interview does not name its interviewers, so nobody will be thanked for it"
        help_ = "import GET /v3/interviewers in the same command, or add them by hand"
        log.not_understood(item.span, message, help_)
        return item
    return msgspec.structs.replace(item, attendees=tuple(attendees))
