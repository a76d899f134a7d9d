"""Why an action is advised, and why not: claims about the shipped pack, then what holds of every case."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import tactful
from draws import draws
from fitting import assert_fits
from shipped_cases import cases
from tactful.cli.app import app
from tactful.formats.schema import why_schema
from tactful.formats.text.console import plain_console
from tactful.formats.text.why import render_why
from tactful.reasons.context import application_of
from tactful.reasons.records.why import (
    AdvisedRecord,
    AskedRecord,
    DefeatedRecord,
    GatheredRecord,
    GaveWayRecord,
    NotAdvisedRecord,
    OpensRecord,
    StaysClosedRecord,
    StaysDefeatedRecord,
    ToldRecord,
    UnknownName,
    WhenRecord,
    WhyRecord,
)
from tactful.reasons.why.question import kinds_of

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.load()


def _decide(pack: tactful.Policy, example: str, at: datetime | None = None) -> tactful.Decision:
    path = next(EXAMPLES.glob(f"{example}.*"))
    return pack.decide(pack.read_text(path.read_bytes(), path.name, now=at), now=at)


def _text(record: WhyRecord) -> str:
    out = io.StringIO()
    render_why(record, plain_console(out, 110))
    return out.getvalue()


def _recommended(decision: tactful.Decision) -> set[tuple[str, str, str | None, str]]:
    """All that is recommended, be it as an alternative: action, entity, application and id of the target."""
    return {
        (alternative.action, alternative.target.entity, application_of(alternative.target), alternative.target.id)
        for ranked in decision.ranking.ranked
        for alternative in (ranked, *ranked.alternatives)
        if not alternative.prohibits
    }


def _advised(decision: tactful.Decision, action: str, answer: NotAdvisedRecord | DefeatedRecord) -> bool:
    """Whether the action, or a kind of it, is recommended for the target of an answer."""
    about = answer.conclusion if isinstance(answer, DefeatedRecord) else answer
    place = (about.target.entity, about.application, about.target.id)
    kinds = kinds_of(decision.context.checked, action)
    return any(one[0] in kinds and one[1:] == place for one in _recommended(decision))


def _tests(tests: tuple[AskedRecord, ...]) -> list[AskedRecord]:
    """All tests of a tree."""
    inner_tests = []
    for test in tests:
        inner_tests.append(test)
        match test.because:
            case WhenRecord(tests=inner):
                inner_tests += _tests(inner)
            case GatheredRecord(rows=rows):
                inner_tests += [test for row in rows for test in _tests(row.tests)]
            case _:
                pass
    return inner_tests


# --- what is advised ---


def test_an_advised_action_is_followed_down_to_given_facts(pack: tactful.Policy) -> None:
    """The thank-you note to Dana rests on the interview's end and on nobody having written, with the values met."""
    (answer,) = _decide(pack, "two_interviewers_one_wants_email").why("thank_you_note", "dana").answers
    assert isinstance(answer, AdvisedRecord)
    (rule,) = answer.conclusion.rules
    assert (rule.rule, rule.where.partition(":")[0], rule.row.entity, rule.row.id) == (
        "thank-you-note",
        "rules/thank_you.yaml",
        "interviewer",
        "dana",
    )
    tests = {test.field: test for test in _tests(rule.tests)}
    opens, late = tests["interviewer.note_opens"], tests["interviewer.late_from"]
    assert (opens.phrase, opens.since, opens.until) == ("past", "2026-11-23T09:00:00-05:00", None)
    assert (late.phrase, late.since, late.until) == ("to come", None, "2026-11-23T16:30:00-05:00")
    thanked = tests["interviewer.thanked"]
    assert isinstance(thanked.because, GatheredRecord)
    assert (thanked.because.op, thanked.because.looked_at, thanked.because.matched) == ("exists", 0, 0)
    assert tests["person.in_the_way"].said == "no"


def test_rank_is_told_by_what_decides_it(pack: tactful.Policy) -> None:
    """Of two alike their ids decide, as notes of thanks have no order; of two with other priorities the priority."""
    (answer,) = _decide(pack, "two_interviewers_one_wants_email").why("thank_you_note", "lee").answers
    assert isinstance(answer, AdvisedRecord)
    assert answer.above is not None
    assert (answer.above.rank, answer.above.criterion, answer.above.other, answer.above.own) == (
        1,
        "name",
        "dana",
        "lee",
    )
    assert answer.below is not None
    assert (answer.below.rank, answer.below.criterion, answer.below.own, answer.below.other) == (
        3,
        "priority",
        "80",
        "50",
    )


