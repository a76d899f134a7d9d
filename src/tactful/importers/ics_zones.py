"""The time zones of an iCalendar text: IANA names, the names of Windows, and rules that the file brings along."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from icalendar import Timezone
from icalendar.timezone.tzp import TZP
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from tactful.calendars import Calendars
from tactful.importers.ics_text import Component

#: The rules for clock changes that are followed. Others would let a file from a stranger count the seconds of centuries.
_YEARLY: Final = re.compile(
    r"(?:(?:FREQ=YEARLY|INTERVAL=\d{1,2}|WKST=[A-Z]{2}|BYMONTH=\d{1,2}|BYMONTHDAY=-?\d{1,2}(?:,-?\d{1,2}){0,30}"
    r"|BYDAY=[+-]?\d?[A-Z]{2}|UNTIL=\d{8}(?:T\d{6}Z?)?)(?:;|$))+"
)


class Zones:
    """The time zones that the events of one file can name."""

    def __init__(self, definitions: tuple[Component, ...]) -> None:
        self._defined = {(one.value("TZID") or "").strip(): one for one in definitions}
        self._calendars = Calendars()

    def name(self, tzid: str) -> str | None:
        """The IANA name that is meant by a TZID; ``None`` where there is none, though the file may still define it."""
        bare = tzid.strip().strip('"').strip("/")
        definition = self._defined.get(tzid.strip())
        given = None if definition is None else definition.value("X-LIC-LOCATION")
        parts = bare.split("/")
        tails = ["/".join(parts[no:]) for no in range(len(parts))] if tzid.startswith("/") else [bare]
        for candidate in (*tails, WINDOWS_TO_OLSON.get(bare), given):
            if candidate and self._calendars.zone_exists(candidate):
                return candidate
        return None

    def at(self, wall: datetime, tzid: str) -> datetime | None:
        """A time on the wall clock of a zone, with its offset; ``None`` where the zone is not known and not defined."""
        name = self.name(tzid)
        if name is not None:
            calendar = self._calendars.at(name, None)
            return calendar.local(calendar.instant(wall))
        definition = self._defined.get(tzid.strip())
        offset = None if definition is None else _offset(definition, wall)
        return None if offset is None else wall.replace(tzinfo=timezone(offset))


def _offset(definition: Component, wall: datetime) -> timedelta | None:
    """The offset that the file's own rules give for a time on the wall clock; ``None`` where they cannot be followed."""
    for part in definition.components:
        rules = [line.text.partition(":")[2].strip().upper() for line in part.lines if line.name in ("RRULE", "EXRULE")]
        if not all(_YEARLY.fullmatch(rule) and "FREQ=YEARLY" in rule for rule in rules):
            return None
    try:
        # With a provider of its own: icalendar's shared one would keep this file's zones for the files that come after.
        zone: Any = Timezone.from_ical(definition.to_ical_whole())
        offset: timedelta | None = zone.to_tz(TZP(), lookup_tzid=False).utcoffset(wall)
        return offset
    except Exception:  # rules from a stranger, read by libraries: whatever goes wrong, they are not followed
        return None
