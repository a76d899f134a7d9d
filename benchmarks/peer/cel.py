"""CEL: the policy is one compiled expression, evaluated once for each case. This peer uses the Rust crate ``cel``;
``cel_cpp.py`` uses Google's C++ runtime.

CEL has no statements, so the expression is made of named parts. CEL itself cannot name a value and has no maximum of a list:
``[value].map(name, …)[0]`` does the former, ``filter`` with ``all`` the latter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from .prepare import prepared
from .protocol import Fired

DAY: Final = "86400"
WEEK: Final = "604800"

#: The values of a rule that does not fire, and of a rule that fires without a deadline. Otherwise the value is the deadline.
SILENT: Final = -1
ENDLESS: Final = 0

#: Placeholders for the maximum and the minimum of the list ``xs``, replaced by what each runtime supports.
LATEST: Final = "latest(xs)"
EARLIEST: Final = "earliest(xs)"

# --- conditions on an application `a` ---

OPEN: Final = "!(a.status in ['accepted', 'rejected', 'withdrawn'])"
ALIVE: Final = "!(a.status in ['rejected', 'withdrawn'])"
FIRM: Final = (
    f"({ALIVE} && a.offer != null && a.offer.form == 'written' && a.offer.conditional == false"
    " && a.offer.signed_at != null && a.offer.signed_at <= now)"
)
OPEN_OFFER: Final = f"({OPEN} && a.offer != null && a.offer.signed_at == null)"
WAITING: Final = "(!(a.status in ['offered', 'accepted', 'rejected', 'withdrawn']) && a.offer == null)"


def last(moments: str) -> str:
    """The latest of some moments; ``null`` if there are none."""
    return f"[{moments}].map(xs, xs == [] ? null : {LATEST})[0]"


def first(moments: str) -> str:
    """The earliest of some moments."""
    return f"[{moments}].map(xs, xs == [] ? null : {EARLIEST})[0]"


def recent(moment: str) -> str:
    """Whether a moment is less than a week ago."""
    return f"({moment} != null && {moment} <= now && now < {moment} + {WEEK})"


def due(moment: str, seconds: str = "0") -> str:
    """A deadline that may be unknown."""
    return f"({moment} == null ? {ENDLESS} : {moment} + {seconds})"


# --- computed facts, each layer reading the ones before it ---

CANDIDATE: Final = (
    {
        "signed": f"applications.exists(a, {FIRM})",
        "open_offers": f"applications.filter(a, {OPEN_OFFER}).map(a, a.offer.answer_by)",
    },
    {
        "settled": "c.signed || applications.exists(a, a.status == 'accepted')",
        "next_answer_by": first("c.open_offers.filter(at, at != null && at > now)"),
    },
)
APPLICATION: Final = (
    {
        "open": OPEN,
        "alive": ALIVE,
        "firm": FIRM,
        "closed": "a.contact_policy == 'closed'",
        "pending": f"{WAITING} && !d.settled",
        "held": "a.interviews.filter(v, v.ended_at <= now && v.status != 'cancelled')",
        "ahead": "a.interviews.filter(v, v.ended_at > now && v.status != 'cancelled').map(v, v.ended_at)",
        "sent": "a.messages.filter(m, m.direction == 'sent')",
        "heard": last("a.messages.filter(m, m.direction == 'received' && m.sent_at != null).map(m, m.sent_at)"),
        "rejected_at": last(
            "a.messages.filter(m, m.direction == 'received' && m.kind == 'rejection' && m.sent_at != null)"
            ".map(m, m.sent_at)"
        ),
        "inside": (
            "a.people.filter(p, p.role == 'inside_contact'"
            " && !a.interviews.exists(v, v.interviewers.exists(o, o.person == p.id))).map(p, p.id)"
        ),
    },
    {
        "interviewed": last("f.held.map(v, v.ended_at)"),
        "usual_answer": last("f.held.map(v, v.answer_due_at)"),
        "wrote": last("f.sent.filter(m, m.sent_at != null).map(m, m.sent_at)"),
        "asked": (
            "f.sent.filter(m, m.kind in ['follow_up', 'status_question'] && !(m.person in f.inside)).map(m, m.sent_at)"
        ),
    },
    {
        "between": "f.pending && g.interviewed != null && f.ahead == []",
        "promised": "a.reply_by != null && !(g.interviewed != null && a.reply_by < g.interviewed)",
        "last_asked": last("g.asked.filter(at, at != null)"),
        "follow_ups": (
            "g.asked.filter(at, at == null || ((f.heard == null || at > f.heard)"
            " && (g.interviewed == null || at > g.interviewed))).size()"
        ),
        "wrote_lately": recent("g.wrote"),
        "heard_lately": recent("f.heard"),
    },
    {
        "overdue": ("h.promised ? a.reply_by_with_grace <= now : g.usual_answer != null && g.usual_answer <= now"),
        "used_up": "h.follow_ups >= 2 || f.closed",
    },
    {
        "follow_up_open": "h.between && !k.used_up && k.overdue && !h.wrote_lately && !h.heard_lately",
        "over": (
            f"h.between && k.used_up && k.overdue && !{recent('h.last_asked')}"
            f" && !{recent('g.interviewed')} && !h.heard_lately"
        ),
    },
)
PERSON: Final = (
    {
        "only_inside": "p.id in f.inside",
        "in_the_way": "a.contact_via != null && p.id != a.contact_via",
    },
    {
        "asked": (
            "q.only_inside ? f.sent.filter(m, m.person == p.id && m.kind in ['follow_up', 'status_question']).size() : 0"
        ),
        "addressee": "l.follow_up_open && !q.only_inside && !q.in_the_way && p.contact_policy != 'closed'",
    },
)

# --- the rules: condition and deadline ---

Rules = Mapping[str, tuple[str, str]]
NONE: Final = str(ENDLESS)

FOR_CANDIDATE: Final[Rules] = {
    "job-kept-until-signed": ("candidate.employed == true && !c.signed", NONE),
    "job-kept-all-the-more": (
        "candidate.considering_quitting == true && !c.signed && candidate.employed != false",
        NONE,
    ),
    "job-kept-if-there-is-one": ("candidate.employed == null && !c.signed", NONE),
    "give-notice-now": ("candidate.employed == true && c.signed", NONE),
    "keep-interviewing": ("!c.signed", NONE),
    "take-the-search-up-again": ("candidate.searching == false && !c.signed", NONE),
    "search-not-stopped": ("!c.signed", NONE),
    "weigh-them": ("c.open_offers.size() >= 2", due("d.next_answer_by")),
}
FOR_APPLICATION: Final[Rules] = {
    "nobody-invited-a-call": (
        "l.follow_up_open && !a.people.exists(p, p.invited_call == true || p.prefers == 'phone')",
        NONE,
    ),
    "company-wants-no-contact": ("f.closed", NONE),
    "connect-after-the-decision": ("f.pending && a.people.exists(p, 'linkedin' in p.channels)", NONE),
    "answer-the-rejection": (
        "a.status == 'rejected'"
        " && !f.sent.exists(m, m.kind == 'answer'"
        " || (m.sent_at != null && f.rejected_at != null && m.sent_at > f.rejected_at))"
        f" && !(f.rejected_at != null && now > f.rejected_at + {WEEK})",
        due("f.rejected_at", WEEK),
    ),
    "find-somebody-to-ask": (
        "l.follow_up_open && !a.people.exists(p, !(p.id in f.inside) && p.contact_policy != 'closed'"
        " && (a.contact_via == null || p.id == a.contact_via))",
        NONE,
    ),
    "not-again-so-soon": (
        "f.pending && k.overdue && h.follow_ups >= 1 && h.wrote_lately",
        f"g.wrote + {WEEK}",
    ),
    "enough-follow-ups": ("f.pending && h.follow_ups >= 2 && !f.closed", NONE),
    "rejection-ends-it": ("!f.alive", NONE),
    "get-it-signed": ("a.status == 'accepted' && !f.firm", NONE),
    "tell-the-others-about-it": (
        "f.pending && g.interviewed != null && a.preferred != false && d.next_answer_by != null"
        " && !f.sent.exists(m, m.kind == 'offer_notice')",
        "d.next_answer_by",
    ),
    "withdraw-elsewhere": (
        "f.open && !f.firm && d.settled && !f.sent.exists(m, m.kind == 'withdrawal')",
        NONE,
    ),
    "settle-the-offer": (
        "f.open && !f.firm && (a.offer == null ? a.status == 'offered' : a.offer.signed_at != null)",
        NONE,
    ),
    "signed-and-done": (
        "f.open && f.firm && !(a.offer.start_on != null && a.offer.start_on <= now)",
        due("a.offer.start_on"),
    ),
    "signed-and-begun": ("f.open && f.firm && a.offer.start_on != null && a.offer.start_on <= now", NONE),
    "wait-for-the-next-interview": ("f.pending && f.ahead != []", first("f.ahead")),
    "wait-for-an-interview": ("f.pending && f.ahead == [] && g.interviewed == null", NONE),
    "wait-for-the-promised-day": ("h.between && h.promised && !k.overdue", "a.reply_by_with_grace"),
    "wait-for-an-answer": ("h.between && !h.promised && !k.overdue", due("g.usual_answer")),
    "wait-after-writing": (
        "h.between && k.overdue && !k.used_up && h.wrote_lately && !(f.heard != null && f.heard > g.wrote)",
        f"g.wrote + {WEEK}",
    ),
    "wait-after-hearing": (
        "h.between && k.overdue && !k.used_up && h.heard_lately && !(g.wrote != null && g.wrote >= f.heard)",
        f"f.heard + {WEEK}",
    ),
    "wait-before-letting-go": ("h.between && k.overdue && k.used_up && !l.over", due("h.last_asked", WEEK)),
    "move-on": ("l.over", NONE),
    "nothing-left-after-withdrawing": ("f.open && f.sent.exists(m, m.kind == 'withdrawal')", NONE),
    "wait-where-no-contact-is-wanted": (
        "f.open && f.closed && !f.pending && !f.firm && !(a.offer != null && a.offer.signed_at == null)"
        " && !f.sent.exists(m, m.kind == 'withdrawal')",
        NONE,
    ),
}
FOR_OFFER: Final[Rules] = {
    "answer-by-their-day": (
        "f.open && a.offer.signed_at == null && a.offer.answer_by != null",
        "a.offer.answer_by",
    ),
    "answer-in-decent-time": (
        "f.open && a.offer.signed_at == null && a.offer.answer_by == null",
        due("a.offer.received_at", f"5 * {DAY}"),
    ),
    "make-it-firm": ("f.alive && (a.offer.form == 'verbal' || a.offer.conditional == true)", NONE),
    "ask-for-time": (
        "f.open && a.offer.signed_at == null && a.offer.answer_by != null && a.offer.answer_by > now"
        f" && !d.settled && applications.exists(a, {WAITING})",
        "a.offer.answer_by",
    ),
}
FOR_PERSON: Final[Rules] = {
    "stated-preference": ("p.prefers == 'email'", NONE),
    "stated-preference-contradicted": ("p.prefers == 'email' && p.invited_call == true", NONE),
    "call-who-prefers-it": ("r.addressee && p.prefers == 'phone' && p.office_time", NONE),
    "call-who-invited-it": (
        "r.addressee && p.invited_call == true && p.prefers != 'email' && p.office_time",
        NONE,
    ),
    "wait-for-office-hours": ("r.addressee && p.prefers == 'phone' && !p.office_time", NONE),
    "no-mail-instead-of-the-call": ("r.addressee && p.prefers == 'phone' && !p.office_time", NONE),
    "person-wants-no-contact": ("p.contact_policy == 'closed'", NONE),
    "through-the-contact-only": ("q.in_the_way && f.alive", NONE),
    "inside-contact-asked-once": ("r.asked == 1", NONE),
    "inside-contact-pestered": ("r.asked >= 2", NONE),
    "connect-now": (
        "a.status == 'accepted' && 'linkedin' in p.channels"
        " && a.interviews.exists(v, v.interviewers.exists(o, o.person == p.id))"
        " && !f.sent.exists(m, m.kind == 'connection_request')",
        NONE,
    ),
    "follow-up": ("r.addressee", NONE),
    "follow-up-with-the-recruiter": ("r.addressee && p.role in ['recruiter', 'agency_recruiter']", NONE),
    "follow-up-with-the-manager": ("r.addressee && p.role == 'hiring_manager'", NONE),
}
#: Rules for interviewers who are to be thanked. The interviewer's id is ``o.person``, the interview is ``v``.
FOR_INTERVIEWER: Final[Rules] = {
    "thank-you-note": (
        f"v.ended_at + 7200 <= now && now <= v.ended_at + 2 * {DAY} && !(a.contact_via != null && o.person != a.contact_via)",
        f"v.ended_at + 2 * {DAY}",
    ),
    "thank-you-late": (
        f"now > v.ended_at + 2 * {DAY} && now <= v.ended_at + {WEEK}"
        " && !(a.contact_via != null && o.person != a.contact_via)",
        f"v.ended_at + {WEEK}",
    ),
    "thanks-through-the-contact": (
        f"v.ended_at + 7200 <= now && now <= v.ended_at + {WEEK} && a.contact_via != null && o.person != a.contact_via"
        " && !(g.wrote != null && g.wrote >= v.ended_at)",
        f"v.ended_at + 2 * {DAY}",
    ),
    "find-the-name-first": (
        f"now <= v.ended_at + {WEEK} && a.people.exists(p, p.id == o.person && p.name == null)",
        f"v.ended_at + 2 * {DAY}",
    ),
}
FOR_INTERVIEW: Final[Rules] = {
    "find-the-interviewers-first": (
        f"f.open && v.interviewers == [] && now <= v.ended_at + {WEEK}",
        f"v.ended_at + 2 * {DAY}",
    ),
}
TO_THANK: Final = (
    "f.open && !d.settled && o.attended != false"
    " && !f.sent.exists(m, m.kind == 'thank_you' && m.person == o.person"
    " && m.sent_at != null && m.sent_at >= v.ended_at)"
)


class Words(NamedTuple):
    """How a CEL runtime names values and takes maxima. ``named`` gets a name, a value, and the body that uses the name."""

    named: Callable[[str, str, str], str]
    latest: str
    earliest: str


PLAIN: Final = Words(
    named=lambda name, value, body: f"[{value}].map({name}, {body})[0]",
    latest="xs.filter(x, xs.all(y, y <= x))[0]",
    earliest="xs.filter(x, xs.all(y, y >= x))[0]",
)


def policy(words: Words) -> str:
    """The whole policy: lists of the values of each row's rules, in the order of the tables of rules."""

    def layers(names: str, facts: Sequence[Mapping[str, str]], body: str) -> str:
        """``body`` inside layers of facts. Each layer is a map with a name."""
        for name, layer in reversed(list(zip(names, facts, strict=True))):
            written = ", ".join(f"'{fact}': {expression}" for fact, expression in layer.items())
            body = words.named(name, f"{{{written}}}", body)
        return body

    people = f"a.people.map(p, {layers('qr', PERSON, _values(FOR_PERSON))})"
    interviewers = f"v.interviewers.filter(o, {TO_THANK}).map(o, [o.person, {_values(FOR_INTERVIEWER)}])"
    interviews = f"f.held.map(v, [v.id, {_values(FOR_INTERVIEW)}, {interviewers}])"
    offer = f"a.offer == null ? [] : {_values(FOR_OFFER)}"
    application = layers("fghkl", APPLICATION, f"[{_values(FOR_APPLICATION)}, {offer}, {people}, {interviews}]")
    whole = layers("cd", CANDIDATE, f"[{_values(FOR_CANDIDATE)}, applications.map(a, {application})]")
    return whole.replace(LATEST, words.latest).replace(EARLIEST, words.earliest)


