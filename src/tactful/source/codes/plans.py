"""Codes T6xx: files that plans are written to."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class UnreadableCalendar(Code):
    """a calendar file that is to be brought up to date cannot be read

    What it reports
        The file that `--ics` names is there, and it is not iCalendar (RFC 5545). It is left as it is.

    Why
        Which entries changed can only be told from the file; and what it is otherwise would be lost.

    Example
        (tactful plan case.yaml --ics notes.txt)

    Instead
        (tactful plan case.yaml --ics plan.ics)
    """

    id: ClassVar[str] = "T601"


class ForeignCalendar(Code):
    """a calendar file that is to be brought up to date is of something else

    What it reports
        The file that `--ics` names was not written by `tactful plan`, is of another candidate or another
        choice of applications, or has entries in it that others put there. It is left as it is.

    Why
        Entries that are no longer advised are cancelled; what others wrote would be lost.

    Example
        (tactful plan kim.yaml --ics sam.ics)

    Instead
        (tactful plan kim.yaml --ics kim.ics, and import that file into the calendar)
    """

    id: ClassVar[str] = "T602"


class CannotWrite(Code):
    """a file cannot be written

    What it reports
        The file that `--out` or `--ics` names cannot be made or replaced.

    Why
        The plan would be lost without a word.

    Example
        (tactful plan case.yaml --format html --out no/such/folder/plan.html)

    Instead
        (tactful plan case.yaml --format html --out plan.html)
    """

    id: ClassVar[str] = "T603"
