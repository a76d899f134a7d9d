"""The times of an iCalendar event: days, moments and durations as they are written, and the end that follows from them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from tactful.formats.importers.feeds import short
from tactful.formats.importers.ics.lines import Component
from tactful.formats.importers.ics.zones import UnusableZone, Zones
from tactful.formats.importers.items import Log, Record
from tactful.source.codes.imports import MissingEnd, UnusableImportZone, WrongImportValue

_DURATION: Final = re.compile(
    r"(?P<sign>[+-]?)P(?=[\dT])(?:(?P<weeks>\d{1,7})W)?(?:(?P<days>\d{1,7})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,9})S)?)?",
    re.ASCII,
)
_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(?P<hour>\d{2})(\d{2})([0-5]\d|60)(?P<utc>Z?))?", re.ASCII)


class Length(Record, frozen=True):
    """A duration: whole days on the calendar, and then an exact time."""

    days: int
    exact: timedelta

    @property
    def total(self) -> timedelta:
        """The duration where no clock changes."""
        return timedelta(days=self.days) + self.exact


class Times(Record, frozen=True):
    """The times of an event, as far as it has them."""

    start: date | None
    end: date | None
    length: Length | None


class TimeReader:
    """Reads the times of events in one VCALENDAR. Mistakes in them go to the log."""

    def __init__(self, calendar: Component, log: Log) -> None:
        self._log = log
        self._zone = calendar.value("X-WR-TIMEZONE")
        self._zones = Zones(tuple(component for component in calendar.components if component.name == "VTIMEZONE"))

    def read_date(self, event: Component, name: str) -> date | None:
        """A day, a moment in UTC, or a local time without its offset; ``None`` after reporting a mistake."""
        text = event.value(name)
        if not text:
            return None
        value = _parsed(text.upper())
        if value is None:
            message = f"`{name}` is not a possible date or time: `{short(text)}`"
            help_ = "write it like 20250311T160000Z, or 20250311 for a whole day"
            self._log.mistake(WrongImportValue, event.place(name), message, help_)
        return value

    def instant(self, event: Component, name: str) -> datetime | None:
        """A moment in UTC; ``None`` where the event has none, or none that can be read."""
        value = _parsed((event.value(name) or "").upper())
        return value if isinstance(value, datetime) and value.tzinfo is not None else None

    def ended_at(self, event: Component, needed: bool) -> datetime | None:
        """The end; without an offset where the file gives it in floating local time.

        ``needed``: whether the event has to have an end. Otherwise an end before the start is ignored.
        """
        before = len(self._log.mistakes)
        try:
            times = Times(
                start=self.read_date(event, "DTSTART"), end=self.read_date(event, "DTEND"), length=self._length(event)
            )
            if len(self._log.mistakes) > before:
                return None
            problem = self._contradiction(event, times)
            if problem is not None:
                if needed:
                    place = event.place("DURATION" if times.end is None else "DTEND")
                    self._log.mistake(WrongImportValue, place, problem, "ask when the interview will end")
                return None
            if times.end is not None or times.length is not None:
                return self._end(event, times)
        except (OverflowError, ValueError):
            self._log.mistake(WrongImportValue, event.place("DTSTART"), "the end of the event is not a possible date")
            return None
        if times.start is not None and not isinstance(times.start, datetime):
            return _end_of_days(times.start, times.start + timedelta(days=1))
        if needed:
            message = "the event has no end: neither `DTEND` nor `DURATION`"
            self._log.mistake(MissingEnd, event.place("DTSTART"), message, "ask when the interview will end")
        return None

    def starts_at(self, event: Component) -> datetime | None:
        """The start; ``None`` for whole days, and where it cannot be read. :meth:`ended_at` reports mistakes in it."""
        value = _parsed((event.value("DTSTART") or "").upper())
        if not isinstance(value, datetime):
            return None
        try:
            return self._instant(event, "DTSTART", value)
        except (UnusableZone, OverflowError, ValueError):
            return None

    def zone_name(self, event: Component) -> str | None:
        """The IANA name of the time zone that the invitation was written in; ``None`` for UTC, which names no place."""
        for name in ("DTEND", "DTSTART"):
            line = event.first(name)
            if line is not None and line.parameters.get("TZID"):
                value = self.read_date(event, name)
                wall = value.replace(tzinfo=None) if isinstance(value, datetime) else None
                return self._inhabited(line.parameters["TZID"], wall)
        return None if self._zone is None else self._inhabited(self._zone, None)

    def _inhabited(self, tzid: str, wall: datetime | None) -> str | None:
        """The IANA name of a zone where people live. Programs that write all times in UTC do not say where that is."""
        name = self._zones.name(tzid, wall)
        return None if name == "UTC" else name

    def _length(self, event: Component) -> Length | None:
        """The duration; ``None`` where the event has none, and after reporting a mistake."""
        text = event.value("DURATION")
        if not text:
            return None
        match = _DURATION.fullmatch(text.upper())
        if match is None:
            message = f"`DURATION` cannot be read: `{short(text)}`"
            self._log.mistake(WrongImportValue, event.place("DURATION"), message, "write it like PT1H30M")
            return None
        parts = {key: int(match[key] or 0) for key in ("weeks", "days", "hours", "minutes", "seconds")}
        exact = timedelta(hours=parts["hours"], minutes=parts["minutes"], seconds=parts["seconds"])
        length = Length(days=7 * parts["weeks"] + parts["days"], exact=exact)
        if match["sign"] == "-":
            length = Length(days=-length.days, exact=-exact)
        return length

    def _end(self, event: Component, times: Times) -> datetime | None:
        """The end of an event that has an end or a length."""
        start, end, length = times.start, times.end, times.length
        if isinstance(end, datetime):
            return self._moment(event, "DTEND", end)
        if end is not None:
            return _end_of_days(end if start is None else start, end)
        assert length is not None
        if start is None:
            message = "the event has neither a start nor `DTEND`"
            self._log.mistake(MissingEnd, event.place("DURATION"), message, "ask when the interview will end")
            return None
        if isinstance(start, datetime):
            return self._moment(event, "DTSTART", start, length)
        return _end_of_days(start, start + length.total)

    def _contradiction(self, event: Component, times: Times) -> str | None:
        """What is wrong with the times of an event, in words; ``None`` where the event ends after it starts."""
        start, end, length = times.start, times.end, times.length
        if length is not None and length.total <= timedelta(0):
            return f"`DURATION` must be more than 0, not `{short(event.value('DURATION') or '')}`"
        if start is None or end is None:
            return None
        if isinstance(start, datetime) and isinstance(end, datetime):
            return self._contradicting_moments(event, start, end, length)
        return self._contradicting_days(event, start, end, length)

    def _contradicting_days(self, event: Component, start: date, end: date, length: Length | None) -> str | None:
        """What is wrong with an event of which the start or the end is a day."""
        first, last = _day(start), _day(end)
        if last < first:
            return "the event ends before it starts"
        if last == first and not isinstance(end, datetime):
            message = "the event ends on the day on which it starts, so it is taken to last that day"
            self._log.guess(event.place("DTEND"), message, "correct `ended_at`")
        agrees = length is None or last - first == length.total or isinstance(start, datetime)
        return None if agrees else "`DTEND` and `DURATION` disagree"

    def _contradicting_moments(
        self, event: Component, start: datetime, end: datetime, length: Length | None
    ) -> str | None:
        """What is wrong with an event that has a start and an end with a time."""
        try:
            begins, ends = self._instant(event, "DTSTART", start), self._instant(event, "DTEND", end)
            after = None if length is None else self._instant(event, "DTSTART", start, length)
        except UnusableZone:
            return None  # `_end` reads the end again and reports the zone
        if (begins.tzinfo is None) != (ends.tzinfo is None):
            return None
        if ends <= begins:
            return "the event ends before it starts" if ends < begins else "the event ends when it starts"
        return None if after is None or ends == after else "`DTEND` and `DURATION` disagree"

    def _moment(self, event: Component, name: str, value: datetime, length: Length | None = None) -> datetime | None:
        """The moment of a property, or a length after it; ``None`` after reporting that its zone cannot be used."""
        try:
            return self._instant(event, name, value, length)
        except UnusableZone as problem:
            message = f"the time zone `{short(self._tzid(event, name))}` {problem}"
            help_ = "replace it with an IANA name, such as Europe/Dublin"
            if "is defined" in str(problem):
                help_ = "write the times of the event in UTC, with a Z at the end"
            self._log.mistake(UnusableImportZone, event.place(name), message, help_)
            return None

    def _instant(self, event: Component, name: str, value: datetime, length: Length | None = None) -> datetime:
        """The moment of a property that has a date and a time, or a length after it. Raises :class:`UnusableZone`.

        Days of a length are days on the calendar: the clock shows the same time at their end.
        """
        days, exact = (timedelta(0), timedelta(0)) if length is None else (timedelta(length.days), length.exact)
        wall = value.replace(tzinfo=None) + days
        tzid = self._tzid(event, name)
        if value.tzinfo is not None:
            return wall.replace(tzinfo=UTC) + exact
        if not tzid:
            return wall + exact
        return self._zones.later(wall, tzid, exact) if exact else self._zones.at(wall, tzid)

    def _tzid(self, event: Component, name: str) -> str:
        line = event.first(name)
        return (line.parameters.get("TZID", "").strip() if line is not None else "") or self._zone or ""


def _parsed(text: str) -> date | None:
    """A day, a moment in UTC or a local time; ``None`` where the text is none of these."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        if match["hour"] is None:
            return date(year, month, day)
        second = min(second, 59)  # a leap second
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC if match["utc"] else None)
    except ValueError:
        return None


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _end_of_days(first: date, after: date) -> datetime:
    """The last second of whole days. Their last day is the day before ``after``."""
    return datetime.combine(max(_day(first), after - timedelta(days=1)), time(23, 59, 59))
