"""What to find out: unknown facts whose answers would change the decision, and those that cannot matter."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

import tactful
from draws import draws
from shipped_cases import cases
from tactful.facts.entities import PLACED
from tactful.facts.fields import given_fields
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
    assert (effect.what, effect.modality, effect.action) == ("goes", "must_not", "leave_any_job")
    changed = [(effect.what, effect.modality, effect.action) for effect in answers["yes"]]
    assert changed == [("comes", "must_not", "resign"), ("goes", "must_not", "leave_any_job")]


def test_moments_are_asked_in_stretches_of_days_that_change_the_headline() -> None:
    """A promised day before the interview counts for nothing; one after it is waited for, unless the usual wait ends then."""
    answers = _questions(ALMOST_NOTHING)["application[acme].reply_by"].answers
    said = {answer.text: [(effect.action, effect.how, effect.due) for effect in answer.effects] for answer in answers}
    assert list(said) == [
        "Fri 20 Nov 2026 or earlier",
        "Sat 21 Nov 2026 to Tue 24 Nov 2026",
        "Wed 25 Nov 2026",
        "Thu 26 Nov 2026 or later",
    ]
    assert said["Fri 20 Nov 2026 or earlier"] == said["Wed 25 Nov 2026"] == []
    assert said["Sat 21 Nov 2026 to Tue 24 Nov 2026"] == [("wait", "with another deadline", None)]


CALENDAR = """
pack: {name: days, version: 1}
actions: {wave: {about: Wave.}, nod: {about: Nod.}}
rules:
  wave-by-noon:
    for each: application
    when: {application.reply_by: between 2026-11-24 and 2026-11-26}
    then: {should: wave}
    by: application.reply_by
    because: It is time.
  nod-soon:
    for each: application
    when: {application.reply_by: within 6 hours}
    then: {may: nod}
    because: It is near.
"""


def test_a_range_in_which_no_day_ends_is_no_answer() -> None:
    """Nobody says “by four in the afternoon”, so only days are offered. A single day is told alone."""
    case = {"now": "2026-11-23T10:00:00Z", "candidate": {"id": "c"}, "applications": [{"id": "acme"}]}
    [question] = tactful.loads(CALENDAR).decide(case).questions
    said = [(answer.text, [effect.action for effect in answer.effects]) for answer in question.answers]
    assert said == [
        ("Mon 23 Nov 2026 or earlier", []),
        ("Tue 24 Nov 2026 to Thu 26 Nov 2026", ["wave"]),
        ("Fri 27 Nov 2026 or later", []),
    ]


def test_ranges_without_a_day_are_told_where_nothing_else_changes_anything() -> None:
    """The hour is the answer there."""
    case = {"now": "2026-11-23T10:00:00Z", "candidate": {"id": "c"}, "applications": [{"id": "acme"}]}
    head, _, nod = CALENDAR.partition("  wave-by-noon:")
    [question] = tactful.loads(head + nod[nod.index("  nod-soon:") :]).decide(case).questions
    texts = [answer.text for answer in question.answers if answer.effects]
    assert texts == ["between Mon 23 Nov 2026, 10:00 and Mon 23 Nov 2026, 16:00"]


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


NOTED = """
actions: {look: {about: Look.}, ask: {about: Ask.}, rest: {about: Rest.}}
fields:
  candidate.employed: {ask: Have you a job?}
  candidate.notice_given: {ask: Have you given notice?, ask when: {candidate.employed: yes}}
  application.internal: {usually: no}
  application.signals: {ask when: {application.started: yes}, usually: empty}
facts:
  application.started: {when: {application.status: interviewing}}
rules:
  job: {for each: candidate, when: {candidate.employed: no}, then: {may: look}, because: So., priority: 10}
  notice: {for each: candidate, when: {candidate.notice_given: yes}, then: {must: rest}, because: So., priority: 90}
  inside: {for each: application, when: {application.internal: yes}, then: {must: ask}, because: So., priority: 95}
  gone: {for each: application, when: {application.signals: filled}, then: {must: look}, because: So., priority: 95}
