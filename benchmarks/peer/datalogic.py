"""JSON Logic, by datalogic-rs: compiled, in Rust."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from .jsonlogic import fired, policy
from .prepare import prepared
from .protocol import Fired


class DataLogic:
    name = "JSON Logic (datalogic-rs)"
    package = "datalogic-py"
    says = (
        "Moments in seconds, business days, office hours and local days come from the host.",
        "JSON Logic names no values: facts are computed in layers, and read by their place in a list.",
        "The whole policy is one compiled rule, evaluated in a session that keeps its memory, from JSON to JSON.",
        "Deadlines and what fires come back as lists of numbers; the host puts the rules' names to them.",
    )

    def load(self) -> None:
        from datalogic_py import Engine

        engine = Engine()
        self._rule: Any = engine.compile(policy())
        self._session: Any = engine.session()

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        return [self._fired(raw) for raw in cases]

    def _fired(self, raw: bytes) -> list[Fired]:
        case = prepared(raw)
        result = self._session.evaluate_str(self._rule, orjson.dumps(case).decode())
        return list(fired(case, orjson.loads(result)))


def peer() -> DataLogic:
    """The peer."""
    return DataLogic()
