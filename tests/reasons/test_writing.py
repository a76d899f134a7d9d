"""Answers written at once: they have the bytes of the records that the plain evaluator makes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tactful
from drawn import EXAMPLES_DRAWN, packs
from drawn import cases as drawn_cases
from reference_cases import NOW
from shipped_cases import PACKS, cases, shipped
from tactful.reasons.context import Context
from tactful.reasons.telling import CompiledTelling, PlainTelling
from tactful.reasons.writing import written

ALWAYS: Final = """
actions: {rest: {about: a rest, label: "Rest 100% {candidate.name|friend}"}}
rules:
  rest: {about: Rest., source: House rules, for each: candidate, then: {may: rest}, because: "a %b, {candidate.name|you}"}
"""


def _plainly(decision: tactful.Decision) -> bytes:
    """The answer made of records, in the words of the plain evaluator."""
    context = Context(decision.context.decider, decision.context.case, decision.context.now)
    vars(context)["telling"] = PlainTelling(context.decider, context.case, context.now)
    return msgspec.json.encode(tactful.Decision(decision.ranking, context).record())


def _assert_written(policy: tactful.Policy, data: Any, now: datetime | None = None) -> None:
    policy.warm()
    decision = policy.decide(data, now)
    assert decision.to_json() == _plainly(decision)
    assert isinstance(decision.context.telling, CompiledTelling)
    assert decision.to_json() == msgspec.json.encode(decision.record())


@settings(max_examples=EXAMPLES_DRAWN)
@given(packs(), drawn_cases(), st.integers(-200, 200))
def test_answers_of_drawn_packs(text: str, data: Any, days: int) -> None:
    """Packs over the whole language, at any day."""
    _assert_written(tactful.loads(text), data, datetime.fromtimestamp(NOW + days * 86_400, UTC))


@settings(max_examples=EXAMPLES_DRAWN)
@given(cases, st.sampled_from(PACKS))
def test_answers_of_the_shipped_packs(data: dict[str, Any], pack: str) -> None:
    """The pack and its profiles."""
    _assert_written(shipped(pack), data)


@given(cases)
def test_answers_with_more_in_them(data: dict[str, Any]) -> None:
    """Questions and messages are added to what is written."""
    policy = shipped("default")
    policy.warm()
    decision = policy.decide(data)
    assert decision.to_json(questions=True) == msgspec.json.encode(decision.record(questions=True))
    assert decision.to_json(messages=True) == msgspec.json.encode(decision.record(messages=True))


@pytest.mark.parametrize("name", ["Ann", 'A "B" \\ C', "50% %b %d", "Zoë\n\u2028\x7f", None])
def test_signs_of_templates_in_texts(name: str | None) -> None:
    """A name may have any sign, and so may a pack."""
    case = {"candidate": {"id": "me"} | ({} if name is None else {"name": name})}
    _assert_written(tactful.loads(ALWAYS), case, datetime(2026, 11, 25, tzinfo=UTC))


def test_most_answers_are_written() -> None:
    """The quick way is not only there for some."""
    policy = shipped("default")
    policy.warm()
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
    decision = policy.decide(case)
    assert written(decision.context, decision.ranking) is not None
    rete = tactful.load(engine="rete").decide(case)
    assert written(rete.context, rete.ranking) is None
