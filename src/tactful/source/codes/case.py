"""Codes T2xx: mistakes in a case."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class UnreadableCase(Code):
    """unreadable case

    What it reports
        The file cannot be opened, is empty, or is not a case.

    Why
        There is nothing to decide on.

    Example
        (an empty file, or the name of a file that does not exist)

    Instead
        candidate: {id: me}
    """

    id: ClassVar[str] = "T201"


class UnknownFact(Code):
    """unknown fact

    What it reports
        A part of the case has a fact that it cannot have.

    Why
        A misspelt fact would count as unknown, and the advice would be wrong without a message.

    Example
        candidate: {id: me, employd: yes}

    Instead
        candidate: {id: me, employed: yes}
    """

    id: ClassVar[str] = "T202"


class MissingFact(Code):
    """missing fact

    What it reports
        A required fact is missing.

    Why
        Ids tell people and applications apart, and most rules count from the end of an interview.

    Example
        candidate: {name: Kim}

    Instead
        candidate: {id: kim, name: Kim}
    """

    id: ClassVar[str] = "T203"


class WrongType(Code):
    """fact of the wrong type

    What it reports
        A value does not have the type of the fact, such as a text instead of a yes or no, or a single value instead
        of a list.

    Why
        A guess at the meaning could turn a no into a yes.

    Example
        candidate: {id: me, employed: perhaps}

    Instead
        candidate: {id: me, employed: yes}
    """

    id: ClassVar[str] = "T204"


class NotAValue(Code):
    """impossible value of a fact

    What it reports
        The value is not one of those that the fact can have.

    Why
        Rules ask for exact words, so no rule would ever match another word.

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
    """malformed or impossible moment

    What it reports
        A moment is not in ISO 8601, has no time of day, or names a day that does not exist.

    Why
        Deadlines are counted from moments, to the second.

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
    """moment without an offset or a time zone

    What it reports
        A moment has no offset, and neither the application nor the candidate has a time zone.

    Why
        Half past four in Dublin is not half past four in Denver.

    Example
        candidate: {id: me}
        applications: [{id: a, reply_by: 2026-11-27}]

    Instead
        candidate: {id: me, time_zone: Europe/Dublin}
        applications: [{id: a, reply_by: 2026-11-27}]
    """

    id: ClassVar[str] = "T207"


class UnknownPlace(Code):
    """unknown time zone, country or calendar

    What it reports
        A time zone is not in the IANA list; or a country is not an ISO 3166 code (``US``, ``US-NY``), or the library
        ``holidays`` does not know its holidays; or an application names a calendar that the pack does not declare.

    Why
        Business days and office hours could not be computed.

    Example
        candidate: {id: me, time_zone: Dublin}

    Instead
        candidate: {id: me, time_zone: Europe/Dublin}
    """

    id: ClassVar[str] = "T208"


class DuplicateId(Code):
    """duplicate id

    What it reports
        Two applications of the case, or two people or interviews of an application, have the same id. In a batch: several
        lines or rows have the same candidate.

    Why
        A reference to the id could mean either of them.

    Example
        candidate: {id: me}
        applications: [{id: a}, {id: a}]

    Instead
        candidate: {id: me}
        applications: [{id: a}, {id: b}]
    """

    id: ClassVar[str] = "T209"


class DanglingReference(Code):
    """reference to an unknown person

    What it reports
        An interviewer, a message or `contact_via` names a person who is not in the application's list of people.

    Why
        It is not clear who was meant.

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
    """contradicting facts

    What it reports
        Two facts cannot both be true, such as an interview that was held but has not ended, or that starts
        after it ends, or an offer signed or withdrawn before it was received.

    Why
        One of them is a mistake, and the advice depends on which.

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
    """case that exceeds a limit

    What it reports
        A text is too long, or there are too many applications, people, interviews, messages or different places.

    Why
        A case from a stranger must not be able to exhaust the machine.

    Example
        (a person with a topic of more than 10,000 characters)

    Instead
        (shorten it, or raise the limit: tactful.load(limits=tactful.CaseLimits(text=20_000)))
    """

    id: ClassVar[str] = "T212"


class TooMuchWork(Code):
    """case that takes too many steps

    What it reports
        A decision on the case with this pack takes more steps than are allowed. A step is one test of a condition on
        one row. A fact that looks at all messages for each person takes steps for each pair of them. A rule without `by`
        takes steps for every moment at which a fact that it reads may change.

    Why
        Every decision has to end soon, whoever wrote the case or the pack. There is no decision on a part of a case:
        advice that is left out could be the most important.

    Example
        (1,000 interviewers, 5,000 messages, and a fact with three tests of each pair of them)

    Instead
        (let the fact look at the messages of one person, with `same as`, or raise the limit:
        tactful.load(limits=tactful.CaseLimits(steps=100_000_000)))
    """

    id: ClassVar[str] = "T213"


class BadParameter(Code):
    """parameter that a case may not state, or a value out of its bounds

    What it reports
        Under `parameters`, the case names a parameter that the pack does not have or does not call `adjustable`, or it
        states a value of another type or out of the bounds that the pack sets.

    Why
        Whoever wrote the rules decides how far a case may change them. A value that is ignored in silence would be worse.

    Example
        (the pack has `gap_between_messages: {value: 7 days, adjustable: {from: 3 days, to: 3 weeks}}`)
        candidate: {id: me}
        parameters: {gap_between_messages: 5 weeks}

    Instead
        candidate: {id: me}
        parameters: {gap_between_messages: 3 weeks}
    """

    id: ClassVar[str] = "T214"
