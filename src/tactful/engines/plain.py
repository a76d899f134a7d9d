"""A checked pack that is interpreted with the plain evaluator. For a few decisions, compiling takes longer than it
saves.

The firings are those of the compiled engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Literal

from tactful.engines.compiled.deadlines import closings
from tactful.engines.compiled.single_values import ROW_BITS, SILENT
from tactful.engines.courses import TooManySteps
from tactful.engines.evaluate import Environment, Evaluator
from tactful.engines.expiry import Expiry, end_not_found, fires
from tactful.engines.firings import RawFiring
from tactful.facts.calendars import Calendars
from tactful.facts.kinds import Value
from tactful.facts.rows import Case, Row
from tactful.language.ir import AddStep, CheckedPack, ComputedFact, Deadline, Rule
from tactful.language.ir.clockwork import Clockwork
from tactful.source.diagnostics import InvalidInput
from tactful.source.lazy import lazy


class PlainProgram:
    """An interpreted pack. Immutable; :meth:`fire` may be called from any number of threads at once."""

    def __init__(self, checked: CheckedPack, calendars: Calendars, clockwork: Clockwork) -> None:
        self._checked, self._calendars, self._clockwork = checked, calendars, clockwork
        self._facts = {fact.id: fact for fact in checked.facts}
        self._steps = [rule for rule in checked.rules if isinstance(rule.conclusion, AddStep)]
        self._others = [rule for rule in checked.rules if not isinstance(rule.conclusion, AddStep)]

    def fire(self, case: Case, now: int) -> list[RawFiring]:
        """See :meth:`tactful.engines.firings.Program.fire`."""
        return self._fired(self.runtime(case, now), self._others)

    def fire_steps(self, case: Case, now: int) -> list[RawFiring]:
        """See :meth:`tactful.engines.firings.Program.fire_steps`."""
        return self._fired(self.runtime(case, now), self._steps)

    def runtime(self, case: Case, now: int) -> PlainRuntime:
        """The object that the functions of :meth:`fact` and :meth:`rule` run on."""
        return PlainRuntime(case, now, self._facts, self._calendars, self._clockwork)

    def key(self, no: int) -> tuple[str, int]:
        """The key in ``memo`` of the value of a fact for a row, by their numbers, see ``ROW_BITS``."""
        return self._checked.facts[no >> ROW_BITS].id, no & (1 << ROW_BITS) - 1

    def fact(self, no: int) -> Callable[[PlainRuntime, Row], Value]:
        """A function that gives the value of the fact with this number for a row."""
        id_ = self._checked.facts[no].id
        return lambda runtime, row: runtime.computed(id_, row)

    def work(self, no: int) -> Callable[[PlainRuntime, Row], Value]:
        """A function that computes the fact with this number each time it is called."""
        id_ = self._checked.facts[no].id

        def work(runtime: PlainRuntime, row: Row) -> Value:
            runtime.memo.pop((id_, row.no), None)
            return runtime.computed(id_, row)

        return work

    def rule(self, no: int) -> Callable[[PlainRuntime, Row], int | Literal[False] | None]:
        """A function that gives the deadline of the rule with this number for a row; ``SILENT`` if it does not fire."""
        return partial(self.due_if_fires, self._checked.rules[no])

    def _fired(self, runtime: PlainRuntime, rules: Iterable[Rule]) -> list[RawFiring]:
        firings: list[RawFiring] = []
        rows: dict[str, list[Row]] = {}
        for rule in rules:
            if rule.entity not in rows:
                rows[rule.entity] = list(runtime.rows(rule.entity))
            for row in rows[rule.entity]:
                due = self.due_if_fires(rule, runtime, row)
                if due is not SILENT:
                    firings.append((rule.no, row, due))
        return firings

    def due_if_fires(self, rule: Rule, runtime: PlainRuntime, row: Row) -> int | Literal[False] | None:
        """The deadline of a rule for a row; ``SILENT`` if it does not fire. It may be a rule that the pack does not have."""
        env = runtime.environment(rule.entity, row)
        return self._due(rule, runtime, row, env) if fires(rule, env, runtime) else SILENT

    def _due(self, rule: Rule, runtime: PlainRuntime, row: Row, env: Environment) -> int | None:
        if rule.by is not None:
            return runtime.deadline(rule.by, env)
        if rule.endless:
            return None
        ends = closings(rule, self._clockwork)
        if ends is None:
            return runtime.until(rule, row)
        moments = [runtime.deadline(Deadline(end.field, end.shift), env) for end in ends]
        return min((moment for moment in moments if moment is not None), default=None)


class PlainRuntime(Evaluator):
    """An evaluator that also searches for the ends of rules."""

    def __init__(
        self, case: Case, now: int, facts: Mapping[str, ComputedFact], calendars: Calendars, clockwork: Clockwork
    ) -> None:
        super().__init__(case, now, facts, calendars)
        self._clockwork = clockwork

    def forget(self) -> None:
        """Forget the results of searches for ends, because facts of the case have changed. ``memo`` stays."""
        self.__dict__.pop("_expiry", None)

    def until(self, rule: Rule, row: Row) -> int | None:
        """When a rule that fires now stops by time alone (seconds since 1970); for ends that its tests do not determine.

        Raises :class:`tactful.InvalidInput` if that takes too many steps.
        """
        try:
            return self._expiry.until(rule, row)
        except TooManySteps:
            raise InvalidInput([end_not_found(rule, self.case)]) from None

    @lazy
    def _expiry(self) -> Expiry:
        return Expiry(self, self._clockwork)
