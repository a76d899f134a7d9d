"""Cedar, by cedarpy: an authorization language in Rust. The reasons that it gives for a decision are the rules that fire."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from .derived import derive
from .prepare import Fields, prepared
from .protocol import Fired

POLICY: Final = Path(__file__).parent / "policy" / "follow_up.cedar"

_DAY: Final = 86_400
_WEEK: Final = 7 * _DAY
#: The moment in a row's context from which a rule's deadline counts, and the length in between. Other rules have none.
_BY: Final = {
    "weigh-them": ("next_answer_by", 0),
    "answer-the-rejection": ("rejected_at", _WEEK),
    "not-again-so-soon": ("last_wrote_at", _WEEK),
    "tell-the-others-about-it": ("next_answer_by", 0),
    "signed-and-done": ("start_on", 0),
    "wait-for-the-next-interview": ("next_interview_at", 0),
    "wait-for-the-promised-day": ("reply_by_with_grace", 0),
    "wait-for-an-answer": ("answer_due_at", 0),
    "wait-after-writing": ("last_wrote_at", _WEEK),
    "wait-after-hearing": ("last_heard_at", _WEEK),
    "wait-before-letting-go": ("last_follow_up_at", _WEEK),
    "answer-by-their-day": ("answer_by", 0),
    "answer-in-decent-time": ("received_at", 5 * _DAY),
    "ask-for-time": ("answer_by", 0),
    "find-the-interviewers-first": ("ended_at", 2 * _DAY),
    "thank-you-note": ("ended_at", 2 * _DAY),
    "thank-you-late": ("ended_at", _WEEK),
    "thanks-through-the-contact": ("ended_at", 2 * _DAY),
    "find-the-name-first": ("ended_at", 2 * _DAY),
}
_ENTITIES: Final = ("candidate", "application", "offer", "person", "interview", "interviewer")
#: The fields of an application that neither its own rules nor their deadlines read.
_UNREAD: Final = frozenset(
    ("id", "offer", "people", "interviews", "messages", "sent", "questions", "met", "inside", "contact_via", "reply_by")
)


class Request(NamedTuple):
    """A request about a row: the number of its case, its entity, its key, and the facts of it and of the rows around it."""

    case: int
    entity: str
    key: str
    context: Fields


class Cedar:
    name = "Cedar (cedarpy)"
    package = "cedarpy"
    batch = 100
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
        sets = {entity: [text for text in policies if f'Action::"{entity}"' in text] for entity in _ENTITIES}
        self._policies = {entity: cedarpy.PolicySet.from_str("".join(texts)) for entity, texts in sets.items()}

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        requests: dict[str, list[Request]] = {entity: [] for entity in _ENTITIES}
        for no, raw in enumerate(cases):
            for request in _requests(no, prepared(raw)):
                requests[request.entity].append(request)
        firings: list[list[Fired]] = [[] for _ in cases]
        for entity, rows in requests.items():
            results = self._decide([_request(row) for row in rows], self._policies[entity], []) if rows else []
            for row, result in zip(rows, results, strict=True):
                rules = result.diagnostics.id_annotations_by_reason.values()
                firings[row.case].extend((rule, row.key, _due(rule, row.context)) for rule in rules)
        return firings


def _due(rule: str, context: Fields) -> int | None:
    field, seconds = _BY.get(rule, ("", 0))
    moment: int | None = context.get(field)
    return None if moment is None else moment + seconds


def _request(request: Request) -> Fields:
    known = {name: value for name, value in request.context.items() if value is not None}
    return {
        "principal": 'Candidate::"candidate"',
        "action": f'Action::"{request.entity}"',
        "resource": 'Row::"row"',
        "context": orjson.dumps(known).decode(),
    }


def _requests(no: int, case: Fields) -> Iterator[Request]:
    """A request for each row of a case."""
    derive(case)
    now, candidate = case["now"], case["candidate"]
    yield Request(no, "candidate", f"candidate/{candidate['id']}//{candidate['id']}", candidate)
    for application in case["applications"]:
        id_, offer = application["id"], application["offer"]
        around = {"now": now, "open": application["open"], "pending_applications": candidate["pending_applications"]}
        own = {name: value for name, value in application.items() if name not in _UNREAD}
        own |= {"now": now, "has_offer": offer is not None}
        own |= {name: candidate[name] for name in ("settled", "next_answer_by")}
        if offer is not None:
            own |= {name: offer[name] for name in ("signed_at", "start_on")}
            context = {**offer, **around, "alive": application["status"] not in ("rejected", "withdrawn")}
            yield Request(no, "offer", f"offer/{id_}//{id_}", context)
        yield Request(no, "application", f"application/{id_}//{id_}", own)
        yield from _people(no, application)
        yield from _interviews(no, application, now)


def _people(no: int, application: Fields) -> Iterator[Request]:
    around = {name: application[name] for name in ("status", "follow_up_open", "connection_asked")}
    around["alive"] = application["status"] not in ("rejected", "withdrawn")
    for person in application["people"]:
        yield Request(no, "person", f"person/{application['id']}//{person['id']}", person | around)


def _interviews(no: int, application: Fields, now: int) -> Iterator[Request]:
    id_, people = application["id"], {person["id"]: person for person in application["people"]}
    for interview in application["interviews"]:
        if not interview["took_place"]:
            continue
        around = {"now": now, "ended_at": interview["ended_at"]}
        context = {**around, "open": application["open"], "interviewers": len(interview["interviewers"])}
        yield Request(no, "interview", f"interview/{id_}//{interview['id']}", context)
        around["last_wrote_at"] = application["last_wrote_at"]
        for who in interview["interviewers"]:
            person = people[who["person"]]
            context = {
                **around,
                "to_thank": who["to_thank"],
                "in_the_way": person["in_the_way"],
                "name": person["name"],
            }
            yield Request(no, "interviewer", f"interviewer/{id_}/{interview['id']}/{who['person']}", context)


def peer() -> Cedar:
    """The peer."""
    return Cedar()
