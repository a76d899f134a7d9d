"""Codes T36x: the sentences of a pack in other languages."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class UnreadableCatalog(Code):
    """unreadable catalogue of messages

    What it reports
        A file in the folder `messages` of a pack cannot be read, or is not in the PO format.

    Why
        The advice would appear in the wrong language, and nobody would know why.

    Example
        (messages/de.po, with a line `msgid "Call them` without the closing quotation mark)

    Instead
        (the same line as `msgid "Call them"`)
    """

    id: ClassVar[str] = "T361"


class OtherPlaceholders(Code):
    """translation with other placeholders

    What it reports
        A translation lacks a placeholder of its original, or has another one, or has a form for a word that the fact never is.

    Why
        The advice would leave out a name or a day, or show the wrong one.

    Example
        (messages/de.po, with `msgstr "Rufen Sie an"` for `msgid "Call {person.name}"`)

    Instead
        (`msgstr "Rufen Sie {person.name} an"`)
    """

    id: ClassVar[str] = "T362"


class UnknownLanguage(Code):
    """unknown language

    What it reports
        The pack has no sentences in the language that was asked for.

    Why
        Advice in another language than the reader asked for is of little use.

    Example
        (tactful advise case.yaml --language xx)

    Instead
        (tactful advise case.yaml --language de)
    """

    id: ClassVar[str] = "T363"
