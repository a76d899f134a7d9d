"""Turn conditions into nodes. Each is tested on as few rows as possible, and equal conditions are tested once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Final, assert_never

import msgspec

from tactful.columns.columns import array_type
from tactful.columns.engine.nodes import (
    COSTLY,
    ColumnPredicate,
    Group,
    Leaf,
    Node,
    Path,
    Ref,
    Relation,
    Site,
    Table,
    There,
)
from tactful.facts.entities import SCOPES
from tactful.facts.kinds import BusinessDays
from tactful.language.ir import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    DayTimeBetween,
    Field,
    Filled,
    IsIn,
    Known,
    NoneOf,
    NowIs,
    Relates,
    Test,
)
from tactful.language.ir.reads import fields_of

#: The cost of reading a field, by its origin.
_COSTS: Final = {"given": 1, "custom": 1, "computed": 4, "clock": 20}


class Planner:
    """Makes the nodes of a pack."""

    def __init__(self) -> None:
        self._nodes: dict[Hashable, Node] = {}

    def node(self, condition: Condition, site: Site) -> Node:
        """The node that tests a condition at ``site``."""
        return self._node(normal(condition), site)

    def _node(self, condition: Condition, site: Site) -> Node:
        """The node that tests a condition without ``NoneOf`` at ``site``."""
        home = site.home(scopes_of(condition))
        if home is not None and home != site.entity:
            return self._there((home,), site, self._node(condition, Table(home)))
        if isinstance(condition, Test):
            return self._leaf(condition, site)
        return self._group(condition.members, site, every=isinstance(condition, AllOf))

    # --- groups ---

    def _group(self, members: Iterable[Condition], site: Site, *, every: bool) -> Node:
        """A group of members. Members with the same home are tested there together."""
        homes: dict[str | None, list[Condition]] = {}
        for member in members:
            homes.setdefault(site.home(scopes_of(member)), []).append(member)
        nodes = [self._node(member, site) for member in homes.pop(site.entity, ())]
        for home in _highest_first(homes):
            above = _takes_in(home, homes, site)
            if above is not None:
                homes[above].extend(homes.pop(home))
        for place, conditions in homes.items():
            assert place is not None  # a member without a home belongs to the site
            together = conditions[0] if len(conditions) == 1 else (AllOf if every else AnyOf)(tuple(conditions))
            nodes.append(self._there((place,), site, self._node(together, Table(place))))
        if len(nodes) == 1:
            return nodes[0]
        nodes = sorted(dict.fromkeys(nodes), key=lambda node: node.cost)
        cheap = tuple(node for node in nodes if not node.costly)
        costly = tuple(node for node in nodes if node.costly)
        none = all(node.none for node in nodes) if every else any(node.none for node in nodes)
        cost = max((node.cost for node in nodes), default=0)
        return self._once((site, every, tuple(nodes)), Group(site.entity, none, cost, every, cheap, costly))

    def _there(self, path: Path, site: Site, node: Node) -> Node:
        nullable = site.nullable(path[0])
        cost = node.cost if node.costly else min(node.cost + 1, COSTLY - 1)
        return self._once((site, path, node), There(site.entity, node.none, cost, path, nullable, node))

    # --- tests ---

    def _leaf(self, test: Test, site: Site) -> Node:
        field = self.ref(test.field, site)
        predicates = tuple(self._predicate(predicate, site) for predicate in test.predicates)
        alone = not any(isinstance(predicate, Relation) for predicate in predicates)
        if alone and site.entity != field.entity:
            end = Table(field.entity)
            bare = msgspec.structs.replace(test, field=msgspec.structs.replace(test.field, scope=end.entity, via=()))
            return self._there(field.path, site, self._leaf(bare, end))
        cost = max(_cost(field, predicate) for predicate in predicates) if predicates else 1
        leaf = Leaf(site.entity, test.negated, cost, field, predicates, test.negated)
        return self._once((site, field, predicates, test.negated), leaf)

    def _predicate(self, predicate: ColumnPredicate | Relates, site: Site) -> ColumnPredicate:
        return Relation(predicate.op, self.ref(predicate.other, site)) if isinstance(predicate, Relates) else predicate

    def ref(self, field: Field, site: Site) -> Ref:
        """A field as seen from ``site``."""
        path = field.via if field.via and field.scope == site.entity else (field.scope, *field.via)
        place = "candidate" if field.scope == "candidate" else "application"
        return Ref(path, field.origin, field.key, field.kind, site.nullable(field.scope), place)

    def _once(self, key: Hashable, node: Node) -> Node:
        """The first node that was made for ``key``."""
        return self._nodes.setdefault(key, node)


def _highest_first(homes: Iterable[str | None]) -> list[str]:
    return [entity for entity in ("candidate", "application") if entity in {*homes}]


def _takes_in(home: str, homes: Iterable[str | None], site: Site) -> str | None:
    """A lower home that can also test the conditions of ``home``, which saves a path; ``None`` if no home can."""
    for other in homes:
        if other is not None and other != home and home in SCOPES[other] and not site.nullable(other):
            return other
    return None


def scopes_of(condition: Condition) -> frozenset[str]:
    """The scopes of the fields that a condition reads."""
    return frozenset(field.scope for field in fields_of(condition))


def normal(condition: Condition, holds: bool = True) -> Condition:
    """The condition, or its opposite, without ``NoneOf``: tests are negated instead. Nested groups are flattened."""
    match condition:
        case Test():
            return condition if holds else msgspec.structs.replace(condition, negated=not condition.negated)
        case AllOf(members=members):
            return _flat(members, AllOf if holds else AnyOf, holds)
        case AnyOf(members=members):
            return _flat(members, AnyOf if holds else AllOf, holds)
        case NoneOf(members=members):
            return _flat(members, AllOf if holds else AnyOf, not holds)
        case _:
            assert_never(condition)


def _flat(members: Iterable[Condition], how: type[AllOf | AnyOf], holds: bool) -> Condition:
    flat: list[Condition] = []
    for member in members:
        condition = normal(member, holds)
        flat.extend(condition.members if isinstance(condition, how) else (condition,))
    return flat[0] if len(flat) == 1 else how(tuple(flat))


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that must all hold so that ``condition`` holds."""
    group = normal(condition)
    return group.members if isinstance(group, AllOf) else (group,)


def _cost(field: Ref, predicate: ColumnPredicate) -> int:
    """The cost of a predicate of a field: low for arrays of numbers, high for texts and calendars."""
    cost = _COSTS[field.origin]
    texts = array_type(field.kind) is None
    match predicate:
        case Relation(other=other):
            words = texts or array_type(other.kind) is None
            return max(cost, _COSTS[other.origin]) + (12 if words else 2)
        case NowIs(shift=shift) if isinstance(shift.length, BusinessDays):
            return cost + 15
        case Known() | NowIs():
            return cost
        case IsIn() | Compare() | DayTimeBetween() | Filled():
            return cost + (10 if texts else 0)
        case _:
            assert_never(predicate)
