"""Advice that is the same for several rows of one application, such as thanks to each of three interviewers."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tactful.decide.conclusions import Conclusion
from tactful.engines.firings import RawFiring
from tactful.facts.rows import Row
from tactful.source.lazy import lazy


class Groups(msgspec.Struct, frozen=True, eq=False, dict=True):
    """The groups of a decision's ranked conclusions, found on first use.

    Conclusions say the same if they are about rows of one application, have the same deadline and follow from the same
    rules. As a rule concludes one thing, their actions, modalities and priorities are then the same as well.
    """

    ranked: Sequence[Conclusion]

    def of(self, rank: int) -> int:
        """The rank (from 1) of the first conclusion that says the same as the conclusion of this rank."""
        return self.firsts[rank - 1]

    @lazy
    def firsts(self) -> list[int]:
        """The same for all conclusions, in their order."""
        first: dict[tuple[Row, int | None, int | frozenset[int]], int] = {}
        groups = []
        for rank, conclusion in enumerate(self.ranked, start=1):
            application, firings = conclusion.target.application, conclusion.firings
            if application is None:
                groups.append(rank)
            elif len(firings) == 1:  # as most have: then its rule and its deadline are those of the conclusion
                no, _, due = firings[0]
                groups.append(first.setdefault((application, due, no), rank))
            else:
                groups.append(first.setdefault((application, conclusion.due, _rules(firings)), rank))
        return groups


def _rules(firings: list[RawFiring]) -> int | frozenset[int]:
    """The rules of several firings: one number where all are of the same rule."""
    rules = frozenset([no for no, _, _ in firings])
    return rules if len(rules) > 1 else firings[0][0]
