"""What the page asks of the rules, asked without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tactful
from tactful.api.policy import Policy
from tactful.browser.session import Session
from tactful.facts.reading.limits import CaseLimits

EXAMPLE = Path(__file__).parents[2] / "examples" / "two_interviewers_one_wants_email.yaml"
NO_NOTE = "rules:\n  thank-you-note: {off: yes}\n"


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(tactful.load())


@pytest.fixture(scope="module")
def case(session: Session) -> dict[str, Any]:
    answer: dict[str, Any] = _answer(session, "read", text=EXAMPLE.read_text())
    return answer


def _ask(session: Session, method: str, **asked: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(session.answer(method, json.dumps(asked)))
    return told


def _answer(session: Session, method: str, **asked: Any) -> Any:
    told = _ask(session, method, **asked)
    assert "problems" not in told, told
    return told["answer"]


def _labels(decision: dict[str, Any]) -> list[str]:
    return [action["label"] for action in decision["actions"]]


def test_a_decision_is_that_of_the_engine(session: Session, case: dict[str, Any]) -> None:
    """In English and in German, now and on a later day."""
    policy = tactful.load()
    for language in ("en", "de"):
        expected = policy.decide(json.dumps(case), language=language).record()
        assert _labels(_answer(session, "decide", case=case, language=language)) == [a.label for a in expected.actions]
    later = _answer(session, "decide", case=case, at="2026-12-20T10:00:00-05:00")
    assert later["at"] == "2026-12-20T10:00:00-05:00"


@pytest.mark.parametrize("language", ["en", "de"])
def test_decisions_stay_the_same_while_the_rules_are_prepared(case: dict[str, Any], language: str) -> None:
    """Before anything is compiled, in between, and after everything is; then nothing is left to prepare."""
    shipped = tactful.load()
    base, quick = (Policy(shipped.checked, CaseLimits(), layers=shipped.layers, few=few) for few in (False, True))
    session = Session(base, quick)
    moments = [None, "2026-12-02T10:00:00-05:00", "2026-12-20T10:00:00-05:00"]

    def decided() -> list[Any]:
        return [_answer(session, "decide", case=case, language=language, at=at) for at in moments]

    expected, between, parts = decided(), [], 0
    assert len({json.dumps(each) for each in expected}) == len(moments)
    while session.warm():
        parts += 1
        if parts % 5 == 1:
            between.append(decided())
    assert parts > 5
    assert all(each == expected for each in (*between, decided()))
    assert not session.warm()


def test_advice_is_ticked_off_and_taken_back(session: Session, case: dict[str, Any]) -> None:
    """The case remembers what was done, and is as before when that is taken back."""
    key = _answer(session, "decide", case=case)["actions"][0]["key"]
    done = _answer(session, "done", case=case, key=key)
    assert done["done"][0]["key"] == key
    assert _answer(session, "undo", case=done, key=key) == case
    assert _answer(session, "dismiss", case=case, key=key)["dismissed"][0]["key"] == key


def test_an_overlay_counts_while_it_has_no_mistakes(session: Session, case: dict[str, Any]) -> None:
    """Its rules decide, and the difference that they make is reported; mistakes are reported with their places."""
    (removed, *_) = _answer(session, "compare", case=case, overlay=NO_NOTE)["advice"]
    assert removed
    assert not any("thank-you" in label for label in _labels(_answer(session, "decide", case=case, overlay=NO_NOTE)))
    (mistake,) = _answer(session, "check", text=NO_NOTE.replace("note", "notes"))
    assert (mistake["severity"], mistake["code"]) == ("error", "T306")
    assert NO_NOTE.replace("note", "notes")[mistake["from"] : mistake["to"]] == "thank-you-notes"
    offers = _answer(session, "complete", text="rules:\n  thank-you", line=1, column=11)
    assert "thank-you-late: " in [offer["text"] for offer in offers]


def test_the_other_questions_are_answered(session: Session, case: dict[str, Any]) -> None:
    """Questions, a plan, a calendar, reasons, rules, YAML, a fact changed, an invitation."""
    assert _answer(session, "questions", case=case)[0]["answers"]
    assert _answer(session, "plan", case=case).startswith("<?xml")
    assert _answer(session, "calendar", case=case).startswith("BEGIN:VCALENDAR")
    assert _answer(session, "why", case=case, action="call", target="dana")["answers"]
    assert "thank-you-note" in {rule["id"] for rule in _answer(session, "rules")}
    assert _answer(session, "read", text=_answer(session, "write", case=case)) == case
    assert _answer(session, "set", case=case, facts={"candidate.employed": False})["candidate"]["employed"] is False
    invitation = EXAMPLE.parent / "invitations" / "interview.ics"
    read = _answer(session, "import", name=invitation.name, text=invitation.read_text())
    assert read["case"]["applications"]
    assert read["changes"]


def test_mistakes_are_reported(session: Session) -> None:
    """A case that cannot be read, an unknown key, and a text that is too large: a sentence, and no traceback."""
    assert _ask(session, "decide", case={"candidate": {}})["problems"][0]["code"].startswith("T2")
    assert "key" in _ask(session, "done", case={"candidate": {"id": "a"}}, key="x")["problems"][0]["message"]
    assert "larger" in _ask(session, "read", text="x" * 2_000_001)["problems"][0]["message"]
