"""The exact moment at which a decision changes: a second before it is the same, and at it another; and its messages."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tactful
from drawn import EXAMPLES_DRAWN
from shipped_cases import PACKS, cases, shipped
from tactful.decide.conclusions import Conclusion
from tactful.facts.rows import Case, Row


def _content(policy: tactful.Policy, case: Case, now: datetime) -> list[Any]:
    """What must not change before: the advice in its order with deadlines, and the rules behind it, its steps and its occasion.

    The key of advice that is given has its occasion in it.
    """
    moment = int(now.timestamp())
    decision, ranker = policy.decide(case, now), policy.decider.ranker
    ranking, steps = decision.ranking, ranker.added_steps(policy.decider.steps(case, moment), case)
    return [[advice.key for advice in decision.actions]] + [
        [
            *(advice.key, advice.modality, advice.priority, advice.due, _rules(advice)),
            [] if advice.prohibits or advice.lost_to else ranker.steps_for(advice, steps),
        ]
        for advice in (*ranking.ranked, *ranking.set_aside)
    ]


@given(cases, st.sampled_from(PACKS))
def test_it_changes_then_and_not_before(case: dict[str, Any], pack: str) -> None:
    """A second before it, everything is as it was; and it is never before `unchanged_before`."""
    policy, now = shipped(pack), datetime.fromisoformat(case["now"])
    read = policy.read(case, now)
    decision = policy.decide(read, now)
    then, before = decision.next_change, decision.unchanged_before
    last = now + timedelta(days=42) if then is None else then - timedelta(seconds=1)
    assert _content(policy, read, last) == _content(policy, read, now)
    assert before is None or then is None or before <= then
    if then is not None:
        assert _content(policy, read, then) != _content(policy, read, now)


def _rules(conclusion: Conclusion) -> set[tuple[int, Row]]:
    """The rules behind a conclusion, each with its row. Their own deadlines are not told."""
    return {(no, row) for no, row, _ in conclusion.firings}


def _pieces(policy: tactful.Policy, case: Case, now: datetime) -> dict[str, Any]:
    """Each piece of advice by its key, without its rank."""
    moment = int(now.timestamp())
    decision, ranker = policy.decide(case, now), policy.decider.ranker
    steps = ranker.added_steps(policy.decider.steps(case, moment), case)
    return {
        advice.key: [
            *(advice.action, advice.modality, advice.priority, advice.due, _rules(conclusion)),
            [other.key for other in advice.alternatives],
            None if conclusion.prohibits else ranker.steps_for(conclusion, steps),
        ]
        for advice, conclusion in zip(decision.actions, decision.ranking.ranked, strict=True)
    }


@settings(max_examples=max(8, EXAMPLES_DRAWN // 5))
@given(cases, st.sampled_from(PACKS), st.floats(0, 1))
def test_each_piece_of_advice_changes_then_and_not_before(case: dict[str, Any], pack: str, share: float) -> None:
    """A second before it, and at any earlier moment, the advice is as it was; the decision changes no later."""
    policy, now = shipped(pack), datetime.fromisoformat(case["now"])
    read = policy.read(case, now)
    decision = policy.decide(read, now)
    pieces, horizon = _pieces(policy, read, now), now + timedelta(days=42)
    for advice in decision.actions:
        then = advice.next_change
        last = horizon if then is None else then - timedelta(seconds=1)
        between = now + timedelta(seconds=int((last - now).total_seconds() * share))
        for moment in (between, last):
            assert _pieces(policy, read, moment).get(advice.key) == pieces[advice.key]
        if then is not None:
            assert _pieces(policy, read, then).get(advice.key) != pieces[advice.key]
            assert decision.next_change is not None
            assert decision.next_change <= then


ROUNDS = """
facts:
  interviewer.met_at: {is: interview.ended_at}
  person.met_at:
    latest: interviewer.met_at
    where: {interviewer.person: same as person.id, interview.ended_at: past}
  application.last_round: {latest: interview.ended_at, where: {interview.ended_at: past}}
actions:
  call: {about: a call, order: [{person.met_at: latest first}]}
  nap: {about: a nap, occasion: application.last_round}
