"""The policy in durable-rules: its Python DSL, with joins, on the functions of its C extension.

Its negation and its disjunction are unreliable, it has no aggregates, and two comparisons with the join in second place read
out of bounds. So computed facts come from ``derived``, and in every pattern the join comes first. Parents are
asserted before children, as no fact may complete more than 64 matches at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

from .derived import derive
from .prepare import DAY, Fields, prepared
from .protocol import Fired

Row = Literal["candidate", "application", "offer", "person", "interview", "interviewer"]
Due = Callable[[Any], int | None]

_HOUR: Final = 3600
_WEEK: Final = 7 * DAY
_SESSION: Final = "1"


def _no_end(_: Any) -> None:
    return None


def policy() -> tuple[dict[str, Any], list[tuple[str, Row, Due]]]:
    """The ruleset's definition, and for each rule its id, its row, and its deadline as a function of the matched facts."""
    from durable.lang import c, m, ruleset, value, when_all

    rules: list[tuple[str, Row, Due]] = []

    def rule(id_: str, row: Row, *patterns: Any, due: Due = _no_end) -> None:
        when_all(*patterns)
        rules.append((id_, row, due))

    def candidate(*tests: Any) -> Any:
        return c.candidate << _both(m.t == "candidate", *tests)

    def application(*tests: Any) -> Any:
        return c.application << _both(m.t == "application", *tests)

    def person(*tests: Any) -> Any:
        return c.person << _both(m.app == c.application.app, m.t == "person", *tests)

    def offer(*tests: Any) -> Any:
        return c.offer << _both(m.app == c.application.app, m.t == "offer", *tests)

    def interview(*tests: Any) -> Any:
        return c.interview << _both(m.app == c.application.app, m.t == "interview", *tests)

    def interviewer(*tests: Any) -> Any:
        return c.interviewer << _both(m.interview == c.interview.key, m.t == "interviewer", *tests)

    def who(*tests: Any) -> Any:
        return c.person << _both(m.key == c.interviewer.person, m.t == "person", *tests)

    def after(alias: str, field: str, length: int = 0) -> Due:
        return lambda matched: matched[alias][field] + length if field in matched[alias] else None

    open_, closed, alive = m.open == "yes", m.policy == "closed", m.lost == "no"
    pending, firm, loose = m.pending == "yes", m.firm == "yes", m.firm == "no"
    due_now, overdue, early = m.follow_up_open == "yes", m.overdue == "yes", m.overdue == "no"
    between, left, used = m.between == "yes", m.used_up == "no", m.used_up == "yes"
    unsigned, signed = m.has_signed == "no", m.has_signed == "yes"
    with ruleset("follow_up"):
        # the present job, and the search
        rule("job-kept-until-signed", "candidate", candidate(m.employed == "yes", unsigned))
        rule("job-kept-all-the-more", "candidate", candidate(m.employed != "no", m.quitting == "yes", unsigned))
        rule("job-kept-if-there-is-one", "candidate", candidate(m.employed == "unknown", unsigned))
        rule("give-notice-now", "candidate", candidate(m.employed == "yes", signed))
        rule("keep-interviewing", "candidate", candidate(unsigned))
        rule("search-not-stopped", "candidate", candidate(unsigned))
        rule("take-the-search-up-again", "candidate", candidate(m.searching == "no", unsigned))
        rule("weigh-them", "candidate", candidate(m.open_offers >= 2), due=after("candidate", "next_answer_by"))
        # the company
        rule("company-wants-no-contact", "application", application(closed))
        rule("connect-after-the-decision", "application", application(pending, m.on_linkedin == "yes"))
        rule("nobody-invited-a-call", "application", application(due_now, m.call_invited == "no"))
        rule("find-somebody-to-ask", "application", application(due_now, m.addressees == 0))
        rule("rejection-ends-it", "application", application(m.lost == "yes"))
        rule(
            "answer-the-rejection",
            "application",
            application(m.status == "rejected", m.answered == "no", m.rejection_age <= _WEEK),
            due=after("application", "rejected_at", _WEEK),
        )
        rule(
            "not-again-so-soon",
            "application",
            application(pending, overdue, m.follow_ups >= 1, m.just_wrote == "yes"),
            due=after("application", "wrote", _WEEK),
        )
        rule("enough-follow-ups", "application", application(pending, m.follow_ups >= 2, m.policy != "closed"))
        rule("get-it-signed", "application", application(m.status == "accepted", loose))
        rule(
            "tell-the-others-about-it",
            "application",
            candidate(m.offer_to_answer == "yes"),
            application(pending, m.interviewed == "yes", m.preferred != "no", m.told_about_offer == "no"),
            due=after("candidate", "next_answer_by"),
        )
        rule(
            "withdraw-elsewhere",
            "application",
            candidate(m.settled == "yes"),
            application(open_, loose, m.told_of_withdrawal == "no"),
        )
        rule("settle-the-offer", "application", application(open_, loose, m.status == "offered", m.offer == "none"))
        rule("settle-the-offer", "application", application(open_, loose, m.offer == "signed"))
        rule(
            "signed-and-done",
            "application",
            application(open_, firm),
            offer(m.begun == "no"),
            due=after("offer", "start_on"),
        )
        rule("signed-and-begun", "application", application(open_, firm), offer(m.begun == "yes"))
        # waiting, and letting go
        rule(
            "wait-for-the-next-interview",
            "application",
            application(pending, m.ahead == "yes"),
            due=after("application", "next_interview_at"),
        )
        rule("wait-for-an-interview", "application", application(pending, m.ahead == "no", m.interviewed == "no"))
        rule(
            "wait-for-the-promised-day",
            "application",
            application(between, early, m.promised == "yes"),
            due=after("application", "grace_over"),
        )
        rule(
            "wait-for-an-answer",
            "application",
            application(between, early, m.promised == "no"),
            due=after("application", "answer_due_at"),
        )
        rule(
            "wait-after-writing",
            "application",
            application(between, overdue, left, m.just_wrote == "yes", m.last_word != "theirs"),
            due=after("application", "wrote", _WEEK),
        )
        rule(
            "wait-after-hearing",
            "application",
            application(between, overdue, left, m.just_heard == "yes", m.last_word == "theirs"),
            due=after("application", "heard", _WEEK),
        )
        rule(
            "wait-before-letting-go",
            "application",
            application(between, overdue, used, m.over == "no"),
            due=after("application", "asked", _WEEK),
        )
        rule("move-on", "application", application(m.over == "yes"))
        rule("nothing-left-after-withdrawing", "application", application(open_, m.told_of_withdrawal == "yes"))
        rule(
            "wait-where-no-contact-is-wanted",
            "application",
            application(open_, closed, m.pending == "no", loose, m.told_of_withdrawal == "no", m.offer != "unsigned"),
        )
        # offers
        unanswered = m.signed == "no"
        rule(
            "answer-by-their-day",
            "offer",
            application(open_),
            offer(unanswered, m.day == "named"),
            due=after("offer", "answer_by"),
        )
        rule(
            "answer-in-decent-time",
            "offer",
            application(open_),
            offer(unanswered, m.day == "unnamed"),
            due=after("offer", "received_at", 5 * DAY),
        )
        rule("make-it-firm", "offer", application(alive), offer(m.strings == "yes"))
        rule(
            "ask-for-time",
            "offer",
            candidate(m.pending_applications >= 1),
            application(open_),
            offer(unanswered, m.to_come == "yes"),
            due=after("offer", "answer_by"),
        )
        # people
        email, phone, addressee = m.prefers == "email", m.prefers == "phone", m.addressee == "yes"
        at_work, away = m.office == "yes", m.office == "no"
        rule("stated-preference", "person", application(), person(email))
        rule("stated-preference-contradicted", "person", application(), person(email, m.invited == "yes"))
        rule("call-who-prefers-it", "person", application(due_now), person(addressee, phone, at_work))
        invited = person(addressee, m.invited == "yes", m.prefers != "email", at_work)
        rule("call-who-invited-it", "person", application(due_now), invited)
        rule("wait-for-office-hours", "person", application(due_now), person(addressee, phone, away))
        rule("no-mail-instead-of-the-call", "person", application(due_now), person(addressee, phone, away))
        rule("person-wants-no-contact", "person", application(), person(closed))
        rule("through-the-contact-only", "person", application(alive), person(m.in_the_way == "yes"))
        inside = m.only_inside == "yes"
        rule("inside-contact-asked-once", "person", application(), person(inside, m.news_asked == 1))
        rule("inside-contact-pestered", "person", application(), person(inside, m.news_asked >= 2))
        rule(
            "connect-now",
            "person",
            application(m.status == "accepted", m.connection_asked == "no"),
            person(m.linkedin == "yes", m.met == "yes"),
        )
        rule("follow-up", "person", application(due_now), person(addressee))
        rule("follow-up-with-the-recruiter", "person", application(due_now), person(addressee, m.role == "recruiter"))
        rule(
            "follow-up-with-the-recruiter",
            "person",
            application(due_now),
            person(addressee, m.role == "agency_recruiter"),
        )
        rule(
            "follow-up-with-the-manager", "person", application(due_now), person(addressee, m.role == "hiring_manager")
        )
        # thanks
        to_thank, direct, round_about = (
            interviewer(m.to_thank == "yes"),
            who(m.in_the_way == "no"),
            who(m.in_the_way == "yes"),
        )
        rule(
            "thank-you-note",
            "interviewer",
            application(open_),
            interview(m.age >= 2 * _HOUR, m.age <= 2 * DAY),
            to_thank,
            direct,
            due=after("interview", "ended", 2 * DAY),
        )
        rule(
            "thank-you-late",
            "interviewer",
            application(open_),
            interview(m.age > 2 * DAY, m.age <= _WEEK),
            to_thank,
            direct,
            due=after("interview", "ended", _WEEK),
        )
        rule(
            "thanks-through-the-contact",
            "interviewer",
            application(open_),
            interview(m.age >= 2 * _HOUR, m.age <= _WEEK, m.written_since == "no"),
            to_thank,
            round_about,
            due=after("interview", "ended", 2 * DAY),
        )
        rule(
            "find-the-name-first",
            "interviewer",
            application(open_),
            interview(m.age <= _WEEK),
            to_thank,
            who(m.named == "no"),
            due=after("interview", "ended", 2 * DAY),
        )
        rule(
            "find-the-interviewers-first",
            "interview",
            application(open_),
            interview(m.took_place == "yes", m.age <= _WEEK, m.interviewers == 0),
            due=after("interview", "ended", 2 * DAY),
        )
        when_all(c.last << (m.t == "last"))  # always fires, because a session without a firing cannot be deleted
    from durable import lang

    assert isinstance(m, value)
    _, definition = lang._rulesets.pop("follow_up").define()  # otherwise its own host would run it, with threads
    return definition, rules


