"""Ranking over columns: what :mod:`tactful.rank` does for one case, for thousands at once.

Arrays make a second writing of it necessary. Tests hold it equal to the first, conclusion by conclusion.

``plan`` is what is known of a pack beforehand; ``gather`` makes conclusions of firings (by their ``targets``, and in
``rule_order``), ``conflicts``, ``one_per`` and ``order`` (with ``names`` where there are ties) decide among them,
``arrange`` puts them in their places, ``reasons`` and ``steps`` add what is behind them and what to mind, and ``written``
makes Arrow tables of it all, with the ids of rows from ``ids``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from tactful.columns.columns import Columns
from tactful.columns.firings import RuleFirings
from tactful.columns.ranking.around import Around
from tactful.columns.ranking.arrange import arranged
from tactful.columns.ranking.gather import gather_conclusions
from tactful.columns.ranking.ids import Ids
from tactful.columns.ranking.plan import RankingPlan, target_entity
from tactful.columns.ranking.steps import steps_of
from tactful.columns.ranking.write import Words, Writer
from tactful.language.ir import CheckedPack


@dataclass(frozen=True, slots=True)
class RankedTables:
    """What was decided, as tables; ``steps`` where they were asked for."""

    actions: pa.Table
    justifications: pa.Table
    steps: pa.Table | None


class ColumnRanker:
    """Ranks firings of one pack over columns. Immutable; used from any number of threads."""

    def __init__(self, checked: CheckedPack) -> None:
        self._plan = RankingPlan(checked)
        self._words = Words(self._plan)

    def rank(
        self, columns: Columns, fired: Iterable[RuleFirings], steps: Iterable[RuleFirings] | None = None
    ) -> RankedTables:
        """Rank all candidates of ``columns`` by what fired for them; ``steps`` are the firings of rules that add steps."""
        fired, steps = list(fired), None if steps is None else list(steps)
        rules = [self._plan.rules[one.rule] for one in (*fired, *(steps or ()))]
        around = Around(columns, {entity for rule in rules for entity in (rule.entity, target_entity(rule))})
        ids = Ids(around)
        ranked = arranged(self._plan, around, ids, *gather_conclusions(self._plan, around, ids, fired))
        writer = Writer(self._plan, self._words, ids, ranked)
        return RankedTables(
            writer.actions(),
            writer.justifications(),
            None if steps is None else writer.steps(steps_of(self._plan, ids, ranked, steps)),
        )