def test_an_alternative_says_to_what_it_gave_way(pack: tactful.Policy) -> None:
    """One follow-up per application: the manager, whom the candidate met, comes before the recruiter."""
    (answer,) = _decide(pack, "silence_after_the_promised_day").why("email_follow_up", "ines").answers
    assert isinstance(answer, GaveWayRecord)
    assert (answer.family, answer.per, answer.to.rank, answer.to.target.id) == ("follow_up", "application", 1, "tom")
    assert (answer.to.criterion, answer.to.order) == ("order", "person.place: smallest first")
    assert (answer.to.own, answer.to.other) == ("4", "2")


# --- what is not ---


def test_a_stated_preference_forbids_a_call(pack: tactful.Policy) -> None:
    """Why not call Dana: she asked for email, and that is a safety rule."""
    (answer,) = _decide(pack, "two_interviewers_one_wants_email").why("call", "dana").answers
    assert isinstance(answer, AdvisedRecord)
    assert answer.conclusion.modality == "must_not"
    (rule,) = answer.conclusion.rules
    assert (rule.rule, rule.safety) == ("stated-preference", True)
    assert [(test.field, test.value) for test in rule.tests] == [("person.prefers", "email")]


@pytest.mark.parametrize(
    ("example", "action", "target"),
    [
        ("inside_contact_asked_three_times", "email_follow_up", "helene"),
        ("two_interviewers_one_wants_email", "call", "lee"),
        ("two_interviewers_one_wants_email", "email_follow_up", "dana"),
    ],
)
def test_what_time_brings_about_opens_at_the_very_second(
    pack: tactful.Policy, example: str, action: str, target: str
) -> None:
    """Deciding at that instant advises it; a second earlier does not."""
    (answer,) = _decide(pack, example).why(action, target).answers
    assert isinstance(answer, NotAdvisedRecord)
    assert isinstance(answer.opening, OpensRecord)
    at = datetime.fromisoformat(answer.opening.at)
    assert _advised(_decide(pack, example, at), action, answer)
    assert not _advised(_decide(pack, example, at - timedelta(seconds=1)), action, answer)


def test_the_rule_nearest_to_firing_says_what_it_lacks(pack: tactful.Policy) -> None:
    """No follow-up to the manager yet: the time has not come, because the last message was too short a while ago."""
    (answer,) = _decide(pack, "inside_contact_asked_three_times").why("email_follow_up", "helene").answers
    assert isinstance(answer, NotAdvisedRecord)
    nearest = answer.near[0]
    assert nearest.rule == "follow-up"
    assert [test.field for test in nearest.failing] == ["application.follow_up_open"]
    assert "application.awaited" in [test.field for test in nearest.met]
    last = next(test for test in _tests(nearest.failing) if test.field == "application.ask_from")
    assert (last.phrase, last.held, last.since) == ("past", False, "2026-11-27T09:00:00+01:00")
    told = " ".join(_text(_why_helene(pack)).replace("│", "").split())
    assert "the latest of 3: application.gap_ends_at" in told
    assert "7 days after application.gap_starts_at" in told


def _why_helene(pack: tactful.Policy) -> WhyRecord:
    return _decide(pack, "inside_contact_asked_three_times").why("email_follow_up", "helene")


def test_an_inside_contact_who_was_pestered_is_not_asked(pack: tactful.Policy) -> None:
    """The prohibition of the family is named, with the messages that were counted."""
    (answer,) = _decide(pack, "inside_contact_asked_three_times").why("call", "luc").answers
    assert isinstance(answer, NotAdvisedRecord)
    (forbidden,) = answer.forbidden_by
    (rule,) = forbidden.rules
    assert (rule.rule, forbidden.action) == ("inside-contact-pestered", "ask_for_news")
    news_asked = next(test for test in rule.tests if test.field == "person.news_asked")
    assert isinstance(news_asked.because, GatheredRecord)
    assert (news_asked.value, news_asked.because.matched, news_asked.because.looked_at) == (3, 3, 4)
    assert news_asked.because.rows[0].said == "status question sent Fri 20 Nov 2026, 09:00 to Luc Moreau"
    assert isinstance(answer.opening, StaysClosedRecord)


