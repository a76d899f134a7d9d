"""Cases and packs of any size for benchmarks. The same arguments make the same bytes."""

from __future__ import annotations

import json
from typing import Any, Final

CHANNELS: Final = (["email"], ["email", "linkedin"], ["phone", "email"])
ROLES: Final = ("hiring_manager", "interviewer", "recruiter")
KINDS: Final = ("invitation", "answer", "follow_up")

#: For each entity: a condition that holds for some row of :func:`typical`, and a condition that holds for no row there.
#: ``{no}`` makes each rule's condition different from the others.
CONDITIONS: Final = {
    "candidate": (
        "candidate.employed: yes, candidate.searching: yes",
        "candidate.considering_quitting: yes, candidate.employed: no",
    ),
    "application": (
        "application.status: interviewing, application.reply_by: known",
        "application.status: rejected, application.reply_by: more than {no} days ago",
    ),
    "offer": ("offer.form: verbal", "offer.conditional: yes, offer.received_at: more than {no} days ago"),
    "person": ("person.role: interviewer, person.prefers: email", "person.prefers: phone, person.invited_call: yes"),
    "interview": ("interview.ended_at: past, interview.status: held", "interview.ended_at: more than {no} days ago"),
    "interviewer": (
        "interview.ended_at: at most 30 days ago, person.name: known",
        "interview.ended_at: less than {no} minutes ago, interviewer.attended: no",
    ),
    "message": (
        "message.direction: received, message.kind: invitation",
        "message.kind: connection_request, message.sent_at: at most {no} days ago",
    ),
}

#: Rules that hold for no row of :func:`typical`, to measure how cost grows with rules. The name says in what they differ.
OTHERS: Final = {
    "the status in the condition": (
        "application",
        "application.status: [{status}, withdrawn], application.reply_by: more than {no} days ago",
    ),
    "the text in the condition": ("application", "application.company: Company {no}"),
    "thresholds of a moment": ("message", "message.sent_at: at most {no} minutes ago"),
    "the computed fact in the condition": ("person", "person.prefers: phone, person.fact_{no}: yes"),
}
STATUSES: Final = ("applied", "offered", "accepted", "rejected")


def typical() -> dict[str, Any]:
    """A typical case: 3 people, 1 interview with 2 interviewers, 3 messages; about 1.5 KB of JSON."""
    return case(3, interviewers=2)


def case(people: int, interviewers: int = 3) -> dict[str, Any]:
    """A case with ``people`` people, an interview for every five of them, and as many messages as people."""
    ids = [f"p{no}" for no in range(1, people + 1)]
    application = {
        "id": "acme",
        "company": "Acme Analytics",
        "role": "Data analyst",
        "status": "interviewing",
        "reply_by": "2026-12-01",
        "country": "US",
        "people": [_person(no, id_) for no, id_ in enumerate(ids)],
        "interviews": [_interview(no, ids, interviewers) for no in range(max(1, people // 5))],
        "messages": [_message(no, id_) for no, id_ in enumerate(ids)],
    }
    candidate = {
        "id": "sam",
        "name": "Sam Doyle",
        "time_zone": "America/New_York",
        "country": "US",
        "employed": True,
        "searching": True,
        "handwriting_legible": False,
    }
    return {"now": "2026-11-23T10:00:00-05:00", "candidate": candidate, "applications": [application]}


def to_bytes(data: dict[str, Any]) -> bytes:
    """The case as JSON."""
    return json.dumps(data).encode()


def pack(rules: int) -> str:
    """The text of a pack with ``rules`` rules over all entities.

    The first 20 hold for some row of :func:`typical`, except those about offers, as it has none. The others hold for no
    row.
    """
    entities = list(CONDITIONS)
    parts = [_HEAD]
    for no in range(rules):
        entity = entities[no % len(entities)]
        parts.append(_rule(no, entity, CONDITIONS[entity][0 if no < 20 else 1].format(no=no)))
    return "".join(parts)


def growing(others: str, rules: int) -> str:
    """The text of a pack with ``rules`` rules: the first 20 as in :func:`pack`, the others of one sort of :data:`OTHERS`."""
    entity, condition = OTHERS[others]
    facts = [
        f"  person.fact_{no}: {{exists: message, where: {{message.person: same as person.id, message.kind: answer, "
        f"message.sent_at: more than {no} days ago}}}}\n"
        for no in range(20, rules)
        if "fact" in condition
    ]
    parts = [_rule(no, entity, condition.format(no=no, status=STATUSES[no % 4])) for no in range(20, rules)]
    return "".join(["facts:\n" if facts else "", *facts, pack(min(rules, 20)), *parts])


_HEAD: Final = "actions:\n  note: {about: A note.}\nrules:\n"


def _rule(no: int, entity: str, condition: str) -> str:
    return (
        f"  r{no}:\n    for each: {entity}\n    when: {{{condition}}}\n"
        f"    then: {{should: note}}\n    because: It holds.\n    priority: {no % 100}\n"
    )


def _person(no: int, id_: str) -> dict[str, Any]:
    return {
        "id": id_,
        "name": f"Kim Person {no}",
        "role": ROLES[no % 3],
        "prefers": "email",
        "channels": CHANNELS[no % 3],
        "topics": ["the rewrite of the reports"],
        "country": "US",
        "time_zone": "America/Chicago",
    }


def _interview(no: int, ids: list[str], interviewers: int) -> dict[str, Any]:
    mine = ids[no * 5 : no * 5 + 5][:interviewers]
    return {
        "id": f"i{no}",
        "ended_at": f"2026-11-{20 - no % 15:02d}T15:00:00-05:00",
        "stage": "panel",
        "status": "held",
        "interviewers": mine,
        "went": "well",
    }


def _message(no: int, id_: str) -> dict[str, Any]:
    return {
        "person": id_,
        "direction": "sent" if no % 3 == 2 else "received",
        "sent_at": f"2026-11-{19 + no % 3:02d}T{9 + no % 9:02d}:00:00-05:00",
        "channel": "email",
        "kind": KINDS[no % 3],
    }
