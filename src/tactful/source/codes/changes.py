"""Codes T7xx: changes of facts that cannot be made."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class UnknownSpot(Code):
    """change of an unknown fact

    What it reports
        A change names no field of the case, or a person, application or interview that the case does not have.

    Why
        A change without effect would suggest that nothing depends on the fact, which may be wrong.

    Example
        tactful advise case.yaml --set person[dana].preferes=phone

    Instead
        tactful advise case.yaml --set person[dana].prefers=phone
    """

    id: ClassVar[str] = "T701"


class AmbiguousSpot(Code):
    """change of an ambiguous fact

    What it reports
        Several applications have a person or an interview of that id, or the change could mean several
        applications.

    Why
        A change of the wrong fact would answer a different question.

    Example
        tactful advise case.yaml --set application.status=offered

    Instead
        tactful advise case.yaml --set application[acme].status=offered
    """

    id: ClassVar[str] = "T702"


class BadValue(Code):
    """change to an impossible value

    What it reports
        The new value does not have the field's type.

    Why
        Rules cannot decide on a value of another type.

    Example
        tactful advise case.yaml --set person[dana].prefers=pigeon

    Instead
        tactful advise case.yaml --set person[dana].prefers=phone
    """

    id: ClassVar[str] = "T703"
