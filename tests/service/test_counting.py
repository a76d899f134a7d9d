"""The counts of decisions, which several threads add to at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from prometheus_client import CollectorRegistry, Histogram

import tactful
from tactful.service.metrics import BUCKETS, Metrics, Times

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


def test_times_that_are_added_at_once_are_those_of_single_ones() -> None:
    """Each is in the same bucket, also where it is the end of one, and the sum is the same."""
    values = [0.0, 0.0004, 0.0005, 0.0006, 0.25, 10.0, 11.0, 0.25]
    alone, together = CollectorRegistry(), CollectorRegistry()
    one_by_one = Histogram("seconds", "Seconds.", buckets=BUCKETS, registry=alone)
    for value in values:
        one_by_one.observe(value)
    Times("seconds", "Seconds.", buckets=BUCKETS, registry=together).observe_all(values)
    told = [
        [(sample.name, sample.labels, sample.value) for metric in registry.collect() for sample in metric.samples]
        for registry in (alone, together)
    ]
    assert [each for each in told[0] if each[0] != "seconds_created"] == [
        each for each in told[1] if each[0] != "seconds_created"
    ]
