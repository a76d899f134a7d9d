"""Ranking over columns: the work of :mod:`tactful.decide.ranker`, for thousands of cases at once.

Arrays need an implementation of their own. Tests compare its conclusions with those of the ranker for one case.

``plan`` is prepared once for a pack. ``gather`` merges firings into conclusions. ``conflicts``, ``one_per`` and ``order``
decide between them; ``orders`` breaks ties by values, and ``sorting`` by name. ``arrange`` gives each conclusion its place,
``steps`` adds justifications and steps, and ``write`` makes Arrow tables, with the ids of rows from ``ids``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from tactful.columns.columns import Columns
from tactful.columns.firings import RuleFirings
from tactful.columns.ranking.around import Around
from tactful.columns.ranking.arrange import arranged
from tactful.columns.ranking.gather import gather_conclusions
from tactful.columns.ranking.handled import Aside
from tactful.columns.ranking.ids import Ids
from tactful.columns.ranking.order import Names
from tactful.columns.ranking.orders import Orders, Values
from tactful.columns.ranking.plan import RankingPlan, target_entity
from tactful.columns.ranking.steps import steps_of
from tactful.columns.ranking.write import Words, Writer
from tactful.language.ir import CheckedPack, Field


@dataclass(frozen=True, slots=True)
class RankedTables:
    """The decisions, as tables; ``steps`` is ``None`` unless steps were requested."""

    actions: pa.Table
    justifications: pa.Table
    steps: pa.Table | None


class ColumnRanker:
    """Ranks firings of one pack over columns. Immutable; threads may share it."""

    def __init__(self, checked: CheckedPack) -> None:
        self._plan = RankingPlan(checked)
        self._words = Words(self._plan)

    def rank(
        self,
        columns: Columns,
        fired: Iterable[RuleFirings],
        steps: Iterable[RuleFirings] | None,
        values: Callable[[Columns, Iterable[tuple[str, Field]]], Values],
        aside: Sequence[Aside] = (),
    ) -> RankedTables:
        """Rank all candidates of ``columns`` by the firings; ``steps`` are the firings of rules that add steps.

        ``values`` gives the values of fields for all rows of an entity. It is called only if conclusions tie. ``aside`` is
        advice that candidates have followed or dismissed.
        """
        fired, steps = list(fired), None if steps is None else list(steps)
        rules = [self._plan.rules[firings.rule] for firings in (*fired, *(steps or ()))]
        around = Around(columns, {entity for rule in rules for entity in (rule.entity, target_entity(rule))})
        ids = Ids(around)
        names = Names(Orders(self._plan, lambda: values(columns, self._plan.sorting_fields)), ids)
        ranked = arranged(self._plan, around, names, *gather_conclusions(self._plan, around, ids, fired), aside)
        writer = Writer(self._plan, self._words, ids, ranked)
        return RankedTables(
            writer.actions(),
            writer.justifications(),
            None if steps is None else writer.steps(steps_of(self._plan, ids, ranked, steps)),
        )