def _values(rules: Rules) -> str:
    return "[" + ", ".join(f"({when}) ? {by} : {SILENT}" for when, by in rules.values()) + "]"


def fired(case: Mapping[str, Any], results: Any) -> Iterator[Fired]:
    """The firings in the policy's result for a prepared case."""
    candidate, applications = results
    id_ = case["candidate"]["id"]
    yield from _firings(_CANDIDATE, candidate, f"candidate/{id_}//{id_}")
    for given, (own, offer, people, interviews) in zip(case["applications"], applications, strict=True):
        id_ = given["id"]
        yield from _firings(_APPLICATION, own, f"application/{id_}//{id_}")
        yield from _firings(_OFFER, offer, f"offer/{id_}//{id_}")
        for person, of_person in zip(given["people"], people, strict=True):
            yield from _firings(_PERSON, of_person, f"person/{id_}//{person['id']}")
        for interview, of_interview, interviewers in interviews:
            yield from _firings(_INTERVIEW, of_interview, f"interview/{id_}//{interview}")
            for person_id, of_interviewer in interviewers:
                yield from _firings(_INTERVIEWER, of_interviewer, f"interviewer/{id_}/{interview}/{person_id}")


def _firings(rules: tuple[str, ...], indexes: list[int], key: str) -> Iterator[Fired]:
    for rule, by in zip(rules, indexes):  # noqa: B905 (an application without an offer has no values)
        if by != SILENT:
            yield rule, key, None if by == ENDLESS else by


