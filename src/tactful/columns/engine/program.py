"""A pack as a program over columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, assert_never

import numpy as np
import numpy.typing as npt

from tactful.columns.columns import Columns
from tactful.columns.engine.aggregates import AggregatePlan, Aggregates, aggregate_plan
from tactful.columns.engine.business_days import DayTables, LocalDays
from tactful.columns.engine.conditions import Conditions
from tactful.columns.engine.deadlines import Deadlines, Ends, Search, ends_of
from tactful.columns.engine.derived import DerivedFacts, DerivedPlan, derived_plan
from tactful.columns.engine.fields import Fields, is_known
from tactful.columns.engine.frames import Some
from tactful.columns.engine.nodes import Node, Table
from tactful.columns.engine.planner import Planner
from tactful.columns.engine.predicates import Tests
from tactful.columns.firings import FieldValues, RuleFirings
from tactful.facts.calendars import Calendars
from tactful.language.ir import AddStep, CheckedPack, ComputedFact, Derived, Field, Rule, WhenFact
from tactful.language.ir.clockwork import Clockwork
from tactful.language.ir.reads import computed, fields_of_fact

#: Of a chain of facts, every fact at so many steps is computed before the facts above it.
_STRIDE: Final = 20

_FactPlan = Node | AggregatePlan | DerivedPlan


@dataclass(frozen=True, slots=True)
class _RulePlan:
    rule: Rule
    condition: Node
    ends: Ends


class ColumnarProgram:
    """A checked pack, ready for columns. Threads may share it, each with its own columns.

    ``calendars`` must be the calendars that the cases use.
    """

    def __init__(self, checked: CheckedPack, calendars: Calendars) -> None:
        facts = {fact.id: fact for fact in checked.facts}
        planner, clockwork = Planner(), Clockwork(facts)
        self._calendars, self._facts, self._days = calendars, facts, DayTables()
        self._plans = {id_: _fact_plan(fact, planner) for id_, fact in facts.items()}
        self._depths = _depths(checked.facts)
        plans = [_rule_plan(rule, planner, clockwork) for rule in checked.rules]
        self._rules = [plan for plan in plans if not isinstance(plan.rule.conclusion, AddStep)]
        self._steps = [plan for plan in plans if isinstance(plan.rule.conclusion, AddStep)]

    def fire(self, columns: Columns, search: Search | None = None) -> list[RuleFirings]:
        """All firings of rules that advise or prohibit, in the order of rules. Rules that do not fire are left out.

        ``search`` finds the deadlines that have to be searched for case by case; without it, the plain evaluator does. Raises
        :class:`tactful.columns.engine.deadlines.Refused` with the cases that take too many steps, as :meth:`fire_steps`
        does.
        """
        return self._fired(self._rules, columns, search)

    def fire_steps(self, columns: Columns) -> list[RuleFirings]:
        """All firings of rules that add steps, in the order of rules. Rules that do not fire are left out."""
        return self._fired(self._steps, columns)

    def values(self, columns: Columns, fields: Iterable[tuple[str, Field]]) -> dict[tuple[str, Field], FieldValues]:
        """The values of fields for all rows of an entity that has them in scope."""
        chunk = self._chunk(columns)
        try:
            return {(entity, field): chunk.values(entity, field) for entity, field in fields}
        finally:
            chunk.forget()

    def _fired(self, rules: Iterable[_RulePlan], columns: Columns, search: Search | None = None) -> list[RuleFirings]:
        chunk = self._chunk(columns)
        try:
            return chunk.fired(rules, search)
        finally:
            chunk.forget()

    def _chunk(self, columns: Columns) -> _Chunk:
        return _Chunk(columns, self._plans, self._facts, self._depths, self._days, self._calendars)


def _depths(facts: Iterable[ComputedFact]) -> dict[str, int]:
    """Through how many facts each is computed, itself included. Facts come after those that they read."""
    depths: dict[str, int] = {}
    for fact in facts:
        depths[fact.id] = 1 + max((depths[id_] for id_ in computed(fields_of_fact(fact))), default=0)
    return depths


def _fact_plan(fact: ComputedFact, planner: Planner) -> _FactPlan:
    if isinstance(fact, WhenFact):
        return planner.node(fact.condition, Table(fact.entity))
    if isinstance(fact, Derived):
        return derived_plan(fact, planner)
    return aggregate_plan(fact, planner)


def _rule_plan(rule: Rule, planner: Planner, clockwork: Clockwork) -> _RulePlan:
    condition = planner.node(rule.condition, Table(rule.entity))
    return _RulePlan(rule, condition, ends_of(rule, clockwork, planner))


class _Chunk:
    """The values of a chunk of cases that have been computed so far."""

    def __init__(
        self,
        columns: Columns,
        plans: dict[str, _FactPlan],
        facts: dict[str, ComputedFact],
        depths: Mapping[str, int],
        days: DayTables,
        calendars: Calendars,
    ) -> None:
        self._columns, self._plans, self._facts, self._depths = columns, plans, facts, depths
        self._preparing = False
        self._computed: dict[str, npt.NDArray[Any]] = {}
        self._fields = fields = Fields(columns, LocalDays(columns.calendars, days), self._fact)
        self._conditions = Conditions(columns, Tests(fields))
        self._aggregates = Aggregates(columns, self._conditions, fields)
        self._derived = DerivedFacts(self._conditions, fields)
        self._deadlines = Deadlines(columns, fields, facts, calendars)

    def fired(self, rules: Iterable[_RulePlan], search: Search | None) -> list[RuleFirings]:
        """The firings of some rules. Raises :class:`tactful.columns.engine.deadlines.Refused`."""
        firings = self._firings(rules)
        self._deadlines.search(search)
        return firings

    def _firings(self, rules: Iterable[_RulePlan]) -> list[RuleFirings]:
        firings = []
        for plan in rules:
            table = self._conditions.whole(plan.rule.entity)
            rows = self._conditions.rows(plan.condition, table)
            if len(rows):
                frame = table if len(rows) == table.size else Some(table, rows)
                firings.append(RuleFirings(plan.rule.no, rows, self._deadlines.due(plan.rule, plan.ends, rows, frame)))
        return firings

    def values(self, entity: str, field: Field) -> FieldValues:
        """The values of a field for all rows of an entity that has it in scope."""
        ref, frame = Planner().ref(field, Table(entity)), self._conditions.whole(entity)
        data = self._fields.at(ref, frame)
        return FieldValues(data if data.dtype == np.float64 else data.astype(np.int64), is_known(data, ref))

    def forget(self) -> None:
        """Free all arrays. Facts and fields refer to each other, so reference counting alone would not."""
        del self._fields, self._conditions, self._aggregates, self._derived, self._deadlines

    def _fact(self, id_: str) -> npt.NDArray[Any]:
        """A computed fact of all rows of its entity."""
        values = self._computed.get(id_)
        if values is None:
            if not self._preparing and self._depths[id_] > _STRIDE:
                self._prepare(id_)
            plan = self._plans[id_]
            values = self._computed[id_] = self._values(plan)
        return values

    def _values(self, plan: _FactPlan) -> Any:
        match plan:
            case Node():
                return self._conditions.of_all(plan)
            case AggregatePlan():
                return self._aggregates.values(plan)
            case DerivedPlan():
                return self._derived.values(plan)
            case _:
                assert_never(plan)

    def _prepare(self, id_: str) -> None:
        """Compute facts on the way down to the given ones, the deepest first, so that calls never nest deeply."""
        reached, todo = {id_}, [id_]
        while todo:
            for read in computed(fields_of_fact(self._facts[todo.pop()])):
                if read not in reached and read not in self._computed:
                    reached.add(read)
                    todo.append(read)
        stops = [read for read in reached if read != id_ and self._depths[read] % _STRIDE == 0]
        self._preparing = True
        for stop in sorted(stops, key=lambda read: (self._depths[read], read)):
            self._fact(stop)
        self._preparing = False
