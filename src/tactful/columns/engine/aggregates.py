"""Computed facts over collections: their rows are selected, counted and compared.

Most facts test only the rows of the collection; the matching rows are grouped by the row that they belong to. A few facts
ask for the rows of one person; those rows are grouped by the person. A condition that compares a row of the collection
with the fact's own row is tested on pairs of rows, after all other conditions.
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

#: Pairs are tested in blocks of about this many.
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
    """How a fact is computed.

    ``alone`` is the condition on the rows of the collection, ``owner`` the condition on the fact's own row, ``both`` the
    condition on pairs of them. ``join``: both rows must belong to the same person; the two paths lead to the person from
    the collection's row and from the owner.
    """

    fact: Aggregate
    pairing: Pairing
    alone: Node
    owner: Node | None
    both: Node | None
    join: tuple[Path, Path] | None
    value: Ref | None


def aggregate_plan(fact: Aggregate, planner: Planner) -> AggregatePlan:
    """The plan that computes a fact."""
    pairing = Pairing(fact.entity, fact.over, fact.pivot)
    sides: dict[str, list[Condition]] = {"over": [], "owner": [], "both": []}
    join = None
    for member in conjuncts(fact.where):
        paths = None if join else _join(member, pairing)
        if paths is None:
            sides[pairing.side(scopes_of(member))].append(member)
        join = join or paths
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
    """The paths to the person, if the condition says that both rows belong to the same person.

    Both ids are of people of the same application: a person is only in scope of rows of one application.
    """
    match condition:
        case Test(field=field, predicates=(Relates(op="==", other=other),), negated=False):
            for left, right in ((field, other), (other, field)):
                theirs, own = _to_person(left), _to_person(right)
                if theirs and own and left.scope == pairing.over and right.scope in SCOPES[pairing.owner]:
                    return (theirs, own) if right.scope != pairing.over else None
    return None


def _to_person(field: Field) -> Path | None:
    path = (field.scope, *field.via)
    further = _PEOPLE.get((path[-1], field.key)) if field.origin == "given" else None
    return None if further is None else (*path, *further)


class Aggregates:
    """Computes the facts of a chunk."""

    def __init__(self, columns: Columns, conditions: Conditions, fields: Fields) -> None:
        self._columns, self._conditions, self._fields = columns, conditions, fields

    def values(self, plan: AggregatePlan) -> Array:
        """The fact's values, for all rows of its entity."""
        fact = plan.fact
        over = self._conditions.whole(fact.over)
        rows = self._conditions.rows(plan.alone, over)
        if len(rows) == 0:
            return _start(fact, self._columns.sizes[fact.entity])
        if plan.both is not None:
            return self._of_pairs(plan, rows)
        if plan.join is not None:
            theirs, own = plan.join
            of_people = self._gathered(plan, rows, picked(self._rows(fact.over, theirs), rows), "person")
            values = picked(np.append(of_people, _START[fact.op][0]), self._rows(fact.entity, own))
        else:
            values = self._gathered(plan, rows, picked(self._rows(fact.over, (fact.pivot,)), rows), fact.pivot)
            if fact.entity != fact.pivot:
                values = picked(values, self._rows(fact.entity, (fact.pivot,)))
        if plan.owner is not None:
            values = np.where(self._conditions.of_all(plan.owner), values, _START[fact.op][0])
        return values

    def _rows(self, entity: str, path: Path) -> Places:
        """For each row of an entity, the row at the end of a path."""
        rows = self._conditions.whole(entity).rows(path)
        return np.arange(self._columns.sizes[entity]) if rows is None else rows

    def _gathered(self, plan: AggregatePlan, rows: Places, groups: Places, entity: str) -> Array:
        """The fact's value for each row of ``entity``. ``groups``: the row that each row belongs to; -1 for none."""
        frame: Frame = self._conditions.whole(plan.fact.over)
        if plan.join is not None:
            rows, groups = _of_some(rows, groups)
        values = None
        if plan.value is not None:
            frame = frame if len(rows) == frame.size else Some(frame, rows)
            values = self._fields.at(plan.value, frame)
        values_of_groups = _start(plan.fact, self._columns.sizes[entity])
        _gather(plan.fact.op, groups, values, values_of_groups)
        return values_of_groups

    # --- pairs ---

    def _of_pairs(self, plan: AggregatePlan, rows: Places) -> Array:
        fact, both = plan.fact, plan.both
        assert both is not None  # only such a condition needs pairs
        values_of_owners = _start(fact, self._columns.sizes[fact.entity])
        whole = self._conditions.whole(fact.entity)
        owners = np.arange(whole.size) if plan.owner is None else self._conditions.rows(plan.owner, whole)
        for own, others in self._pairs(plan, owners, rows):
            frame = Pairs(self._columns, plan.pairing, own, others)
            holds = self._conditions.rows(both, frame)
            of_rows = None if plan.value is None else self._fields.at(plan.value, Some(frame, holds))
            _gather(fact.op, own.take(holds), of_rows, values_of_owners)
        return values_of_owners

    def _pairs(self, plan: AggregatePlan, owners: Places, rows: Places) -> Iterator[tuple[Places, Places]]:
        """Pairs of an owner with a row below the same pivot or of the same person. All pairs of an owner are in one block."""
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
    """Rows with their groups, without the rows that have no group (-1)."""
    if len(groups) == 0 or groups.min() >= 0:
        return rows, groups
    some = groups >= 0
    return rows[some], groups[some]


