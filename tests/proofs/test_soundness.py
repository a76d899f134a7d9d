"""What is proved of drawn packs has no counterexample among drawn cases."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

import tactful
from drawn import cases, packs

pytest.importorskip("z3")
from tactful.decide.invariants import check_invariant, decide_case
from tactful.proofs.claims import prove_invariant
from tactful.proofs.differences import compare_packs
from tactful.testing.properties.drawing import drawn_cases

#: How many invariants are claimed of each pack.
CLAIMS = 6
TOLD = settings(suppress_health_check=list(HealthCheck), deadline=None)


def _with_claims(text: str) -> str:
    """A pack with invariants: what a rule recommends is never recommended where another rule's conditions hold."""
    pack = yaml.safe_load(text)
    invariants: dict[str, Any] = {}
    for first in pack["rules"].values():
        for second in pack["rules"].values():
            then = [(word, action) for word, action in second["then"].items() if word in ("must", "should", "may")]
            same = first.get("for each") == second.get("for each") and "to" not in second
            if not then or not same or len(invariants) >= CLAIMS:
                continue
            claim = {"about": "Drawn.", "for each": first["for each"]}
            when = {"when": first["when"]} if "when" in first else {}
            unless = {"unless": first["when"]} if "when" in first else {}
            invariants[f"never-{len(invariants)}"] = {**claim, **when, "never": then[0][1]}
            invariants[f"unless-{len(invariants)}"] = {**claim, **unless, "never": then[0][1]}
            invariants[f"most-{len(invariants)}"] = {**claim, **when, "at most": 1, "of": then[0][1]}
            if first is second:
                modality, action = then[0]
                invariants[f"always-{len(invariants)}"] = {**claim, **when, "always": {modality: action}}
    return yaml.safe_dump({**pack, "invariants": invariants}, sort_keys=False)


def _no_counterexample(text: str, more: list[dict[str, Any]], count: int) -> int:
    """Check each proved invariant of a pack on cases. Returns how many are proved."""
    try:
        policy = tactful.loads(_with_claims(text))
    except tactful.InvalidInput:  # an invariant that says nothing about its entity
        return 0
    proved = [each for each in policy.checked.invariants if prove_invariant(policy.checked, each).proved]
    if proved:
        for case in (*more, *drawn_cases(policy, count, 1)):
            read = policy.read(case)
            decided = decide_case(policy.decider, read, read.now or 1_795_600_800)
            for invariant in proved:
                for check in check_invariant(invariant, policy.decider, decided):
                    assert check.broken is None, (invariant.id, case, text)
    return len(proved)


@settings(TOLD, max_examples=12)
@given(text=packs(), data=cases())
def test_what_is_proved_has_no_counterexample(text: str, data: dict[str, Any]) -> None:
    """Packs over the whole language, and claims about them, some of which hold."""
    _no_counterexample(text, [data], 15)


@pytest.mark.slow
@settings(TOLD, max_examples=300)
@given(text=packs(), data=cases())
def test_what_is_proved_has_no_counterexample_in_many_cases(text: str, data: dict[str, Any]) -> None:
    """The same, with many packs and cases."""
    _no_counterexample(text, [data], 100)


@pytest.mark.slow
@settings(TOLD, max_examples=150)
@given(text=packs(), data=cases())
def test_packs_that_are_proved_equal_decide_alike(text: str, data: dict[str, Any]) -> None:
    """A pack whose conditions are said in another order is compared with itself; what is equal decides each case alike."""
    pack = yaml.safe_load(text)
    for rule in pack["rules"].values():
        if isinstance(rule.get("when"), dict):
            rule["when"] = {"all": [{key: part} for key, part in reversed(rule["when"].items())]}
    first = tactful.loads(text)
    try:
        second = tactful.loads(yaml.safe_dump(pack, sort_keys=False))
    except tactful.InvalidInput:
        return
    if compare_packs(first, second, 1).equal:
        for case in (data, *drawn_cases(first, 60, 1)):
            assert first.decide(first.read(case)).actions == second.decide(second.read(case)).actions
