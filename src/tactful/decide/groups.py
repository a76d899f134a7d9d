"""Advice that is the same for several rows of one application, such as thanks to each of three interviewers."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tactful.decide.conclusions import Conclusion
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
        return [
            rank
            if (application := conclusion.target.application) is None
            else first.setdefault((application, conclusion.due, _rules(conclusion)), rank)
            for rank, conclusion in enumerate(self.ranked, start=1)
        ]


def _rules(conclusion: Conclusion) -> int | frozenset[int]:
    """The rules of a conclusion. A single rule is most of them."""
    firings = conclusion.firings
    if len(firings) == 1:
        return firings[0][0]
    rules = frozenset([no for no, _, _ in firings])
    return rules if len(rules) > 1 else firings[0][0]