rules:
  call: {about: Call., source: House rules, for each: person, then: {may: call}, because: so}
  nap: {about: Sleep., source: House rules, for each: application, then: {may: nap}, because: so}
"""


def test_another_order_and_another_occasion_are_changes() -> None:
    """No rule begins or ends, but after the second interview another person comes first, and the nap is for it."""
    rounds = [
        {"id": "first", "ended_at": "2026-11-20T12:00:00Z", "interviewers": ["lee"]},
        {"id": "second", "ended_at": "2026-11-27T12:00:00Z", "interviewers": ["dana"]},
    ]
    application = {"id": "acme", "people": [{"id": "dana"}, {"id": "lee"}], "interviews": rounds}
    case = {"candidate": {"id": "me", "time_zone": "Europe/Dublin"}, "applications": [application]}
    policy, now = tactful.loads(ROUNDS), datetime(2026, 11, 25, 12, tzinfo=UTC)
    decision, second = policy.decide(case, now), datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert decision.next_change == second
    changes = {advice.target.id: advice.next_change for advice in decision.actions}
    assert changes == {"lee": None, "dana": None, "acme": second}
    plan = policy.plan(case, now)
    assert plan.changes == (second,)
    naps = [(item.advice.key, item.start) for item in plan.items if item.advice.action == "nap"]
    assert naps == [(policy.decide(case, moment).actions[-1].key, moment) for moment in (now, second)]


def test_the_answer_has_it_on_request() -> None:
    """Whether and when it changes, and nothing about it otherwise; the same for each action."""
    policy = shipped("default")
    case = {"candidate": {"id": "me", "time_zone": "Europe/Dublin"}, "now": "2026-11-25T09:00:00Z"}
    record = json.loads(policy.decide(case).to_json(next_change=True))
    assert [record["next_change"], *(action["next_change"] for action in record["actions"])] == [None] * 3
    assert "next_change" not in policy.decide(case).to_json().decode()


def test_a_search_that_takes_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The moments are then early, never late."""
    monkeypatch.setattr("tactful.decide.next_change.STEPS", 0)
    offer = {"received_at": "2026-11-20T10:00:00Z", "answer_by": "2026-12-04T17:00:00Z", "form": "written"}
    case = {
        "candidate": {"id": "me", "time_zone": "Europe/Dublin"},
        "now": "2026-11-25T09:00:00Z",
        "applications": [{"id": "acme", "offer": offer}],
    }
    record = json.loads(shipped("default").decide(case).to_json(next_change=True))
    assert record["next_change_incomplete"] is True
    monkeypatch.undo()
    exact = json.loads(shipped("default").decide(case).to_json(next_change=True))
    assert "next_change_incomplete" not in exact
    for early, known in zip(record["actions"], exact["actions"], strict=True):
        assert known["next_change"] is None or early["next_change"] <= known["next_change"]


@given(cases)
def test_messages_say_what_the_texts_say(case: dict[str, Any]) -> None:
    """A host that fills the pack's own sentences with the arguments gets the texts, but for how it writes values."""
    policy = shipped("default")
    record = json.loads(policy.decide(case).to_json(messages=True))
    by_key = {messages["key"]: messages for messages in record["messages"]}
    for part in (*record["actions"], *record["set_aside"]):
        messages = by_key[part["key"]]
        assert [message["id"] for message in messages["because"]] == [
            f"rules.{reason['rule']}.because" for reason in part["because"]
        ]
        for message, reason in zip(messages["because"], part["because"], strict=True):
            assert _has(reason["text"], message)
        if "steps" in part:
            assert len(messages["steps"]) == len(part["steps"])
            assert all(map(_has, part["steps"], messages["steps"]))
        if messages["label"] is not None:
            assert _has(part["label"], messages["label"])


def _has(text: str, message: dict[str, Any]) -> bool:
    """Whether a sentence has the names among its arguments."""
    words = [value for field, value in message["args"].items() if field.endswith((".name", ".company"))]
    return re.fullmatch(r"[a-z_]+(\.[a-z0-9_-]+)+", message["id"]) is not None and all(
        word is None or word in text for word in words
    )
