"""From a decoded case to rows: moments in seconds, references followed, places resolved.

This is on the way of every decision, so it stops at the first thing that is wrong with :class:`NotLinkable`;
``validate`` then goes over everything again and tells all mistakes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tactful.calendars import LAST_MOMENT, Calendars
from tactful.facts.custom import NO_CUSTOM, CustomFields, custom_value
from tactful.facts.limits import CaseLimits
from tactful.facts.moments import EPOCH, deadline_of
from tactful.facts.rows import (
    ApplicationRow,
    CandidateRow,
    Case,
    Family,
    InterviewerRow,
    InterviewRow,
    MessageRow,
    OfferRow,
    PersonRow,
    Place,
)
from tactful.facts.shape import Application, CaseShape, Interview, Message, Offer, Person
from tactful.values import Elapsed, Value, parse_duration

#: The clock that business days count on where no time zone is given anywhere.
NO_ZONE: Final = "UTC"


class NotLinkable(Exception):  # noqa: N818  (not an error that users see)
    """Something is wrong with the case; ``validate`` tells what."""


class Linker:
    """Links one case. Numbers rows through the whole case, in its order."""

    def __init__(self, calendars: Calendars, custom: CustomFields, limits: CaseLimits) -> None:
        self._calendars, self._custom, self._limits = calendars, custom, limits
        self._people = self._interviews = self._interviewers = self._messages = 0

    def case(self, shape: CaseShape, now: int | None) -> Case:
        """The whole case, at ``now`` or else its own. Raises :class:`NotLinkable`."""
        given = shape.candidate
        self._zoned = self._zoned_here = given.time_zone is not None
        place = Place(given.time_zone or NO_ZONE, given.country)
        if not self._calendars.knows(*place):
            raise NotLinkable
        self._calendar = self._calendars.at(*place)
        if now is None and shape.now is not None:
            now = self._seconds(shape.now)
        self._now = now
        custom = NO_CUSTOM if given.custom is None else self._customs("candidate", given.custom)
        candidate = CandidateRow(
            *(0, given.id, given.name, given.country, given.time_zone, given.employed, given.considering_quitting),
            *(given.searching, given.handwriting_legible, _length(given.notice_period), place, custom),
        )
        applications = shape.applications
        if len(applications) > self._limits.applications or len({one.id for one in applications}) != len(applications):
            raise NotLinkable
        families = [self._family(one, no, candidate) for no, one in enumerate(applications)]
        return Case(now, candidate, tuple(families))

    def _family(self, given: Application, no: int, candidate: CandidateRow) -> Family:
        limits = self._limits
        if given.time_zone is None and given.country is None:
            place, self._zoned_here = candidate.place, self._zoned
        else:
            place = Place(given.time_zone or candidate.place.time_zone, given.country or candidate.place.country)
            self._zoned_here = self._zoned or given.time_zone is not None
            if not self._calendars.knows(*place):
                raise NotLinkable
        self._calendar = self._calendars.at(*place)
        custom = NO_CUSTOM if given.custom is None else self._customs("application", given.custom)
        reply_by = None if given.reply_by is None else self._deadline(given.reply_by)
        application = ApplicationRow(
            *(no, given.id, given.company, given.role, given.status, given.preferred, reply_by),
            *(given.contact_policy, given.contact_via, given.country, given.time_zone, candidate, place, custom),
        )
        if (
            len(given.people) > limits.people
            or len(given.interviews) > limits.interviews
            or len(given.messages) > limits.messages
        ):
            raise NotLinkable
        people = tuple([self._person(one, application) for one in given.people])
        by_id: Mapping[str | None, PersonRow] = {person.id: person for person in people}
        if len(by_id) != len(people) or (given.contact_via is not None and given.contact_via not in by_id):
            raise NotLinkable
        interviews = tuple([self._interview(one, application) for one in given.interviews])
        if len({one.id for one in interviews}) != len(interviews):
            raise NotLinkable
        groups = tuple(
            [
                self._group(one, interview, by_id, application)
                for one, interview in zip(given.interviews, interviews, strict=True)
            ]
        )
        messages = tuple([self._message(one, by_id, application) for one in given.messages])
        offer = None if given.offer is None else self._offer(given.offer, application)
        return Family(application, offer, people, interviews, groups, messages)

    def _person(self, given: Person, application: ApplicationRow) -> PersonRow:
        place = application.place
        if given.time_zone is not None or given.country is not None:
            place = Place(given.time_zone or place.time_zone, given.country or place.country)
            if not self._calendars.knows(*place):
                raise NotLinkable
        no = self._people
        self._people += 1
        return PersonRow(
            *(no, given.id, given.name, given.role, given.prefers, given.invited_call, given.contact_policy),
            *(given.channels, given.topics, given.country, given.time_zone, application, place),
            NO_CUSTOM if given.custom is None else self._customs("person", given.custom),
        )

    def _interview(self, given: Interview, application: ApplicationRow) -> InterviewRow:
        ended_at = self._seconds(given.ended_at)
        if given.status == "held" and self._now is not None and ended_at > self._now:
            raise NotLinkable
        no = self._interviews
        self._interviews += 1
        custom = NO_CUSTOM if given.custom is None else self._customs("interview", given.custom)
        return InterviewRow(no, given.id, given.stage, given.status, ended_at, given.went, application, custom)

    def _group(
        self,
        given: Interview,
        interview: InterviewRow,
        people: Mapping[str | None, PersonRow],
        application: ApplicationRow,
    ) -> tuple[InterviewerRow, ...]:
        rows = []
        for one in given.interviewers:
            id_, attended, custom = (one, None, None) if isinstance(one, str) else (one.person, one.attended, one.custom)
            person = people.get(id_)
            if person is None:
                raise NotLinkable
            values = NO_CUSTOM if custom is None else self._customs("interviewer", custom)
            no = self._interviewers
            self._interviewers += 1
            rows.append(InterviewerRow(no, id_, attended, interview, person, application, values))
        if len({row.id for row in rows}) != len(rows):
            raise NotLinkable
        return tuple(rows)

    def _message(
        self, given: Message, people: Mapping[str | None, PersonRow], application: ApplicationRow
    ) -> MessageRow:
        sent_at = None if given.sent_at is None else self._seconds(given.sent_at)
        person = people.get(given.person)
        if person is None and given.person is not None:
            raise NotLinkable
        no = self._messages
        self._messages += 1
        id_ = f"{sent_at}/{given.person}/{given.direction}/{given.kind}"
        custom = NO_CUSTOM if given.custom is None else self._customs("message", given.custom)
        return MessageRow(
            *(no, id_, given.person, given.direction, sent_at, given.channel, given.kind, person, application, custom)
        )

    def _offer(self, given: Offer, application: ApplicationRow) -> OfferRow:
        received = None if given.received_at is None else self._seconds(given.received_at)
        signed = None if given.signed_at is None else self._seconds(given.signed_at)
        if received is not None and signed is not None and signed < received:
            raise NotLinkable
        return OfferRow(
            *(application.no, application.id, received, given.form),
            *(None if given.answer_by is None else self._deadline(given.answer_by), signed, given.conditional),
            *(None if given.start_on is None else self._deadline(given.start_on), application),
            NO_CUSTOM if given.custom is None else self._customs("offer", given.custom),
        )

    # --- values ---

    def _seconds(self, moment: datetime) -> int:
        if moment.tzinfo is None:
            return self._local(moment)
        since = moment - EPOCH
        seconds = since.days * 86_400 + since.seconds
        if not 0 <= seconds <= LAST_MOMENT:
            raise NotLinkable
        return seconds

    def _local(self, moment: datetime) -> int:
        """A moment without an offset, on the nearest clock."""
        if not self._zoned_here or not 1970 < moment.year < 2199:
            raise NotLinkable
        return self._calendar.instant(moment)

    def _deadline(self, text: str) -> int:
        zoned = self._zoned_here
        if not 1970 < int(text[:4] if text[:4].isdigit() else 0) < 2199 or (not zoned and not _has_offset(text)):
            raise NotLinkable
        found = deadline_of(text, self._calendar)
        if found is None:
            raise NotLinkable
        return found

    def _customs(self, entity: str, given: Mapping[str, object]) -> Mapping[str, Value]:
        declared = self._custom.get(entity, {})
        found: dict[str, Value] = {}
        for name, one in given.items():
            kind = declared.get(name)
            if kind is None:
                raise NotLinkable
            if one is not None:
                found[name] = custom_value(one, kind, self._calendar)
                if found[name] is None:
                    raise NotLinkable
        return found


def _length(text: str | None) -> int | None:
    if text is None:
        return None
    length = parse_duration(text)
    if not isinstance(length, Elapsed):
        raise NotLinkable
    return length.seconds


def _has_offset(text: str) -> bool:
    return text[-1] in "Zz" or text[-6:-5] in ("+", "-") or (len(text) > 16 and text[-5] in "+-")
