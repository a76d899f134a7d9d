"""The exact moment at which a decision changes: a second before it is the same, and at it another; and its messages."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import tactful
from shipped_cases import PACKS, cases, shipped
from tactful.facts.rows import Case


def _content(policy: tactful.Policy, case: Case, now: datetime) -> list[Any]:
    """What must not change before: the advice in its order with deadlines, and the rules behind it and its steps."""
    moment = int(now.timestamp())
    ranking, ranker = policy.decider.rank(case, moment), policy.decider.ranker
    steps = ranker.steps_by_target(policy.decider.steps(case, moment), case)
    return [
        [
            *(advice.key, advice.modality, advice.priority, advice.due, set(advice.firings)),
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


def test_the_answer_has_it_on_request() -> None:
    """Whether and when it changes, and nothing about it otherwise."""
    policy = shipped("default")
    case = {"candidate": {"id": "me", "time_zone": "Europe/Dublin"}, "now": "2026-11-25T09:00:00Z"}
    assert json.loads(policy.decide(case).to_json(next_change=True))["next_change"] is None
    assert "next_change" not in json.loads(policy.decide(case).to_json())


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