def _both(first: Any, *tests: Any) -> Any:
    for test in tests:
        first = first & test
    return first


class Durable:
    """See :class:`peer.protocol.Peer`."""

    name = "durable-rules"
    package = "durable_rules"
    says = (
        "JSON, moments, local clocks and business days are prepared in Python.",
        "So are computed facts (exists, none, count, latest, earliest): it has no aggregates, and its negation is unreliable.",
        "Deadlines are added up in Python from the facts that matched.",
        "Joins and conditions are its own; 2 of the 55 rules are written twice, as it has no usable disjunction.",
    )

    def load(self) -> None:
        """See :class:`peer.protocol.Peer`."""
        import durable_rules_engine as library

        definition, self._rules = policy()
        self._library = library
        self._handle = library.create_ruleset("follow_up", json.dumps(definition))

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        """See :class:`peer.protocol.Peer`."""
        return [self._fire_case(prepared(raw)) for raw in cases]

    def _fire_case(self, case: Fields) -> list[Fired]:
        derive(case)
        library, handle, rules = self._library, self._handle, self._rules
        code, state = library.assert_facts(handle, json.dumps(_facts(case)))
        if code not in (0, 1):
            raise RuntimeError(f"durable-rules did not take the facts: {code}")
        firings: list[Fired] = []
        started = library.start_action_for_state(handle, state)
        message = None if started is None else started[1]
        while message is not None:
            for name, matched in json.loads(message).items():
                no = int(name[2:])
                if no < len(rules):
                    id_, row, due = rules[no]
                    firings.append((id_, matched[row]["key" if row != "offer" else "own"], due(matched)))
            message = library.complete_and_start_action(handle, state)
        library.delete_state(handle, _SESSION)
        return firings


