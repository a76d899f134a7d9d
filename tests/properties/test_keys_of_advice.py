"""Keys of advice: each piece has its own, on every engine, over time, and whatever else changes in the case."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tactful
from drawn import EXAMPLES_DRAWN
from extras import NEEDS_RETE
from shipped_cases import NOW, PACKS, cases, shipped

FEW = max(5, EXAMPLES_DRAWN // 20)
MESSAGES = """
actions: {reply: {about: a reply, leaves: {message: {kind: answer}}}, nap: {about: a nap, occasion: application.applied_at}}
rules:
  reply:
    about: Reply.
    source: House rules
    for each: message
    when: {message.direction: received}
    then: {may: reply}
    because: so
  nap: {about: Sleep., source: House rules, for each: application, then: {may: nap}, because: so}
"""
TWIN = {"direction": "received", "sent_at": "2026-11-24T12:00:00Z", "kind": "invitation"}
#: Ids that mean something elsewhere: in paths, in shells, in YAML, in names of advice.
IDS = ("a/b", "a:b", "nap:a", "a b", "日本", "\U0001f600", "x" * 3000, "5grivqcqzs3vlydc", "null", "yes", "1", "[a]")
MORE_IDS = ("application[a]", "a]b", "a.b", "'", '"', "\\", "#", "-", "..", "%2F", "a=b", "{x}", "e\u0301", "\u202e")


def _keys(decision: tactful.Decision) -> list[str]:
    """The keys of all that an answer has: advice, alternatives, and what was set aside."""
    shown = [key for advice in decision.actions for key in (advice.key, *(other.key for other in advice.alternatives))]
    return [*shown, *(aside.key for aside in decision.set_aside)]


@settings(max_examples=FEW)
@given(cases, st.sampled_from(PACKS))
def test_no_two_pieces_of_advice_have_one_key(case: dict[str, Any], pack: str) -> None:
    """Nor an alternative, nor what is set aside."""
    keys = _keys(shipped(pack).decide(case, NOW))
    assert len(set(keys)) == len(keys)


@settings(max_examples=FEW)
@given(cases, cases)
def test_keys_stay_over_an_unrelated_change(case: dict[str, Any], other: dict[str, Any]) -> None:
    """Further applications, another order of the lists, and another name change no key of an application's advice."""
    policy = shipped("default")
    more = [{**application, "id": f"more-{application['id']}"} for application in other["applications"]]
    applications = [{**application, "company": "Renamed"} for application in reversed(case["applications"])]
    zone = {} if case["candidate"].get("time_zone") else {"time_zone": "Europe/Dublin"}
    more = [{**application, **zone} for application in more]
    changed = {**case, "candidate": {**case["candidate"], "name": "Kim"}, "applications": [*more, *applications]}

    def keys(case: dict[str, Any]) -> dict[tuple[object, ...], str]:
        return {
            (advice.action, advice.modality, advice.target.entity, advice.target.id, advice.application): advice.key
            for advice in policy.decide(case, NOW).actions
            if advice.application is not None
        }

    before, after = keys(case), keys(changed)
    assert {subject: after.get(subject, key) for subject, key in before.items()} == before


@settings(max_examples=FEW)
@given(cases)
def test_tables_name_advice_by_the_same_keys(case: dict[str, Any]) -> None:
    """All that can be dismissed is dismissed; the rows in tables have its keys."""
    policy = shipped("default")
    keys = [advice.key for advice in policy.decide(case, NOW).actions if advice.kind != "avoid"]
    told = {**case, "dismissed": [{"key": key} for key in keys]}
    rows = policy.decide_tables(policy.tables([told]), NOW).actions.to_pylist()
    aside = {record.key for record in policy.decide(told, NOW).set_aside if record.handled}
    assert {row["key"] for row in rows if row["handled"]} == aside


@settings(max_examples=FEW)
@given(cases, st.floats(0, 0.999), st.integers(0, 20 * 24))
def test_what_was_done_is_never_advised_again(case: dict[str, Any], pick: float, hours: int) -> None:
    """At no later moment; and nobody is asked anything sooner than the gap allows."""
    policy, later = shipped("default"), NOW + timedelta(hours=hours)
    doable = [advice for advice in policy.decide(case, NOW).actions if not advice.modality.endswith("not")]
    if not doable:
        return
    advice = doable[int(pick * len(doable))]
    after = policy.done(case, advice.key, NOW)
    decision = policy.decide(after, later)
    assert advice.key not in [other.key for other in decision.actions]
    aside = [record for record in decision.set_aside if record.key == advice.key and record.handled]
    assert all(record.handled.how == "done" for record in aside)  # type: ignore[union-attr]
    assert "gap-kept" not in [violation.invariant for violation in policy.violations(after, later)]


