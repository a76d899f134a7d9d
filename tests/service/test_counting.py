"""The counts of decisions, which several threads add to at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import tactful
from tactful.service.metrics import Metrics

CASE = {"now": "2026-11-20T10:00:00Z", "candidate": {"id": "kim"}, "applications": [{"id": "acme"}]}
DECISIONS = 5_000


def test_threads_count_every_decision_once(pack: tactful.Policy) -> None:
    """Four threads count, and each of them adds the counts to the metrics now and then."""
    metrics, decision = Metrics(), pack.decide(CASE)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(metrics.decided, [decision] * DECISIONS))
    lines = metrics.text().decode().splitlines()
    assert f'tactful_decisions_total{{pack="default"}} {DECISIONS}.0' in lines
    for advice in decision.actions:
        assert f'tactful_advice_total{{action="{advice.action}",pack="default"}} {DECISIONS}.0' in lines
