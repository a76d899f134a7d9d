"""A case as it is held once read: rows that know their parents, all moments whole seconds, all places resolved.

Rows are compared by identity. ``no`` numbers the rows of one entity from 0 through the whole case, so that an engine in
another process, or over columns, can name a row by a small integer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from tactful.facts.calendars import Calendar
from tactful.facts.kinds import Value
from tactful.facts.shape import CaseShape


class Row(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What all rows have in common. ``custom`` holds the pack's custom facts, converted, or nothing."""

    no: int

    @property
    def id(self) -> str:
        """Its id among its kind, within its application."""
        raise NotImplementedError


class CandidateRow(Row, frozen=True):
    id: str
    name: str | None
    email: str | None
    country: str | None
    time_zone: str | None
    employed: bool | None
    considering_quitting: bool | None
    searching: bool | None
    handwriting_legible: bool | None
    notice_period: int | None
    calendar: Calendar
    custom: Mapping[str, Value]


class ApplicationRow(Row, frozen=True):
    id: str
    company: str | None
    role: str | None
    status: str | None
    preferred: bool | None
    reply_by: int | None
    contact_policy: str | None
    contact_via: str | None
    country: str | None
    time_zone: str | None
    candidate: CandidateRow
    calendar: Calendar
    custom: Mapping[str, Value]


class OfferRow(Row, frozen=True):
    """``no`` and ``id`` are its application's."""

    id: str
    received_at: int | None
    form: str | None
    answer_by: int | None
    signed_at: int | None
    conditional: bool | None
    start_on: int | None
    application: ApplicationRow
    custom: Mapping[str, Value]


class PersonRow(Row, frozen=True):
    id: str
    name: str | None
    email: str | None
    role: str | None
    prefers: str | None
    invited_call: bool | None
    contact_policy: str | None
    channels: tuple[str, ...] | None
    topics: tuple[str, ...] | None
    country: str | None
    time_zone: str | None
    application: ApplicationRow
    calendar: Calendar
    custom: Mapping[str, Value]


class InterviewRow(Row, frozen=True):
    id: str
    stage: str | None
    status: str | None
    ended_at: int
    went: str | None
    application: ApplicationRow
    custom: Mapping[str, Value]


class InterviewerRow(Row, frozen=True):
    """``id`` is the person's."""

    id: str
    attended: bool | None
    interview: InterviewRow
    person: PersonRow
    application: ApplicationRow
    custom: Mapping[str, Value]


class MessageRow(Row, frozen=True):
    """``id`` is made of what the message says, so that it doesn't depend on the order of the log."""

    person_id: str | None
    direction: str | None
    sent_at: int | None
    channel: str | None
    kind: str | None
    person: PersonRow | None
    application: ApplicationRow
    custom: Mapping[str, Value]

    @property
    def id(self) -> str:
        """Who wrote what when, to or from whom."""
        return f"{self.sent_at}/{self.person_id}/{self.direction}/{self.kind}"


class Family(msgspec.Struct, frozen=True, eq=False, gc=False):
    """An application and all that belongs to it. ``interviewers`` are grouped as ``interviews`` are."""

    application: ApplicationRow
    offer: OfferRow | None
    people: tuple[PersonRow, ...]
    interviews: tuple[InterviewRow, ...]
    interviewers: tuple[tuple[InterviewerRow, ...], ...]
    messages: tuple[MessageRow, ...]


class Case(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One candidate's situation at one moment, read and found free of mistakes.

    ``now`` is in seconds since 1970 (UTC), or ``None`` where the case leaves it out. ``families`` stand in the order in
    which the case names its applications. ``shape`` is what it was read from, so that facts can be changed and the case
    linked again. Make one with :meth:`tactful.Policy.read`.
    """

    now: int | None
    candidate: CandidateRow
    families: tuple[Family, ...]
    shape: CaseShape

    @property
    def size(self) -> int:
        """How many rows it has."""
        return 1 + sum(
            1 + len(one.people) + len(one.interviews) + sum(map(len, one.interviewers)) + len(one.messages)
            for one in self.families
        )


def inside(row: Row, other: Row) -> bool:
    """Whether ``row`` is ``other`` or belongs to it. An interviewer belongs to the interview and to the person too."""
    if row is other:
        return True
    kind = type(other)
    if kind is CandidateRow:
        return True
    if type(row) is InterviewerRow and (row.person is other or row.interview is other):
        return True
    return kind is ApplicationRow and getattr(row, "application", None) is other


def entity_of(row: Row) -> str:
    """The entity that a row is one of."""
    return _ENTITIES[type(row)]


_ENTITIES: Final[Mapping[type[Row], str]] = {
    CandidateRow: "candidate",
    ApplicationRow: "application",
    OfferRow: "offer",
    PersonRow: "person",
    InterviewRow: "interview",
    InterviewerRow: "interviewer",
    MessageRow: "message",
}


#: The entities that an application has, and nothing in between.
_BELOW: Final = frozenset({"offer", "person", "interview", "message"})


def _belongs_to(row: Row, per: str) -> Row | None:
    """The row of the entity ``per`` that ``row`` is or belongs to."""
    entity = entity_of(row)
    if entity == per:
        return row
    if per == "application":
        found: Row | None = getattr(row, "application", None)
        return found
    if per == "person":
        person = getattr(row, "person", None)
        return person if isinstance(person, PersonRow) else None
    application = row if entity == "application" else getattr(row, "application", None)
    return application.candidate if isinstance(application, ApplicationRow) else None


def row_key(row: Row) -> tuple[str, str, str, str]:
    """What rows are ordered by: entity, the application's id, the interview's, the row's own. Names play no part."""
    entity = _ENTITIES[type(row)]
    if entity in _BELOW:
        above: ApplicationRow = getattr(row, "application")  # noqa: B009  # rows in general have none
        return entity, above.id, "", row.id
    if type(row) is InterviewerRow:
        return entity, row.application.id, row.interview.id, row.id
    return entity, row.id, "", row.id
