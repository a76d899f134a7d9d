"""Firings over columns: for each rule the rows that it fires for."""

from __future__ import annotations

from typing import NamedTuple

from tactful.columns.columns import Ints, Places


class RuleFirings(NamedTuple):
    """A rule's firings: rows of its entity, ascending, and the deadline of each in seconds since 1970.

    ``due`` has :data:`~tactful.columns.columns.NULL` for no deadline, and is ``None`` if no firing has one.
    """

    rule: int
    rows: Places
    due: Ints | None
