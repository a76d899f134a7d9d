"""Notices that come before any advice: safety rules that are switched off, and actions that no safety rule covers."""

from __future__ import annotations

from collections.abc import Iterable

from tactful.api.decision import Decision
from tactful.reasons.records.decision import OutsideSafetyRecord


def notices(decision: Decision, outside: Iterable[OutsideSafetyRecord]) -> list[str]:
    """A sentence for each safety rule and each invariant that is off, and for each recommended action outside safety."""
    say = decision.words.say
    return [
        *(
            say(
                "The safety rule {rule} is switched off by {pack}: {why}", rule=off.rule, pack=off.pack, why=off.because
            )
            for off in decision.safety_off
        ),
        *(
            say(
                "The invariant {invariant} is switched off by {pack}: {why}",
                invariant=off.invariant,
                pack=off.pack,
                why=off.because,
            )
            for off in decision.invariants_off
        ),
        *(
            say("No safety rule covers the action {action}: {why}", action=record.action, why=record.because)
            for record in outside
        ),
    ]
