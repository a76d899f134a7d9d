"""The second engine: rules matched and joined by the Rete network of durable-rules, in worker processes of its own.

``interpreter`` evaluates the conditions that the library cannot, ``network`` turns rules into rulesets and rows into facts,
``pool`` supervises the processes, and ``worker`` is the program that runs in them. The engine shares nothing with the
compiled engine but the intermediate representation.
"""

from __future__ import annotations

import importlib.util
import logging
import os

import msgspec

from tactful.engines.firings import Program, RawFiring
from tactful.engines.rete.interpreter import Interpreter, TooMuch
from tactful.engines.rete.network import Network, build_network, write_facts
from tactful.engines.rete.pool import Pool, WorkerDied, WorkerTooSlow
from tactful.facts.calendars import Calendars
from tactful.facts.rows import Case
from tactful.language.ir import AddStep, CheckedPack
from tactful.source.diagnostics import EngineError

__all__ = ["Rete", "ReteProgram"]
_LOG = logging.getLogger("tactful.engines.rete")


class Rete(msgspec.Struct, frozen=True):
    """How the engine is run: ``tactful.load(engine=tactful.Rete(seconds=2, fall_back=True))``.

    ``workers`` is the most processes (0: one for each core, four at most), and ``seconds`` the most time for one decision.
    If a worker dies twice on one case or is too slow, or the case is too large for this engine, the compiled engine decides
    with ``fall_back``, which is logged. Without it, :class:`tactful.EngineError` is raised, with the case's id.
    """

    workers: int = 0
    seconds: float = 10.0
    fall_back: bool = False

    def pool(self) -> Pool:
        """A pool of workers. Raises :class:`EngineError` if the library is not installed or an option is out of range."""
        if importlib.util.find_spec("durable_rules_engine") is None:
            raise EngineError(
                "the rete engine needs durable-rules: `pip install 'tactful[rete]'` "
                "(Python below 3.13, and a C compiler)"
            )
        if self.workers < 0 or self.seconds <= 0:
            raise EngineError("the rete engine takes 0 or more workers, and more than 0 seconds")
        return Pool(self.workers or min(4, os.cpu_count() or 1), self.seconds)


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
