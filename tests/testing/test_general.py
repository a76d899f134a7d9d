"""The invariants of every pack: each is broken by a pack that states none, and told where a pack declares too little."""

from __future__ import annotations

from typing import Any

import pytest

import tactful
from tactful.decide.conclusions import Ranking
from tactful.decide.general import check_claim, general_invariants
from tactful.decide.invariants import decide_case
from tactful.facts.kinds import DAY
from tactful.language.terms import GENERAL
from tactful.testing import InvariantResult, check_general
from tactful.testing.properties.weeks import Follow, TooMany, Wait, Weeks, too_many_after

#: Whatever is advised, an application has advice.
HOLD = """
actions:
  hold: {about: Hold on., kind: wait}
  ring: {about: Ring somebody., channel: phone}
  mail: {about: Write to somebody., channel: email, leaves: {message: {kind: other}}}
rules:
  hold-on: {for each: application, then: {should: hold}, because: Time.}
"""
RING = '  ring-them: {for each: person, then: {should: ring}, because: "It is quick."}\n'
MAIL = "  mail-them: {for each: person, then: {should: mail}, because: They read it.}\n"
#: Nobody is reached in these packs, or everybody only as they asked.
CAREFUL = """\
  ring-who-asked:
    for each: person
    when: {person.prefers: not email, person.contact_policy: not closed, application.contact_policy: not closed}
    then: {should: ring}
    because: They like it.
"""


def _results(text: str, *ids: str, examples: int = 60) -> dict[str, InvariantResult]:
    policy = tactful.loads(text, "p")
    return {result.id: result for result in check_general(policy, examples=examples, only=ids or None)}


def _case(**application: Any) -> dict[str, Any]:
    return {
        "now": "2026-11-23T10:00:00Z",
        "candidate": {"id": "c"},
        "applications": [{"id": "a", "people": [{"id": "dana"}], **application}],
    }


# --- each is broken by some pack, and holds for one that is alike ---


@pytest.mark.parametrize(
    ("id_", "told"),
    [
        ("asked-channel-kept", "prefers: email"),
        ("asked-silence-kept", "contact_policy: closed"),
    ],
)
def test_wishes_are_kept(id_: str, told: str) -> None:
    """A pack without any invariant that calls whom it likes fails, with the wish in a small case; a careful one passes."""
    failure = _results(HOLD + RING, id_)[id_].failure
    assert failure is not None
    assert told in failure.case
    assert failure.case.count("\n") <= 8
    assert failure.actions[0].startswith("should ring → person")
    assert failure.rules == ("ring-them",)
    assert _results(HOLD + CAREFUL, id_)[id_].passed


def test_a_company_that_asked_for_silence_gets_it() -> None:
    """Also from a rule about its people, and from a message to one of them."""
    policy = tactful.loads(HOLD + RING, "p")
    assert _broken(policy, "asked-silence-kept", _case(contact_policy="closed")) == [("application", "a", ("ring",))]
    of_message = HOLD + "  ring-back: {for each: message, then: {should: ring}, because: They wrote.}\n"
    case = _case(people=[{"id": "dana", "contact_policy": "closed"}], messages=[{"person": "dana"}])
    assert [row for row, *_ in _broken(tactful.loads(of_message, "p"), "asked-silence-kept", case)] == ["person"]


def test_quiet_channels_reach_nobody_against_a_wish() -> None:
    """A pack says which channels nobody minds. Against a wish for silence, they do not help."""
    case = _case(people=[{"id": "dana", "prefers": "phone"}])
    strict = tactful.loads(HOLD + MAIL, "p")
    assert _broken(strict, "asked-channel-kept", case) == [("person", "dana", ("mail",))]
    quiet = tactful.loads("safety: {quiet channels: email}\n" + HOLD + MAIL, "p")
    assert _broken(quiet, "asked-channel-kept", case) == []
    closed = _case(people=[{"id": "dana", "contact_policy": "closed"}])
    assert _broken(quiet, "asked-silence-kept", closed) == [("person", "dana", ("mail",))]


