"""A checked pack as compiled functions, and what they run on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tactful.engines.compiled.rule_functions import build_functions
from tactful.engines.compiled.runtime import Runtime
from tactful.engines.compiled.single_functions import SingleFunctions
from tactful.engines.compiled.turning import TurningFunctions
from tactful.engines.firings import RawFiring
from tactful.facts.calendars import Calendars
from tactful.facts.rows import Case, Row
from tactful.language.ir import CheckedPack, Rule
from tactful.language.ir.clockwork import Clockwork


class CompiledProgram:
    """A compiled pack. Immutable; :meth:`fire` may be called from any number of threads at once."""

    def __init__(self, checked: CheckedPack, calendars: Calendars) -> None:
        self._facts = {fact.id: fact for fact in checked.facts}
        self._rules = checked.rules
        self._calendars = calendars
        #: The functions that look back in time, and ahead.
        self.turning = TurningFunctions(checked, Clockwork(self._facts))
        #: The functions of facts and rules, each on its own.
        self.single = SingleFunctions(checked, self.turning.clockwork)
        self._fire, self._steps, self._orders = build_functions(checked)

    def fire(self, case: Case, now: int) -> list[RawFiring]:
        """All firings of rules that advise or prohibit, for ``case`` at ``now`` (seconds since 1970), in no particular order."""
        firings: list[RawFiring] = []
        self._fire(self.runtime(case, now), firings.append)
        return firings

    def fire_steps(self, case: Case, now: int) -> list[RawFiring]:
        """All firings of rules that add steps, in no particular order. They are only needed when advice is put into words."""
        firings: list[RawFiring] = []
        self._steps(self.runtime(case, now), firings.append)
        return firings

    def places_at(self, case: Case, now: int) -> Callable[[int, Sequence[Row]], list[tuple[int | float, ...]]]:
        """The places of rows in an order of targets, by the order's number, for ``case`` at ``now`` (seconds since 1970)."""
        runtime, functions = self.runtime(case, now), self._orders
        return lambda no, rows: functions[no](runtime, rows)

    def ends(self, case: Case, now: int) -> Callable[[Rule, Row], int | None]:
        """When rules that fire for rows of ``case`` at ``now`` stop by time alone; see :meth:`Runtime.until`."""
        runtime = self.runtime(case, now)
        return lambda rule, row: runtime.until(rule.no, row)

    def runtime(self, case: Case, now: int) -> Runtime:
        """The object that functions run on, for ``case`` at ``now`` (seconds since 1970)."""
        return Runtime(case, now, case.families, self._calendars, self._rules, self._facts, self.turning)
