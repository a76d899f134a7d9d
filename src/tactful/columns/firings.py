"""Firings over columns: for each rule the rows that it fires for; and the values that sort their conclusions."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy.typing as npt

from tactful.columns.columns import Flags, Ints, Places


class RuleFirings(NamedTuple):
    """A rule's firings: rows of its entity, ascending, and the deadline of each in seconds since 1970.

    ``due`` has :data:`~tactful.columns.columns.NULL` for no deadline, and is ``None`` if no firing has one.
    """

    rule: int
    rows: Places
    due: Ints | None


class FieldValues(NamedTuple):
    """The numbers of a field for all rows of an entity, and for which rows it is known. A yes is 1, and a no is 0."""

    numbers: npt.NDArray[Any]
    known: Flags
