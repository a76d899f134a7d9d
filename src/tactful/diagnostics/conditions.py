"""Codes T4xx: names, types and conditions of rules."""

from __future__ import annotations

from typing import ClassVar

from tactful.diagnostics.code import Code


class MalformedPhrase(Code):
    """a phrase cannot be read"""

    id: ClassVar[str] = "T401"


class UnknownField(Code):
    """a field that there is not"""

    id: ClassVar[str] = "T402"


class OutOfScope(Code):
    """an entity that the rule does not range over"""

    id: ClassVar[str] = "T403"


class WrongPhrase(Code):
    """a phrase that the field's type does not allow"""

    id: ClassVar[str] = "T404"


class WrongValue(Code):
    """a value that the field cannot have"""

    id: ClassVar[str] = "T405"


class UnknownParameter(Code):
    """a parameter that there is not"""

    id: ClassVar[str] = "T406"


class WrongParameter(Code):
    """a parameter's value does not fit where it is used"""

    id: ClassVar[str] = "T407"


class CircularFacts(Code):
    """computed facts follow from each other in a circle"""

    id: ClassVar[str] = "T408"


class BadPlaceholder(Code):
    """a placeholder cannot be read"""

    id: ClassVar[str] = "T409"


class UnknownAction(Code):
    """an action that there is not"""

    id: ClassVar[str] = "T410"


class CircularActions(Code):
    """actions are kinds of each other in a circle"""

    id: ClassVar[str] = "T411"


class BadTarget(Code):
    """a conclusion's target is no entity in scope"""

    id: ClassVar[str] = "T412"


class BadDeadline(Code):
    """a deadline does not follow from a moment"""

    id: ClassVar[str] = "T413"


class SafetyReadsParameter(Code):
    """a safety rule depends on a parameter"""

    id: ClassVar[str] = "T414"


class BadCollection(Code):
    """a computed fact ranges over what it cannot range over"""

    id: ClassVar[str] = "T415"


class EmptyRange(Code):
    """a range that nothing can lie in"""

    id: ClassVar[str] = "T416"


class NameTaken(Code):
    """a name that a given fact has already"""

    id: ClassVar[str] = "T417"


class BadSafety(Code):
    """safety on what is no prohibition"""

    id: ClassVar[str] = "T418"
