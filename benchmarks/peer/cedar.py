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
#: What is asked for a row: its entity, the context, its key, and the fields that deadlines are read from.
Asked = tuple[str, Fields, str, Fields]

_ENTITIES: Final = ("candidate", "application", "offer", "person", "interview", "interviewer")
#: The facts about an application that its own rules read, and the fields of a person that theirs do.
_OWN: Final = (
    "open alive firm has_offer unsigned_offer signed_offer begun pending between interviewed interview_ahead promised"
    " overdue follow_ups used_up wrote_lately heard_lately heard_after_writing wrote_after_hearing follow_up_open over told"
    " rejection_answered rejected_long_ago call_invited on_linkedin addressees"
).split()
_OF_PERSON: Final = ("role", "prefers", "invited_call", "contact_policy", "channels", "office_time")
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
        "One request for each row, its facts in the context; all rows of a kind, of all cases, in one batch.",
    )

    def load(self) -> None:
        import cedarpy

        self._decide: Any = cedarpy.is_authorized_batch
        policies = re.findall(r"@id.+?;\n", POLICY.read_text(), re.DOTALL)
        # Cedar tries every policy for every request, so each kind of row has a set of its own.
        sets = {one: [text for text in policies if f'Action::"{one}"' in text] for one in _ENTITIES}
        self._policies = {one: cedarpy.PolicySet.from_str("".join(texts)) for one, texts in sets.items()}

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        asked = [(no, one) for no, raw in enumerate(cases) for one in _asked(prepared(raw))]
        found: list[list[Fired]] = [[] for _ in cases]
        for entity in _ENTITIES:
            mine = [(no, one) for no, one in asked if one[0] == entity]
            results = self._decide([_request(entity, one[1]) for _, one in mine], self._policies[entity], [])
            for (no, (_, _, key, deadlines)), result in zip(mine, results, strict=True):
                for rule in result.diagnostics.id_annotations_by_reason.values():
                    found[no].append((rule, key, deadlines[_BY[rule]] if rule in _BY else None))
        return found


def _asked(case: Fields) -> Iterator[Asked]:
    """What is asked for each row of a case."""
    now, candidate = case["now"], case["candidate"]
    mine = facts.of_candidate(case)
    id_ = candidate["id"]
    yield "candidate", {**candidate, **mine}, f"candidate/{id_}//{id_}", mine
    for one in case["applications"]:
        id_, offer = one["id"], one["offer"]
        found = facts.of_application(one, mine, now)
        own = {name: found[name] for name in _OWN}
        own |= {name: one[name] for name in ("status", "preferred", "contact_policy")}
        own |= {"settled": mine["settled"], "next_answer_by": mine["next_answer_by"]}
        deadlines = {**mine, **found, **one, "start_on": offer and offer["start_on"]}
        yield "application", own, f"application/{id_}//{id_}", deadlines
        if offer is not None:
            given = {**offer, **facts.of_offer(offer, now)}
            around = {"open": found["open"], "alive": found["alive"], "waiting": mine["waiting"]}
            yield "offer", {**given, **around}, f"offer/{id_}//{id_}", given
        yield from _people(one, found)
        yield from _interviews(one, found, mine, now)


def _people(one: Fields, found: Fields) -> Iterator[Asked]:
    around = {name: found[name] for name in ("follow_up_open", "alive", "told")} | {"status": one["status"]}
    for person in one["people"]:
        given = {name: person[name] for name in _OF_PERSON}
        context = {**given, **facts.of_person(person, one, found), **around}
        yield "person", context, f"person/{one['id']}//{person['id']}", {}


def _interviews(one: Fields, found: Fields, mine: Fields, now: int) -> Iterator[Asked]:
    id_ = one["id"]
    for interview in found["held"]:
        of_interview = facts.of_interview(interview, now)
        context = {**of_interview, "open": found["open"]}
        yield "interview", context, f"interview/{id_}//{interview['id']}", of_interview
        for who in interview["interviewers"]:
            context = facts.of_interviewer(who, interview, one, found, mine) | {"age": of_interview["age"]}
            key = f"interviewer/{id_}/{interview['id']}/{who['person']}"
            yield "interviewer", context, key, of_interview


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