def test_a_family_of_a_channel_reaches_people_too() -> None:
    """An action without a channel of its own, of a family that ``safety`` names, reaches somebody."""
    text = HOLD.replace("channel: phone", "is_a: contact").replace("channel: email, ", "") + RING
    text = text.replace("actions:\n", "actions:\n  contact: {about: All contact.}\n")
    case = _case(people=[{"id": "dana", "contact_policy": "closed"}])
    assert _broken(tactful.loads(text, "p"), "asked-silence-kept", case) == []
    named = tactful.loads("safety: {channels: {any: contact}}\n" + text, "p")
    assert _broken(named, "asked-silence-kept", case) == [("person", "dana", ("ring",))]


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({}, True),
        ({"status": "interviewing"}, False),
        ({"status": "rejected"}, False),
        ({"messages": [{"direction": "received", "kind": "rejection"}]}, False),
        ({"messages": [{"direction": "received", "kind": "other"}]}, True),
    ],
)
def test_an_open_application_has_advice(change: dict[str, Any], broken: bool) -> None:
    """Unless it is over, by its status or by a message that ends it; advice about it is enough."""
    text = HOLD.replace("for each: application,", "for each: application, when: {application.status: interviewing},")
    policy = tactful.loads(text, "p")
    found = _broken(policy, "open-application-has-advice", _case(**change))
    assert found == ([("application", "a", ())] if broken else [])


def test_advice_that_is_put_aside_is_advice() -> None:
    """Whoever ticks off all advice for an application is not left without any."""
    policy = tactful.loads(HOLD, "p")
    decision = policy.decide(_case())
    case = policy.done(_case(), decision.actions[0].key)
    assert policy.decide(case).actions == ()
    assert not list(_checks(policy, "open-application-has-advice", decide_case(policy.decider, case, case.now or 0)))


def test_what_is_forbidden_is_not_advised() -> None:
    """The engine settles every such conflict; a decision in which it is not settled would be told."""
    forbid = "  leave-it: {for each: person, then: {must_not: ring}, because: No., priority: 90}\n"
    policy = tactful.loads(HOLD + RING + forbid, "p")
    case = policy.read(_case())
    decided = decide_case(policy.decider, case, case.now or 0)
    assert not list(_checks(policy, "advised-is-not-forbidden", decided))
    unsettled = Ranking((*decided.ranking.ranked, *decided.ranking.set_aside), ())
    wrong = type(decided)(decided.evaluator, unsettled)
    (check,) = _checks(policy, "advised-is-not-forbidden", wrong)
    assert [(conclusion.modality, conclusion.action) for conclusion in check.broken or ()] == [
        ("should", "ring"),
        ("must_not", "ring"),
    ]


# --- weeks of advice ---

DAILY = (
    HOLD.replace("channel: email, leaves", "channel: email, occasion: candidate.date, leaves")
    + "  mail-daily: {for each: person, then: {should: mail}, because: They forget.}\n"
)


def test_messages_of_a_week_are_counted() -> None:
    """A message a day is more than three a week: told with the messages, and a case of a few lines."""
    text = "safety: {messages a week: 3}\n" + DAILY
    failure = _results(text, "messages-a-week-kept")["messages-a-week-kept"].failure
    assert failure is not None
    assert len(failure.actions) == 4
    assert all("mail → person" in message for message in failure.actions)
    assert failure.rules == ("mail-daily",)
    assert failure.case.count("\n") <= 8
    assert _results("safety: {messages a week: 3}\n" + HOLD + MAIL, "messages-a-week-kept")[
        "messages-a-week-kept"
    ].passed


def _flood(limit: int, plain: dict[str, Any], days: int, *, rules: str = DAILY) -> TooMany | None:
    policy = tactful.loads(f"safety: {{messages a week: {limit}}}\n{rules}", "p")
    steps = [step for _ in range(days) for step in (Follow("mail", ("person", "a", "", "dana")), Wait(DAY))]
    weeks = too_many_after(policy, plain, steps)
    return None if weeks is None else weeks.too_many


def test_the_limit_is_a_number_of_messages_within_a_week() -> None:
    """Seven days from message to message: the eighth day's is of another week."""
    assert _flood(3, _case(), 3) is None
    found = _flood(3, _case(), 4)
    assert found is not None
    assert (found.entity, found.id, len(found.sent)) == ("person", "dana", 4)
    assert _flood(7, _case(), 20) is None


