"""Merges imported items into a case. Importing an item again, or an older version of it, changes nothing.

An import owns the start, the end and the status of an interview, its interviewers and their answers. Everything else in a case
belongs to its author: an import only fills in missing fields and removes nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, assert_never

import msgspec

from tactful.facts.calendars import FIRST_YEAR, LAST_YEAR
from tactful.facts.fields import given_fields
from tactful.facts.kinds import MomentKind, parse_yes_no
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.reading.moments import parse_date, parse_moment
from tactful.formats.importers.items import (
    Application,
    ApplicationState,
    Attendee,
    Cancellation,
    CellValue,
    Interview,
    Item,
    Items,
    Log,
    Person,
    Record,
    Seat,
    Version,
    Withdrawal,
)
from tactful.formats.importers.merge.addresses import canceller, find_candidate, home, with_company
from tactful.formats.importers.merge.applications import ApplicationFinder
from tactful.formats.importers.merge.clock import Clock, write_moment
from tactful.formats.importers.merge.document import Document
from tactful.formats.importers.merge.interviews import Interviews, version_of
from tactful.formats.importers.merge.people import People
from tactful.source.codes.case import TooMany
from tactful.source.codes.imports import AmbiguousImport, UnusableImportZone, WrongImportValue

Entry = dict[str, Any]
#: Items that may name their candidate, and items that have versions.
OfCandidate = Interview | ApplicationState
Versioned = Interview | Withdrawal | Cancellation
#: The statuses of open applications, which a source may change. It does not open an application again.
_PROGRESS: Final = (None, "applied", "interviewing", "offered")
#: The candidate's id where no source has one.
_NAMELESS: Final = "me"
#: The fields of applications and offers that hold moments.
_MOMENTS: Final = frozenset(
    name
    for entity in ("application", "offer")
    for name, spec in given_fields()[entity].items()
    if isinstance(spec.kind, MomentKind)
)
_OLDEST: Final = datetime.min.replace(tzinfo=UTC)


class Options(Record, frozen=True):
    """Choices of the user. ``me`` are the candidate's own addresses."""

    application: str | None = None
    candidate: str | None = None
    me: tuple[str, ...] = ()
    time_zone: str | None = None


def merge(document: Document, items: Items, options: Options, log: Log, now: int) -> list[str]:
    """Merge items into a case and return the changes in words. ``now`` is in seconds since 1970, UTC."""
    merger = _Merger(document, options, log, now)
    own = _with_known_people(_of_one_candidate(items, options, log))
    merger.write_candidate(own)
    for item in _oldest_first(own):
        merger.take(item)
    return merger.changes


def _of_one_candidate(items: Items, options: Options, log: Log) -> Items:
    """The items about one candidate, as a case has only one."""
    ids = _candidates(items)
    if len(ids) < 2:
        return items
    if options.candidate not in ids:
        names = ", ".join(f"`{id_}`" for id_ in sorted(ids))
        help_ = "pass --candidate with the id of the candidate that the case is about"
        log.mistake(AmbiguousImport, None, f"these files are about several candidates: {names}", help_)
        return ()
    own = [item for item in items if not isinstance(item, OfCandidate) or _candidate_of(item) == options.candidate]
    others = len(items) - len(own)
    skipped = "1 object of another candidate is" if others == 1 else f"{others} objects of other candidates are"
    log.not_understood(None, f"{skipped} skipped")
    return tuple(own)


def _with_known_people(items: Items) -> Items:
    """The items with the name and the address of each person, wherever one of the items has them for the person's id."""
    known: dict[tuple[str, str], Person] = {}
    for item in items:
        if isinstance(item, Interview):
            for person in (*(attendee.person for attendee in item.attendees or ()), *item.others):
                if person.uid is not None:
                    known[item.system, person.uid] = _filled_in(person, known.get((item.system, person.uid), person))
    return tuple(_with_people(item, known) if isinstance(item, Interview) else item for item in items)


def _with_people(item: Interview, known: dict[tuple[str, str], Person]) -> Interview:
    def full(person: Person) -> Person:
        return _filled_in(person, known.get((item.system, person.uid or ""), person))

    attendees = item.attendees
    if attendees is not None:
        attendees = tuple(msgspec.structs.replace(other, person=full(other.person)) for other in attendees)
    return msgspec.structs.replace(item, attendees=attendees, others=tuple(map(full, item.others)))