def _facts(case: Fields) -> list[Fields]:
    """The facts, parents first. Unknown words are ``unknown``, unknown moments are left out."""
    now, given = case["now"], case["candidate"]
    candidate = {
        "t": "candidate",
        "key": f"candidate/{given['id']}//{given['id']}",
        "employed": _yes(given["employed"]),
        "quitting": _yes(given["considering_quitting"]),
        "searching": _yes(given["searching"]),
        "has_signed": _yes(given["has_signed_offer"]),
        "settled": _yes(given["settled"]),
        "open_offers": given["open_offers"],
        "pending_applications": given["pending_applications"],
        "offer_to_answer": _yes(given["next_answer_by"] is not None),
        **_moments(next_answer_by=given["next_answer_by"]),
    }
    facts = [candidate]
    for application in case["applications"]:
        _application(application, now, facts)
    facts.append({"t": "last"})
    for fact in facts:
        fact["sid"] = _SESSION
    return facts


def _application(application: Fields, now: int, facts: list[Fields]) -> None:
    app, offer = application["id"], application["offer"]
    wrote, heard, rejected = application["last_wrote_at"], application["last_heard_at"], application["rejected_at"]
    facts.append(
        {
            "t": "application",
            "key": f"application/{app}//{app}",
            "app": app,
            "status": application["status"] or "unknown",
            "policy": application["contact_policy"] or "unknown",
            "preferred": _yes(application["preferred"]),
            "open": _yes(application["open"]),
            "lost": _yes(application["status"] in ("rejected", "withdrawn")),
            "pending": _yes(application["pending"]),
            "firm": _yes(application["firm"]),
            "offer": "none" if offer is None else "unsigned" if offer["signed_at"] is None else "signed",
            "interviewed": _yes(application["last_interview_at"] is not None),
            "ahead": _yes(application["next_interview_at"] is not None),
            "between": _yes(application["between"]),
            "promised": _yes(application["promise_stands"]),
            "overdue": _yes(application["answer_overdue"]),
            "used_up": _yes(application["used_up"]),
            "over": _yes(application["over"]),
            "follow_up_open": _yes(application["follow_up_open"]),
            "follow_ups": application["follow_ups"],
            "just_wrote": _yes(application["just_wrote"]),
            "just_heard": _yes(application["just_heard"]),
            "last_word": "theirs" if heard is not None and (wrote is None or wrote < heard) else "ours",
            "told_about_offer": _yes(application["told_about_offer"]),
            "told_of_withdrawal": _yes(application["told_of_withdrawal"]),
            "connection_asked": _yes(application["connection_asked"]),
            "answered": _yes(application["rejection_answered"]),
            "rejection_age": 0 if rejected is None else now - rejected,
            "addressees": application["addressees"],
            "call_invited": _yes(application["call_invited"]),
            "on_linkedin": _yes(application["on_linkedin"]),
            **_moments(
                next_interview_at=application["next_interview_at"],
                answer_due_at=application["answer_due_at"],
                grace_over=application["reply_by_with_grace"],
                wrote=wrote,
                heard=heard,
                asked=application["last_follow_up_at"],
                rejected_at=rejected,
            ),
        }
    )
    if offer is not None:
        facts.append(_offer(offer, app, now))
    facts.extend(_person(person, app) for person in application["people"])
    for interview in application["interviews"]:
        key, ended = f"interview/{app}//{interview['id']}", interview["ended_at"]
        facts.append(
            {
                "t": "interview",
                "key": key,
                "app": app,
                "ended": ended,
                "age": now - ended,
                "took_place": _yes(interview["took_place"]),
                "interviewers": len(interview["interviewers"]),
                "written_since": _yes(wrote is not None and wrote >= ended),
            }
        )
        for who in interview["interviewers"]:
            facts.append(
                {
                    "t": "interviewer",
                    "key": f"interviewer/{app}/{interview['id']}/{who['person']}",
                    "interview": key,
                    "person": f"person/{app}//{who['person']}",
                    "to_thank": _yes(who["to_thank"]),
                }
            )


