"""Check that the facts of a case fit together: ids, references, places and moments. Single values are already checked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from tactful.facts.calendars import FIRST_YEAR, LAST_YEAR, Calendars
from tactful.facts.fields import given_fields
from tactful.facts.kinds import (
    ChoiceKind,
    DurationKind,
    Elapsed,
    IdKind,
    Kind,
    ListKind,
    MomentKind,
    parse_duration,
)
from tactful.facts.near import among, literal_help
from tactful.facts.places import country_exists, country_message, time_zone_exists, time_zone_help
from tactful.facts.reading.custom import CustomFields, custom_value
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.reading.link import NO_ZONE
from tactful.facts.reading.moments import parse_date, parse_moment, seconds_of
from tactful.facts.reading.validate import WRONG, Reader
from tactful.source.codes.case import (
    BadMoment,
    Contradiction,
    DanglingReference,
    DuplicateId,
    NotAValue,
    NoZone,
    TooMany,
    UnknownPlace,
)
from tactful.source.suggest import did_you_mean

Plain = dict[str, Any]
#: A time zone, a country and the name of a calendar. Each is given for the part itself or a part above it, or is ``None``.
Place = tuple[str | None, str | None, str | None]
#: How many calendars of the pack are listed in a message.
_SHOWN: Final = 20
_NOWHERE: Final[Place] = None, None, None

#: For so many unknown time zones of a case, the time zone that was probably meant is searched for. The help for the others
#: is general.
_SEARCHED: Final = 100


class Consistency:
    """Checks a case as plain data and reports every fact that does not fit the others."""

    def __init__(self, reader: Reader, calendars: Calendars, limits: CaseLimits, custom: CustomFields) -> None:
        self._reader, self._calendars, self._limits, self._custom = reader, calendars, limits, custom
        self._now: int | None = None
        self._places: set[Place] = set()
        self._unknown_zones = 0

    def check(self, case: Plain, now: int | None) -> None:
        """Check the whole case, at ``now`` or else at the case's own ``now``."""
        candidate = _mapping(case.get("candidate"))
        place = self._place(candidate, "candidate", _NOWHERE)
        zone = place[0]
        self._moment(case.get("now"), "now", zone)
        self._now = now if now is not None else self._seconds(case.get("now"), zone)
        self._fields(candidate, "candidate", "candidate", zone, [])
        applications = _mappings(case.get("applications"))
        self._count(case.get("applications"), "applications", self._limits.applications, "applications")
        self._unique(applications, "applications", "id")
        for no, application in applications:
            self._application(application, f"applications[{no}]", place)
        for part, moment in (("done", "at"), ("dismissed", "until")):
            self._handled(case.get(part), part, moment, zone)

    def _handled(self, given: Any, part: str, moment: str, zone: str | None) -> None:
        """Check advice that was followed or dismissed."""
        entries = _mappings(given)
        self._count(given, part, self._limits.handled, f"entries of `{part}`")
        self._unique(entries, part, "key")
        for no, entry in entries:
            self._moment(entry.get(moment), f"{part}[{no}].{moment}", zone)

    def _application(self, given: Plain, path: str, above: Place) -> None:
        place = self._place(given, path, above)
        zone = place[0]
        people = [person.get("id") for _, person in _mappings(given.get("people"))]
        self._fields(given, "application", path, zone, people)
        for part, limit in (("people", self._limits.people), ("interviews", self._limits.interviews)):
            self._count(given.get(part), f"{path}.{part}", limit, part)
            self._unique(_mappings(given.get(part)), f"{path}.{part}", "id")
        self._count(given.get("messages"), f"{path}.messages", self._limits.messages, "messages")
        for no, person in _mappings(given.get("people")):
            self._place(person, f"{path}.people[{no}]", place)
            self._fields(person, "person", f"{path}.people[{no}]", zone, people)
        for no, interview in _mappings(given.get("interviews")):
            self._interview(interview, f"{path}.interviews[{no}]", zone, people)
        for no, message in _mappings(given.get("messages")):
            self._fields(message, "message", f"{path}.messages[{no}]", zone, people)
        self._offer(_mapping(given.get("offer")), f"{path}.offer", zone, people)

    def _interview(self, given: Plain, path: str, zone: str | None, people: list[Any]) -> None:
        self._fields(given, "interview", path, zone, people)
        ended_at = self._seconds(given.get("ended_at"), zone)
        if given.get("status") == "held" and None not in (ended_at, self._now) and ended_at > self._now:  # type: ignore[operator]
            self._note(
                Contradiction,
                f"{path}.ended_at",
                "the interview is marked `held`, but it ends after `now`",
                "write `status: scheduled`, or correct the moment",
            )
        starts_at = self._seconds(given.get("starts_at"), zone)
        if starts_at is not None and ended_at is not None and starts_at > ended_at:
            message = "the interview starts after it ends"
            self._note(Contradiction, f"{path}.starts_at", message, "correct one of them")
        names: dict[Any, int] = {}
        interviewers = given.get("interviewers")
        for no, interviewer in enumerate(interviewers if isinstance(interviewers, list) else ()):
            at = f"{path}.interviewers[{no}]"
            id_ = interviewer.get("person") if isinstance(interviewer, dict) else interviewer
            if isinstance(interviewer, dict):
                self._fields(interviewer, "interviewer", at, zone, people)
            else:
                self._reference(id_, at, people)
            if isinstance(id_, str) and names.setdefault(id_, no) != no:
                self._note(DuplicateId, at, f"`{id_}` interviews twice in one interview", "name each person once")

    def _offer(self, given: Plain, path: str, zone: str | None, people: list[Any]) -> None:
        self._fields(given, "offer", path, zone, people)
        received = self._seconds(given.get("received_at"), zone)
        for name, what in (("signed_at", "signed"), ("withdrawn_at", "withdrawn")):
            later = self._seconds(given.get(name), zone)
            if received is not None and later is not None and later < received:
                message = f"the offer is {what} before it is received"
                self._note(Contradiction, f"{path}.{name}", message, "correct one of them")

    # --- single values ---

    def _fields(self, given: Plain, entity: str, path: str, zone: str | None, people: list[Any]) -> None:
        """Check the fields of a part that depend on more than their type: moments, lengths of time, ids of people."""
        for name, spec in given_fields()[entity].items():
            match spec.kind:
                case MomentKind():
                    self._moment(given.get(name), f"{path}.{name}", zone)
                case DurationKind():
                    self._length(given.get(name), f"{path}.{name}")
                case IdKind(entity="person") if name != "id":
                    self._reference(given.get(name), f"{path}.{name}", people)
                case _:
                    pass
        self._custom_values(given, entity, path, zone)

    def _note(self, code: Any, path: str, message: str, help_: str | None = None) -> None:
        self._reader.problem(code, path, message, help_)

    def _place(self, given: Plain, path: str, above: Place) -> Place:
        """Check the place of a part. Returns the time zone, the country and the calendar that apply to the part."""
        zone, country = given.get("time_zone"), given.get("country")
        name = self._calendar_name(given, path)
        if isinstance(country, str) and not country_exists(country):
            self._note(UnknownPlace, f"{path}.country", *country_message(country))
        if isinstance(zone, str) and not time_zone_exists(zone):
            self._unknown_zones += 1
            help_ = time_zone_help(zone, search=self._unknown_zones <= _SEARCHED)
            self._note(UnknownPlace, f"{path}.time_zone", f"`{zone}` is not a time zone", help_)
            zone = above[0] or "UTC"
        if name is not None and not isinstance(country, str):
            country = self._calendars.country_of(name)
        moved = isinstance(zone, str) or isinstance(country, str)
        place = (
            zone if isinstance(zone, str) else above[0],
            country if isinstance(country, str) else above[1],
            name if name is not None or moved else above[2],
        )
        self._count_places(place, path)
        return place

    def _calendar_name(self, given: Plain, path: str) -> str | None:
        """The calendar that a part names; ``None`` after reporting that the pack declares no such calendar."""
        name, declared = given.get("calendar"), self._calendars.declared
        if not isinstance(name, str):
            return None
        if name in declared:
            return name
        known = did_you_mean(name, declared) or (
            f"the calendars are {', '.join(f'`{other}`' for other in sorted(declared)[:_SHOWN])}"
            if declared
            else "declare it under `calendars` in the pack"
        )
        self._note(UnknownPlace, f"{path}.calendar", f"the pack declares no calendar `{name}`", known)
        return None

    def _count_places(self, place: Place, path: str) -> None:
        limit = self._limits.places
        if len(self._places) <= limit:
            self._places.add((place[0] or NO_ZONE, place[1], place[2]))
            if len(self._places) > limit:
                help_ = "split it, or leave out time zones and countries that are the same as above"
                self._note(TooMany, path, f"the case names more than {limit} different places", help_)

    def _seconds(self, value: Any, zone: str | None) -> int | None:
        if not isinstance(value, datetime) or (value.tzinfo is None and zone is None):
            return None
        if not FIRST_YEAR < value.year < LAST_YEAR:
            return None
        return seconds_of(value, self._calendars.at(zone or "UTC", None))

    def _moment(self, value: Any, path: str, zone: str | None) -> None:
        day = parse_date(value) if isinstance(value, str) else None
        moment = parse_moment(value) if isinstance(value, str) else value
        when = day or (moment if isinstance(moment, datetime) else None)
        if when is None:
            return
        if not FIRST_YEAR < when.year < LAST_YEAR:
            self._note(
                BadMoment,
                path,
                f"the year {when.year} is out of range",
                f"years go from {FIRST_YEAR + 1} to {LAST_YEAR - 1}",
            )
        elif zone is None and (day is not None or (isinstance(when, datetime) and when.tzinfo is None)):
            help_ = "add an offset, such as `-05:00`, or give the candidate's `time_zone`"
            self._note(NoZone, path, "the moment has no offset, and the case gives no time zone for it", help_)

    def _length(self, text: Any, path: str) -> None:
        if isinstance(text, str) and not isinstance(parse_duration(text), Elapsed):
            self._note(NotAValue, path, f"`{text}` is not a length of time", literal_help(text, DurationKind()))

    def _count(self, items: Any, path: str, limit: int, what: str) -> None:
        if isinstance(items, list) and len(items) > limit:
            self._note(TooMany, path, f"there are {len(items):,} {what}, and the limit is {limit:,}")

    def _unique(self, items: list[tuple[int, Plain]], path: str, key: str) -> None:
        first: dict[str, int] = {}
        for no, item in items:
            id_ = item.get(key)
            if isinstance(id_, str) and first.setdefault(id_, no) != no:
                where = f"the other is {path}[{first[id_]}]"
                self._note(DuplicateId, f"{path}[{no}].{key}", f"the id `{id_}` is used twice", where)

    def _reference(self, id_: Any, path: str, people: list[Any]) -> None:
        if not isinstance(id_, str) or id_ in people:
            return
        known = [other for other in people if isinstance(other, str)]
        meant = among(id_, tuple(known)) if known else None
        help_ = f"did you mean `{meant}`?" if meant else "list the person under `people`"
        self._note(DanglingReference, path, f"no person of this application has the id `{id_}`", help_)

    def _custom_values(self, given: Plain, entity: str, path: str, zone: str | None) -> None:
        customs, declared = given.get("custom"), self._custom.get(entity, {})
        for name, value in (customs if isinstance(customs, dict) else {}).items():
            if value is None or value is WRONG or name not in declared:
                continue
            if isinstance(declared[name], MomentKind):  # already known to be a moment
                self._moment(value, f"{path}.custom.{name}", zone)
            elif custom_value(value, declared[name], self._calendars.at(zone or "UTC", None)) is None:
                allowed = literal_help(str(value), declared[name]) or _values(declared[name])
                self._note(NotAValue, f"{path}.custom.{name}", f"`{name}` cannot be `{value}`", allowed)


def _values(kind: Kind) -> str | None:
    values = kind.values if isinstance(kind, ChoiceKind | ListKind) else ()
    return "the values are " + ", ".join(f"`{value}`" for value in values) if values else None


def _mapping(value: Any) -> Plain:
    return value if isinstance(value, dict) else {}


def _mappings(items: Any) -> list[tuple[int, Plain]]:
    """The members of a list that could be read, with their places."""
    return list(_numbered(items)) if isinstance(items, list) else []


def _numbered(items: list[Any]) -> Iterator[tuple[int, Plain]]:
    for no, item in enumerate(items):
        if isinstance(item, dict):
            yield no, item
