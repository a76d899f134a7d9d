"""A pack with a single rule, decided by each engine."""

from __future__ import annotations

import importlib.util
from typing import Any, Final

import pytest
import yaml

import tactful
from extras import NEEDS_RETE

#: A Wednesday afternoon in New York, two weeks after the clocks went back.
NOW: Final = "2026-11-18T15:00:00-05:00"
#: The rule does not fire.
NOTHING: Final = object()

PACK: Final = """
parameters:
  gap: {values: {2026-01-01: 10 days, 2026-11-19: 2 days}}
  pace: {value: 2 business days, adjustable: {from: 1 business days, to: 5 business days}}
custom_facts:
  candidate: {spare: duration, score: number, other: number}
  application: {heard_at: moment, asked_at: moment, told_at: moment, size: {type: one of, values: [small, large]}}
tables:
  application.wait:
    by: [application.size, application.role]
    gives: duration
    rows:
      - [large, contains senior, 10 business days]
      - [large, any, 3 hours]
    otherwise: $pace
actions: {ask: {about: Ask}}
"""
ENGINES: Final = [
    "compiled",
    pytest.param(
        "rete", marks=pytest.mark.skipif(importlib.util.find_spec("durable_rules_engine") is None, reason=NEEDS_RETE)
    ),
    "columns",
]


def due(engine: str, fact: str, case: dict[str, Any], by: str = "none", wanted: str = "known") -> object:
    """The deadline ``by`` of a rule that fires where a fact is as ``wanted`` (seconds since 1970); ``NOTHING``: it does not."""
    return fired(engine, {"application.result": wanted}, case, by, {"application.result": yaml.safe_load(fact)})


def fired(
    engine: str, when: dict[str, Any], case: dict[str, Any], by: str = "none", facts: dict[str, Any] | None = None
) -> object:
    """The deadline ``by`` of a rule with some conditions, where it fires; else ``NOTHING``."""
    rule = {"for each": "application", "when": when, "then": {"should": "ask"}, "by": by, "because": "so"}
    content = yaml.safe_load(PACK) | {"facts": facts or {}, "rules": {"known": rule}}
    text = yaml.safe_dump(content, sort_keys=False)
    policy = tactful.loads(text, engine="rete" if engine == "rete" else "compiled")
    read = policy.read(case)
    assert read.now is not None
    if engine == "columns":
        return _due_in_columns(policy, read, read.now)
    firings = policy.decider.fire(read, read.now)
    return firings[0][2] if firings else NOTHING


def _due_in_columns(policy: tactful.Policy, read: tactful.Case, now: int) -> object:
    pytest.importorskip("pyarrow", reason="needs the extra `batch`")
    from tactful.columns.columns import NULL
    from tactful.columns.engine import columnar_program
    from tactful.columns.from_cases import columns_of

    fired = columnar_program(policy.checked, policy.calendars).fire(columns_of([read], [now], policy.checked.carried))
    if not fired:
        return NOTHING
    moments = fired[0].due
    return None if moments is None or moments[0] == NULL else int(moments[0])


def case(candidate: dict[str, Any] | None = None, application: dict[str, Any] | None = None, **given: Any) -> Any:
    """A case of one application in New York with some custom facts."""
    return {
        "now": NOW,
        "candidate": {"id": "c", "time_zone": "America/New_York", "country": "US", **given, "custom": candidate or {}},
        "applications": [{"id": "a", "custom": application or {}}],
    }
