"""Why and why not, on packs drawn over the whole language: every question has an answer that deciding bears out."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given

import tactful
from drawn import packs
from draws import draws
from reference_cases import cases
from tactful.formats.text.comparison import render_differences
from tactful.formats.text.console import plain_console
from tactful.formats.text.why import render_why
from tactful.reasons.context import application_of
from tactful.reasons.records.comparison import AddedRecord, RemovedRecord
from tactful.reasons.records.why import NotAdvisedRecord, OpensRecord, WhyRecord
from tactful.reasons.why.question import kinds_of


@draws(60)
@given(text=packs(), data=cases)
def test_every_question_about_a_drawn_pack_has_an_answer_that_deciding_bears_out(
    text: str, data: dict[str, Any]
) -> None:
    """Rules that fired rest on tests that are as asked; rules that did not, on some that are not; openings are exact."""
    pack = tactful.loads(text)
    decision = pack.decide(data)
    for action in pack.checked.actions:
        record = decision.why(action)
        assert record.answers
        assert _text(record)
        for answer in record.answers:
            if not isinstance(answer, NotAdvisedRecord):
                assert all(test.held == test.wanted for rule in answer.conclusion.rules for test in rule.tests)
                continue
            assert not _recommended(decision, answer)
            assert all(test.held != test.wanted for near in answer.near for test in near.failing)
            assert all(test.held == test.wanted for near in answer.near for test in near.met)
            if isinstance(answer.opening, OpensRecord):
                at = datetime.fromisoformat(answer.opening.at)
                assert _recommended(pack.decide(data, now=at), answer)
                assert not _recommended(pack.decide(data, now=at - timedelta(seconds=1)), answer)


@draws(60)
@given(text=packs(), other=packs(), data=cases)
def test_differences_between_drawn_packs_add_up(text: str, other: str, data: dict[str, Any]) -> None:
    """What the first has, less what it alone has, plus what the second alone has, is what the second has."""
    first, second = (tactful.loads(one).decide(data) for one in (text, other))
    record = first.compare(second)
    added = sum(isinstance(one, AddedRecord) for one in record.advice)
    removed = sum(isinstance(one, RemovedRecord) for one in record.advice)
    assert len(first.actions) - removed + added == len(second.actions)
    assert record.unchanged + len(record.advice) - removed == len(second.actions)
    out = io.StringIO()
    render_differences(record, plain_console(out, 80))
    assert out.getvalue()


def _recommended(decision: tactful.Decision, answer: NotAdvisedRecord) -> bool:
    """Whether the action, or a kind of it, is recommended for the target, be it as an alternative."""
    kinds = kinds_of(decision.context.checked, answer.action)
    return any(
        alternative.action in kinds
        and (alternative.target.entity, alternative.target.id) == (answer.target.entity, answer.target.id)
        and application_of(alternative.target) == answer.application
        for ranked in decision.ranking.ranked
        for alternative in (ranked, *ranked.alternatives)
        if not alternative.prohibits
    )


def _text(record: WhyRecord) -> str:
    out = io.StringIO()
    render_why(record, plain_console(out, 80))
    return out.getvalue()
