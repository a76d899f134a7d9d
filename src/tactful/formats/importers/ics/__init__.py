"""Invitations to interviews: iCalendar (RFC 5545) as it is sent by mail (RFC 5546).

REQUEST, PUBLISH and a missing method describe an interview. CANCEL with ``STATUS:CANCELLED`` cancels it; CANCEL without
that status withdraws the people it names. Replies and counter-proposals are meant for organizers and are only noted.
"""

from __future__ import annotations

from tactful.formats.importers.feeds import short
from tactful.formats.importers.ics.events import EventReader
from tactful.formats.importers.ics.lines import components
from tactful.formats.importers.items import Item, Items, Log
from tactful.source.nodes import TextLimits


def read(data: bytes, name: str, log: Log, limits: TextLimits) -> Items:
    """Read the interviews, withdrawals and cancellations of an iCalendar file."""
    items: list[Item] = []
    for calendar in components(data, name, log, limits):
        if calendar.name != "VCALENDAR":
            log.not_understood(calendar.span, f"the component `{short(calendar.name)}` is skipped")
            continue
        reader = EventReader(calendar, log)
        items.extend(item for event in calendar.components if (item := reader.item(event)) is not None)
    if not items and not log.mistakes:
        log.not_understood(None, f"`{name}` has no interviews")
    return tuple(items)
