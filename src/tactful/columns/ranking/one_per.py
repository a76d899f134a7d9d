"""``one per``: of the recommendations of a family that share a row, the best is kept, and the others give way to it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tactful.columns.columns import Flags, Places
from tactful.columns.ranking.around import Around
from tactful.columns.ranking.gather import Conclusions
from tactful.columns.ranking.plan import RankingPlan

#: A key for each of several families, or none: an array for each of them, -1 where there is none.
_Keys = npt.NDArray[np.int64]


class Yielded(NamedTuple):
    """Conclusions that gave way, and the better recommendation that each gave way to."""

    losers: Places
    to: Places


def restricted(plan: RankingPlan, all_: Conclusions) -> Flags:
    """Which conclusions are of a family of which there is but one."""
    found = np.zeros(len(all_.slot), dtype=np.bool_)
    for slot, keys in enumerate(plan.keys):
        if keys:
            found[all_.starts[slot] : all_.starts[slot + 1]] = True
    return found


def yield_to_better(plan: RankingPlan, around: Around, all_: Conclusions, chosen: Places) -> Yielded:
    """Which recommendations give way. ``chosen``: all that take part, the best first."""
    if not len(chosen):
        return Yielded(chosen, chosen)
    keys_, width = _keys(plan, around, all_, chosen)
    better = _first_of(keys_, _greedy(keys_, width))
    gave = np.flatnonzero(better >= 0)
    return Yielded(chosen.take(gave), chosen.take(better.take(gave)))


def _keys(plan: RankingPlan, around: Around, all_: Conclusions, chosen: Places) -> tuple[_Keys, int]:
    """The families and rows that each conclusion takes for itself, as numbers, and how many numbers there are."""
    sizes = around.columns.sizes
    begins = np.cumsum([0, *(sizes[per] for per in plan.per)]).tolist()
    slots, everywhere = all_.slot.take(chosen), all_.everywhere.take(chosen)
    keys = np.full((max(map(len, plan.keys)), len(chosen)), -1, dtype=np.int64)
    for slot in np.unique(slots).tolist():
        mine = np.flatnonzero(slots == slot)
        for no, key in enumerate(plan.keys[slot]):
            rows = around.above(key.per).take(everywhere.take(mine))
            keys[no, mine] = np.where(rows < 0, -1, rows + begins[key.family])
    return keys, begins[-1]


def _greedy(keys: _Keys, width: int) -> Places:
    """Who holds each key in the end, by number; more than there are where nobody does.

    One after another would take what is still free. Here all do so at once who are the first to want each of their keys:
    nobody before them can be in their way. Where everybody has one key, one round tells all.
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
    """Who was there first, of the first key of each that somebody had taken before; -1 where all were free."""
    numbers = np.arange(keys.shape[1])
    better = np.full(len(numbers), -1, dtype=np.int64)
    for row in keys[::-1]:
        holder = holders.take(row, mode="clip")
        better = np.where((row >= 0) & (holder < numbers), holder, better)
    return better
