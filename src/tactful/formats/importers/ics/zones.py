"""The time zones of an iCalendar file: definitions in the file, IANA names, and names of Windows.

A definition in the file always goes before the zone's name. Local times that the clocks skip or show twice are read as
:mod:`tactful.facts.calendars` reads them: with the offset that applied before the change.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from dateutil.rrule import rrulestr
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from tactful.facts.calendars import Calendars
from tactful.facts.places import time_zone_exists
from tactful.formats.importers.feeds import short
from tactful.formats.importers.ics.lines import Component
from tactful.formats.importers.items import Record
from tactful.source.lazy import lazy

#: The supported rules for clock changes. With others, a stranger's file could list every second of centuries.
_YEARLY: Final = re.compile(
    r"(?:(?:FREQ=YEARLY|INTERVAL=1|WKST=[A-Z]{2}|BYMONTH=\d{1,2}|BYMONTHDAY=-?\d{1,2}(?:,-?\d{1,2}){0,30}"
    r"|BYDAY=[+-]?\d?[A-Z]{2}|BYSETPOS=-?1|BYHOUR=\d{1,2}|BYMINUTE=\d{1,2}|BYSECOND=\d{1,2}"
    r"|UNTIL=\d{8}(?:T\d{6}Z?)?)(?:;|$))+"
)
_OFFSET: Final = re.compile(r"([+-])(\d{2}):?(\d{2})(?::?(\d{2}))?")
_MOMENT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})Z?)?")
#: The most rules and single changes of a zone, and the most years for which all rules of a file are computed.
_PARTS: Final = 60
_CHANGES: Final = 2_000
_YEARS: Final = 5_000
#: How many years of a rule are computed at once. Every yearly rule has a change within them.
_SPAN: Final = 12
#: Names of UTC in addition to the IANA names.
_UTC: Final = ("utc", "gmt", "z", "zulu", "coordinated universal time", "(utc) coordinated universal time", "etc/utc")
_MICROSOFT: Final = "tzone://microsoft/"
_WINDOWS: Final = {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}
#: Names that a machine's time zone folder has and IANA's list does not.
_OF_MACHINES: Final = re.compile(r"(?:localtime|posixrules|Factory|posix/.*|right/.*)")
#: Moments of a year at which a definition and a named zone are compared.
_QUARTERS: Final = (0, 91, 182, 273)


class UnusableZone(Exception):
    """Why a local time cannot be read in a zone, in words."""


class Change(Record, frozen=True):
    """A change of the clocks: its moment as a naive datetime in UTC, and the offsets before and after it."""

    at: datetime
    before: timedelta
    after: timedelta


class Zones:
    """The time zones of the events of one file."""

    def __init__(self, definitions: tuple[Component, ...]) -> None:
        budget = _Budget()
        self._defined = {
            _key(definition.value("TZID") or ""): _Definition(definition, budget)
            for definition in definitions
            if definition.components
        }
        self._calendars = Calendars()

    def name(self, tzid: str, wall: datetime | None = None) -> str | None:
        """The IANA name for a TZID; ``None`` where there is none.

        Where the file defines the zone, the name counts only if its clocks agree with the definition in the year of
        ``wall``.
        """
        definition = self._defined.get(_key(tzid))
        given = None if definition is None else definition.location
        name = next((name for name in (*_names(tzid), given) if name and self._exists(name)), None)
        if name is None or definition is None or wall is None:
            return name
        try:
            days = [wall + timedelta(days=days) for days in _QUARTERS]
            agree = all(definition.at(day).utcoffset() == self._named(day, name).utcoffset() for day in days)
        except (UnusableZone, OverflowError, ValueError):
            return None
        return name if agree else None

    def at(self, wall: datetime, tzid: str) -> datetime:
        """A local time of a zone, with its offset. Raises :class:`UnusableZone` where the zone cannot be used."""
        definition = self._defined.get(_key(tzid))
        if definition is not None:
            return definition.at(wall)
        name = self.name(tzid)
        if name is None:
            raise UnusableZone("is unknown, and the file has no definition of it")
        return self._named(wall, name)

    def later(self, wall: datetime, tzid: str, exact: timedelta) -> datetime:
        """The moment an exact time after a local time of a zone. Raises :class:`UnusableZone` like :meth:`at`."""
        moment = self.at(wall, tzid).astimezone(UTC) + exact
        definition = self._defined.get(_key(tzid))
        if definition is not None:
            return definition.local(moment.replace(tzinfo=None))
        return self._calendars.at(self.name(tzid) or "UTC", None).local(int(moment.timestamp()))

    def _exists(self, name: str) -> bool:
        return not _OF_MACHINES.fullmatch(name) and time_zone_exists(name)

    def _named(self, wall: datetime, name: str) -> datetime:
        calendar = self._calendars.at(name, None)
        return calendar.local(calendar.instant(wall))


class _Budget:
    """How many years of the rules of a file may still be computed."""

    def __init__(self) -> None:
        self._years = _YEARS

    def take(self, years: int) -> None:
        """Use up some years. Raises :class:`UnusableZone` where too few are left."""
        self._years -= years
        if self._years < 0:
            raise UnusableZone("has too many rules, together with the other zones of the file")


class _Definition:
    """The definition of a zone in a file."""

    def __init__(self, component: Component, budget: _Budget) -> None:
        self._component, self._budget = component, budget
        self._of_years: dict[int, tuple[Change, ...]] = {}
        self.location = component.value("X-LIC-LOCATION")

    def at(self, wall: datetime) -> datetime:
        """A local time with its offset. Raises :class:`UnusableZone` where the definition cannot be followed."""
        changes = self._changes(wall.year)
        offset = changes[0].before
        for change in changes:
            # Skipped times, and times shown twice, still have the offset that applied before.
            if wall < change.at + max(offset, change.after):
                break
            offset = change.after
        return self.local(wall - offset)

    def local(self, moment: datetime) -> datetime:
        """The local time at a moment, which is a naive datetime in UTC."""
        changes = self._changes(moment.year)
        no = bisect_right([change.at for change in changes], moment)
        offset = changes[no - 1].after if no else changes[0].before
        if offset % timedelta(minutes=1):
            return moment.replace(tzinfo=UTC)  # ISO 8601 cannot write an offset with seconds
        return moment.replace(tzinfo=UTC).astimezone(timezone(offset))

    @lazy
    def _observances(self) -> tuple[_Observance, ...]:
        parts = [part for part in self._component.components if part.name in ("STANDARD", "DAYLIGHT")]
        rules = sum(line.name == "RRULE" for part in parts for line in part.lines)
        if not parts or rules > _PARTS:
            raise UnusableZone("has no rules" if not parts else f"has more than {_PARTS} rules")
        if len(parts) > _CHANGES:
            raise UnusableZone(f"has more than {_CHANGES:,} changes of the clocks")
        return tuple(map(_Observance, parts))

    def _changes(self, year: int) -> tuple[Change, ...]:
        """The changes of the clocks up to the end of the next year, in order."""
        known = self._of_years.get(year)
        if known is None:
            changes = [
                change
                for observance in self._observances
                for change in observance.changes(min(year + 1, datetime.max.year - 1), self._budget.take)
            ]
            known = self._of_years[year] = tuple(sorted(changes, key=lambda change: change.at))
        return known


class _Observance:
    """A part of a zone's definition: standard time or daylight time. Raises :class:`UnusableZone` if it is broken."""

    def __init__(self, component: Component) -> None:
        self._before = _offset(component.value("TZOFFSETFROM"), "TZOFFSETFROM")
        self._after = _offset(component.value("TZOFFSETTO"), "TZOFFSETTO")
        self._start = _moment(component.value("DTSTART") or "", "DTSTART")
        self._rules = [line.value.strip().upper().rstrip(";") for line in component.lines if line.name == "RRULE"]
        for rule in self._rules:
            if not _YEARLY.fullmatch(rule) or "FREQ=YEARLY" not in rule:
                raise UnusableZone(f"is defined by a rule that is not supported: `{short(rule)}`")
        for line in component.lines:
            if line.name in ("EXRULE", "EXDATE"):
                raise UnusableZone(f"is defined with `{line.name}`, which is not supported")
        dates = [value for line in component.lines if line.name == "RDATE" for value in line.value.split(",")]
        if len(dates) > _CHANGES:
            raise UnusableZone(f"has more than {_CHANGES:,} changes of the clocks")
        self._known: dict[tuple[str, datetime], list[datetime]] = {}
        self._dates = [self._date(value.strip()) for value in dates if value.strip()]

    def _date(self, value: str) -> datetime:
        """A single change, as a local time of the observance."""
        moment = _moment(value.partition("/")[0], "RDATE")
        return moment + self._before if value.partition("/")[0].upper().endswith("Z") else moment

    def changes(self, last: int, take: Callable[[int], None]) -> list[Change]:
        """The changes up to the end of the year ``last``. ``take`` is called with the number of years that are computed."""
        walls = {*self._dates, *(() if self._rules else (self._start,))}
        for rule in self._rules:
            walls.update(self._of_rule(rule, last, take))
        try:
            return [
                Change(at=wall - self._before, before=self._before, after=self._after)
                for wall in walls
                if wall.year <= last
            ] or [Change(at=self._start - self._before, before=self._before, after=self._after)]
        except OverflowError:
            raise UnusableZone("has a change of the clocks at an impossible time") from None

    def _of_rule(self, rule: str, last: int, take: Callable[[int], None]) -> list[datetime]:
        until = re.search(r"UNTIL=(\w+)", rule)
        plain = re.sub(r"UNTIL=\w+;?", "", rule).rstrip(";")
        limit = datetime(last, 12, 31, 23, 59, 59)
        if until is not None:
            end = _moment(until[1], "UNTIL")
            end = end + self._before if until[1].endswith("Z") else end
            limit = min(limit, end if "T" in until[1] else end + timedelta(hours=23, minutes=59, seconds=59))
        if (rule, limit) in self._known:
            return self._known[rule, limit]
        first = max(self._start.year, limit.year - _SPAN + 1)
        if first > limit.year:
            return []
        take(limit.year - first + 1)
        # The day of the start counts only where the rule names none; then it is kept.
        day = self._start.day if (self._start.month, self._start.day) != (2, 29) else 28
        start = self._start if first == self._start.year else self._start.replace(year=first, day=day)
        if first != self._start.year and re.search("BYMONTH=|BYDAY=|BYMONTHDAY=", plain):
            start, plain = start.replace(month=1, day=1), self._with_day(plain)
        try:
            changes: list[datetime] = list(rrulestr(plain, dtstart=start).between(start, limit, inc=True))
        except (ValueError, TypeError, OverflowError):
            raise UnusableZone(f"is defined by a rule that is not supported: `{short(rule)}`") from None
        self._known[rule, limit] = changes
        return changes

    def _with_day(self, rule: str) -> str:
        """The rule with the day that it takes from the observance's start."""
        return rule if "BYDAY=" in rule or "BYMONTHDAY=" in rule else f"{rule};BYMONTHDAY={self._start.day}"