_CANDIDATE, _APPLICATION, _OFFER = tuple(FOR_CANDIDATE), tuple(FOR_APPLICATION), tuple(FOR_OFFER)
_PERSON, _INTERVIEW, _INTERVIEWER = tuple(FOR_PERSON), tuple(FOR_INTERVIEW), tuple(FOR_INTERVIEWER)
#: The smallest case. Evaluating it warms up an engine.
NOBODY: Final[Mapping[str, Any]] = {
    "now": 0,
    "candidate": {"id": "", "employed": None, "considering_quitting": None, "searching": None},
    "applications": [],
}


class Cel:
    name = "CEL (Rust: common-expression-language)"
    package = "common-expression-language"
    says = (
        "Moments in seconds, business days, office hours and local days come from the host.",
        "CEL names no values and takes no maximum of a list: both are written out with map and filter.",
        "The whole policy is one compiled expression, so that a case crosses into Rust and back once.",
        "Deadlines and what fires come back as lists of numbers; the host puts the rules' names to them.",
    )

    def load(self) -> None:
        import cel

        self._program: Any = cel.compile(policy(PLAIN))
        self._program.execute(dict(NOBODY))

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        return [list(fired(case, self._program.execute(case))) for case in map(prepared, cases)]


def peer() -> Cel:
    """The peer."""
    return Cel()
