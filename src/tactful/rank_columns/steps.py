"""The steps that rules add to recommendations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from tactful.rank_columns.around import Numbers, Rows
from tactful.rank_columns.arrange import Ranked
from tactful.rank_columns.ids import Ids
from tactful.rank_columns.order import RANKED
from tactful.rank_columns.plan import Plan, target_entity
from tactful.rank_columns.rule_order import rules_in_order
from tactful.rank_columns.targets import stretches, with_targets
from tactful.tables.columns import Places
from tactful.tables.firings import RuleFirings


class Steps(NamedTuple):
    """Step firings, each as often as there are recommendations that it goes with: the recommendation's place, rule, row.

    ``everywhere`` is the row's number through all entities.
    """

    place: Places
    rule: Numbers
    everywhere: Rows


def steps_of(plan: Plan, ids: Ids, ranked: Ranked, fired: Iterable[RuleFirings]) -> Steps:
    """The steps of each ranked recommendation, in order: of its family, on its target or around it."""
    columns = ids.columns
    all_, by_rule = ranked.conclusions, {one.rule: one for one in fired if len(one.rows)}
    kept = ranked.ordered.state == RANKED
    found: list[Steps] = []
    for rule, slot in plan.steps:
        begin, end = all_.starts[slot], all_.starts[slot + 1]
        if rule not in by_rule or begin == end:
            continue
        advice = np.arange(begin, end)
        advice = advice[kept.take(ranked.place.take(advice))]
        entity, around = plan.slots[slot].entity, target_entity(plan.rules[rule])
        rows, targets, _ = with_targets(plan, columns, by_rule[rule])
        sorted_ = np.argsort(targets, kind="stable")
        targets = targets.take(sorted_)
        wanted = columns.above(entity, around).take(all_.target.take(advice))
        first = np.searchsorted(targets, wanted)
        which, at = stretches(first, np.searchsorted(targets, wanted, side="right") - first)
        places = ranked.place.take(advice.take(which))
        everywhere = rows.take(sorted_.take(at)) + ids.begins[plan.rule_entity[rule]]
        found.append(Steps(places, np.full(len(places), rule, dtype=np.int32), everywhere.astype(np.int32)))
    if not found:
        nothing = np.zeros(0, dtype=np.int32)
        return Steps(nothing.astype(np.int64), nothing, nothing)
    joined = Steps(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
    keys = (joined.place << plan.bits) + plan.place.take(joined.rule)
    order, _ = rules_in_order(plan, ids, keys, joined.rule, joined.everywhere)
    return Steps(joined.place.take(order), joined.rule.take(order), joined.everywhere.take(order))
