"""A case in memory: rows with references to their parents, moments in seconds since 1970 (UTC), places as calendars.

Rows are compared by identity. ``no`` numbers the rows of one entity from 0 through the whole case, so that an engine in
another process, or over columns, can name a row by a small integer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from tactful.facts.calendars import Calendar
from tactful.facts.kinds import Value
from tactful.facts.shape import CaseShape


class Row(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The base of all rows."""

    #: The name of the entity.
    entity: ClassVar[str]
    no: int

    @property
    def id(self) -> str:
        """The id of the row, unique among the rows of its entity within its application."""
        raise NotImplementedError

    @property
    def custom(self) -> Mapping[str, Value]:
        """The values of the pack's custom facts. Unknown values are left out."""
        raise NotImplementedError

    @property
    def application(self) -> ApplicationRow | None:
        """The application that the row is, or belongs to; ``None`` for a candidate."""
        return None

    @property
    def person(self) -> PersonRow | None:
        """The person that the row is, or is about; ``None`` if it is about no person, or does not name the person."""
        return None

    @property
    def calendar(self) -> Calendar | None:
        """The row's own calendar; ``None`` for entities that have no place."""
        return None

    def value(self, attribute: str) -> Value:
        """The value of a given field, by the name of its attribute; ``None`` where it is unknown."""
        value: Value = getattr(self, attribute)
        return value

    def related(self, name: str) -> Row | None:
        """The row that this row refers to as ``application``, ``person``, ``interview`` or ``candidate``."""
        row: Row | None = getattr(self, name)
        return row


class CandidateRow(Row, frozen=True):
    entity: ClassVar = "candidate"
    id: str
    name: str | None
    email: str | None
    language: str | None
    country: str | None
    time_zone: str | None
    employed: bool | None
    considering_quitting: bool | None
    searching: bool | None
    handwriting_legible: bool | None
    notice_period: int | None
    notice_given: bool | None
    last_day_on: int | None
    let_go: bool | None
    counter_offer: str | None
    employer_knows: str | None
    calendar: Calendar
    custom: Mapping[str, Value]


class ApplicationRow(Row, frozen=True):
    entity: ClassVar = "application"
    id: str
    company: str | None
    role: str | None
    status: str | None
    applied_at: int | None
    internal: bool | None
    preferred: bool | None
    second_thoughts: str | None
    reply_by: int | None
    next_step: str | None
    next_step_said_at: int | None
    signals: tuple[str, ...] | None
    keep_in_touch: bool | None
    reapply_from: int | None
    contact_policy: str | None
    contact_via: str | None
    thanks_direct: bool | None
    country: str | None
    time_zone: str | None
    calendar_name: str | None
    candidate: CandidateRow
    calendar: Calendar
    custom: Mapping[str, Value]

    @property
    def application(self) -> ApplicationRow:
        """The application itself."""
        return self


class OfferRow(Row, frozen=True):
    """An offer. ``no`` and ``id`` are those of its application."""

    entity: ClassVar = "offer"
    id: str
    received_at: int | None
    form: str | None
    answer_by: int | None
    signed_at: int | None
    conditional: bool | None
    conditions: tuple[str, ...] | None
    conditions_by: int | None
    start_on: int | None
    notice_due_on: int | None
    withdrawn_at: int | None
    terms: str | None
    more_time: str | None
    decision: str | None
    application: ApplicationRow
    custom: Mapping[str, Value]


class PersonRow(Row, frozen=True):
    entity: ClassVar = "person"
    id: str
    name: str | None
    email: str | None
    role: str | None
    relation: str | None
    prefers: str | None
    invited_call: bool | None
    contact_policy: str | None
    away_until: int | None
    channels: tuple[str, ...] | None
    left: bool | None
    topics: tuple[str, ...] | None
    country: str | None
    time_zone: str | None
    application: ApplicationRow
    calendar: Calendar
    custom: Mapping[str, Value]

    @property
    def person(self) -> PersonRow:
        """The person itself."""
        return self


class InterviewRow(Row, frozen=True):
    entity: ClassVar = "interview"
    id: str
    stage: str | None
    status: str | None
    ended_at: int
    starts_at: int | None
    cancelled_by: str | None
    cancelled_at: int | None
    went: str | None
    application: ApplicationRow
    custom: Mapping[str, Value]


class InterviewerRow(Row, frozen=True):
    """A person's part in an interview. ``id`` is the id of the person."""

    entity: ClassVar = "interviewer"
    id: str
    attended: bool | None
    interview: InterviewRow
    person: PersonRow
    application: ApplicationRow
    custom: Mapping[str, Value]


