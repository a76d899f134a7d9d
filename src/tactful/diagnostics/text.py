"""Codes T1xx: a text cannot be read as YAML or JSON."""

from __future__ import annotations

from typing import ClassVar

from tactful.diagnostics.code import Code


class DuplicateKey(Code):
    """the same key stands twice in one mapping

    What it reports
        A mapping names one key more than once.

    Why
        YAML readers commonly keep the last one in silence, so that half of what was written is lost.

    Example
        when:
          person.prefers: email
          person.prefers: phone

    Instead
        when:
          person.prefers: [email, phone]
    """

    id: ClassVar[str] = "T104"
