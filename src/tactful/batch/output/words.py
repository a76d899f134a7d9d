"""Decisions in words: the label and the key of each action, and the sentence of each rule that fired."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from tactful.api.policy import Policy
from tactful.columns.columns import Columns
from tactful.decide.conclusions import Conclusion, Ranking
from tactful.engines.firings import RawFiring
from tactful.reasons.context import Context


class Words:
    """Puts decisions into words by deciding on each case again, one at a time."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def added(self, tables: dict[str, pa.Table], columns: Columns) -> dict[str, pa.Table]:
        """The tables with the columns ``label`` and ``key`` of actions, and ``text`` of justifications and steps."""
        labels: list[str] = []
        keys: list[str] = []
        reasons: list[str] = []
        steps: list[str] = []
        moments = columns.now.tolist()
        for case, now in zip(columns.each_case(range(len(moments))), moments, strict=True):
            decider = self._policy.for_reader(case).decider
            context, ranking = Context(decider, case, now), decider.rank(case, now)
            for conclusion in _in_order(ranking, context):
                labels.append(context.label(conclusion))
                keys.append(context.key(conclusion))
                reasons += [_because(firing, context) for firing in context.ranker.sorted_firings(conclusion)]
            if "steps" in tables:
                steps += _steps(ranking, context)
        added_columns = {"actions": ("label", labels), "justifications": ("text", reasons), "steps": ("text", steps)}
        told = {name: _with(table, *added_columns[name]) for name, table in tables.items()}
        return {**told, "actions": _with_keys(told["actions"], keys)}


def _in_order(ranking: Ranking, context: Context) -> list[Conclusion]:
    """Conclusions in the order in which the tables number them."""
    aside = [item.conclusion for item in ranking.put_aside]
    alternatives = [other for conclusion in (*ranking.ranked, *aside) for other in conclusion.alternatives]
    handled = context.ranker.in_order(aside, context.case, context.now)
    return [
        *ranking.ranked,
        *context.ranker.in_order(alternatives, context.case, context.now),
        *ranking.set_aside,
        *handled,
    ]


def _steps(ranking: Ranking, context: Context) -> Iterator[str]:
    """The steps that rules add to the recommendations, in their order."""
    ranker, rules, telling = context.ranker, context.checked.rules, context.telling
    advised = ranker.advised(ranking.ranked)
    shown = [firing for firing in context.step_firings if rules[firing[0]].conclusion.action in advised]
    by_target = ranker.added_steps(shown, context.case)
    for conclusion in ranking.ranked:
        if not conclusion.prohibits:
            yield from (telling.added(rules[no], row) for no, row, _ in ranker.steps_for(conclusion, by_target))


def _with(table: pa.Table, name: str, texts: list[str]) -> pa.Table:
    return table.append_column(pa.field(name, pa.string(), nullable=False), [pa.array(texts, pa.string())])


def _with_keys(actions: pa.Table, keys: list[str]) -> pa.Table:
    """The actions, each with its key. What is handled keeps the key by which the case names it."""
    place = actions.schema.get_field_index("key")
    field = actions.schema.field(place)
    named = actions.column(place).cast(pa.string())
    return actions.set_column(place, field, pc.coalesce(named, pa.array(keys, pa.string())).cast(field.type))


def _because(firing: RawFiring, context: Context) -> str:
    no, row, _ = firing
    return context.telling.because(context.checked.rules[no], row)