def _stretches(groups: Places, size: int) -> tuple[Places, Places]:
    """The index at which each of ``size`` groups begins in the sorted list ``groups``, and the number of its entries."""
    first, counts = np.zeros((2, size), dtype=np.int64)
    begins = _changes(groups)
    first[groups.take(begins)] = begins
    counts[groups.take(begins)] = np.diff(begins, append=len(groups))
    return first, counts


def _changes(groups: Places) -> Places:
    """The indices at which a new group begins in a sorted list."""
    if len(groups) == 0:
        return groups
    changes = numbers(groups[1:] != groups[:-1])
    first = np.zeros(len(changes) + 1, dtype=np.int64)
    np.add(changes, 1, out=first[1:])
    return first


def _cuts(so_far: Places) -> Places:
    """The indices at which to cut a list into parts of about a block's size. ``so_far``: cumulative sizes."""
    if len(so_far) == 0:
        return so_far
    return np.unique(np.searchsorted(so_far, np.arange(_BLOCK, so_far[-1], _BLOCK)) + 1)


def _start(fact: Aggregate, size: int) -> Array:
    """The fact's value where the collection is empty, for ``size`` rows."""
    value, dtype = _START[fact.op]
    return np.full(size, value, dtype=dtype)


def _gather(op: str, groups: Places, values: Array | None, totals: Array) -> None:
    """Add rows to the totals of their groups. ``groups`` may be in any order; no group occurs in two calls."""
    if op in ("exists", "none"):
        totals[groups] = op == "exists"
        return
    if values is None:
        totals += np.bincount(groups, minlength=len(totals))
        return
    if op == "sum":
        known = values == values
        # Numbers are added in the order of the case, as in all engines, because the order changes the sum of floats.
        totals += np.bincount(groups[known], weights=values[known], minlength=len(totals))
        return
    if op == "earliest":  # unknown is the least number, which matters only here
        known = numbers(values != NULL)
        groups, values = groups.take(known), values.take(known)
    if len(groups) == 0:
        return
    if (groups[1:] < groups[:-1]).any():
        groups, order = _in_order(groups)
        values = values.take(order)
    first = _changes(groups)
    best = np.maximum if op == "latest" else np.minimum
    totals[groups.take(first)] = best.reduceat(values, first)


def _in_order(groups: Places) -> tuple[Places, Places]:
    """The groups sorted, and the index at which each was before. The sort is stable."""
    # Sorting one number for both is faster than argsort. A stable sort is fast where most groups ascend already.
    both = np.sort((groups << 32) | np.arange(len(groups)), kind="stable")
    return both >> 32, both & 0xFFFFFFFF
