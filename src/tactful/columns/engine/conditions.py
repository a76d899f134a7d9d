"""For which rows conditions hold: what costs little of whole tables, once for all rules; what costs much of few rows."""

from __future__ import annotations

import numpy as np

from tactful.columns.columns import Columns, Flags, Places, picked
from tactful.columns.engine.frames import Frame, Some, Whole, numbers
from tactful.columns.engine.nodes import Group, Leaf, Node, There
from tactful.columns.engine.predicates import Tests


class Conditions:
    """The conditions of one chunk. Flags that it gives are kept: do not change them."""

    def __init__(self, columns: Columns, tests: Tests) -> None:
        self._tests = tests
        self._wholes = {entity: Whole(columns, entity) for entity in columns.sizes}
        #: For which rows of its entity a condition holds: as flags, and as numbers of rows.
        self._found: dict[Node, Flags] = {}
        self._rows: dict[Node, Places] = {}
        #: The same with one more at the end, for rows that are none: -1 is the last.
        self._with_none: dict[Node, Flags] = {}

    def whole(self, entity: str) -> Whole:
        """The frame of all rows of an entity."""
        return self._wholes[entity]

    def of_all(self, node: Node) -> Flags:
        """For which rows of its entity a condition holds."""
        found = self._found.get(node)
        if found is None:
            assert node.entity is not None  # pairs are asked about block by block
            found = self._found[node] = self._asked(node, self._wholes[node.entity])
        return found

    def mask(self, node: Node, frame: Frame) -> Flags:
        """For which rows of a frame a condition holds."""
        if isinstance(frame, Whole):
            return self.of_all(node)
        if node.entity is not None and (node in self._found or not (node.costly or isinstance(node, There))):
            rows = frame.rows((node.entity,))
            return self.of_all(node) if rows is None else picked(self.of_all(node), rows)
        return self._asked(node, frame)

    def rows(self, node: Node, frame: Frame) -> Places:
        """The numbers of the rows of a frame for which a condition holds, ascending."""
        if not isinstance(frame, Whole):
            return self._selected(node, frame)
        found = self._rows.get(node)
        if found is None:
            found = self._rows[node] = self._selected(node, frame)
        return found

    def _selected(self, node: Node, frame: Frame) -> Places:
        if isinstance(node, Group) and node.every and node.costly_ones and node not in self._found:
            return self._every(node, frame)
        return numbers(self.mask(node, frame))

    def _asked(self, node: Node, frame: Frame) -> Flags:
        match node:
            case Leaf():
                return self._tests.holds(node, frame)
            case There():
                return self._there(node, frame)
            case Group(every=True, costly_ones=()):
                return self._all_of(node.cheap, frame)
            case Group(every=True):
                found = np.zeros(frame.size, dtype=np.bool_)
                found[self.rows(node, frame) if isinstance(frame, Whole) else self._every(node, frame)] = True
                return found
            case Group():
                return self._some(node, frame)
        raise AssertionError(node)

    def _there(self, node: There, frame: Frame) -> Flags:
        rows = frame.rows(node.path)
        if rows is None:
            return self.of_all(node.node)
        if node.nullable:
            found = self._with_none.get(node.node)
            if found is None:
                found = self._with_none[node.node] = np.append(self.of_all(node.node), node.none)
            return picked(found, rows)
        there = self._wholes[node.path[-1]]
        if node.costly and node.node not in self._found and len(rows) < there.size:
            return self.mask(node.node, Some(there, rows))
        return picked(self.of_all(node.node), rows)

    def _all_of(self, nodes: tuple[Node, ...], frame: Frame) -> Flags:
        """For which rows all hold; ends once there are none."""
        if not nodes:
            return np.ones(frame.size, dtype=np.bool_)
        found, own = self.mask(nodes[0], frame), False
        for node in nodes[1:]:
            if node.cost > 1 and node not in self._found and not found.any():
                break
            if own:
                found &= self.mask(node, frame)
            else:
                found, own = found & self.mask(node, frame), True
        return found

    def _every(self, node: Group, frame: Frame) -> Places:
        """The rows for which all hold: each that costs much is asked of the rows that are left."""
        chosen = numbers(self._all_of(node.cheap, frame)) if node.cheap else np.arange(frame.size)
        for one in node.costly_ones:
            if len(chosen) == 0:
                break
            within = frame if len(chosen) == frame.size else Some(frame, chosen)
            kept = self.rows(one, within)
            if len(kept) < len(chosen):
                chosen = chosen.take(kept)
        return chosen

    def _some(self, node: Group, frame: Frame) -> Flags:
        """For which rows some member holds: each that costs much is asked of the rows for which none does yet."""
        found = np.zeros(frame.size, dtype=np.bool_)
        for one in node.cheap:
            found |= self.mask(one, frame)
        for one in node.costly_ones:
            left = numbers(~found)
            if len(left) == 0:
                break
            within = frame if len(left) == frame.size else Some(frame, left)
            found[left.take(self.rows(one, within))] = True
        return found
