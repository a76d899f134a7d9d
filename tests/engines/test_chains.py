"""Computed facts that name the one before twice: each is worked out once, by everything that reads facts."""

from __future__ import annotations

from typing import Any

import pytest

import tactful
from tactful.engines.expiry import rule_turns
from tactful.engines.rete.interpreter import Interpreter
from tactful.language.check.facts import MAX_FACT_DEPTH

CASE: dict[str, Any] = {
    "now": "2026-11-20T12:00:00Z",
    "candidate": {"id": "c", "employed": False, "time_zone": "Europe/Berlin"},
    "applications": [
        {
            "id": "a",
            "status": "applied",
            "reply_by": "2026-11-01T12:00:00Z",
            "people": [{"id": "x"}],
            "messages": [{"person": "x", "sent_at": "2026-11-01T12:00:00Z"}],
        }
    ],
}
FIRST = {
    "given": "{when: {candidate.employed: no}}",
    "moment": "{when: {application.reply_by: at most 40 days ago}}",
    "clock": "{when: {candidate.business_day: yes}}",
    "rows": "{exists: message, where: {message.sent_at: at most 40 days ago}}",
}
#: So long that twice the time for each fact would be hours.
LENGTH = 40
#: The longest chain of facts that the check of packs allows.
LONGEST = MAX_FACT_DEPTH


def _pack(first: str) -> tactful.Policy:
    facts = [f"  application.f0: {FIRST[first]}"]
    for no in range(1, LENGTH):
        before = f"application.f{no - 1}: yes"
        facts.append(
            f"  application.f{no}: {{when: {{any: [{{{before}, application.status: interviewing}}, "
            f"{{{before}, application.status: applied}}]}}}}"
        )
    return tactful.loads(
        "actions: {look: {about: Look.}}\nfacts:\n"
        + "\n".join(facts)
        + "\n"
        f"rules: {{r: {{for each: application, when: {{application.f{LENGTH - 1}: yes}}, "
        "then: {should: look}, because: So.}}}\n".replace("}}}\n", "}}\n")
    )


@pytest.mark.parametrize("first", FIRST)
def test_a_chain_takes_time_in_its_length(first: str) -> None:
    """Decisions, their JSON, plans, questions and both explanations end at once, and engines agree on the deadline."""
    policy = _pack(first)
    decision = policy.decide(CASE)
    assert [advice.action for advice in decision.actions] == ["look"]
    assert decision.to_json()
    assert policy.plan(CASE).items
    assert decision.why("look", flip=True).answers
    assert isinstance(decision.questions, tuple)
    case, now = decision.context.case, decision.context.now
    [firing] = policy.fire(case, now)
    assert (
        Interpreter(policy.checked, policy.calendars, case, now).due(policy.checked.rules[0], firing.row) == firing.due
    )
    env = decision.context.evaluator.environment("application", firing.row)
    assert len(list(rule_turns(policy.checked.rules[0], env, decision.context.evaluator))) < 100


@pytest.mark.parametrize("first", FIRST)
def test_a_chain_in_columns_takes_time_in_its_length(first: str) -> None:
    """Over columns each fact is computed once too, and the deadline is the compiled engine's."""
    policy = _pack(first)
    decided = policy.decide_tables(policy.tables([CASE, CASE | {"candidate": CASE["candidate"] | {"id": "d"}}]))
    due = policy.decide(CASE).actions[0].due
    assert [moment and moment.timestamp() for moment in decided.actions["due"].to_pylist()] == [
        due and due.timestamp()
    ] * 2


def _plain_chain(length: int) -> str:
    """A pack with a chain of facts, each of which is the fact before it."""
    facts = ["  application.f0: {when: {candidate.employed: no}}"]
    facts += [f"  application.f{no}: {{when: {{application.f{no - 1}: yes}}}}" for no in range(1, length)]
    return (
        "actions: {look: {about: Look.}}\nfacts:\n"
        + "\n".join(facts)
        + f"\nrules:\n  r: {{for each: application, when: {{application.f{length - 1}: yes}}, "
        "then: {should: look}, because: So.}\n"
    )


def test_the_longest_chain_is_decided_by_every_engine_and_a_longer_one_is_refused() -> None:
    """No chain ends in a ``RecursionError``: the longest that is allowed is decided, and the limit is reported."""
    policy = tactful.loads(_plain_chain(LONGEST))
    assert [advice.action for advice in policy.decide(CASE).actions] == ["look"]
    assert policy.decide_tables(policy.tables([CASE])).actions.num_rows == 1
    assert policy.decide(CASE).why("look").answers
    assert policy.plan(CASE).items
    for length in (LONGEST + 1, 1_000):
        with pytest.raises(tactful.InvalidInput) as caught:
            tactful.loads(_plain_chain(length))
        assert {mistake.code for mistake in caught.value.diagnostics} == {"T101"}