def test_what_was_set_aside_names_what_defeated_it(pack: tactful.Policy) -> None:
    """A recommendation that lost shows the prohibition that won, and by what."""
    policy = tactful.loads(
        """
extends: default
rules:
  call-anyway: {about: x, source: y, for each: person, then: {should: call}, because: Call., priority: 99, by: none}
"""
    )
    path = EXAMPLES / "two_interviewers_one_wants_email.yaml"
    decision = policy.decide(policy.read_text(path.read_bytes(), path.name))
    prohibition, answer = decision.why("call", "dana").answers
    assert isinstance(prohibition, AdvisedRecord)
    assert [one.other.rules[0].rule for one in prohibition.prevailed_over] == ["call-anyway"]
    assert isinstance(answer, DefeatedRecord)
    assert [(winner.by, winner.other.rules[0].rule) for winner in answer.lost_to] == [("safety", "stated-preference")]
    assert isinstance(answer.opening, StaysDefeatedRecord)
    assert answer.opening.by == ("stated-preference",)


def test_an_action_that_no_rule_recommends_says_so(pack: tactful.Policy) -> None:
    """The pack never advises to quit a job; the prohibition that holds is the answer."""
    (answer,) = _decide(pack, "two_interviewers_one_wants_email").why("resign").answers
    assert isinstance(answer, AdvisedRecord)
    (other,) = _decide(pack, "two_interviewers_one_wants_email").why("resign", "dana").answers
    assert other == answer
    policy = tactful.loads("actions: {dance: {about: x}}")
    record = policy.decide({"now": "2026-11-23T10:00:00Z", "candidate": {"id": "c"}}).why("dance")
    assert "No rule of the pack recommends it" in _text(record)


def test_it_is_said_whom_else_it_is_advised_for(pack: tactful.Policy) -> None:
    """Asked about somebody else, the answer names the one whom to write to."""
    decision = _decide(pack, "inside_contact_asked_three_times", datetime.fromisoformat("2026-12-02T10:00+01:00"))
    (luc,) = decision.why("email_follow_up", "luc").answers
    assert isinstance(luc, NotAdvisedRecord)
    assert [(one.target.id, one.rank) for one in luc.elsewhere] == [("helene", 1)]


def test_a_question_without_a_target_is_about_all_that_it_concerns(pack: tactful.Policy) -> None:
    """Everybody who could be called gets an answer."""
    answers = _decide(pack, "two_interviewers_one_wants_email").why("call").answers
    assert [type(answer).__name__ for answer in answers] == ["AdvisedRecord", "NotAdvisedRecord"]


def test_an_id_of_several_applications_means_all_of_them_until_it_is_told_in_full() -> None:
    """``acme/dana`` is one of two people called ``dana``."""
    policy = tactful.load()
    people = [{"id": "dana", "prefers": "email"}]
    case = {
        "now": "2026-11-23T10:00:00Z",
        "candidate": {"id": "c"},
        "applications": [{"id": "acme", "people": people}, {"id": "other", "people": people}],
    }
    decision = policy.decide(case)
    assert len(decision.why("call", "dana").answers) == 2
    (answer,) = decision.why("call", "acme/dana").answers
    assert isinstance(answer, AdvisedRecord)
    assert answer.conclusion.application == "acme"


@pytest.mark.parametrize(
    ("action", "target", "message"),
    [
        ("cal", None, "the pack has no action `cal`; did you mean `call`?"),
        ("call", "dna", "the case has no `dna`; did you mean `dana`?"),
        ("call", "xyz", "the case has no `xyz`; it has sam, acme, dana, lee, onsite"),
    ],
)
def test_an_unknown_name_is_reported_with_what_was_probably_meant(
    pack: tactful.Policy, action: str, target: str | None, message: str
) -> None:
    """It is an error of its own, and the package's."""
    with pytest.raises(UnknownName) as caught:
        _decide(pack, "two_interviewers_one_wants_email").why(action, target)
    assert str(caught.value) == message


# --- bounds ---


def test_a_pack_in_which_facts_fan_out_is_reported_in_bounded_time() -> None:
    """Each fact reads the one before twice over: what was told before is referred to."""
    either = "{{when: {{any: [{{candidate.f{0}: yes}}, {{candidate.f{0}: no}}]}}}}"
    facts = [f"  candidate.f{no}: {either.format(no - 1)}" for no in range(1, 40)]
    text = "\n".join(
        [
            "facts:",
            "  candidate.f0: {when: {candidate.employed: yes}}",
            *facts,
            "actions: {dance: {about: x}}",
            "rules:",
            "  r: {for each: candidate, when: {candidate.f39: no}, then: {may: dance}, because: x}",
        ]
    )
    record = tactful.loads(text).decide({"now": "2026-11-23T10:00:00Z", "candidate": {"id": "c"}}).why("dance")
    (answer,) = record.answers
    assert isinstance(answer, NotAdvisedRecord)
    assert len(_tests(answer.near[0].failing)) < 100
    assert len(_text(record)) < 20_000


