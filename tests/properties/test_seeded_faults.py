"""Overlays as a careless author would write them: the invariants that a pack inherits catch every one."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import tactful
from tactful.testing import InvariantResult, check_invariants

FAULTS = Path(__file__).parents[1] / "seeded_faults"

#: Which invariants give a fault away, and how many lines the smallest case has at most.
CAUGHT = {
    "another_negation_lost": ("search-goes-on", 5),
    "condition_lost": ("no-questions-after-the-end", 14),
    "days_for_hours": ("thanks-while-it-is-fresh", 14),
    "family_forgotten": ("one-question-at-a-time", 14),
    "hours_for_days": ("quiet-after-asking", 14),
    "letting_go_flaps": ("letting-go-lasts", 16),
    "negation_lost": ("one-note-is-enough", 14),
    "priority_above_a_prohibition": ("quiet-after-asking", 14),
    "promise_overlooked": ("promised-day-awaited", 14),
    "safety_rule_off": ("job-kept-until-signed", 6),
    "weekend_forgotten": ("nobody-called-on-days-off", 18),
}


def test_every_fault_is_listed() -> None:
    """One overlay for each line of the table."""
    assert {path.stem for path in FAULTS.glob("*.yaml")} == set(CAUGHT)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [None, 7])
@pytest.mark.parametrize("fault", CAUGHT)
def test_default_settings_catch_the_fault(fault: str, seed: int | None) -> None:
    """With any seed, and with a case that is as small as it gets."""
    _is_caught(fault, check_invariants(tactful.load(FAULTS / f"{fault}.yaml"), seed=seed))


@pytest.mark.parametrize("fault", ["negation_lost", "letting_go_flaps"])
def test_a_fault_is_caught(fault: str) -> None:
    """Two of them in the default run, the first by the decision after one more message, the other by a later one."""
    _is_caught(fault, check_invariants(tactful.load(FAULTS / f"{fault}.yaml"), seed=7))


def _is_caught(fault: str, results: list[InvariantResult]) -> None:
    invariant, lines = CAUGHT[fault]
    failure = next(result for result in results if result.id == invariant).failure
    assert failure is not None
    assert failure.case.count("\n") <= lines, failure.case
    assert tactful.load(FAULTS / f"{fault}.yaml").read(yaml.safe_load(failure.case)).now is not None
