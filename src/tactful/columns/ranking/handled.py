"""Advice that candidates have followed or dismissed, among the conclusions of all candidates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tactful.columns.ranking.gather import Conclusions
from tactful.columns.ranking.plan import ConclusionGroup, RankingPlan


class Aside(NamedTuple):
    """A piece of advice that is not shown, and why: its candidate, its group, and its target among the rows of the entity.

    ``done``: it was done at ``moment``; otherwise it is dismissed until ``moment`` (``None``: for good).
    """

    candidate: int
    group: ConclusionGroup
    target: int
    key: str
    done: bool
    moment: int | None


def located(plan: RankingPlan, all_: Conclusions, aside: Sequence[Aside]) -> dict[int, Aside]:
    """The advice that is not shown, by the number of its conclusion."""
    numbers = {group: no for no, group in enumerate(plan.groups)}
    wanted = {(numbers[item.group], item.target): item for item in aside}
    some = np.flatnonzero(np.isin(all_.candidate, [item.candidate for item in aside]))
    found = zip(some.tolist(), all_.group[some].tolist(), all_.target[some].tolist(), strict=True)
    return {no: wanted[group, target] for no, group, target in found if (group, target) in wanted}
