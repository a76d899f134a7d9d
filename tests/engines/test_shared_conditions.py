"""What rules share is asked once: rules fire as if each were asked by itself, and those that do not apply cost little."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

import tactful
from tactful.engines.compiled.fact_functions import asked_once

NOW = "2026-11-23T10:00:00Z"
SECONDS = 1_795_428_000
DAY = 86_400


def _pack(*rules: str, more: str = "") -> tactful.Policy:
    """A pack of rules, each written as ``entity | when | unless``, named r0, r1, …"""
    lines = [more, "actions: {note: {about: A note.}}", "rules:"]
    for no, rule in enumerate(rules):
        entity, when, *unless = (part.strip() for part in rule.split("|"))
        lines.append(f"  r{no:04}: {{for each: {entity}, when: {{{when}}}, then: {{should: note}}, because: So.")
        lines.append(f"    {', unless: {' + unless[0] + '}' if unless else ''}, by: none}}")
    return tactful.loads("\n".join(lines))


def _case(application: dict[str, Any] | None = None, **candidate: Any) -> dict[str, Any]:
    given = {"id": "c", "time_zone": "UTC", **candidate}
    return {"now": NOW, "candidate": given, "applications": [{"id": "a", **(application or {})}]}


def _fired(policy: tactful.Policy, case: dict[str, Any]) -> list[int]:
    return sorted(one.rule for one in policy.fire(policy.read(case), SECONDS))


def _ago(days: float) -> str:
    return {0.5: "2026-11-22T22:00:00Z", 3: "2026-11-20T10:00:00Z", 20: "2026-11-03T10:00:00Z"}[days]


def test_what_two_rules_ask_of_an_offer_that_is_not_there_is_not_so() -> None:
    """A shared test of a row that may be missing holds of no missing row, and its opposite holds."""
    policy = _pack(
        "application | offer.form: written, application.status: offered",
        "application | offer.form: written, application.status: applied",
        "application | application.status: applied | offer.form: written",
        "application | offer.late: yes, application.status: applied",
        "application | application.status: applied | offer.late: yes",
        more="facts: {offer.late: {when: {offer.answer_by: past}}}",
    )
    assert _fired(policy, _case({"status": "applied"})) == [2, 4]
    assert _fired(policy, _case({"status": "applied", "offer": {"form": "written", "answer_by": _ago(3)}})) == [1, 3]


def test_what_rules_share_about_a_person_is_unknown_where_a_message_names_nobody() -> None:
    """Facts of the person at the other end are worked out below a shared test, and only where there is a person."""
    policy = _pack(
        "message | message.direction: sent, person.wrote: yes",
        "message | message.direction: sent | person.wrote: yes",
        "message | message.direction: sent, person.wrote: yes, person.prefers: email",
        "message | message.direction: received, person.wrote: known",
        more="facts: {person.wrote: {exists: message, where: {message.person: same as person.id, "
        "message.direction: received}}}",
    )
    nobody, dana = {"direction": "sent"}, {"direction": "sent", "person": "dana"}
    received = {"direction": "received", "person": "dana"}
    people = [{"id": "dana", "prefers": "email"}]
    assert _fired(policy, _case({"messages": [nobody]})) == [1]
    assert _fired(policy, _case({"people": people, "messages": [dana, received, {"direction": "received"}]})) == [
        0,
        2,
        3,
    ]


@pytest.mark.parametrize("count", [2, 7, 8, 40])
def test_of_rules_for_different_values_those_fire_that_ask_for_the_one_there_is(count: int) -> None:
    """However many values there are, and where a rule names several; an unknown value is none of them."""
    rules = [f"application | application.company: C{no}" for no in range(count)]
    policy = _pack(*rules, "application | application.company: [C0, C1]", "application | application.id: a")
    assert _fired(policy, _case({"company": "C1"})) == [1, count, count + 1]
    assert _fired(policy, _case({"company": f"C{count - 1}"}))[0] == count - 1
    assert _fired(policy, _case({"company": "another"})) == [count + 1]
    assert _fired(policy, _case()) == [count + 1]


@pytest.mark.parametrize("unit", ["days", "business days"])
@pytest.mark.parametrize("form", ["more than {} ago", "at least {} ago", "less than {} ago", "at most {} ago"])
@pytest.mark.parametrize("days", [0.5, 3, 20])
def test_rules_with_different_thresholds_fire_as_if_each_were_alone(form: str, unit: str, days: float) -> None:
    """Thresholds of one moment stand below each other, and each rule still fires exactly beyond its own."""
    rules = [f"message | message.sent_at: {form.format(f'{no} {unit}')}" for no in range(1, 31)]
    case = _case({"messages": [{"sent_at": _ago(days)}]})
    alone = [no for no, rule in enumerate(rules) if _fired(_pack(rule), case)]
    assert _fired(_pack(*rules), case) == alone


def test_rules_that_count_differently_fire_as_far_as_the_count_goes() -> None:
    """Numbers are thresholds as moments are."""
    wrote = "facts: {application.wrote: {count: message, where: {message.direction: sent}}}"
    rules = [f"application | application.wrote: at least {no}" for no in range(1, 21)]
    rules += [f"application | application.wrote: less than {no}" for no in range(1, 21)]
    fired = _fired(_pack(*rules, more=wrote), _case({"messages": [{"direction": "sent"}] * 12}))
    assert fired == [*range(12), *range(32, 40)]


def test_a_rule_that_asks_a_field_for_two_values_at_once_never_fires() -> None:
    """Tests of one field are put together, whatever they ask; a list can hold both."""
    policy = _pack(
        "candidate | candidate.employed: yes | none: [{candidate.employed: no}]",
        "person | person.channels: email | none: [{person.channels: post}]",
    )
    people = [{"id": "dana", "channels": ["post", "email"]}]
    assert _fired(policy, _case({"people": people}, employed=True)) == [1]
    assert _fired(policy, _case(employed=False)) == []


#: Yes/noes that are several conditions at once, each in terms of the one before.
YES_NOES = (
    "facts: {application.quiet: {when: {application.contact_policy: closed}}, "
    "application.waiting: {when: {application.status: applied, application.preferred: yes}, "
    "unless: {application.quiet: yes}}, "
    "application.stuck: {when: {application.waiting: yes, application.company: known}}}"
)
#: Rules that name a yes/no, its opposite, or what it is made of.
ON_YES_NOES = (
    "application | application.stuck: yes",
    "application | application.stuck: no",
    "application | application.waiting: yes, application.role: known",
    "application | application.status: applied, application.role: known",
    "application | application.role: known | application.waiting: yes",
    "application | application.status: applied | application.stuck: no",
    "person | application.stuck: yes, person.prefers: email",
    "person | application.waiting: no",
)


@pytest.mark.parametrize("policy", ["open", "closed", None])
@pytest.mark.parametrize("status", ["applied", "offered", None])
@pytest.mark.parametrize("preferred", [True, False, None])
@pytest.mark.parametrize("company", ["Acme", None])
def test_a_yes_no_may_be_asked_for_or_what_it_is_made_of(
    policy: str | None, status: str | None, preferred: bool | None, company: str | None
) -> None:
    """Rules fire as if each had the pack to itself, whichever way they ask."""
    people = [{"id": "p", "prefers": "email"}]
    given = {"contact_policy": policy, "status": status, "preferred": preferred, "company": company}
    case = _case({"role": "any", "people": people, **given})
    waiting = status == "applied" and preferred is True and policy != "closed"
    stuck = waiting and company is not None
    applied = status == "applied"
    expected = [stuck, not stuck, waiting, applied, not waiting, applied and stuck, stuck, not waiting]
    assert _fired(_pack(*ON_YES_NOES, more=YES_NOES), case) == [no for no, one in enumerate(expected) if one]
    alone = [no for no, rule in enumerate(ON_YES_NOES) if _fired(_pack(rule, more=YES_NOES), case)]
    assert alone == [no for no, one in enumerate(expected) if one]


def test_a_yes_no_of_one_application_says_nothing_of_the_next() -> None:
    """What was found in passing for people below is found anew for each application."""
    policy = _pack(
        "person | application.stuck: yes",
        "person | application.stuck: yes, person.prefers: email",
        "application | application.status: applied",
        more=YES_NOES,
    )
    people = [{"id": "p", "prefers": "email"}]
    stuck = {"id": "a", "status": "applied", "preferred": True, "company": "Acme", "people": people}
    case = {"now": NOW, "candidate": {"id": "c"}, "applications": [stuck, {"id": "b", "people": people}]}
    assert _fired(policy, case) == [0, 1, 2]


def test_a_rule_may_ask_for_any_number_of_facts() -> None:
    """Hundreds of facts that only one rule reads are worked out one after the other, as long as the rule still holds."""
    facts = "".join(f"  person.f{no}: {{none: message, where: {{message.kind: answer}}}}\n" for no in range(400))
    conditions = ", ".join(f"person.f{no}: yes" for no in range(400))
    policy = _pack(f"person | {conditions}", f"person | person.prefers: email | {conditions}", more=f"facts:\n{facts}")
    assert _fired(policy, _case({"people": [{"id": "dana", "prefers": "email"}]})) == [0]


def _executed(work: Callable[[], object]) -> int:
    """How many instructions Python executes for some work."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


