"""Unified.to: interviews, alone or in a list."""

from __future__ import annotations

from typing import Final

from tactful.facts.shape import InterviewStatus
from tactful.formats.importers.feeds import Entry
from tactful.formats.importers.items import Attendee, Belonging, Interview, Item, Log, Person, Version, words

SYSTEM: Final = "unified"
FIELDS: Final = words(
    "id created_at updated_at candidate_id job_id application_id user_ids status start_at end_at location "
    "external_event_xref raw"
)
#: ``None``: the time of the interview is not fixed yet.
_STATUSES: Final[dict[str, InterviewStatus | None]] = {
    "SCHEDULED": "scheduled",
    "AWAITING_FEEDBACK": "held",
    "COMPLETE": "held",
    "CANCELED": "cancelled",
    "NEEDS_SCHEDULING": None,
}


def fits(entry: Entry) -> bool:
    """Whether an object is from Unified."""
    times = entry.any_of("start_at", "end_at", "status")
    return times and ("user_ids" in entry or ("candidate_id" in entry and "application_id" in entry))


def read(entry: Entry, log: Log) -> list[Item]:
    """The interview in an object."""
    entry.list_unknown(FIELDS, "a Unified interview")
    return Interview(
        system=SYSTEM,
        uid=entry.id("id") or "",
        span=entry.span,
        version=Version(updated_at=entry.moment("updated_at")),
        ended_at=entry.moment("end_at"),
        starts_at=entry.moment("start_at"),
        status=entry.status("status", _STATUSES),
        attendees=_attendees(entry),
        belonging=Belonging(application=entry.id("application_id"), candidate=entry.id("candidate_id")),
    ).if_complete(log)


def _attendees(entry: Entry) -> tuple[Attendee, ...] | None:
    """The people of ``user_ids``; ``None`` where the object does not name them."""
    if entry.node("user_ids") is None:
        return None
    uids = (uid for uid, _ in entry.references("user_ids") if uid is not None)
    return tuple(Attendee(person=Person(uid=uid)) for uid in uids)
