"""What two decisions have different, and why: claims first, then what holds of every pair of cases."""

from __future__ import annotations

import copy
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml
from hypothesis import given
from typer.testing import CliRunner

import tactful
from draws import draws
from fitting import assert_fits
from shipped_cases import cases
from tactful.cli.app import app
from tactful.formats.schema import comparison_schema
from tactful.formats.text.comparison import render_differences
from tactful.formats.text.console import plain_console
from tactful.reasons.records.comparison import (
    AddedRecord,
    AlternativeToRecord,
    ChangedRecord,
    ComparisonRecord,
    LacksRecord,
    NoRuleRecord,
    RemovedRecord,
    RowGoneRecord,
    RuleGoneRecord,
    SetAsideByRecord,
)

EXAMPLES = Path(__file__).parents[2] / "examples"
PACK = tactful.load()


def _example(name: str) -> dict[str, Any]:
    path = next(EXAMPLES.glob(f"{name}.*"))
    loaded: dict[str, Any] = json.loads(msgspec.json.encode(yaml.safe_load(path.read_text())))
    return loaded


def _people(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {person["id"]: person for person in case["applications"][0]["people"]}


def _text(record: ComparisonRecord) -> str:
    out = io.StringIO()
    render_differences(record, plain_console(out, 110))
    return out.getvalue()


def _compare(before: dict[str, Any], after: dict[str, Any]) -> ComparisonRecord:
    return PACK.decide(before).compare(PACK.decide(after))


def test_a_changed_wish_takes_its_prohibition_with_it() -> None:
    """The fact is named as it is written, and the rule that no longer fires is reported."""
    before = _example("two_interviewers_one_wants_email")
    after = copy.deepcopy(before)
    _people(after)["dana"]["prefers"] = "phone"
    record = _compare(before, after)
    assert [(fact.fact, fact.before, fact.after) for fact in record.facts] == [
        ("person[dana].prefers", "email", "phone")
    ]
    (removed,) = record.advice
    assert isinstance(removed, RemovedRecord)
    assert (removed.action, removed.target.id, [rule.rule for rule in removed.because]) == (
        "call",
        "dana",
        ["stated-preference"],
    )
    assert isinstance(removed.after, NoRuleRecord)
    (lacks,) = removed.after.rules
    assert isinstance(lacks, LacksRecord)
    assert [(test.field, test.phrase, test.value) for test in lacks.failing] == [("person.prefers", "email", "phone")]
    assert record.unchanged == 5


def test_a_message_that_was_sent_is_a_fact_of_its_own() -> None:
    """Thanking Lee takes that advice away, and the step about two notes with it; the message is told as a whole."""
    before = _example("two_interviewers_one_wants_email")
    after = copy.deepcopy(before)
    message = {"person": "lee", "direction": "sent", "kind": "thank_you", "sent_at": "2026-11-22T09:00:00-05:00"}
    after["applications"][0]["messages"] = [message]
    record = _compare(before, after)
    (fact,) = record.facts
    assert fact.fact == "message[thank you sent Sun 22 Nov 2026, 09:00 to Lee Park]"
    assert (fact.before, fact.before_said) == (None, "not there")
    changed, removed = record.advice
    assert isinstance(changed, ChangedRecord)
    assert isinstance(removed, RemovedRecord)
    assert (changed.target.id, [change.what for change in changed.changes]) == ("dana", ["steps"])
    assert (removed.action, removed.target.id) == ("thank_you_note", "lee")


def test_what_gave_way_is_shown_as_an_alternative() -> None:
    """The manager, whom the candidate met, takes the follow-up's place; the recruiter is an alternative."""
    after = _example("silence_after_the_promised_day")
    before = copy.deepcopy(after)
    own = before["applications"][0]
    own["people"] = [person for person in own["people"] if person["id"] != "tom"]
    own["interviews"][0]["interviewers"] = own["messages"] = []
    added, removed = (one for one in _compare(before, after).advice if one.action == "email_follow_up")
    assert isinstance(added, AddedRecord)
    assert isinstance(removed, RemovedRecord)
    assert (added.target.id, removed.target.id) == ("tom", "ines")
    assert isinstance(added.before, NoRuleRecord)
    assert [type(rule) for rule in added.before.rules] == [RowGoneRecord, RowGoneRecord]
    assert removed.after == AlternativeToRecord(to="Write to Tom Whitfield and ask where things stand")


def test_what_was_set_aside_names_the_rules_that_did_it() -> None:
    """A person who asks for no contact is no longer thanked: the prohibition is named, and what it set aside."""
    before = _example("two_interviewers_one_wants_email")
    after = copy.deepcopy(before)
    _people(after)["lee"]["contact_policy"] = "closed"
    record = _compare(before, after)
    removed = next(one for one in record.advice if isinstance(one, RemovedRecord))
    assert isinstance(removed.after, SetAsideByRecord)
    assert removed.after.by == ("person-wants-no-contact",)
    assert [(conclusion.side, conclusion.action, conclusion.target.id) for conclusion in record.set_aside] == [
        ("after", "thank_you_note", "lee")
    ]


def test_two_packs_are_compared_on_one_case() -> None:
    """A pack that waits longer has another deadline by the same rule."""
    case = _example("two_interviewers_one_wants_email")
    other = tactful.loads("extends: default\nparameters: {first_follow_up_after: 8 business days}")
    (changed,) = PACK.decide(case).compare(other.decide(case)).advice
    assert isinstance(changed, ChangedRecord)
    assert [change.what for change in changed.changes] == ["due"]
    assert (changed.rules_both, changed.rules_new) == (("wait-for-an-answer",), ())


def test_a_profile_that_never_asks_waits_by_another_rule() -> None:
    """The rule that no longer counts and the one that counts now are reported, and so is the new prohibition."""
    case = _example("two_interviewers_one_wants_email")
    record = PACK.decide(case).compare(tactful.load("profile:reserved").decide(case))
    added, changed = record.advice
    assert isinstance(added, AddedRecord)
    assert (added.after.modality, added.action) == ("should_not", "ask_for_news")
    assert isinstance(changed, ChangedRecord)
    assert [[rule.rule for rule in rules] for rules in (changed.rules_gone, changed.rules_new)] == [
        ["wait-for-an-answer"],
        ["wait-where-nobody-asks"],
    ]
    assert record.facts == ()


def test_a_rule_that_the_other_pack_does_not_have_is_said_to_be_missing() -> None:
    """An overlay that switches a rule off takes its advice away."""
    case = _example("two_interviewers_one_wants_email")
    other = tactful.loads("extends: default\nrules: {wait-for-an-answer: off}")
    (removed,) = PACK.decide(case).compare(other.decide(case)).advice
    assert isinstance(removed, RemovedRecord)
    assert removed.after == NoRuleRecord(rules=(RuleGoneRecord(rule="wait-for-an-answer"),))


def test_a_rule_that_concerns_somebody_else_now_says_so() -> None:
    """The person that all contact goes through is another one."""
    policy = tactful.loads("""
actions: {greet: {about: a greeting}}
rules:
  greet:
    about: Greet the person that all contact goes through.
    source: House rules
    for each: application
    when: {application.contact_via: known}
    then: {should: greet, to: application.contact_via}
    because: they speak for the company
""")
    application = {"id": "acme", "people": [{"id": "sarah"}, {"id": "tim"}], "contact_via": "sarah"}
    before = {"now": "2026-11-23T10:00:00Z", "candidate": {"id": "c"}, "applications": [application]}
    after = {**before, "applications": [{**application, "contact_via": "tim"}]}
    compared = policy.decide(before).compare(policy.decide(after)).advice
    removed = next(one for one in compared if isinstance(one, RemovedRecord))
    assert isinstance(removed.after, NoRuleRecord)
    assert [rule.failing for rule in removed.after.rules if isinstance(rule, LacksRecord)] == [()]


def test_only_what_changed_places_with_others_counts_as_moved() -> None:
    """What slides because something came or went above it is no difference; what overtakes is."""
    pack = """
actions: {{a: {{about: x}}, b: {{about: x}}, c: {{about: x}}, d: {{about: x}}}}
rules:
  a: {{for each: candidate, then: {{should: a}}, because: x, priority: 50}}
  b: {{for each: candidate, then: {{should: b}}, because: x, priority: 40}}
  c: {{for each: candidate, then: {{should: c}}, because: x, priority: {0}}}
  d: {{for each: candidate, when: {{candidate.employed: yes}}, then: {{should: d}}, because: x, priority: 90}}
"""
    case = {"now": "2026-11-23T10:00:00Z", "candidate": {"id": "c"}}
    before = tactful.loads(pack.format(30)).decide(case)
    after = tactful.loads(pack.format(60)).decide({**case, "candidate": {"id": "c", "employed": True}})
    added, changed = before.compare(after).advice
    assert isinstance(added, AddedRecord)
    assert isinstance(changed, ChangedRecord)
    assert [(change.what, change.before, change.after) for change in changed.changes] == [
        ("rank", "3", "2"),
        ("priority", "30", "60"),
    ]


def test_two_candidates_are_compared_in_advice_alone() -> None:
    """Their facts have nothing to do with one another, but advice about the candidate is the same advice."""
    record = _compare(_example("silence_after_the_promised_day"), _example("call_or_write"))
    assert (record.same_candidate, record.facts) == (False, ())
    assert "keep_searching" not in [one.action for one in record.advice]
    assert "The candidates differ" in _text(record)


def test_an_id_that_several_applications_have_is_told_in_full() -> None:
    """``person[b/dana]`` and not ``person[dana]``, where ``a`` has a Dana too."""
    people = [{"id": "dana"}]
    case = {
        "now": "2026-11-23T10:00:00Z",
        "candidate": {"id": "c"},
        "applications": [{"id": "a", "people": people}, {"id": "b", "people": people}],
    }
    other = copy.deepcopy(case)
    other["applications"][1]["people"] = [{"id": "dana", "name": "[red]D"}]  # type: ignore[index]
    record = _compare(case, other)
    assert [(fact.fact, fact.before_said, fact.after_said) for fact in record.facts] == [
        ("person[b/dana].name", "unknown", "[red]D")
    ]
    assert "person[b/dana].name: unknown → [red]D" in _text(record)


def test_the_command_prints_text_and_json() -> None:
    """JSON fits its schema; the same case twice has no difference."""
    case = str(EXAMPLES / "two_interviewers_one_wants_email.yaml")
    text = CliRunner().invoke(app, ["compare", case, case])
    assert text.exit_code == 0
    assert "No difference" in text.output
    data = CliRunner().invoke(app, ["compare", case, case, "--against", "profile:reserved", "--format", "json"])
    jsonschema.validate(json.loads(data.output), comparison_schema())
    assert json.loads(data.output)["after"]["pack"]["name"] == "reserved"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.*")), ids=lambda path: path.stem)
def test_a_case_does_not_differ_from_itself(path: Path) -> None:
    """Nothing is told where nothing changed."""
    decision = PACK.decide(PACK.read_text(path.read_bytes(), path.name))
    record = decision.compare(decision)
    assert (record.facts, record.advice, record.set_aside) == ((), (), ())
    assert record.unchanged == len(decision.actions)


@draws(40)
@given(cases, cases)
def test_differences_add_up(before: dict[str, Any], after: dict[str, Any]) -> None:
    """What the first has, less what it alone has, plus what the second alone has, is what the second has."""
    one, other = PACK.decide(before), PACK.decide(after)
    record = one.compare(other)
    added = sum(isinstance(each, AddedRecord) for each in record.advice)
    removed = sum(isinstance(each, RemovedRecord) for each in record.advice)
    assert len(one.actions) - removed + added == len(other.actions)
    assert record.unchanged + len(record.advice) - removed == len(other.actions)
    assert _text(record)
    assert_fits(record, comparison_schema)
