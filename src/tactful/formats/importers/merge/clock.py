"""Moments in a case being edited: on which clock they are read, and how they are written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tactful.facts.calendars import Calendars
from tactful.facts.reading.moments import parse_moment, seconds_of
from tactful.formats.importers.merge.document import Document

Entry = dict[str, Any]


class Clock:
    """The clocks of a case. ``now`` is the case's own, else the one given, in seconds since 1970."""

    def __init__(self, document: Document, now: int) -> None:
        self._document, self._calendars, self._now = document, Calendars(), now

    def zone(self, application: Entry) -> str | None:
        """The time zone that moments of an application are read in."""
        candidate = self._document.root.get("candidate") or {}
        zone = application.get("time_zone") or candidate.get("time_zone")
        return None if zone is None else str(zone)

    def seconds(self, moment: datetime, application: Entry) -> int:
        """A moment in seconds since 1970; without an offset it is on the application's clock."""
        return seconds_of(moment, self._calendars.at(self.zone(application) or "UTC", None))

    def end(self, interview: Entry, application: Entry) -> int | None:
        """When an interview of the case ends."""
        moment = parse_moment(str(interview["ended_at"]))
        return None if moment is None else self.seconds(moment, application)

    def now(self, application: Entry) -> int:
        """The moment that the case is about."""
        own = parse_moment(str(self._document.root.get("now") or ""))
        return self._now if own is None else self.seconds(own, application)


def write_moment(moment: datetime) -> str:
    """A moment as a case has it: in UTC with a Z, else with its offset, or without where it has none."""
    text = moment.isoformat()
    return f"{text[:-6]}Z" if moment.tzinfo is not None and moment.utcoffset() == timedelta(0) else text