_APPLIES = ["person | person.role: interviewer", "message | message.sent_at: past", "application | application.id: a"]


@pytest.mark.parametrize(
    "rule",
    [
        "application | application.status: rejected, application.company: C{no}",
        "application | application.company: C{no}",
        "message | message.sent_at: more than {no} hours ago, message.kind: answer",
        "person | person.prefers: phone, person.wrote_{no}: yes",
    ],
    ids=["status", "value", "threshold", "fact"],
)
def test_rules_that_do_not_apply_cost_next_to_nothing(rule: str) -> None:
    """Of two thousand rules (or five hundred with a fact each) twenty apply: no more than half again the twenty alone."""
    count = 500 if "wrote" in rule else 2000
    facts = "".join(
        f"  person.wrote_{no}: {{exists: message, where: {{message.person: same as person.id, message.kind: answer, "
        f"message.sent_at: more than {no} days ago}}}}\n"
        for no in range(count)
        if "wrote" in rule
    )
    case = _case(
        {
            "company": "another",
            "status": "applied",
            "people": [{"id": "dana", "role": "interviewer", "prefers": "email"}],
            "messages": [{"sent_at": "2026-11-23T09:30:00Z", "kind": "answer"}],
        }
    )
    twenty = [f"{one}" for one in _APPLIES * 7][:20]
    few = _pack(*twenty)
    many = _pack(*twenty, *(rule.format(no=no) for no in range(1, count - 19)), more=facts and f"facts:\n{facts}")
    assert len(_fired(few, case)) == len(_fired(many, case)) == 20
    read, read_too = few.read(case), many.read(case)
    alone = _executed(lambda: few.decider.fire(read, SECONDS))
    assert _executed(lambda: many.decider.fire(read_too, SECONDS)) <= 1.5 * alone


def test_only_facts_that_are_read_again_are_cached() -> None:
    """A fact that one rule reads of its own row needs no cache; one that two read, or one of another row, does."""
    policy = _pack(
        "application | application.once: yes",
        "application | application.twice: yes",
        "application | application.twice: no",
        "message | application.above: yes",
        more="facts:\n"
        "  application.once: {when: {application.reply_by: past}}\n"
        "  application.twice: {when: {application.reply_by: known}}\n"
        "  application.above: {when: {application.status: applied}}\n",
    )
    assert asked_once(policy.decider.checked) == {"application.once"}
    assert _fired(policy, _case({"status": "applied", "reply_by": _ago(3)})) == [0, 1]