def test_an_answer_begins_another_count() -> None:
    """What was sent before they last wrote, or before an interview, was not too much."""
    answered = _case(messages=[{"direction": "received", "sent_at": "2026-11-25T12:00:00Z"}])
    assert _flood(3, answered, 5) is None
    assert _flood(3, answered, 8) is not None
    met = _case(interviews=[{"id": "i", "ended_at": "2026-11-25T12:00:00Z"}])
    assert _flood(3, met, 5) is None


def test_a_company_counts_what_is_not_about_one_person() -> None:
    """Thanks to each of four people are one message each; a family that is ``one per: application`` counts for all."""
    people = [{"id": name} for name in ("ana", "bo", "cy", "dana")]
    policy_text = "safety: {messages a week: 3}\n" + HOLD + MAIL
    steps = [Follow("mail", ("person", "a", "", person["id"])) for person in people]
    assert too_many_after(tactful.loads(policy_text, "p"), _case(people=people), steps) is None
    alternately = policy_text.replace("channel: email,", "channel: email, one per: application,")
    weeks = too_many_after(tactful.loads(alternately, "p"), _case(people=people), steps)
    assert weeks is not None
    assert weeks.too_many is not None
    assert (weeks.too_many.entity, len(weeks.too_many.sent)) == ("application", 4)


def test_following_leaves_what_the_action_says_and_no_key() -> None:
    """So that the rules have to see from the case that it was done."""
    weeks = Weeks(tactful.loads(HOLD + MAIL, "p"), _case())
    weeks.take(Follow("mail", ("person", "a", "", "dana")))
    assert [message["kind"] for message in weeks.plain["applications"][0]["messages"]] == ["other"]
    assert "done" not in weeks.plain
    weeks.take(Follow("mail", ("person", "a", "", "dana")))
    assert len(weeks.plain["applications"][0]["messages"]) == 1


def test_weeks_of_advice_break_what_no_drawn_case_does() -> None:
    """Drawn cases have at most five messages. Following the advice leaves a ninth, and the invariant says eight."""
    open_to_mail = "person.contact_policy: not closed, application.contact_policy: not closed"
    text = (
        "safety: {quiet channels: email}\n"
        + DAILY.replace("mail-daily: {", f"mail-daily: {{when: {{application.pings: less than 12, {open_to_mail}}}, ")
        + "facts: {application.pings: {count: message}}\n"
        + "invariants: {enough: {for each: application, when: {application.pings: at least 9}, never: mail}}\n"
    )
    policy = tactful.loads(text, "p")
    (result,) = check_general(policy, examples=60, only=["following-advice-breaks-nothing"])
    assert result.failure is not None
    assert "as `enough` says, in a case whose advice was followed" in result.text
    assert result.failure.case.count("- {}") >= 9
    held = tactful.loads(text.replace("at least 9", "at least 12"), "p")
    (result,) = check_general(held, examples=60, only=["following-advice-breaks-nothing"])
    assert result.passed


def test_the_same_cases_are_followed_on_every_run() -> None:
    """The result depends on the pack and the seed alone."""
    text = "safety: {messages a week: 3}\n" + DAILY
    first, second = (_results(text, "messages-a-week-kept") for _ in range(2))
    assert first == second


# --- what is not declared, and what is switched off ---


def test_what_is_not_declared_is_reported() -> None:
    """Nothing passes without having been checked."""
    silent = "actions: {hold: {about: Hold on.}}\nrules: {hold-on: {for each: application, then: {may: hold}, because: T.}}\n"
    texts = {id_: result.text for id_, result in _results(silent).items() if result.missing}
    assert texts == {
        "asked-channel-kept": "asked-channel-kept: not checked, because no action has a `channel` that anybody may mind",
        "asked-silence-kept": "asked-silence-kept: not checked, because no action has a `channel`, and `safety` names no "
        "families under `channels`",
        "messages-a-week-kept": "messages-a-week-kept: not checked, because `safety` does not say how many `messages a "
        "week` are fine",
    }
    mute = "safety: {messages a week: 2}\n" + HOLD.replace(", leaves: {message: {kind: other}}", "")
    assert "which message it `leaves`" in _results(mute, "messages-a-week-kept")["messages-a-week-kept"].missing
    nothing = _results("parameters: {a: 1 day}\n", "open-application-has-advice", examples=5)
    assert nothing["open-application-has-advice"].missing == "the pack has no rules"


