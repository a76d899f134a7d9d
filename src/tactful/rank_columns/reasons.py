"""The firings behind conclusions, in order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tactful.rank_columns.around import Numbers
from tactful.rank_columns.arrange import Ranked
from tactful.tables.columns import Places


class Reasons(NamedTuple):
    """Firings, the number of the conclusion of each, and its own number among those of the conclusion, from 1."""

    firing: Places
    conclusion: Numbers
    no: Numbers


def reasons_of(ranked: Ranked) -> Reasons:
    """All firings, sorted by the places of their conclusions, the rule that counts most first.

    Most conclusions have one firing; the others are put where there is room behind it.
    """
    found = ranked.firings
    places = ranked.place.take(found.into)
    #: Where the first firing of each place goes: as many further on as there are later ones before it.
    begins = np.zeros(len(ranked.place) + 1, dtype=np.int64)
    np.cumsum(np.bincount(places, minlength=len(ranked.place)), out=begins[1:])
    begins = begins[:-1] + np.arange(len(ranked.place))
    after = found.later - found.starts.take(found.into)
    at = begins.take(places) + after
    firing, conclusion = np.empty(len(found.order), dtype=np.int64), np.empty(len(found.order), dtype=np.int32)
    no = np.ones(len(found.order), dtype=np.int32)
    firing[begins], firing[at] = (
        found.order.take(found.starts.take(ranked.ordered.order)),
        found.order.take(found.later),
    )
    conclusion[begins], conclusion[at] = ranked.number, ranked.number.take(places)
    no[at] += after.astype(np.int32)
    return Reasons(firing, conclusion, no)
