"""Which recommendations and prohibitions contradict each other, and which of the two is set aside."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tactful.rank_columns.gather import Conclusions
from tactful.rank_columns.plan import Plan
from tactful.tables.columns import Columns, Places


class Defeats(NamedTuple):
    """Who lost to whom: conclusions, a pair for each conflict."""

    losers: Places
    winners: Places


def settle_conflicts(plan: Plan, columns: Columns, all_: Conclusions) -> Defeats:
    """Settle every conflict: the higher priority wins; on equal priority, and in matters of safety, the prohibition.

    All pairs are looked at: what is set aside still sets aside what is weaker than itself.
    """
    advised, prohibited = [], []
    starts, against_rows = all_.starts, dict[int, Places]()
    for clash in plan.clashes:
        begin, end = starts[clash.advice], starts[clash.advice + 1]
        if begin == end or starts[clash.prohibition] == starts[clash.prohibition + 1]:
            continue
        entity, other = plan.slots[clash.advice].entity, plan.slots[clash.prohibition].entity
        rows = all_.target[begin:end]
        if entity != other:
            rows = columns.above(entity, other).take(rows)
        found = against_rows.get(clash.prohibition)
        if found is None:
            found = against_rows[clash.prohibition] = np.full(columns.sizes[other], -1, dtype=np.int64)
            first, last = starts[clash.prohibition], starts[clash.prohibition + 1]
            found[all_.target[first:last]] = np.arange(first, last)
        prohibitions = found.take(rows, mode="wrap")
        met = np.flatnonzero(prohibitions >= 0)
        if len(met):
            advised.append(met + begin)
            prohibited.append(prohibitions.take(met))
    if not advised:
        nothing = np.zeros(0, dtype=np.int64)
        return Defeats(nothing, nothing)
    for_, against = np.concatenate(advised), np.concatenate(prohibited)
    forbids = all_.safety.take(against) | (all_.priority.take(against) >= all_.priority.take(for_))
    return Defeats(np.where(forbids, for_, against), np.where(forbids, against, for_))
