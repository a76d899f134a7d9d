"""Workable: events, alone, in a list, or under ``events``. Meetings are not interviews."""

from __future__ import annotations

from typing import Final

from tactful.formats.importers.feeds import Entry, person_in, short, stage_of
from tactful.formats.importers.items import Attendee, Belonging, Interview, Item, Log, words
from tactful.source.codes.imports import WrongImportValue

SYSTEM: Final = "workable"
FIELDS: Final = words("id title description type starts_at ends_at cancelled job members candidate conference")
#: The types of events, without the ending ``Event`` that the API adds: whether they are interviews.
_TYPES: Final = {"interview": True, "call": True, "meeting": False}
_ANSWERS: Final[dict[str, bool | None]] = {
    "accepted": True,
    "declined": False,
    "pending": None,
    "tentative": None,
    "needs_action": None,
}


def fits(entry: Entry) -> bool:
    """Whether an object is from Workable."""
    times = entry.any_of("starts_at", "ends_at")
    return times and "type" in entry and entry.any_of("members", "candidate", "job", "cancelled", "conference")


def read(entry: Entry, log: Log) -> list[Item]:
    """The interview in an event. Workable has no versions, so the last import counts as the newest."""
    entry.list_unknown(FIELDS, "a Workable event")
    type_ = entry.text("type") or ""
    is_interview = _TYPES.get(type_.casefold().removesuffix("event").strip(" _-"))
    if is_interview is None:
        help_ = "write `InterviewEvent` if it is an interview, or remove the event"
        log.mistake(WrongImportValue, entry.place("type"), f"the type of event `{short(type_)}` is unknown", help_)
    elif not is_interview:
        log.not_understood(entry.place("type"), f"an event of the type `{short(type_)}` is not an interview")
    if not is_interview:
        return []
    job, candidate = entry.entry("job"), entry.entry("candidate")
    return Interview(
        system=SYSTEM,
        uid=entry.id("id") or "",
        span=entry.span,
        ended_at=entry.moment("ends_at"),
        starts_at=entry.moment("starts_at"),
        status="cancelled" if entry.flag("cancelled") else "scheduled",
        stage=stage_of(entry.text("title")),
        attendees=_attendees(entry, log),
        belonging=Belonging(
            role=None if job is None else job.text("title"),
            candidate=None if candidate is None else candidate.id("id"),
            candidate_name=None if candidate is None else candidate.text("name"),
        ),
    ).if_complete(log)


def _attendees(entry: Entry, log: Log) -> tuple[Attendee, ...] | None:
    """The members; ``None`` where the event does not name them."""
    if entry.node("members") is None:
        return None
    attendees = (_attendee(member, log) for member in entry.entries("members"))
    return tuple(attendee for attendee in attendees if attendee is not None)


def _attendee(entry: Entry, log: Log) -> Attendee | None:
    answer = entry.text("status")
    if answer is not None and answer not in _ANSWERS:
        log.not_understood(entry.place("status"), f"the answer `{short(answer)}` is unknown")
    person = person_in(entry, entry.id("id"))
    return None if person is None else Attendee(person=person, accepted=_ANSWERS.get(answer or ""))
