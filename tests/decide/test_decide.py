"""The main job, from facts to ranked advice, on small packs."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import tactful
from answering import answer

PACK = """
pack: {name: small, version: 1}
parameters:
  within: {value: 2 days, about: how long}
facts:
  person.written_to:
    exists: message
    where: {message.person: same as person.id, message.direction: sent}
actions:
  contact: {about: Reach somebody}
  call: {is_a: contact, label: "Call {person.name|them}"}
  note: {is_a: contact, label: "Write to {person.name|them}"}
rules:
  note:
    for each: interviewer
    when: {interview.ended_at: at most $within ago, interviewer.written_to: no}
    then: {should: note, to: interviewer.person}
    by: $within after interview.ended_at
    because: "{person.name|somebody} met you {interview.ended_at}"
    priority: 80
  call:
    for each: person
    when: {person.invited_call: yes}
    then: {may: call}
    because: invited
  no-call:
    for each: person
    when: {person.prefers: email}
    then: {must_not: call}
    because: asked for email
    priority: 1
    safety: yes
  typed:
    for each: candidate
    when: {candidate.handwriting_legible: no}
    then: {step: Type it, of: contact}
    because: hard to read
"""

CASE: dict[str, Any] = {
    "now": "2026-11-23T10:00:00Z",
    "candidate": {"id": "c", "handwriting_legible": False},
    "applications": [
        {
            "id": "a",
            "people": [
                {"id": "dana", "name": "Dana", "prefers": "email", "invited_call": True},
                {"id": "lee", "name": "Lee", "invited_call": True},
            ],
            "interviews": [{"id": "i", "ended_at": "2026-11-21T16:30:00Z", "interviewers": ["dana", "lee"]}],
        }
    ],
}


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.loads(PACK)


def _actions(decision: tactful.Decision) -> list[tuple[str, str, str]]:
    return [(action.modality, action.action, action.target.id) for action in decision.actions]


def test_advice_is_ranked_by_priority_and_ties_by_name(pack: tactful.Policy) -> None:
    """Priority first; of equals the target's id decides."""
    assert _actions(pack.decide(CASE)) == [
        ("should", "note", "dana"),
        ("should", "note", "lee"),
        ("may", "call", "lee"),
        ("must_not", "call", "dana"),
    ]


def test_a_safety_prohibition_wins_against_any_priority(pack: tactful.Policy) -> None:
    """The defeated recommendation stays visible with what defeated it."""
    (lost,) = pack.decide(CASE).set_aside
    assert (lost.action, lost.target.id, [one.modality for one in lost.by]) == ("call", "dana", ["must_not"])


def test_the_deadline_follows_from_by(pack: tactful.Policy) -> None:
    """``by`` counts from the moment that it names."""
    due = pack.decide(CASE).actions[0].due
    assert due is not None
    assert due.isoformat() == "2026-11-23T16:30:00+00:00"


@pytest.mark.parametrize(("now", "fires"), [("16:30:00", True), ("16:30:01", False)])
def test_at_most_includes_its_boundary(pack: tactful.Policy, now: str, fires: bool) -> None:
    """``at most 2 days ago`` holds up to the very second and not one longer."""
    decision = pack.decide({**CASE, "now": f"2026-11-23T{now}Z"})
    assert any(action.action == "note" for action in decision.actions) is fires


def test_a_step_goes_to_every_recommendation_of_the_family(pack: tactful.Policy) -> None:
    """Steps of ``contact`` reach notes and calls; prohibitions have none."""
    assert [action.steps for action in pack.decide(CASE).actions] == [("Type it",), ("Type it",), ("Type it",), ()]


