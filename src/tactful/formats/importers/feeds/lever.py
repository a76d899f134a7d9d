"""Lever: interviews of an opportunity, alone, in a list, or under ``data``. Times are in milliseconds since 1970."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tactful.facts.calendars import Calendars
from tactful.formats.importers.feeds import Entry, short, stage_of
from tactful.formats.importers.found import Attendee, Belonging, Interview, Item, Log, Person, Version, words
from tactful.source.nodes import Mapping

SYSTEM: Final = "lever"
_FIELDS: Final = words(
    "id panel subject note interviewers timezone createdAt updatedAt date duration location feedbackTemplate feedbackForms "
    "feedbackReminder user stage stageId canceledAt postings gcalEventUrl opportunityId opportunity"
)
#: The longest interview that is believed, in minutes: a week.
_LONGEST: Final = 7 * 24 * 60


def fits(entry: Entry) -> bool:
    """Whether an object is one of Lever's."""
    return "date" in entry and "duration" in entry


def read(entry: Entry, log: Log) -> list[Item]:
    """The interview in an object. Lever does not date its versions where ``updatedAt`` is missing: the last import counts."""
    entry.list_unknown(_FIELDS, "a Lever interview")
    start, minutes = entry.milliseconds("date"), entry.number("duration", _LONGEST)
    end = None if start is None or minutes is None else start + timedelta(minutes=minutes)
    return Interview(
        system=SYSTEM,
        uid=entry.id("id") or "",
        span=entry.span,
        version=Version(updated_at=entry.milliseconds("updatedAt")),
        ended_at=end,
        status="scheduled" if entry.milliseconds("canceledAt") is None else "cancelled",
        stage=stage_of(entry.text("subject")),
        attendees=_attendees(entry, log),
        belonging=Belonging(
            application=entry.id("opportunityId"),
            time_zone=_zone(entry, log),
        ),
    ).if_complete(log)


def _zone(entry: Entry, log: Log) -> str | None:
    zone = entry.text("timezone")
    if zone is None or Calendars().zone_exists(zone):
        return zone
    log.not_understood(entry.place("timezone"), f"the time zone `{short(zone)}` is not known here")
    return None


def _attendees(entry: Entry, log: Log) -> tuple[Attendee, ...]:
    """Interviewers are ids, or objects with id, name and email."""
    if not any(isinstance(one, Mapping) for one in entry.items("interviewers")):
        return tuple(Attendee(person=Person(uid=uid)) for uid in entry.ids("interviewers"))
    found = []
    for one in entry.entries("interviewers"):
        person = Person(name=one.text("name"), email=one.text("email"), uid=one.id("id"))
        found.append(Attendee(person=person))
    return tuple(found)
