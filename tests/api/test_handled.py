"""Advice told back: what was done or dismissed is advised no more, and can be taken back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import tactful
from shipped_cases import NOW, cases, shipped
from tactful import TactfulError

PACK = """
custom_facts:
  application: {briefed: {type: yes/no}}
  offer: {seen: {type: yes/no}}
facts:
  application.thanks: {count: message, where: {message.kind: thank_you}}
actions:
  thank:
    about: thanks
    occasion: application.last_round
    leaves: {message: {kind: thank_you, channel: email}}
  brief:
    about: a briefing
    leaves: {facts: {application.briefed: yes, offer.seen: yes, offer.form: verbal}}
  nap: {about: a nap}
  shout: {about: shouting}
rules:
  thanks:
    about: Thank them.
    source: House rules
    for each: application
    when: {application.last_round: known}
    then: {should: thank}
    because: they met you
  brief:
    about: Brief them.
    source: House rules
    for each: application
    when: {application.briefed: not yes}
    then: {may: brief}
    because: they know nothing
  nap:
    about: Sleep.
    source: House rules
    for each: candidate
    then: {may: nap}
    because: you are tired
  quiet:
    about: Keep quiet.
    source: House rules
    for each: candidate
    then: {must_not: shout}
    because: others sleep
    safety: yes
"""
ROUND = "  application.last_round: {latest: interview.ended_at, where: {interview.ended_at: past}}\n"
POLICY = tactful.loads(PACK.replace("facts:\n  application.thanks", f"facts:\n{ROUND}  application.thanks"))


def _case(**more: Any) -> dict[str, Any]:
    application = {
        "id": "acme",
        "contact_via": "rita",
        "people": [{"id": "rita"}, {"id": "dana"}],
        "interviews": [{"id": "first", "ended_at": "2026-11-20T10:00:00Z"}],
    }
    candidate = {"id": "me", "time_zone": "Europe/Dublin"}
    return {"candidate": candidate, "now": "2026-11-25T09:00:00Z", "applications": [application], **more}


def _key(case: Any, action: str, policy: tactful.Policy = POLICY) -> str:
    return next(advice.key for advice in policy.decide(case).actions if advice.action == action)


def _aside(case: Any) -> dict[str, Any]:
    (aside,) = json.loads(POLICY.decide(case).to_json())["set_aside"]
    return {"action": aside["action"], **aside["handled"]}


def _actions(case: Any) -> list[str]:
    return [advice.action for advice in POLICY.decide(case).actions]


def test_what_is_done_leaves_its_message_and_is_advised_no_more() -> None:
    """The message goes to the person that all contact goes through, at the moment of the case."""
    case = POLICY.done(_case(), _key(_case(), "thank"))
    (message,) = json.loads(case.to_json())["applications"][0]["messages"]
    assert message == {
        "person": "rita",
        "direction": "sent",
        "sent_at": "2026-11-25T09:00:00Z",
        "channel": "email",
        "kind": "thank_you",
    }
    assert _actions(case) == ["shout", "brief", "nap"]
    moment, key = "2026-11-25T09:00:00+00:00", _key(_case(), "thank")
    assert _aside(case) == {"action": "thank", "key": key, "how": "done", "at": moment}


def test_details_say_how_it_was_done() -> None:
    """They are fields of the message, or of the facts that are set; what does not fit is refused."""
    moment = datetime(2026, 11, 25, 12, tzinfo=UTC)
    case = POLICY.done(_case(), _key(_case(), "thank"), moment, channel="phone", person="dana")
    (message,) = json.loads(case.to_json())["applications"][0]["messages"]
    assert (message["person"], message["channel"]) == ("dana", "phone")
    assert message["sent_at"] == "2026-11-25T12:00:00Z"
    briefed = POLICY.done(_case(), _key(_case(), "brief"), briefed="no")
    assert json.loads(briefed.to_json())["applications"][0]["custom"] == {"briefed": False}
    with pytest.raises(TactfulError, match="no detail `canal`"):
        POLICY.done(_case(), _key(_case(), "thank"), canal="phone")
    with pytest.raises(tactful.InvalidInput, match="carrier"):
        POLICY.done(_case(), _key(_case(), "thank"), channel="carrier pigeon")
    with pytest.raises(tactful.InvalidInput, match="nobody"):
        POLICY.done(_case(), _key(_case(), "thank"), person="nobody")


def test_an_action_that_leaves_nothing_is_remembered_too() -> None:
    """Said again it changes nothing, even though the advice is gone."""
    key = _key(_case(), "nap")
    case = POLICY.done(_case(), key)
    assert "nap" not in _actions(case)
    assert POLICY.done(case, key, NOW + timedelta(days=1)).to_json() == case.to_json()


@pytest.mark.parametrize("action", ["thank", "brief", "nap"])
def test_undo_gives_back_the_case(action: str) -> None:
    """The message goes, and facts are as they were."""
    before = POLICY.read(_case())
    key = _key(before, action)
    assert POLICY.undo(POLICY.done(before, key), key).shape == before.shape


BOTH = tactful.loads("""
custom_facts: {application: {mood: {type: one of, values: [calm, keen, done]}}}
actions:
  first: {about: one way, leaves: {facts: {application.mood: keen}}}
  second: {about: another way, leaves: {facts: {application.mood: done}}}
