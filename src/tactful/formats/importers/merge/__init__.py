"""Merging what was found into a case: the same thing twice changes nothing, and an older version changes nothing.

An import owns when an interview ends, its status, who interviews and who declined. All else in a case is the writer's:
an import only fills in what is missing, and takes nothing out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tactful.facts.calendars import FIRST_YEAR, LAST_YEAR
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.reading.moments import parse_date, parse_moment
from tactful.formats.importers.found import (
    Application,
    Cancellation,
    Found,
    Interview,
    Item,
    Log,
    Person,
    Record,
    Version,
    Withdrawal,
)
from tactful.formats.importers.merge.addresses import find_candidate, home
from tactful.formats.importers.merge.applications import Whose
from tactful.formats.importers.merge.clock import Clock
from tactful.formats.importers.merge.document import Document
from tactful.formats.importers.merge.interviews import Interviews, version_of
from tactful.formats.importers.merge.people import People
from tactful.source.codes.case import TooMany
from tactful.source.codes.imports import NoImportZone, WhichOne, WrongImportValue

Entry = dict[str, Any]
#: What a candidate is called where nothing says it.
_NAMELESS: Final = "me"
_OLDEST: Final = datetime.min.replace(tzinfo=UTC)


class Options(Record, frozen=True):
    """What whoever imports says besides: ``me`` are the candidate's own addresses."""

    application: str | None = None
    candidate: str | None = None
    me: tuple[str, ...] = ()
    time_zone: str | None = None


def merge(document: Document, found: Found, options: Options, log: Log, now: int) -> list[str]:
    """Merge what was found into a case, and give the changes in words. ``now`` is in seconds since 1970."""
    merger = _Merger(document, options, log, now)
    ours = _of_one_candidate(found, options, log)
    merger.write_candidate(ours)
    for item in _oldest_first(ours):
        merger.take(item)
    return merger.changes


def _of_one_candidate(found: Found, options: Options, log: Log) -> Found:
    """What is about one candidate: a case has no more than one."""
    ids = _candidates(found)
    if len(ids) < 2:
        return found
    if options.candidate not in ids:
        names = ", ".join(f"`{one}`" for one in sorted(ids))
        help_ = "pass --candidate with the id of the one that the case is about"
        log.mistake(WhichOne, None, f"these are interviews of several candidates: {names}", help_)
        return ()
    ours = [one for one in found if not isinstance(one, Interview) or one.belonging.candidate == options.candidate]
    log.not_understood(None, f"{len(found) - len(ours)} interviews of other candidates are left out")
    return tuple(ours)


def _candidates(found: Found) -> set[str]:
    return {one.belonging.candidate for one in found if isinstance(one, Interview) and one.belonging.candidate}


def _oldest_first(found: Found) -> list[Item]:
    """What was found; of versions of one interview the older ones first, whatever the order of the files.

    Of versions that are neither counted nor dated the last one counts.
    """
    groups: dict[tuple[str, str], list[Item]] = {}
    for one in found:
        key = ("", one.id) if isinstance(one, Application) else (one.system, one.uid)
        groups.setdefault(key, []).append(one)
    for group in groups.values():
        versions = [one.version for one in group if not isinstance(one, Application)]
        counted = all(one.sequence is not None for one in versions)
        if len(versions) == len(group) and (counted or all(one.updated_at is not None for one in versions)):
            group.sort(key=_age)
        elif all(isinstance(one, Interview) and one.version == Version() for one in group):
            del group[:-1]
    return [one for group in groups.values() for one in group]


def _age(item: Item) -> tuple[int, datetime]:
    assert not isinstance(item, Application)
    return item.version.sequence or 0, item.version.updated_at or _OLDEST


