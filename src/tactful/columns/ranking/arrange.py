"""The final place of each conclusion: ranked, an alternative, or set aside, candidate by candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tactful.columns.columns import Places, picked
from tactful.columns.ranking.around import Around, Numbers
from tactful.columns.ranking.conflicts import Defeats, settle_conflicts
from tactful.columns.ranking.gather import Conclusions, Firings
from tactful.columns.ranking.groups import same_advice
from tactful.columns.ranking.handled import Aside, located
from tactful.columns.ranking.one_per import restricted, yield_to_better
from tactful.columns.ranking.order import (
    ALTERNATIVE,
    HANDLED,
    RANKED,
    SET_ASIDE,
    Names,
    Ordered,
    in_order,
    some_in_order,
)
from tactful.columns.ranking.plan import RankingPlan


@dataclass(frozen=True, slots=True)
class Ranked:
    """Conclusions in the order in which they are written: by candidate, state and rank.

    ``ordered`` holds them, and ``place`` has the index of each conclusion in that order. ``number`` counts a candidate's
    conclusions from 1. ``same_advice`` is the number of the first conclusion that says the same, or -1 unless
    ranked. ``gave_way_to`` is the number of the conclusion to which an alternative gave way, or -1.
    ``lost_to`` has the numbers of all winners; those over the conclusion at each place begin at ``lost_starts``. ``handled``
    has the advice that is not shown, by the place of its conclusion.
    """

    conclusions: Conclusions
    firings: Firings
    ordered: Ordered
    place: Numbers
    number: Numbers
    same_advice: Numbers
    gave_way_to: Numbers
    lost_starts: Numbers
    lost_to: Numbers
    handled: Mapping[int, Aside]


def arranged(
    plan: RankingPlan, around: Around, names: Names, all_: Conclusions, firings: Firings, aside: Sequence[Aside]
) -> Ranked:
    """Settle conflicts, apply ``one per``, and give each conclusion its place. ``aside``: advice that is not shown."""
    defeats = settle_conflicts(plan, around.columns, all_)
    states = np.full(len(all_.group), RANKED, dtype=np.int8)
    states[defeats.losers] = SET_ASIDE
    take_part = restricted(plan, all_)
    some = take_part.copy()
    some[defeats.winners] = True
    best = some_in_order(plan, names, all_, np.flatnonzero(some))
    take_part[defeats.losers] = False
    yielded = yield_to_better(plan, around, all_, best[picked(take_part, best)])
    states[yielded.losers] = ALTERNATIVE
    handled = located(plan, all_, aside) if aside else {}
    states[list(handled)] = HANDLED
    ordered = in_order(plan, names, all_, states)
    place = np.empty(len(states), dtype=np.int32)
    place[ordered.order] = np.arange(len(place), dtype=np.int32)
    number = within(ordered.candidate)
    gave_way_to = np.full(len(place), -1, dtype=np.int32)
    gave_way_to[picked(place, yielded.losers)] = picked(number, picked(place, yielded.to))
    same = picked(same_advice(plan, around, all_, firings, states, picked(number, place)), ordered.order)
    losses = _losses(defeats, best, place, number)
    by_place = {int(place[no]): item for no, item in handled.items()}
    return Ranked(all_, firings, ordered, place, number, same, gave_way_to, *losses, by_place)


def within(owners: npt.NDArray[Any]) -> Numbers:
    """The number of each entry among the entries of its owner, from 1. Entries of an owner must be adjacent."""
    steps = np.ones(len(owners), dtype=np.int32)
    begins = np.flatnonzero(owners[1:] != owners[:-1]) + 1
    steps[begins] -= np.diff(begins, prepend=0).astype(np.int32)  # from an owner's last number back to 1
    return np.cumsum(steps, out=steps)


def _losses(defeats: Defeats, best: Places, place: Numbers, number: Numbers) -> tuple[Numbers, Numbers]:
    """The index at which the winners over each place begin, and the winners' numbers, in the order of ``best``."""
    ranks = np.zeros(len(place), dtype=np.int32)
    ranks[best] = np.arange(len(best), dtype=np.int32)
    losers = picked(place, defeats.losers)
    order = np.lexsort((picked(ranks, defeats.winners), losers))
    starts = np.zeros(len(place) + 1, dtype=np.int32)
    np.add.at(starts, losers + 1, 1)
    np.cumsum(starts, out=starts)
    return starts, picked(number, picked(place, picked(defeats.winners, order)))
