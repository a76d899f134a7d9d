"""What a code is. A code's docstring is its page: ``tactful explain CODE`` and the reference in docs/ come from it."""

from __future__ import annotations

from typing import ClassVar

from tactful.diagnostics import Diagnostic, Span


class Code:
    """The base of all codes. A subclass's docstring has these parts, each a heading on a line of its own:

    a title line, ``What it reports``, ``Why``, ``Example`` (wrong YAML or a command, indented) and ``Instead`` (the right
    one, indented).
    """

    id: ClassVar[str]

    @classmethod
    def at(cls, span: Span | None, message: str, help: str | None = None, path: str | None = None) -> Diagnostic:
        """A diagnostic of this code; see :class:`tactful.diagnostics.Diagnostic` for the form of its parts."""
        return Diagnostic(cls.id, message, span, path, help)
