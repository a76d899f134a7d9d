"""Computed facts over collections: how the rows they look at are found, counted and compared.

Most ask something of the rows of the collection alone: then those for which it holds are gathered by what they belong to.
A few ask for the rows of one person; those are gathered by the person. What compares a row of the collection with the
fact's own row is asked of pairs of rows, only those for which all else holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tactful.columns.columns import NULL, Columns, Places, picked
from tactful.columns.engine.conditions import Conditions
from tactful.columns.engine.fields import Fields
from tactful.columns.engine.frames import Frame, Pairs, Some, numbers
from tactful.columns.engine.nodes import Node, Pairing, Path, Ref, Table
from tactful.columns.engine.planner import Planner, conjuncts, scopes_of
from tactful.facts.entities import SCOPES
from tactful.language.ir import Aggregate, AllOf, Condition, Field, Relates, Test

Array = npt.NDArray[Any]

#: Pairs are looked at in blocks of about so many.
_BLOCK: Final = 1 << 18
#: Fields that hold a person's id, and the steps from their row to the person.
_PEOPLE: Final = {("message", "person_id"): ("person",), ("interviewer", "id"): ("person",), ("person", "id"): ()}
_START: Final[dict[str, tuple[Any, Any]]] = {
    "exists": (False, np.bool_),
    "none": (True, np.bool_),
    "count": (0, np.int64),
    "sum": (0.0, np.float64),
    "latest": (NULL, np.int64),
    "earliest": (NULL, np.int64),
}


@dataclass(frozen=True, slots=True)
class AggregatePlan:
    """How a fact is worked out.

    ``alone`` is what is asked of the rows of the collection alone, ``owner`` of the fact's own row alone, ``both`` of
    pairs. ``join``: they must be rows of the same person, to whom these paths lead, from the collection and the owner.
    """

    fact: Aggregate
    pairing: Pairing
    alone: Node
    owner: Node | None
    both: Node | None
    join: tuple[Path, Path] | None
    value: Ref | None


def gathering(fact: Aggregate, planner: Planner) -> AggregatePlan:
    """How to work out a fact."""
    pairing = Pairing(fact.entity, fact.over, fact.pivot)
    sides: dict[str, list[Condition]] = {"over": [], "owner": [], "both": []}
    join = None
    for member in conjuncts(fact.where):
        found = None if join else _join(member, pairing)
        if found is None:
            sides[pairing.side(scopes_of(member))].append(member)
        join = join or found
    over = Table(fact.over)
    return AggregatePlan(
        fact,
        pairing,
        planner.node(AllOf(tuple(sides["over"])), over),
        planner.node(AllOf(tuple(sides["owner"])), Table(fact.entity)) if sides["owner"] else None,
        planner.node(AllOf(tuple(sides["both"])), pairing) if sides["both"] else None,
        join,
        None if fact.value is None else planner.ref(fact.value, pairing),
    )


def _join(condition: Condition, pairing: Pairing) -> tuple[Path, Path] | None:
    """The ways to the person, where a condition is that both rows are the same person's.

    Ids are those of people of the same application, as all that people are in scope of is within one.
    """
    match condition:
        case Test(field=field, predicates=(Relates(op="==", other=other),), negated=False):
            for one, another in ((field, other), (other, field)):
                theirs, own = _to_person(one), _to_person(another)
                if theirs and own and one.scope == pairing.over and another.scope in SCOPES[pairing.owner]:
                    return (theirs, own) if another.scope != pairing.over else None
    return None


def _to_person(field: Field) -> Path | None:
    path = (field.scope, *field.via)
    further = _PEOPLE.get((path[-1], field.key)) if field.origin == "given" else None
    return None if further is None else (*path, *further)


class Aggregates:
    """Works facts out for one chunk."""

    def __init__(self, columns: Columns, conditions: Conditions, fields: Fields) -> None:
        self._columns, self._conditions, self._fields = columns, conditions, fields

    def values(self, plan: AggregatePlan) -> Array:
        """The fact of all rows of its entity."""
        fact = plan.fact
        over = self._conditions.whole(fact.over)
        rows = self._conditions.rows(plan.alone, over)
        if len(rows) == 0:
            return _start(fact, self._columns.sizes[fact.entity])
        if plan.both is not None:
            return self._of_pairs(plan, rows)
        if plan.join is not None:
            theirs, own = plan.join
            found = self._gathered(plan, rows, picked(self._rows(fact.over, theirs), rows), "person")
            values = picked(np.append(found, _START[fact.op][0]), self._rows(fact.entity, own))
        else:
            values = self._gathered(plan, rows, picked(self._rows(fact.over, (fact.pivot,)), rows), fact.pivot)
            if fact.entity != fact.pivot:
                values = picked(values, self._rows(fact.entity, (fact.pivot,)))
        if plan.owner is not None:
            values = np.where(self._conditions.of_all(plan.owner), values, _START[fact.op][0])
        return values

    def _rows(self, entity: str, path: Path) -> Places:
        """What all rows of an entity see at the end of a path."""
        rows = self._conditions.whole(entity).rows(path)
        return np.arange(self._columns.sizes[entity]) if rows is None else rows

    def _gathered(self, plan: AggregatePlan, rows: Places, groups: Places, entity: str) -> Array:
        """The rows of the collection gathered by the rows of ``entity`` that they belong to; -1: to none."""
        frame: Frame = self._conditions.whole(plan.fact.over)
        if plan.join is not None:
            rows, groups = _of_some(rows, groups)
        values = None
        if plan.value is not None:
            frame = frame if len(rows) == frame.size else Some(frame, rows)
            values = self._fields.at(plan.value, frame)
        found = _start(plan.fact, self._columns.sizes[entity])
        _gather(plan.fact.op, groups, values, found)
        return found

    # --- pairs ---

    def _of_pairs(self, plan: AggregatePlan, rows: Places) -> Array:
        fact, both = plan.fact, plan.both
        assert both is not None  # else there is no need of pairs
        found = _start(fact, self._columns.sizes[fact.entity])
        whole = self._conditions.whole(fact.entity)
        owners = np.arange(whole.size) if plan.owner is None else self._conditions.rows(plan.owner, whole)
        for own, others in self._pairs(plan, owners, rows):
            frame = Pairs(self._columns, plan.pairing, own, others)
            holds = self._conditions.rows(both, frame)
            values = None if plan.value is None else self._fields.at(plan.value, Some(frame, holds))
            _gather(fact.op, own.take(holds), values, found)
        return found

    def _pairs(self, plan: AggregatePlan, owners: Places, rows: Places) -> Iterator[tuple[Places, Places]]:
        """Owners with the rows that are theirs by what they belong to, or by the person; all of an owner in one block."""
        fact = plan.fact
        theirs, own = plan.join or ((fact.pivot,), (fact.pivot,))
        groups = picked(self._rows(fact.over, theirs), rows)
        if plan.join:
            rows, groups = _of_some(rows, groups)
            groups, order = _in_order(groups)
            rows = rows.take(order)
        at = picked(self._rows(fact.entity, own), owners)
        if plan.join:
            owners, at = _of_some(owners, at)
        first, counts = _stretches(groups, self._columns.sizes["person" if plan.join else fact.pivot])
        sizes = picked(counts, at)
        chosen = numbers(sizes > 0)
        owners, sizes, first = owners.take(chosen), sizes.take(chosen), first.take(at.take(chosen))
        for block in np.split(np.arange(len(owners)), _cuts(np.cumsum(sizes))):
            many = sizes[block]
            within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
            yield np.repeat(owners[block], many), rows.take(np.repeat(first[block], many) + within)


def _of_some(rows: Places, groups: Places) -> tuple[Places, Places]:
    """Rows with their groups, without those of none (-1)."""
    if len(groups) == 0 or groups.min() >= 0:
        return rows, groups
    some = groups >= 0
    return rows[some], groups[some]


def _stretches(groups: Places, size: int) -> tuple[Places, Places]:
    """Where each of so many groups begins in the sorted list of them, and how often it comes up there."""
    first, counts = np.zeros((2, size), dtype=np.int64)
    begins = _changes(groups)
    first[groups.take(begins)] = begins
    counts[groups.take(begins)] = np.diff(begins, append=len(groups))
    return first, counts


def _changes(groups: Places) -> Places:
    """Where another group begins in a sorted list."""
    if len(groups) == 0:
        return groups
    changes = numbers(groups[1:] != groups[:-1])
    first = np.zeros(len(changes) + 1, dtype=np.int64)
    np.add(changes, 1, out=first[1:])
    return first


def _cuts(so_far: Places) -> Places:
    """Where to cut a list so that each part takes about a block, by the sums of sizes up to each."""
    if len(so_far) == 0:
        return so_far
    return np.unique(np.searchsorted(so_far, np.arange(_BLOCK, so_far[-1], _BLOCK)) + 1)


def _start(fact: Aggregate, size: int) -> Array:
    """The fact where there is nothing to look at."""
    value, dtype = _START[fact.op]
    return np.full(size, value, dtype=dtype)


def _gather(op: str, groups: Places, values: Array | None, found: Array) -> None:
    """Add rows to what was found: each to that of its group. ``groups`` need no order; no group comes up in two calls."""
    if op in ("exists", "none"):
        found[groups] = op == "exists"
        return
    if values is None:
        found += np.bincount(groups, minlength=len(found))
        return
    if op == "sum":
        known = values == values
        # One after the other, in the order of the case, as numbers are added everywhere else.
        found += np.bincount(groups[known], weights=values[known], minlength=len(found))
        return
    if op == "earliest":  # an unknown moment is the least of all numbers, so the latest is no less
        known = numbers(values != NULL)
        groups, values = groups.take(known), values.take(known)
    if len(groups) == 0:
        return
    if (groups[1:] < groups[:-1]).any():
        groups, order = _in_order(groups)
        values = values.take(order)
    first = _changes(groups)
    best = np.maximum if op == "latest" else np.minimum
    found[groups.take(first)] = best.reduceat(values, first)


def _in_order(groups: Places) -> tuple[Places, Places]:
    """The groups sorted, and where each was; those alike stay in their order."""
    # One number for both sorts faster than argsort; a stable sort is fast where most of them ascend.
    both = np.sort((groups << 32) | np.arange(len(groups)), kind="stable")
    return both >> 32, both & 0xFFFFFFFF
