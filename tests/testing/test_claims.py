"""Cases that embedders ask for, claims that they make of a pack in Python, and rules that fire in no drawn case."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

import tactful
from tactful.testing import assert_never, cases
from tactful.testing.properties.choosing import chosen_cases

POLICY = tactful.load()
RARE = """\
actions: {call: {about: a call}}
facts:
  application.asked: {count: message, where: {message.kind: follow_up, message.direction: sent}}
  application.seen: {exists: interview, where: {interview.ended_at: between 30 and 31 days ago, interview.stage: final}}
rules:
  rare:
    for each: application
    when:
      application.asked: at least 3
      application.seen: yes
      application.company: Zenith
      application.reply_by: between 2 and 3 days ago
      candidate.employed: no
    then: {should: call}
    because: a reason
  never:
    for each: application
    when: {application.seen: yes, application.calendar: acme}
    then: {should: call}
    because: a reason
"""


@settings(max_examples=15)
@given(case=cases(POLICY, country="DE", where={"person.prefers": "email", "application.status": "interviewing"}))
def test_cases_are_where_they_are_asked_for(case: dict[str, Any]) -> None:
    """Everybody is in the country, and the condition holds for some person."""
    assert case["candidate"]["country"] == "DE"
    applications = case["applications"]
    assert all("country" not in application for application in applications)
    people = [
        row
        for application in applications
        if application.get("status") == "interviewing"
        for row in application.get("people", [])
    ]
    assert any(person.get("prefers") == "email" for person in people)


def test_a_claim_holds_or_fails_with_a_small_case() -> None:
    """The case is YAML, and the rules behind the advice are named."""
    assert_never(POLICY, action="call", when={"person.prefers": "email"}, examples=60)
    with pytest.raises(AssertionError, match=r"(?s)keep_searching.*by: .*country: DE"):
        assert_never(POLICY, action="keep_searching", when={"candidate.country": "DE"}, examples=120)


def test_mistakes_in_claims_are_reported() -> None:
    """A country, a phrase and an action that do not exist."""
    with pytest.raises(tactful.TactfulError, match="'XX' is not a country"):
        cases(POLICY, country="XX")
    with pytest.raises(tactful.InvalidInput, match="`fax` is not a value"):
        cases(POLICY, where={"person.prefers": "fax"})
    with pytest.raises(tactful.InvalidInput, match="no action `fax`"):
        assert_never(POLICY, action="fax", when={})


def test_rules_that_drawn_cases_miss_are_looked_for_or_told() -> None:
    """A rule of five conditions fires; one that no case can make fire is reported with what is missing."""
    policy = tactful.loads(RARE)
    chosen = chosen_cases(policy, 400, 1)
    fired = {
        reason.rule for case in chosen.cases for advice in policy.decide(case).actions for reason in advice.because
    }
    assert fired == {"rare"}
    (unfired,) = chosen.unfired
    assert (unfired.rule, unfired.missing[-1]) == ("never", "application.calendar: acme")
    assert chosen_cases(policy, 400, 1) == chosen
