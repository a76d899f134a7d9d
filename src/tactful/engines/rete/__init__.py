"""The second engine: rules matched and joined by the Rete network of durable-rules, in worker processes of its own.

``interpreter`` evaluates the conditions that the library cannot, ``network`` turns rules into rulesets and rows into facts,
``pool`` supervises the processes, and ``worker`` is the program that runs in them; ``program`` puts them together. The engine
shares nothing with the compiled engine but the intermediate representation.
"""

from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING

import msgspec

from tactful.source.diagnostics import EngineError

if TYPE_CHECKING:
    from tactful.engines.rete.pool import Pool


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
        from tactful.engines.rete.pool import Pool  # other engines do not need it

        return Pool(self.workers or min(4, os.cpu_count() or 1), self.seconds)
