"""Codes T7xx: a change of facts that cannot be made."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class UnknownSpot(Code):
    """a fact to change that the case does not have

    What it reports
        The place named in a change is no field of the case, or there is no such person, application or interview.

    Why
        A change that hits nothing would show that nothing depends on it, which may be wrong.

    Example
        tactful advise case.yaml --set person[dana].preferes=phone

    Instead
        tactful advise case.yaml --set person[dana].prefers=phone
    """

    id: ClassVar[str] = "T701"


class AmbiguousSpot(Code):
    """a fact to change that stands in several places

    What it reports
        Several applications have a person or an interview with that id, or several applications could be meant.

    Why
        Changing the wrong one would answer another question than the one that was asked.

    Example
        tactful advise case.yaml --set application.status=offered

    Instead
        tactful advise case.yaml --set application[acme].status=offered
    """

    id: ClassVar[str] = "T702"


class BadValue(Code):
    """a fact cannot take the value that a change gives it

    What it reports
        The value is not of the field's type.

    Why
        A value of another type could not be decided on.

    Example
        tactful advise case.yaml --set person[dana].prefers=pigeon

    Instead
        tactful advise case.yaml --set person[dana].prefers=phone
    """

    id: ClassVar[str] = "T703"
