"""Merge: scheduled interviews, alone, in a list, or under ``results``. Merge has no status for cancelled interviews."""

from __future__ import annotations

from typing import Final

from tactful.facts.shape import InterviewStatus
from tactful.formats.importers.feeds import Entry
from tactful.formats.importers.items import Attendee, Belonging, Interview, Item, Log, Person, Version, words
from tactful.source.nodes import Mapping

SYSTEM: Final = "merge"
_FIELDS: Final = words(
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
    entry.list_unknown(_FIELDS, "a Merge interview")
    status = entry.status("status", _STATUSES)
    organizer, interviewers = _id_of(entry, "organizer"), entry.ids("interviewers")
    coordinator = organizer is not None and organizer not in interviewers
    return Interview(
        system=SYSTEM,
        uid=entry.id("id") or "",
        span=entry.span,
        version=Version(updated_at=entry.moment("modified_at") or entry.moment("remote_updated_at")),
        ended_at=entry.moment("end_at"),
        status="cancelled" if entry.flag("remote_was_deleted") else status,
        attendees=tuple(Attendee(person=Person(uid=uid)) for uid in interviewers),
        others=(Person(uid=organizer, role="coordinator"),) if coordinator else (),
        belonging=Belonging(application=_id_of(entry, "application")),
    ).if_complete(log)


def _id_of(entry: Entry, key: str) -> str | None:
    """A reference: an id, or the object itself in feeds that expand it."""
    if not isinstance(entry.node(key), Mapping):
        return entry.id(key)
    inner = entry.entry(key)
    return None if inner is None else inner.id("id")
