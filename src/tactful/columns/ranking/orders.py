"""The orders of actions: conclusions that tie are sorted by values of their targets before ids are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tactful.columns.columns import Flags, Ints, Places, picked
from tactful.columns.firings import FieldValues
from tactful.columns.ranking.around import Numbers
from tactful.columns.ranking.plan import RankingPlan
from tactful.language.ir import Field, OrderKey

#: The values of fields, by the entity of the rows that they are for, and the field.
Values = Mapping[tuple[str, Field], FieldValues]


class Orders:
    """The orders of a pack's actions, for one chunk. ``compute`` gives the values of :attr:`RankingPlan.sorting_fields`.

    The values are computed once, if conclusions about an action with an order tie.
    """

    def __init__(self, plan: RankingPlan, compute: Callable[[], Values]) -> None:
        self._plan, self._compute = plan, compute
        self._values: Values | None = None
        self._ordered = np.array([bool(keys) for keys in plan.sorting], dtype=np.bool_)

    def sort(self, groups: Numbers, targets: Places, runs: Ints) -> tuple[Places, Ints]:
        """The places of entries after sorting within runs, and new numbers of runs: entries of the same run still tie.

        ``groups`` and ``targets`` are the conclusion group and the target's row of each entry. ``runs`` are ascending
        numbers; the entries of a run have the same group.
        """
        order = np.arange(len(runs))
        ordered = picked(self._ordered, groups)
        if not ordered.any():
            return order, runs
        if self._values is None:
            self._values = self._compute()
        begins: Flags = np.ones(len(runs), dtype=np.bool_)
        begins[1:] = runs[1:] != runs[:-1]
        for group in np.unique(groups[ordered]).tolist():
            mine = np.flatnonzero(groups == group)
            keys = [part for key in self._plan.sorting[group] for part in self._keys(group, key, picked(targets, mine))]
            sorted_ = np.lexsort((*reversed(keys), picked(runs, mine)))
            order[mine] = picked(mine, sorted_)
            for part in keys:
                in_order = part.take(sorted_)
                begins[mine[1:][in_order[1:] != in_order[:-1]]] = True
        return order, np.cumsum(begins)

    def _keys(self, group: int, key: OrderKey, targets: Places) -> tuple[Flags, npt.NDArray[Any]]:
        """Whether values are unknown, and numbers that ascend as the values are to be sorted."""
        assert self._values is not None
        whole = self._values[self._plan.groups[group].entity, key.field]
        known = picked(whole.known, targets)
        numbers = np.where(known, picked(whole.numbers, targets), 0)
        return ~known, -numbers if key.descending else numbers
