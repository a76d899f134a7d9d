"""The rows of a chunk under one numbering, and the rows that each of them belongs to.

Conclusions concern rows of several entities. One array can serve all of them, because rows are numbered through all
entities: the number of a row is its place in the entity's own table, plus the number at which the entity begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set

import numpy as np
import numpy.typing as npt

from tactful.columns.columns import Columns, Places
from tactful.facts.entities import CODES, ENTITIES, can_belong_to

#: Rows as tables name them.
Rows = npt.NDArray[np.int32]
#: Numbers of rules and slots, and counts.
Numbers = npt.NDArray[np.int32]


class Around:
    """The rows that the rows of some columns belong to. Computed on first use; for one thread."""

    def __init__(self, columns: Columns, entities: Set[str]) -> None:
        """``entities``: those whose rows are looked up. Rows of other entities get no numbers."""
        self.columns, self.entities = columns, tuple(entity for entity in ENTITIES if entity in entities)
        sizes = [columns.sizes[entity] if entity in entities else 0 for entity in ENTITIES]
        #: Where the rows of each entity begin, by its code; the last number is where the last entity ends.
        self.begins: Places = np.array([0, *np.cumsum(sizes)], dtype=np.int64)
        self._memo: dict[str, Rows] = {}

    def candidates(self) -> Rows:
        """For each row of all entities, its candidate."""
        return self._kept("candidate", lambda entity: self.columns.above(entity, "candidate"))

    def above(self, scope: str) -> Rows:
        """For each row of all entities, the row of ``scope`` that it is or belongs to, for ``one per``; -1 if there is none."""
        return self._kept(scope, lambda entity: self._above(entity, scope))

    def by_entity(self, values: Rows) -> Iterator[tuple[str, Rows]]:
        """The part of ``values``, an array with a value for each row, that is each entity's."""
        for entity in self.entities:
            code = CODES[entity]
            yield entity, values[self.begins[code] : self.begins[code + 1]]

    def _above(self, entity: str, scope: str) -> Places:
        return self.columns.above(entity, scope) if can_belong_to(entity, scope) else self._none(entity)

    def _none(self, entity: str) -> Places:
        return np.full(self.columns.sizes[entity], -1, dtype=np.int64)

    def _kept(self, name: str, of: Callable[[str], Places]) -> Rows:
        values = self._memo.get(name)
        if values is None:
            values = self._memo[name] = np.empty(self.begins[-1], dtype=np.int32)
            for entity, rows in self.by_entity(values):
                rows[:] = of(entity)
        return values
