"""The firings behind conclusions, in order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tactful.rank_columns.arrange import Numbers, Ranked
from tactful.rank_columns.gather import stretches
from tactful.rank_columns.order import rules_in_order
from tactful.rank_columns.plan import Plan
from tactful.tables.columns import Columns, Ints, Places


class Reasons(NamedTuple):
    """Firings, the places of their conclusions, ascending, and the number of each there, from 1."""

    firing: Places
    place: Places
    no: Numbers


def reasons_of(plan: Plan, columns: Columns, ranked: Ranked) -> Reasons:
    """All firings, sorted by the places of their conclusions, the rule that counts most first.

    Most conclusions have one firing, so only those of the others are sorted.
    """
    found = ranked.firings
    into = ranked.place.take(found.into)
    counts: Ints = np.bincount(into, minlength=len(ranked.place)) + 1
    begins = np.cumsum(counts) - counts
    order = np.empty(len(found.rule), dtype=np.int64)
    order[begins] = found.first.take(ranked.order)
    several = np.flatnonzero(counts > 1)
    if len(several):
        firings = np.concatenate([order.take(begins.take(several)), found.more])
        owners = np.concatenate([several, into])
        sorted_ = rules_in_order(plan, columns, owners, found.rule.take(firings), found.row.take(firings))
        _, places = stretches(begins.take(several), counts.take(several))
        order[places] = firings.take(sorted_)
    places = np.repeat(np.arange(len(counts)), counts)
    numbers = np.arange(1, len(order) + 1, dtype=np.int32) - np.repeat(begins.astype(np.int32), counts)
    return Reasons(order, places, numbers)