rules:
  first: {about: A., source: House rules, for each: application, then: {may: first}, because: so}
  second: {about: B., source: House rules, for each: application, then: {may: second}, because: so}
""")


@pytest.mark.parametrize("order", [("first", "second"), ("second", "first")])
def test_two_that_set_one_fact_are_undone_in_any_order(order: tuple[str, str]) -> None:
    """The fact has the value of the last one that is left, and in the end its own."""
    before = BOTH.read(_case())
    keys = {action: _key(before, action, BOTH) for action in order}
    case = BOTH.done(BOTH.done(before, keys["first"]), keys["second"])
    left = BOTH.undo(case, keys[order[0]])
    moods = {"first": "done", "second": "keen"}
    assert json.loads(left.to_json())["applications"][0]["custom"] == {"mood": moods[order[0]]}
    assert BOTH.undo(left, keys[order[1]]).shape == before.shape


def test_moments_are_named_as_the_caller_names_them() -> None:
    """Not by the names of other methods' arguments."""
    with pytest.raises(TactfulError, match="`at` has no time zone"):
        POLICY.done(_case(), _key(_case(), "nap"), datetime(2026, 11, 25))
    with pytest.raises(TactfulError, match="`until` is over already"):
        POLICY.dismiss(_case(), _key(_case(), "nap"), date(2026, 11, 24))


def test_undo_refuses_where_the_message_was_changed_since() -> None:
    """It does not take out a message that somebody has corrected."""
    key = _key(_case(), "thank")
    plain = json.loads(POLICY.done(_case(), key).to_json())
    plain["applications"][0]["messages"][0]["channel"] = "post"
    with pytest.raises(TactfulError, match="since been changed or removed"):
        POLICY.undo(plain, key)
    with pytest.raises(TactfulError, match="nothing with the key"):
        POLICY.undo(_case(), key)


def test_dismissed_advice_comes_back_on_its_day() -> None:
    """Until then `set_aside` has it, and the plan shows when it comes back."""
    case = POLICY.dismiss(_case(), _key(_case(), "nap"), date(2026, 12, 1))
    assert "nap" not in _actions(case)
    moment, key = "2026-12-01T23:59:59+00:00", _key(_case(), "nap")
    assert _aside(case) == {"action": "nap", "key": key, "how": "dismissed", "at": moment}
    plan = POLICY.plan(case)
    (item,) = (item for item in plan.items if item.advice.action == "nap")
    assert item.start == datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)
    assert "nap" in [advice.action for advice in POLICY.decide(case, item.start).actions]
    assert POLICY.undo(case, key).to_json() == POLICY.read(_case()).to_json()


