"""Ranking written by hand, shared by all peers that cannot rank.

Firings with the same action and target become one conclusion, with the strongest modality, the highest
priority and the nearest deadline among them. A prohibition sets aside
advice of its family on its target or inside it, if the prohibition is a safety rule or has at least the advice's priority.
Otherwise the advice sets the prohibition aside. The remaining conclusions are sorted. Of the follow-ups in an application,
all but the first become alternatives of the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple

from .protocol import Decided, Fired, Pairs, Summary

Modality = Literal["must_not", "must", "should_not", "should", "may"]
STRENGTH: Final = {"must_not": 0, "must": 1, "should_not": 2, "should": 3, "may": 4}
#: Later than any deadline.
_NEVER: Final = 1 << 39


class Plan(NamedTuple):
    """The conclusion of a rule. ``to`` is the target if it is not the row itself."""

    modality: Modality
    action: str
    priority: int
    safety: bool = False
    to: Literal["", "application", "person", "contact"] = ""


PLANS: Final = {
    # channels
    "stated-preference": Plan("must_not", "call", 46, safety=True),
    "stated-preference-contradicted": Plan("must_not", "call", 47, safety=True),
    "nobody-invited-a-call": Plan("should_not", "call", 50),
    "call-who-prefers-it": Plan("should", "call", 66),
    "call-who-invited-it": Plan("may", "call", 58),
    "wait-for-office-hours": Plan("should", "wait", 64, to="application"),
    "no-mail-instead-of-the-call": Plan("should_not", "email_follow_up", 64),
    # contacts
    "company-wants-no-contact": Plan("must_not", "contact", 74, safety=True),
    "person-wants-no-contact": Plan("must_not", "contact", 74, safety=True),
    "through-the-contact-only": Plan("must_not", "contact", 44, safety=True),
    "inside-contact-asked-once": Plan("should_not", "ask_for_news", 64, safety=True),
    "inside-contact-pestered": Plan("must_not", "ask_for_news", 76, safety=True),
    "connect-after-the-decision": Plan("should_not", "connect", 28),
    "connect-now": Plan("may", "connect", 20),
    "answer-the-rejection": Plan("should", "reply_to_rejection", 48),
    # the present job, and the search
    "job-kept-until-signed": Plan("must_not", "resign", 68, safety=True),
    "job-kept-all-the-more": Plan("must_not", "resign", 100, safety=True),
    "job-kept-if-there-is-one": Plan("must_not", "resign", 32, safety=True),
    "give-notice-now": Plan("should", "give_notice", 62),
    "keep-interviewing": Plan("should", "keep_searching", 50),
    "take-the-search-up-again": Plan("should", "keep_searching", 65),
    "search-not-stopped": Plan("must_not", "stop_searching", 36),
    # following up
    "follow-up": Plan("should", "email_follow_up", 60),
    "follow-up-with-the-recruiter": Plan("should", "email_follow_up", 63),
    "follow-up-with-the-manager": Plan("should", "email_follow_up", 62),
    "find-somebody-to-ask": Plan("should", "find_contact", 60),
    "not-again-so-soon": Plan("should_not", "ask_for_news", 70),
    "enough-follow-ups": Plan("should_not", "ask_for_news", 72),
    "rejection-ends-it": Plan("must_not", "ask_for_news", 34),
    # offers
    "answer-by-their-day": Plan("must", "answer_offer", 86, to="application"),
    "answer-in-decent-time": Plan("should", "answer_offer", 76, to="application"),
    "make-it-firm": Plan("should", "ask_in_writing", 84, to="application"),
    "get-it-signed": Plan("should", "ask_in_writing", 83),
    "ask-for-time": Plan("may", "ask_for_time", 42, to="application"),
    "tell-the-others-about-it": Plan("should", "tell_about_offer", 78),
    "weigh-them": Plan("should", "weigh_offers", 70),
    "withdraw-elsewhere": Plan("should", "withdraw", 58),
    "settle-the-offer": Plan("should", "ask_in_writing", 83),
    "signed-and-done": Plan("should", "wait", 40),
    "signed-and-begun": Plan("should", "wait", 40),
    # thanks
    "thank-you-note": Plan("should", "thank_you_note", 80, to="person"),
    "thank-you-late": Plan("should", "thank_you_note", 56, to="person"),
    "thanks-through-the-contact": Plan("should", "thanks_through_contact", 78, to="contact"),
    "find-the-name-first": Plan("should", "find_name", 82, to="person"),
    "find-the-interviewers-first": Plan("should", "find_interviewers", 82),
    # waiting
    "wait-for-the-next-interview": Plan("should", "wait", 52),
    "wait-for-an-interview": Plan("should", "wait", 40),
    "wait-for-the-promised-day": Plan("should", "wait", 54),
    "wait-for-an-answer": Plan("should", "wait", 54),
    "wait-after-writing": Plan("should", "wait", 54),
    "wait-after-hearing": Plan("should", "wait", 54),
    "wait-before-letting-go": Plan("should", "wait", 54),
    "move-on": Plan("should", "move_on", 56),
    "nothing-left-after-withdrawing": Plan("should", "move_on", 30),
    "wait-where-no-contact-is-wanted": Plan("should", "wait", 40),
}

#: The actions whose prohibition forbids an action: itself and those that it is a kind of. Nothing forbids other actions.
FORBIDDEN_BY: Final = {
    "thank_you_note": {"contact"},
    "thanks_through_contact": {"contact"},
    "email_follow_up": {"email_follow_up", "ask_for_news", "contact"},
    "call": {"call", "ask_for_news", "contact"},
    "connect": {"connect", "contact"},
    "tell_about_offer": {"contact"},
    "ask_in_writing": {"contact"},
    "ask_for_time": {"contact"},
    "withdraw": {"contact"},
    "reply_to_rejection": {"contact"},
    "give_notice": {"resign"},
}
#: Actions of which an application has only one.
FOLLOW_UPS: Final = {"email_follow_up", "call"}


class Conclusion:
    """All firings with the same action and target."""

    __slots__ = (
        "action",
        "alternatives",
        "due",
        "fired",
        "lost_to",
        "order",
        "priority",
        "safety",
        "strength",
        "target",
    )

    def __init__(self, plan: Plan, target: str, fired: Fired) -> None:
        self.action, self.target, self.due = plan.action, target, fired[2]
        self.strength, self.priority, self.safety = STRENGTH[plan.modality], plan.priority, plan.safety
        self.fired = [fired]
        self.alternatives: list[Conclusion] = []
        self.lost_to: list[Conclusion] = []
        self.order: tuple[Any, ...] = ()

    def add(self, plan: Plan, fired: Fired) -> None:
        """Add a firing."""
        self.fired.append(fired)
        due = fired[2]
        if due is not None and (self.due is None or due < self.due):
            self.due = due
        if plan.priority > self.priority:
            self.priority = plan.priority
        self.strength = min(self.strength, STRENGTH[plan.modality])
        self.safety = self.safety or plan.safety


_ORDER: Final = attrgetter("order")


def rank(fired: Iterable[Fired], raw: bytes) -> tuple[list[Conclusion], list[Conclusion]]:
    """The ranked conclusions, and those that were set aside. ``raw`` is the case."""
    advised: dict[tuple[str, str], Conclusion] = {}
    forbidden: dict[tuple[str, str], Conclusion] = {}
    for firing in fired:
        rule, row, _ = firing
        plan = PLANS[rule]
        target = _target(plan.to, row, raw) if plan.to else row
        group = forbidden if plan.modality in ("must_not", "should_not") else advised
        conclusion = group.get((plan.action, target))
        if conclusion is None:
            group[plan.action, target] = Conclusion(plan, target, firing)
        else:
            conclusion.add(plan, firing)
    everything = [*advised.values(), *forbidden.values()]
    for conclusion in everything:
        due = _NEVER if conclusion.due is None else conclusion.due
        # The generated ids have no character that sorts before `/`, so keys sort as their parts do.
        conclusion.order = (-conclusion.priority, due, conclusion.strength, conclusion.action, conclusion.target)
    everything.sort(key=_ORDER)
    _settle(advised.values(), list(forbidden.values()))
    kept, lost = [], []
    leaders: dict[str, Conclusion] = {}
    for conclusion in everything:
        if conclusion.lost_to:
            conclusion.lost_to.sort(key=_ORDER)
            lost.append(conclusion)
        elif conclusion.action in FOLLOW_UPS and conclusion.strength not in (0, 2):
            leader = leaders.setdefault(_application(conclusion.target), conclusion)
            if leader is conclusion:
                kept.append(conclusion)
            else:
                leader.alternatives.append(conclusion)
        else:
            kept.append(conclusion)
    return kept, lost


def _settle(advised: Iterable[Conclusion], forbidden: list[Conclusion]) -> None:
    for advice in advised:
        family = FORBIDDEN_BY.get(advice.action)
        if family is None:
            continue
        for ban in forbidden:
            if ban.action in family and _inside(advice.target, ban.target):
                if ban.safety or ban.priority >= advice.priority:
                    advice.lost_to.append(ban)
                else:
                    ban.lost_to.append(advice)


def _target(to: str, row: str, raw: bytes) -> str:
    """The key of the target for the key of a row."""
    _, application, _, id_ = row.split("/")
    if to == "application":
        return f"application/{application}//{application}"
    if to == "contact":
        applications = json.loads(raw)["applications"]
        id_ = next(given["contact_via"] for given in applications if given["id"] == application)
    return f"person/{application}//{id_}"


def _application(key: str) -> str:
    return key.split("/", 2)[1]


def _inside(target: str, other: str) -> bool:
    """Whether ``target`` is ``other`` or belongs to it."""
    if target == other or other.startswith("candidate/"):
        return True
    return other.startswith("application/") and _application(target) == _application(other)


_MODALITIES: Final = tuple(STRENGTH)


def summary(decided: tuple[list[Conclusion], list[Conclusion]]) -> Decided:
    """The ranking in plain values."""
    return [_summary(conclusion) for conclusion in decided[0]], [_summary(conclusion) for conclusion in decided[1]]


def _summary(conclusion: Conclusion) -> Summary:
    rules = tuple(sorted(rule for rule, _, _ in conclusion.fired))
    modality = _MODALITIES[conclusion.strength]
    return (
        conclusion.action,
        modality,
        conclusion.target,
        conclusion.priority,
        conclusion.due,
        rules,
        _pairs(conclusion.alternatives),
        _pairs(conclusion.lost_to),
    )


def _pairs(some: list[Conclusion]) -> Pairs:
    return tuple((conclusion.action, conclusion.target) for conclusion in some)
