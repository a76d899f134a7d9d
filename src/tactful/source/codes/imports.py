"""Codes T5xx: mistakes in files to import, and parts that are not understood.

T501 to T507 and T511 are mistakes: nothing is imported. T508 to T510 are notes: the import goes on and lists them.
"""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class UnknownFormat(Code):
    """unknown format

    What it reports
        The file is neither an invitation (.ics, or a mail with one), nor a table of applications (CSV), nor JSON of a
        known feed; or it is such JSON, but nothing in it can be imported.

    Why
        A guess at what the fields mean could turn an interviewer into a stranger.

    Example
        (tactful import notes.docx)

    Instead
        (an .ics file, a CSV with a header, or JSON of Greenhouse, Lever, Ashby, Workable, Merge or Unified)
    """

    id: ClassVar[str] = "T501"


class BrokenFile(Code):
    """broken file

    What it reports
        The file breaks the rules of its format: a line without a colon, a part without an end, a quote that is not
        closed, or a row with more values than the header.

    Why
        Everything that follows may belong elsewhere, so none of it can be trusted.

    Example
        (an .ics file that was cut off before END:VCALENDAR)

    Instead
        (save or download the file again)
    """

    id: ClassVar[str] = "T502"


class Recurring(Code):
    """recurring invitation

    What it reports
        An event has RRULE, RDATE, EXDATE or EXRULE, or changes one event of a series (RECURRENCE-ID).

    Why
        Each interview needs its own thank-you note, and a series has no single end to count from.

    Example
        (an event with RRULE:FREQ=WEEKLY)

    Instead
        (one event for each interview, each with a UID of its own)
    """

    id: ClassVar[str] = "T503"


class MissingEnd(Code):
    """invitation without an end

    What it reports
        An event has a start but neither DTEND nor DURATION, and does not last whole days.

    Why
        Deadlines of thank-you notes are counted from the end of the interview.

    Example
        (an event with nothing but DTSTART:20250311T150000Z)

    Instead
        (the same with DTEND:20250311T160000Z or DURATION:PT1H)
    """

    id: ClassVar[str] = "T504"


class WrongImportValue(Code):
    """impossible value in an imported file

    What it reports
        A field has a value of the wrong type, or one that it cannot have.

    Why
        The intended value could only be guessed.

    Example
        (a Greenhouse interview with "end": {"date_time": "soon"})

    Instead
        (the same with "end": {"date_time": "2025-03-11T16:00:00Z"})
    """

    id: ClassVar[str] = "T505"


class UnusableImportZone(Code):
    """time without a time zone in an imported file

    What it reports
        A time has neither an offset nor a known time zone, and neither the application nor the candidate has a time
        zone.

    Why
        Eleven o'clock in Dublin is not eleven o'clock in Denver.

    Example
        (tactful import invite.ics, with DTEND:20250311T120000)

    Instead
        (tactful import invite.ics --time-zone Europe/Dublin)
    """

    id: ClassVar[str] = "T506"


class AmbiguousImport(Code):
    """ambiguous application or candidate

    What it reports
        An interview may belong to several applications of the case, a feed is about several candidates, or the case
        does not have the application that `--application` names.

    Why
        People and promises of different companies must not be mixed up.

    Example
        (tactful import invite.ics --into case.yaml, where the case has applications at two companies)

    Instead
        (tactful import invite.ics --into case.yaml --application acme)
    """

    id: ClassVar[str] = "T507"


class NotUnderstood(Code):
    """part of an imported file that is not understood

    What it reports
        An unknown field, value or part, or an event with nothing to import, was skipped. The rest is imported.

    Why
        Nothing is dropped without a note, because it may be just what you need.

    Example
        (a Greenhouse interview with "status": "postponed")

    Instead
        (write it into the case by hand where it matters)
    """

    id: ClassVar[str] = "T508"


class ImportGuess(Code):
    """guess during an import

    What it reports
        The file does not contain something that a case needs, so the likeliest value was taken: which of the
        invited people is the candidate, or which company an address belongs to.

    Why
        Invitations do not contain it, and advice on a case without it would be poor.

    Example
        (tactful import invite.ics)

    Instead
        (tactful import invite.ics --me sam@example.net, and correct the case where a guess is wrong)
    """

    id: ClassVar[str] = "T509"


class MorePages(Code):
    """feed with more pages

    What it reports
        The file is one page of several: it names a next page.

    Why
        Interviews on the other pages are missing from the case.

    Example
        (a Workable page with "paging": {"next": "https://…"})

    Instead
        (fetch the other pages, and import them too: tactful import page1.json page2.json)
    """

    id: ClassVar[str] = "T510"


class NotMergeable(Code):
    """case that cannot be rewritten

    What it reports
        The case uses YAML aliases to share parts, so a change in one place would also appear in another; or a comment
        or a value would be lost by rewriting it, such as a comment above ``---``. The case is not touched.

    Why
        An import adds to a case, and everything that its author wrote has to stay.

    Example
        (a case with people: &them […] and people: *them)

    Instead
        (the people written out in both places)
    """

    id: ClassVar[str] = "T511"
