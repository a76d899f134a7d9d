"""The order of an action: what comes first among conclusions that are equal in all else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import tactful

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
PACK = """
actions:
  contact: {about: reach, one per: application, order: ORDER}
  call: {is_a: contact}
custom_facts:
  person: {distance: number, patience: duration}
facts:
  person.met_at:
    latest: message.sent_at
    where: {message.person: same as person.id, message.sent_at: past}
rules:
  reach: {for each: person, then: {should: call}, because: so}
"""


def _decide(order: str, people: list[dict[str, Any]], messages: list[dict[str, Any]] | None = None) -> list[str]:
    """The person to call, and then the alternatives."""
    advice = _policy(order).decide(_case(people, messages or []), NOW).actions
    assert len(advice) == 1
    return [advice[0].target.id, *(alternative.target.id for alternative in advice[0].alternatives)]


def _policy(order: str) -> tactful.Policy:
    return tactful.loads(PACK.replace("ORDER", order))


def _case(people: list[dict[str, Any]], messages: list[dict[str, Any]]) -> dict[str, Any]:
    return {"candidate": {"id": "ada"}, "applications": [{"id": "acme", "people": people, "messages": messages}]}


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("[]", "abc"),
        ("[{person.invited_call: yes first}]", "cab"),
        ("[{person.invited_call: no first}]", "acb"),
        ("[{person.distance: smallest first}]", "bac"),
        ("[{person.distance: largest first}]", "abc"),
        ("[{person.patience: longest first}]", "cba"),
        ("[{person.patience: shortest first}]", "bca"),
        ("[{person.business_day: yes first}, {person.distance: smallest first}]", "bac"),
        ("[{application.reply_by: latest first}, {person.invited_call: yes first}]", "cab"),
        ("[{message.sent_at: latest first}]", "abc"),
    ],
)
def test_fields_decide_before_ids(order: str, first: str) -> None:
    """Known values come in the order that is said, unknown ones last, and what is not in scope decides nothing."""
    people: list[dict[str, Any]] = [
        {"id": "a", "invited_call": False, "custom": {"distance": 2.5}},
        {"id": "b", "custom": {"distance": -1, "patience": "1 hour"}},
        {"id": "c", "invited_call": True, "custom": {"patience": "2 hours"}},
    ]
    assert _decide(order, people) == list(first)
    assert _decide(order, people[::-1]) == list(first)


def test_the_next_field_decides_where_the_first_is_equal() -> None:
    """Values are compared one field after the other; the ids come last."""
    order = "[{person.invited_call: yes first}, {person.distance: largest first}]"
    people: list[dict[str, Any]] = [
        {"id": "a", "invited_call": True, "custom": {"distance": 1}},
        {"id": "b", "invited_call": True, "custom": {"distance": 3}},
        {"id": "c", "invited_call": True, "custom": {"distance": 3}},
        {"id": "d", "custom": {"distance": 9}},
    ]
    assert _decide(order, people) == ["b", "c", "a", "d"]


def test_a_plan_follows_an_order_that_changes_by_time_alone() -> None:
    """As a moment passes, another person comes first, although the same rules fire for the same people."""
    people: list[dict[str, Any]] = [{"id": "a"}, {"id": "b"}]
    messages = [
        {"person": "a", "direction": "received", "sent_at": (NOW - timedelta(days=1)).isoformat()},
        {"person": "b", "direction": "received", "sent_at": (NOW + timedelta(days=1)).isoformat()},
    ]
    policy, case = _policy("[{person.met_at: latest first}]"), _case(people, messages)
    plan = policy.plan(case, NOW, until=NOW + timedelta(days=3))
    (change,) = plan.changes
    assert change - NOW == timedelta(days=1)
    assert plan.at(change - timedelta(seconds=1)).actions[0].target.id == "a"
    assert plan.at(change).actions[0].target.id == "b" == policy.decide(case, change).actions[0].target.id


def test_the_nearest_order_of_a_family_counts() -> None:
    """A kind of an action that states an order of its own does not inherit that of its family."""
    people: list[dict[str, Any]] = [{"id": "a"}, {"id": "b", "invited_call": True, "custom": {"distance": 5}}]
    inherited = _policy("[{person.invited_call: yes first}]")
    own = tactful.loads(
        PACK.replace("ORDER", "[{person.invited_call: yes first}]").replace(
            "{is_a: contact}", "{is_a: contact, order: []}"
        )
    )
    firsts = [policy.decide(_case(people, []), NOW).actions[0].target.id for policy in (inherited, own)]
    assert firsts == ["b", "a"]


@pytest.mark.parametrize(
    ("order", "message", "help_"),
    [
        (
            "[{person.distance: smalest first}]",
            "is number, and `smalest first` does not say",
            "did you mean `smallest first`?",
        ),
        ("[{person.met_at: up}]", "is moment, and `up` does not say", "write `latest first` or `earliest first`"),
        ("[{person.role: yes first}]", "is one of a set, which cannot sort", "a table can give each value a number"),
        ("[{person.dance: yes first}]", "a person has no field `dance`", ""),
        ("person.distance", "`order` is a list of fields", ""),
        ("[person.distance]", "each entry of `order` is a field and what goes first", ""),
        ("[{person.distance: largest first, person.met_at: latest first}]", "each entry of `order` is a field", ""),
    ],
)
def test_a_mistake_in_an_order_is_reported_once(order: str, message: str, help_: str) -> None:
    """Where it is, what is wrong and what to write; not again for each kind of the action."""
    with pytest.raises(tactful.InvalidInput) as caught:
        _policy(order)
    (mistake,) = caught.value.diagnostics
    assert message in mistake.message
    assert help_ in (mistake.help or "")
