"""Firings, and what every engine's program does."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from tactful.facts.rows import Case, Row

#: A firing on its way from an engine to ranking: rule, row, deadline. A plain tuple, as there are many of them.
RawFiring = tuple[int, Row, int | None]


class Firing(NamedTuple):
    """A rule that fired for a row of its entity, and the deadline that follows (seconds since 1970), if any."""

    rule: int
    row: Row
    due: int | None


class Fires(Protocol):
    """What an engine's program does."""

    def fire(self, case: Case, now: int) -> list[RawFiring]: ...
    def fire_steps(self, case: Case, now: int) -> list[RawFiring]: ...
