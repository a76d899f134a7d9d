"""Rego, by regorus: an interpreter in Rust."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from .prepare import prepared
from .protocol import Fired

POLICY = Path(__file__).parent / "policy" / "follow_up.rego"
FIRED = "data.follow_up.fired"


class Rego:
    name = "Rego (regorus)"
    package = "gordon-to-regorus"
    says = (
        "Moments in seconds, business days, office hours and local days come from the host.",
        "regorus is not on PyPI under its own name; gordon-to-regorus is a fork of it.",
        "There is no batch: one input, one evaluation of the rule that collects all firings.",
    )

    def load(self) -> None:
        import regorus

        self._engine: Any = regorus.Engine()
        self._engine.add_policy_from_file(str(POLICY))
        self._engine.set_input_json('{"now": 0, "candidate": {"id": ""}, "applications": []}')
        self._engine.eval_rule_as_json(FIRED)

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        return [self._fired(raw) for raw in cases]

    def _fired(self, raw: bytes) -> list[Fired]:
        self._engine.set_input_json(orjson.dumps(prepared(raw)).decode())
        firings = orjson.loads(self._engine.eval_rule_as_json(FIRED))
        return [
            (rule, f"{entity}/{application}/{interview}/{row}", due)
            for rule, entity, application, interview, row, due in firings
        ]


def peer() -> Rego:
    """The peer."""
    return Rego()
