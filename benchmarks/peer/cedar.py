"""Cedar, by cedarpy: an authorization language in Rust, whose reasons for a decision are the rules that fire."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from . import facts
from .prepare import prepared
from .protocol import Fired

POLICY: Final = Path(__file__).parent / "policy" / "follow_up.cedar"

Fields = dict[str, Any]
#: A request, its row's key, and where the rules' deadlines are read.
Asked = tuple[Fields, str, Fields]

#: The facts about an application that its own rules read, and those that rules for people do.
_OWN: Final = (
    "open alive firm has_offer unsigned_offer signed_offer begun pending between interviewed interview_ahead promised"
    " overdue follow_ups used_up wrote_lately heard_lately heard_after_writing wrote_after_hearing follow_up_open over told"
    " rejection_answered rejected_long_ago call_invited on_linkedin addressees"
).split()
#: Where each rule's deadline stands; the other rules have none.
_BY: Final = {
    "weigh-them": "next_answer_by",
    "answer-the-rejection": "week_after_rejection",
    "not-again-so-soon": "week_after_writing",
    "tell-the-others-about-it": "next_answer_by",
    "signed-and-done": "start_on",
    "wait-for-the-next-interview": "next_interview_at",
    "wait-for-the-promised-day": "reply_by_with_grace",
    "wait-for-an-answer": "answer_due_at",
    "wait-after-writing": "week_after_writing",
    "wait-after-hearing": "week_after_hearing",
    "wait-before-letting-go": "week_after_asking",
    "answer-by-their-day": "answer_by",
    "answer-in-decent-time": "days_after",
    "ask-for-time": "answer_by",
    "find-the-interviewers-first": "days_after",
    "thank-you-note": "days_after",
    "thank-you-late": "week_after",
    "thanks-through-the-contact": "days_after",
    "find-the-name-first": "days_after",
}


class Cedar:
    name = "Cedar (cedarpy)"
    package = "cedarpy"
    says = (
        "Moments in seconds, business days, office hours and local days come from the host.",
        "Cedar has no aggregates and no joins, and gives no values: computed facts and deadlines are Python's.",
        "One request for each row, its facts in the context; all rows of all cases in one batch.",
    )

    def load(self) -> None:
        import cedarpy

        text = POLICY.read_text()
        self._policies = cedarpy.PolicySet.from_str(text)
        self._decide: Any = cedarpy.is_authorized_batch
        # Policies without an id of Cedar's own are numbered in the order of the text.
        self._rules = {f"policy{no}": rule for no, rule in enumerate(re.findall(r'@id\("(.+?)"\)', text))}

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        asked = [list(_asked(prepared(raw))) for raw in cases]
        results = iter(self._decide([request for case in asked for request, _, _ in case], self._policies, []))
        return [
            [
                (rule := self._rules[reason], key, deadlines[_BY[rule]] if rule in _BY else None)
                for _, key, deadlines in case
                for reason in next(results).diagnostics.reasons
            ]
            for case in asked
        ]


def _asked(case: Fields) -> Iterator[Asked]:
    """A request for each row of a case."""
    now, candidate = case["now"], case["candidate"]
    mine = facts.of_candidate(case)
    id_ = candidate["id"]
    yield _request("candidate", {**candidate, **mine}), f"candidate/{id_}//{id_}", mine
    for one in case["applications"]:
        id_, offer = one["id"], one["offer"]
        found = facts.of_application(one, mine, now)
        own = {name: found[name] for name in _OWN}
        own |= {name: one[name] for name in ("status", "preferred", "contact_policy")}
        own |= {"settled": mine["settled"], "next_answer_by": mine["next_answer_by"]}
        deadlines = {**mine, **found, **one, "start_on": offer and offer["start_on"]}
        yield _request("application", own), f"application/{id_}//{id_}", deadlines
        if offer is not None:
            given = {**offer, **facts.of_offer(offer, now)}
            around = {"open": found["open"], "alive": found["alive"], "waiting": mine["waiting"]}
            yield _request("offer", {**given, **around}), f"offer/{id_}//{id_}", given
        yield from _people(one, found)
        yield from _interviews(one, found, mine, now)


def _people(one: Fields, found: Fields) -> Iterator[Asked]:
    around = {name: found[name] for name in ("follow_up_open", "alive", "told")} | {"status": one["status"]}
    for person in one["people"]:
        context = {**person, **facts.of_person(person, one, found), **around}
        yield _request("person", context), f"person/{one['id']}//{person['id']}", {}


def _interviews(one: Fields, found: Fields, mine: Fields, now: int) -> Iterator[Asked]:
    id_ = one["id"]
    for interview in found["held"]:
        of_interview = facts.of_interview(interview, now)
        context = {**of_interview, "open": found["open"]}
        yield _request("interview", context), f"interview/{id_}//{interview['id']}", of_interview
        for who in interview["interviewers"]:
            context = facts.of_interviewer(who, interview, one, found, mine) | {"age": of_interview["age"]}
            key = f"interviewer/{id_}/{interview['id']}/{who['person']}"
            yield _request("interviewer", context), key, of_interview


_PRINCIPAL: Final = 'Candidate::"candidate"'
_RESOURCE: Final = 'Row::"row"'


def _request(entity: str, context: Fields) -> Fields:
    known = {name: value for name, value in context.items() if value is not None}
    return {
        "principal": _PRINCIPAL,
        "action": f'Action::"{entity}"',
        "resource": _RESOURCE,
        "context": orjson.dumps(known).decode(),
    }


def peer() -> Cedar:
    """The peer."""
    return Cedar()
