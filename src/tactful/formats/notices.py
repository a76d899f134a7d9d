"""What people are told before any advice: what of a pack's safety is switched off, or does not see an action."""

from __future__ import annotations

from collections.abc import Iterable

from tactful.api.decision import Decision
from tactful.reasons.records.decision import OutsideSafetyRecord


def notices(decision: Decision, outside: Iterable[OutsideSafetyRecord]) -> list[str]:
    """A sentence for each safety rule and each invariant that is off, and for each recommended action outside safety."""
    return [
        *(f"The safety rule {off.rule} is switched off by {off.pack}: {off.because}" for off in decision.safety_off),
        *(
            f"The invariant {off.invariant} is switched off by {off.pack}: {off.because}"
            for off in decision.invariants_off
        ),
        *(f"No safety rule covers the action {record.action}: {record.because}" for record in outside),
    ]
