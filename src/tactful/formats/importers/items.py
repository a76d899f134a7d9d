"""What importers read from a file of any format: interviews, applications, and notes on the rest."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from tactful.facts.shape import ApplicationStatus, InterviewStatus, Role, Side, Stage
from tactful.source.codes.imports import ImportGuess, MorePages, NotUnderstood
from tactful.source.diagnostics import Code, Diagnostic, InvalidInput, Span


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What all records have in common."""


class Person(Record, frozen=True):
    """Somebody at the company. ``uid`` is the source's id; ``role`` is used where the case has none."""

    name: str | None = None
    email: str | None = None
    uid: str | None = None
    role: Role | None = "interviewer"


class Attendee(Record, frozen=True):
    """Somebody invited. ``accepted`` is ``None`` where they have not answered.

    ``nobody`` says why the address is not an interviewer's, unless it is the candidate's; ``None`` if it may be an interviewer's.
    """

    person: Person
    accepted: bool | None = None
    nobody: str | None = None


class Version(Record, frozen=True):
    """The version of an interview: a number, a date, both or neither."""

    sequence: int | None = None
    updated_at: datetime | None = None

    def older_than(self, other: Version) -> bool:
        """Whether this version is known to be older."""
        return self._compare(other) < 0

    def newer_than(self, other: Version) -> bool:
        """Whether this version is newer. Without numbers and dates it counts as newer."""
        return self._compare(other) > 0

    def _compare(self, other: Version) -> int:
        if self.sequence is not None and other.sequence is not None and self.sequence != other.sequence:
            return 1 if self.sequence > other.sequence else -1
        mine, others = self.updated_at, other.updated_at
        if mine is not None and others is not None and (mine.tzinfo is None) == (others.tzinfo is None):
            return (mine > others) - (mine < others)
        return 0 if self.sequence is not None and other.sequence is not None else 1


class Belonging(Record, frozen=True):
    """The application and the candidate of an interview, as far as the source names them."""

    application: str | None = None
    company: str | None = None
    role: str | None = None
    time_zone: str | None = None
    candidate: str | None = None
    candidate_name: str | None = None


class Interview(Record, frozen=True):
    """An interview as a source describes it.

    ``ended_at`` and ``starts_at`` without an offset are local time at the application. ``attendees`` is ``None`` where
    the source does not name the interviewers. ``candidate_among``: the candidate may be one of them. ``others`` belong
    to the application but not to the interview. ``sender`` sent the invitation, and may be nobody: a service's address.
    ``summary`` is the invitation's title where the company may have to be read from it. ``cancelled_by`` and
    ``cancelled_at`` say who called a cancelled interview off, and when, where the source knows that.
    """

    system: str
    uid: str
    span: Span
    version: Version = Version()
    ended_at: datetime | None = None
    starts_at: datetime | None = None
    status: InterviewStatus | None = None
    cancelled_by: Side | None = None
    cancelled_at: datetime | None = None
    stage: Stage | None = None
    attendees: tuple[Attendee, ...] | None = None
    candidate_among: bool = False
    others: tuple[Person, ...] = ()
    sender: Person | None = None
    summary: str | None = None
    belonging: Belonging = Belonging()

    def if_complete(self, log: Log) -> list[Item]:
        """This interview; nothing and a note where it has no id or no end because it is not scheduled yet.

        An end that is not after the start is noted, unless the interview is cancelled. The start is not used then.
        """
        if not self.uid or self.ended_at is None:
            log.not_understood(self.span, "an interview without an id or an end is skipped")
            return []
        problem = None if self.status == "cancelled" else _contradiction(self.starts_at, self.ended_at)
        if problem is not None:
            help_ = "correct `ended_at` in the case if the end is wrong"
            log.not_understood(self.span, f"{problem}, so its start is left out", help_)
        return [self]


def _contradiction(starts_at: datetime | None, ended_at: datetime) -> str | None:
    """What is wrong with a start and an end, in words; ``None`` where the end comes later, or may do so."""
    if starts_at is None or (starts_at.tzinfo is None) != (ended_at.tzinfo is None) or starts_at < ended_at:
        return None
    return "the interview ends when it starts" if starts_at == ended_at else "the interview ends before it starts"


