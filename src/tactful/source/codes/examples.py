"""Codes T8xx: examples beside a pack, and packs that are begun."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class UnreadableExamples(Code):
    """a file of examples, or what it names, cannot be read

    What it reports
        A file of examples, or a case or pack that it names, is not there, cannot be opened or is empty.

    Why
        An example that is not run keeps nothing in place.

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
    """a part of a file of examples has another form

    What it reports
        A mapping, a list or a single value is wanted, and something else stands there.

    Why
        It could be read in several ways.

    Example
        examples:
          keep-looking:
            at: 2026-11-23T10:00:00Z
            case: {candidate: {id: me}}
            expect: keep_searching

    Instead
        examples:
          keep-looking:
            at: 2026-11-23T10:00:00Z
            case: {candidate: {id: me}}
            expect: [{should: keep_searching}]
    """

    id: ClassVar[str] = "T802"


class UnknownExampleKey(Code):
    """a key that has no meaning in a file of examples

    What it reports
        A key stands where it has no meaning.

    Why
        A misspelt expectation would be left out of account in silence.

    Example
        examples:
          keep-looking:
            at: 2026-11-23T10:00:00Z
            case: {candidate: {id: me}}
            expects: [{should: keep_searching}]
            never: [resign]

    Instead
        examples:
          keep-looking:
            at: 2026-11-23T10:00:00Z
            case: {candidate: {id: me}}
            expect: [{should: keep_searching}]
            never: [resign]
    """

    id: ClassVar[str] = "T803"


class IncompleteExample(Code):
    """an example lacks something

    What it reports
        An example has no case, no moment or nothing that it expects, or an expectation does not say what of.

    Why
        It could not fail, or could not be run.

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
    """an example names what there is not

    What it reports
        The pack has no such action or rule, the case no such person, application or other part, or the file no such
        case.

    Why
        What is never there can never be advised: `never` would hold for no reason.

    Example
        examples:
          keep-looking:
            at: 2026-11-23T10:00:00Z
            case: {candidate: {id: me}}
            never: [resing]

    Instead
        examples:
          keep-looking:
            at: 2026-11-23T10:00:00Z
            case: {candidate: {id: me}}
            never: [resign]
    """

    id: ClassVar[str] = "T805"


class BadExampleValue(Code):
    """a value that an example cannot have there

    What it reports
        A moment, a rank or a yes is wanted and something else stands there, or an id is not written as one.

    Why
        The example would expect what nobody can tell.

    Example
        examples:
          keep-looking:
            at: tomorrow
            case: {candidate: {id: me}}
            expect: [{should: keep_searching}]

    Instead
        examples:
          keep-looking:
            at: 2026-11-23T10:00:00Z
            case: {candidate: {id: me}}
            expect: [{should: keep_searching}]
    """

    id: ClassVar[str] = "T806"


class CannotBegin(Code):
    """a new pack cannot be begun in a folder

    What it reports
        The folder that `tactful init` names has files in it, is a file, or has a name that no pack can have.

    Why
        Nothing of yours is ever overwritten.

    Example
        (tactful init .)

    Instead
        (tactful init acme-careers)
    """

    id: ClassVar[str] = "T807"
