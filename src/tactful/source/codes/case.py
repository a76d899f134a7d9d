"""Codes T2xx: a case has mistakes in it."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class UnreadableCase(Code):
    """a case cannot be read

    What it reports
        The file cannot be opened, is empty, or is not a case at all.

    Why
        There is nothing to decide on.

    Example
        (an empty file, or a name that no file has)

    Instead
        candidate: {id: me}
    """

    id: ClassVar[str] = "T201"


class UnknownFact(Code):
    """a fact that a case does not have

    What it reports
        A part of the case has a fact that is not among those it can have.

    Why
        A misspelt fact would be unknown, and the advice would be wrong without a word.

    Example
        candidate: {id: me, employd: yes}

    Instead
        candidate: {id: me, employed: yes}
    """

    id: ClassVar[str] = "T202"


class MissingFact(Code):
    """a fact that has to be given is missing

    What it reports
        A fact is missing without which a part of the case makes no sense.

    Why
        Ids tell people and applications apart; the end of an interview is what most rules count from.

    Example
        candidate: {name: Kim}

    Instead
        candidate: {id: kim, name: Kim}
    """

    id: ClassVar[str] = "T203"


class WrongType(Code):
    """a fact is of another type than it has to be

    What it reports
        A value is of another type than the fact: a text for a yes or no, a single value for a list.

    Why
        A guess at what was meant could turn a no into a yes.

    Example
        candidate: {id: me, employed: perhaps}

    Instead
        candidate: {id: me, employed: yes}
    """

    id: ClassVar[str] = "T204"


class NotAValue(Code):
    """a fact has a value that it cannot have

    What it reports
        A fact has a value that is not among those it can have.

    Why
        Rules ask for exact words; another word would never be found.

    Example
        candidate: {id: me}
        applications:
          - {id: a, status: interviewed}

    Instead
        candidate: {id: me}
        applications:
          - {id: a, status: interviewing}
    """

    id: ClassVar[str] = "T205"


class BadMoment(Code):
    """a moment cannot be read, or does not exist

    What it reports
        A moment is not written as one, has no time, or names a day that no calendar has.

    Why
        Deadlines are counted to the second from moments.

    Example
        candidate: {id: me}
        applications:
          - id: a
            interviews: [{id: i, ended_at: 2026-02-31T10:00Z}]

    Instead
        candidate: {id: me}
        applications:
          - id: a
            interviews: [{id: i, ended_at: 2026-02-28T10:00Z}]
    """

    id: ClassVar[str] = "T206"


class NoZone(Code):
    """a moment without an offset, and no time zone to read it in

    What it reports
        A moment has no offset, and neither the application nor the candidate has a time zone to read it in.

    Why
        Half past four is another moment in Dublin than in Denver.

    Example
        candidate: {id: me}
        applications: [{id: a, reply_by: 2026-11-27}]

    Instead
        candidate: {id: me, time_zone: Europe/Dublin}
        applications: [{id: a, reply_by: 2026-11-27}]
    """

    id: ClassVar[str] = "T207"


class UnknownPlace(Code):
    """a time zone or a country that there is not

    What it reports
        A time zone is not in the IANA list, or no holidays are known for a country's code.

    Why
        Business days and office hours could not be told.

    Example
        candidate: {id: me, time_zone: Dublin}

    Instead
        candidate: {id: me, time_zone: Europe/Dublin}
    """

    id: ClassVar[str] = "T208"


class DuplicateId(Code):
    """two of a kind have the same id

    What it reports
        Two applications of a case, or two people or interviews of an application, have the same id.

    Why
        A reference to the id could mean either.

    Example
        candidate: {id: me}
        applications: [{id: a}, {id: a}]

    Instead
        candidate: {id: me}
        applications: [{id: a}, {id: b}]
    """

    id: ClassVar[str] = "T209"


class DanglingReference(Code):
    """an id that nobody has

    What it reports
        An interviewer, a message or `contact_via` names a person who is not among the people.

    Why
        It cannot be told who was meant.

    Example
        candidate: {id: me}
        applications:
          - {id: a, people: [{id: dana}], contact_via: dan}

    Instead
        candidate: {id: me}
        applications:
          - {id: a, people: [{id: dana}], contact_via: dana}
    """

    id: ClassVar[str] = "T210"


class Contradiction(Code):
    """facts that cannot both be true

    What it reports
        Two facts cannot both be true: an interview that was held and is still to end, an offer signed
        before it came.

    Why
        One of them is a mistake, and the advice hangs on which.

    Example
        now: 2026-11-23T10:00Z
        candidate: {id: me}
        applications:
          - id: a
            interviews: [{id: i, status: held, ended_at: 2026-11-24T10:00Z}]

    Instead
        now: 2026-11-23T10:00Z
        candidate: {id: me}
        applications:
          - id: a
            interviews: [{id: i, status: scheduled, ended_at: 2026-11-24T10:00Z}]
    """

    id: ClassVar[str] = "T211"


class TooMany(Code):
    """a case is larger than the limits allow

    What it reports
        A text is longer than the limit, or there are more applications, people, interviews or messages than
        it allows.

    Why
        A case from a stranger must not be able to exhaust the machine.

    Example
        (a person with a topic of more than 10,000 characters)

    Instead
        (shorten it, or raise the limit: tactful.load(limits=tactful.CaseLimits(text=20_000)))
    """

    id: ClassVar[str] = "T212"