def test_an_explanation_names_conditions_with_the_values_met(pack: tactful.Policy) -> None:
    """What the rule asked and what it found are reported."""
    (because,) = pack.decide(CASE).actions[0].because
    assert because.text == "Dana met you Sat 21 Nov 2026, 16:30"
    assert [(condition.field, condition.phrase, condition.value) for condition in because.conditions] == [
        ("interview.ended_at", "at most $within ago", "2026-11-21T16:30:00+00:00"),
        ("interviewer.written_to", "no", False),
    ]


def test_the_order_of_facts_changes_nothing(pack: tactful.Policy) -> None:
    """Lists of people and interviewers have no order that counts."""
    application = CASE["applications"][0]
    interview = application["interviews"][0]
    turned = {
        **application,
        "people": application["people"][::-1],
        "interviews": [{**interview, "interviewers": interview["interviewers"][::-1]}],
    }
    assert answer(pack.decide({**CASE, "applications": [turned]})) == answer(pack.decide(CASE))


def test_threads_decide_alike(pack: tactful.Policy) -> None:
    """Eight threads on one policy come to one decision."""
    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda: answers.append(pack.decide(CASE).to_json())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [pack.decide(CASE).to_json()] * 8


def test_every_mistake_of_a_pack_is_reported_at_once() -> None:
    """Misspelt names come with what was meant, each at its own place."""
    wrong = PACK.replace("person.prefers: email", "person.preferes: email").replace("may: call", "may: cal")
    with pytest.raises(tactful.InvalidInput) as caught:
        tactful.loads(wrong, "wrong.yaml")
    assert [(diagnostic.code, diagnostic.help) for diagnostic in caught.value.diagnostics] == [
        ("T410", "did you mean `call`?"),
        ("T402", "did you mean `person.prefers`?"),
    ]


def test_every_mistake_of_a_case_is_reported_with_its_path(pack: tactful.Policy) -> None:
    """Nothing stops at the first."""
    case = {
        "candidate": {"id": "c", "employed": "yes", "colour": "red"},
        "applications": [{"id": "a", "messages": [{"person": "nobody"}]}],
    }
    with pytest.raises(tactful.InvalidInput) as caught:
        pack.decide(case)
    assert [(diagnostic.code, diagnostic.path) for diagnostic in caught.value.diagnostics] == [
        ("T210", "applications[0].messages[0].person"),
        ("T202", "candidate.colour"),
        ("T204", "candidate.employed"),
    ]


@pytest.mark.parametrize("hostile", ["{person.__class__}", "{0}", "{person.name!r}", "{person.name:>9}", "{"])
def test_a_hostile_placeholder_is_refused(hostile: str) -> None:
    """Placeholders are looked up, never evaluated."""
    with pytest.raises(tactful.InvalidInput):
        tactful.loads(PACK.replace("because: invited", f"because: '{hostile}'"))


def test_an_overlay_may_not_loosen_a_safety_rule() -> None:
    """Conditions of safety rules are out of an overlay's reach; switching one off takes a reason."""
    overlay = "extends: default\nrules:\n  stated-preference: {unless: {person.role: recruiter}}\n"
    with pytest.raises(tactful.InvalidInput) as caught:
        tactful.loads(overlay)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["T309"]
    with pytest.raises(tactful.InvalidInput):
        tactful.loads("extends: default\nrules:\n  stated-preference: off\n")
    off = tactful.loads("extends: default\nrules:\n  stated-preference: {off: yes, because: agreed}\n")
    assert [one.rule for one in off.decide(CASE).safety_off] == ["stated-preference"]


@pytest.mark.parametrize("text", ["[" * 10_000_000, "a: &a [b]\n" * 1_000_000, "{" * 900_000, "- " * 400_000])
def test_oversized_and_overdeep_texts_end_at_once(pack: tactful.Policy, text: str) -> None:
    """Neither size nor nesting makes the machine work: one diagnostic, before anything is built."""
    for read in (tactful.loads, lambda text: pack.read_text(text, "case.yaml")):
        with pytest.raises(tactful.InvalidInput) as caught:
            read(text)
        assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["T101"]
