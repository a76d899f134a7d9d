"""Reads and writes the moments of a case that is being edited."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tactful.facts.calendars import Calendars
from tactful.facts.reading.moments import parse_moment, seconds_of
from tactful.formats.importers.merge.document import Document

Entry = dict[str, Any]


class Clock:
    """The clocks of a case. ``now`` (seconds since 1970, UTC) is used where the case has none."""

    def __init__(self, document: Document, now: int) -> None:
        self._document, self._calendars, self._now = document, Calendars(), now

    def zone(self, application: Entry) -> str | None:
        """The time zone that moments of an application are read in."""
        candidate = self._document.root.get("candidate") or {}
        zone = application.get("time_zone") or candidate.get("time_zone")
        return None if zone is None else str(zone)

    def seconds(self, moment: datetime, application: Entry) -> int:
        """A moment in seconds since 1970, UTC. Without an offset it is local time at the application."""
        return seconds_of(moment, self._calendars.at(self.zone(application) or "UTC", None))

    def end(self, interview: Entry, application: Entry) -> int | None:
        """The end of an interview of the case, in seconds since 1970, UTC."""
        moment = parse_moment(str(interview["ended_at"]))
        return None if moment is None else self.seconds(moment, application)

    def now(self, application: Entry) -> int:
        """The moment of the case, in seconds since 1970, UTC."""
        own = parse_moment(str(self._document.root.get("now") or ""))
        return self._now if own is None else self.seconds(own, application)


def write_moment(moment: datetime) -> str:
    """A moment in ISO 8601: with a Z in UTC, else with its offset if it has one."""
    text = moment.isoformat()
    return f"{text[:-6]}Z" if moment.tzinfo is not None and moment.utcoffset() == timedelta(0) else text
