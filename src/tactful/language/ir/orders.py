"""What sorts the conclusions about an action, where they are equal in all else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tactful.facts.entities import SCOPES
from tactful.language.ir import AddStep, CheckedPack, OrderKey


class TargetOrder(NamedTuple):
    """What sorts targets of one entity: only keys whose field such a target has in scope.

    ``no`` is the place of the order among all distinct orders of a pack.
    """

    no: int
    entity: str
    keys: tuple[OrderKey, ...]


#: The orders of a pack by the action and by the entity of the target.
TargetOrders = Mapping[tuple[str, str], TargetOrder]


def target_orders(checked: CheckedPack) -> TargetOrders:
    """The orders by which conclusions of a pack's rules are sorted. Equal orders are the same object.

    There are none for candidates: a case has one candidate, so no two conclusions about the same action concern candidates.
    """
    orders: dict[tuple[str, str], TargetOrder] = {}
    distinct: dict[tuple[str, tuple[OrderKey, ...]], TargetOrder] = {}
    concluded = {
        (rule.conclusion.action, rule.target_entity)
        for rule in checked.rules
        if not isinstance(rule.conclusion, AddStep) and rule.target_entity != "candidate"
    }
    for action, entity in sorted(concluded):
        keys = tuple(key for key in checked.actions[action].order if key.field.scope in SCOPES[entity])
        if keys:
            order = TargetOrder(len(distinct), entity, keys)
            orders[action, entity] = distinct.setdefault((entity, keys), order)
    return orders


def distinct_orders(orders: TargetOrders) -> tuple[TargetOrder, ...]:
    """Each order once, by its number."""
    return tuple(sorted({order.no: order for order in orders.values()}.values()))
