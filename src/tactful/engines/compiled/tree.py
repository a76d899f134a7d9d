"""What many conditions have in common, as a tree of tests: what several items ask is asked once for all of them.

An item is a rule, or a computed fact in a pass over rows, with the parts of its condition. Items that ask the same stand
below one test. Items that ask a field for different values stand below one choice, of which at most one arm is entered.
Items with different thresholds of one moment or number stand one below the other, the easiest to pass first, so
that nobody asks for ``more than 5 days`` where it was not even more than 2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, Generic, TypeVar

from tactful.engines.compiled.conjuncts import Part, together

T = TypeVar("T")
#: Parts that cost no more than this may be asked before others that are cheaper still.
_CHEAP: Final = 6
#: How many steps a ladder of thresholds has before it becomes one of ladders.
_STEPS: Final = 8
#: Python's compiler takes no tree that is too deep: from here on nothing is shared any more, and the parts of one item that
#: are more than so many are asked together.
_DEEPEST: Final = 12
_LONGEST: Final = 30


class Item(Generic[T]):
    """Something that is to be done where all its parts hold."""

    def __init__(self, parts: Sequence[Part], what: T) -> None:
        self.parts, self.what = tuple(parts), what

    def without(self, part: Part) -> Item[T]:
        """The same, where the part is known to hold."""
        return Item([one for one in self.parts if one is not part], self.what)


class Node(Generic[T]):
    """What is done at one place of the tree: first ``facts`` worked out, then ``done``, then the branches, each tried."""

    def __init__(self) -> None:
        self.facts: list[str] = []
        self.done: list[T] = []
        self.branches: list[Branch[T]] = []


#: Arms of which at most one is entered: the first whose part holds. ``None`` always holds.
Branch = list[tuple[Part | None, Node[T]]]


def build(items: Sequence[Item[T]], depth: int = 0) -> Node[T]:
    """The tree for some items. Each item is reached where all its parts hold, and nowhere else."""
    node = Node[T]()
    rest = [item for item in items if item.parts]
    node.done = [item.what for item in items if not item.parts]
    asked = Counter(axis for item in rest for axis in {part.axis for part in _eligible(item)})
    same = Counter(part for item in rest for part in _eligible(item))
    groups: dict[Hashable, list[tuple[Part, Item[T]]]] = {}
    for item in rest:
        part = min(_eligible(item), key=lambda part: (-asked[part.axis], part.cost > _CHEAP, -same[part], part.cost))
        alone = depth == _DEEPEST or asked[part.axis] == 1
        groups.setdefault(len(groups) if alone else part.axis, []).append((part, item))
    for members in groups.values():
        if len(members) == 1:
            node.branches.append(_alone(members[0][1]))
        else:
            node.branches += _branches(members, depth + 1)
    return node


def _eligible(item: Item[T]) -> list[Part]:
    """The parts that may be asked first: cheap ones, or else the cheapest; and computed facts, however dear they are.

    A fact that several items read is worked out before the first of them at any rate.
    """
    bound = max(_CHEAP, min(part.cost for part in item.parts))
    return [part for part in item.parts if part.cost <= bound or part.reads]


def _alone(item: Item[T]) -> Branch[T]:
    """One item's parts, one below the other, the cheapest first."""
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
    """The branches for items that each have a part on the same axis."""
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
    """Thresholds from the easiest to pass to the hardest, each below the one before; long ladders in sections."""
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
    """Arms that ask for values, in branches in which no two ask for the same value."""
    found: list[tuple[set[Any], Branch[T]]] = []
    for part, node in arms:
        assert part is not None  # choices ask
        place = next((one for one in found if one[0].isdisjoint(part.at)), None)
        if place is None:
            place = (set(), [])
            found.append(place)
        place[0].update(part.at)
        place[1].append((part, node))
    return [branch for _, branch in found]


# --- where facts are worked out ---


def place_facts(
    root: Node[T],
    ids: Sequence[str],
    read_by: Callable[[T], frozenset[str]],
    read_by_fact: Callable[[str], frozenset[str]],
    outside: frozenset[str],
) -> frozenset[str]:
    """Put each fact at the narrowest place that all who read it share; whatever is read and not among ``ids`` comes back.

    Facts in ``ids`` come after those that they read. Those in ``outside`` are read beyond the tree, so they are worked
    out at its root.
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


def _common(one: tuple[Node[T], ...], other: tuple[Node[T], ...]) -> tuple[Node[T], ...]:
    """The way to the last place that two ways through the tree have in common."""
    length = next(
        (no for no, (a, b) in enumerate(zip(one, other, strict=False)) if a is not b), min(len(one), len(other))
    )
    return one[:length]