def test_dismissed_for_good_is_replaced_by_a_day() -> None:
    """The last word counts."""
    key = _key(_case(), "nap")
    case = POLICY.dismiss(POLICY.dismiss(_case(), key), key, datetime(2026, 11, 26, tzinfo=UTC))
    (entry,) = json.loads(case.to_json())["dismissed"]
    assert entry == {"key": key, "about": "nap:me", "until": "2026-11-26T00:00:00+00:00"}


def test_what_cannot_be_done_or_dismissed() -> None:
    """Prohibitions are not done, safety is not dismissed, and a key has to be one of the answer's."""
    quiet = _key(_case(), "shout")
    with pytest.raises(TactfulError, match=r"cannot be done$"):  # and does not say to dismiss it, which is refused too
        POLICY.done(_case(), quiet)
    with pytest.raises(TactfulError, match="cannot be dismissed"):
        POLICY.dismiss(_case(), quiet)
    with pytest.raises(TactfulError, match="no advice has the key `nonsense`"):
        POLICY.done(_case(), "nonsense")
    assert "shout" in _actions(_case(dismissed=[{"key": quiet}], done=[{"key": quiet, "at": "2026-11-20T10:00:00Z"}]))


def test_why_says_that_it_was_done() -> None:
    """It is no longer advised for that reason, and for no other."""
    case = POLICY.done(_case(), _key(_case(), "nap"))
    (answer,) = POLICY.decide(case).why("nap").answers
    assert (type(answer).__name__, answer.how) == ("HandledAnswerRecord", "done")  # type: ignore[union-attr]


def test_another_occasion_has_another_key() -> None:
    """A second interview is thanked for although the first was."""
    case = POLICY.done(_case(), _key(_case(), "thank"))
    plain = json.loads(case.to_json())
    plain["applications"][0]["interviews"].append({"id": "second", "ended_at": "2026-11-25T08:00:00Z"})
    assert _key(plain, "thank") != _key(_case(), "thank")


def test_a_second_question_of_the_company_is_other_advice() -> None:
    """What was answered once is advised again when they ask again."""
    case: dict[str, Any] = {
        "candidate": {"id": "me", "time_zone": "Europe/Dublin"},
        "now": "2026-11-25T12:00:00Z",
        "applications": [
            {
                "id": "acme",
                "people": [{"id": "dana", "name": "Dana Ruiz"}],
                "messages": [
                    {"person": "dana", "direction": "received", "kind": "invitation", "sent_at": "2026-11-24T12:00:00Z"}
                ],
            }
        ],
    }
    policy = shipped("default")
    after = json.loads(policy.done(case, _key(case, "answer_message", policy)).to_json())
    assert "answer_message" not in [advice.action for advice in policy.decide(after).actions]
    again = {"person": "dana", "direction": "received", "kind": "invitation", "sent_at": "2026-11-27T12:00:00Z"}
    after["applications"][0]["messages"].append(again)
    later = policy.decide(after, datetime(2026, 11, 28, 12, tzinfo=UTC))
    assert "answer_message" in [advice.action for advice in later.actions]


def test_a_key_stands_while_the_advice_does() -> None:
    """Time and changes that have nothing to do with it leave the key as it is."""
    later = _case(now="2026-11-27T09:00:00Z")
    later["candidate"]["employed"] = True
    later["applications"].append({"id": "beta"})
    key = _key(_case(), "thank")
    keys = [advice.key for advice in POLICY.decide(later).actions if advice.application == "acme"]
    assert key in keys
    assert len(set(keys)) == len(keys)


