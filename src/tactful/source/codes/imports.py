"""Codes T5xx: what is imported has mistakes in it, or parts that are not understood.

T501 to T507 and T511 are mistakes: nothing is imported. T508 to T510 are notes: the import goes on, and they are listed.
"""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class UnknownFormat(Code):
    """a file of no format that can be imported

    What it reports
        A file is neither an invitation (.ics), nor a table of applications (CSV), nor JSON of a feed that is known.

    Why
        A guess at what the fields mean could turn an interviewer into a stranger.

    Example
        (tactful import notes.docx)

    Instead
        (an .ics file, a CSV with a header, or JSON of Greenhouse, Lever, Ashby, Workable, Merge or Unified)
    """

    id: ClassVar[str] = "T501"


class BrokenFile(Code):
    """a file to import is broken

    What it reports
        The file is of a known format, but breaks its rules: a line without a colon, a part that does not end, a quote
        that is not closed, a row with more values than the header.

    Why
        What follows may belong elsewhere, so nothing of it can be trusted.

    Example
        (an .ics file that was cut off before END:VCALENDAR)

    Instead
        (save or download the file again)
    """

    id: ClassVar[str] = "T502"


class Recurring(Code):
    """an invitation that recurs

    What it reports
        An event has RRULE, RDATE, EXDATE or EXRULE, or changes one of a series (RECURRENCE-ID).

    Why
        Each interview is thanked for by itself; a series has no single end to count from.

    Example
        (an event with RRULE:FREQ=WEEKLY)

    Instead
        (one event for each interview, each with a UID of its own)
    """

    id: ClassVar[str] = "T503"


class NoEnd(Code):
    """an invitation that does not say when it ends

    What it reports
        An event has a start, but neither DTEND nor DURATION, and is not for whole days.

    Why
        Thank-you notes are counted from the end of the interview.

    Example
        (an event with nothing but DTSTART:20250311T150000Z)

    Instead
        (the same with DTEND:20250311T160000Z or DURATION:PT1H)
    """

    id: ClassVar[str] = "T504"


class WrongImportValue(Code):
    """a value in a file to import cannot be read

    What it reports
        A field has a value of another type than the format gives it, or one that it cannot have.

    Why
        What the value was meant to be can only be guessed at.

    Example
        (a Greenhouse interview with "end": {"date_time": "soon"})

    Instead
        (the same with "end": {"date_time": "2025-03-11T16:00:00Z"})
    """

    id: ClassVar[str] = "T505"


class NoImportZone(Code):
    """a time in a file to import, and no time zone to read it in

    What it reports
        A time has neither an offset nor a time zone that is known, and neither the application nor the candidate has a
        time zone to read it in.

    Why
        Eleven o'clock is another moment in Dublin than in Denver.

    Example
        (tactful import invite.ics, with DTEND:20250311T120000)

    Instead
        (tactful import invite.ics --time-zone Europe/Dublin)
    """

    id: ClassVar[str] = "T506"


class WhichOne(Code):
    """it cannot be told which application or candidate is meant

    What it reports
        An interview may belong to several applications of the case, a feed is about several candidates, or what
        ``--application`` names is not in the case.

    Why
        People and promises of one company must not be mixed with another's.

    Example
        (tactful import invite.ics --into case.yaml, where the case has applications at two companies)

    Instead
        (tactful import invite.ics --into case.yaml --application acme)
    """

    id: ClassVar[str] = "T507"


class NotUnderstood(Code):
    """something in a file to import was not understood

    What it reports
        A field, a value or a part that is not known here was passed over, or an event that leaves nothing to import.
        The rest is imported.

    Why
        Nothing is dropped in silence: it may be what you wanted.

    Example
        (a Greenhouse interview with "status": "postponed")

    Instead
        (write it into the case by hand where it matters)
    """

    id: ClassVar[str] = "T508"


class Guessed(Code):
    """something was guessed at an import

    What it reports
        The file does not say something that a case needs, and the likeliest was taken: who of the invited is the
        candidate, which company an address belongs to.

    Why
        Invitations do not say it, and a case without it would give poor advice.

    Example
        (tactful import invite.ics)

    Instead
        (tactful import invite.ics --me sam@example.net, and correct the case where a guess is wrong)
    """

    id: ClassVar[str] = "T509"


class MorePages(Code):
    """a feed has more pages than were imported

    What it reports
        The file is one page of several: it names a next one.

    Why
        Interviews on the other pages are missing from the case.

    Example
        (a Workable page with "paging": {"next": "https://…"})

    Instead
        (fetch the other pages, and import them too: tactful import page1.json page2.json)
    """

    id: ClassVar[str] = "T510"


class NotMergeable(Code):
    """a case that cannot be imported into

    What it reports
        The case shares parts of itself by YAML aliases, so that a change in one place would show in another.

    Why
        An interview added to one application would be added to the other too.

    Example
        (a case with people: &them […] and people: *them)

    Instead
        (the people written out in both places)
    """

    id: ClassVar[str] = "T511"
