"""``one per``: among recommendations of a family that share a row, the best stays, and the others give way to it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tactful.columns.columns import Flags, Places
from tactful.columns.ranking.around import Around
from tactful.columns.ranking.gather import Conclusions
from tactful.columns.ranking.plan import RankingPlan

#: Keys of recommendations: an array for each of several families; -1 for a recommendation without a key.
_Keys = npt.NDArray[np.int64]


class Yielded(NamedTuple):
    """Conclusions that gave way, and the better recommendation that each of them gave way to."""

    losers: Places
    to: Places


def restricted(plan: RankingPlan, all_: Conclusions) -> Flags:
    """Which conclusions are of a family with ``one per``."""
    flags = np.zeros(len(all_.group), dtype=np.bool_)
    for group, keys in enumerate(plan.keys):
        if keys:
            flags[all_.starts[group] : all_.starts[group + 1]] = True
    return flags


def yield_to_better(plan: RankingPlan, around: Around, all_: Conclusions, chosen: Places) -> Yielded:
    """The recommendations that give way. ``chosen`` are all recommendations that take part, the best first."""
    if not len(chosen):
        return Yielded(chosen, chosen)
    keys_, width = _keys(plan, around, all_, chosen)
    better = _first_of(keys_, _greedy(keys_, width))
    gave = np.flatnonzero(better >= 0)
    return Yielded(chosen.take(gave), chosen.take(better.take(gave)))


def _keys(plan: RankingPlan, around: Around, all_: Conclusions, chosen: Places) -> tuple[_Keys, int]:
    """The keys of each conclusion (a key is a family and a row) as numbers, and the number of different keys."""
    sizes = around.columns.sizes
    begins = np.cumsum([0, *(sizes[per] for per in plan.per)]).tolist()
    groups, global_row = all_.group.take(chosen), all_.global_row.take(chosen)
    keys = np.full((max(map(len, plan.keys)), len(chosen)), -1, dtype=np.int64)
    for group in np.unique(groups).tolist():
        mine = np.flatnonzero(groups == group)
        for no, key in enumerate(plan.keys[group]):
            rows = around.above(key.per).take(global_row.take(mine))
            keys[no, mine] = np.where(rows < 0, -1, rows + begins[key.family])
    return keys, begins[-1]


def _greedy(keys: _Keys, width: int) -> Places:
    """The number of the recommendation that holds each key in the end; for a free key, a larger number.

    The result is the same as if each recommendation, in order, took its keys if all of them are free. In each round, every
    recommendation that is the first to want each of its keys takes them: no earlier recommendation can take them instead.
    If each recommendation has only one key, a single round is enough.
    """
    size = keys.shape[1]
    holders = np.full(width, size, dtype=np.int64)
    left = np.arange(size)
    while len(left):
        wanted = keys.take(left, axis=1)
        first = np.full(width, size, dtype=np.int64)
        for row in wanted:
            some = np.flatnonzero(row >= 0)
            np.minimum.at(first, row.take(some), left.take(some))
        wins = ((wanted < 0) | (first.take(wanted, mode="clip") == left)).all(axis=0)
        for row in wanted:
            taken = np.flatnonzero(wins & (row >= 0))
            holders[row.take(taken)] = left.take(taken)
        loses = ((wanted >= 0) & (holders.take(wanted, mode="clip") < size)).any(axis=0)
        left = left[~(wins | loses)]
    return holders


def _first_of(keys: _Keys, holders: Places) -> Places:
    """For each recommendation, the holder of the first of its keys that was already taken; -1 if all its keys were free."""
    numbers = np.arange(keys.shape[1])
    better = np.full(len(numbers), -1, dtype=np.int64)
    for row in keys[::-1]:
        holder = holders.take(row, mode="clip")
        better = np.where((row >= 0) & (holder < numbers), holder, better)
    return better