def _offset(text: str | None, name: str) -> timedelta:
    match = _OFFSET.fullmatch((text or "").strip())
    if match is None:
        raise UnusableZone(f"is defined with an impossible `{name}`: `{short(text or '')}`")
    sign, hours, minutes, seconds = match[1], int(match[2]), int(match[3]), int(match[4] or 0)
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if offset >= timedelta(days=1) or minutes > 59 or seconds > 59:
        raise UnusableZone(f"is defined with an impossible `{name}`: `{short(text or '')}`")
    return -offset if sign == "-" else offset


def _moment(text: str, name: str) -> datetime:
    match = _MOMENT.fullmatch(text.strip().upper())
    try:
        if match is not None:
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
            return datetime(year, month, day, hour, minute, second)
    except ValueError:
        pass
    raise UnusableZone(f"is defined with an impossible `{name}`: `{short(text)}`")


def _key(tzid: str) -> str:
    """A TZID as it is compared: without quotes, escapes and differences of case."""
    plain = re.sub(r"\\(.)", r"\1", tzid.strip().strip('"'))
    return " ".join(plain.split()).casefold()


def _names(tzid: str) -> list[str]:
    """The zone names that a TZID may mean, without a look at the list of zones."""
    bare = " ".join(re.sub(r"\\(.)", r"\1", tzid.strip().strip('"')).split())
    if bare.casefold().startswith(_MICROSOFT):
        bare = bare[len(_MICROSOFT) :]
    if bare.casefold() in _UTC:
        return ["UTC"]
    names = [bare.strip("/")]
    if bare.startswith("/"):  # another program's own name, which ends with an IANA name
        parts = bare.strip("/").split("/")
        names = ["/".join(parts[no:]) for no in range(len(parts))]
    windows = _WINDOWS.get(bare.casefold())
    return names if windows is None else [*names, windows]
