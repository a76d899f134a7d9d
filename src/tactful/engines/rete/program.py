"""A pack as a program of this engine."""

from __future__ import annotations

import logging

from tactful.engines.firings import Program, RawFiring
from tactful.engines.rete.interpreter import Interpreter, TooMuch
from tactful.engines.rete.network import Network, build_network, write_facts
from tactful.engines.rete.pool import Pool, WorkerDied, WorkerTooSlow
from tactful.facts.calendars import Calendars
from tactful.facts.rows import Case
from tactful.language.ir import AddStep, CheckedPack
from tactful.source.diagnostics import EngineError

_LOG = logging.getLogger("tactful.engines.rete")


class ReteProgram:
    """A pack as two networks: for rules that advise or prohibit, and for rules that add steps. Usable from any thread."""

    def __init__(
        self, checked: CheckedPack, calendars: Calendars, pool: Pool, otherwise: Program | None = None
    ) -> None:
        self._checked, self._calendars, self._pool, self._otherwise = checked, calendars, pool, otherwise
        steps = [rule for rule in checked.rules if isinstance(rule.conclusion, AddStep)]
        self._steps = build_network(checked, steps)
        self._main = build_network(checked, [rule for rule in checked.rules if rule not in steps])

    def fire(self, case: Case, now: int) -> list[RawFiring]:
        """All firings of rules that advise or prohibit, in no particular order. Raises :class:`EngineError`."""
        return self._fire(self._main, "rules", case, now)

    def fire_steps(self, case: Case, now: int) -> list[RawFiring]:
        """All firings of rules that add steps, in no particular order. Raises :class:`EngineError`."""
        return self._fire(self._steps, "steps", case, now)

    def _fire(self, network: Network, part: str, case: Case, now: int) -> list[RawFiring]:
        if not network.owners:
            return []
        interpreter = Interpreter(self._checked, self._calendars, case, now)
        try:
            facts, rows = write_facts(network, interpreter)
            replies = self._pool.fire(network, facts)
            fired = {(network.owners[rule], rows[entity, no]) for rule, entity, no in replies}
            return [(no, row, interpreter.due(self._checked.rules[no], row)) for no, row in fired]
        except (TooMuch, WorkerDied, WorkerTooSlow) as error:
            return self._mishap(error, part, case, now)

    def _mishap(self, error: Exception, part: str, case: Case, now: int) -> list[RawFiring]:
        match error:
            case TooMuch():
                what = str(error)
            case WorkerTooSlow():
                what = f"took longer than {self._pool.seconds:g} seconds"
            case _:
                what = f"lost its worker: {error}"
        message = f"the rete engine {what}, on case `{case.candidate.id}`"
        if self._otherwise is None:
            raise EngineError(message) from error
        _LOG.warning("%s; the compiled engine decides", message)
        otherwise = self._otherwise
        return otherwise.fire(case, now) if part == "rules" else otherwise.fire_steps(case, now)
