"""The time zones of an iCalendar text: IANA names, names of Windows, and definitions in the file."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from icalendar import Timezone
from icalendar.timezone.tzp import TZP
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from tactful.facts.calendars import Calendars
from tactful.facts.places import time_zone_exists
from tactful.formats.importers.ics.lines import Component

#: The supported rules for clock changes. With others, a stranger's file could list every second of centuries.
_YEARLY: Final = re.compile(
    r"(?:(?:FREQ=YEARLY|INTERVAL=\d{1,2}|WKST=[A-Z]{2}|BYMONTH=\d{1,2}|BYMONTHDAY=-?\d{1,2}(?:,-?\d{1,2}){0,30}"
    r"|BYDAY=[+-]?\d?[A-Z]{2}|UNTIL=\d{8}(?:T\d{6}Z?)?)(?:;|$))+"
)
#: The most rules of a zone, and the most moments that are read in zones that the file defines.
_PARTS: Final = 20
_TIMES: Final = 400


class Zones:
    """The time zones of the events of one file."""

    def __init__(self, definitions: tuple[Component, ...]) -> None:
        self._defined = {(definition.value("TZID") or "").strip(): definition for definition in definitions}
        self._calendars = Calendars()
        self._built: dict[str, Any] = {}
        self._times = 0

    def name(self, tzid: str) -> str | None:
        """The IANA name for a TZID; ``None`` where there is none. The file may still define the zone."""
        bare = tzid.strip().strip('"').strip("/")
        definition = self._defined.get(tzid.strip())
        given = None if definition is None else definition.value("X-LIC-LOCATION")
        parts = bare.split("/")
        tails = ["/".join(parts[no:]) for no in range(len(parts))] if tzid.startswith("/") else [bare]
        for candidate in (*tails, WINDOWS_TO_OLSON.get(bare), given):
            if candidate and time_zone_exists(candidate):
                return candidate
        return None

    def at(self, wall: datetime, tzid: str) -> datetime | None:
        """A local time of a zone with its offset; ``None`` where the zone is neither known nor defined."""
        name = self.name(tzid)
        if name is not None:
            calendar = self._calendars.at(name, None)
            return calendar.local(calendar.instant(wall))
        offset = self._offset(tzid.strip(), wall)
        return None if offset is None else wall.replace(tzinfo=timezone(offset))

    def _offset(self, tzid: str, wall: datetime) -> timedelta | None:
        """The offset at a local time by the file's own rules; ``None`` where they cannot be used."""
        self._times += 1
        if tzid not in self._defined or self._times > _TIMES:
            return None
        try:
            if tzid not in self._built:
                self._built[tzid] = _zone(self._defined[tzid])
            offset: timedelta | None = self._built[tzid].utcoffset(wall)
        except Exception:  # libraries read a stranger's rules: with any error, the rules are not used
            return None
        return offset


def _zone(definition: Component) -> Any:
    """The zone of a definition; ``None`` where its rules are not supported."""
    lines = [line for part in definition.components for line in part.lines if line.name in ("RRULE", "EXRULE")]
    rules = [line.text.partition(":")[2].strip().upper() for line in lines]
    if len(rules) > _PARTS or not all(_YEARLY.fullmatch(rule) and "FREQ=YEARLY" in rule for rule in rules):
        return None
    zone: Any = Timezone.from_ical(definition.to_ical_whole())
    # A provider of its own, because icalendar's shared provider would keep this file's zones for later files.
    return zone.to_tz(TZP(), lookup_tzid=False)
