"""When a case's decision can change by itself, and what is decided from then on: one ranking for each interval.

Every condition on time compares ``now`` with a moment that is known beforehand, or with a local clock. So the instants
at which anything can change are listed first, and a decision is taken at each of them: exact, with no sampling.

An instant that changes nothing costs a decision, never exactness. So the list may have a few too many; what is ruled out
beforehand is what no passing of time can bring about (``_Window.truth``).
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

import msgspec

from tactful.decide.decider import Decider
from tactful.decide.instants import instants
from tactful.decide.ranker import Ranking
from tactful.engines.expiry import HORIZON
from tactful.engines.firings import RawFiring
from tactful.facts.rows import Case

#: The longest plan: how far ahead deadlines are looked for.
LONGEST: Final = HORIZON


class Interval(msgspec.Struct, frozen=True, eq=False):
    """From ``start`` up to but not including ``end`` (seconds since 1970) the decision is ``ranking``."""

    start: int
    end: int
    ranking: Ranking


class Timeline(msgspec.Struct, frozen=True, eq=False):
    """What is decided from ``intervals[0].start`` on, if nothing but time changes. Neighbours differ."""

    intervals: tuple[Interval, ...]

    def at(self, moment: int) -> Interval:
        """The interval that ``moment`` lies in; it has to lie in one."""
        return self.intervals[bisect_right(self.intervals, moment, key=lambda one: one.start) - 1]


def timeline(decider: Decider, case: Case, start: int, until: int) -> Timeline:
    """The decisions from ``start`` up to but not including ``until``, one for each interval in which none changes."""
    found: list[tuple[int, list[RawFiring]]] = []
    before: frozenset[RawFiring] | None = None
    for moment in (start, *instants(decider, case, start, until)):
        firings = decider.fire(case, moment)
        same = frozenset(firings)
        if same != before:
            found.append((moment, firings))
        before = same
    ends = [moment for moment, _ in found[1:]] + [until]
    return Timeline(
        tuple(
            Interval(moment, end, decider.ranker.rank(firings, case))
            for (moment, firings), end in zip(found, ends, strict=True)
        )
    )
