"""Conflicts between recommendations and prohibitions, and the conclusion that each conflict sets aside."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tactful.columns.columns import Columns, Flags, Places, picked
from tactful.columns.ranking.gather import Conclusions
from tactful.columns.ranking.plan import RankingPlan


class Defeats(NamedTuple):
    """The losing and the winning conclusion of each conflict."""

    losers: Places
    winners: Places


def settle_conflicts(plan: RankingPlan, columns: Columns, all_: Conclusions) -> Defeats:
    """Settle every conflict: the higher priority wins. On equal priority, or for safety, the prohibition wins.

    All pairs are compared: a conclusion that is set aside still sets aside weaker conclusions.
    """
    advised, prohibited = [], []
    starts, flags = all_.starts, dict[int, Flags]()
    for clash in plan.clashes:
        begin, end = starts[clash.advice], starts[clash.advice + 1]
        first, last = starts[clash.prohibition], starts[clash.prohibition + 1]
        if begin == end or first == last:
            continue
        entity, other = plan.groups[clash.advice].entity, plan.groups[clash.prohibition].entity
        forbidden = all_.target[first:last]
        if clash.prohibition not in flags:
            flags[clash.prohibition] = prohibited_rows = np.zeros(columns.sizes[other], dtype=np.bool_)
            prohibited_rows[forbidden] = True
        rows = all_.target[begin:end]
        if entity != other:
            rows = picked(columns.above(entity, other), rows)
        met = np.flatnonzero(picked(flags[clash.prohibition], rows))
        if len(met):
            advised.append(met + begin)
            prohibited.append(np.searchsorted(forbidden, picked(rows, met)) + first)
    if not advised:
        nothing = np.zeros(0, dtype=np.int64)
        return Defeats(nothing, nothing)
    for_, against = np.concatenate(advised), np.concatenate(prohibited)
    forbids = picked(all_.safety, against) | (picked(all_.priority, against) >= picked(all_.priority, for_))
    return Defeats(np.where(forbids, for_, against), np.where(forbids, against, for_))
