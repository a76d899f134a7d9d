"""Codes T2xx: a case has mistakes in it."""

from __future__ import annotations

from typing import ClassVar

from tactful.diagnostics.code import Code


class UnreadableCase(Code):
    """a case cannot be read"""

    id: ClassVar[str] = "T201"


class UnknownFact(Code):
    """a fact that a case does not have"""

    id: ClassVar[str] = "T202"


class MissingFact(Code):
    """a fact that has to be given is missing"""

    id: ClassVar[str] = "T203"


class WrongType(Code):
    """a fact is of another type than it has to be"""

    id: ClassVar[str] = "T204"


class NotAValue(Code):
    """a fact has a value that it cannot have"""

    id: ClassVar[str] = "T205"


class BadMoment(Code):
    """a moment cannot be read, or does not exist"""

    id: ClassVar[str] = "T206"


class NoZone(Code):
    """a moment without an offset, and no time zone to read it in"""

    id: ClassVar[str] = "T207"


class UnknownPlace(Code):
    """a time zone or a country that there is not"""

    id: ClassVar[str] = "T208"


class DuplicateId(Code):
    """two of a kind have the same id"""

    id: ClassVar[str] = "T209"


class DanglingReference(Code):
    """an id that nobody has"""

    id: ClassVar[str] = "T210"


class Contradiction(Code):
    """facts that cannot both be true"""

    id: ClassVar[str] = "T211"


class TooMany(Code):
    """a case is larger than the limits allow"""

    id: ClassVar[str] = "T212"