class MessageRow(Row, frozen=True):
    """A message. ``id`` is built from the message's fields, so it does not depend on the order of the log."""

    entity: ClassVar = "message"
    person_id: str | None
    direction: str | None
    sent_at: int | None
    channel: str | None
    kind: str | None
    answer_by: int | None
    bounced: bool | None
    voicemail: bool | None
    mistake: bool | None
    person: PersonRow | None
    application: ApplicationRow
    custom: Mapping[str, Value]

    @property
    def id(self) -> str:
        """The moment, the person, the direction and the kind of the message."""
        return f"{self.sent_at}/{self.person_id}/{self.direction}/{self.kind}"


class Family(msgspec.Struct, frozen=True, eq=False, gc=False):
    """An application and all rows that belong to it. ``interviewers`` has a group for each of the ``interviews``, in order."""

    application: ApplicationRow
    offer: OfferRow | None
    people: tuple[PersonRow, ...]
    interviews: tuple[InterviewRow, ...]
    interviewers: tuple[tuple[InterviewerRow, ...], ...]
    messages: tuple[MessageRow, ...]


class Handled(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The advice that a candidate has followed or dismissed: moments (seconds since 1970, UTC) by the keys of the advice.

    ``dismissed`` has the moments until which advice is not wanted; ``None`` is for good.
    """

    done: Mapping[str, int]
    dismissed: Mapping[str, int | None]


class Case(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A candidate's situation at a moment, read without mistakes. :meth:`tactful.Policy.read` makes it.

    ``now`` is in seconds since 1970 (UTC), or ``None`` if the case leaves it out. ``families`` are in the order of the
    applications in the case. ``shape`` is the decoded case, so that facts can be changed and the case linked again.
    ``size`` is the number of rows without offers. ``handled`` is ``None`` where no advice was followed or dismissed.
    """

    now: int | None
    candidate: CandidateRow
    families: tuple[Family, ...]
    shape: CaseShape
    size: int
    handled: Handled | None = None

    def to_json(self) -> bytes:
        """The case as JSON (UTF-8), as it was given."""
        return msgspec.json.encode(self.shape)

    def __repr__(self) -> str:
        """The size of the case, and none of its contents, which are about people and must not go into logs."""
        return f"<Case: {len(self.families)} applications, {self.size} rows>"


def inside(row: Row, other: Row) -> bool:
    """Whether ``row`` is ``other`` or belongs to it. An interviewer belongs to the interview and to the person too."""
    if row is other:
        return True
    kind = type(other)
    if kind is CandidateRow:
        return True
    if type(row) is InterviewerRow and (row.person is other or row.interview is other):
        return True
    return kind is ApplicationRow and row.application is other


def counterpart(row: Row, case: Case) -> Row:
    """The row at the place of ``row`` in a case with the same rows, of which facts may differ."""
    if row.entity == "candidate":
        return case.candidate
    application = row.application
    assert application is not None  # only a candidate has none
    family = case.families[application.no]
    match row.entity:
        case "application":
            return family.application
        case "offer":
            assert family.offer is not None  # the case has the same rows
            return family.offer
        case "person":
            return family.people[row.no - family.people[0].no]
        case "interview":
            return family.interviews[row.no - family.interviews[0].no]
        case "message":
            return family.messages[row.no - family.messages[0].no]
        case _:
            assert isinstance(row, InterviewerRow)  # there are no other rows
            group = family.interviewers[row.interview.no - family.interviews[0].no]
            return group[row.no - group[0].no]


def rows_around(row: Row) -> tuple[Row, ...]:
    """The row, and all rows that it is :func:`inside` of."""
    application = row.application
    if application is None:
        return (row,)
    above: tuple[Row, ...] = () if row is application else (application,)
    if type(row) is InterviewerRow:
        above = (row.interview, row.person, *above)
    return (row, *above, application.candidate)


def belongs_to(row: Row, per: str) -> Row | None:
    """The candidate, application or person (``per``) that the row is or belongs to; ``None`` if it belongs to none."""
    if row.entity == per:
        return row
    if per == "application":
        return row.application
    if per == "person":
        return row.person
    return None if row.application is None else row.application.candidate


def row_key(row: Row) -> tuple[str, str, str, str]:
    """The sort key of a row: entity, the application's id, the interview's id, the row's own id. Names play no part."""
    above = row.application or row
    return row.entity, above.id, row.interview.id if type(row) is InterviewerRow else "", row.id


def business_calendar(row: Row) -> Calendar:
    """The calendar that counts a row's business days: its application's, or the candidate's."""
    calendar = (row.application or row).calendar
    assert calendar is not None  # a row without an application is a candidate
    return calendar


def own_calendar(row: Row) -> Calendar:
    """The calendar of a row with a place of its own: a candidate, an application or a person."""
    assert row.calendar is not None  # the check refuses clocks of entities without a place
    return row.calendar


def nearest_calendar(row: Row) -> Calendar:
    """The calendar of a row: its own, else its person's, else its application's."""
    person = row.person
    calendar = row.calendar if person is None else person.calendar
    return calendar or business_calendar(row)
