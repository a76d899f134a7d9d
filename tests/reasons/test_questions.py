"""What to find out: unknown facts whose answers would change the decision, and those that cannot matter."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

import tactful
from shipped_cases import cases
from tactful.reasons.records.decision import QuestionRecord

PACK = tactful.load()
ALMOST_NOTHING: dict[str, Any] = {
    "now": "2026-11-23T10:00:00-05:00",
    "candidate": {"id": "c"},
    "applications": [{"id": "acme", "interviews": [{"id": "first", "ended_at": "2026-11-21T16:30:00-05:00"}]}],
}


def _questions(case: dict[str, Any]) -> dict[str, QuestionRecord]:
    return {question.path: question for question in PACK.decide(case).questions}


def test_with_nothing_but_an_interview_there_is_much_to_find_out() -> None:
    """An id and an interview make a decision, and it says which facts would change it."""
    questions = _questions(ALMOST_NOTHING)
    assert {"candidate.employed", "application[acme].status", "application[acme].reply_by"} <= questions.keys()
    assert questions["candidate.employed"].ask == "Do you have a job at present?"


def test_an_answer_says_what_it_would_change() -> None:
    """Who has no job need not be told to keep it."""
    answers = {answer.text: answer.effects for answer in _questions(ALMOST_NOTHING)["candidate.employed"].answers}
    [effect] = answers["no"]
    assert (effect.what, effect.modality, effect.action) == ("goes", "must_not", "resign")
    [effect] = answers["yes"]
    assert (effect.what, effect.how) == ("changes", "counts more")


def test_moments_are_asked_in_stretches_that_rules_tell_apart() -> None:
    """A promised day before the interview counts for nothing; one after it is waited for."""
    answers = _questions(ALMOST_NOTHING)["application[acme].reply_by"].answers
    assert [bool(answer.effects) for answer in answers] == [False, True, True, True]
    assert answers[0].text == "before Sat 21 Nov 2026, 21:30"


def test_a_feeling_is_never_asked_for() -> None:
    """No rule of the shipped pack reads how an interview went, so nobody is asked."""
    assert not any("went" in path for path in _questions(ALMOST_NOTHING))


def test_what_is_known_is_not_asked() -> None:
    """A fact that was given is no question."""
    case = {**ALMOST_NOTHING, "candidate": {"id": "c", "employed": True, "considering_quitting": False}}
    assert not {"candidate.employed", "candidate.considering_quitting"} & _questions(case).keys()


def test_a_field_without_a_question_of_its_own_is_asked_for_in_the_schemas_words() -> None:
    """A pack that words no question still asks, by the field's name and what the schema says of it."""
    pack = tactful.loads(
        "custom_facts: {application: {portal: {type: yes/no, about: Whether they have a portal.}}}\n"
        "actions: {look: {about: Look.}}\n"
        "rules: {r: {for each: application, when: {application.portal: yes}, then: {should: look}, because: So.}}\n"
    )
    [question] = pack.decide({"candidate": {"id": "c"}, "applications": [{"id": "acme"}]}).questions
    assert question.ask == "What is `application.portal` of acme? Whether they have a portal."
    assert [(answer.value, len(answer.effects)) for answer in question.answers] == [(True, 1), (False, 0)]


@settings(max_examples=25)
@given(data=cases)
def test_every_answer_that_is_said_to_change_something_does(data: dict[str, Any]) -> None:
    """Given as a fact, the answer leads to a decision with these very effects; and no question is without one."""
    case = PACK.read(data)
    decision = PACK.decide(case)
    before = {(action.action, action.modality, action.target.id, action.application) for action in decision.actions}
    for question in decision.questions[:6]:
        assert any(answer.effects for answer in question.answers)
        for answer in question.answers:
            after = PACK.decide(PACK.change(case, {question.path: answer.value}))
            now = {(action.action, action.modality, action.target.id, action.application) for action in after.actions}
            come = {effect.action for effect in answer.effects if effect.what == "comes"}
            gone = {effect.action for effect in answer.effects if effect.what == "goes"}
            assert {one[0] for one in now - before} >= come
            assert {one[0] for one in before - now} >= gone
            if not answer.effects:
                assert now == before
