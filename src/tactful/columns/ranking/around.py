"""Global numbers for the rows of a chunk, and the rows that each row belongs to.

Conclusions concern rows of several entities. Global numbers run through all entities, so that a single array can hold rows
of any entity. The global number of a row is its index in its own table, plus the number at which its entity begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set

import numpy as np
import numpy.typing as npt

from tactful.columns.columns import Columns, Places
from tactful.facts.entities import CODES, ENTITIES, can_belong_to

#: Indices of rows in the tables of their entities.
Rows = npt.NDArray[np.int32]
#: Numbers of rules and of conclusion groups, and counts.
Numbers = npt.NDArray[np.int32]


class Around:
    """The rows that the rows of some columns belong to. Computed on first use. Not safe to share between threads."""

    def __init__(self, columns: Columns, entities: Set[str]) -> None:
        """``entities`` are the entities whose rows are looked up. Rows of other entities get no global numbers."""
        self.columns, self.entities = columns, tuple(entity for entity in ENTITIES if entity in entities)
        sizes = [columns.sizes[entity] if entity in entities else 0 for entity in ENTITIES]
        #: The global number at which each entity's rows begin, by the entity's code; at the end, the number of all rows.
        self.begins: Places = np.array([0, *np.cumsum(sizes)], dtype=np.int64)
        self._memo: dict[str, Rows] = {}

    def candidates(self) -> Rows:
        """For each row of all entities, its candidate."""
        return self._kept("candidate", lambda entity: self.columns.above(entity, "candidate"))

    def above(self, scope: str) -> Rows:
        """For each row of all entities, the row of ``scope`` that it is or belongs to, for ``one per``; -1 for no such row."""
        return self._kept(scope, lambda entity: self._above(entity, scope))

    def by_entity(self, values: Rows) -> Iterator[tuple[str, Rows]]:
        """Each entity with its part of ``values``, which has a value for each row of all entities."""
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
