"""The decisions on a case from a moment on, if no fact changes: a ranking for each interval.

Every condition on time compares ``now`` with a moment that is known in advance, or with a local clock. So the instants at
which anything can change are listed first (:mod:`tactful.decide.instants`), and the case is decided at each of them. The
result is exact; nothing is sampled.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

import msgspec

from tactful.decide.conclusions import Key, Ranking
from tactful.decide.decider import Decider
from tactful.decide.instants import instants
from tactful.engines.courses import TooManySteps
from tactful.engines.evaluate import Evaluator
from tactful.engines.expiry import HORIZON
from tactful.engines.firings import RawFiring
from tactful.facts.kinds import Value
from tactful.facts.rows import Case
from tactful.source.diagnostics import InvalidInput

#: The longest plan, in seconds. Deadlines are searched for over the same time.
LONGEST: Final = HORIZON


#: The most steps that a timeline takes, and the most firings that it keeps. A step is the work of one row,
#: decided at one instant. A firing that the interval before does not have counts as ``NEW`` firings, because it becomes an
#: item of a plan.
STEPS: Final = 1_000_000
KEPT: Final = 150_000
NEW: Final = 50


#: A conclusion, its occasion where time may change it, and its alternatives.
_Place = tuple[Key, tuple[Value, ...], list[Key]]


class Interval(msgspec.Struct, frozen=True, eq=False):
    """The decision is ``ranking`` from ``start`` up to but not including ``end`` (seconds since 1970)."""

    start: int
    end: int
    ranking: Ranking


class Timeline(msgspec.Struct, frozen=True, eq=False):
    """The decisions from ``intervals[0].start`` on, if no fact changes.

    The firings of neighbouring intervals differ, or the order of their conclusions.

    ``whole``: the timeline covers all of the requested time. Otherwise it ends earlier, because too much changes.
    """

    intervals: tuple[Interval, ...]
    whole: bool

    @property
    def end(self) -> int:
        """The first second (since 1970, UTC) after the timeline."""
        return self.intervals[-1].end

    def at(self, moment: int) -> Interval:
        """The interval that contains ``moment`` (seconds since 1970, UTC). The timeline must cover the moment."""
        return self.intervals[bisect_right(self.intervals, moment, key=lambda interval: interval.start) - 1]


def timeline(decider: Decider, case: Case, start: int, until: int) -> Timeline:
    """The decisions from ``start`` up to but not including ``until`` (seconds since 1970, UTC).

    They end earlier if they would take more than ``STEPS`` steps or keep more than ``KEPT`` firings. The end does not depend
    on the speed of the machine. If listing the instants would take too many steps, only the first second is decided.
    """
    changes: list[tuple[int, Ranking]] = []
    before: frozenset[RawFiring] | None = None
    arranged: list[_Place] = []
    moving_order = bool(decider.moving_order or decider.moving_occasions) or case.handled is not None
    rows = decider.work.rows(case)
    steps, kept, end = 0, 0, until
    try:
        moments = instants(decider, case, start, until)
    except TooManySteps:
        moments, end = [], start + 1
    for moment in (start, *moments):
        if steps >= STEPS or kept >= KEPT:
            end = moment
            break
        steps += rows
        try:
            firings = decider.fire(case, moment)
        except InvalidInput:  # the search for a deadline takes more steps than at earlier moments
            if not changes:
                raise
            end = moment
            break
        current = frozenset(firings)
        if current != before or moving_order:
            ranking = decider.ranked(firings, case, moment)
            arranged_before, arranged = arranged, _arrangement(ranking, decider, decider.evaluator(case, moment))
            if current != before or arranged != arranged_before:
                changes.append((moment, ranking))
                kept += len(current) + NEW * len(current - (before or frozenset()))
        before = current
    ends = [moment for moment, _ in changes[1:]] + [end]
    return Timeline(
        tuple(Interval(moment, end, ranking) for (moment, ranking), end in zip(changes, ends, strict=True)),
        whole=end == until,
    )


def _arrangement(ranking: Ranking, decider: Decider, evaluator: Evaluator) -> list[_Place]:
    """The order of what is ranked, with its occasions and alternatives."""
    return [
        (
            conclusion.key,
            decider.occasion(conclusion, evaluator),
            [alternative.key for alternative in conclusion.alternatives],
        )
        for conclusion in ranking.ranked
    ]