def _case(id_: str = "acme", **fields: Any) -> dict[str, Any]:
    application = {"id": id_, "people": [{"id": id_}], "messages": [TWIN], **fields}
    return {"candidate": {"id": id_}, "now": "2026-11-25T12:00:00Z", "applications": [application]}


def test_messages_that_say_the_same_have_keys_of_their_own() -> None:
    """What is done about one of them leaves the other, and the first has the key that it had alone."""
    policy = tactful.loads(MESSAGES)
    alone = [advice.key for advice in policy.decide(_case()).actions if advice.action == "reply"]
    twins = _case(messages=[TWIN, {**TWIN, "channel": "phone"}])
    keys = [advice.key for advice in policy.decide(twins).actions if advice.action == "reply"]
    assert (keys[0], len(set(keys))) == (alone[0], 2)
    after = policy.decide(policy.done(twins, keys[1]))
    assert [advice.key for advice in after.actions if advice.action == "reply"] == keys[:1]


@pytest.mark.parametrize("id_", IDS + MORE_IDS)
def test_ids_may_look_like_anything(id_: str) -> None:
    """Advice about them is done, dismissed and undone like any other, through JSON as well."""
    policy = tactful.loads(MESSAGES)
    case = policy.read(_case(id_))
    for advice in policy.decide(case).actions:
        for told in (policy.done(case, advice.key), policy.dismiss(case, advice.key)):
            again = policy.read(told.to_json())
            assert advice.key not in [other.key for other in policy.decide(again).actions]
            assert policy.undo(again, advice.key).shape == case.shape


MANGLED: tuple[Any, ...] = (
    None,
    "",
    0,
    -1,
    1.5,
    True,
    [],
    {},
    [None],
    {"a": 1},
    "x",
    "x" * 5000,
    "2026-13-45",
    "2026-11-25",
    "\U0001f642",
)
MORE_MANGLED = (
    "offer[acme]",
    "offer[no]",
    "offer[",
    "person[acme].prefers",
    "application[acme].status",
    "]",
    "null",
    "[[",
    "1e999",
)


@pytest.mark.parametrize("part", ["done", "dismissed"])
def test_what_somebody_mangled_is_reported(part: str) -> None:
    """An entry with any value in any place is read, or refused with its place; nothing else fails."""
    policy = tactful.loads(MESSAGES)
    key = next(advice.key for advice in policy.decide(_case()).actions if advice.action == "reply")
    good = json.loads(policy.done(_case(), key).to_json())["done"][0]
    kept = {"path": "application[acme].company", "value": '"Acme"'}
    entry = {**good, "before": [kept]} if part == "done" else {"key": key, "about": "x", "until": "2026-12-01"}
    values = (*MANGLED, *MORE_MANGLED)
    entries: list[Any] = [{**entry, name: value} for name in (*entry, "other") for value in values]
    entries += [{**entry, "message": {**good["message"], name: value}} for name in good["message"] for value in values]
    entries += [{"key": key, "at": good["at"], "before": [{**kept, name: value}]} for name in kept for value in values]
    entries += [*values, *({k: v for k, v in entry.items() if k != name} for name in entry)]
    refused = 0
    for mangled in entries:
        case = {**_case(), part: [mangled]}
        try:
            json.loads(policy.decide(case).to_json())
            policy.undo(case, key)
        except tactful.TactfulError:
            refused += 1
    assert 0 < refused < len(entries)


def test_the_rete_engine_gives_the_same_keys() -> None:
    """For advice of several occasions and targets."""
    pytest.importorskip("durable_rules_engine", reason=NEEDS_RETE)
    case = _case(messages=[TWIN, TWIN], applied_at="2026-11-20T12:00:00Z")
    compiled, rete = tactful.loads(MESSAGES), tactful.loads(MESSAGES, engine="rete")
    assert _keys(rete.decide(case)) == _keys(compiled.decide(case))
