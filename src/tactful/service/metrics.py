"""Metrics for Prometheus. Labels are routes, actions of the pack and the like: nothing that is about a person."""

from __future__ import annotations

import collections
import os
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import Any, TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from tactful.api.decision import Decision

#: The environment variable with the folder for the numbers of all workers, so that each can report all of them. Its
#: name comes from prometheus-client.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
#: The upper ends of the histogram's buckets, in seconds.
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

#: How many decisions or requests are kept before they are added to the metrics.
_KEPT = 1_000

#: The action of a conclusion. Its property would take three times as long.
_ACTION = attrgetter("plan.action")

_Event = TypeVar("_Event")


class Times(Histogram):
    """A histogram that many values are added to at once."""

    def observe_all(self, values: Sequence[float]) -> None:
        """Add values, with one change of each number: where workers share the numbers in a file, a change takes microseconds."""
        counts = collections.Counter(bisect_left(self._upper_bounds, value) for value in values)
        self._sum.inc(sum(values))
        for bucket, count in counts.items():
            self._buckets[bucket].inc(count)


_Metric = TypeVar("_Metric", Counter, Times)


class Metrics:
    """The service's metrics. With several workers, each reports the sums of all."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._children: dict[tuple[object, tuple[str, ...]], Any] = {}
        #: The pack and the actions of each decision that is not in the metrics yet. A decision has several actions, and a
        #: counter for each would take longer than everything else here. Threads add to a deque without a lock: those that
        #: decide for batches would wait for each other.
        self._advised: deque[tuple[str, tuple[str, ...]]] = deque()
        #: The requests that are not in the metrics yet: counting many at once takes a fraction of the time.
        self._requested: deque[tuple[str, str, int, float]] = deque()
        own = self._registry
        self._requests = Times(
            "tactful_request_seconds",
            "Time from a request's head to its answer.",
            ("route", "method", "status"),
            registry=own,
            buckets=BUCKETS,
        )
        self._decisions = Counter("tactful_decisions", "Decisions by pack.", ("pack",), registry=own)
        self._advice = Counter(
            "tactful_advice", "Pieces of advice by pack and action.", ("pack", "action"), registry=own
        )
        self._reloads = Counter(
            "tactful_reloads", "Loads of changed rules: loaded or failed.", ("outcome",), registry=own
        )
        self._journal = Counter(
            "tactful_journal_entries", "Entries of the journal: written or failed.", ("outcome",), registry=own
        )
        self._lost = Counter("tactful_lost", "Lines of the log that could not be written.", registry=own)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requested.append((route, method, status, seconds))
        if len(self._requested) > _KEPT:
            self.share()

    def decided(self, decision: Decision) -> None:
        """Count a decision and its advice."""
        actions = tuple(map(_ACTION, decision.ranking.ranked))
        self._advised.append((decision.context.checked.name, actions))
        if len(self._advised) > _KEPT:
            self.share()

    def share(self) -> None:
        """Add what was counted by itself to the metrics, where other workers see it."""
        times: dict[tuple[str, str, int], list[float]] = collections.defaultdict(list)
        for route, method, status, seconds in _taken(self._requested):
            times[route, method, status].append(seconds)
        for (route, method, status), of_kind in times.items():
            self._child(self._requests, route, method, str(status)).observe_all(of_kind)
        counts = collections.Counter(_taken(self._advised))
        for (pack, actions), count in counts.items():
            self._child(self._decisions, pack).inc(count)
            for action in actions:
                self._child(self._advice, pack, action).inc(count)

    def _child(self, metric: _Metric, *labels: str) -> _Metric:
        """The part of a metric with these labels. The library's own search takes longer than counting."""
        child = self._children.get((metric, labels))
        if child is None:
            child = self._children[metric, labels] = metric.labels(*labels)
        return child

    def reloaded(self, outcome: str) -> None:
        """Count a load of changed rules."""
        self._reloads.labels(outcome).inc()

    def journalled(self, outcome: str, count: int) -> None:
        """Count entries of the journal that were written, or that could not be."""
        self._child(self._journal, outcome).inc(count)

    def lost(self) -> None:
        """Count a line of the log that is lost."""
        self._lost.inc()

    def text(self) -> bytes:
        """All metrics in Prometheus's text format."""
        self.share()
        registry = self._registry
        if SHARED_FOLDER in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it registers itself
        return generate_latest(registry)


def _taken(counted: deque[_Event]) -> Iterator[_Event]:
    """What is not in the metrics yet. Each is taken by one thread."""
    with suppress(IndexError):  # another thread may take the last one
        while counted:
            yield counted.popleft()
