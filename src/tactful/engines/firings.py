"""Firings, and programs: an engine turns a checked pack into a program, which finds the firings of a case."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from tactful.facts.rows import Case, Row

#: A firing as engines pass it to ranking: the rule's number, the row, the deadline. A plain tuple is faster there.
RawFiring = tuple[int, Row, int | None]


class Firing(NamedTuple):
    """A rule that fired: its number, the row that it fired for, and its deadline if it has one (seconds since 1970, UTC)."""

    rule: int
    row: Row
    due: int | None


class Program(Protocol):
    """A checked pack, ready to be run by an engine on any number of cases."""

    def fire(self, case: Case, now: int) -> list[RawFiring]:
        """The firings of all rules that advise or prohibit, at ``now`` (seconds since 1970, UTC), in no order."""
        ...

    def fire_steps(self, case: Case, now: int) -> list[RawFiring]:
        """The firings of all rules that add steps."""
        ...