def test_names_are_printed_as_they_are(pack: tactful.Policy) -> None:
    """Markup in a case is text like any other."""
    case = {
        "now": "2026-11-23T10:00:00Z",
        "candidate": {"id": "c"},
        "applications": [
            {"id": "a", "company": "[red]A[/red]", "people": [{"id": "[b]", "name": "[bold]", "prefers": "email"}]}
        ],
    }
    text = _text(pack.decide(case).why("call", "[b]"))
    assert "Call [bold]  (person [b], application a)" in text


# --- the command ---


def test_the_command_prints_text_and_json() -> None:
    """JSON fits its schema; the text is the same answer."""
    case = str(EXAMPLES / "two_interviewers_one_wants_email.yaml")
    text = CliRunner().invoke(app, ["why", case, "call:dana"])
    assert text.exit_code == 0
    assert "stated-preference" in text.output
    data = CliRunner().invoke(app, ["why", case, "call", "--format", "json"])
    jsonschema.validate(json.loads(data.output), why_schema())


def test_the_command_refuses_unknown_names_as_wrong_usage() -> None:
    """Exit code 2, with what was probably meant."""
    case = str(EXAMPLES / "two_interviewers_one_wants_email.yaml")
    result = CliRunner().invoke(app, ["why", case, "cal:dana"])
    assert result.exit_code == 2
    assert "did you mean" in result.output


# --- what holds of every case ---


@draws(60)
@given(cases)
def test_advice_is_answered_by_advised_with_its_own_rules(case: dict[str, Any]) -> None:
    """For everything in the list, the answer has its rank and exactly its rules, in the same order."""
    decision = PACK.decide(case)
    for advice in decision.actions:
        target = advice.target.id
        answers = decision.why(advice.action, target).answers
        matching = [answer for answer in answers if isinstance(answer, AdvisedRecord) and answer.rank == advice.rank]
        assert [[rule.rule for rule in one.conclusion.rules] for one in matching] == [
            [rule.rule for rule in advice.because]
        ]
        for one in matching:
            assert all(test.held == test.wanted for rule in one.conclusion.rules for test in rule.tests)


@draws(25)
@given(cases, st.data())
def test_every_question_has_an_answer_that_the_decision_bears_out(case: dict[str, Any], data: st.DataObject) -> None:
    """No error, nothing that is in the list is said not to be, and what opens does so at that second."""
    decision = PACK.decide(case)
    ids = [None, "c", *(id_ for app_ in case["applications"] for id_ in _ids(app_))]
    for action in data.draw(st.lists(st.sampled_from(sorted(PACK.checked.actions)), min_size=4, max_size=8)):
        record = decision.why(action, data.draw(st.sampled_from(ids)))
        assert record.answers
        assert _text(record)
        assert_fits(record, why_schema)
        for answer in record.answers:
            if isinstance(answer, NotAdvisedRecord):
                assert not _advised(decision, action, answer)
                assert all(test.held != test.wanted for near in answer.near for test in near.failing)
                assert all(test.held == test.wanted for near in answer.near for test in near.met)
            if isinstance(answer, NotAdvisedRecord | DefeatedRecord) and isinstance(answer.opening, OpensRecord):
                at = datetime.fromisoformat(answer.opening.at)
                assert _advised(PACK.decide(case, now=at), action, answer)
                assert not _advised(PACK.decide(case, now=at - timedelta(seconds=1)), action, answer)


def _ids(application: dict[str, Any]) -> list[str]:
    people = [f"{application['id']}/{person['id']}" for person in application["people"]]
    return [application["id"], *people]


PACK = tactful.load()


def test_told_before_is_a_record_of_its_own(pack: tactful.Policy) -> None:
    """What two rules rest on is reported once."""
    (answer,) = _decide(pack, "silence_after_the_promised_day").why("email_follow_up", "tom").answers
    assert isinstance(answer, AdvisedRecord)
    assert any(isinstance(test.because, ToldRecord) for test in answer.conclusion.rules[1].tests)
