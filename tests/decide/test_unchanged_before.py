"""Until when an answer stays as it is: decided again at any moment before, it says the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import tactful
from drawn import EXAMPLES_DRAWN, packs
from drawn import cases as drawn_cases
from reference_cases import NOW
from shipped_cases import PACKS, cases, shipped
from tactful.facts.fields import given_fields

#: The fields whose values go on with every minute or day.
CLOCKS = {f"{entity}.{name}" for entity, own in given_fields().items() for name, spec in own.items() if spec.clock}


def _said(policy: tactful.Policy, case: Any, now: datetime) -> tuple[dict[str, Any], str | None]:
    """The answer at a moment without what goes on with it, and until when it is the same."""
    record = json.loads(policy.decide(case, now).to_json())
    del record["at"], record["made_with"]
    for part in (*record["actions"], *record["set_aside"]):
        _hide_clocks(part)
    return record, record.pop("unchanged_before")


def _hide_clocks(part: Any) -> None:
    if isinstance(part, dict):
        if part.get("field") in CLOCKS:
            part["value"] = None
        for value in part.values():
            _hide_clocks(value)
    elif isinstance(part, list):
        for value in part:
            _hide_clocks(value)


def _assert_unchanged(policy: tactful.Policy, case: Any, now: datetime, share: float) -> None:
    case = policy.read(case, now)
    before, until = _said(policy, case, now)
    end = now + timedelta(days=365) if until is None else datetime.fromisoformat(until)
    assert end > now
    last = end - timedelta(seconds=1)
    between = now + timedelta(seconds=int((last - now).total_seconds() * share))
    assert _said(policy, case, between)[0] == before
    assert _said(policy, case, last)[0] == before


@given(cases, st.sampled_from(PACKS), st.floats(0, 1))
def test_the_shipped_answers_stay_until_then(case: dict[str, Any], pack: str, share: float) -> None:
    """At some moment before, and in the last second."""
    _assert_unchanged(shipped(pack), case, datetime.fromisoformat(case["now"]), share)


@settings(max_examples=max(10, EXAMPLES_DRAWN // 2))
@given(packs(), drawn_cases(), st.integers(-200, 200), st.floats(0, 1))
def test_answers_of_drawn_packs_stay_until_then(text: str, case: Any, days: int, share: float) -> None:
    """Packs over the whole language."""
    now = datetime.fromtimestamp(NOW + days * 86_400, UTC)
    _assert_unchanged(tactful.loads(text), case, now, share)


def test_a_day_to_answer_by_ends_the_answer() -> None:
    """The moment is that of the next turn among the tests that were asked."""
    offer = {"received_at": "2026-11-20T10:00:00Z", "answer_by": "2026-11-27T17:00:00Z", "form": "written"}
    case = {
        "candidate": {"id": "me", "time_zone": "Europe/Dublin", "employed": False},
        "applications": [{"id": "acme", "offer": offer}],
    }
    decision = shipped("default").decide(case, datetime(2026, 11, 26, 12, tzinfo=UTC))
    assert decision.unchanged_before is not None
    assert decision.unchanged_before <= datetime(2026, 11, 27, 17, 0, 1, tzinfo=UTC)


def test_what_does_not_move_never_changes() -> None:
    """A pack without a word about time."""
    text = """
actions: {rest: {about: a rest}}
rules:
  rest: {about: Rest., source: House rules, for each: candidate, then: {may: rest}, because: you are tired}
"""
    decision = tactful.loads(text).decide({"candidate": {"id": "me"}})
    assert decision.unchanged_before is None


def test_the_answer_ends_where_another_reason_is_shown() -> None:
    """The rule fires all along. The first of its alternatives that holds is what the answer shows, and this one changes."""
    text = """
actions: {rest: {about: a rest}}
rules:
  rest:
    about: Rest.
    source: House rules
    for each: application
    when: {any: [{application.applied_at: more than 3 days ago}, {application.company: known}]}
    then: {may: rest}
    because: you are tired
"""
    applied = datetime(2026, 11, 20, 12, tzinfo=UTC)
    case = {
        "candidate": {"id": "me", "time_zone": "Europe/Dublin"},
        "applications": [{"id": "acme", "company": "Acme", "applied_at": applied.isoformat()}],
    }
    policy = tactful.loads(text)
    decision = policy.decide(case, applied + timedelta(days=1))
    assert decision.unchanged_before is not None
    said = [
        json.loads(policy.decide(case, moment).to_json())["actions"][0]["because"][0]["conditions"][0]["field"]
        for moment in (decision.unchanged_before - timedelta(seconds=1), decision.unchanged_before)
    ]
    assert said == ["application.company", "application.applied_at"]
