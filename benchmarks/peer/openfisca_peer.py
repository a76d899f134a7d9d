"""The policy in OpenFisca: variables with vectorised formulas, over all rows of all cases at once.

OpenFisca has one kind of individual and groups of them. So the individuals are all rows below candidates (one for each
application, person, interview, interviewer and message), with a ``kind``. Each belongs to a candidate, an application, an
acquaintance (a person with their interviewers and messages) and an encounter (an interview with its interviewers). Rows
without a person or an interview belong to a group of their application that stands for none.
Fields of candidates, applications, offers, people and interviews are variables of those groups.

Words are small numbers, unknown is 0. Moments are seconds since 1970, which 32 bits hold until 2038; 0 is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from .prepare import Fields, prepared
from .protocol import Fired

_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_WEEK: Final = 7 * _DAY
_LATEST: Final = 2**31 - 1

STATUS: Final = {None: 0, "applied": 1, "interviewing": 2, "offered": 3, "accepted": 4, "rejected": 5, "withdrawn": 6}
FORM: Final = {None: 0, "verbal": 1, "written": 2}
ROLE: Final = {None: 0, "hiring_manager": 1, "recruiter": 2, "agency_recruiter": 3, "inside_contact": 4}
PREFERS: Final = {None: 0, "email": 1, "phone": 2}
DIRECTION: Final = {None: 0, "sent": 1, "received": 2}
YES_NO: Final = {None: 0, True: 1, False: 2}
KINDS: Final = (
    *("thank_you", "follow_up", "status_question", "offer_notice", "answer"),
    *("connection_request", "rejection", "withdrawal"),
)
#: Rules read no other kinds of messages.
MESSAGE: Final = {kind: no for no, kind in enumerate(KINDS, 1)}
APPLICATION, PERSON, INTERVIEW, INTERVIEWER, MESSAGE_ROW = 1, 2, 3, 4, 5

#: The given variables by entity. All are numbers.
GIVEN: Final = {
    "candidate": ("now", "employed", "quitting", "searching"),
    "application": (
        *("status", "preferred", "closed", "reply_by", "grace_over", "offer_given", "received_at", "form"),
        *("answer_by", "signed_at", "conditional", "start_on", "spoken_for"),
    ),
    "acquaintance": ("person_role", "prefers", "invited", "unwilling", "linkedin", "office", "named", "spokesman"),
    "encounter": ("cancelled", "ended_at", "answer_due"),
    "row": ("kind", "direction", "about", "sent_at", "absent"),
}

#: The rules: id → (the kind of row, 0 for the candidate's; the variable of the deadline, if the rule has one).
RULES: Final[Mapping[str, tuple[int, str | None]]] = {
    "job-kept-until-signed": (0, None),
    "job-kept-all-the-more": (0, None),
    "job-kept-if-there-is-one": (0, None),
    "give-notice-now": (0, None),
    "keep-interviewing": (0, None),
    "search-not-stopped": (0, None),
    "take-the-search-up-again": (0, None),
    "weigh-them": (0, "next_answer_by"),
    "company-wants-no-contact": (APPLICATION, None),
    "nobody-invited-a-call": (APPLICATION, None),
    "connect-after-the-decision": (APPLICATION, None),
    "answer-the-rejection": (APPLICATION, "week_after_rejection"),
    "find-somebody-to-ask": (APPLICATION, None),
    "not-again-so-soon": (APPLICATION, "week_after_writing"),
    "enough-follow-ups": (APPLICATION, None),
    "rejection-ends-it": (APPLICATION, None),
    "get-it-signed": (APPLICATION, None),
    "tell-the-others-about-it": (APPLICATION, "answer_elsewhere_by"),
    "withdraw-elsewhere": (APPLICATION, None),
    "settle-the-offer": (APPLICATION, None),
    "signed-and-done": (APPLICATION, "start_on"),
    "signed-and-begun": (APPLICATION, None),
    "wait-for-the-next-interview": (APPLICATION, "next_interview_at"),
    "wait-for-an-interview": (APPLICATION, None),
    "wait-for-the-promised-day": (APPLICATION, "grace_over"),
    "wait-for-an-answer": (APPLICATION, "last_answer_due"),
    "wait-after-writing": (APPLICATION, "week_after_writing"),
    "wait-after-hearing": (APPLICATION, "week_after_hearing"),
    "wait-before-letting-go": (APPLICATION, "week_after_asking"),
    "move-on": (APPLICATION, None),
    "nothing-left-after-withdrawing": (APPLICATION, None),
    "wait-where-no-contact-is-wanted": (APPLICATION, None),
    "answer-by-their-day": (APPLICATION, "answer_by"),
    "answer-in-decent-time": (APPLICATION, "decent_time"),
    "make-it-firm": (APPLICATION, None),
    "ask-for-time": (APPLICATION, "answer_by"),
    "stated-preference": (PERSON, None),
    "stated-preference-contradicted": (PERSON, None),
    "call-who-prefers-it": (PERSON, None),
    "call-who-invited-it": (PERSON, None),
    "wait-for-office-hours": (PERSON, None),
    "no-mail-instead-of-the-call": (PERSON, None),
    "person-wants-no-contact": (PERSON, None),
    "through-the-contact-only": (PERSON, None),
    "inside-contact-asked-once": (PERSON, None),
    "inside-contact-pestered": (PERSON, None),
    "connect-now": (PERSON, None),
    "follow-up": (PERSON, None),
    "follow-up-with-the-recruiter": (PERSON, None),
    "follow-up-with-the-manager": (PERSON, None),
    "find-the-interviewers-first": (INTERVIEW, "two_days_after"),
    "thank-you-note": (INTERVIEWER, "two_days_after"),
    "thank-you-late": (INTERVIEWER, "week_after"),
    "thanks-through-the-contact": (INTERVIEWER, "two_days_after"),
    "find-the-name-first": (INTERVIEWER, "two_days_after"),
}
#: Rules for an offer: their variable is the application's.
OF_OFFER: Final = frozenset({"answer-by-their-day", "answer-in-decent-time", "make-it-firm", "ask-for-time"})


def system() -> Any:
    """The policy as a system of entities and variables."""
    import numpy as np
    from openfisca_core.entities import Entity, GroupEntity
    from openfisca_core.periods import YEAR
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    roles = [{"key": "member", "plural": "members", "label": "Member"}]
    entities = {"row": Entity("row", "rows", "A row of a case", "")}
    for name in ("candidate", "application", "acquaintance", "encounter"):
        entities[name] = GroupEntity(name, f"{name}s", name, "", roles)
    policy = TaxBenefitSystem(list(entities.values()))

    def add(name: str, entity: str, type_: type, formula: Callable[..., Any] | None = None) -> None:
        body = {"value_type": type_, "entity": entities[entity], "definition_period": YEAR, "label": name}
        if formula is not None:
            body["formula"] = formula
        policy.add_variable(type(name, (Variable,), body))

    def fact(entity: str, type_: type = bool) -> Callable[[Callable[..., Any]], None]:
        return lambda formula: add(formula.__name__, entity, type_, formula)

    def rule(entity: str) -> Callable[[Callable[..., Any]], None]:
        return lambda formula: add(formula.__name__, entity, bool, formula)

    for entity, names in GIVEN.items():
        for name in names:
            add(name, entity, int)

    def lately(moment: Any, now: Any) -> Any:
        return (moment > 0) & (moment <= now) & (now < moment + _WEEK)

    def plus(moment: Any, length: int) -> Any:
        return np.where(moment > 0, moment + length, 0)

    # --- offers, and the state of the candidate ---
    @fact("application")
    def open_(a: Any, p: Any) -> Any:
        return a("status", p) < STATUS["accepted"]

    @fact("application")
    def alive(a: Any, p: Any) -> Any:
        return a("status", p) < STATUS["rejected"]

    @fact("application", int)
    def today(a: Any, p: Any) -> Any:
        return a.first_person.candidate("now", p)

    @fact("application")
    def firm(a: Any, p: Any) -> Any:
        signed = a("signed_at", p)
        form = (a("form", p) == FORM["written"]) & (a("conditional", p) == YES_NO[False])
        return form & (signed > 0) & (signed <= a("today", p)) & a("alive", p)

    @fact("application")
    def to_answer(a: Any, p: Any) -> Any:
        return (a("offer_given", p) == 1) & (a("signed_at", p) == 0) & a("open_", p)

    @fact("application")
    def answer_to_come(a: Any, p: Any) -> Any:
        return a("to_answer", p) & (a("answer_by", p) > a("today", p))

    @fact("row")
    def is_application(r: Any, p: Any) -> Any:
        return r("kind", p) == APPLICATION

    @fact("candidate")
    def has_signed_offer(c: Any, p: Any) -> Any:
        return c.any(c.members.application("firm", p))

    @fact("candidate")
    def settled(c: Any, p: Any) -> Any:
        return c("has_signed_offer", p) | c.any(c.members.application("status", p) == STATUS["accepted"])

    @fact("candidate", int)
    def open_offers(c: Any, p: Any) -> Any:
        return c.sum(c.members.application("to_answer", p) & c.members("is_application", p))

    @fact("candidate", int)
    def next_answer_by(c: Any, p: Any) -> Any:
        to_come = c.members.application("answer_to_come", p) & c.members("is_application", p)
        sums = c.min(np.where(to_come, c.members.application("answer_by", p), _LATEST))
        return np.where(sums < _LATEST, sums, 0)

    @fact("application")
    def settled_somewhere(a: Any, p: Any) -> Any:
        return a.first_person.candidate("settled", p)

    @fact("application")
    def pending(a: Any, p: Any) -> Any:
        return (a("status", p) < STATUS["offered"]) & (a("offer_given", p) == 0) & ~a("settled_somewhere", p)

    @fact("candidate")
    def anything_pending(c: Any, p: Any) -> Any:
        return c.any(c.members.application("pending", p))

    # --- interviews ---
    @fact("row")
    def took_place(r: Any, p: Any) -> Any:
        return (r.encounter("cancelled", p) == 0) & (r.encounter("ended_at", p) <= r.candidate("now", p))

    @fact("row")
    def is_held(r: Any, p: Any) -> Any:
        return (r("kind", p) == INTERVIEW) & r("took_place", p)

    @fact("row")
    def is_ahead(r: Any, p: Any) -> Any:
        return (r("kind", p) == INTERVIEW) & (r.encounter("cancelled", p) == 0) & ~r("took_place", p)

    @fact("application", int)
    def last_interview_at(a: Any, p: Any) -> Any:
        return a.max(np.where(a.members("is_held", p), a.members.encounter("ended_at", p), 0))

    @fact("application", int)
    def last_answer_due(a: Any, p: Any) -> Any:
        return a.max(np.where(a.members("is_held", p), a.members.encounter("answer_due", p), 0))

    @fact("application", int)
    def next_interview_at(a: Any, p: Any) -> Any:
        earliest = a.min(np.where(a.members("is_ahead", p), a.members.encounter("ended_at", p), _LATEST))
        return np.where(earliest < _LATEST, earliest, 0)

    @fact("encounter")
    def interviewers_known(e: Any, p: Any) -> Any:
        return e.any(e.members("kind", p) == INTERVIEWER)

    # --- messages ---
    @fact("row")
    def is_sent(r: Any, p: Any) -> Any:
        return r("direction", p) == DIRECTION["sent"]

    @fact("row")
    def is_question(r: Any, p: Any) -> Any:
        about = r("about", p)
        return r("is_sent", p) & ((about == MESSAGE["follow_up"]) | (about == MESSAGE["status_question"]))

    @fact("acquaintance")
    def met(q: Any, p: Any) -> Any:
        return q.any(q.members("kind", p) == INTERVIEWER)

    @fact("acquaintance")
    def only_inside(q: Any, p: Any) -> Any:
        return (q("person_role", p) == ROLE["inside_contact"]) & ~q("met", p)

    @fact("row")
    def is_asked(r: Any, p: Any) -> Any:
        return r("is_question", p) & ~r.acquaintance("only_inside", p)

    @fact("application", int)
    def last_heard_at(a: Any, p: Any) -> Any:
        return a.max(np.where(a.members("direction", p) == DIRECTION["received"], a.members("sent_at", p), 0))

    @fact("application", int)
    def last_wrote_at(a: Any, p: Any) -> Any:
        return a.max(np.where(a.members("is_sent", p), a.members("sent_at", p), 0))

    @fact("application", int)
    def last_follow_up_at(a: Any, p: Any) -> Any:
        return a.max(np.where(a.members("is_asked", p), a.members("sent_at", p), 0))

    @fact("application", int)
    def rejected_at(a: Any, p: Any) -> Any:
        received = a.members("direction", p) == DIRECTION["received"]
        rejection = received & (a.members("about", p) == MESSAGE["rejection"])
        return a.max(np.where(rejection, a.members("sent_at", p), 0))

    @fact("application")
    def rejection_answered(a: Any, p: Any) -> Any:
        rejected = a.members.application("rejected_at", p)
        later = (rejected > 0) & (a.members("sent_at", p) > rejected)
        return a.any(a.members("is_sent", p) & ((a.members("about", p) == MESSAGE["answer"]) | later))

    @fact("application", int)
    def follow_ups(a: Any, p: Any) -> Any:
        at, heard = a.members("sent_at", p), a.members.application("last_heard_at", p)
        since = (at > heard) & (at > a.members.application("last_interview_at", p))
        return a.sum(a.members("is_asked", p) & ((at == 0) | since))

    def sent_kind(about: str) -> Callable[..., Any]:
        return lambda a, p: a.any(a.members("is_sent", p) & (a.members("about", p) == MESSAGE[about]))

    add("told_about_offer", "application", bool, sent_kind("offer_notice"))
    add("told_of_withdrawal", "application", bool, sent_kind("withdrawal"))
    add("connection_asked", "application", bool, sent_kind("connection_request"))

    # --- whose turn it is ---
    @fact("application")
    def interviewed(a: Any, p: Any) -> Any:
        return a("last_interview_at", p) > 0

    @fact("application")
    def interview_ahead(a: Any, p: Any) -> Any:
        return a("next_interview_at", p) > 0

    @fact("application")
    def promise_stands(a: Any, p: Any) -> Any:
        return (a("reply_by", p) > 0) & (a("reply_by", p) >= a("last_interview_at", p))

    @fact("application")
    def answer_overdue(a: Any, p: Any) -> Any:
        due = np.where(a("promise_stands", p), a("grace_over", p), a("last_answer_due", p))
        return (due > 0) & (due <= a("today", p))

    @fact("application")
    def used_up(a: Any, p: Any) -> Any:
        return (a("follow_ups", p) >= 2) | (a("closed", p) == 1)

    @fact("application")
    def just_wrote(a: Any, p: Any) -> Any:
        return lately(a("last_wrote_at", p), a("today", p))

    @fact("application")
    def just_heard(a: Any, p: Any) -> Any:
        return lately(a("last_heard_at", p), a("today", p))

    @fact("application")
    def between(a: Any, p: Any) -> Any:
        return a("pending", p) & a("interviewed", p) & ~a("interview_ahead", p)

    @fact("application")
    def turn(a: Any, p: Any) -> Any:
        return a("between", p) & a("answer_overdue", p) & ~a("used_up", p)

    @fact("application")
    def follow_up_open(a: Any, p: Any) -> Any:
        return a("turn", p) & ~a("just_wrote", p) & ~a("just_heard", p)

    @fact("application")
    def given_up(a: Any, p: Any) -> Any:
        return a("between", p) & a("answer_overdue", p) & a("used_up", p)

    @fact("application")
    def over(a: Any, p: Any) -> Any:
        now = a("today", p)
        hopeful = lately(a("last_follow_up_at", p), now) | lately(a("last_interview_at", p), now)
        return a("given_up", p) & ~hopeful & ~a("just_heard", p)

    # --- people ---
    @fact("row")
    def is_person(r: Any, p: Any) -> Any:
        return r("kind", p) == PERSON

    @fact("row")
    def in_the_way(r: Any, p: Any) -> Any:
        return (r.application("spoken_for", p) == 1) & (r.acquaintance("spokesman", p) == 0)

    @fact("row")
    def addressee(r: Any, p: Any) -> Any:
        willing = ~r.acquaintance("only_inside", p) & (r.acquaintance("unwilling", p) == 0)
        return r("is_person", p) & willing & ~r("in_the_way", p)

    @fact("application")
    def anybody_to_ask(a: Any, p: Any) -> Any:
        return a.any(a.members("addressee", p))

    @fact("application")
    def call_invited(a: Any, p: Any) -> Any:
        invited = a.members.acquaintance("invited", p) == YES_NO[True]
        return a.any(invited | (a.members.acquaintance("prefers", p) == PREFERS["phone"]))

    @fact("application")
    def on_linkedin(a: Any, p: Any) -> Any:
        return a.any(a.members.acquaintance("linkedin", p) == 1)

    @fact("acquaintance", int)
    def news_asked(q: Any, p: Any) -> Any:
        return q.sum(q.members("is_question", p))

    @fact("acquaintance", int)
    def last_thanked_at(q: Any, p: Any) -> Any:
        thanks = q.members("is_sent", p) & (q.members("about", p) == MESSAGE["thank_you"])
        return q.max(np.where(thanks, q.members("sent_at", p), 0))

    @fact("row")
    def to_thank(r: Any, p: Any) -> Any:
        attended = (r("kind", p) == INTERVIEWER) & r("took_place", p) & (r("absent", p) == 0)
        thanked = r.acquaintance("last_thanked_at", p) >= r.encounter("ended_at", p)
        return attended & ~thanked & r.application("open_", p) & ~r.candidate("settled", p)

    @fact("row", int)
    def age(r: Any, p: Any) -> Any:
        return r.candidate("now", p) - r.encounter("ended_at", p)

    # --- deadlines ---
    add("week_after_rejection", "application", int, lambda a, p: plus(a("rejected_at", p), _WEEK))
    add("week_after_writing", "application", int, lambda a, p: plus(a("last_wrote_at", p), _WEEK))
    add("week_after_hearing", "application", int, lambda a, p: plus(a("last_heard_at", p), _WEEK))
    add("week_after_asking", "application", int, lambda a, p: plus(a("last_follow_up_at", p), _WEEK))
    add("decent_time", "application", int, lambda a, p: plus(a("received_at", p), 5 * _DAY))
    add("answer_elsewhere_by", "application", int, lambda a, p: a.first_person.candidate("next_answer_by", p))
    add("two_days_after", "row", int, lambda r, p: r.encounter("ended_at", p) + 2 * _DAY)
    add("week_after", "row", int, lambda r, p: r.encounter("ended_at", p) + _WEEK)

    # --- rules: the present job, and the search ---
    @rule("candidate")
    def job_kept_until_signed(c: Any, p: Any) -> Any:
        return (c("employed", p) == YES_NO[True]) & ~c("has_signed_offer", p)

    @rule("candidate")
    def job_kept_all_the_more(c: Any, p: Any) -> Any:
        thinking = (c("quitting", p) == YES_NO[True]) & (c("employed", p) != YES_NO[False])
        return thinking & ~c("has_signed_offer", p)

    @rule("candidate")
    def job_kept_if_there_is_one(c: Any, p: Any) -> Any:
        return (c("employed", p) == 0) & ~c("has_signed_offer", p)

    @rule("candidate")
    def give_notice_now(c: Any, p: Any) -> Any:
        return (c("employed", p) == YES_NO[True]) & c("has_signed_offer", p)

    @rule("candidate")
    def keep_interviewing(c: Any, p: Any) -> Any:
        return ~c("has_signed_offer", p)

    @rule("candidate")
    def search_not_stopped(c: Any, p: Any) -> Any:
        return ~c("has_signed_offer", p)

    @rule("candidate")
    def take_the_search_up_again(c: Any, p: Any) -> Any:
        return (c("searching", p) == YES_NO[False]) & ~c("has_signed_offer", p)

    @rule("candidate")
    def weigh_them(c: Any, p: Any) -> Any:
        return c("open_offers", p) >= 2

    # --- rules: the company ---
    @rule("application")
    def company_wants_no_contact(a: Any, p: Any) -> Any:
        return a("closed", p) == 1

    @rule("application")
    def nobody_invited_a_call(a: Any, p: Any) -> Any:
        return a("follow_up_open", p) & ~a("call_invited", p)

    @rule("application")
    def connect_after_the_decision(a: Any, p: Any) -> Any:
        return a("pending", p) & a("on_linkedin", p)

    @rule("application")
    def answer_the_rejection(a: Any, p: Any) -> Any:
        at = a("rejected_at", p)
        in_time = (at == 0) | (a("today", p) <= at + _WEEK)
        return (a("status", p) == STATUS["rejected"]) & ~a("rejection_answered", p) & in_time

    @rule("application")
    def find_somebody_to_ask(a: Any, p: Any) -> Any:
        return a("follow_up_open", p) & ~a("anybody_to_ask", p)

    @rule("application")
    def not_again_so_soon(a: Any, p: Any) -> Any:
        return a("pending", p) & a("answer_overdue", p) & (a("follow_ups", p) >= 1) & a("just_wrote", p)

    @rule("application")
    def enough_follow_ups(a: Any, p: Any) -> Any:
        return a("pending", p) & (a("follow_ups", p) >= 2) & (a("closed", p) == 0)

    @rule("application")
    def rejection_ends_it(a: Any, p: Any) -> Any:
        return ~a("alive", p)

    @rule("application")
    def get_it_signed(a: Any, p: Any) -> Any:
        return (a("status", p) == STATUS["accepted"]) & ~a("firm", p)

    @rule("application")
    def tell_the_others_about_it(a: Any, p: Any) -> Any:
        theirs = (a("preferred", p) != YES_NO[False]) & ~a("told_about_offer", p)
        return a("pending", p) & a("interviewed", p) & theirs & (a("answer_elsewhere_by", p) > 0)

    @rule("application")
    def withdraw_elsewhere(a: Any, p: Any) -> Any:
        return a("open_", p) & ~a("firm", p) & ~a("told_of_withdrawal", p) & a("settled_somewhere", p)

    @rule("application")
    def settle_the_offer(a: Any, p: Any) -> Any:
        vague = (a("status", p) == STATUS["offered"]) & (a("offer_given", p) == 0)
        return a("open_", p) & ~a("firm", p) & (vague | (a("signed_at", p) > 0))

    @rule("application")
    def signed_and_done(a: Any, p: Any) -> Any:
        return a("open_", p) & a("firm", p) & ~((a("start_on", p) > 0) & (a("start_on", p) <= a("today", p)))

    @rule("application")
    def signed_and_begun(a: Any, p: Any) -> Any:
        return a("open_", p) & a("firm", p) & (a("start_on", p) > 0) & (a("start_on", p) <= a("today", p))

    # --- rules: waiting, and letting go ---
    @rule("application")
    def wait_for_the_next_interview(a: Any, p: Any) -> Any:
        return a("pending", p) & a("interview_ahead", p)

    @rule("application")
    def wait_for_an_interview(a: Any, p: Any) -> Any:
        return a("pending", p) & ~a("interview_ahead", p) & ~a("interviewed", p)

    @rule("application")
    def wait_for_the_promised_day(a: Any, p: Any) -> Any:
        return a("between", p) & a("promise_stands", p) & ~a("answer_overdue", p)

    @rule("application")
    def wait_for_an_answer(a: Any, p: Any) -> Any:
        return a("between", p) & ~a("promise_stands", p) & ~a("answer_overdue", p)

    @rule("application")
    def wait_after_writing(a: Any, p: Any) -> Any:
        return a("turn", p) & a("just_wrote", p) & (a("last_heard_at", p) <= a("last_wrote_at", p))

    @rule("application")
    def wait_after_hearing(a: Any, p: Any) -> Any:
        return a("turn", p) & a("just_heard", p) & (a("last_wrote_at", p) < a("last_heard_at", p))

    @rule("application")
    def wait_before_letting_go(a: Any, p: Any) -> Any:
        return a("given_up", p) & ~a("over", p)

    @rule("application")
    def move_on(a: Any, p: Any) -> Any:
        return a("over", p)

    @rule("application")
    def nothing_left_after_withdrawing(a: Any, p: Any) -> Any:
        return a("open_", p) & a("told_of_withdrawal", p)

    @rule("application")
    def wait_where_no_contact_is_wanted(a: Any, p: Any) -> Any:
        unsigned = (a("offer_given", p) == 1) & (a("signed_at", p) == 0)
        theirs = (a("closed", p) == 1) & ~a("told_of_withdrawal", p) & ~unsigned
        return a("open_", p) & ~a("pending", p) & ~a("firm", p) & theirs

    # --- rules: offers ---
    @rule("application")
    def answer_by_their_day(a: Any, p: Any) -> Any:
        return a("to_answer", p) & (a("answer_by", p) > 0)

    @rule("application")
    def answer_in_decent_time(a: Any, p: Any) -> Any:
        return a("to_answer", p) & (a("answer_by", p) == 0)

    @rule("application")
    def make_it_firm(a: Any, p: Any) -> Any:
        return a("alive", p) & ((a("form", p) == FORM["verbal"]) | (a("conditional", p) == YES_NO[True]))

    @rule("application")
    def ask_for_time(a: Any, p: Any) -> Any:
        return a("answer_to_come", p) & a.first_person.candidate("anything_pending", p)

    # --- rules: people ---
    @fact("row")
    def to_ask(r: Any, p: Any) -> Any:
        return r("addressee", p) & r.application("follow_up_open", p)

    @fact("row")
    def would_rather_be_called(r: Any, p: Any) -> Any:
        return r("to_ask", p) & (r.acquaintance("prefers", p) == PREFERS["phone"])

    @rule("row")
    def stated_preference(r: Any, p: Any) -> Any:
        return r("is_person", p) & (r.acquaintance("prefers", p) == PREFERS["email"])

    @rule("row")
    def stated_preference_contradicted(r: Any, p: Any) -> Any:
        return r("stated_preference", p) & (r.acquaintance("invited", p) == YES_NO[True])

    @rule("row")
    def call_who_prefers_it(r: Any, p: Any) -> Any:
        return r("would_rather_be_called", p) & (r.acquaintance("office", p) == 1)

    @rule("row")
    def call_who_invited_it(r: Any, p: Any) -> Any:
        invited = (r.acquaintance("invited", p) == YES_NO[True]) & (r.acquaintance("prefers", p) != PREFERS["email"])
        return r("to_ask", p) & invited & (r.acquaintance("office", p) == 1)

    @rule("row")
    def wait_for_office_hours(r: Any, p: Any) -> Any:
        return r("would_rather_be_called", p) & (r.acquaintance("office", p) == 0)

    @rule("row")
    def no_mail_instead_of_the_call(r: Any, p: Any) -> Any:
        return r("would_rather_be_called", p) & (r.acquaintance("office", p) == 0)

    @rule("row")
    def person_wants_no_contact(r: Any, p: Any) -> Any:
        return r("is_person", p) & (r.acquaintance("unwilling", p) == 1)

    @rule("row")
    def through_the_contact_only(r: Any, p: Any) -> Any:
        return r("is_person", p) & r("in_the_way", p) & r.application("alive", p)

    @rule("row")
    def inside_contact_asked_once(r: Any, p: Any) -> Any:
        return r("is_person", p) & r.acquaintance("only_inside", p) & (r.acquaintance("news_asked", p) == 1)

    @rule("row")
    def inside_contact_pestered(r: Any, p: Any) -> Any:
        return r("is_person", p) & r.acquaintance("only_inside", p) & (r.acquaintance("news_asked", p) >= 2)

    @rule("row")
    def connect_now(r: Any, p: Any) -> Any:
        reached = r("is_person", p) & (r.acquaintance("linkedin", p) == 1) & r.acquaintance("met", p)
        accepted = r.application("status", p) == STATUS["accepted"]
        return reached & accepted & ~r.application("connection_asked", p)

    @rule("row")
    def follow_up(r: Any, p: Any) -> Any:
        return r("to_ask", p)

    @rule("row")
    def follow_up_with_the_recruiter(r: Any, p: Any) -> Any:
        role = r.acquaintance("person_role", p)
        return r("to_ask", p) & ((role == ROLE["recruiter"]) | (role == ROLE["agency_recruiter"]))

    @rule("row")
    def follow_up_with_the_manager(r: Any, p: Any) -> Any:
        return r("to_ask", p) & (r.acquaintance("person_role", p) == ROLE["hiring_manager"])

    # --- rules: thanks ---
    @rule("row")
    def find_the_interviewers_first(r: Any, p: Any) -> Any:
        unknown = r("is_held", p) & ~r.encounter("interviewers_known", p)
        return unknown & (r("age", p) <= _WEEK) & r.application("open_", p)

    @rule("row")
    def thank_you_note(r: Any, p: Any) -> Any:
        in_time = (r("age", p) >= 2 * _HOUR) & (r("age", p) <= 2 * _DAY)
        return r("to_thank", p) & in_time & ~r("in_the_way", p)

    @rule("row")
    def thank_you_late(r: Any, p: Any) -> Any:
        late = (r("age", p) > 2 * _DAY) & (r("age", p) <= _WEEK)
        return r("to_thank", p) & late & ~r("in_the_way", p)

    @rule("row")
    def thanks_through_the_contact(r: Any, p: Any) -> Any:
        in_time = (r("age", p) >= 2 * _HOUR) & (r("age", p) <= _WEEK)
        unwritten = r.application("last_wrote_at", p) < r.encounter("ended_at", p)
        return r("to_thank", p) & in_time & r("in_the_way", p) & unwritten

    @rule("row")
    def find_the_name_first(r: Any, p: Any) -> Any:
        return r("to_thank", p) & (r("age", p) <= _WEEK) & (r.acquaintance("named", p) == 0)

    return policy


class _Tables:
    """The rows of many cases as columns, by variable, and the groups of each row."""

    def __init__(self) -> None:
        self.columns: dict[str, list[int]] = {name: [] for names in GIVEN.values() for name in names}
        self.groups: dict[str, list[int]] = {name: [] for name in GIVEN if name != "row"}
        self.counts = dict.fromkeys(GIVEN, 0)
        #: The key of every row for firings, and the case that it belongs to.
        self.keys: dict[str, list[str]] = {"candidate": [], "application": [], "row": []}
        self.cases: dict[str, list[int]] = {"candidate": [], "application": [], "row": []}
        self.ids: list[str] = []

    def add(self, no: int, case: Fields) -> None:
        """Add a case."""
        candidate = case["candidate"]
        self._put(
            "candidate",
            (
                case["now"],
                YES_NO[candidate["employed"]],
                YES_NO[candidate["considering_quitting"]],
                YES_NO[candidate["searching"]],
            ),
        )
        self.keys["candidate"].append(f"candidate/{candidate['id']}//{candidate['id']}")
        self.cases["candidate"].append(no)
        for application in case["applications"]:
            self._application(no, application)

    def _put(self, entity: str, values: tuple[int, ...]) -> int:
        for name, value in zip(GIVEN[entity], values, strict=True):
            self.columns[name].append(value)
        self.counts[entity] += 1
        return self.counts[entity] - 1

    def _row(self, no: int, key: str, groups: tuple[int, int, int, int], values: tuple[int, ...]) -> None:
        self._put("row", values)
        for name, group in zip(self.groups, groups, strict=True):
            self.groups[name].append(group)
        self.keys["row"].append(key)
        self.cases["row"].append(no)

    def _application(self, no: int, application: Fields) -> None:
        id_, via = application["id"], application["contact_via"]
        offer = application["offer"] or dict.fromkeys(
            ("received_at", "form", "answer_by", "signed_at", "conditional", "start_on")
        )
        candidate = self.counts["candidate"] - 1
        values = (
            *(
                STATUS[application["status"]],
                YES_NO[application["preferred"]],
                int(application["contact_policy"] == "closed"),
                application["reply_by"] or 0,
            ),
            *(
                application["reply_by_with_grace"] or 0,
                int(application["offer"] is not None),
                offer["received_at"] or 0,
                FORM[offer["form"]],
            ),
            *(offer["answer_by"] or 0, offer["signed_at"] or 0, YES_NO[offer["conditional"]], offer["start_on"] or 0),
            int(via is not None),
        )
        row = self._put("application", values)
        self.ids.append(id_)
        self.keys["application"].append(f"application/{id_}//{id_}")
        self.cases["application"].append(no)
        nobody, nothing = self._put("acquaintance", (0,) * 8), self._put("encounter", (1, 0, 0))
        here = (candidate, row)
        self._row(no, "", (*here, nobody, nothing), (APPLICATION, 0, 0, 0, 0))
        people: dict[str | None, int] = {None: nobody}
        for person in application["people"]:
            known = (
                *(ROLE.get(person["role"], 0), PREFERS[person["prefers"]], YES_NO[person["invited_call"]]),
                *(int(person["contact_policy"] == "closed"), int("linkedin" in person["channels"])),
                *(int(person["office_time"]), int(person["name"] is not None), int(person["id"] == via)),
            )
            people[person["id"]] = acquaintance = self._put("acquaintance", known)
            self._row(no, f"person/{id_}//{person['id']}", (*here, acquaintance, nothing), (PERSON, 0, 0, 0, 0))
        for interview in application["interviews"]:
            given = (int(interview["status"] == "cancelled"), interview["ended_at"], interview["answer_due_at"])
            encounter, name = self._put("encounter", given), interview["id"]
            self._row(no, f"interview/{id_}//{name}", (*here, nobody, encounter), (INTERVIEW, 0, 0, 0, 0))
            for who in interview["interviewers"]:
                key = f"interviewer/{id_}/{name}/{who['person']}"
                absent = int(who["attended"] is False)
                self._row(no, key, (*here, people[who["person"]], encounter), (INTERVIEWER, 0, 0, 0, absent))
        for message in application["messages"]:
            of_message = (
                MESSAGE_ROW,
                DIRECTION[message["direction"]],
                MESSAGE.get(message["kind"], 0),
                message["sent_at"] or 0,
                0,
            )
            self._row(no, "", (*here, people[message["person"]], nothing), of_message)


class OpenFisca:
    """See :class:`peer.protocol.Peer`."""

    name = "OpenFisca"
    package = "OpenFisca-Core"
    says = (
        "JSON, moments, local clocks and business days are prepared in Python; so are columns, and firings gathered from them.",
        "No rows of several kinds, only individuals in groups: all rows of a case are individuals with a number for their kind.",
        "Made for populations: fast only in batches.",
    )
    #: The best number of cases for one batch.
    batch = 1000

    def load(self) -> None:
        """See :class:`peer.protocol.Peer`."""
        import numpy as np
        from openfisca_core.periods import period
        from openfisca_core.simulations import SimulationBuilder

        self._np, self._builder = np, SimulationBuilder
        self._year = period(2026)  # formulas of eternal variables fail in get_formula
        self._system = system()

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        """See :class:`peer.protocol.Peer`."""
        tables = _Tables()
        for no, raw in enumerate(cases):
            tables.add(no, prepared(raw))
        simulation = self._simulation(tables)
        firings: list[list[Fired]] = [[] for _ in cases]
        for id_, (kind, due) in RULES.items():
            self._gather(simulation, tables, id_, kind, due, firings)
        return firings

    def _simulation(self, tables: _Tables) -> Any:
        np, builder = self._np, self._builder()
        builder.create_entities(self._system)
        builder.declare_person_entity("row", range(tables.counts["row"]))
        for name, members in tables.groups.items():
            population = builder.declare_entity(name, np.arange(tables.counts[name]))
            builder.join_with_persons(population, np.array(members), ["member"] * len(members))
        simulation = builder.build(self._system)
        for name, values in tables.columns.items():
            simulation.set_input(name, self._year, np.array(values))
        return simulation

    def _gather(
        self, simulation: Any, tables: _Tables, id_: str, kind: int, due: str | None, firings: list[list[Fired]]
    ) -> None:
        holds = simulation.calculate(id_.replace("-", "_"), self._year)
        where = self._np.flatnonzero(holds).tolist()
        if not where:
            return
        entity = {0: "candidate", APPLICATION: "application"}.get(kind, "row")
        dues = [0] * len(holds) if due is None else simulation.calculate(due, self._year).tolist()
        keys, cases = tables.keys[entity], tables.cases[entity]
        of_offer = id_ in OF_OFFER
        for no in where:
            key = f"offer/{tables.ids[no]}//{tables.ids[no]}" if of_offer else keys[no]
            firings[cases[no]].append((id_, key, dues[no] or None))


def peer() -> OpenFisca:
    """The peer."""
    return OpenFisca()
