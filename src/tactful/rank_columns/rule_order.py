"""The order of the rules behind one conclusion."""

from __future__ import annotations

from collections.abc import Iterable

from tactful.rank_columns.around import Numbers, Rows
from tactful.rank_columns.ids import Ids
from tactful.rank_columns.names import in_order_of_names
from tactful.rank_columns.plan import Plan
from tactful.rank_columns.sorting import Stretch, runs, sorted_by
from tactful.tables.columns import Flags, Ints, Places, picked


def rules_in_order(
    plan: Plan, ids: Ids, keys: Ints, rules: Numbers, everywhere: Rows, unsorted: Iterable[Stretch] | None = None
) -> tuple[Places, Places]:
    """Firings sorted by owner, then as :class:`tactful.rank.Ranker` sorts firings; and the owner of each.

    Owners and the places of rules among all rules make up ``keys``, which are used up. ``everywhere`` has rows of any entity
    by their numbers through all of them; those that one rule fires for with one owner ascend. ``unsorted`` is as for
    :func:`tactful.rank_columns.sorting.sorted_by`.
    """
    order, keys = sorted_by(keys, int(keys.max(initial=0)), unsorted)
    alike: Flags = keys[1:] == keys[:-1]
    if alike.any():
        at, numbers = runs(alike)
        tied = picked(order, at)
        entities = picked(plan.rule_entity, picked(rules, tied))
        rows = picked(everywhere, tied) - picked(ids.begins, entities)
        order[at] = in_order_of_names(ids, tied, numbers, entities, rows)
    keys >>= plan.bits
    return order, keys
