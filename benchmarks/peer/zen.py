"""GoRules Zen: a decision graph (JDM) of expression nodes for the facts and one decision table for each kind of row.

The graph is JSON of nodes and edges. It is made here from the expressions and tables that an author would type into
its editor. A column without a field takes whole expressions, so a rule is one condition instead of twenty cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import orjson

from .prepare import prepared
from .protocol import Fired

Expressions = Mapping[str, str]
#: The condition of a rule, and its deadline.
Rules = Mapping[str, tuple[str, str]]

DAY: Final = 86_400
WEEK: Final = 7 * DAY
NONE: Final = "null"

# --- conditions on an application `a` ---

OPEN: Final = "a.status not in ['accepted', 'rejected', 'withdrawn']"
ALIVE: Final = "a.status not in ['rejected', 'withdrawn']"
FIRM: Final = (
    f"{ALIVE} and a.offer != null and a.offer.form == 'written' and a.offer.conditional == false"
    " and a.offer.signed_at != null and a.offer.signed_at <= now"
)
OPEN_OFFER: Final = f"{OPEN} and a.offer != null and a.offer.signed_at == null"
WAITING: Final = "a.status not in ['offered', 'accepted', 'rejected', 'withdrawn'] and a.offer == null"


def last(moments: str) -> str:
    """The latest of some moments; ``null`` for none, as the maximum of nothing is an error."""
    return f"len({moments}) > 0 ? max({moments}) : null"


def first(moments: str) -> str:
    """The earliest of some moments."""
    return f"len({moments}) > 0 ? min({moments}) : null"


def recent(moment: str) -> str:
    """Whether a moment is less than a week ago."""
    return f"({moment} != null and {moment} <= now and now < {moment} + {WEEK})"


def due(moment: str, seconds: int) -> str:
    """A deadline that may be unknown."""
    return f"{moment} == null ? null : {moment} + {seconds}"


def sent(kind: str) -> str:
    """Whether the candidate has sent such a message."""
    return f"'{kind}' in told"


# --- computed facts; `$` has the facts before it in the node ---

CANDIDATE: Final[Expressions] = {
    "signed": f"some(applications as a, {FIRM})",
    "settled": "$.signed or some(applications, #.status == 'accepted')",
    "open_offers": f"map(filter(applications as a, {OPEN_OFFER}), #.offer.answer_by)",
    "days": "filter($.open_offers, # != null and # > now)",
    "next_answer_by": first("$.days"),
    "waiting": f"$.settled ? 0 : count(applications as a, {WAITING})",
}
#: A row for each application, with the candidate's facts that it needs.
ROWS: Final[Expressions] = {
    "rows": (
        "map(applications as entry, {a: entry, now: now, settled: $nodes.candidate.settled,"
        " next_answer_by: $nodes.candidate.next_answer_by, waiting: $nodes.candidate.waiting,"
        " key: 'application/' + entry.id + '//' + entry.id, offer_key: 'offer/' + entry.id + '//' + entry.id})"
    ),
}
APPLICATION: Final[Expressions] = {
    "open": OPEN,
    "alive": ALIVE,
    "firm": FIRM,
    "closed": "a.contact_policy == 'closed'",
    "pending": f"not settled and {WAITING}",
    "held": "filter(a.interviews as v, v.ended_at <= now and v.status != 'cancelled')",
    "ends": "map($.held, #.ended_at)",
    "answers": "map($.held, #.answer_due_at)",
    "interviewed": last("$.ends"),
    "usual_answer": last("$.answers"),
    "ahead": "map(filter(a.interviews as v, v.ended_at > now and v.status != 'cancelled'), #.ended_at)",
    "next_interview": first("$.ahead"),
    "sent": "filter(a.messages, #.direction == 'sent')",
    "told": "map($.sent, #.kind)",
    "sendings": "filter(map($.sent, #.sent_at), # != null)",
    "wrote": last("$.sendings"),
    "received": "filter(a.messages, #.direction == 'received' and #.sent_at != null)",
    "receipts": "map($.received, #.sent_at)",
    "heard": last("$.receipts"),
    "rejections": "map(filter($.received, #.kind == 'rejection'), #.sent_at)",
    "rejected_at": last("$.rejections"),
    "interviewing": "flatMap(a.interviews as v, map(v.interviewers, #.person))",
    "inside": "map(filter(a.people as p, p.role == 'inside_contact' and p.id not in $.interviewing), #.id)",
    "asked": (
        "map(filter($.sent as m, m.kind in ['follow_up', 'status_question'] and m.person not in $.inside), #.sent_at)"
    ),
    "askings": "filter($.asked, # != null)",
    "last_asked": last("$.askings"),
    "follow_ups": (
        "count($.asked as at, at == null or (($.heard == null or at > $.heard)"
        " and ($.interviewed == null or at > $.interviewed)))"
    ),
    "between": "$.pending and $.interviewed != null and $.next_interview == null",
    "promised": "a.reply_by != null and not ($.interviewed != null and a.reply_by < $.interviewed)",
    "overdue": "$.promised ? a.reply_by_with_grace <= now : $.usual_answer != null and $.usual_answer <= now",
    "used_up": "$.follow_ups >= 2 or $.closed",
    "wrote_lately": recent("$.wrote"),
    "heard_lately": recent("$.heard"),
    "follow_up_open": ("$.between and not $.used_up and $.overdue and not $.wrote_lately and not $.heard_lately"),
    "over": (
        f"$.between and $.used_up and $.overdue and not {recent('$.last_asked')}"
        f" and not {recent('$.interviewed')} and not $.heard_lately"
    ),
}
#: Rows for everything below the applications.
BELOW: Final[Expressions] = {
    "offers": "filter(rows, #.a.offer != null)",
    "people": (
        "flatMap(rows as r, map(r.a.people as p, {p: p, status: r.a.status, alive: r.alive, told: r.told,"
        " key: 'person/' + r.a.id + '//' + p.id,"
        " interviews: p.id in r.interviewing,"
        " in_the_way: r.a.contact_via != null and p.id != r.a.contact_via,"
        " asked: p.id in r.inside ?"
        " count(r.sent as m, m.person == p.id and m.kind in ['follow_up', 'status_question']) : 0,"
        " addressee: r.follow_up_open and p.id not in r.inside and p.contact_policy != 'closed'"
        " and (r.a.contact_via == null or p.id == r.a.contact_via)}))"
    ),
    "interviews": (
        "flatMap(rows as r, map(r.held as v, {v: v, now: now, open: r.open, key: 'interview/' + r.a.id + '//' + v.id}))"
    ),
    "interviewers": (
        "flatMap(rows as r, flatMap(r.open and not r.settled ? r.held : [] as v, map(filter(v.interviewers as o,"
        " o.attended != false and not some(r.sent as m, m.kind == 'thank_you' and m.person == o.person"
        " and m.sent_at != null and m.sent_at >= v.ended_at)) as o, {v: v, now: now, wrote: r.wrote,"
        " key: 'interviewer/' + r.a.id + '/' + v.id + '/' + o.person,"
        " in_the_way: r.a.contact_via != null and o.person != r.a.contact_via,"
        " nameless: some(r.a.people as p, p.id == o.person and p.name == null)})))"
    ),
}

# --- rules ---

FOR_CANDIDATE: Final[Rules] = {
    "job-kept-until-signed": ("candidate.employed == true and not signed", NONE),
    "job-kept-all-the-more": (
        "candidate.considering_quitting == true and not signed and candidate.employed != false",
        NONE,
    ),
    "job-kept-if-there-is-one": ("candidate.employed == null and not signed", NONE),
    "give-notice-now": ("candidate.employed == true and signed", NONE),
    "keep-interviewing": ("not signed", NONE),
    "take-the-search-up-again": ("candidate.searching == false and not signed", NONE),
    "search-not-stopped": ("not signed", NONE),
    "weigh-them": ("len(open_offers) >= 2", "next_answer_by"),
}
FOR_APPLICATION: Final[Rules] = {
    "nobody-invited-a-call": (
        "follow_up_open and not some(a.people, #.invited_call == true or #.prefers == 'phone')",
        NONE,
    ),
    "company-wants-no-contact": ("closed", NONE),
    "connect-after-the-decision": ("pending and some(a.people, 'linkedin' in #.channels)", NONE),
    "answer-the-rejection": (
        f"a.status == 'rejected' and not ({sent('answer')})"
        " and not (rejected_at != null and wrote != null and wrote > rejected_at)"
        f" and not (rejected_at != null and now > rejected_at + {WEEK})",
        due("rejected_at", WEEK),
    ),
    "find-somebody-to-ask": (
        "follow_up_open and not some(a.people as p, p.id not in inside and p.contact_policy != 'closed'"
        " and (a.contact_via == null or p.id == a.contact_via))",
        NONE,
    ),
    "not-again-so-soon": ("pending and overdue and follow_ups >= 1 and wrote_lately", f"wrote + {WEEK}"),
    "enough-follow-ups": ("pending and follow_ups >= 2 and not closed", NONE),
    "rejection-ends-it": ("not alive", NONE),
    "get-it-signed": ("a.status == 'accepted' and not firm", NONE),
    "tell-the-others-about-it": (
        f"pending and interviewed != null and a.preferred != false and not ({sent('offer_notice')})"
        " and next_answer_by != null",
        "next_answer_by",
    ),
    "withdraw-elsewhere": (f"open and not firm and settled and not ({sent('withdrawal')})", NONE),
    "settle-the-offer": (
        "open and not firm and (a.offer == null ? a.status == 'offered' : a.offer.signed_at != null)",
        NONE,
    ),
    "signed-and-done": (
        "open and firm and not (a.offer.start_on != null and a.offer.start_on <= now)",
        "a.offer.start_on",
    ),
    "signed-and-begun": ("open and firm and a.offer.start_on != null and a.offer.start_on <= now", NONE),
    "wait-for-the-next-interview": ("pending and next_interview != null", "next_interview"),
    "wait-for-an-interview": ("pending and next_interview == null and interviewed == null", NONE),
    "wait-for-the-promised-day": ("between and promised and not overdue", "a.reply_by_with_grace"),
    "wait-for-an-answer": ("between and not promised and not overdue", "usual_answer"),
    "wait-after-writing": (
        "between and overdue and not used_up and wrote_lately and not (heard != null and heard > wrote)",
        f"wrote + {WEEK}",
    ),
    "wait-after-hearing": (
        "between and overdue and not used_up and heard_lately and not (wrote != null and wrote >= heard)",
        f"heard + {WEEK}",
    ),
    "wait-before-letting-go": ("between and overdue and used_up and not over", due("last_asked", WEEK)),
    "move-on": ("over", NONE),
    "nothing-left-after-withdrawing": (f"open and {sent('withdrawal')}", NONE),
    "wait-where-no-contact-is-wanted": (
        f"open and closed and not pending and not firm and not ({sent('withdrawal')})"
        " and not (a.offer != null and a.offer.signed_at == null)",
        NONE,
    ),
}
FOR_OFFER: Final[Rules] = {
    "answer-by-their-day": ("open and a.offer.signed_at == null and a.offer.answer_by != null", "a.offer.answer_by"),
    "answer-in-decent-time": (
        "open and a.offer.signed_at == null and a.offer.answer_by == null",
        due("a.offer.received_at", 5 * DAY),
    ),
    "make-it-firm": ("alive and (a.offer.form == 'verbal' or a.offer.conditional == true)", NONE),
    "ask-for-time": (
        "open and a.offer.signed_at == null and a.offer.answer_by != null and a.offer.answer_by > now and waiting >= 1",
        "a.offer.answer_by",
    ),
}
FOR_PERSON: Final[Rules] = {
    "stated-preference": ("p.prefers == 'email'", NONE),
    "stated-preference-contradicted": ("p.prefers == 'email' and p.invited_call == true", NONE),
    "call-who-prefers-it": ("addressee and p.prefers == 'phone' and p.office_time", NONE),
    "call-who-invited-it": (
        "addressee and p.invited_call == true and p.prefers != 'email' and p.office_time",
        NONE,
    ),
    "wait-for-office-hours": ("addressee and p.prefers == 'phone' and not p.office_time", NONE),
    "no-mail-instead-of-the-call": ("addressee and p.prefers == 'phone' and not p.office_time", NONE),
    "person-wants-no-contact": ("p.contact_policy == 'closed'", NONE),
    "through-the-contact-only": ("in_the_way and alive", NONE),
    "inside-contact-asked-once": ("asked == 1", NONE),
    "inside-contact-pestered": ("asked >= 2", NONE),
    "connect-now": (
        f"status == 'accepted' and interviews and 'linkedin' in p.channels and not ({sent('connection_request')})",
        NONE,
    ),
    "follow-up": ("addressee", NONE),
    "follow-up-with-the-recruiter": ("addressee and p.role in ['recruiter', 'agency_recruiter']", NONE),
    "follow-up-with-the-manager": ("addressee and p.role == 'hiring_manager'", NONE),
}
FOR_INTERVIEW: Final[Rules] = {
    "find-the-interviewers-first": (
        f"open and len(v.interviewers) == 0 and now <= v.ended_at + {WEEK}",
        f"v.ended_at + {2 * DAY}",
    ),
}
FOR_INTERVIEWER: Final[Rules] = {
    "thank-you-note": (
        f"not in_the_way and v.ended_at + 7200 <= now and now <= v.ended_at + {2 * DAY}",
        f"v.ended_at + {2 * DAY}",
    ),
    "thank-you-late": (
        f"not in_the_way and now > v.ended_at + {2 * DAY} and now <= v.ended_at + {WEEK}",
        f"v.ended_at + {WEEK}",
    ),
    "thanks-through-the-contact": (
        f"in_the_way and v.ended_at + 7200 <= now and now <= v.ended_at + {WEEK}"
        " and not (wrote != null and wrote >= v.ended_at)",
        f"v.ended_at + {2 * DAY}",
    ),
    "find-the-name-first": (f"nameless and now <= v.ended_at + {WEEK}", f"v.ended_at + {2 * DAY}"),
}
#: The tables: name, rows to iterate over (none: the candidate), the field of their key, and rules.
TABLES: Final[Sequence[tuple[str, str, str, Rules]]] = (
    ("for_candidate", "", "'candidate/' + candidate.id + '//' + candidate.id", FOR_CANDIDATE),
    ("for_application", "rows", "key", FOR_APPLICATION),
    ("for_offer", "offers", "offer_key", FOR_OFFER),
    ("for_person", "people", "key", FOR_PERSON),
    ("for_interview", "interviews", "key", FOR_INTERVIEW),
    ("for_interviewer", "interviewers", "key", FOR_INTERVIEWER),
)


# --- the graph ---


def graph() -> dict[str, Any]:
    """The decision in JDM: the nodes of facts in sequence, then all tables in parallel."""
    chain = [
        {"id": "input", "name": "input", "type": "inputNode", "content": {}},
        _expressions("candidate", CANDIDATE),
        _expressions("rows", ROWS),
        _expressions("application", APPLICATION, rows="rows"),
        _expressions("below", BELOW),
    ]
    tables = [_table(*spec) for spec in TABLES]
    output = {"id": "output", "name": "output", "type": "outputNode", "content": {}}
    edges = [_edge(source, target) for source, target in pairwise(chain)]
    edges += [_edge(chain[-1], table) for table in tables] + [_edge(table, output) for table in tables]
    return {"nodes": [*chain, *tables, output], "edges": edges}


def _expressions(name: str, expressions: Expressions, rows: str = "") -> dict[str, Any]:
    content: dict[str, Any] = {
        "expressions": [{"id": key, "key": key, "value": value} for key, value in expressions.items()],
        "passThrough": True,
    }
    if rows:
        content |= {"executionMode": "loop", "inputField": rows, "outputPath": rows}
    return {"id": name, "name": name, "type": "expressionNode", "content": content}


def _table(name: str, rows: str, key: str, rules: Rules) -> dict[str, Any]:
    content: dict[str, Any] = {
        "hitPolicy": "collect",
        "inputs": [{"id": "when", "name": "when"}],
        "outputs": [{"id": field, "name": field, "field": field} for field in ("rule", "key", "due")],
        "rules": [
            {"_id": rule, "when": when, "rule": f"'{rule}'", "key": key, "due": by}
            for rule, (when, by) in rules.items()
        ],
        "passThrough": False,
        "outputPath": name,
    }
    if rows:
        content |= {"executionMode": "loop", "inputField": rows}
    return {"id": name, "name": name, "type": "decisionTableNode", "content": content}


def _edge(source: dict[str, Any], target: dict[str, Any]) -> dict[str, str]:
    ends = {"sourceId": source["id"], "targetId": target["id"]}
    return {"id": f"{source['id']}-{target['id']}", "type": "edge", **ends}


class Zen:
    name = "GoRules Zen (zen-engine)"
    package = "zen-engine"
    batch = 100
    says = (
        "Moments in seconds, business days, office hours and local days come from the host.",
        "Facts are expression nodes with map, filter and some; rules are decision tables that loop over the rows.",
        "A loop sees only its row, so rows carry the facts that they need of the rows around them.",
        "Many cases are evaluated as one batch, which takes all processors.",
    )

    def load(self) -> None:
        import zen

        # An engine with a loader compiles a decision once; a decision from create_decision takes four times as long.
        self._engine: Any = zen.ZenEngine({"loader": {"type": "static", "content": {_KEY: graph()}}})
        self._engine.evaluate(_KEY, {"now": 0, "candidate": {"id": ""}, "applications": []})

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        if len(cases) == 1:
            return [_fired(self._engine.evaluate(_KEY, orjson.dumps(prepared(cases[0])))["result"])]
        requests = [{"key": _KEY, "context": orjson.dumps(prepared(raw))} for raw in cases]
        return [_fired(answer["data"]["result"]) for answer in self._engine.evaluate_batch(requests)]


_KEY: Final = "follow_up"


def _fired(result: dict[str, Any]) -> list[Fired]:
    tables = [result["for_candidate"], *(row for name, *_ in TABLES[1:] for row in result[name])]
    return [(row["rule"], row["key"], _due(row)) for table in tables for row in table]


def _due(row: dict[str, Any]) -> int | None:
    due = row["due"]  # all of Zen's numbers come back as floats
    return None if due is None else int(due)


def peer() -> Zen:
    """The peer."""
    return Zen()
