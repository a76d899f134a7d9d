"""Codes T8xx: examples of a pack, and the start of a new pack."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.codes.frames import EXAMPLE, Frame
from tactful.source.diagnostics import Code


class UnreadableExamples(Code):
    """unreadable examples

    What it reports
        A file of examples, or a case or pack that it names, does not exist, cannot be opened or is empty.

    Why
        An example that does not run protects nothing.

    Example
        examples:
          thank-dana:
            case: no-such-file.yaml
            expect: [{should: thank_you_note}]

    Instead
        (name a case file by its path from the file of examples, such as `case: cases/two-interviewers.yaml`)
    """

    id: ClassVar[str] = "T801"


class ExampleShape(Code):
    """mapping, list or single value in the wrong place

    What it reports
        There is a mapping, a list or a single value where another of these three belongs.

    Why
        It could be read in several ways.

    Example
        expect: keep_searching

    Instead
        expect: [{should: keep_searching}]
    """

    id: ClassVar[str] = "T802"
    frame: ClassVar[Frame | None] = EXAMPLE


class UnknownExampleKey(Code):
    """unknown key in an example

    What it reports
        A key has no meaning where it is written.

    Why
        A misspelt expectation would otherwise be ignored without a message.

    Example
        expects: [{should: keep_searching}]
        never: [resign]

    Instead
        expect: [{should: keep_searching}]
        never: [resign]
    """

    id: ClassVar[str] = "T803"
    frame: ClassVar[Frame | None] = EXAMPLE


class IncompleteExample(Code):
    """incomplete example

    What it reports
        An example has no case, no moment or no expectation, or an expectation does not name an action.

    Why
        It could not run, or could never fail.

    Example
        examples:
          keep-looking:
            at: 2026-11-23T10:00:00Z
            case: {candidate: {id: me}}

    Instead
        examples:
          keep-looking:
            at: 2026-11-23T10:00:00Z
            case: {candidate: {id: me}}
            expect: [{should: keep_searching}]
    """

    id: ClassVar[str] = "T804"


class UnknownExampleName(Code):
    """unknown name in an example

    What it reports
        The pack has no such action or rule, the case has no such person, application or other part, or the file has
        no such case.

    Why
        An action that does not exist is never advised, so `never` would always pass.

    Example
        never: [resing]

    Instead
        never: [resign]
    """

    id: ClassVar[str] = "T805"
    frame: ClassVar[Frame | None] = EXAMPLE


class BadExampleValue(Code):
    """impossible value in an example

    What it reports
        There is something else where a moment, a rank or a yes belongs, or an id has characters that it cannot have.

    Why
        Nobody could say what the example expects.

    Example
        at: tomorrow
        expect: [{should: keep_searching}]

    Instead
        at: 2026-11-23T10:00:00Z
        expect: [{should: keep_searching}]
    """

    id: ClassVar[str] = "T806"
    frame: ClassVar[Frame | None] = EXAMPLE


class UnusablePackFolder(Code):
    """folder that cannot take a new pack

    What it reports
        The folder that `tactful init` names has files in it, is a file, or has a name that no pack can have.

    Why
        Your files are never overwritten.

    Example
        (tactful init .)

    Instead
        (tactful init acme-careers)
    """

    id: ClassVar[str] = "T807"
