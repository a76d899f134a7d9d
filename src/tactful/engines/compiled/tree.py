"""A tree of tests for many conditions, so that a test that several items share is made once.

An item is a rule, or a computed fact in a loop over rows, with the parts of its condition. Items that share a test are
below it. Items that want different values of a field are below one choice, of which at most one arm is entered. Items with
different thresholds of one moment or number are nested, the easiest to pass first: ``more than 5 days`` is not tested
where ``more than 2 days`` failed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, Generic, TypeVar

from tactful.engines.compiled.conjuncts import Part, together

T = TypeVar("T")
#: Parts that cost no more than this may be tested before cheaper ones.
_CHEAP: Final = 6
#: The most steps in a ladder of thresholds. Longer ladders are split into sections.
_STEPS: Final = 8
#: Python's compiler rejects trees that are too deep. Below this depth no tests are shared, and an item with more parts than
#: this tests the remaining parts in one condition.
_DEEPEST: Final = 12
_LONGEST: Final = 30


class Item(Generic[T]):
    """A rule that fires, or a fact that is set, if all its parts hold."""

    def __init__(self, parts: Sequence[Part], what: T) -> None:
        self.parts, self.what = tuple(parts), what

    def without(self, part: Part) -> Item[T]:
        """The item below the test of one of its parts, which is known to hold there."""
        return Item([other for other in self.parts if other is not part], self.what)


class Node(Generic[T]):
    """A place in the tree: its ``facts`` are computed, then its items are ``done``, then each of its branches is tried."""

    def __init__(self) -> None:
        self.facts: list[str] = []
        self.done: list[T] = []
        self.branches: list[Branch[T]] = []


#: A choice: the first arm whose part holds is entered, and no other. ``None`` always holds.
Branch = list[tuple[Part | None, Node[T]]]


def build(items: Sequence[Item[T]], depth: int = 0) -> Node[T]:
    """The tree for some items. Each item is reached where all its parts hold, and nowhere else."""
    node = Node[T]()
    rest = [item for item in items if item.parts]
    node.done = [item.what for item in items if not item.parts]
    on_axis = Counter(axis for item in rest for axis in {part.axis for part in _eligible(item)})
    same = Counter(part for item in rest for part in _eligible(item))
    groups: dict[Hashable, list[tuple[Part, Item[T]]]] = {}
    for item in rest:
        part = min(_eligible(item), key=lambda part: (-on_axis[part.axis], part.cost > _CHEAP, -same[part], part.cost))
        alone = depth == _DEEPEST or on_axis[part.axis] == 1
        groups.setdefault(len(groups) if alone else part.axis, []).append((part, item))
    for members in groups.values():
        if len(members) == 1:
            node.branches.append(_alone(members[0][1]))
        else:
            node.branches += _branches(members, depth + 1)
    return node


def _eligible(item: Item[T]) -> list[Part]:
    """The parts that may be tested first: cheap ones, or else the cheapest; and computed facts at any cost.

    A fact that several items read is computed before the first of them in any case.
    """
    bound = max(_CHEAP, min(part.cost for part in item.parts))
    return [part for part in item.parts if part.cost <= bound or part.reads]


def _alone(item: Item[T]) -> Branch[T]:
    """The parts of a single item, nested, the cheapest first."""
    node = Node[T]()
    node.done.append(item.what)
    parts = sorted(item.parts, key=lambda part: part.cost)
    if len(parts) > _LONGEST:
        parts = [*parts[:_LONGEST], together(parts[_LONGEST:])]
    for part in reversed(parts[1:]):
        above = Node[T]()
        above.branches.append([(part, node)])
        node = above
    return [(parts[0], node)]


def _branches(members: list[tuple[Part, Item[T]]], depth: int) -> list[Branch[T]]:
    """The branches for items. Each item comes with its part on an axis that all of them share."""
    levels: dict[Part, list[Item[T]]] = {}
    for part, item in members:
        levels.setdefault(part, []).append(item.without(part))
    parts = list(levels)
    if parts[0].is_threshold:
        ordered = sorted(parts, key=lambda part: part.at)
        return [_ladder(ordered, lambda part: build(levels[part], depth))]
    arms: list[tuple[Part | None, Node[T]]] = [(part, build(levels[part], depth)) for part in parts]
    if parts[0].is_choice:
        return _apart(arms)
    if len(arms) == 2:  # a condition and its opposite
        arms[1] = (None, arms[1][1])
    return [arms]


def _ladder(parts: list[Part], node_of: Callable[[Part], Node[T]]) -> Branch[T]:
    """Thresholds nested from the easiest to pass to the hardest. Long ladders are split into sections."""
    size = max(1, -(-len(parts) // _STEPS))
    below: list[Branch[T]] = []
    for start in reversed(range(0, len(parts), size)):
        first, *others = parts[start : start + size]
        node = node_of(first)
        node.branches += [_ladder(others, node_of)] if others else []
        node.branches += below
        below = [[(first, node)]]
    return below[0]


def _apart(arms: list[tuple[Part | None, Node[T]]]) -> list[Branch[T]]:
    """Arms that test for values, grouped into branches in which no two arms want the same value."""
    groups: list[tuple[set[Any], Branch[T]]] = []
    for part, node in arms:
        assert part is not None  # every arm of a choice has a test
        group = next((group for group in groups if group[0].isdisjoint(part.at)), None)
        if group is None:
            group = (set(), [])
            groups.append(group)
        group[0].update(part.at)
        group[1].append((part, node))
    return [branch for _, branch in groups]


# --- where facts are computed ---


def place_facts(
    root: Node[T],
    ids: Sequence[str],
    read_by: Callable[[T], frozenset[str]],
    read_by_fact: Callable[[str], frozenset[str]],
    outside: frozenset[str],
) -> frozenset[str]:
    """Put each fact at the deepest node above all its readers. Returns the facts that are read but not among ``ids``.

    Facts in ``ids`` come after those that they read. Facts in ``outside`` are read outside the tree, so they are computed
    at its root.
    """
    ways: dict[str, tuple[Node[T], ...]] = dict.fromkeys(outside, (root,))
    todo: list[tuple[Node[T], ...]] = [(root,)]
    while todo:
        way = todo.pop()
        node = way[-1]
        read = {id_ for branch in node.branches for part, _ in branch if part is not None for id_ in part.reads}
        for id_ in read.union(*map(read_by, node.done)):
            ways[id_] = _common(ways[id_], way) if id_ in ways else way
        todo += [(*way, below) for branch in node.branches for _, below in branch]
    for id_ in reversed(ids):
        if id_ in ways:
            way = ways[id_]
            way[-1].facts.insert(0, id_)
            for read_id in read_by_fact(id_):
                ways[read_id] = _common(ways[read_id], way) if read_id in ways else way
    return frozenset(ways).difference(ids)


def _common(first: tuple[Node[T], ...], second: tuple[Node[T], ...]) -> tuple[Node[T], ...]:
    """The path to the last node that two paths through the tree share."""
    length = next(
        (no for no, (a, b) in enumerate(zip(first, second, strict=False)) if a is not b), min(len(first), len(second))
    )
    return first[:length]