def _filled_in(person: Person, other: Person) -> Person:
    """A person whose missing name and address are taken from ``other``."""
    return msgspec.structs.replace(person, name=person.name or other.name, email=person.email or other.email)


def _candidates(items: Items) -> set[str]:
    return {id_ for item in items if isinstance(item, OfCandidate) and (id_ := _candidate_of(item)) is not None}


def _candidate_of(item: Interview | ApplicationState) -> str | None:
    return item.belonging.candidate if isinstance(item, Interview) else item.candidate


def _oldest_first(items: Items) -> list[Item]:
    """The items, with older versions of an interview before newer ones, whatever the order of the files.

    Of versions without numbers and dates only the last is kept.
    """
    groups: dict[tuple[str, str, str], list[Item]] = {}
    for item in items:
        groups.setdefault(_group_of(item), []).append(item)
    for group in groups.values():
        versions = [item.version for item in group if isinstance(item, Versioned)]
        counted = all(version.sequence is not None for version in versions)
        if len(versions) == len(group) and (counted or all(version.updated_at is not None for version in versions)):
            group.sort(key=_age)
        elif all(isinstance(item, Interview) and item.version == Version() for item in group):
            del group[:-1]
    return [item for group in groups.values() for item in group]


def _group_of(item: Item) -> tuple[str, str, str]:
    """Items that are about the same interview, or the same application, have the same key."""
    match item:
        case Application():
            return "table", "", item.id
        case ApplicationState():
            return "application", item.system, item.uid
        case _:
            return "interview", item.system, item.uid


def _age(item: Item) -> tuple[int, datetime]:
    assert isinstance(item, Versioned)
    return item.version.sequence or 0, item.version.updated_at or _OLDEST


