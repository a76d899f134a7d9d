"""The steps that rules add to recommendations, and the firings that justify conclusions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from tactful.columns.columns import Places, picked
from tactful.columns.firings import RuleFirings
from tactful.columns.ranking.around import Numbers, Rows
from tactful.columns.ranking.arrange import Ranked
from tactful.columns.ranking.gather import stretches, with_targets
from tactful.columns.ranking.ids import Ids
from tactful.columns.ranking.order import RANKED
from tactful.columns.ranking.plan import RankingPlan, target_entity
from tactful.columns.ranking.sorting import rules_in_order


class Steps(NamedTuple):
    """Firings of rules that add steps. A firing occurs once for each recommendation that gets the step.

    ``place`` is the index of the recommendation, and ``global_row`` the global number of the firing's row.
    """

    place: Places
    rule: Numbers
    global_row: Rows


def steps_of(plan: RankingPlan, ids: Ids, ranked: Ranked, fired: Iterable[RuleFirings]) -> Steps:
    """The steps of each ranked recommendation, in order: those for its family, and for its target or a row above that."""
    columns = ids.columns
    all_, by_rule = ranked.conclusions, {firings.rule: firings for firings in fired if len(firings.rows)}
    kept = ranked.ordered.state == RANKED
    steps: list[Steps] = []
    for rule, group in plan.steps:
        begin, end = all_.starts[group], all_.starts[group + 1]
        if rule not in by_rule or begin == end:
            continue
        advice = np.arange(begin, end)
        advice = advice[kept.take(ranked.place.take(advice))]
        entity, around = plan.groups[group].entity, target_entity(plan.rules[rule])
        rows, targets, _ = with_targets(plan, columns, by_rule[rule])
        sorted_ = np.argsort(targets, kind="stable")
        targets = targets.take(sorted_)
        wanted = columns.above(entity, around).take(all_.target.take(advice))
        first = np.searchsorted(targets, wanted)
        which, at = stretches(first, np.searchsorted(targets, wanted, side="right") - first)
        places = ranked.place.take(advice.take(which))
        global_row = rows.take(sorted_.take(at)) + ids.begins[plan.rule_entity[rule]]
        steps.append(Steps(places, np.full(len(places), rule, dtype=np.int32), global_row.astype(np.int32)))
    if not steps:
        nothing = np.zeros(0, dtype=np.int32)
        return Steps(nothing.astype(np.int64), nothing, nothing)
    joined = Steps(*(np.concatenate(parts) for parts in zip(*steps, strict=True)))
    keys = (joined.place << plan.bits) + plan.place.take(joined.rule)
    order, _ = rules_in_order(plan, ids, keys, joined.rule, joined.global_row)
    return Steps(joined.place.take(order), joined.rule.take(order), joined.global_row.take(order))


class Reasons(NamedTuple):
    """Firings, the number of each firing's conclusion, and the number of the firing in that conclusion, from 1."""

    firing: Places
    conclusion: Numbers
    no: Numbers


def reasons_of(ranked: Ranked) -> Reasons:
    """All firings, sorted by the places of their conclusions, the most important rule first.

    Most conclusions have only one firing. Room is left for later firings after the first.
    """
    firings = ranked.firings
    places = picked(ranked.place, firings.into)
    # The index of each conclusion's first firing. Each later firing of an earlier conclusion moves it by 1.
    begins = np.ones(len(ranked.place) + 1, dtype=np.int64)
    begins[0] = 0
    np.add.at(begins, places + 1, 1)
    begins = np.cumsum(begins, out=begins)[:-1]
    after = (firings.later - picked(firings.starts, firings.into)).astype(np.int32)
    at = picked(begins, places) + after
    firing, conclusion, no = np.ones((3, len(firings.order)), dtype=np.int32)
    firing[begins], firing[at] = picked(firings.first, ranked.ordered.order), picked(firings.order, firings.later)
    conclusion[begins], conclusion[at] = ranked.number, picked(ranked.number, places)
    no[at] += after
    return Reasons(firing.astype(np.int64), conclusion, no)
