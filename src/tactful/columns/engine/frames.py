"""Which rows something is asked of: a whole table, some of its rows, or pairs of rows.

A frame has ``size`` rows. ``rows(path)`` are the places of the rows that they see at the end of ``path``, ``None`` where
those are the whole table of the path's last entity, in its order.
"""

from __future__ import annotations

from itertools import pairwise

from tactful.columns.columns import Columns, Flags, Places, picked
from tactful.columns.engine.nodes import Pairing, Path
from tactful.facts.entities import SCOPES


class Whole:
    """All rows of an entity."""

    def __init__(self, columns: Columns, entity: str) -> None:
        self._columns, self.entity, self.size = columns, entity, columns.sizes[entity]
        self._rows: dict[Path, Places | None] = {(entity,): None}

    def rows(self, path: Path) -> Places | None:
        """See above."""
        if path not in self._rows:
            steps = path[1:] if path[0] == self.entity else path
            self._rows[path] = _along(self._columns, self._columns.above(self.entity, steps[0]), steps)
        return self._rows[path]


class Some:
    """The rows of another frame with these numbers."""

    def __init__(self, base: Frame, chosen: Places) -> None:
        self._base, self.chosen, self.size = base, chosen, len(chosen)
        self._rows: dict[Path, Places] = {}

    def rows(self, path: Path) -> Places:
        """See above."""
        found = self._rows.get(path)
        if found is None:
            whole = self._base.rows(path)
            found = self._rows[path] = self.chosen if whole is None else picked(whole, self.chosen)
        return found


class Pairs:
    """Rows of two entities, side by side."""

    def __init__(self, columns: Columns, pairing: Pairing, owners: Places, overs: Places) -> None:
        self._columns, self._pairing = columns, pairing
        self._owners, self._overs, self.size = owners, overs, len(owners)

    def rows(self, path: Path) -> Places:
        """See above."""
        scope, (owner, over, _) = path[0], self._pairing[:3]
        entity, at = (owner, self._owners) if scope in SCOPES[owner] and scope != over else (over, self._overs)
        if scope != entity:
            at = picked(self._columns.above(entity, scope), at)
        return _along(self._columns, at, path)


def numbers(flags: Flags) -> Places:
    """The numbers of the rows that are flagged, ascending."""
    return flags.nonzero()[0]  # what numpy.flatnonzero comes to, in half the time for few rows


Frame = Whole | Some | Pairs


def _along(columns: Columns, at: Places, path: Path) -> Places:
    """From the rows at the first step of a path to those at its last."""
    for step, following in pairwise(path):
        at = picked(columns.above(step, following), at)
    return at
