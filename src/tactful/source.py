"""Text with positions: strict YAML and JSON, every node knowing where it stands."""

from __future__ import annotations

import msgspec

from tactful.diagnostics import Span


class Scalar(msgspec.Struct, frozen=True, tag=True):
    """A single value as it is written. ``plain`` is false where it is quoted or a block (``>-``, ``|``).

    A plain scalar may mean a number, yes or no, or nothing (``null``, ``~``, empty): who reads it decides by what the
    field wants, so that ``country: NO`` stays text.
    """

    text: str
    plain: bool
    span: Span

    @property
    def is_null(self) -> bool:
        """Whether this is the plain ``null``, ``~`` or an empty value."""
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")


class Mapping(msgspec.Struct, frozen=True, tag=True):
    """Keys and values in the order of the text. Keys are scalars, each there once."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span


class Sequence(msgspec.Struct, frozen=True, tag=True):
    """Items in the order of the text."""

    items: tuple[Node, ...]
    span: Span


Node = Scalar | Mapping | Sequence
