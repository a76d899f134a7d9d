"""The computed facts in plain Python, for peers that have neither aggregates nor a negation that can be trusted.

``derive`` adds them to a prepared case, under the names that the policy has for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .prepare import FOLLOW_UPS_AT_MOST, GAP_BETWEEN_MESSAGES, MOVE_ON_AFTER, Fields

_NO_MORE: Final = ("accepted", "rejected", "withdrawn")
_LOST: Final = ("rejected", "withdrawn")
_QUESTIONS: Final = ("follow_up", "status_question")


def derive(case: Fields) -> None:
    """Add what follows from the facts as given, to the candidate, applications, people and interviewers."""
    now, candidate, applications = case["now"], case["candidate"], case["applications"]
    for application in applications:
        _offer_facts(application, now)
    signed = any(application["firm"] for application in applications)
    settled = signed or any(application["status"] == "accepted" for application in applications)
    unanswered = [application["offer"]["answer_by"] for application in applications if application["open_offer"]]
    next_answer_by = min((by for by in unanswered if by is not None and now < by), default=None)
    for application in applications:
        application["pending"] = (
            application["open"] and application["status"] != "offered" and application["offer"] is None and not settled
        )
    candidate["has_signed_offer"], candidate["settled"] = signed, settled
    candidate["open_offers"], candidate["next_answer_by"] = len(unanswered), next_answer_by
    candidate["pending_applications"] = sum(application["pending"] for application in applications)
    for application in applications:
        _interviews(application, now)
        _messages(application)
        _people(application)
        _turn(application, now)
        _to_thank(application, settled)


def _offer_facts(one: Fields, now: int) -> None:
    offer, status = one["offer"], one["status"]
    one["open"] = status not in _NO_MORE
    one["firm"] = (
        offer is not None
        and offer["form"] == "written"
        and offer["conditional"] is False
        and offer["signed_at"] is not None
        and offer["signed_at"] <= now
        and status not in _LOST
    )
    one["open_offer"] = offer is not None and offer["signed_at"] is None and one["open"]


def _interviews(one: Fields, now: int) -> None:
    took_place = []
    ahead = []
    for interview in one["interviews"]:
        interview["took_place"] = interview["status"] != "cancelled" and interview["ended_at"] <= now
        if interview["took_place"]:
            took_place.append(interview)
        elif interview["status"] != "cancelled":
            ahead.append(interview["ended_at"])
    one["last_interview_at"] = max((interview["ended_at"] for interview in took_place), default=None)
    one["answer_due_at"] = max((interview["answer_due_at"] for interview in took_place), default=None)
    one["next_interview_at"] = min(ahead, default=None)
    one["between"] = one["pending"] and bool(took_place) and not ahead


def _latest(messages: Iterable[Fields]) -> int | None:
    return max((message["sent_at"] for message in messages if message["sent_at"] is not None), default=None)


def _messages(one: Fields) -> None:
    sent = [message for message in one["messages"] if message["direction"] == "sent"]
    received = [message for message in one["messages"] if message["direction"] == "received"]
    kinds = {message["kind"] for message in sent}
    met = {who["person"] for interview in one["interviews"] for who in interview["interviewers"]}
    inside = {person["id"] for person in one["people"] if person["role"] == "inside_contact"} - met
    questions = [message for message in sent if message["kind"] in _QUESTIONS]
    outside = [message for message in questions if message["person"] not in inside]
    heard, last = _latest(received), one["last_interview_at"]
    rejected = _latest(message for message in received if message["kind"] == "rejection")
    one["sent"], one["questions"], one["met"], one["inside"] = sent, questions, met, inside
    one["last_heard_at"], one["last_wrote_at"], one["last_follow_up_at"] = heard, _latest(sent), _latest(outside)
    one["follow_ups"] = sum(
        message["sent_at"] is None
        or ((heard is None or message["sent_at"] > heard) and (last is None or message["sent_at"] > last))
        for message in outside
    )
    one["told_about_offer"] = "offer_notice" in kinds
    one["told_of_withdrawal"] = "withdrawal" in kinds
    one["connection_asked"] = "connection_request" in kinds
    one["rejected_at"] = rejected
    one["rejection_answered"] = "answer" in kinds or (
        rejected is not None and any((message["sent_at"] or 0) > rejected for message in sent)
    )


def _people(one: Fields) -> None:
    via = one["contact_via"]
    for person in one["people"]:
        id_ = person["id"]
        person["interviews"] = id_ in one["met"]
        person["only_inside"] = id_ in one["inside"]
        person["in_the_way"] = via is not None and id_ != via
        person["news_asked"] = sum(message["person"] == id_ for message in one["questions"])
        person["addressee"] = (
            not person["only_inside"] and not person["in_the_way"] and person["contact_policy"] != "closed"
        )
    one["addressees"] = sum(person["addressee"] for person in one["people"])
    one["call_invited"] = any(person["invited_call"] or person["prefers"] == "phone" for person in one["people"])
    one["on_linkedin"] = any("linkedin" in person["channels"] for person in one["people"])


def _turn(one: Fields, now: int) -> None:
    def lately(moment: int | None, within: int) -> bool:
        return moment is not None and moment <= now < moment + within

    last, reply_by = one["last_interview_at"], one["reply_by"]
    one["promise_stands"] = reply_by is not None and not (last is not None and reply_by < last)
    due = one["reply_by_with_grace"] if one["promise_stands"] else one["answer_due_at"]
    one["answer_overdue"] = due is not None and due <= now
    one["used_up"] = one["follow_ups"] >= FOLLOW_UPS_AT_MOST or one["contact_policy"] == "closed"
    one["just_wrote"] = lately(one["last_wrote_at"], GAP_BETWEEN_MESSAGES)
    one["just_heard"] = lately(one["last_heard_at"], GAP_BETWEEN_MESSAGES)
    silent = not one["just_wrote"] and not one["just_heard"]
    one["follow_up_open"] = one["between"] and one["answer_overdue"] and not one["used_up"] and silent
    hopeful = any(
        lately(one[name], MOVE_ON_AFTER) for name in ("last_follow_up_at", "last_interview_at", "last_heard_at")
    )
    one["over"] = one["between"] and one["answer_overdue"] and one["used_up"] and not hopeful


def _to_thank(one: Fields, settled: bool) -> None:
    thanks = [message for message in one["sent"] if message["kind"] == "thank_you" and message["sent_at"] is not None]
    for interview in one["interviews"]:
        alive = interview["took_place"] and one["open"] and not settled
        for who in interview["interviewers"]:
            who["to_thank"] = (
                alive
                and who["attended"] is not False
                and not any(
                    message["person"] == who["person"] and message["sent_at"] >= interview["ended_at"]
                    for message in thanks
                )
            )
