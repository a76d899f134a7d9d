"""Large cases: explanations, questions and plans end within their budget, say so, and end at the same point each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

import tactful
from tactful.decide import timeline
from tactful.reasons.what_if import counterfactuals, questions

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PACK = tactful.load()


def _case(applications: int, people: int, messages: int) -> dict[str, Any]:
    own = {
        "status": "interviewing",
        "people": [{"id": f"p{no}"} for no in range(people)],
        "interviews": [
            {"id": f"i{no}", "ended_at": (NOW - timedelta(days=2 + no)).isoformat(), "interviewers": [f"p{no}"]}
            for no in range(people)
        ],
        "messages": [
            {"person": f"p{no % people}", "direction": "sent", "kind": "follow_up", "sent_at": _ago(no)}
            for no in range(messages)
        ],
    }
    return {
        "now": NOW.isoformat(),
        "candidate": {"id": "kim", "time_zone": "Europe/Berlin", "country": "DE", "employed": False},
        "applications": [{"id": f"a{no}", **own} for no in range(applications)],
    }


def _ago(no: int) -> str:
    return (NOW - timedelta(hours=7 * no + 1)).isoformat()


LARGE = PACK.read(_case(applications=20, people=10, messages=4))
MIDDLE = PACK.read(_case(applications=5, people=8, messages=4))
SMALL = PACK.read(_case(applications=1, people=2, messages=3))


@pytest.mark.parametrize(("case", "share"), [(MIDDLE, 80), pytest.param(LARGE, 1, marks=pytest.mark.slow)], ids=str)
def test_a_large_case_is_told_to_be_incomplete_and_the_same_each_time(
    case: tactful.Case, share: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left out is marked; twice the same case gives twice the same record.

    So it is with an eightieth of the steps and a fifth of the case.
    """
    for module in (counterfactuals, questions, timeline):
        monkeypatch.setattr(module, "STEPS", module.STEPS // share)
    decision = PACK.decide(case)
    flipped = decision.why("follow_up", flip=True)
    assert flipped == PACK.decide(case).why("follow_up", flip=True)
    assert flipped.flips is not msgspec.UNSET
    assert any(flips.incomplete is True for flips in flipped.flips)
    assert decision.questions
    assert decision.questions_incomplete
    plan = PACK.plan(case)
    assert plan.whole == (plan.record().incomplete is msgspec.UNSET)


def test_a_usual_case_is_whole_and_has_no_word_of_it() -> None:
    """Records of usual cases do not even have the field."""
    decision = PACK.decide(SMALL)
    assert b"incomplete" not in msgspec.json.encode(decision.why("follow_up"))
    assert b"incomplete" not in decision.to_json(questions=True)
    assert b"incomplete" not in PACK.plan(SMALL).to_json()


def test_thousands_of_messages_are_decided_on_in_json() -> None:
    """The course of each rule is worked out once, however many messages there are."""
    case = PACK.read(_case(applications=1, people=3, messages=2_000))
    assert PACK.decide(case).to_json()
