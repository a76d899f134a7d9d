"""The firings behind conclusions, in order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tactful.rank_columns.around import Numbers
from tactful.rank_columns.arrange import Ranked
from tactful.tables.columns import Places, picked


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
    places = picked(ranked.place, found.into)
    #: Where the first firing of each place goes: as many further on as there are later ones before it.
    begins = np.ones(len(ranked.place) + 1, dtype=np.int64)
    begins[0] = 0
    np.add.at(begins, places + 1, 1)
    begins = np.cumsum(begins, out=begins)[:-1]
    after = (found.later - picked(found.starts, found.into)).astype(np.int32)
    at = picked(begins, places) + after
    firing, conclusion, no = np.ones((3, len(found.order)), dtype=np.int32)
    firing[begins], firing[at] = picked(found.first, ranked.ordered.order), picked(found.order, found.later)
    conclusion[begins], conclusion[at] = ranked.number, picked(ranked.number, places)
    no[at] += after
    return Reasons(firing.astype(np.int64), conclusion, no)