@pytest.mark.parametrize("id_", GENERAL)
def test_each_can_be_switched_off_with_a_reason(id_: str) -> None:
    """It is not checked then, ``check --strict`` tells it, and so does every decision."""
    off = f"invariants:\n  {id_}: {{off: yes, because: we know better}}\n"
    policy = tactful.loads(HOLD + RING + off, "p")
    assert id_ not in [claim.id for claim in general_invariants(policy.checked)]
    assert [(warning.code, warning.span and warning.span.line) for warning in policy.warnings] == [("T926", 10)]
    assert [(note.invariant, note.because) for note in policy.decide(_case()).invariants_off] == [
        (id_, "we know better")
    ]
    meant = tactful.loads(HOLD + RING + off.replace("better}", "better, replaces: yes}"), "p")
    assert meant.warnings == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("invariants: {asked-silence-kept: off}\n", "T309"),
        ("invariants: {asked-silence-kept: {for each: person, never: ring}}\n", "T311"),
        ("invariants: {asked-silence-keps: {off: yes, because: x}}\n", "T306"),
        ("safety: {messages a week: many}\n", "T311"),
        ("safety: {messages a week: 0}\n", "T311"),
        ("safety: {messages: 3}\n", "T302"),
    ],
)
def test_mistakes_are_reported(text: str, code: str) -> None:
    """Without a reason, with another claim under its id, misspelt, or with no number."""
    with pytest.raises(tactful.InvalidInput) as raised:
        tactful.loads(HOLD + text, "p")
    assert [problem.code for problem in raised.value.diagnostics] == [code]


def test_a_pack_above_tightens_and_never_loosens() -> None:
    """Fewer messages and fewer quiet channels are fine; more of them are told as other changes of safety are."""
    base = tactful.loads("safety: {messages a week: 3, quiet channels: [email, post]}\n" + HOLD, "base")
    tighter = tactful.loads("safety: {messages a week: 2, quiet channels: [email]}", "over", base=base)
    assert (tighter.checked.safety.messages_a_week, tighter.checked.safety.quiet) == (2, ("email",))
    for text in ("safety: {messages a week: 4}", "safety: {quiet channels: [email, phone]}"):
        with pytest.raises(tactful.InvalidInput, match="another pack may"):
            tactful.loads(text, "over", base=base)


@pytest.mark.parametrize("channels", ["null", "emial", "[email, emial]", "''"])
def test_a_quiet_channel_that_is_none_is_reported(channels: str) -> None:
    """A misspelt channel would count for nothing, without a word."""
    with pytest.raises(tactful.InvalidInput, match="is not a channel") as raised:
        tactful.loads(f"safety: {{quiet channels: {channels}}}\n" + HOLD, "p")
    assert [problem.code for problem in raised.value.diagnostics] == ["T311"]


def test_a_channel_of_an_action_can_be_quiet() -> None:
    """A pack may have channels that the fact model does not know."""
    pigeon = "actions: {coo: {about: A pigeon., channel: pigeon}, hold: {about: Hold., kind: wait}}\n"
    pack = tactful.loads("safety: {quiet channels: pigeon}\n" + pigeon, "p")
    assert pack.checked.safety.quiet == ("pigeon",)


def test_the_shipped_pack_declares_all_of_it() -> None:
    """So that nothing of it is left unchecked."""
    general = general_invariants(tactful.load().checked)
    assert [claim.id for claim in general] == list(GENERAL)
    assert not any(claim.missing for claim in general)


def _checks(policy: tactful.Policy, id_: str, decided: Any) -> list[Any]:
    (claim,) = (claim for claim in general_invariants(policy.checked) if claim.id == id_)
    return [check for check in check_claim(claim, policy.checked, decided) if check.broken is not None]


def _broken(policy: tactful.Policy, id_: str, plain: dict[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    case = policy.read(plain)
    checks = _checks(policy, id_, decide_case(policy.decider, case, case.now or 0))
    return [
        (check.row.entity, check.row.id, tuple(conclusion.action for conclusion in check.broken)) for check in checks
    ]
