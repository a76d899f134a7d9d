"""Computed facts in plain Python, for engines without aggregates or joins; all take prepared cases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

Fields = dict[str, Any]

DAY: Final = 86_400
WEEK: Final = 7 * DAY
_ASKING: Final = frozenset(("follow_up", "status_question"))
_LOST: Final = frozenset(("rejected", "withdrawn"))
_OVER: Final = frozenset(("accepted", "rejected", "withdrawn"))


def of_candidate(case: Fields) -> Fields:
    """Of the candidate."""
    now, applications = case["now"], case["applications"]
    signed = any(_is_firm(one, now) for one in applications)
    settled = signed or any(one["status"] == "accepted" for one in applications)
    offers = [one["offer"] for one in applications if one["status"] not in _OVER and one["offer"] is not None]
    unsigned = [one["answer_by"] for one in offers if one["signed_at"] is None]
    return {
        "signed": signed,
        "settled": settled,
        "open_offers": len(unsigned),
        "next_answer_by": min((day for day in unsigned if day is not None and day > now), default=None),
        "waiting": 0 if settled else sum(map(_is_undecided, applications)),
    }


def of_application(one: Fields, candidate: Fields, now: int) -> Fields:
    """Of an application; ``candidate``: what :func:`of_candidate` gave."""
    sent = [message for message in one["messages"] if message["direction"] == "sent"]
    received = [message for message in one["messages"] if message["direction"] == "received"]
    told = {message["kind"] for message in sent}
    planned = [interview for interview in one["interviews"] if interview["status"] != "cancelled"]
    held = [interview for interview in planned if interview["ended_at"] <= now]
    ahead = [interview["ended_at"] for interview in planned if interview["ended_at"] > now]
    interviewing = {who["person"] for interview in one["interviews"] for who in interview["interviewers"]}
    inside = {
        person["id"]
        for person in one["people"]
        if person["role"] == "inside_contact" and person["id"] not in interviewing
    }
    asked = [m["sent_at"] for m in sent if m["kind"] in _ASKING and m["person"] not in inside]
    wrote = _last(message["sent_at"] for message in sent)
    heard = _last(message["sent_at"] for message in received)
    interviewed = _last(interview["ended_at"] for interview in held)
    answer_due = _last(interview["answer_due_at"] for interview in held)
    last_asked = _last(asked)
    rejected = _last(message["sent_at"] for message in received if message["kind"] == "rejection")
    reply_by, offer = one["reply_by"], one["offer"]
    promised = reply_by is not None and not (interviewed is not None and reply_by < interviewed)
    overdue = one["reply_by_with_grace"] <= now if promised else answer_due is not None and answer_due <= now
    start = max(heard or 0, interviewed or 0)
    follow_ups = sum(at is None or at > start for at in asked)
    used_up = follow_ups >= 2 or one["contact_policy"] == "closed"
    pending = _is_undecided(one) and not candidate["settled"]
    between = pending and interviewed is not None and not ahead
    wrote_lately, heard_lately = _lately(wrote, now), _lately(heard, now)
    gone = not (_lately(last_asked, now) or _lately(interviewed, now) or heard_lately)
    follow_up_open = between and not used_up and overdue and not wrote_lately and not heard_lately
    return {
        "open": one["status"] not in _OVER,
        "alive": one["status"] not in _LOST,
        "firm": _is_firm(one, now),
        "has_offer": offer is not None,
        "unsigned_offer": offer is not None and offer["signed_at"] is None,
        "signed_offer": offer is not None and offer["signed_at"] is not None,
        "begun": offer is not None and offer["start_on"] is not None and offer["start_on"] <= now,
        "pending": pending,
        "between": between,
        "interviewed": interviewed is not None,
        "interview_ahead": bool(ahead),
        "promised": promised,
        "overdue": overdue,
        "follow_ups": follow_ups,
        "used_up": used_up,
        "wrote_lately": wrote_lately,
        "heard_lately": heard_lately,
        "heard_after_writing": heard is not None and wrote is not None and heard > wrote,
        "wrote_after_hearing": heard is not None and wrote is not None and wrote >= heard,
        "follow_up_open": follow_up_open,
        "over": between and used_up and overdue and gone,
        "told": sorted(kind for kind in told if kind is not None),
        "rejection_answered": "answer" in told or (rejected is not None and wrote is not None and wrote > rejected),
        "rejected_long_ago": rejected is not None and now > rejected + WEEK,
        "call_invited": any(one["invited_call"] is True or one["prefers"] == "phone" for one in one["people"]),
        "on_linkedin": any("linkedin" in person["channels"] for person in one["people"]),
        "addressees": sum(_is_addressee(person, one, inside) for person in one["people"]),
        # deadlines
        "next_interview_at": min(ahead, default=None),
        "answer_due_at": answer_due,
        "week_after_writing": _after(wrote, WEEK),
        "week_after_hearing": _after(heard, WEEK),
        "week_after_asking": _after(last_asked, WEEK),
        "week_after_rejection": _after(rejected, WEEK),
        # for the rows below it
        "wrote": wrote,
        "held": held,
        "sent": sent,
        "inside": inside,
        "interviewing": interviewing,
    }


def of_offer(offer: Fields, now: int) -> Fields:
    """Of an offer."""
    day = offer["answer_by"]
    return {"day_ahead": day is not None and day > now, "days_after": _after(offer["received_at"], 5 * DAY)}


def of_person(person: Fields, application: Fields, facts: Fields) -> Fields:
    """Of a person; ``facts``: what :func:`of_application` gave."""
    id_, inside = person["id"], facts["inside"]
    asked = [one for one in facts["sent"] if one["person"] == id_ and one["kind"] in _ASKING] if id_ in inside else ()
    return {
        "in_the_way": _is_in_the_way(id_, application),
        "interviews": id_ in facts["interviewing"],
        "addressee": _is_addressee(person, application, inside),
        "news_asked": len(asked),
    }


def of_interview(interview: Fields, now: int) -> Fields:
    """Of an interview that was held."""
    ended_at = interview["ended_at"]
    return {
        "age": now - ended_at,
        "interviewers": len(interview["interviewers"]),
        "days_after": ended_at + 2 * DAY,
        "week_after": ended_at + WEEK,
    }


def of_interviewer(one: Fields, interview: Fields, application: Fields, facts: Fields, candidate: Fields) -> Fields:
    """Of an interviewer in an interview that was held."""
    id_, ended_at, wrote = one["person"], interview["ended_at"], facts["wrote"]
    thanked = any(
        m["kind"] == "thank_you" and m["person"] == id_ and m["sent_at"] is not None and m["sent_at"] >= ended_at
        for m in facts["sent"]
    )
    return {
        "to_thank": one["attended"] is not False and not thanked and facts["open"] and not candidate["settled"],
        "in_the_way": _is_in_the_way(id_, application),
        "nameless": any(person["id"] == id_ and person["name"] is None for person in application["people"]),
        "wrote_since": wrote is not None and wrote >= ended_at,
    }


def _is_firm(one: Fields, now: int) -> bool:
    offer = one["offer"]
    return (
        offer is not None
        and one["status"] not in _LOST
        and offer["form"] == "written"
        and offer["conditional"] is False
        and offer["signed_at"] is not None
        and offer["signed_at"] <= now
    )


def _is_undecided(one: Fields) -> bool:
    return one["offer"] is None and one["status"] != "offered" and one["status"] not in _OVER


def _is_in_the_way(id_: str, application: Fields) -> bool:
    return application["contact_via"] is not None and id_ != application["contact_via"]


def _is_addressee(person: Fields, application: Fields, inside: set[str]) -> bool:
    id_ = person["id"]
    return id_ not in inside and not _is_in_the_way(id_, application) and person["contact_policy"] != "closed"


def _last(moments: Iterable[int | None]) -> int | None:
    return max((moment for moment in moments if moment is not None), default=None)


def _after(moment: int | None, seconds: int) -> int | None:
    return None if moment is None else moment + seconds


def _lately(moment: int | None, now: int) -> bool:
    return moment is not None and moment <= now < moment + WEEK
