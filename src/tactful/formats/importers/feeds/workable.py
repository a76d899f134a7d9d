"""Workable: events, alone, in a list, or under ``events``. Events of the type ``meeting`` are not interviews."""

from __future__ import annotations

from typing import Final

from tactful.formats.importers.feeds import Entry, short, stage_of
from tactful.formats.importers.items import Attendee, Belonging, Interview, Item, Log, Person, words

SYSTEM: Final = "workable"
_FIELDS: Final = words("id title description type starts_at ends_at cancelled job members candidate conference")
_ANSWERS: Final[dict[str, bool | None]] = {
    "accepted": True,
    "declined": False,
    "pending": None,
    "tentative": None,
    "needs_action": None,
}


def fits(entry: Entry) -> bool:
    """Whether an object is from Workable."""
    return "starts_at" in entry or "ends_at" in entry


def read(entry: Entry, log: Log) -> list[Item]:
    """The interview in an event. Workable has no versions, so the last import counts as the newest."""
    entry.list_unknown(_FIELDS, "a Workable event")
    type_ = entry.text("type")
    if type_ not in ("call", "interview"):
        log.not_understood(entry.place("type"), f"an event of the type `{short(type_ or '')}` is not an interview")
        return []
    job, candidate = entry.entry("job"), entry.entry("candidate")
    return Interview(
        system=SYSTEM,
        uid=entry.id("id") or "",
        span=entry.span,
        ended_at=entry.moment("ends_at"),
        status="cancelled" if entry.flag("cancelled") else "scheduled",
        stage=stage_of(entry.text("title")),
        attendees=tuple(_attendee(member, log) for member in entry.entries("members")) if "members" in entry else None,
        belonging=Belonging(
            role=None if job is None else job.text("title"),
            candidate=None if candidate is None else candidate.id("id"),
            candidate_name=None if candidate is None else candidate.text("name"),
        ),
    ).if_complete(log)


def _attendee(entry: Entry, log: Log) -> Attendee:
    answer = entry.text("status")
    if answer is not None and answer not in _ANSWERS:
        log.not_understood(entry.place("status"), f"the answer `{short(answer)}` is unknown")
    person = Person(name=entry.text("name"), email=entry.text("email"), uid=entry.id("id"))
    return Attendee(person=person, accepted=_ANSWERS.get(answer or ""))
