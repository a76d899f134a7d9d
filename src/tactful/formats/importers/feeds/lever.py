"""Lever: interviews of an opportunity, alone, in a list, or under ``data``. Times are in milliseconds since 1970."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tactful.facts.places import time_zone_exists
from tactful.formats.importers.feeds import Entry, person_in, short, stage_of
from tactful.formats.importers.items import Attendee, Belonging, Interview, Item, Log, Person, Version, words

SYSTEM: Final = "lever"
FIELDS: Final = words(
    "id panel subject note interviewers timezone createdAt updatedAt date duration location feedbackTemplate feedbackForms "
    "feedbackReminder user stage stageId canceledAt postings gcalEventUrl opportunityId opportunity"
)
#: The longest plausible interview, in minutes: a week.
_LONGEST: Final = 7 * 24 * 60


def fits(entry: Entry) -> bool:
    """Whether an object is from Lever."""
    others = entry.any_of("interviewers", "canceledAt", "panel", "opportunityId", "feedbackForms", "feedbackTemplate")
    return "date" in entry and "duration" in entry and others


def read(entry: Entry, log: Log) -> list[Item]:
    """The interview in an object. Without ``updatedAt``, the last import counts as the newest version."""
    entry.list_unknown(FIELDS, "a Lever interview")
    start, minutes = entry.milliseconds("date"), entry.number("duration", _LONGEST)
    end = None if start is None or minutes is None else start + timedelta(minutes=minutes)
    cancelled_at = entry.milliseconds("canceledAt")
    return Interview(
        system=SYSTEM,
        uid=entry.id("id") or "",
        span=entry.span,
        version=Version(updated_at=entry.milliseconds("updatedAt")),
        ended_at=end,
        starts_at=start,
        status="scheduled" if cancelled_at is None else "cancelled",
        cancelled_at=cancelled_at,
        stage=stage_of(entry.text("subject")),
        attendees=_attendees(entry),
        belonging=Belonging(
            application=entry.id("opportunityId"),
            time_zone=_zone(entry, log),
        ),
    ).if_complete(log)


def _zone(entry: Entry, log: Log) -> str | None:
    zone = entry.text("timezone")
    if zone is None or time_zone_exists(zone):
        return zone
    log.not_understood(entry.place("timezone"), f"the time zone `{short(zone)}` is unknown")
    return None


def _attendees(entry: Entry) -> tuple[Attendee, ...] | None:
    """The interviewers, who are ids or objects with id, name and email; ``None`` where the object does not name them."""
    if entry.node("interviewers") is None:
        return None
    people = [
        Person(uid=uid) if interviewer is None else person_in(interviewer, uid)
        for uid, interviewer in entry.references("interviewers")
    ]
    return tuple(Attendee(person=person) for person in people if person is not None and person != Person())
