"""The order of the rules behind one conclusion."""

from __future__ import annotations

from tactful.rank_columns.around import Numbers, Rows
from tactful.rank_columns.ids import Ids
from tactful.rank_columns.names import in_order_of_names
from tactful.rank_columns.plan import Plan
from tactful.rank_columns.sorting import runs, sorted_by
from tactful.tables.columns import Flags, Ints, Places


def rules_in_order(plan: Plan, ids: Ids, owners: Places, rules: Numbers, everywhere: Rows) -> Places:
    """The firings of these rules for rows of any entity, sorted by owner, then as :class:`tactful.rank.Ranker` sorts firings.

    Firings of one rule for one owner have ascending rows.
    """
    bits = len(plan.rules).bit_length()
    keys: Ints = owners << bits
    keys += plan.place.take(rules)
    order, keys = sorted_by(keys, int(keys.max(initial=0)))
    alike: Flags = keys[1:] == keys[:-1]
    if alike.any():
        at, numbers = runs(alike)
        tied = order.take(at)
        entities = plan.rule_entity.take(rules.take(tied))
        rows = everywhere.take(tied) - ids.begins.take(entities)
        order[at] = in_order_of_names(ids, tied, numbers, entities, rows)
    return order
