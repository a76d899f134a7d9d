"""The compiled engine against the plain evaluator, on the shipped pack and drawn cases."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tactful
from answering import answer
from draws import draws
from reference_cases import NOW, cases, iso
from shipped_cases import PACKS
from tactful.engines.evaluate import Evaluator
from tactful.engines.expiry import Expiry, fires
from tactful.facts.entities import ENTITIES
from tactful.facts.rows import row_key


@pytest.fixture(scope="module", params=PACKS)
def pack(request: pytest.FixtureRequest) -> tactful.Policy:
    return tactful.load(request.param)


@draws(60)
@given(data=cases)
def test_compiled_rules_fire_as_their_conditions_read(pack: tactful.Policy, data: dict[str, Any]) -> None:
    """For every rule and row: it fires where its conditions hold, with the deadline that follows from it."""
    case = pack.read(data)
    evaluator = Evaluator(case, NOW, {fact.id: fact for fact in pack.checked.facts}, pack.calendars)
    expected = set()
    for rule in pack.checked.rules:
        for row in evaluator.rows(rule.entity):
            env = evaluator.environment(rule.entity, row)
            if fires(rule, env, evaluator):
                due = None
                if rule.by is not None:
                    due = evaluator.deadline(rule.by, env)
                elif not rule.endless:
                    due = Expiry(evaluator).until(rule, row)
                expected.add((rule.id, row.no, rule.entity, due))
    firings = pack.fire(case, NOW)
    rules = pack.checked.rules
    assert {(rules[one.rule].id, one.row.no, rules[one.rule].entity, one.due) for one in firings} == expected
    assert len(firings) == len(expected)
    assert {rule.entity for rule in rules} <= set(ENTITIES)


@draws(60)
@given(data=cases)
def test_the_order_of_facts_never_matters(pack: tactful.Policy, data: dict[str, Any]) -> None:
    """Turning every list round leaves the decision as it was."""
    turned = {
        **data,
        "applications": [
            {**application, **{part: application[part][::-1] for part in ("people", "interviews", "messages")}}
            for application in data["applications"][::-1]
        ],
    }
    assert answer(pack.decide(turned)) == answer(pack.decide(data))


@draws(60)
@given(data=cases, feeling=st.sampled_from(["well", "mixed", "badly"]))
def test_how_it_felt_changes_nothing(pack: tactful.Policy, data: dict[str, Any], feeling: str) -> None:
    """No shipped rule reads the candidate's own feeling."""
    changed = {
        **data,
        "applications": [
            {**application, "interviews": [{**interview, "went": feeling} for interview in application["interviews"]]}
            for application in data["applications"]
        ],
    }
    assert answer(pack.decide(changed)) == answer(pack.decide(data))


@draws(60)
@given(data=cases)
def test_nobody_is_told_to_leave_without_a_signed_offer(pack: tactful.Policy, data: dict[str, Any]) -> None:
    """An employed candidate is told to stay unless an offer is signed and unconditional, or notice has been given.

    Nobody is told so who may only want another job at the same employer.
    """
    firm = any(
        application.get("status") not in ("rejected", "withdrawn")
        and "offer" in application
        and application["offer"].get("form") in ("written", None)
        and application["offer"].get("conditional") is False
        and application["offer"].get("signed_at", "9999") <= iso(NOW)
        for application in data["applications"]
    )
    actions = {(action.modality, action.action) for action in pack.decide(data).actions}
    candidate = data["candidate"]
    inside = any(application.get("internal") for application in data["applications"])
    if candidate.get("employed") and not candidate.get("notice_given") and not inside and not firm:
        assert ("must_not", "resign") in actions
    if not firm:
        assert not [action for action in actions if action[1] in ("resign", "give_notice") and "not" not in action[0]]


@draws(150)
@given(data=cases)
def test_every_decision_meets_the_invariants(pack: tactful.Policy, data: dict[str, Any]) -> None:
    """What the pack says must always hold does hold."""
    assert pack.violations(data) == []


@draws(60)
@given(data=cases)
def test_nothing_advised_is_prohibited_too(pack: tactful.Policy, data: dict[str, Any]) -> None:
    """A recommendation and a prohibition of the same action and target never stand in one list."""
    actions = [(action.action, action.application, action.target) for action in pack.decide(data).actions]
    assert len(set(actions)) == len(actions)


CALENDAR_FREE = """
facts:
  person.last: {latest: message.sent_at, where: {message.person: same as person.id}}
actions: {note: {about: a note}}
rules:
  note:
    for each: interviewer
    when: {interview.ended_at: between 2 hours and 2 days ago}
    then: {should: note, to: interviewer.person}
    because: fresh
  again:
    for each: person
    when: {person.last: at least 1 week ago}
    then: {may: note}
    because: long ago
"""


def _shifted(value: Any, delta: int) -> Any:
    """The same data with every moment moved."""
    if isinstance(value, dict):
        return {key: _shifted(one, delta) for key, one in value.items()}
    if isinstance(value, list):
        return [_shifted(one, delta) for one in value]
    if isinstance(value, str) and len(value) > 18 and value[10] == "T":
        return iso(int(datetime.fromisoformat(value).timestamp()) + delta)
    return value


@draws(150)
@given(data=cases, delta=st.integers(-40_000_000, 40_000_000))
def test_moving_all_moments_moves_the_deadlines_and_nothing_else(data: dict[str, Any], delta: int) -> None:
    """Where no calendar is involved, only the distance from ``now`` counts."""
    small = tactful.loads(CALENDAR_FREE)
    before, after = small.decide(data), small.decide(_shifted(data, delta))
    assert [(action.modality, action.action, action.target) for action in after.actions] == [
        (action.modality, action.action, action.target) for action in before.actions
    ]
    assert [action.due and action.due.timestamp() for action in after.actions] == [
        action.due and action.due.timestamp() + delta for action in before.actions
    ]


@draws(200)
@given(data=st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_loading_raises_nothing_but_diagnostics(data: bytes | str) -> None:
    """Whatever the bytes: a pack, or every mistake in it."""
    with contextlib.suppress(tactful.InvalidInput):
        tactful.loads(data)


@draws(200)
@given(data=st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_reading_a_case_raises_nothing_but_diagnostics(pack: tactful.Policy, data: bytes | str) -> None:
    """Whatever the bytes: a decision, or every mistake in them."""
    with contextlib.suppress(tactful.InvalidInput):
        pack.decide(data)


def test_row_keys_tell_rows_of_different_applications_apart(pack: tactful.Policy) -> None:
    """The same id in two applications makes two different keys."""
    case = pack.read(
        {"candidate": {"id": "c"}, "applications": [{"id": one, "people": [{"id": "p"}]} for one in ("a", "b")]}
    )
    assert len({row_key(family.people[0]) for family in case.families}) == 2