def _offer(offer: Fields, app: str, now: int) -> Fields:
    answer_by, start_on = offer["answer_by"], offer["start_on"]
    return {
        "t": "offer",
        "own": f"offer/{app}//{app}",
        "app": app,
        "signed": _yes(offer["signed_at"] is not None),
        "day": "unnamed" if answer_by is None else "named",
        "to_come": _yes(answer_by is not None and now < answer_by),
        "strings": _yes(offer["form"] == "verbal" or offer["conditional"] is True),
        "begun": _yes(start_on is not None and start_on <= now),
        **_moments(answer_by=answer_by, start_on=start_on, received_at=offer["received_at"]),
    }


def _person(person: Fields, app: str) -> Fields:
    return {
        "t": "person",
        "key": f"person/{app}//{person['id']}",
        "app": app,
        "named": _yes(person["name"] is not None),
        "role": person["role"] or "unknown",
        "prefers": person["prefers"] or "unknown",
        "invited": _yes(person["invited_call"]),
        "policy": person["contact_policy"] or "unknown",
        "linkedin": _yes("linkedin" in person["channels"]),
        "office": _yes(person["office_time"]),
        "addressee": _yes(person["addressee"]),
        "in_the_way": _yes(person["in_the_way"]),
        "only_inside": _yes(person["only_inside"]),
        "met": _yes(person["interviews"]),
        "news_asked": person["news_asked"],
    }


def _yes(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"


def _moments(**moments: int | None) -> dict[str, int]:
    return {name: moment for name, moment in moments.items() if moment is not None}


def peer() -> Durable:
    """The peer."""
    return Durable()
