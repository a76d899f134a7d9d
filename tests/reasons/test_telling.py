"""Decisions in words: compiled values and prepared pieces say what the plain evaluator says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tactful
from drawn import cases, packs
from draws import draws
from reference_cases import NOW
from reference_cases import cases as shipped_cases
from tactful.decide.conclusions import Conclusion
from tactful.reasons.telling import CompiledTelling, PlainTelling, Telling

SHIPPED: Final = tactful.load()


def _told(telling: Telling, conclusion: Conclusion, policy: tactful.Policy) -> list[Any]:
    """Everything that is said about a conclusion."""
    action, target, rules = conclusion.action, conclusion.target, policy.checked.rules
    own = [telling.label(action, target), *telling.steps(action, target), telling.key(conclusion)]
    fired = [(rules[no], row) for no, row, _ in conclusion.firings]
    return [*own, *((telling.justification(rule, row), telling.since(rule, row)) for rule, row in fired)]


def _both_say_the_same(policy: tactful.Policy, data: dict[str, Any], now: int) -> None:
    decision = policy.decide(data, datetime.fromtimestamp(now, UTC))
    decider, case, turning = policy.decider, decision.context.case, policy.decider.turning
    assert turning is not None
    plain, compiled = PlainTelling(decider, case, now), CompiledTelling(decider, turning, case, now)
    for conclusion in (*decision.ranking.ranked, *decision.ranking.set_aside):
        assert _told(compiled, conclusion, policy) == _told(plain, conclusion, policy)
    for no, row, _ in decider.steps(case, now):
        rule = policy.checked.rules[no]
        assert compiled.added(rule, row) == plain.added(rule, row)


@draws(100)
@given(text=packs(), data=cases(), start=st.integers(-40, 40))
def test_both_say_the_same_of_drawn_packs(text: str, data: dict[str, Any], start: int) -> None:
    """Labels, steps, keys, reasons with their conditions, and since when each rule holds."""
    _both_say_the_same(tactful.loads(text), data, NOW + start * 86_400 * 5)


@draws(60)
@given(data=shipped_cases, start=st.integers(-400, 400))
def test_both_say_the_same_of_the_shipped_pack(data: dict[str, Any], start: int) -> None:
    """At any hour."""
    _both_say_the_same(SHIPPED, data, NOW + start * 3_600)


#: A pack of this file alone: whatever a process has compiled, tests share.
THANKS: Final = """
actions: {thank: {about: a note of thanks, label: "Thank {person.name|them}", steps: [Be brief.]}}
rules:
  thank:
    about: Thank those who interviewed you.
    source: House rules
    for each: interviewer
    when: {interview.ended_at: more than 2 hours ago, person.name: known}
    then: {should: thank}
    because: "the interview ended {interview.ended_at}"
"""


def test_an_answer_is_the_same_before_and_after_compiling() -> None:
    """The first decisions are told by the plain evaluator, later ones by compiled code."""
    policy = tactful.loads(THANKS)
    case = {
        "now": "2026-11-25T18:00",
        "candidate": {"id": "me", "time_zone": "Europe/Dublin", "country": "IE"},
        "applications": [
            {
                "id": "acme",
                "people": [{"id": "dana", "name": "Dana Ruiz"}],
                "interviews": [{"id": "first", "ended_at": "2026-11-25T11:00", "interviewers": ["dana"]}],
            }
        ],
    }
    first = policy.decide(case)
    assert isinstance(first.context.telling, PlainTelling)
    policy.warm()
    later = policy.decide(case)
    assert isinstance(later.context.telling, CompiledTelling)
    assert later.to_json() == first.to_json()
    assert b"Thank Dana Ruiz" in later.to_json()


def test_warming_loads_countries() -> None:
    """So that no decision waits for holidays; a country that does not exist is an error."""
    policy = tactful.load()
    policy.warm(["IE", "US-NY"])
    case = {"candidate": {"id": "me", "time_zone": "Europe/Dublin", "country": "IE"}}
    assert policy.decide(case, datetime.now(UTC) + timedelta(hours=1)).calendar.country == "IE"
    with pytest.raises(tactful.TactfulError, match="`XX` is not a country"):
        policy.warm(["XX"])
