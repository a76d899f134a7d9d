"""The policy in the expression language of rule-engine: conditions, lists and arithmetic; loops over rows are the host's.

Computed facts are expressions too. They are evaluated once for each row, in the order written, and are then in scope under
their names. All fields are names in a flat scope, because rule-engine copies a whole nested value whenever any part of it is
read: with ``application.status`` instead of ``application_status`` it was 90 ms a case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from .prepare import Fields, prepared
from .protocol import Fired

_OPEN: Final = "application_status not in ['accepted', 'rejected', 'withdrawn']"
_ALIVE: Final = "application_status not in ['rejected', 'withdrawn']"


def _latest(member: str, rows: str, condition: str = "true") -> str:
    """The latest of some moments that may be unknown; ``null`` for none, as the language has no maximum of an empty list."""
    known = f"[row['{member}'] for row in {rows} if row['{member}'] != null and {condition}]"
    return f"{known}.is_empty ? null : $max({known})"


def _this_week(moment: str) -> str:
    """Whether a moment came less than a week ago."""
    return f"{moment} != null and {moment} <= now and now < {moment} + 604800"


#: Computed facts: first of each application by itself, then of the candidate, then of each application, person and
#: interviewer.
FIRST: Final = {
    "open": _OPEN,
    "signed": "offer_given and offer_signed_at != null",
    "unsigned": "offer_given and offer_signed_at == null",
    "firm": (
        "application_signed and offer_signed_at <= now and offer_form == 'written'"
        f" and offer_conditional == false and {_ALIVE}"
    ),
    "to_answer": "application_open and application_unsigned",
}
CANDIDATE: Final = {
    "has_signed_offer": "$any([application['firm'] for application in applications])",
    "settled": "candidate_has_signed_offer or $any([application['status'] == 'accepted' for application in applications])",
    "open_offers": "[application for application in applications if application['to_answer']].length",
    "answers": (
        "[application['answer_by'] for application in applications"
        " if application['to_answer'] and application['answer_by'] != null and now < application['answer_by']]"
    ),
    "next_answer_by": "candidate_answers.is_empty ? null : $min(candidate_answers)",
    "pending_applications": (
        "candidate_settled ? 0 : [application for application in applications if not application['offer_given']"
        " and application['status'] not in ['offered', 'accepted', 'rejected', 'withdrawn']].length"
    ),
}
APPLICATION: Final = {
    "pending": "application_open and not offer_given and application_status != 'offered' and not candidate_settled",
    "held": (
        "[interview for interview in application_interviews"
        " if interview['status'] != 'cancelled' and interview['ended_at'] <= now]"
    ),
    "ahead": (
        "[interview['ended_at'] for interview in application_interviews"
        " if interview['status'] != 'cancelled' and now < interview['ended_at']]"
    ),
    "last_interview_at": _latest("ended_at", "application_held"),
    "answer_due_at": _latest("answer_due_at", "application_held"),
    "met": "[[who['person'] for who in interview['interviewers']] for interview in application_interviews]",
    "sent": "[message for message in application_messages if message['direction'] == 'sent']",
    "received": "[message for message in application_messages if message['direction'] == 'received']",
    "inside": (
        "[person['id'] for person in application_people if person['role'] == 'inside_contact'"
        " and not $any([person['id'] in who for who in application_met])]"
    ),
    "questions": "[message for message in application_sent if message['kind'] in ['follow_up', 'status_question']]",
    "asked": "[message for message in application_questions if message['person'] not in application_inside]",
    "last_heard_at": _latest("sent_at", "application_received"),
    "last_wrote_at": _latest("sent_at", "application_sent"),
    "last_follow_up_at": _latest("sent_at", "application_asked"),
    "rejected_at": _latest("sent_at", "application_received", "row['kind'] == 'rejection'"),
    "rejection_answered": (
        "$any([message['kind'] == 'answer' or (application_rejected_at != null and message['sent_at'] != null"
        " and message['sent_at'] > application_rejected_at) for message in application_sent])"
    ),
    "follow_ups": (
        "[message for message in application_asked if message['sent_at'] == null or ("
        "(application_last_heard_at == null or message['sent_at'] > application_last_heard_at)"
        " and (application_last_interview_at == null or message['sent_at'] > application_last_interview_at))].length"
    ),
    "told_about_offer": "$any([message['kind'] == 'offer_notice' for message in application_sent])",
    "told_of_withdrawal": "$any([message['kind'] == 'withdrawal' for message in application_sent])",
    "connection_asked": "$any([message['kind'] == 'connection_request' for message in application_sent])",
    "promise_stands": (
        "application_reply_by != null"
        " and (application_last_interview_at == null or application_reply_by >= application_last_interview_at)"
    ),
    "answer_overdue": (
        "application_promise_stands ? now >= application_reply_by_with_grace"
        " : application_answer_due_at != null and now >= application_answer_due_at"
    ),
    "used_up": "application_follow_ups >= 2 or application_contact_policy == 'closed'",
    "just_wrote": _this_week("application_last_wrote_at"),
    "just_heard": _this_week("application_last_heard_at"),
    "between": "application_pending and application_last_interview_at != null and application_ahead.is_empty",
    "follow_up_open": (
        "application_between and application_answer_overdue and not application_used_up"
        " and not application_just_wrote and not application_just_heard"
    ),
    "over": (
        "application_between and application_answer_overdue and application_used_up and not application_just_heard"
        f" and not ({_this_week('application_last_interview_at')}) and not ({_this_week('application_last_follow_up_at')})"
    ),
    "addressees": (
        "[person['id'] for person in application_people"
        " if person['contact_policy'] != 'closed' and person['id'] not in application_inside"
        " and (application_contact_via == null or person['id'] == application_contact_via)]"
    ),
}
PERSON: Final = {
    "addressee": "person_id in application_addressees",
    "in_the_way": "application_contact_via != null and person_id != application_contact_via",
    "only_inside": "person_id in application_inside",
    "news_asked": "[message for message in application_questions if message['person'] == person_id].length",
}
INTERVIEWER: Final = {
    "to_thank": (
        "application_open and not candidate_settled and interviewer_attended != false"
        " and interview_status != 'cancelled' and interview_ended_at <= now"
        " and not $any([message['kind'] == 'thank_you' and message['person'] == interviewer_person"
        " and message['sent_at'] != null and message['sent_at'] >= interview_ended_at for message in application_sent])"
    ),
}

#: The rules of each entity: the condition, and the deadline if the rule has one.
RULES: Final[Mapping[str, Mapping[str, tuple[str, str | None]]]] = {
    "candidate": {
        "job-kept-until-signed": ("candidate_employed == true and not candidate_has_signed_offer", None),
        "job-kept-all-the-more": (
            "candidate_considering_quitting == true and candidate_employed != false and not candidate_has_signed_offer",
            None,
        ),
        "job-kept-if-there-is-one": ("candidate_employed == null and not candidate_has_signed_offer", None),
        "give-notice-now": ("candidate_employed == true and candidate_has_signed_offer", None),
        "keep-interviewing": ("not candidate_has_signed_offer", None),
        "take-the-search-up-again": ("candidate_searching == false and not candidate_has_signed_offer", None),
        "search-not-stopped": ("not candidate_has_signed_offer", None),
        "weigh-them": ("candidate_open_offers >= 2", "candidate_next_answer_by"),
    },
    "application": {
        "nobody-invited-a-call": (
            "application_follow_up_open"
            " and not $any([person['invited_call'] == true or person['prefers'] == 'phone' for person in application_people])",
            None,
        ),
        "company-wants-no-contact": ("application_contact_policy == 'closed'", None),
        "connect-after-the-decision": (
            "application_pending and $any(['linkedin' in person['channels'] for person in application_people])",
            None,
        ),
        "answer-the-rejection": (
            "application_status == 'rejected' and not application_rejection_answered"
            " and (application_rejected_at == null or now <= application_rejected_at + 604800)",
            "application_rejected_at == null ? null : application_rejected_at + 604800",
        ),
        "find-somebody-to-ask": ("application_follow_up_open and application_addressees.is_empty", None),
        "not-again-so-soon": (
            "application_pending and application_answer_overdue and application_follow_ups >= 1 and application_just_wrote",
            "application_last_wrote_at + 604800",
        ),
        "enough-follow-ups": (
            "application_pending and application_follow_ups >= 2 and application_contact_policy != 'closed'",
            None,
        ),
        "rejection-ends-it": ("application_status in ['rejected', 'withdrawn']", None),
        "get-it-signed": ("application_status == 'accepted' and not application_firm", None),
        "tell-the-others-about-it": (
            "application_pending and application_last_interview_at != null and application_preferred != false"
            " and not application_told_about_offer and candidate_next_answer_by != null",
            "candidate_next_answer_by",
        ),
        "withdraw-elsewhere": (
            "application_open and not application_firm and not application_told_of_withdrawal and candidate_settled",
            None,
        ),
        "settle-the-offer": (
            "application_open and not application_firm"
            " and (application_signed or (application_status == 'offered' and not offer_given))",
            None,
        ),
        "signed-and-done": (
            "application_open and application_firm and (offer_start_on == null or now < offer_start_on)",
            "offer_start_on",
        ),
        "signed-and-begun": (
            "application_open and application_firm and offer_start_on != null and offer_start_on <= now",
            None,
        ),
        "wait-for-the-next-interview": (
            "application_pending and not application_ahead.is_empty",
            "$min(application_ahead)",
        ),
        "wait-for-an-interview": (
            "application_pending and application_ahead.is_empty and application_last_interview_at == null",
            None,
        ),
        "wait-for-the-promised-day": (
            "application_between and application_promise_stands and not application_answer_overdue",
            "application_reply_by_with_grace",
        ),
        "wait-for-an-answer": (
            "application_between and not application_promise_stands and not application_answer_overdue",
            "application_answer_due_at",
        ),
        "wait-after-writing": (
            "application_between and application_answer_overdue and not application_used_up and application_just_wrote"
            " and (application_last_heard_at == null or application_last_heard_at <= application_last_wrote_at)",
            "application_last_wrote_at + 604800",
        ),
        "wait-after-hearing": (
            "application_between and application_answer_overdue and not application_used_up and application_just_heard"
            " and (application_last_wrote_at == null or application_last_wrote_at < application_last_heard_at)",
            "application_last_heard_at + 604800",
        ),
        "wait-before-letting-go": (
            "application_between and application_answer_overdue and application_used_up and not application_over",
            "application_last_follow_up_at == null ? null : application_last_follow_up_at + 604800",
        ),
        "move-on": ("application_over", None),
        "nothing-left-after-withdrawing": ("application_open and application_told_of_withdrawal", None),
        "wait-where-no-contact-is-wanted": (
            "application_open and application_contact_policy == 'closed' and not application_pending"
            " and not application_firm and not application_told_of_withdrawal and not application_unsigned",
            None,
        ),
    },
    "offer": {
        "answer-by-their-day": (
            "application_to_answer and offer_answer_by != null",
            "offer_answer_by",
        ),
        "answer-in-decent-time": (
            "application_to_answer and offer_answer_by == null",
            "offer_received_at == null ? null : offer_received_at + 432000",
        ),
        "make-it-firm": (
            f"{_ALIVE} and (offer_form == 'verbal' or offer_conditional == true)",
            None,
        ),
        "ask-for-time": (
            "application_to_answer and offer_answer_by != null and now < offer_answer_by"
            " and candidate_pending_applications >= 1",
            "offer_answer_by",
        ),
    },
    "person": {
        "stated-preference": ("person_prefers == 'email'", None),
        "stated-preference-contradicted": ("person_prefers == 'email' and person_invited_call == true", None),
        "call-who-prefers-it": (
            "person_prefers == 'phone' and person_office_time and application_follow_up_open and person_addressee",
            None,
        ),
        "call-who-invited-it": (
            "person_invited_call == true and person_prefers != 'email' and person_office_time"
            " and application_follow_up_open and person_addressee",
            None,
        ),
        "wait-for-office-hours": (
            "person_prefers == 'phone' and not person_office_time and application_follow_up_open and person_addressee",
            None,
        ),
        "no-mail-instead-of-the-call": (
            "person_prefers == 'phone' and not person_office_time and application_follow_up_open and person_addressee",
            None,
        ),
        "person-wants-no-contact": ("person_contact_policy == 'closed'", None),
        "through-the-contact-only": (f"person_in_the_way and {_ALIVE}", None),
        "inside-contact-asked-once": ("person_only_inside and person_news_asked == 1", None),
        "inside-contact-pestered": ("person_only_inside and person_news_asked >= 2", None),
        "connect-now": (
            "application_status == 'accepted' and 'linkedin' in person_channels"
            " and $any([person_id in who for who in application_met]) and not application_connection_asked",
            None,
        ),
        "follow-up": ("application_follow_up_open and person_addressee", None),
        "follow-up-with-the-recruiter": (
            "application_follow_up_open and person_role in ['recruiter', 'agency_recruiter'] and person_addressee",
            None,
        ),
        "follow-up-with-the-manager": (
            "application_follow_up_open and person_role == 'hiring_manager' and person_addressee",
            None,
        ),
    },
    "interview": {
        "find-the-interviewers-first": (
            "application_open and interview_status != 'cancelled' and interview_interviewers.is_empty"
            " and interview_ended_at <= now and now <= interview_ended_at + 604800",
            "interview_ended_at + 172800",
        ),
    },
    "interviewer": {
        "thank-you-note": (
            "interviewer_to_thank and not person_in_the_way"
            " and interview_ended_at + 7200 <= now and now <= interview_ended_at + 172800",
            "interview_ended_at + 172800",
        ),
        "thank-you-late": (
            "interviewer_to_thank and not person_in_the_way"
            " and interview_ended_at + 172800 < now and now <= interview_ended_at + 604800",
            "interview_ended_at + 604800",
        ),
        "thanks-through-the-contact": (
            "interviewer_to_thank and person_in_the_way"
            " and interview_ended_at + 7200 <= now and now <= interview_ended_at + 604800"
            " and (application_last_wrote_at == null or application_last_wrote_at < interview_ended_at)",
            "interview_ended_at + 172800",
        ),
        "find-the-name-first": (
            "interviewer_to_thank and person_name == null and now <= interview_ended_at + 604800",
            "interview_ended_at + 172800",
        ),
    },
}


class RuleEngine:
    """See :class:`peer.protocol.Peer`."""

    name = "rule-engine"
    package = "rule-engine"
    says = (
        "JSON, moments, local clocks and business days are prepared in Python.",
        "An expression is about one row: the host loops over rows and puts computed facts into scope, in order.",
        "Business days are the host's; all other deadlines are expressions.",
    )

    def load(self) -> None:
        """See :class:`peer.protocol.Peer`."""
        from rule_engine import Context, Rule, resolve_item

        context = Context(resolver=resolve_item)

        def made(texts: Mapping[str, str]) -> list[tuple[str, Any]]:
            return [(name, Rule(text, context=context).evaluate) for name, text in texts.items()]

        self._first, self._candidate, self._application = made(FIRST), made(CANDIDATE), made(APPLICATION)
        self._person, self._interviewer = made(PERSON), made(INTERVIEWER)
        self._rules = {
            entity: [
                (id_, Rule(when, context=context).matches, None if by is None else Rule(by, context=context).evaluate)
                for id_, (when, by) in rules.items()
            ]
            for entity, rules in RULES.items()
        }

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        """See :class:`peer.protocol.Peer`."""
        return [self._fire_case(prepared(raw)) for raw in cases]

    def _fire_case(self, case: Fields) -> list[Fired]:
        firings: list[Fired] = []
        scopes = []
        for application in case["applications"]:
            scope = {
                "now": case["now"],
                **_flat("application", application),
                "offer_given": application["offer"] is not None,
            }
            if application["offer"] is not None:
                scope.update(_flat("offer", application["offer"]))
            _derive(self._first, scope, "application")
            scopes.append(scope)
        candidate = case["candidate"]
        mine = {"now": case["now"], **_flat("candidate", candidate), "applications": [_slim(scope) for scope in scopes]}
        _derive(self._candidate, mine, "candidate")
        self._conclude("candidate", mine, f"candidate/{candidate['id']}//{candidate['id']}", firings)
        facts = {
            name: mine[name]
            for name in ("candidate_settled", "candidate_next_answer_by", "candidate_pending_applications")
        }
        for application, scope in zip(case["applications"], scopes, strict=True):
            scope.update(facts)
            self._of_application(scope, application, firings)
        return firings

    def _of_application(self, scope: Fields, application: Fields, firings: list[Fired]) -> None:
        id_ = application["id"]
        _derive(self._application, scope, "application")
        self._conclude("application", scope, f"application/{id_}//{id_}", firings)
        if application["offer"] is not None:
            self._conclude("offer", scope, f"offer/{id_}//{id_}", firings)
        people = {}
        for person in application["people"]:
            people[person["id"]] = flat = _flat("person", person)
            scope.update(flat)
            _derive(self._person, scope, "person")
            flat["person_in_the_way"] = scope["person_in_the_way"]
            self._conclude("person", scope, f"person/{id_}//{person['id']}", firings)
        for interview in application["interviews"]:
            scope.update(_flat("interview", interview))
            self._conclude("interview", scope, f"interview/{id_}//{interview['id']}", firings)
            for interviewer in interview["interviewers"]:
                scope.update(_flat("interviewer", interviewer))
                scope.update(people[interviewer["person"]])
                _derive(self._interviewer, scope, "interviewer")
                key = f"interviewer/{id_}/{interview['id']}/{interviewer['person']}"
                self._conclude("interviewer", scope, key, firings)

    def _conclude(self, entity: str, scope: Fields, key: str, firings: list[Fired]) -> None:
        for id_, holds, by in self._rules[entity]:
            if holds(scope):
                due = None if by is None else by(scope)
                firings.append((id_, key, None if due is None else int(due)))


def _flat(entity: str, row: Fields) -> Fields:
    return {f"{entity}_{name}": value for name, value in row.items()}


def _slim(scope: Fields) -> Fields:
    """The fields of an application that the candidate's facts read."""
    return {
        "status": scope["application_status"],
        "firm": scope["application_firm"],
        "to_answer": scope["application_to_answer"],
        "answer_by": scope.get("offer_answer_by"),
        "offer_given": scope["offer_given"],
    }


def _derive(facts: Sequence[tuple[str, Any]], scope: Fields, entity: str) -> None:
    for name, value in facts:
        scope[f"{entity}_{name}"] = value(scope)


def peer() -> RuleEngine:
    """The peer."""
    return RuleEngine()