class Withdrawal(Record, frozen=True):
    """Some people no longer take part in an interview, which takes place without them, unless one is the candidate.

    ``sent_at``: when the source said so.
    """

    system: str
    uid: str
    span: Span
    people: tuple[Person, ...]
    version: Version = Version()
    sent_at: datetime | None = None


class Cancellation(Record, frozen=True):
    """An interview will not take place. The source says nothing else about it."""

    system: str
    uid: str
    span: Span
    version: Version = Version()


class Seat(Record, frozen=True):
    """An interviewer whom a source names apart from the interview ``uid``."""

    system: str
    uid: str
    span: Span
    attendee: Attendee


class ApplicationState(Record, frozen=True):
    """What a source says of an application, apart from interviews. ``uid`` is the application's id.

    ``offered_at``: when an offer was sent to the candidate. ``start_on``: the first day at work, as a case has it.
    """

    system: str
    uid: str
    span: Span
    candidate: str | None = None
    role: str | None = None
    status: ApplicationStatus | None = None
    applied_at: datetime | None = None
    offered_at: datetime | None = None
    start_on: str | None = None

    def if_any(self) -> list[Item]:
        """This state, or nothing where it says nothing."""
        says = (self.status, self.applied_at, self.offered_at, self.start_on)
        return [self] if self.uid and any(value is not None for value in says) else []


#: A value of a table as a case has it: a text, a yes or a no, or a list of words.
CellValue = str | bool | tuple[str, ...]


class Application(Record, frozen=True):
    """A row of a table: fields of an application, its offer and a person, with the names that cases use.

    ``has_id`` is false where the table has no id, so that ``id`` was made from the company.
    """

    id: str
    span: Span
    fields: tuple[tuple[str, CellValue], ...]
    offer: tuple[tuple[str, CellValue], ...] = ()
    person: tuple[tuple[str, str], ...] = ()
    has_id: bool = True


Item = Interview | Withdrawal | Cancellation | Seat | ApplicationState | Application
Items = tuple[Item, ...]


def words(text: str) -> frozenset[str]:
    """The words of a text; a short way to write a set of names."""
    return frozenset(text.split())


#: The most mistakes that are kept, and the most notes on one file: a stranger's file may have any number of them.
_MOST: Final = 200


class Log:
    """Collects the mistakes and the notes of one import, and the texts that they refer to."""

    def __init__(self) -> None:
        self.mistakes: list[Diagnostic] = []
        self.notes: list[Diagnostic] = []
        self.sources: dict[str, str] = {}
        self._noted: set[tuple[str, str]] = set()
        self._count: dict[str, int] = {}

    def mistake(self, code: type[Code], span: Span | None, message: str, help_: str | None = None) -> None:
        """Add a mistake, up to a limit. With a mistake, nothing is imported."""
        if len(self.mistakes) < _MOST:
            self.mistakes.append(code.at(span, message, help_))

    def not_understood(self, span: Span | None, message: str, help_: str | None = None) -> None:
        """Add a note on something that is skipped; the same message once for each file."""
        self._note(NotUnderstood, span, message, help_)

    def guess(self, span: Span | None, message: str, help_: str) -> None:
        """Add a note on a guess."""
        self._note(ImportGuess, span, message, help_)

    def more_pages(self, span: Span) -> None:
        """Add a note that the file is one page of several."""
        self._note(MorePages, span, "there are more pages", "fetch them and import them too")

    def _note(self, code: type[Code], span: Span | None, message: str, help_: str | None) -> None:
        file = span.file if span else ""
        if (file, message) in self._noted:
            return
        self._noted.add((file, message))
        self._count[file] = self._count.get(file, 0) + 1
        if self._count[file] == _MOST:
            self.notes.append(NotUnderstood.at(span, f"more notes are left out after the first {_MOST}"))
        elif self._count[file] < _MOST:
            self.notes.append(code.at(span, message, help_))

    def raise_mistakes(self) -> None:
        """Raise :class:`InvalidInput` with all mistakes if there are any."""
        if self.mistakes:
            raise InvalidInput(self.mistakes, self.sources)
