"""Link a decoded case: turn its parts into rows, with moments in seconds, references to rows, and calendars for places.

Every decision runs this, so it stops at the first mistake and raises :class:`NotLinkable`. ``validate`` and
``consistency`` then check everything again and report all mistakes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Final

import msgspec

from tactful.facts.calendars import FIRST_YEAR, LAST_YEAR, Calendar, Calendars, Place
from tactful.facts.kinds import Elapsed, MomentKind, Value, parse_duration
from tactful.facts.places import Entry
from tactful.facts.reading.custom import NO_CUSTOM, CustomFields, Declared, custom_value
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.reading.moments import deadline_of, parse_date
from tactful.facts.rows import (
    ApplicationRow,
    CandidateRow,
    Case,
    Family,
    Handled,
    InterviewerRow,
    InterviewRow,
    MessageRow,
    OfferRow,
    PersonRow,
)
from tactful.facts.shape import Application, CaseShape, Interview, Message, Offer, Person

#: The clock for business days in a case that gives no time zone.
NO_ZONE: Final = "UTC"
#: The years 1971 to 2198 in days since 1970, on the clock that a moment is written by.
_FIRST_DAY: Final = 365
_LAST_DAY: Final = 83_641
_CALENDAR: Final = attrgetter("calendar")


class NotLinkable(Exception):
    """The case has a mistake. ``validate`` and ``consistency`` find out which."""


def link(shape: CaseShape, now: int | None, calendars: Calendars, declared: Declared, limits: CaseLimits) -> Case:
    """The case of a shape, at ``now`` (seconds since 1970) or else its own ``now``. Raises :class:`NotLinkable`."""
    given = shape.candidate
    zone = given.time_zone
    place = (NO_ZONE if zone is None else zone, given.country, None)
    known = calendars.known.entries
    entry = known.get(place)
    if entry is None:
        calendar = _new(place, calendars)
    else:
        entry.used, calendar = True, entry.value
    zoned = zone is not None
    linker = _Linker(calendars, known, declared.custom, limits, calendar, zoned, zoned)
    moment = shape.now
    if now is None and moment is not None:
        offset = calendars.epochs.get(moment.tzinfo)
        if offset is None:
            now = linker.seconds(moment)
        else:  # the same as `seconds`, written out for speed
            since = moment - offset[0]
            days = since.days
            if not _FIRST_DAY <= days < _LAST_DAY:
                raise NotLinkable
            now = days * 86_400 + since.seconds + offset[1]
    linker.now = now
    values = NO_CUSTOM if given.custom is None else linker.customs("candidate", given.custom)
    if shape.parameters:
        values = {**values, **_parameters(shape.parameters, declared)}
    candidate = CandidateRow(
        0,
        given.id,
        given.name,
        given.email,
        given.language,
        given.country,
        zone,
        given.employed,
        given.considering_quitting,
        given.searching,
        given.handwriting_legible,
        None if given.notice_period is None else _length(given.notice_period),
        given.notice_given,
        None if given.last_day_on is None else linker.deadline(given.last_day_on),
        given.let_go,
        given.counter_offer,
        given.employer_knows,
        calendar,
        values,
    )
    if given.id.isspace():
        raise NotLinkable
    handled = linker.handled(shape) if shape.done or shape.dismissed else None
    applications = shape.applications
    count = len(applications)
    if count > 1 and (count > limits.applications or len({application.id for application in applications}) != count):
        raise NotLinkable
    families: list[Family] = []
    for application in applications:
        families.append(linker.family(application, len(families), candidate))
    placed = 1 + count + linker.people  # rows that may have a place
    size = placed + linker.interviews + linker.interviewers + linker.messages
    case = Case(now, candidate, tuple(families), shape, size, handled)
    if placed > limits.places and _count_places(case) > limits.places:
        raise NotLinkable
    return case


def _new(place: Place, calendars: Calendars) -> Calendar:
    """The calendar of a new place. Raises :class:`NotLinkable` if one of its names does not exist."""
    calendar = calendars.find(place)
    if calendar is None:
        raise NotLinkable
    return calendar


def _count_places(case: Case) -> int:
    """How many places the case names; the candidate always has one."""
    calendars = {case.candidate.calendar}
    for family in case.families:
        calendars.add(family.application.calendar)
        calendars.update(map(_CALENDAR, family.people))
    return len({(calendar.time_zone, calendar.country, calendar.name) for calendar in calendars})


class _Linker(msgspec.Struct, eq=False, gc=False):
    """Links one case. Numbers rows through the whole case, in its order.

    Written out at length, and a ``Struct``, for speed: every decision pays for every call and every unpacking here.
    """

    calendars: Calendars
    known: dict[Place, Entry[Calendar]]
    custom: CustomFields
    limits: CaseLimits
    #: The nearest calendar; whether the candidate has a time zone; whether the current part or any part above it has one.
    calendar: Calendar
    zoned: bool
    zoned_here: bool
    #: The places of applications and people that had no calendar yet.
    new_places: set[Place] | None = None
    now: int | None = None
    #: How many rows of each entity there are so far.
    people: int = 0
    interviews: int = 0
    interviewers: int = 0
    messages: int = 0

    def family(self, given: Application, no: int, candidate: CandidateRow) -> Family:
        limits = self.limits
        zone, country, name, calendar = given.time_zone, given.country, given.calendar, candidate.calendar
        self.zoned_here = self.zoned
        if zone is not None or country is not None or name is not None:
            where = country if name is None or country is not None else self.calendars.country_of(name)
            place = (
                calendar.time_zone if zone is None else zone,
                calendar.country if where is None else where,
                name,
            )
            entry = self.known.get(place)
            if entry is None:
                calendar = self._new_calendar(place)
            else:
                entry.used, calendar = True, entry.value
            self.zoned_here = self.zoned or zone is not None
        self.calendar = calendar
        contact_via = given.contact_via
        application = ApplicationRow(
            no,
            given.id,
            given.company,
            given.role,
            given.status,
            None if given.applied_at is None else self.seconds(given.applied_at),
            given.internal,
            given.preferred,
            given.second_thoughts,
            None if given.reply_by is None else self.deadline(given.reply_by),
            given.next_step,
            None if given.next_step_said_at is None else self.seconds(given.next_step_said_at),
            given.signals,
            given.keep_in_touch,
            None if given.reapply_from is None else self.deadline(given.reapply_from),
            given.contact_policy,
            contact_via,
            given.thanks_direct,
            country,
            zone,
            name,
            candidate,
            calendar,
            NO_CUSTOM if given.custom is None else self.customs("application", given.custom),
        )
        people_given, interviews_given, messages_given = given.people, given.interviews, given.messages
        if (
            given.id.isspace()
            or len(people_given) > limits.people
            or len(interviews_given) > limits.interviews
            or len(messages_given) > limits.messages
        ):
            raise NotLinkable
        by_id = self._people_of(people_given, application)
        if len(by_id) != len(people_given) or (contact_via is not None and contact_via not in by_id):
            raise NotLinkable
        interviews, groups = self._interviews_of(interviews_given, by_id, application) if interviews_given else ((), ())
        return Family(
            application,
            None if given.offer is None else self._offer(given.offer, application),
            tuple(by_id.values()),  # in the order of the case: dictionaries keep it
            interviews,
            groups,
            self._messages_of(messages_given, by_id, application) if messages_given else (),
        )

    def _people_of(self, given: tuple[Person, ...], application: ApplicationRow) -> dict[str | None, PersonRow]:
        by_id: dict[str | None, PersonRow] = {}
        no = self.people
        own = placed = application.calendar
        last_zone: str | None = None
        last_country: str | None = None
        for person in given:
            id_, zone, country, calendar = person.id, person.time_zone, person.country, own
            if id_.isspace():
                raise NotLinkable
            if zone is not None or country is not None:
                if zone != last_zone or country != last_country:  # most people of a company are in the same place
                    last_zone, last_country = zone, country
                    there = (
                        own.time_zone if zone is None else zone,
                        own.country if country is None else country,
                        None,
                    )
                    entry = self.known.get(there)
                    if entry is None:
                        placed = self._new_calendar(there)
                    else:
                        entry.used, placed = True, entry.value
                calendar = placed
            by_id[id_] = PersonRow(
                no,
                id_,
                person.name,
                person.email,
                person.role,
                person.relation,
                person.prefers,
                person.invited_call,
                person.contact_policy,
                None if person.away_until is None else self.deadline(person.away_until),
                person.channels,
                person.left,
                person.topics,
                country,
                zone,
                application,
                calendar,
                NO_CUSTOM if person.custom is None else self.customs("person", person.custom),
            )
            no += 1
        self.people = no
        return by_id

    def _interviews_of(
        self, given: tuple[Interview, ...], people: Mapping[str | None, PersonRow], application: ApplicationRow
    ) -> tuple[tuple[InterviewRow, ...], tuple[tuple[InterviewerRow, ...], ...]]:
        rows: list[InterviewRow] = []
        groups: list[tuple[InterviewerRow, ...]] = []
        no, now, epochs = self.interviews, self.now, self.calendars.epochs
        for interview in given:
            moment, status = interview.ended_at, interview.status
            known = epochs.get(moment.tzinfo)
            if known is None:
                ended_at = self.seconds(moment)
            else:  # the same as `seconds`, written out for speed
                since = moment - known[0]
                days = since.days
                if not _FIRST_DAY <= days < _LAST_DAY:
                    raise NotLinkable
                ended_at = days * 86_400 + since.seconds + known[1]
            starts_at = None if interview.starts_at is None else self.seconds(interview.starts_at)
            if (
                (status == "held" and now is not None and ended_at > now)
                or (starts_at is not None and starts_at > ended_at)
                or interview.id.isspace()
            ):
                raise NotLinkable
            row = InterviewRow(
                no,
                interview.id,
                interview.stage,
                status,
                ended_at,
                starts_at,
                interview.cancelled_by,
                None if interview.cancelled_at is None else self.seconds(interview.cancelled_at),
                interview.went,
                application,
                NO_CUSTOM if interview.custom is None else self.customs("interview", interview.custom),
            )
            rows.append(row)
            groups.append(self._group(interview, row, people, application) if interview.interviewers else ())
            no += 1
        self.interviews = no
        if len(rows) > 1 and len({row.id for row in rows}) != len(rows):
            raise NotLinkable
        return tuple(rows), tuple(groups)

    def _group(
        self,
        given: Interview,
        interview: InterviewRow,
        people: Mapping[str | None, PersonRow],
        application: ApplicationRow,
    ) -> tuple[InterviewerRow, ...]:
        rows: dict[str, InterviewerRow] = {}
        no = self.interviewers
        for interviewer in given.interviewers:
            if isinstance(interviewer, str):
                id_, attended, values = interviewer, None, NO_CUSTOM
            else:
                id_, attended = interviewer.person, interviewer.attended
                values = NO_CUSTOM if interviewer.custom is None else self.customs("interviewer", interviewer.custom)
            person = people.get(id_)
            if person is None:
                raise NotLinkable
            rows[id_] = InterviewerRow(no, id_, attended, interview, person, application, values)
            no += 1
        self.interviewers = no
        if len(rows) != len(given.interviewers):
            raise NotLinkable
        return tuple(rows.values())

    def _messages_of(
        self, given: tuple[Message, ...], people: Mapping[str | None, PersonRow], application: ApplicationRow
    ) -> tuple[MessageRow, ...]:
        rows = []
        no, epochs = self.messages, self.calendars.epochs
        for message in given:
            person_id = message.person
            person = people.get(person_id)
            if person is None and person_id is not None:
                raise NotLinkable
            moment = message.sent_at
            if moment is None:
                sent_at = None
            elif (known := epochs.get(moment.tzinfo)) is None:
                sent_at = self.seconds(moment)
            else:  # the same as `seconds`, written out for speed: cases have many messages
                since = moment - known[0]
                days = since.days
                if not _FIRST_DAY <= days < _LAST_DAY:
                    raise NotLinkable
                sent_at = days * 86_400 + since.seconds + known[1]
            row = MessageRow(
                no,
                person_id,
                message.direction,
                sent_at,
                message.channel,
                message.kind,
                None if message.answer_by is None else self.deadline(message.answer_by),
                message.bounced,
                message.voicemail,
                message.mistake,
                person,
                application,
                NO_CUSTOM if message.custom is None else self.customs("message", message.custom),
            )
            rows.append(row)
            no += 1
        self.messages = no
        return tuple(rows)

    def _offer(self, given: Offer, application: ApplicationRow) -> OfferRow:
        received = None if given.received_at is None else self.seconds(given.received_at)
        signed = None if given.signed_at is None else self.seconds(given.signed_at)
        withdrawn = None if given.withdrawn_at is None else self.seconds(given.withdrawn_at)
        if received is not None and (
            (signed is not None and signed < received) or (withdrawn is not None and withdrawn < received)
        ):
            raise NotLinkable
        return OfferRow(
            application.no,
            application.id,
            received,
            given.form,
            None if given.answer_by is None else self.deadline(given.answer_by),
            signed,
            given.conditional,
            given.conditions,
            None if given.conditions_by is None else self.deadline(given.conditions_by),
            None if given.start_on is None else self.deadline(given.start_on),
            None if given.notice_due_on is None else self.deadline(given.notice_due_on),
            withdrawn,
            given.terms,
            given.more_time,
            given.decision,
            application,
            NO_CUSTOM if given.custom is None else self.customs("offer", given.custom),
        )

    # --- values ---

    def _new_calendar(self, place: Place) -> Calendar:
        """As :func:`_new`; and raises :class:`NotLinkable` if the case has too many new places."""
        places = self.new_places = self.new_places or set()
        places.add(place)
        if len(places) > self.limits.places:
            raise NotLinkable
        return _new(place, self.calendars)

    def seconds(self, moment: datetime) -> int:
        if moment.tzinfo is None:  # a moment without an offset, on the nearest clock
            if not self.zoned_here or not 1970 < moment.year < 2199:
                raise NotLinkable
            return self.calendar.instant(moment)
        known = self.calendars.epochs.get(moment.tzinfo)
        if known is None:
            known = self.calendars.epoch_of(moment.tzinfo)
        epoch, offset = known
        since = moment - epoch
        seconds = since.days * 86_400 + since.seconds + offset
        if not 1970 < moment.year < 2199:
            raise NotLinkable
        return seconds

    def deadline(self, text: str) -> int:
        if len(text) == 10 and self.zoned_here:
            day = _date(text)
            if day is None or not FIRST_YEAR < day.year < LAST_YEAR:
                raise NotLinkable
            return self.calendar.end_of_day(day)
        zoned = self.zoned_here
        if not 1970 < int(text[:4] if text[:4].isdigit() else 0) < 2199 or (not zoned and not _has_offset(text)):
            raise NotLinkable
        moment = deadline_of(text, self.calendar)
        if moment is None:
            raise NotLinkable
        return moment

    def handled(self, shape: CaseShape) -> Handled:
        """The advice that was followed or dismissed."""
        done = {entry.key: self.seconds(entry.at) for entry in shape.done}
        dismissed = {
            entry.key: None if entry.until is None else self.deadline(entry.until) for entry in shape.dismissed
        }
        if max(len(shape.done), len(shape.dismissed)) > self.limits.handled:
            raise NotLinkable
        if len(done) < len(shape.done) or len(dismissed) < len(shape.dismissed):
            raise NotLinkable
        return Handled(done, dismissed)

    def customs(self, entity: str, given: Mapping[str, object]) -> Mapping[str, Value]:
        declared = self.custom.get(entity, {})
        values: dict[str, Value] = {}
        for name, value in given.items():
            kind = declared.get(name)
            if kind is None:
                raise NotLinkable
            if isinstance(value, str) and isinstance(kind, MomentKind):
                values[name] = self.deadline(value)
            elif value is not None:
                values[name] = custom_value(value, kind, self.calendar)
                if values[name] is None:
                    raise NotLinkable
        return values


def _parameters(given: Mapping[str, object], declared: Declared) -> Mapping[str, Value]:
    """The parameters that a case states, as custom facts of the candidate. Raises :class:`NotLinkable` if it may not."""
    values: dict[str, Value] = {}
    for name, value in given.items():
        parameter = declared.parameters.get(name)
        if parameter is None:
            raise NotLinkable
        if value is not None:
            values[parameter.key] = parameter.value_of(value)
            if values[parameter.key] is None:
                raise NotLinkable
    return values


#: Deadlines of many cases fall on the same days.
_date: Final = lru_cache(1_024)(parse_date)


@lru_cache(256)
def _length(text: str) -> int:
    length = parse_duration(text)
    if not isinstance(length, Elapsed):
        raise NotLinkable
    return length.seconds


def _has_offset(text: str) -> bool:
    return text[-1] in "Zz" or (len(text) > 16 and (text[-6] in "+-" or text[-5] in "+-"))
