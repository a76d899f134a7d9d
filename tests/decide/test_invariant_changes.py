"""Invariants about two decisions: what changes in between, and what is claimed."""

from __future__ import annotations

from typing import Any

import pytest

import tactful
from tactful.decide.invariants import check_invariant, decide_case

CASE: dict[str, Any] = {
    "now": "2026-11-23T10:00:00Z",
    "candidate": {"id": "c"},
    "applications": [
        {
            "id": "a",
            "people": [{"id": "dana", "channels": ["email"]}, {"id": "lee"}],
            "interviews": [{"id": "i", "ended_at": "2026-11-20T10:00:00Z", "interviewers": ["dana"]}],
        }
    ],
}
PACK = """
actions: {{note: {{about: a note}}, call: {{about: a call}}}}
facts: {{person.wrote: {{exists: message, where: {{message.person: same as person.id}}}}}}
rules:
  r: {{for each: {entity}, when: {{{when}}}, then: {{should: note}}, because: x, by: none}}
invariants:
  claim: {{about: It holds., for each: {entity}, after: {{{after}}}, {claim}}}
"""


def _broken(when: str, after: str, claim: str, entity: str = "person") -> list[str]:
    policy = tactful.loads(PACK.format(entity=entity, when=when, after=after, claim=claim))
    read = policy.read(CASE)
    assert read.now is not None
    taken = decide_case(policy.decider, read, read.now)
    assert policy.violations(CASE) == []  # it speaks of two decisions
    outcomes = check_invariant(policy.checked.invariants[0], policy.decider, taken)
    return [outcome.row.id for outcome in outcomes if outcome.broken is not None]


@pytest.mark.parametrize(
    ("when", "after", "claim", "broken"),
    [
        ("person.wrote: yes", "message: {message.kind: other}", "no new: note", ["dana", "lee"]),
        ("person.wrote: no", "message: {message.kind: other}", "no new: note", []),
        ("person.wrote: no", "message: {message.kind: other}", "keeps: {should: note}", ["dana", "lee"]),
        ("person.wrote: no", "message: {message.kind: other}", "never: note", []),
        ("person.prefers: email", "facts: {person.prefers: email}", "never: note", ["dana", "lee"]),
        ("person.prefers: email", "facts: {person.prefers: phone}", "same: advice", []),
        ("person.channels: email", "facts: {person.channels: unknown}", "keeps: {should: note}", ["dana"]),
        ("person.channels: email", "facts: {person.channels: phone}", "same: advice", ["dana"]),
        ("person.channels: known", "reordered: yes", "same: advice", []),
    ],
)
def test_a_change_and_what_comes_of_it(when: str, after: str, claim: str, broken: list[str]) -> None:
    """A message, other facts, another order."""
    assert _broken(when, after, claim) == broken


@pytest.mark.parametrize(
    ("later", "broken"), [("6 days", []), ("7 days", ["i"]), ("4 business days", []), ("5 business days", ["i"])]
)
def test_time_passes(later: str, broken: list[str]) -> None:
    """Ten days after the interview the rule fires: that is a week from now, in days of both kinds."""
    assert _broken("interview.ended_at: at least 10 days ago", f"later: {later}", "no new: note", "interview") == broken


def test_an_offer_comes_into_being() -> None:
    """A field of an offer that is not there is set."""
    after = "facts: {offer.form: written}"
    assert _broken("offer.form: written", after, "never: note", "application") == ["a"]