def test_an_old_name_of_the_action_still_counts(tmp_path: Path) -> None:
    """What was dismissed under the old name stays dismissed."""
    key = _key(_case(), "nap")
    new = PACK.replace("  nap: {about: a nap}", "  rest: {about: a nap}").replace("{may: nap}", "{may: rest}")
    new = new.replace("facts:\n  application.thanks", f"facts:\n{ROUND}  application.thanks")
    policy = tactful.loads(f"renamed: {{actions: {{nap: rest}}}}\n{new}")
    assert "rest" not in [advice.action for advice in policy.decide(_case(dismissed=[{"key": key}])).actions]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("leaves: [nap]", "`leaves` is a mapping"),
        ("leaves: {mesage: {kind: other}}", "did you mean `message`"),
        ("leaves: {message: {kind: nonsense}}", "nonsense"),
        ("leaves: {message: {kind: [other, answer]}}", "not a single value"),
        ("leaves: {message: {kind: other}}", "belongs to no application"),
        ("leaves: {facts: {application.briefed: yes}}", "which has none"),
        ("occasion: application.last_rnd", "last_rnd"),
    ],
)
def test_mistakes_of_authors_are_reported(lines: str, message: str) -> None:
    """The place and the way out are in the message."""
    text = PACK.replace("  nap: {about: a nap}", f"  nap:\n    about: a nap\n    {lines}")
    text = text.replace("facts:\n  application.thanks", f"facts:\n{ROUND}  application.thanks")
    with pytest.raises(tactful.InvalidInput, match=message):
        tactful.loads(text)


def test_tables_and_lines_read_what_was_told() -> None:
    """Typed or as texts, a table says the same as the case; what cannot be read is rejected."""
    thank, nap = _key(_case(), "thank"), _key(_case(), "nap")
    case = POLICY.dismiss(POLICY.done(_case(), thank), nap, date(2026, 12, 1))
    other = _case(candidate={"id": "other", "time_zone": "Europe/Dublin"})
    tables = POLICY.tables([other, case])
    decided = POLICY.decide_tables(tables)
    rows = [row for row in decided.actions.to_pylist() if row["candidate_id"] == "me"]
    assert [row["action"] for row in rows if row["state"] == "ranked"] == _actions(case)
    handled = [(row["action"], row["key"], row["handled"], row["handled_at"]) for row in rows if row["handled"]]
    until = datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)
    assert handled == [
        ("thank", thank, "done", datetime(2026, 11, 25, 9, tzinfo=UTC)),
        ("nap", nap, "dismissed", until),
    ]
    assert [row["state"] for row in decided.actions.to_pylist() if row["candidate_id"] == "other"] == ["ranked"] * 4
    wrong = tables["candidates"].set_column(
        tables["candidates"].column_names.index("done"), "done", [["nonsense", "[]"]]
    )
    rejects = POLICY.decide_tables({**tables, "candidates": wrong}).rejects.to_pylist()
    assert [(row["candidate_id"], "`done` is a list" in row["message"]) for row in rejects] == [("other", True)]


@given(cases)
def test_following_the_shipped_advice(case: dict[str, Any]) -> None:
    """After `done(key)` the key is advised no more, and nobody is asked anything new within the gap."""
    policy = shipped("default")
    decision = policy.decide(case, NOW)
    keys = [advice.key for advice in decision.actions]
    assert len(set(keys)) == len(keys)
    before = {(advice.action, advice.target.id, advice.application) for advice in decision.actions}
    for advice in decision.actions:
        if advice.modality.endswith("not"):
            continue
        after = policy.decide(policy.done(case, advice.key, NOW), NOW)
        assert advice.key not in [other.key for other in after.actions]
        asked = {
            (other.action, other.target.id, other.application)
            for other in after.actions
            if not other.modality.endswith("not") and "ask_for_news" in policy.checked.actions[other.action].family
        }
        same_person = {item for item in asked - before if item[1:] == (advice.target.id, advice.application)}
        assert not same_person