"""


def _paths(policy: tactful.Policy, candidate: dict[str, Any], application: dict[str, Any]) -> list[str]:
    case = {"candidate": {"id": "c", **candidate}, "applications": [{"id": "a", **application}]}
    return [question.path for question in policy.decide(case).questions]


def test_a_question_that_takes_a_fact_for_granted_is_asked_once_that_fact_is_known() -> None:
    """Nobody is asked about notice in a job of which nothing is known, or that does not exist."""
    policy = tactful.loads(NOTED)
    notice = "candidate.notice_given"
    assert _paths(policy, {}, {"internal": False})[0] == "candidate.employed"
    assert notice not in _paths(policy, {}, {})
    assert notice not in _paths(policy, {"employed": False}, {})
    assert notice in _paths(policy, {"employed": True}, {})


def test_what_a_question_takes_for_granted_may_be_a_computed_fact() -> None:
    """`ask when` reads computed facts, as conditions of rules do."""
    policy = tactful.loads(NOTED)
    signals = "application[a].signals"
    assert signals in _paths(policy, {}, {"status": "interviewing"})
    assert signals not in _paths(policy, {}, {"status": "applied"})


def test_a_question_whose_usual_answer_changes_nothing_comes_last() -> None:
    """It may matter more than the others if the answer is a surprise, but it seldom is. Else consequence decides."""
    paths = _paths(tactful.loads(NOTED), {}, {"status": "interviewing"})
    assert paths == ["candidate.employed", "application[a].internal", "application[a].signals"]
    unusual = tactful.loads(NOTED.replace("usually: no", "usually: yes"))
    assert _paths(unusual, {}, {"status": "interviewing"})[0] == "application[a].internal"
    never = tactful.loads(NOTED.replace("usually: no", "usually: unknown"))
    assert _paths(never, {}, {})[-1] == "application[a].internal"


def test_a_custom_fact_says_when_to_ask_for_it() -> None:
    """The declaration of a custom fact takes the same keys as a note on a given fact."""
    policy = tactful.loads(
        "custom_facts: {candidate: {visa: {type: yes/no, ask when: {candidate.employed: no}, usually: yes}}}\n"
        "actions: {look: {about: Look.}}\n"
        "rules: {r: {for each: candidate, when: {candidate.visa: no}, then: {may: look}, because: So.}}\n"
    )
    assert _paths(policy, {"employed": False}, {}) == ["candidate.visa"]
    assert _paths(policy, {"employed": True}, {}) == []


def test_an_overlay_changes_when_to_ask_and_keeps_the_question() -> None:
    """Keys that an overlay leaves out stay as they are."""
    policy = tactful.loads(
        "extends: default\nfields: {candidate.considering_quitting: {ask when: {candidate.searching: yes}}}"
    )
    candidate = {"id": "c", "employed": True, "searching": True}
    asked = {
        question.path: question.ask for question in policy.decide({**ALMOST_NOTHING, "candidate": candidate}).questions
    }
    assert asked["candidate.considering_quitting"] == "Are you thinking of leaving your present job?"
    candidate = {"id": "c", "employed": True, "searching": False}
    questions = policy.decide({**ALMOST_NOTHING, "candidate": candidate}).questions
    assert "candidate.considering_quitting" not in {question.path for question in questions}


@pytest.mark.parametrize(
    ("note", "code", "about"),
    [
        ("ask when: {candidate.emploied: yes}", "T402", "emploied"),
        ("ask when: {candidate.employed: often}", "T405", "often"),
        ("ask when: soon", "T304", "a condition is a mapping"),
        ("usually: often", "T405", "often"),
        ("usually: at least 3", "T404", "at least 3"),
        ("asks when: {candidate.employed: yes}", "T302", "asks when"),
    ],
)
def test_a_mistake_in_a_note_is_reported(note: str, code: str, about: str) -> None:
    """Conditions and phrases of notes are checked like those of rules."""
    with pytest.raises(tactful.InvalidInput) as raised:
        tactful.loads(f"fields: {{candidate.notice_given: {{ask: Well?, {note}}}}}")
    [mistake] = raised.value.diagnostics
    assert mistake.code == code
    assert about in str(mistake)


#: Given facts that nobody is asked for: ids, addresses and places, which feeds give; and facts that no shipped rule may read.
NOT_ASKED = frozenset(
    {
        *("candidate.id", "candidate.name", "candidate.email", "application.id", "application.role", "person.id"),
        *(
            "interview.id",
            "interview.ended_at",
            "interview.stage",
            "interview.went",
            "interviewer.person",
        ),
        *("application.calendar", "candidate.language", "message.channel"),
        *("person.country", *(f"{entity}.time_zone" for entity in PLACED)),
    }
)


def test_the_shipped_pack_has_a_question_for_each_given_fact() -> None:
    """A fact that is added to the shape gets a question, or is listed as a fact that nobody is asked for."""
    notes = PACK.checked.fields
    given = {
        f"{entity}.{name}" for entity, own in given_fields().items() for name, spec in own.items() if not spec.clock
    }
    assert {name for name in given if notes[name].ask is None} == NOT_ASKED


@draws(25)
@given(data=cases)
def test_the_shipped_pack_asks_about_a_job_only_if_there_is_one(data: dict[str, Any]) -> None:
    """Notice and thoughts of leaving are asked for only if there is a job, and the last day only if notice has been given."""
    asked = {question.field for question in PACK.decide(data).questions}
    if asked & {f"candidate.{name}" for name in ("considering_quitting", "notice_given", "notice_period")}:
        assert data["candidate"]["employed"] is True
    if "candidate.last_day_on" in asked:
        assert data["candidate"]["notice_given"] is True


@draws(25)
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
