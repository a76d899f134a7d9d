"""The computed facts in plain Python, for peers without aggregates or without a reliable negation.

``derive`` adds them to a prepared case, under their names in the policy.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .prepare import FOLLOW_UPS_AT_MOST, GAP_BETWEEN_MESSAGES, MOVE_ON_AFTER, Fields

_NO_MORE: Final = ("accepted", "rejected", "withdrawn")
_LOST: Final = ("rejected", "withdrawn")
_QUESTIONS: Final = ("follow_up", "status_question")


def derive(case: Fields) -> None:
    """Add the computed facts to the candidate, applications, people and interviewers."""
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


def _offer_facts(application: Fields, now: int) -> None:
    offer, status = application["offer"], application["status"]
    application["open"] = status not in _NO_MORE
    application["firm"] = (
        offer is not None
        and offer["form"] == "written"
        and offer["conditional"] is False
        and offer["signed_at"] is not None
        and offer["signed_at"] <= now
        and status not in _LOST
    )
    application["open_offer"] = offer is not None and offer["signed_at"] is None and application["open"]


def _interviews(application: Fields, now: int) -> None:
    took_place = []
    ahead = []
    for interview in application["interviews"]:
        interview["took_place"] = interview["status"] != "cancelled" and interview["ended_at"] <= now
        if interview["took_place"]:
            took_place.append(interview)
        elif interview["status"] != "cancelled":
            ahead.append(interview["ended_at"])
    application["last_interview_at"] = max((interview["ended_at"] for interview in took_place), default=None)
    application["answer_due_at"] = max((interview["answer_due_at"] for interview in took_place), default=None)
    application["next_interview_at"] = min(ahead, default=None)
    application["between"] = application["pending"] and bool(took_place) and not ahead


def _latest(messages: Iterable[Fields]) -> int | None:
    return max((message["sent_at"] for message in messages if message["sent_at"] is not None), default=None)


def _messages(application: Fields) -> None:
    sent = [message for message in application["messages"] if message["direction"] == "sent"]
    received = [message for message in application["messages"] if message["direction"] == "received"]
    kinds = {message["kind"] for message in sent}
    met = {who["person"] for interview in application["interviews"] for who in interview["interviewers"]}
    inside = {person["id"] for person in application["people"] if person["role"] == "inside_contact"} - met
    questions = [message for message in sent if message["kind"] in _QUESTIONS]
    outside = [message for message in questions if message["person"] not in inside]
    heard, last = _latest(received), application["last_interview_at"]
    rejected = _latest(message for message in received if message["kind"] == "rejection")
    application.update(sent=sent, questions=questions, met=met, inside=inside)
    application["last_heard_at"], application["last_wrote_at"], application["last_follow_up_at"] = (
        heard,
        _latest(sent),
        _latest(outside),
    )
    application["follow_ups"] = sum(
        message["sent_at"] is None
        or ((heard is None or message["sent_at"] > heard) and (last is None or message["sent_at"] > last))
        for message in outside
    )
    application["told_about_offer"] = "offer_notice" in kinds
    application["told_of_withdrawal"] = "withdrawal" in kinds
    application["connection_asked"] = "connection_request" in kinds
    application["rejected_at"] = rejected
    application["rejection_answered"] = "answer" in kinds or (
        rejected is not None and any((message["sent_at"] or 0) > rejected for message in sent)
    )


def _people(application: Fields) -> None:
    via = application["contact_via"]
    for person in application["people"]:
        id_ = person["id"]
        person["interviews"] = id_ in application["met"]
        person["only_inside"] = id_ in application["inside"]
        person["in_the_way"] = via is not None and id_ != via
        person["news_asked"] = sum(message["person"] == id_ for message in application["questions"])
        person["addressee"] = (
            not person["only_inside"] and not person["in_the_way"] and person["contact_policy"] != "closed"
        )
    application["addressees"] = sum(person["addressee"] for person in application["people"])
    application["call_invited"] = any(
        person["invited_call"] or person["prefers"] == "phone" for person in application["people"]
    )
    application["on_linkedin"] = any("linkedin" in person["channels"] for person in application["people"])


def _turn(application: Fields, now: int) -> None:
    def lately(moment: int | None, within: int) -> bool:
        return moment is not None and moment <= now < moment + within

    last, reply_by = application["last_interview_at"], application["reply_by"]
    application["promise_stands"] = reply_by is not None and not (last is not None and reply_by < last)
    due = application["reply_by_with_grace"] if application["promise_stands"] else application["answer_due_at"]
    application["answer_overdue"] = due is not None and due <= now
    application["used_up"] = (
        application["follow_ups"] >= FOLLOW_UPS_AT_MOST or application["contact_policy"] == "closed"
    )
    application["just_wrote"] = lately(application["last_wrote_at"], GAP_BETWEEN_MESSAGES)
    application["just_heard"] = lately(application["last_heard_at"], GAP_BETWEEN_MESSAGES)
    silent = not application["just_wrote"] and not application["just_heard"]
    application["follow_up_open"] = (
        application["between"] and application["answer_overdue"] and not application["used_up"] and silent
    )
    hopeful = any(
        lately(application[name], MOVE_ON_AFTER) for name in ("last_follow_up_at", "last_interview_at", "last_heard_at")
    )
    application["over"] = (
        application["between"] and application["answer_overdue"] and application["used_up"] and not hopeful
    )


def _to_thank(application: Fields, settled: bool) -> None:
    thanks = [
        message for message in application["sent"] if message["kind"] == "thank_you" and message["sent_at"] is not None
    ]
    for interview in application["interviews"]:
        alive = interview["took_place"] and application["open"] and not settled
        for who in interview["interviewers"]:
            who["to_thank"] = (
                alive
                and who["attended"] is not False
                and not any(
                    message["person"] == who["person"] and message["sent_at"] >= interview["ended_at"]
                    for message in thanks
                )
            )