class _Merger:
    def __init__(self, document: Document, options: Options, log: Log, now: int) -> None:
        self._document, self._options, self._log = document, options, log
        self._clock = Clock(document, now)
        self.changes: list[str] = []
        self._applications = ApplicationFinder(document, options.application, log, self.changes)
        self._interviews = Interviews(document, self._clock, log, self.changes)
        self._candidate: Entry = {}

    # --- the candidate ---

    def write_candidate(self, items: Items) -> None:
        """Fill in the candidate's missing fields from the items and the options."""
        root, document = self._document.root, self._document
        if "candidate" not in root:
            root["candidate"] = document.mapping({"id": document.text(self._candidate_id(items))})
        self._candidate = root["candidate"]
        names = {item.belonging.candidate_name for item in items if isinstance(item, Interview)} - {None}
        given = {
            "name": str(names.pop()) if len(names) == 1 else None,
            "email": self._options.me[0] if self._options.me else None,
            "time_zone": self._options.time_zone,
        }
        for key, value in given.items():
            if value is not None and not self._candidate.get(key):
                document.put(self._candidate, key, document.text(value))
                self.changes.append(f"candidate: {key} {value}")

    def _candidate_id(self, items: Items) -> str:
        if self._options.candidate is not None:
            return self._options.candidate
        ids = _candidates(items)
        return ids.pop() if len(ids) == 1 else _NAMELESS

    def _addresses(self) -> frozenset[str]:
        """The candidate's own addresses."""
        known = (*self._options.me, str(self._candidate.get("email") or ""))
        return frozenset(address.casefold() for address in known if address)

    # --- items ---

    def take(self, item: Item) -> None:
        """Merge one item."""
        match item:
            case Interview():
                self._interview(item)
            case Withdrawal():
                self._withdrawal(item)
            case Cancellation():
                self._cancellation(item)
            case ApplicationState():
                self._state(item)
            case Application():
                self._application(item)
            case Seat():
                raise AssertionError("interviewers are put into their interviews before")
            case _:
                assert_never(item)

    def _interview(self, given: Interview) -> None:
        place = self._interviews.find(given)
        if place is not None and not self._interviews.is_news(given, place[1]):
            return
        interview, organizer = self._without_candidate(given)
        if interview.status == "cancelled" and interview.cancelled_by is None:
            by = canceller(interview.sender, self._addresses())
            interview = msgspec.structs.replace(interview, cancelled_by=by)
        if place is None:
            people = tuple(attendee.person for attendee in interview.attendees or ())
            chosen = self._applications.find(with_company(interview, organizer), home(organizer, people))
            if chosen is None:
                return
            application = chosen
        else:
            application = place[0]
        if not self._can_be_written(interview, application):
            return
        stored = self._interviews.twin(interview, application) if place is None else place[1]
        if stored is None:
            self._interviews.add(interview, application)
        else:
            self._interviews.update(interview, application, stored)

    def _without_candidate(self, interview: Interview) -> tuple[Interview, Person | None]:
        """The interview without the candidate among its attendees, and its organizer."""
        coordinators = (person for person in interview.others if person.role == "coordinator")
        organizer = next(coordinators, interview.sender)
        if not interview.candidate_among or interview.attendees is None:
            return interview, organizer
        addresses, name = self._addresses(), self._candidate.get("name")
        people = self._without_nobodies(interview, interview.attendees, addresses)
        match = find_candidate(organizer, people, addresses, None if name is None else str(name))
        if match.doubt is not None:
            self._log.guess(interview.span, match.doubt, "pass --me with the address that you are invited at")
        for attendee in match.attendees:
            if match.doubt is None and attendee.person.name is not None and not self._candidate.get("name"):
                self._document.put(self._candidate, "name", self._document.text(attendee.person.name))
                self.changes.append(f"candidate: name {attendee.person.name}")
        attendees = tuple(attendee for attendee in people if attendee not in match.attendees)
        others = tuple(person for person in interview.others if person.email not in addresses)
        if not attendees and others:
            shown = others[0].name or others[0].email
            message = f"only the candidate is invited; the organizer `{shown}` is taken for a coordinator"
            self._log.guess(interview.span, message, "if they interview, add them under `interviewers`")
        return msgspec.structs.replace(interview, attendees=attendees, others=others), organizer

    def _without_nobodies(
        self, interview: Interview, attendees: tuple[Attendee, ...], addresses: frozenset[str]
    ) -> tuple[Attendee, ...]:
        """The attendees who are people. Addresses that are nobody's are noted."""
        people = []
        for attendee in attendees:
            if attendee.nobody is None or attendee.person.email in addresses:
                people.append(attendee)
            else:
                help_ = "if somebody interviews with this address, add them under `interviewers`"
                self._log.not_understood(interview.span, attendee.nobody, help_)
        return tuple(people)

    def _can_be_written(self, interview: Interview, application: Entry) -> bool:
        """Whether the case has room for an interview and its end is plausible. Otherwise reports a mistake."""
        limits, people = CaseLimits(), len(application.get("people") or []) + len(interview.attendees or ())
        if people > 2 * limits.people or len(application.get("interviews") or []) > limits.interviews:
            message = f"the application `{application['id']}` would have more people or interviews than a case can hold"
            self._log.mistake(TooMany, None, message, "split the files")
            return False
        end = interview.ended_at
        if end is None:
            return True
        if not FIRST_YEAR < end.year < LAST_YEAR - 1:
            self._log.mistake(WrongImportValue, interview.span, f"the interview ends in the year {end.year}")
            return False
        if end.tzinfo is None and self._clock.zone(application) is None:
            self._no_zone(interview, "the interview ends on a day or at a time without an offset")
            return False
        return True

    def _no_zone(self, item: Interview | ApplicationState | Application, message: str) -> None:
        help_ = "pass --time-zone with the candidate's time zone, such as Europe/Dublin"
        self._log.mistake(UnusableImportZone, item.span, message, help_)

    def _withdrawal(self, withdrawal: Withdrawal) -> None:
        place = self._interviews.find(withdrawal)
        if place is None:
            message = "the withdrawal is for an interview that is not in the case"
            self._log.not_understood(withdrawal.span, message, "import the invitation first")
            return
        application, interview = place
        if withdrawal.version.older_than(version_of(interview)):
            return
        people = People(self._document, application, self.changes)
        news = withdrawal.version.newer_than(version_of(interview))
        for withdrawn in withdrawal.people:
            person = people.find(withdrawn, withdrawal.system)
            if withdrawn.email is not None and withdrawn.email in self._addresses():
                # Without the candidate there is no interview. It may be the candidate who asked for that.
                self._interviews.cancel(interview, at=withdrawal.sent_at)
            elif not (person and self._interviews.withdraw(str(person["id"]), interview)) and news:
                message = f"`{withdrawn.name or withdrawn.email}` is withdrawn but is not an interviewer in the case"
                self._log.not_understood(
                    withdrawal.span, message, "if that is the candidate's address, pass it as --me"
                )
        self._interviews.note_version(withdrawal, interview)

    def _cancellation(self, cancellation: Cancellation) -> None:
        place = self._interviews.find(cancellation)
        if place is None:
            message = "the deleted interview is not in the case"
            self._log.not_understood(cancellation.span, message, "nothing needs to be done")
        else:
            self._interviews.cancel(place[1])

    def _state(self, state: ApplicationState) -> None:
        """Fill in what a source says of an application, and move its status on."""
        application = self._applications.of_state(state)
        place = f"{application['id']}:"
        before = application.get("status")
        if state.status is not None and before in _PROGRESS and before != state.status:
            self._cells(place, (("status", state.status),), application)
        self._fill_in(place, application, role=state.role, applied_at=_written_moment(state.applied_at))
        offer = {"received_at": _written_moment(state.offered_at), "start_on": state.start_on}
        if any(value is not None for value in offer.values()):
            if not application.get("offer"):
                self._document.put(application, "offer", self._document.mapping({}))
            self._fill_in(f"{place} offer:", application["offer"], **offer)
            if self._clock.zone(application) is None and any(map(_is_local, offer, offer.values())):
                self._no_zone(state, "the offer has days without a time zone")

    def _fill_in(self, place: str, part: Entry, **values: str | None) -> None:
        """Write the values that a part of the case does not have."""
        missing = ((key, value) for key, value in values.items() if value is not None and part.get(key) is None)
        self._cells(place, tuple(missing), part)

    def _application(self, row: Application) -> None:
        application = self._applications.of_row(row)
        if application is None:
            application = self._applications.add({"id": row.id})
        self._cells(f"{row.id}:", row.fields, application)
        if row.offer:
            if not application.get("offer"):
                self._document.put(application, "offer", self._document.mapping({}))
            self._cells(f"{row.id}: offer:", row.offer, application["offer"])
        for key, value in (*row.fields, *row.offer):
            if _is_local(key, value) and self._clock.zone(application) is None:
                self._no_zone(row, f"`{value}` has no offset")
        if row.person:
            self._person(row, application)

    def _cells(self, place: str, cells: tuple[tuple[str, CellValue], ...], part: Entry) -> None:
        """Write the values that differ from those of a part of the case. ``place`` names the part in the list of changes."""
        for key, value in cells:
            before = part.get(key)
            if before is None or _plain(before, value) != _plain(value, value):
                self._document.put(part, key, self._written(value))
                was = "" if before is None else f", was {_in_words(before)}"
                self.changes.append(f"{place} {key} {_in_words(value)}{was}")

    def _written(self, value: CellValue) -> Any:
        match value:
            case bool():
                return self._document.yes_no(value)
            case tuple():
                return self._document.texts(value)
            case _:
                return self._document.text(value)

    def _person(self, row: Application, application: Entry) -> None:
        fields = dict(row.person)
        people = People(self._document, application, self.changes)
        role: Any = fields.get("role")
        id_ = people.take(Person(name=fields.get("name"), email=fields.get("email"), role=role), "csv")
        entry = next(person for person in people.all() if person["id"] == id_)
        for key in ("relation", "prefers"):
            if key in fields and not entry.get(key):
                self._document.put(entry, key, fields[key])
                self.changes.append(f"{row.id}: {id_}: {key} {fields[key]}")


def _written_moment(moment: datetime | None) -> str | None:
    return None if moment is None else write_moment(moment)


def _is_local(name: str, value: CellValue | None) -> bool:
    """Whether a cell is a day, or a moment without its offset."""
    if name not in _MOMENTS or not isinstance(value, str):
        return False
    moment = None if parse_date(value) is not None else parse_moment(value)
    return moment is None or moment.tzinfo is None


def _plain(value: Any, like: CellValue) -> Any:
    """A value of a document or of a cell, for comparing with a cell's value: ``yes`` and ``true`` are the same."""
    if isinstance(like, bool):
        return value if isinstance(value, bool) else parse_yes_no(str(value))
    if isinstance(like, tuple):
        return [str(word) for word in value] if isinstance(value, list | tuple) else value
    return str(value)


def _in_words(value: Any) -> str:
    """A value of a document or of a cell, for messages."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
