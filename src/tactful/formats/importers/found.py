"""What an importer found, whatever the format: interviews, applications, and what was not understood."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from tactful.facts.shape import InterviewStatus, Role, Stage
from tactful.source.codes.imports import Guessed, MorePages, NotUnderstood
from tactful.source.diagnostics import Code, Diagnostic, InvalidInput, Span


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What all records have in common."""


class Person(Record, frozen=True):
    """Somebody on their side. ``uid`` is what the source calls them; ``role`` what they are if the case knows nothing better."""

    name: str | None = None
    email: str | None = None
    uid: str | None = None
    role: Role | None = "interviewer"


class Attendee(Record, frozen=True):
    """Somebody invited. ``attended`` is no where they declined, yes where they accepted and ``None`` where it is open."""

    person: Person
    accepted: bool | None = None


class Version(Record, frozen=True):
    """How old a state of an interview is: versions are counted, or dated, or both, or neither."""

    sequence: int | None = None
    updated_at: datetime | None = None

    def older_than(self, other: Version) -> bool:
        """Whether this version is known to be older."""
        return self._compare(other) < 0

    def newer_than(self, other: Version) -> bool:
        """Whether this version is newer, as far as can be told: where nothing is known, what comes in is newer."""
        return self._compare(other) > 0

    def _compare(self, other: Version) -> int:
        if self.sequence is not None and other.sequence is not None and self.sequence != other.sequence:
            return 1 if self.sequence > other.sequence else -1
        mine, others = self.updated_at, other.updated_at
        if mine is not None and others is not None and (mine.tzinfo is None) == (others.tzinfo is None):
            return (mine > others) - (mine < others)
        return 0 if self.sequence is not None and other.sequence is not None else 1


class Belonging(Record, frozen=True):
    """What a source says of the application and the candidate that an interview belongs to."""

    application: str | None = None
    company: str | None = None
    role: str | None = None
    time_zone: str | None = None
    candidate: str | None = None
    candidate_name: str | None = None


class Interview(Record, frozen=True):
    """An interview as a source has it.

    ``ended_at`` without an offset is on the clock of the application. ``attendees`` is ``None`` where the source does
    not say who interviews; ``candidate_among`` marks that the candidate may be one of them. ``others`` take part in the
    application only.
    """

    system: str
    uid: str
    span: Span
    version: Version = Version()
    ended_at: datetime | None = None
    status: InterviewStatus | None = None
    stage: Stage | None = None
    attendees: tuple[Attendee, ...] | None = None
    candidate_among: bool = False
    others: tuple[Person, ...] = ()
    belonging: Belonging = Belonging()

    def if_complete(self, log: Log) -> list[Item]:
        """This interview; nothing, which is listed, where it has no id or no end: a feed has those still to be scheduled."""
        if self.uid and self.ended_at is not None:
            return [self]
        log.not_understood(self.span, "an interview without an id or an end is left out")
        return []


class Withdrawal(Record, frozen=True):
    """Some people will not take part in an interview after all; it takes place without them."""

    system: str
    uid: str
    span: Span
    people: tuple[Person, ...]
    version: Version = Version()


class Cancellation(Record, frozen=True):
    """An interview will not take place; nothing else is said of it."""

    system: str
    uid: str
    span: Span
    version: Version = Version()


class Application(Record, frozen=True):
    """An application as a table has it: the fields of the case's own application and person, read and checked."""

    id: str
    span: Span
    fields: tuple[tuple[str, str], ...]
    person: tuple[tuple[str, str], ...] = ()


Item = Interview | Withdrawal | Cancellation | Application
Found = tuple[Item, ...]


def words(text: str) -> frozenset[str]:
    """The words of a text, for the tables of what a format has."""
    return frozenset(text.split())


#: How many mistakes are kept, and how many notes of one file: a stranger's file may give cause for any number of them.
_MOST: Final = 200


class Log:
    """Gathers the mistakes and the notes of one import, and the texts that they point into."""

    def __init__(self) -> None:
        self.mistakes: list[Diagnostic] = []
        self.notes: list[Diagnostic] = []
        self.sources: dict[str, str] = {}
        self._said: set[tuple[str, str]] = set()
        self._count: dict[str, int] = {}

    def mistake(self, code: type[Code], span: Span | None, message: str, help_: str | None = None) -> None:
        """A mistake: nothing will be imported, but all mistakes are told, up to a number that nobody reads to its end."""
        if len(self.mistakes) < _MOST:
            self.mistakes.append(code.at(span, message, help_))

    def not_understood(self, span: Span | None, message: str, help_: str | None = None) -> None:
        """Something that is passed over, and listed; the same message once for each file."""
        self._note(NotUnderstood, span, message, help_)

    def guessed(self, span: Span | None, message: str, help_: str) -> None:
        """Something that was guessed, and is listed."""
        self._note(Guessed, span, message, help_)

    def more_pages(self, span: Span) -> None:
        """The file is one page of several."""
        self._note(MorePages, span, "more pages exist", "fetch them, and import them too")

    def _note(self, code: type[Code], span: Span | None, message: str, help_: str | None) -> None:
        file = span.file if span else ""
        if (file, message) in self._said:
            return
        self._said.add((file, message))
        self._count[file] = self._count.get(file, 0) + 1
        if self._count[file] == _MOST:
            self.notes.append(NotUnderstood.at(span, f"there is more that was not understood: {_MOST} are listed"))
        elif self._count[file] < _MOST:
            self.notes.append(code.at(span, message, help_))

    def raise_mistakes(self) -> None:
        """Raise :class:`InvalidInput` with all mistakes, where there are any."""
        if self.mistakes:
            raise InvalidInput(self.mistakes, self.sources)
