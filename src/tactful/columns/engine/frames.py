"""The rows that a condition is tested on: a whole table, some of its rows, or pairs of rows.

A frame has ``size`` rows. ``rows(path)`` has, for each of them, the index of the row at the end of ``path``. It is
``None`` if these are all rows of the path's last entity, in order.
"""

from __future__ import annotations

from itertools import pairwise

from tactful.columns.columns import Columns, Flags, Places, picked
from tactful.columns.engine.nodes import Pairing, Path
from tactful.facts.entities import SCOPES


class Whole:
    """A frame of all rows of an entity."""

    def __init__(self, columns: Columns, entity: str) -> None:
        self._columns, self.entity, self.size = columns, entity, columns.sizes[entity]
        self._rows: dict[Path, Places | None] = {(entity,): None}

    def rows(self, path: Path) -> Places | None:
        """The indices of the rows at the end of ``path``; see the module."""
        if path not in self._rows:
            steps = path[1:] if path[0] == self.entity else path
            self._rows[path] = _along(self._columns, self._columns.above(self.entity, steps[0]), steps)
        return self._rows[path]


class Some:
    """A frame of the ``chosen`` rows of another frame, given by their numbers."""

    def __init__(self, base: Frame, chosen: Places) -> None:
        self._base, self.chosen, self.size = base, chosen, len(chosen)
        self._rows: dict[Path, Places] = {}

    def rows(self, path: Path) -> Places:
        """The indices of the rows at the end of ``path``; see the module."""
        places = self._rows.get(path)
        if places is None:
            whole = self._base.rows(path)
            places = self._rows[path] = self.chosen if whole is None else picked(whole, self.chosen)
        return places


class Pairs:
    """A frame of pairs: rows of two entities, side by side."""

    def __init__(self, columns: Columns, pairing: Pairing, owners: Places, overs: Places) -> None:
        self._columns, self._pairing = columns, pairing
        self._owners, self._overs, self.size = owners, overs, len(owners)

    def rows(self, path: Path) -> Places:
        """The indices of the rows at the end of ``path``; see the module."""
        scope, (owner, over, _) = path[0], self._pairing[:3]
        entity, at = (owner, self._owners) if scope in SCOPES[owner] and scope != over else (over, self._overs)
        if scope != entity:
            at = picked(self._columns.above(entity, scope), at)
        return _along(self._columns, at, path)


def numbers(flags: Flags) -> Places:
    """The numbers of the rows that are flagged, ascending."""
    return flags.nonzero()[0]  # the same as numpy.flatnonzero, in half the time for few rows


Frame = Whole | Some | Pairs


def _along(columns: Columns, at: Places, path: Path) -> Places:
    """The rows at the last step of a path, given those at its first step."""
    for step, following in pairwise(path):
        at = picked(columns.above(step, following), at)
    return at
