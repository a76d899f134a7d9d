"""The rows for which conditions hold. Cheap conditions are tested on whole tables, once; costly ones on few rows."""

from __future__ import annotations

import numpy as np

from tactful.columns.columns import Columns, Flags, Places, picked
from tactful.columns.engine.frames import Frame, Some, Whole, numbers
from tactful.columns.engine.nodes import Group, Leaf, Node, There
from tactful.columns.engine.predicates import Tests


class Conditions:
    """The conditions of a chunk. It caches the flags that it returns, so callers must not change them."""

    def __init__(self, columns: Columns, tests: Tests) -> None:
        self._tests = tests
        self._wholes = {entity: Whole(columns, entity) for entity in columns.sizes}
        #: For each condition, the rows of its entity for which it holds: as flags, and as numbers of rows.
        self._flags: dict[Node, Flags] = {}
        self._rows: dict[Node, Places] = {}
        #: The same flags with another flag at the end, for a missing row: index -1 is the last entry.
        self._with_none: dict[Node, Flags] = {}

    def whole(self, entity: str) -> Whole:
        """The frame of all rows of an entity."""
        return self._wholes[entity]

    def of_all(self, node: Node) -> Flags:
        """The rows of its entity for which a condition holds, as flags."""
        flags = self._flags.get(node)
        if flags is None:
            assert node.entity is not None  # pairs are tested block by block
            flags = self._flags[node] = self._tested(node, self._wholes[node.entity])
        return flags

    def mask(self, node: Node, frame: Frame) -> Flags:
        """The rows of a frame for which a condition holds, as flags."""
        if isinstance(frame, Whole):
            return self.of_all(node)
        if node.entity is not None and (node in self._flags or not (node.costly or isinstance(node, There))):
            rows = frame.rows((node.entity,))
            return self.of_all(node) if rows is None else picked(self.of_all(node), rows)
        return self._tested(node, frame)

    def rows(self, node: Node, frame: Frame) -> Places:
        """The numbers of the rows of a frame for which a condition holds, ascending."""
        if not isinstance(frame, Whole):
            return self._selected(node, frame)
        chosen = self._rows.get(node)
        if chosen is None:
            chosen = self._rows[node] = self._selected(node, frame)
        return chosen

    def _selected(self, node: Node, frame: Frame) -> Places:
        if isinstance(node, Group) and node.every and node.costly_members and node not in self._flags:
            return self._every(node, frame)
        return numbers(self.mask(node, frame))

    def _tested(self, node: Node, frame: Frame) -> Flags:
        match node:
            case Leaf():
                return self._tests.holds(node, frame)
            case There():
                return self._there(node, frame)
            case Group(every=True, costly_members=()):
                return self._all_of(node.cheap, frame)
            case Group(every=True):
                flags = np.zeros(frame.size, dtype=np.bool_)
                flags[self.rows(node, frame) if isinstance(frame, Whole) else self._every(node, frame)] = True
                return flags
            case Group():
                return self._some(node, frame)
        raise AssertionError(node)

    def _there(self, node: There, frame: Frame) -> Flags:
        rows = frame.rows(node.path)
        if rows is None:
            return self.of_all(node.node)
        if node.nullable:
            flags = self._with_none.get(node.node)
            if flags is None:
                flags = self._with_none[node.node] = np.append(self.of_all(node.node), node.none)
            return picked(flags, rows)
        there = self._wholes[node.path[-1]]
        if node.costly and node.node not in self._flags and len(rows) < there.size:
            return self.mask(node.node, Some(there, rows))
        return picked(self.of_all(node.node), rows)

    def _all_of(self, nodes: tuple[Node, ...], frame: Frame) -> Flags:
        """The rows for which all conditions hold. Stops once no row is left."""
        if not nodes:
            return np.ones(frame.size, dtype=np.bool_)
        flags, own = self.mask(nodes[0], frame), False
        for node in nodes[1:]:
            if node.cost > 1 and node not in self._flags and not flags.any():
                break
            if own:
                flags &= self.mask(node, frame)
            else:
                flags, own = flags & self.mask(node, frame), True
        return flags

    def _every(self, node: Group, frame: Frame) -> Places:
        """The rows for which all members hold. Costly members are tested only on the rows that are left."""
        chosen = numbers(self._all_of(node.cheap, frame)) if node.cheap else np.arange(frame.size)
        for member in node.costly_members:
            if len(chosen) == 0:
                break
            within = frame if len(chosen) == frame.size else Some(frame, chosen)
            kept = self.rows(member, within)
            if len(kept) < len(chosen):
                chosen = chosen.take(kept)
        return chosen

    def _some(self, node: Group, frame: Frame) -> Flags:
        """The rows for which a member holds. Costly members are tested only on rows for which no other member holds."""
        flags = np.zeros(frame.size, dtype=np.bool_)
        for member in node.cheap:
            flags |= self.mask(member, frame)
        for member in node.costly_members:
            left = numbers(~flags)
            if len(left) == 0:
                break
            within = frame if len(left) == frame.size else Some(frame, left)
            flags[left.take(self.rows(member, within))] = True
        return flags
