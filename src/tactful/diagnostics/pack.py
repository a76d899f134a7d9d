"""Codes T3xx: the files of a pack do not fit together."""

from __future__ import annotations

from typing import ClassVar

from tactful.diagnostics.code import Code


class UnreadablePack(Code):
    """a pack's file or folder cannot be read"""

    id: ClassVar[str] = "T301"


class UnknownKey(Code):
    """a key that has no meaning here"""

    id: ClassVar[str] = "T302"


class MissingKey(Code):
    """a key that has to be there is missing"""

    id: ClassVar[str] = "T303"


class WrongShape(Code):
    """a mapping, a list or a single value stands where another is wanted"""

    id: ClassVar[str] = "T304"


class DefinedTwice(Code):
    """two files of one pack define the same id"""

    id: ClassVar[str] = "T305"


class NothingToChange(Code):
    """an overlay changes or switches off what its base does not have"""

    id: ClassVar[str] = "T306"


class CircularExtends(Code):
    """packs extend each other in a circle"""

    id: ClassVar[str] = "T307"


class BadExtends(Code):
    """extends names no pack that may be read"""

    id: ClassVar[str] = "T308"


class SafetyChanged(Code):
    """an overlay loosens a safety rule"""

    id: ClassVar[str] = "T309"


class BadName(Code):
    """an id or a name is not written as one"""

    id: ClassVar[str] = "T310"


class BadSetting(Code):
    """a setting has a value that it cannot have"""

    id: ClassVar[str] = "T311"
