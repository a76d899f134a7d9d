"""Where each conclusion stands in the end: what is ranked, what gave way, what was set aside, candidate by candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tactful.rank_columns.around import Around
from tactful.rank_columns.conflicts import Defeats, settle_conflicts
from tactful.rank_columns.gather import Conclusions, Firings
from tactful.rank_columns.one_per import yield_to_better
from tactful.rank_columns.order import in_order
from tactful.rank_columns.plan import Plan
from tactful.tables.columns import Places

#: Numbers of conclusions.
Numbers = npt.NDArray[np.int32]

#: What becomes of a conclusion, by number; they are written out in this order.
STATES: Final = ("ranked", "alternative", "set_aside")
RANKED, ALTERNATIVE, SET_ASIDE = range(3)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Conclusions in the order in which they are written out: by candidate, state and rank.

    ``order`` holds them, ``place`` says where each has got to. ``number`` counts a candidate's from 1. ``gave_way_to`` is
    the number of what an alternative gave way to, else -1. ``lost_to`` has the numbers of all winners, and
    ``lost_starts`` says where those of each place begin.
    """

    conclusions: Conclusions
    firings: Firings
    order: Places
    place: Places
    state: npt.NDArray[np.int8]
    number: Numbers
    gave_way_to: Numbers
    lost_starts: Places
    lost_to: Numbers


def arranged(plan: Plan, around: Around, all_: Conclusions, firings: Firings) -> Ranked:
    """Settle conflicts, apply ``one per``, and put everything in its place."""
    defeats = settle_conflicts(plan, around.columns, all_)
    lost = np.zeros(len(all_.slot), dtype=np.bool_)
    lost[defeats.losers] = True
    ordered = in_order(plan, around.columns, all_)
    yielded = yield_to_better(plan, around, all_, ordered, lost)
    states = np.where(lost.take(ordered), np.int8(SET_ASIDE), np.int8(RANKED))
    states[yielded.places] = ALTERNATIVE
    candidates = all_.candidate.take(ordered)
    # Most stand where they belong by now, which this sort makes use of.
    moved = np.argsort(candidates * len(STATES) + states, kind="stable")
    order = ordered.take(moved)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    number = within(candidates)  # each has stayed among those of its candidate
    gave_way_to = np.full(len(order), -1, dtype=np.int32)
    now_at, better_at = (place.take(ordered.take(one)) for one in yielded)
    gave_way_to[now_at] = number.take(better_at)
    losses = _losses(defeats, place, moved, number)
    return Ranked(all_, firings, order, place, states.take(moved), number, gave_way_to, *losses)


def within(owners: npt.NDArray[Any]) -> Numbers:
    """The number of each among those of its owner, from 1; all of an owner stand together."""
    begins = np.concatenate([[0], np.flatnonzero(owners[1:] != owners[:-1]) + 1]).astype(np.int32)
    counts = np.diff(begins, append=np.int32(len(owners)))
    return np.arange(1, len(owners) + 1, dtype=np.int32) - np.repeat(begins, counts)


def _losses(defeats: Defeats, place: Places, ranks: Places, number: Numbers) -> tuple[Places, Numbers]:
    """Where the winners that each place lost to begin, and their numbers, best first; ``ranks`` are those of places."""
    losers, winners = place.take(defeats.losers), place.take(defeats.winners)
    order = np.lexsort((ranks.take(winners), losers))
    counts = np.bincount(losers, minlength=len(place))
    return np.concatenate([[0], np.cumsum(counts)]), number.take(winners.take(order))
