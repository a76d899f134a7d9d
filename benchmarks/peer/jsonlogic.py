"""The policy in JSON Logic, for all engines that know ``val``, the community's operator that reaches enclosing scopes.

JSON Logic names no values. Facts are computed in layers, ``{"map": [[[fact, fact, …]], body]}``, and read by their
place in the list. Authors of JSON Logic count scopes and places by hand; the helpers below count them, and
produce plain JSON Logic. An unknown moment is ``null`` as everywhere else, but an unknown computed moment is 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from .logic import (
    DAY,
    ENDLESS,
    SILENT,
    WEEK,
    Facts,
    Json,
    Logic,
    Operand,
    Row,
    Rules,
    among,
    at,
    both,
    count,
    due,
    each,
    either,
    first,
    last,
    no,
    op,
    other,
    recent,
    same,
    some,
    those,
    values,
    within,
)
from .protocol import Fired

# --- computed facts ---

ROOT: Final = Row(0)
NOW: Final = ROOT.now


def is_open(a: Row) -> Logic:
    return no(among(a.status, "accepted", "rejected", "withdrawn"))


def is_alive(a: Row) -> Logic:
    return no(among(a.status, "rejected", "withdrawn"))


def is_firm(a: Row) -> Logic:
    return both(
        is_alive(a),
        same(a.offer__form, "written"),
        same(a.offer__conditional, False),
        other(a.offer__signed_at, None),
        op("<=", a.offer__signed_at, NOW),
    )


def is_undecided(a: Row) -> Logic:
    return both(no(among(a.status, "offered", "accepted", "rejected", "withdrawn")), same(a.offer, None))


def has_open_offer(a: Row) -> Logic:
    return both(is_open(a), other(a.offer, None), same(a.offer__signed_at, None))


def asks(m: Row) -> Logic:
    return among(m.kind, "follow_up", "status_question")


def of_candidate() -> Facts:
    return {
        "signed": some(ROOT.applications, is_firm),
        "open_offers": each(those(ROOT.applications, has_open_offer), lambda a: a.offer__answer_by),
    }


def of_candidate_then(c: Row) -> Facts:
    return {
        "settled": either(c.signed, some(ROOT.applications, lambda a: same(a.status, "accepted"))),
        "next_answer_by": first(those(c.open_offers, lambda at_: op(">", at_.itself, NOW))),
    }


def of_application(a: Row, d: Row) -> Facts:
    heard = those(a.messages, lambda m: both(same(m.direction, "received"), other(m.sent_at, None)))
    rejected = those(
        a.messages,
        lambda m: both(same(m.direction, "received"), same(m.kind, "rejection"), other(m.sent_at, None)),
    )
    return {
        "open": is_open(a),
        "alive": is_alive(a),
        "firm": is_firm(a),
        "closed": same(a.contact_policy, "closed"),
        "pending": both(is_undecided(a), no(d.settled)),
        "held": those(a.interviews, lambda v: both(op("<=", v.ended_at, NOW), other(v.status, "cancelled"))),
        "ahead": first(
            each(
                those(a.interviews, lambda v: both(op(">", v.ended_at, NOW), other(v.status, "cancelled"))),
                lambda v: v.ended_at,
            )
        ),
        "sent": those(a.messages, lambda m: same(m.direction, "sent")),
        "heard": last(each(heard, lambda m: m.sent_at)),
        "rejected_at": last(each(rejected, lambda m: m.sent_at)),
        "inside": each(
            those(a.people, lambda p: both(same(p.role, "inside_contact"), no(interviews(a, p)))), lambda p: p.id
        ),
    }


def interviews(a: Row, p: Row) -> Logic:
    return some(a.interviews, lambda v: some(v.interviewers, lambda o: same(o.person, p.id)))


def of_application_then(f: Row) -> Facts:
    return {
        "interviewed": last(each(f.held, lambda v: v.ended_at)),
        "usual_answer": last(each(f.held, lambda v: v.answer_due_at)),
        "wrote": last(each(those(f.sent, lambda m: other(m.sent_at, None)), lambda m: m.sent_at)),
        "asked": each(those(f.sent, lambda m: both(asks(m), no(op("in", m.person, f.inside)))), lambda m: m.sent_at),
    }


def of_application_third(a: Row, f: Row, g: Row) -> Facts:
    counted = those(
        g.asked,
        lambda at_: either(
            same(at_.itself, None), both(op(">", at_.itself, f.heard), op(">", at_.itself, g.interviewed))
        ),
    )
    return {
        "between": both(f.pending, g.interviewed, no(f.ahead)),
        "promised": both(other(a.reply_by, None), op(">=", a.reply_by, g.interviewed)),
        "last_asked": last(those(g.asked, lambda at_: other(at_.itself, None))),
        "follow_ups": count(counted),
        "wrote_lately": recent(g.wrote, NOW),
        "heard_lately": recent(f.heard, NOW),
    }


def of_application_fourth(a: Row, f: Row, g: Row, h: Row) -> Facts:
    return {
        "overdue": op(
            "if",
            h.promised,
            op("<=", a.reply_by_with_grace, NOW),
            both(op(">", g.usual_answer, 0), op("<=", g.usual_answer, NOW)),
        ),
        "used_up": either(op(">=", h.follow_ups, 2), f.closed),
    }


def of_application_fifth(g: Row, h: Row, k: Row) -> Facts:
    return {
        "follow_up_open": both(h.between, no(k.used_up), k.overdue, no(h.wrote_lately), no(h.heard_lately)),
        "over": both(
            h.between,
            k.used_up,
            k.overdue,
            no(recent(h.last_asked, NOW)),
            no(recent(g.interviewed, NOW)),
            no(h.heard_lately),
        ),
    }


def of_person(a: Row, f: Row, p: Row) -> Facts:
    return {
        "only_inside": op("in", p.id, f.inside),
        "in_the_way": both(other(a.contact_via, None), other(p.id, a.contact_via)),
    }


def of_person_then(f: Row, last_: Row, p: Row, q: Row) -> Facts:
    asked = those(f.sent, lambda m: both(same(m.person, p.id), asks(m)))
    return {
        "asked": op("if", q.only_inside, count(asked), 0),
        "addressee": both(last_.follow_up_open, no(q.only_inside), no(q.in_the_way), other(p.contact_policy, "closed")),
    }


# --- rules ---


def for_candidate(c: Row, d: Row) -> Rules:
    employed, unsigned = ROOT.candidate__employed, no(c.signed)
    return {
        "job-kept-until-signed": (both(same(employed, True), unsigned), ENDLESS),
        "job-kept-all-the-more": (
            both(same(ROOT.candidate__considering_quitting, True), unsigned, other(employed, False)),
            ENDLESS,
        ),
        "job-kept-if-there-is-one": (both(same(employed, None), unsigned), ENDLESS),
        "give-notice-now": (both(same(employed, True), c.signed), ENDLESS),
        "keep-interviewing": (unsigned, ENDLESS),
        "take-the-search-up-again": (both(same(ROOT.candidate__searching, False), unsigned), ENDLESS),
        "search-not-stopped": (unsigned, ENDLESS),
        "weigh-them": (op(">=", count(c.open_offers), 2), d.next_answer_by),
    }


def for_application(d: Row, a: Row, f: Row, g: Row, h: Row, k: Row, last_: Row) -> Rules:
    def sent_kind(kind: str) -> Logic:
        return some(f.sent, lambda m: same(m.kind, kind))

    begun = both(other(a.offer__start_on, None), op("<=", a.offer__start_on, NOW))
    answered = some(
        f.sent,
        lambda m: either(
            same(m.kind, "answer"), both(f.rejected_at, other(m.sent_at, None), op(">", m.sent_at, f.rejected_at))
        ),
    )
    can_be_asked = some(
        a.people,
        lambda p: both(
            no(op("in", p.id, f.inside)),
            other(p.contact_policy, "closed"),
            either(same(a.contact_via, None), same(p.id, a.contact_via)),
        ),
    )
    invited = some(a.people, lambda p: either(same(p.invited_call, True), same(p.prefers, "phone")))
    waits = both(h.between, k.overdue, no(k.used_up))
    return {
        "nobody-invited-a-call": (both(last_.follow_up_open, no(invited)), ENDLESS),
        "company-wants-no-contact": (f.closed, ENDLESS),
        "connect-after-the-decision": (
            both(f.pending, some(a.people, lambda p: op("in", "linkedin", p.channels))),
            ENDLESS,
        ),
        "answer-the-rejection": (
            both(
                same(a.status, "rejected"),
                no(answered),
                no(both(f.rejected_at, op(">", NOW, op("+", f.rejected_at, WEEK)))),
            ),
            due(f.rejected_at, WEEK),
        ),
        "find-somebody-to-ask": (both(last_.follow_up_open, no(can_be_asked)), ENDLESS),
        "not-again-so-soon": (
            both(f.pending, k.overdue, op(">=", h.follow_ups, 1), h.wrote_lately),
            op("+", g.wrote, WEEK),
        ),
        "enough-follow-ups": (both(f.pending, op(">=", h.follow_ups, 2), no(f.closed)), ENDLESS),
        "rejection-ends-it": (no(f.alive), ENDLESS),
        "get-it-signed": (both(same(a.status, "accepted"), no(f.firm)), ENDLESS),
        "tell-the-others-about-it": (
            both(f.pending, g.interviewed, other(a.preferred, False), d.next_answer_by, no(sent_kind("offer_notice"))),
            d.next_answer_by,
        ),
        "withdraw-elsewhere": (both(f.open, no(f.firm), d.settled, no(sent_kind("withdrawal"))), ENDLESS),
        "settle-the-offer": (
            both(
                f.open,
                no(f.firm),
                op("if", same(a.offer, None), same(a.status, "offered"), other(a.offer__signed_at, None)),
            ),
            ENDLESS,
        ),
        "signed-and-done": (both(f.open, f.firm, no(begun)), due(a.offer__start_on)),
        "signed-and-begun": (both(f.open, f.firm, begun), ENDLESS),
        "wait-for-the-next-interview": (both(f.pending, f.ahead), f.ahead),
        "wait-for-an-interview": (both(f.pending, no(f.ahead), no(g.interviewed)), ENDLESS),
        "wait-for-the-promised-day": (both(h.between, h.promised, no(k.overdue)), a.reply_by_with_grace),
        "wait-for-an-answer": (both(h.between, no(h.promised), no(k.overdue)), g.usual_answer),
        "wait-after-writing": (
            both(waits, h.wrote_lately, no(op(">", f.heard, g.wrote))),
            op("+", g.wrote, WEEK),
        ),
        "wait-after-hearing": (
            both(waits, h.heard_lately, no(op(">=", g.wrote, f.heard))),
            op("+", f.heard, WEEK),
        ),
        "wait-before-letting-go": (
            both(h.between, k.overdue, k.used_up, no(last_.over)),
            due(h.last_asked, WEEK),
        ),
        "move-on": (last_.over, ENDLESS),
        "nothing-left-after-withdrawing": (both(f.open, sent_kind("withdrawal")), ENDLESS),
        "wait-where-no-contact-is-wanted": (
            both(f.open, f.closed, no(f.pending), no(f.firm), no(has_open_offer(a)), no(sent_kind("withdrawal"))),
            ENDLESS,
        ),
    }


def for_offer(d: Row, a: Row, f: Row) -> Rules:
    answer_by = a.offer__answer_by
    unanswered = both(f.open, same(a.offer__signed_at, None))
    return {
        "answer-by-their-day": (both(unanswered, other(answer_by, None)), answer_by),
        "answer-in-decent-time": (
            both(unanswered, same(answer_by, None)),
            due(a.offer__received_at, 5 * DAY),
        ),
        "make-it-firm": (
            both(f.alive, either(same(a.offer__form, "verbal"), same(a.offer__conditional, True))),
            ENDLESS,
        ),
        "ask-for-time": (
            both(
                unanswered,
                other(answer_by, None),
                op(">", answer_by, NOW),
                no(d.settled),
                some(ROOT.applications, is_undecided),
            ),
            answer_by,
        ),
    }


def for_person(a: Row, f: Row, p: Row, q: Row, r: Row) -> Rules:
    by_phone = both(r.addressee, same(p.prefers, "phone"))
    connected = some(f.sent, lambda m: same(m.kind, "connection_request"))
    return {
        "stated-preference": (same(p.prefers, "email"), ENDLESS),
        "stated-preference-contradicted": (
            both(same(p.prefers, "email"), same(p.invited_call, True)),
            ENDLESS,
        ),
        "call-who-prefers-it": (both(by_phone, p.office_time), ENDLESS),
        "call-who-invited-it": (
            both(r.addressee, same(p.invited_call, True), other(p.prefers, "email"), p.office_time),
            ENDLESS,
        ),
        "wait-for-office-hours": (both(by_phone, no(p.office_time)), ENDLESS),
        "no-mail-instead-of-the-call": (both(by_phone, no(p.office_time)), ENDLESS),
        "person-wants-no-contact": (same(p.contact_policy, "closed"), ENDLESS),
        "through-the-contact-only": (both(q.in_the_way, f.alive), ENDLESS),
        "inside-contact-asked-once": (same(r.asked, 1), ENDLESS),
        "inside-contact-pestered": (op(">=", r.asked, 2), ENDLESS),
        "connect-now": (
            both(same(a.status, "accepted"), op("in", "linkedin", p.channels), interviews(a, p), no(connected)),
            ENDLESS,
        ),
        "follow-up": (r.addressee, ENDLESS),
        "follow-up-with-the-recruiter": (
            both(r.addressee, among(p.role, "recruiter", "agency_recruiter")),
            ENDLESS,
        ),
        "follow-up-with-the-manager": (both(r.addressee, same(p.role, "hiring_manager")), ENDLESS),
    }


def to_thank(d: Row, f: Row, v: Row, o: Row) -> Logic:
    thanked = some(
        f.sent,
        lambda m: both(
            same(m.kind, "thank_you"),
            same(m.person, o.person),
            other(m.sent_at, None),
            op(">=", m.sent_at, v.ended_at),
        ),
    )
    return both(f.open, no(d.settled), other(o.attended, False), no(thanked))


def for_interviewer(a: Row, g: Row, v: Row, o: Row) -> Rules:
    in_the_way = both(other(a.contact_via, None), other(o.person, a.contact_via))
    cooled = op("<=", op("+", v.ended_at, 7200), NOW)
    in_time, in_a_week = op("+", v.ended_at, 2 * DAY), op("+", v.ended_at, WEEK)
    return {
        "thank-you-note": (both(cooled, op("<=", NOW, in_time), no(in_the_way)), in_time),
        "thank-you-late": (both(op(">", NOW, in_time), op("<=", NOW, in_a_week), no(in_the_way)), in_a_week),
        "thanks-through-the-contact": (
            both(cooled, op("<=", NOW, in_a_week), in_the_way, op("<", g.wrote, v.ended_at)),
            in_time,
        ),
        "find-the-name-first": (
            both(
                op("<=", NOW, in_a_week),
                some(a.people, lambda p: both(same(p.id, o.person), same(p.name, None))),
            ),
            in_time,
        ),
    }


def for_interview(f: Row, v: Row) -> Rules:
    return {
        "find-the-interviewers-first": (
            both(f.open, no(v.interviewers), op("<=", NOW, op("+", v.ended_at, WEEK))),
            op("+", v.ended_at, 2 * DAY),
        ),
    }


# --- the whole policy ---


def policy() -> Json:
    """One piece of JSON Logic for the whole policy. :func:`fired` reads its result."""
    written = within(
        of_candidate(),
        lambda c: within(
            of_candidate_then(c),
            lambda d: [values(for_candidate(c, d)), each(ROOT.applications, lambda a: _application(d, a))],
        ),
    )
    return at(written, 0)


def _application(d: Row, a: Row) -> Logic:
    def last_layer(f: Row, g: Row, h: Row, k: Row) -> Logic:
        return within(
            of_application_fifth(g, h, k),
            lambda last_: [
                values(for_application(d, a, f, g, h, k, last_)),
                op("if", a.offer, values(for_offer(d, a, f)), []),
                each(a.people, lambda p: _person(a, f, last_, p)),
                each(f.held, lambda v: _interview(d, a, f, g, v)),
            ],
        )

    return within(
        of_application(a, d),
        lambda f: within(
            of_application_then(f),
            lambda g: within(
                of_application_third(a, f, g),
                lambda h: within(of_application_fourth(a, f, g, h), lambda k: last_layer(f, g, h, k)),
            ),
        ),
    )


def _person(a: Row, f: Row, last_: Row, p: Row) -> Logic:
    return within(
        of_person(a, f, p),
        lambda q: within(of_person_then(f, last_, p, q), lambda r: values(for_person(a, f, p, q, r))),
    )


def _interview(d: Row, a: Row, f: Row, g: Row, v: Row) -> list[Operand]:
    thanked = those(v.interviewers, lambda o: to_thank(d, f, v, o))
    return [
        v.id,
        values(for_interview(f, v)),
        each(thanked, lambda o: [o.person, values(for_interviewer(a, g, v, o))]),
    ]


def pieces() -> dict[str, Json]:
    """The policy in pieces, for an engine that reaches only two scopes up.

    Each piece is a list. The host evaluates it on data whose fields are the current rows and the pieces before it: ``a``
    an application, ``p`` a person, ``v`` an interview, ``o`` an interviewer, ``c`` … ``r`` facts.
    """
    a, p, v, o = (Row(0, within=name) for name in "apvo")
    layers: dict[str, Facts] = {}

    def facts(name: str, those_: Facts) -> Row:
        layers[name] = those_
        return Row(0, those_, within=name)

    c = facts("c", of_candidate())
    d = facts("d", of_candidate_then(c))
    f = facts("f", of_application(a, d))
    g = facts("g", of_application_then(f))
    h = facts("h", of_application_third(a, f, g))
    k = facts("k", of_application_fourth(a, f, g, h))
    last_ = facts("l", of_application_fifth(g, h, k))
    q = facts("q", of_person(a, f, p))
    r = facts("r", of_person_then(f, last_, p, q))
    rules = {
        "candidate": for_candidate(c, d),
        "application": for_application(d, a, f, g, h, k, last_),
        "offer": for_offer(d, a, f),
        "person": for_person(a, f, p, q, r),
        "interview": for_interview(f, v),
        "interviewer": for_interviewer(a, g, v, o),
    }
    return {
        **{name: at(list(layer.values()), 0) for name, layer in layers.items()},
        **{name: at(values(rule), 0) for name, rule in rules.items()},
        "held": at(f.held, 0),
        "to_thank": at(those(v.interviewers, lambda interviewer: to_thank(d, f, v, interviewer)), 0),
    }


def fired(case: Mapping[str, Any], results: Json) -> Iterator[Fired]:
    """The firings in the policy's result for a prepared case. Each layer of facts has put a list around it."""
    ((candidate, applications),) = results[0]
    id_ = case["candidate"]["id"]
    yield from _firings(RULES["candidate"], candidate, f"candidate/{id_}//{id_}")
    for given, layered in zip(case["applications"], applications, strict=True):
        id_ = given["id"]
        own, offer, people, held = layered[0][0][0][0][0]
        yield from _firings(RULES["application"], own, f"application/{id_}//{id_}")
        yield from _firings(RULES["offer"], offer, f"offer/{id_}//{id_}")
        for person, ((of_person_,),) in zip(given["people"], people, strict=True):
            yield from _firings(RULES["person"], of_person_, f"person/{id_}//{person['id']}")
        for interview, of_interview, interviewers in held:
            yield from _firings(RULES["interview"], of_interview, f"interview/{id_}//{interview}")
            for person_id, of_interviewer in interviewers:
                yield from _firings(RULES["interviewer"], of_interviewer, f"interviewer/{id_}/{interview}/{person_id}")


def _firings(rules: tuple[str, ...], indexes: Sequence[int], key: str) -> Iterator[Fired]:
    for rule, by in zip(rules, indexes):  # noqa: B905 (without an offer there is nothing)
        if by != SILENT:
            yield rule, key, by or None


_ANY: Final = Row(0)
#: The rules' names, in the order of their values.
RULES: Final[Mapping[str, tuple[str, ...]]] = {
    "candidate": tuple(for_candidate(_ANY, _ANY)),
    "application": tuple(for_application(_ANY, _ANY, _ANY, _ANY, _ANY, _ANY, _ANY)),
    "offer": tuple(for_offer(_ANY, _ANY, _ANY)),
    "person": tuple(for_person(_ANY, _ANY, _ANY, _ANY, _ANY)),
    "interview": tuple(for_interview(_ANY, _ANY)),
    "interviewer": tuple(for_interviewer(_ANY, _ANY, _ANY, _ANY)),
}
