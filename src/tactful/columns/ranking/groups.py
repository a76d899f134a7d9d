"""Advice that is the same for several rows of one application; see :mod:`tactful.decide.groups`."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from tactful.columns.columns import Places, picked
from tactful.columns.ranking.around import Around, Numbers
from tactful.columns.ranking.gather import Conclusions, Firings, Small, stretches
from tactful.columns.ranking.order import RANKED
from tactful.columns.ranking.plan import RankingPlan

#: For how many rules a word of 64 bits has room.
_WORD: Final = 64


def same_advice(
    plan: RankingPlan, around: Around, all_: Conclusions, firings: Firings, states: Small, ranks: Numbers
) -> Numbers:
    """For each conclusion, the smallest rank of those that say the same; -1 unless it is ranked.

    ``states`` and ``ranks`` are those of the conclusions, in their own order: rows of one application are adjacent in it.
    """
    groups = np.where(states == RANKED, ranks, -1)
    some, runs = _neighbours(around, all_, states)
    if len(some):
        rules = _rules(plan, firings, some)
        keys = (*rules, picked(all_.due, some), runs)
        order = np.lexsort(keys)
        begins = np.ones(len(some), dtype=np.bool_)
        begins[1:] = np.logical_or.reduce([key.take(order[1:]) != key.take(order[:-1]) for key in keys])
        starts = np.flatnonzero(begins)
        sorted_ = some.take(order)
        least = np.minimum.reduceat(ranks.take(sorted_), starts)
        groups[sorted_] = np.repeat(least, np.diff(starts, append=len(sorted_)))
    return groups


def _neighbours(around: Around, all_: Conclusions, states: Small) -> tuple[Places, Places]:
    """The ranked conclusions of which several are of one group and one application, and a number for each such run."""
    ranked = np.flatnonzero(states == RANKED)
    application = picked(around.above("application"), picked(all_.global_row, ranked))
    group = picked(all_.group, ranked)
    same = (group[1:] == group[:-1]) & (application[1:] == application[:-1]) & (application[1:] >= 0)
    shared = np.zeros(len(ranked), dtype=np.bool_)
    shared[1:] = same
    shared[:-1] |= same
    runs = np.cumsum(np.append(True, ~same)) if len(ranked) else ranked
    return ranked[shared], runs[shared]


def _rules(plan: RankingPlan, firings: Firings, some: Places) -> npt.NDArray[np.uint64]:
    """The rules behind some conclusions: for each word of 64 bits an array, with a bit for each rule of the group."""
    ends = np.append(firings.starts, len(firings.order))
    begin = picked(firings.starts, some)
    which, at = stretches(begin, picked(ends, some + 1) - begin)
    number = picked(plan.number_in_group, picked(firings.rule, picked(firings.order, at)))
    rules = np.zeros((int(plan.number_in_group.max()) // _WORD + 1, len(some)), dtype=np.uint64)
    np.bitwise_or.at(rules, (number // _WORD, which), np.left_shift(np.uint64(1), (number % _WORD).astype(np.uint64)))
    return rules
