"""Counterfactuals: smallest changes, each tried, none that takes back what has happened."""

from __future__ import annotations

from typing import Any

from hypothesis import given

import tactful
from draws import draws
from shipped_cases import cases
from tactful.reasons.records.decision import FlipsRecord
from tactful.reasons.what_if.counterfactuals import Counterfactuals, Wish

PACK = tactful.load()
CASE: dict[str, Any] = {
    "now": "2026-11-23T10:00:00-05:00",
    "candidate": {"id": "c", "time_zone": "America/New_York", "country": "US", "employed": True},
    "applications": [
        {
            "id": "acme",
            "status": "interviewing",
            "reply_by": "2026-11-27T17:00:00-05:00",
            "contact_policy": "open",
            "people": [
                {"id": "dana", "name": "Dana", "prefers": "phone", "contact_policy": "open"},
                {"id": "lee", "name": "Lee", "prefers": "email", "contact_policy": "open"},
            ],
            "interviews": [{"id": "onsite", "ended_at": "2026-11-21T16:30:00-05:00", "interviewers": ["dana", "lee"]}],
        }
    ],
}


def _flips(action: str, target: str, prohibits: bool = False, case: dict[str, Any] = CASE) -> FlipsRecord:
    decision = PACK.decide(case)
    family = decision.context.case.families[0]
    rows = {person.id: person for person in (decision.context.case.candidate, family.application, *family.people)}
    return Counterfactuals(decision.context).of(Wish(action, prohibits, rows[target]))


def _said(record: FlipsRecord) -> list[list[tuple[str, str]]]:
    return [[(change.who, change.text) for change in flip.changes] for flip in record.ways]


def test_what_the_candidate_can_do_comes_first_then_time() -> None:
    """A thank-you is no longer due once it is sent, or once a week has passed since the interview."""
    ways = [(way[0][0], way[0][1]) for way in _said(_flips("thank_you_note", "dana"))]
    assert ("mine", "thank you sent to Dana") in ways
    assert next(way for way in ways if way[0] != "mine") == ("time", "wait until Sat 28 Nov 2026, 16:30")


def test_time_is_told_to_the_second_at_which_it_does_it() -> None:
    """A call opens two business days after the promised day, when people are back at work, and not a second before."""
    record = _flips("call", "dana")
    assert not record.given
    [flip] = record.ways
    [change] = flip.changes
    assert change.after == "2026-12-02T09:00:00-05:00"


def test_a_stated_preference_is_theirs_to_change() -> None:
    """Lee wants email; only Lee can say otherwise."""
    assert _said(_flips("call", "lee", prohibits=True)) == [[("theirs", "person[lee].prefers: email → phone")]]


def test_it_takes_a_signature_without_conditions_to_be_free_to_leave_and_nobody_is_told_to_be_unemployed() -> None:
    """The present job can be given up with a signed, unconditional offer; neither the job nor the notice is changed."""
    known = {**CASE, "candidate": {**CASE["candidate"], "notice_given": False}}
    known["applications"] = [{**application, "internal": False} for application in CASE["applications"]]
    record = _flips("resign", "c", prohibits=True, case=known)
    assert {change.path for change in record.ways[0].changes} == {"offer[acme].signed_at", "offer[acme].conditional"}
    assert not [change for flip in record.ways for change in flip.changes if change.path.startswith("candidate")]
    assert record.given


def test_a_promised_day_is_put_off_at_most_never_taken_back() -> None:
    """Once the promised day and its grace are over, waiting ends; a suggestion may be a later day, never none."""
    late = {**CASE, "now": "2026-12-02T10:00:00-05:00"}
    for flip in _flips("email_follow_up", "lee", case=late).ways:
        for change in flip.changes:
            if change.path.endswith("reply_by"):
                assert change.after is not None
                assert change.after > "2026-12-02"


@draws(15)
@given(data=cases)
def test_every_suggestion_does_what_it_says(data: dict[str, Any]) -> None:
    """Changed as suggested, the case leads to a decision with, or without, the advice; no fixed fact is changed."""
    case = PACK.read(data)
    decision = PACK.decide(case)
    for conclusion in decision.ranking.ranked[:3]:
        wish = Wish(conclusion.action, conclusion.prohibits, conclusion.target)
        for flip in Counterfactuals(decision.context).of(wish).ways[:4]:
            facts = {
                change.path: change.after
                for change in flip.changes
                if change.who != "time" and "messages" not in change.path
            }
            if len(facts) != len(flip.changes):
                continue
            assert all(value is not None for value in facts.values())
            after = PACK.decide(PACK.change(case, facts))
            kept = {
                (conclusion.action, conclusion.prohibits, conclusion.target.no, type(conclusion.target))
                for conclusion in after.ranking.ranked
            }
            assert (conclusion.action, conclusion.prohibits, conclusion.target.no, type(conclusion.target)) not in kept
            for change in flip.changes:
                field = change.path.rpartition(".")[2]
                note = next(
                    n
                    for name, n in PACK.checked.fields.items()
                    if name.endswith(f".{field}") and f"{name.partition('.')[0]}" in change.path
                )
                assert note.mutability != "fixed" or change.before is None


def test_a_pack_may_say_who_can_change_a_field() -> None:
    """A custom fact that is the candidate's own to change is suggested before waiting is."""
    pack = tactful.loads(
        "custom_facts: {application: {portal_checked: {type: yes/no, mutability: mine}}}\n"
        "actions: {look: {about: Look.}}\n"
        "rules: {r: {for each: application, unless: {application.portal_checked: yes}, then: {should: look}, because: So.}}\n"
    )
    decision = pack.decide(
        {"candidate": {"id": "c"}, "applications": [{"id": "acme", "custom": {"portal_checked": False}}]}
    )
    target = decision.context.case.families[0].application
    [flip] = Counterfactuals(decision.context).of(Wish("look", False, target)).ways
    assert [(change.who, change.text) for change in flip.changes] == [
        ("mine", "application[acme].portal_checked: no → yes")
    ]


def test_where_nothing_does_it_nothing_is_suggested() -> None:
    """No change of facts makes the pack recommend what it never recommends."""
    assert _flips("resign", "c").ways == ()