class _Merger:
    def __init__(self, document: Document, options: Options, log: Log, now: int) -> None:
        self._document, self._options, self._log = document, options, log
        self._clock = Clock(document, now)
        self.changes: list[str] = []
        self._whose = Whose(document, options.application, log, self.changes)
        self._interviews = Interviews(document, self._clock, log, self.changes)
        self._candidate: Entry = {}

    # --- the candidate ---

    def write_candidate(self, found: Found) -> None:
        """Write down who the candidate is, as far as it is said and the case does not know."""
        root, document = self._document.root, self._document
        if "candidate" not in root:
            root["candidate"] = document.mapping({"id": document.text(self._candidate_id(found))})
        self._candidate = root["candidate"]
        names = {one.belonging.candidate_name for one in found if isinstance(one, Interview)} - {None}
        given = {
            "name": str(names.pop()) if len(names) == 1 else None,
            "email": self._options.me[0] if self._options.me else None,
            "time_zone": self._options.time_zone,
        }
        for key, value in given.items():
            if value is not None and not self._candidate.get(key):
                document.put(self._candidate, key, document.text(value))
                self.changes.append(f"candidate: {key} {value}")

    def _candidate_id(self, found: Found) -> str:
        if self._options.candidate is not None:
            return self._options.candidate
        ids = _candidates(found)
        return ids.pop() if len(ids) == 1 else _NAMELESS

    def _addresses(self) -> frozenset[str]:
        """The candidate's own addresses."""
        known = (*self._options.me, str(self._candidate.get("email") or ""))
        return frozenset(one.casefold() for one in known if one)

    # --- what was found ---

    def take(self, item: Item) -> None:
        """Merge one thing."""
        match item:
            case Interview():
                self._interview(item)
            case Withdrawal():
                self._withdrawal(item)
            case Cancellation():
                self._cancellation(item)
            case Application():
                self._application(item)

    def _interview(self, given: Interview) -> None:
        place = self._interviews.find(given)
        if place is not None and not self._interviews.is_news(given, place[1]):
            return
        found, organizer = self._without_candidate(given)
        if place is None:
            people = tuple(one.person for one in found.attendees or ())
            chosen = self._whose.find(found, home(organizer, people))
            if chosen is None:
                return
            application = chosen
        else:
            application = place[0]
        if not self._can_be_written(found, application):
            return
        stored = self._interviews.twin(found, application) if place is None else place[1]
        if stored is None:
            self._interviews.add(found, application)
        else:
            self._interviews.update(found, application, stored)

    def _without_candidate(self, found: Interview) -> tuple[Interview, Person | None]:
        """The interview without the candidate among those invited, and who organizes it."""
        organizer = next((one for one in found.others if one.role == "coordinator"), None)
        if not found.candidate_among or found.attendees is None:
            return found, organizer
        addresses, name = self._addresses(), self._candidate.get("name")
        me = find_candidate(organizer, found.attendees, addresses, None if name is None else str(name))
        if me.doubt is not None:
            self._log.guessed(found.span, me.doubt, "pass --me with the address that you are invited at")
        for one in me.attendees:
            if me.doubt is None and one.person.name is not None and not self._candidate.get("name"):
                self._document.put(self._candidate, "name", self._document.text(one.person.name))
                self.changes.append(f"candidate: name {one.person.name}")
        attendees = tuple(one for one in found.attendees if one not in me.attendees)
        others = tuple(one for one in found.others if one.email not in addresses)
        if not attendees and others:
            shown = others[0].name or others[0].email
            message = f"nobody but the candidate is invited: `{shown}`, who organizes, is taken for a coordinator"
            self._log.guessed(found.span, message, "add them under `interviewers` where they interview")
        return msgspec.structs.replace(found, attendees=attendees, others=others), organizer

    def _can_be_written(self, found: Interview, application: Entry) -> bool:
        """Whether an interview has room in the case, and its end makes sense there; what does not is a mistake."""
        limits, people = CaseLimits(), len(application.get("people") or []) + len(found.attendees or ())
        if people > 2 * limits.people or len(application.get("interviews") or []) > limits.interviews:
            message = f"the application `{application['id']}` would have more people or interviews than a case can hold"
            self._log.mistake(TooMany, None, message, "split the files")
            return False
        end = found.ended_at
        if end is None:
            return True
        if not FIRST_YEAR < end.year < LAST_YEAR - 1:
            self._log.mistake(WrongImportValue, found.span, f"the interview ends in the year {end.year}")
            return False
        if end.tzinfo is None and self._clock.zone(application) is None:
            self._no_zone(found, "the interview ends on a day or at a time without an offset")
            return False
        return True

    def _no_zone(self, found: Interview | Application, message: str) -> None:
        help_ = "pass --time-zone with the candidate's time zone, such as Europe/Dublin"
        self._log.mistake(NoImportZone, found.span, message, help_)

    def _withdrawal(self, found: Withdrawal) -> None:
        place = self._interviews.find(found)
        if place is None:
            message = "somebody is withdrawn from an interview that is not in the case"
            self._log.not_understood(found.span, message, "import the invitation first")
            return
        application, interview = place
        if found.version.older_than(version_of(interview)):
            return
        people = People(self._document, application, self.changes)
        news = found.version.newer_than(version_of(interview))
        for one in found.people:
            person = people.find(one, found.system)
            if one.email is not None and one.email in self._addresses():
                self._interviews.cancel(interview)  # whoever is withdrawn is the candidate: there is no interview left
            elif not (person and self._interviews.withdraw(str(person["id"]), interview)) and news:
                message = f"`{one.name or one.email}` is withdrawn, and is no interviewer in the case"
                self._log.not_understood(found.span, message, "pass --me where that is the candidate's address")
        self._interviews.note_version(found, interview)

    def _cancellation(self, found: Cancellation) -> None:
        place = self._interviews.find(found)
        if place is None:
            message = "an interview is deleted that is not in the case"
            self._log.not_understood(found.span, message, "there is nothing to do about it")
        else:
            self._interviews.cancel(place[1])

    def _application(self, found: Application) -> None:
        application = self._whose.by_id(found.id)
        if application is None:
            application = self._whose.add({"id": found.id})
        for key, value in found.fields:
            before = application.get(key)
            if before is None or str(before) != value:
                self._document.put(application, key, self._document.text(value))
                self.changes.append(f"{found.id}: {key} {value}" + ("" if before is None else f", was {before}"))
        reply_by = dict(found.fields).get("reply_by")
        if reply_by is not None and not _has_offset(reply_by) and self._clock.zone(application) is None:
            self._no_zone(found, f"`{reply_by}` has no offset")
        if found.person:
            self._person(found, application)

    def _person(self, found: Application, application: Entry) -> None:
        fields = dict(found.person)
        people = People(self._document, application, self.changes)
        role: Any = fields.get("role")
        id_ = people.take(Person(name=fields.get("name"), email=fields.get("email"), role=role), "csv")
        entry = next(one for one in people.all() if one["id"] == id_)
        if "prefers" in fields and not entry.get("prefers"):
            self._document.put(entry, "prefers", fields["prefers"])
            self.changes.append(f"{found.id}: {id_}: prefers {fields['prefers']}")


def _has_offset(text: str) -> bool:
    moment = None if parse_date(text) is not None else parse_moment(text)
    return moment is not None and moment.tzinfo is not None
