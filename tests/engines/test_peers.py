"""The benchmark against other engines: its cases, and the policy as written by hand, a third voice beside both engines."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

from frozen import frozen_policy
from peer import handwritten, ranking
from peer.expected import Expected
from peer.situations import situations


@pytest.fixture(scope="module")
def cases() -> list[bytes]:
    """A tenth of the benchmark's cases."""
    return situations(1000)


@pytest.fixture(scope="module")
def expected() -> Expected:
    """The frozen policy's own answers."""
    return Expected(frozen_policy())


def test_the_same_seed_makes_the_same_cases() -> None:
    """Runs on different days can be compared."""
    assert situations(20) == situations(20) != situations(20, seed=7)


def test_every_rule_has_its_turn(cases: list[bytes], expected: Expected) -> None:
    """No rule is left out of the comparison."""
    fired = Counter(rule for raw in cases for rule in {rule for rule, _, _ in expected.fire(raw)})
    assert {rule for rule in expected.rules if not fired[rule]} == set()


def test_the_hand_written_function_fires_as_the_pack_does(cases: list[bytes], expected: Expected) -> None:
    """Two programs that share nothing but the policy agree on every firing and every deadline."""
    firings = handwritten.peer().fire(cases)
    assert [sorted(one, key=str) for one in firings] == [sorted(expected.fire(raw), key=str) for raw in cases]


def test_the_hand_written_function_decides_as_the_pack_does(cases: list[bytes], expected: Expected) -> None:
    """So they do on what wins, what gives way, and the order."""
    peer = handwritten.peer()
    assert [peer.summary(one) for one in peer.decide(cases)] == [expected.decide(raw) for raw in cases]


def test_the_ranking_that_other_peers_share_ranks_as_tactful_does(cases: list[bytes], expected: Expected) -> None:
    """From the same firings it comes to the same ranked decision."""
    assert [ranking.summary(ranking.rank(expected.fire(raw), raw)) for raw in cases] == [
        expected.decide(raw) for raw in cases
    ]
