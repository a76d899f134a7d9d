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


def arrange(plan: Plan, around: Around, all_: Conclusions, firings: Firings) -> Ranked:
    """Settle conflicts, apply ``one per``, and put everything in its place."""
    columns = around.columns
    defeats = settle_conflicts(plan, columns, all_)
    lost = np.zeros(len(all_.slot), dtype=np.bool_)
    lost[defeats.losers] = True
    ordered = in_order(plan, columns, all_)
    better = gave_way(plan, around, all_, ordered, lost)
    states = np.where(lost.take(ordered), SET_ASIDE, np.where(better >= 0, ALTERNATIVE, RANKED))
    candidates = all_.candidate.take(ordered)
    places, number = _places(candidates, states, columns.sizes["candidate"])
    order, place = np.empty_like(ordered), np.empty_like(ordered)
    order[places] = ordered
    place[ordered] = places
    return Ranked(
        conclusions=all_,
        firings=firings,
        order=order,
        place=place,
        state=_moved(states, places),
        number=_moved(number, places),
        gave_way_to=_moved(np.where(better < 0, -1, number.take(better, mode="clip")), places),
        **_losses(defeats, ordered, place, _moved(number, places)),
    )


def _moved(values: Ints, places: Places) -> Ints:
    found = np.empty_like(values)
    found[places] = values
    return found


def _places(candidates: Places, states: Ints, size: int) -> tuple[Places, Ints]:
    """The place of each where a candidate's are brought together by state, and its number there, from 1."""
    groups = candidates * len(STATES) + states
    counts = np.bincount(groups, minlength=size * len(STATES))
    begins = np.cumsum(counts) - counts
    places = np.empty(len(groups), dtype=np.int64)
    for state in range(len(STATES)):
        mine = np.flatnonzero(states == state)
        before = np.cumsum(counts[state :: len(STATES)]) - counts[state :: len(STATES)]
        group = groups.take(mine)
        places[mine] = np.arange(len(mine)) + (begins.take(group) - before.take(candidates.take(mine)))
    return places, places - begins[:: len(STATES)].take(candidates) + 1


def _losses(defeats: Defeats, ordered: Places, place: Places, number: Ints) -> dict[str, Places]:
    """The numbers of the winners that each place lost to, best first."""
    rank = np.empty_like(ordered)
    rank[ordered] = np.arange(len(ordered))
    losers = place.take(defeats.losers)
    keys = np.sort((losers << 32) + rank.take(defeats.winners))
    winners = place.take(ordered.take(keys & 0xFFFFFFFF))
    counts = np.bincount(losers, minlength=len(ordered))
    return {"lost_starts": np.concatenate([[0], np.cumsum(counts)]), "lost_to": number.take(winners)}
