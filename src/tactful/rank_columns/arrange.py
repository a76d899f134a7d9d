"""Where each conclusion stands in the end: what is ranked, what gave way, what was set aside, candidate by candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tactful.rank_columns.around import Around
from tactful.rank_columns.conflicts import Defeats, settle_conflicts
from tactful.rank_columns.gather import Conclusions, Firings
from tactful.rank_columns.one_per import gave_way
from tactful.rank_columns.order import in_order
from tactful.rank_columns.plan import Plan
from tactful.tables.columns import Ints, Places

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
    state: Ints
    number: Ints
    gave_way_to: Ints
    lost_starts: Places
    lost_to: Ints


def arranged(plan: Plan, around: Around, all_: Conclusions, firings: Firings) -> Ranked:
    """Settle conflicts, apply ``one per``, and put everything in its place."""
    defeats = settle_conflicts(plan, around.columns, all_)
    lost = np.zeros(len(all_.slot), dtype=np.bool_)
    lost[defeats.losers] = True
    ordered = in_order(plan, around.columns, all_)
    better = gave_way(plan, around, all_, ordered, lost)
    states = np.where(lost.take(ordered), SET_ASIDE, np.where(better >= 0, ALTERNATIVE, RANKED))
    candidates = all_.candidate.take(ordered)
    # Most stand where they belong by now, which this sort makes use of.
    moved = np.argsort(candidates * len(STATES) + states, kind="stable")
    order, state = ordered.take(moved), states.take(moved)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    number = within(candidates)  # each has stayed among those of its candidate
    gave = np.full(len(order), -1, dtype=np.int64)
    alternatives = np.flatnonzero(state == ALTERNATIVE)
    gave[alternatives] = number.take(place.take(ordered.take(better.take(moved.take(alternatives)))))
    return Ranked(all_, firings, order, place, state, number, gave, *_losses(defeats, ordered, place, number))


def within(owners: Places) -> Ints:
    """The number of each among those of its owner, from 1; all of an owner stand together, and owners ascend."""
    counts = np.bincount(owners)
    return np.arange(1, len(owners) + 1) - (np.cumsum(counts) - counts).take(owners)


def _losses(defeats: Defeats, ordered: Places, place: Places, number: Ints) -> tuple[Places, Ints]:
    """Where the winners that each place lost to begin, and their numbers, best first."""
    rank = np.empty_like(ordered)
    rank[ordered] = np.arange(len(ordered))
    losers = place.take(defeats.losers)
    keys = np.sort((losers << 32) + rank.take(defeats.winners))
    winners = place.take(ordered.take(keys & 0xFFFFFFFF))
    counts = np.bincount(losers, minlength=len(ordered))
    return np.concatenate([[0], np.cumsum(counts)]), number.take(winners)
