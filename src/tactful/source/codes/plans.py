"""Codes T6xx: files that plans are written to."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class UnreadableCalendar(Code):
    """unreadable calendar file

    What it reports
        The file that `--ics` names exists, but it is not iCalendar (RFC 5545). It is left unchanged.

    Why
        The update is computed from the old entries in the file, and anything else in it would be lost.

    Example
        (tactful plan case.yaml --ics notes.txt)

    Instead
        (tactful plan case.yaml --ics plan.ics)
    """

    id: ClassVar[str] = "T601"


class ForeignCalendar(Code):
    """calendar file with other content

    What it reports
        The file that `--ics` names was not written by `tactful plan`, belongs to another candidate or another
        choice of applications, or has entries from other programs. It is left unchanged.

    Why
        Entries that are no longer advised are cancelled, so other people's entries would be lost.

    Example
        (tactful plan kim.yaml --ics sam.ics)

    Instead
        (tactful plan kim.yaml --ics kim.ics, and import that file into the calendar)
    """

    id: ClassVar[str] = "T602"


class CannotWrite(Code):
    """file that cannot be written

    What it reports
        The file that `--out` or `--ics` names cannot be created or replaced.

    Why
        The plan would be lost.

    Example
        (tactful plan case.yaml --format html --out no/such/folder/plan.html)

    Instead
        (tactful plan case.yaml --format html --out plan.html)
    """

    id: ClassVar[str] = "T603"
