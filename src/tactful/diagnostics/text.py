"""Codes T1xx: a text cannot be read as YAML or JSON."""

from __future__ import annotations

from typing import ClassVar

from tactful.diagnostics.code import Code


class TooLarge(Code):
    """a text is larger, deeper or fuller than the limits allow"""

    id: ClassVar[str] = "T101"


class BadEncoding(Code):
    """a text is not UTF-8, or has characters in it that no text has"""

    id: ClassVar[str] = "T102"


class Unreadable(Code):
    """a text is not YAML, or not JSON"""

    id: ClassVar[str] = "T103"


class DuplicateKey(Code):
    """the same key stands twice in one mapping"""

    id: ClassVar[str] = "T104"


class ForbiddenYaml(Code):
    """a part of YAML that is not read here: tags, merge keys, several documents, loose aliases"""

    id: ClassVar[str] = "T105"
