"""The policy in experta: production rules with joins and negation in Python decorators, matched by its own Rete.

Rules of a higher salience declare the computed facts. It has no accumulate, so the host computes the aggregates of messages
(the latest, their number) before the facts are declared.

experta pins frozendict 1.2, which Python 3.10 and later cannot import; it works with frozendict 2.4, installed over the pin.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from .derived import derive
from .prepare import DAY, Fields, prepared
from .protocol import Fired

_HOUR: Final = 3600
_WEEK: Final = 7 * DAY


def policy() -> tuple[Any, Any]:
    """The engine's class, and the classes of facts by name. They are made here, because experta may not be installed."""
    from experta import AS, EXISTS, MATCH, NOT, TEST, Fact, KnowledgeEngine, L, P, Rule

    class Candidate(Fact):
        """The candidate."""

    class Application(Fact):
        """An application, with the aggregates of its messages and interviews."""

    class Offer(Fact):
        """An offer."""

    class Person(Fact):
        """Somebody on the other side."""

    class Interview(Fact):
        """An interview that was not cancelled, and is over."""

    class Interviewer(Fact):
        """A person's part in an interview."""

    class Thanks(Fact):
        """A note of thanks that was sent."""

    class Firm(Fact):
        """The offer of the application is signed and firm."""

    class Settled(Fact):
        """The candidate has accepted an offer."""

    class ToAnswer(Fact):
        """An offer whose last day for an answer is still to come."""

    class Pending(Fact):
        """An application that waits for the company's decision."""

    class Inside(Fact):
        """A contact inside the company who does not interview."""

    class Addressee(Fact):
        """A person who may be asked for news."""

    class OnLinkedIn(Fact):
        """An application with a person who can be reached on LinkedIn."""

    class Met(Fact):
        """A person who interviewed the candidate."""

    class FollowUpOpen(Fact):
        """An application for which a follow-up is due."""

    class Thankable(Fact):
        """An interviewer who attended and has not been thanked."""

    open_ = ~L("accepted") & ~L("rejected") & ~L("withdrawn")
    alive = ~L("rejected") & ~L("withdrawn")
    lost = L("rejected") | L("withdrawn")
    #: The age of a moment less than a week ago.
    fresh = P(lambda age: age is not None and 0 <= age < _WEEK)
    stale = P(lambda age: age is None or not 0 <= age < _WEEK)

    class Policy(KnowledgeEngine):
        """The rules. A rule that fires adds to ``firings``."""

        firings: list[Fired]

        def fired(
            self, rule: str, entity: str, app: str, id_: str, due: int | None = None, interview: str = ""
        ) -> None:
            """Note that a rule fired."""
            self.firings.append((rule, f"{entity}/{app}/{interview}/{id_}", due))

        # --- computed facts ---
        @Rule(
            Offer(
                app=MATCH.a, form="written", conditional="no", signed_age=P(lambda age: age is not None and age >= 0)
            ),
            Application(app=MATCH.a, status=alive),
            salience=100,
        )
        def firm(self, a: str) -> None:
            self.declare(Firm(app=a))

        @Rule(EXISTS(Application(status="accepted")), salience=100)
        def accepted(self) -> None:
            self.declare(Settled())

        @Rule(EXISTS(Firm()), salience=99)
        def signed(self) -> None:
            self.declare(Settled())

        @Rule(
            Offer(
                app=MATCH.a,
                signed_age=L(None),
                answer_in=P(lambda left: left is not None and left > 0),
                answer_by=MATCH.by,
            ),
            Application(app=MATCH.a, status=open_),
            salience=100,
        )
        def to_answer(self, a: str, by: int) -> None:
            self.declare(ToAnswer(app=a, by=by))

        @Rule(
            Application(app=MATCH.a, status=open_ & ~L("offered")),
            NOT(Offer(app=MATCH.a)),
            NOT(Settled()),
            salience=90,
        )
        def pending(self, a: str) -> None:
            self.declare(Pending(app=a))

        # EXISTS ignores the bindings of its variables outside of it, so the rows that exist are declared as facts, each once.
        @Rule(Person(app=MATCH.a, linkedin="yes"), salience=100)
        def on_linkedin(self, a: str) -> None:
            self.declare(OnLinkedIn(app=a))

        @Rule(Interviewer(app=MATCH.a, person=MATCH.p), salience=100)
        def met(self, a: str, p: str) -> None:
            self.declare(Met(app=a, person=p))

        @Rule(
            Person(app=MATCH.a, id=MATCH.p, role="inside_contact"),
            NOT(Interviewer(app=MATCH.a, person=MATCH.p)),
            salience=100,
        )
        def inside(self, a: str, p: str) -> None:
            self.declare(Inside(app=a, person=p))

        @Rule(
            Person(
                app=MATCH.a,
                id=MATCH.p,
                policy=~L("closed"),
                spoken_for="no",
                role=MATCH.role,
                prefers=MATCH.prefers,
                invited=MATCH.invited,
                office=MATCH.office,
            ),
            NOT(Inside(app=MATCH.a, person=MATCH.p)),
            salience=90,
        )
        def addressee(self, a: str, p: str, role: str, prefers: str, invited: str, office: str) -> None:
            self.declare(Addressee(app=a, person=p, role=role, prefers=prefers, invited=invited, office=office))

        @Rule(
            Pending(app=MATCH.a),
            Application(
                app=MATCH.a, held="yes", ahead="no", overdue="yes", used_up="no", wrote_age=stale, heard_age=stale
            ),
            salience=80,
        )
        def follow_up_open(self, a: str) -> None:
            self.declare(FollowUpOpen(app=a))

        @Rule(
            NOT(Settled()),
            Application(app=MATCH.a, status=open_),
            Interview(app=MATCH.a, id=MATCH.i, ended=MATCH.ended, age=MATCH.age),
            Interviewer(app=MATCH.a, interview=MATCH.i, person=MATCH.p, attended=~L("no")),
            NOT(Thanks(app=MATCH.a, person=MATCH.p, interview=MATCH.i)),
            salience=80,
        )
        def thankable(self, a: str, i: str, ended: int, age: int, p: str) -> None:
            self.declare(Thankable(app=a, interview=i, person=p, ended=ended, age=age))

        # --- the present job, and the search ---
        @Rule(Candidate(id=MATCH.c, employed="yes"), NOT(Firm()))
        def job_kept_until_signed(self, c: str) -> None:
            self.fired("job-kept-until-signed", "candidate", c, c)

        @Rule(Candidate(id=MATCH.c, employed=~L("no"), quitting="yes"), NOT(Firm()))
        def job_kept_all_the_more(self, c: str) -> None:
            self.fired("job-kept-all-the-more", "candidate", c, c)

        @Rule(Candidate(id=MATCH.c, employed="unknown"), NOT(Firm()))
        def job_kept_if_there_is_one(self, c: str) -> None:
            self.fired("job-kept-if-there-is-one", "candidate", c, c)

        @Rule(Candidate(id=MATCH.c, employed="yes"), EXISTS(Firm()))
        def give_notice_now(self, c: str) -> None:
            self.fired("give-notice-now", "candidate", c, c)

        @Rule(Candidate(id=MATCH.c), NOT(Firm()))
        def keep_interviewing(self, c: str) -> None:
            self.fired("keep-interviewing", "candidate", c, c)
            self.fired("search-not-stopped", "candidate", c, c)

        @Rule(Candidate(id=MATCH.c, searching="no"), NOT(Firm()))
        def take_the_search_up_again(self, c: str) -> None:
            self.fired("take-the-search-up-again", "candidate", c, c)

        @Rule(Candidate(id=MATCH.c, open_offers=P(lambda count: count >= 2), next_answer_by=MATCH.by))
        def weigh_them(self, c: str, by: int | None) -> None:
            self.fired("weigh-them", "candidate", c, c, by)

        # --- the company ---
        @Rule(Application(app=MATCH.a, policy="closed"))
        def company_wants_no_contact(self, a: str) -> None:
            self.fired("company-wants-no-contact", "application", a, a)

        @Rule(Pending(app=MATCH.a), OnLinkedIn(app=MATCH.a))
        def connect_after_the_decision(self, a: str) -> None:
            self.fired("connect-after-the-decision", "application", a, a)

        @Rule(
            FollowUpOpen(app=MATCH.a),
            NOT(Person(app=MATCH.a, invited="yes")),
            NOT(Person(app=MATCH.a, prefers="phone")),
        )
        def nobody_invited_a_call(self, a: str) -> None:
            self.fired("nobody-invited-a-call", "application", a, a)

        @Rule(FollowUpOpen(app=MATCH.a), NOT(Addressee(app=MATCH.a)))
        def find_somebody_to_ask(self, a: str) -> None:
            self.fired("find-somebody-to-ask", "application", a, a)

        @Rule(Application(app=MATCH.a, status=lost))
        def rejection_ends_it(self, a: str) -> None:
            self.fired("rejection-ends-it", "application", a, a)

        @Rule(
            Application(
                app=MATCH.a,
                status="rejected",
                answered="no",
                rejected=MATCH.at,
                rejected_age=P(lambda age: age is None or age <= _WEEK),
            )
        )
        def answer_the_rejection(self, a: str, at: int | None) -> None:
            self.fired("answer-the-rejection", "application", a, a, None if at is None else at + _WEEK)

        @Rule(
            Pending(app=MATCH.a),
            Application(
                app=MATCH.a, overdue="yes", follow_ups=P(lambda count: count >= 1), wrote=MATCH.wrote, wrote_age=fresh
            ),
        )
        def not_again_so_soon(self, a: str, wrote: int) -> None:
            self.fired("not-again-so-soon", "application", a, a, wrote + _WEEK)

        @Rule(
            Pending(app=MATCH.a),
            Application(app=MATCH.a, follow_ups=P(lambda count: count >= 2), policy=~L("closed")),
        )
        def enough_follow_ups(self, a: str) -> None:
            self.fired("enough-follow-ups", "application", a, a)

        @Rule(Application(app=MATCH.a, status="accepted"), NOT(Firm(app=MATCH.a)))
        def get_it_signed(self, a: str) -> None:
            self.fired("get-it-signed", "application", a, a)

        @Rule(
            Candidate(next_answer_by=~L(None) & MATCH.by),
            Pending(app=MATCH.a),
            Application(app=MATCH.a, held="yes", preferred=~L("no"), told_about_offer="no"),
        )
        def tell_the_others_about_it(self, a: str, by: int) -> None:
            self.fired("tell-the-others-about-it", "application", a, a, by)

        @Rule(
            Settled(),
            Application(app=MATCH.a, status=open_, told_of_withdrawal="no"),
            NOT(Firm(app=MATCH.a)),
        )
        def withdraw_elsewhere(self, a: str) -> None:
            self.fired("withdraw-elsewhere", "application", a, a)

        # NOT(Offer(app=MATCH.a)) in its place fires wrongly in one case of 500, those with a signed offer.
        @Rule(Application(app=MATCH.a, status="offered", offer="none"))
        def settle_what_is_not_on_record(self, a: str) -> None:
            self.fired("settle-the-offer", "application", a, a)

        @Rule(
            Application(app=MATCH.a, status=open_),
            NOT(Firm(app=MATCH.a)),
            Offer(app=MATCH.a, signed_age=~L(None)),
        )
        def settle_the_offer(self, a: str) -> None:
            self.fired("settle-the-offer", "application", a, a)

        @Rule(
            Firm(app=MATCH.a),
            Application(app=MATCH.a, status=open_),
            Offer(app=MATCH.a, start_on=MATCH.day, begun="no"),
        )
        def signed_and_done(self, a: str, day: int | None) -> None:
            self.fired("signed-and-done", "application", a, a, day)

        @Rule(Firm(app=MATCH.a), Application(app=MATCH.a, status=open_), Offer(app=MATCH.a, begun="yes"))
        def signed_and_begun(self, a: str) -> None:
            self.fired("signed-and-begun", "application", a, a)

        # --- waiting, and letting go ---
        @Rule(Pending(app=MATCH.a), Application(app=MATCH.a, ahead="yes", next_at=MATCH.at))
        def wait_for_the_next_interview(self, a: str, at: int) -> None:
            self.fired("wait-for-the-next-interview", "application", a, a, at)

        @Rule(Pending(app=MATCH.a), Application(app=MATCH.a, ahead="no", held="no"))
        def wait_for_an_interview(self, a: str) -> None:
            self.fired("wait-for-an-interview", "application", a, a)

        @Rule(
            Pending(app=MATCH.a),
            Application(app=MATCH.a, held="yes", ahead="no", promised="yes", overdue="no", grace_over=MATCH.until),
        )
        def wait_for_the_promised_day(self, a: str, until: int) -> None:
            self.fired("wait-for-the-promised-day", "application", a, a, until)

        @Rule(
            Pending(app=MATCH.a),
            Application(app=MATCH.a, held="yes", ahead="no", promised="no", overdue="no", answer_due=MATCH.due),
        )
        def wait_for_an_answer(self, a: str, due: int) -> None:
            self.fired("wait-for-an-answer", "application", a, a, due)

        @Rule(
            Pending(app=MATCH.a),
            Application(
                app=MATCH.a,
                held="yes",
                ahead="no",
                overdue="yes",
                used_up="no",
                wrote=MATCH.wrote,
                wrote_age=fresh,
                heard=MATCH.heard,
            ),
            TEST(lambda wrote, heard: heard is None or heard <= wrote),
        )
        def wait_after_writing(self, a: str, wrote: int, heard: int | None) -> None:
            self.fired("wait-after-writing", "application", a, a, wrote + _WEEK)

        @Rule(
            Pending(app=MATCH.a),
            Application(
                app=MATCH.a,
                held="yes",
                ahead="no",
                overdue="yes",
                used_up="no",
                wrote=MATCH.wrote,
                heard=MATCH.heard,
                heard_age=fresh,
            ),
            TEST(lambda wrote, heard: wrote is None or wrote < heard),
        )
        def wait_after_hearing(self, a: str, wrote: int | None, heard: int) -> None:
            self.fired("wait-after-hearing", "application", a, a, heard + _WEEK)

        @Rule(
            Pending(app=MATCH.a),
            Application(
                app=MATCH.a, held="yes", ahead="no", overdue="yes", used_up="yes", hopeful="yes", asked=MATCH.last_asked
            ),
        )
        def wait_before_letting_go(self, a: str, last_asked: int | None) -> None:
            self.fired(
                "wait-before-letting-go", "application", a, a, None if last_asked is None else last_asked + _WEEK
            )

        @Rule(
            Pending(app=MATCH.a),
            Application(app=MATCH.a, held="yes", ahead="no", overdue="yes", used_up="yes", hopeful="no"),
        )
        def move_on(self, a: str) -> None:
            self.fired("move-on", "application", a, a)

        @Rule(Application(app=MATCH.a, status=open_, told_of_withdrawal="yes"))
        def nothing_left_after_withdrawing(self, a: str) -> None:
            self.fired("nothing-left-after-withdrawing", "application", a, a)

        @Rule(
            Application(app=MATCH.a, status=open_, policy="closed", told_of_withdrawal="no"),
            NOT(Pending(app=MATCH.a)),
            NOT(Firm(app=MATCH.a)),
            NOT(Offer(app=MATCH.a, signed_age=L(None))),
        )
        def wait_where_no_contact_is_wanted(self, a: str) -> None:
            self.fired("wait-where-no-contact-is-wanted", "application", a, a)

        # --- offers ---
        @Rule(
            Offer(app=MATCH.a, signed_age=L(None), answer_by=~L(None) & MATCH.by),
            Application(app=MATCH.a, status=open_),
        )
        def answer_by_their_day(self, a: str, by: int) -> None:
            self.fired("answer-by-their-day", "offer", a, a, by)

        @Rule(
            Offer(app=MATCH.a, signed_age=L(None), answer_by=L(None), received=MATCH.at),
            Application(app=MATCH.a, status=open_),
        )
        def answer_in_decent_time(self, a: str, at: int | None) -> None:
            self.fired("answer-in-decent-time", "offer", a, a, None if at is None else at + 5 * DAY)

        @Rule(Offer(app=MATCH.a, strings="yes"), Application(app=MATCH.a, status=alive))
        def make_it_firm(self, a: str) -> None:
            self.fired("make-it-firm", "offer", a, a)

        @Rule(ToAnswer(app=MATCH.a, by=MATCH.by), EXISTS(Pending()))
        def ask_for_time(self, a: str, by: int) -> None:
            self.fired("ask-for-time", "offer", a, a, by)

        # --- people ---
        @Rule(Person(app=MATCH.a, id=MATCH.p, prefers="email"))
        def stated_preference(self, a: str, p: str) -> None:
            self.fired("stated-preference", "person", a, p)

        @Rule(Person(app=MATCH.a, id=MATCH.p, prefers="email", invited="yes"))
        def stated_preference_contradicted(self, a: str, p: str) -> None:
            self.fired("stated-preference-contradicted", "person", a, p)

        @Rule(FollowUpOpen(app=MATCH.a), Addressee(app=MATCH.a, person=MATCH.p, prefers="phone", office="yes"))
        def call_who_prefers_it(self, a: str, p: str) -> None:
            self.fired("call-who-prefers-it", "person", a, p)

        @Rule(
            FollowUpOpen(app=MATCH.a),
            Addressee(app=MATCH.a, person=MATCH.p, prefers=~L("email"), invited="yes", office="yes"),
        )
        def call_who_invited_it(self, a: str, p: str) -> None:
            self.fired("call-who-invited-it", "person", a, p)

        @Rule(FollowUpOpen(app=MATCH.a), Addressee(app=MATCH.a, person=MATCH.p, prefers="phone", office="no"))
        def wait_for_office_hours(self, a: str, p: str) -> None:
            self.fired("wait-for-office-hours", "person", a, p)
            self.fired("no-mail-instead-of-the-call", "person", a, p)

        @Rule(Person(app=MATCH.a, id=MATCH.p, policy="closed"))
        def person_wants_no_contact(self, a: str, p: str) -> None:
            self.fired("person-wants-no-contact", "person", a, p)

        @Rule(Person(app=MATCH.a, id=MATCH.p, spoken_for="yes"), Application(app=MATCH.a, status=alive))
        def through_the_contact_only(self, a: str, p: str) -> None:
            self.fired("through-the-contact-only", "person", a, p)

        @Rule(Inside(app=MATCH.a, person=MATCH.p), Person(app=MATCH.a, id=MATCH.p, news_asked=1))
        def inside_contact_asked_once(self, a: str, p: str) -> None:
            self.fired("inside-contact-asked-once", "person", a, p)

        @Rule(
            Inside(app=MATCH.a, person=MATCH.p),
            Person(app=MATCH.a, id=MATCH.p, news_asked=P(lambda count: count >= 2)),
        )
        def inside_contact_pestered(self, a: str, p: str) -> None:
            self.fired("inside-contact-pestered", "person", a, p)

        @Rule(
            Application(app=MATCH.a, status="accepted", connection_asked="no"),
            Person(app=MATCH.a, id=MATCH.p, linkedin="yes"),
            Met(app=MATCH.a, person=MATCH.p),
        )
        def connect_now(self, a: str, p: str) -> None:
            self.fired("connect-now", "person", a, p)

        @Rule(FollowUpOpen(app=MATCH.a), Addressee(app=MATCH.a, person=MATCH.p))
        def follow_up(self, a: str, p: str) -> None:
            self.fired("follow-up", "person", a, p)

        @Rule(
            FollowUpOpen(app=MATCH.a),
            Addressee(app=MATCH.a, person=MATCH.p, role=L("recruiter") | L("agency_recruiter")),
        )
        def follow_up_with_the_recruiter(self, a: str, p: str) -> None:
            self.fired("follow-up-with-the-recruiter", "person", a, p)

        @Rule(FollowUpOpen(app=MATCH.a), Addressee(app=MATCH.a, person=MATCH.p, role="hiring_manager"))
        def follow_up_with_the_manager(self, a: str, p: str) -> None:
            self.fired("follow-up-with-the-manager", "person", a, p)

        # --- thanks ---
        @Rule(
            AS.fact << Thankable(app=MATCH.a, person=MATCH.p, age=P(lambda age: 2 * _HOUR <= age <= 2 * DAY)),
            Person(app=MATCH.a, id=MATCH.p, spoken_for="no"),
        )
        def thank_you_note(self, fact: Any, a: str, p: str) -> None:
            self.fired("thank-you-note", "interviewer", a, p, fact["ended"] + 2 * DAY, fact["interview"])

        @Rule(
            AS.fact << Thankable(app=MATCH.a, person=MATCH.p, age=P(lambda age: 2 * DAY < age <= _WEEK)),
            Person(app=MATCH.a, id=MATCH.p, spoken_for="no"),
        )
        def thank_you_late(self, fact: Any, a: str, p: str) -> None:
            self.fired("thank-you-late", "interviewer", a, p, fact["ended"] + _WEEK, fact["interview"])

        @Rule(
            AS.fact
            << Thankable(app=MATCH.a, person=MATCH.p, ended=MATCH.ended, age=P(lambda age: 2 * _HOUR <= age <= _WEEK)),
            Person(app=MATCH.a, id=MATCH.p, spoken_for="yes"),
            Application(app=MATCH.a, wrote=MATCH.wrote),
            TEST(lambda wrote, ended: wrote is None or wrote < ended),
        )
        def thanks_through_the_contact(self, fact: Any, a: str, p: str, ended: int, wrote: int | None) -> None:
            self.fired("thanks-through-the-contact", "interviewer", a, p, ended + 2 * DAY, fact["interview"])

        @Rule(
            AS.fact << Thankable(app=MATCH.a, person=MATCH.p, age=P(lambda age: age <= _WEEK)),
            Person(app=MATCH.a, id=MATCH.p, named="no"),
        )
        def find_the_name_first(self, fact: Any, a: str, p: str) -> None:
            self.fired("find-the-name-first", "interviewer", a, p, fact["ended"] + 2 * DAY, fact["interview"])

        @Rule(
            AS.fact << Interview(app=MATCH.a, id=MATCH.i, age=P(lambda age: age <= _WEEK)),
            Application(app=MATCH.a, status=open_),
            NOT(Interviewer(app=MATCH.a, interview=MATCH.i)),
        )
        def find_the_interviewers_first(self, fact: Any, a: str, i: str) -> None:
            self.fired("find-the-interviewers-first", "interview", a, i, fact["ended"] + 2 * DAY)

    facts = Candidate, Application, Offer, Person, Interview, Interviewer, Thanks
    return Policy, {fact.__name__: fact for fact in facts}


class Experta:
    """See :class:`peer.protocol.Peer`."""

    name = "experta"
    package = "experta"
    says = (
        "No release since 2019 and no living successor on PyPI; needs frozendict 2.4 or later over its own pin.",
        "JSON, moments, local clocks and business days are prepared in Python.",
        "EXISTS ignores the bindings of its variables outside of it (wrong firings), so facts are declared instead.",
        "One NOT (an application without an offer) fires wrongly in 1 case of 500; a slot of the application replaces it.",
        "Aggregates of messages (the latest, how many, since when) are computed in Python, as it has no accumulate.",
        "Deadlines are computed in the rules' actions, which are Python.",
    )

    def load(self) -> None:
        """See :class:`peer.protocol.Peer`."""
        try:
            policy_class, self._facts = policy()
        except AttributeError as error:  # frozendict 1.2 asks for collections.Mapping
            raise ImportError(f"{error}: pip install 'frozendict>=2.4' after everything else") from error
        self._engine = policy_class()

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        """See :class:`peer.protocol.Peer`."""
        return [self._fire_case(prepared(raw)) for raw in cases]

    def _fire_case(self, case: Fields) -> list[Fired]:
        derive(case)
        engine, facts = self._engine, self._facts
        firings: list[Fired] = []
        engine.firings = firings
        engine.reset()
        for name, slots in _facts(case):
            engine.declare(facts[name](**slots))
        engine.run()
        engine.firings = []
        return list(firings)


def _facts(case: Fields) -> list[tuple[str, Fields]]:
    now, given = case["now"], case["candidate"]
    candidate = {
        "id": given["id"],
        "employed": _yes(given["employed"]),
        "quitting": _yes(given["considering_quitting"]),
        "searching": _yes(given["searching"]),
        "open_offers": given["open_offers"],
        "next_answer_by": given["next_answer_by"],
    }
    facts: list[tuple[str, Fields]] = [("Candidate", candidate)]
    for application in case["applications"]:
        _application(application, now, facts)
    return facts


def _application(application: Fields, now: int, facts: list[tuple[str, Fields]]) -> None:
    app, offer = application["id"], application["offer"]
    moments = {
        "wrote": application["last_wrote_at"],
        "heard": application["last_heard_at"],
        "rejected": application["rejected_at"],
    }
    ages = {f"{name}_age": None if moment is None else now - moment for name, moment in moments.items()}
    lately = (application["last_follow_up_at"], application["last_interview_at"], application["last_heard_at"])
    facts.append(
        (
            "Application",
            {
                "app": app,
                "status": application["status"] or "unknown",
                "policy": application["contact_policy"] or "unknown",
                "preferred": _yes(application["preferred"]),
                "offer": "none" if offer is None else "given",
                "held": _yes(application["last_interview_at"] is not None),
                "ahead": _yes(application["next_interview_at"] is not None),
                "next_at": application["next_interview_at"],
                "promised": _yes(application["promise_stands"]),
                "grace_over": application["reply_by_with_grace"],
                "answer_due": application["answer_due_at"],
                "overdue": _yes(application["answer_overdue"]),
                "used_up": _yes(application["used_up"]),
                "hopeful": _yes(any(moment is not None and moment <= now < moment + _WEEK for moment in lately)),
                "follow_ups": application["follow_ups"],
                "asked": application["last_follow_up_at"],
                "told_about_offer": _yes(application["told_about_offer"]),
                "told_of_withdrawal": _yes(application["told_of_withdrawal"]),
                "connection_asked": _yes(application["connection_asked"]),
                "answered": _yes(application["rejection_answered"]),
                **moments,
                **ages,
            },
        )
    )
    if offer is not None:
        facts.append(("Offer", _offer(offer, app, now)))
    for person in application["people"]:
        facts.append(("Person", _person(person, app)))
    for interview in application["interviews"]:
        if interview["took_place"]:
            ended = interview["ended_at"]
            facts.append(("Interview", {"app": app, "id": interview["id"], "ended": ended, "age": now - ended}))
        for who in interview["interviewers"]:
            slots = {
                "app": app,
                "interview": interview["id"],
                "person": who["person"],
                "attended": _yes(who["attended"]),
            }
            facts.append(("Interviewer", slots))
    facts.extend(_thanks(application, app))


def _thanks(application: Fields, app: str) -> list[tuple[str, Fields]]:
    """Thank-you notes, each with the interviews that were over by then. No two are equal, as experta merges equal facts."""
    given = {
        (message["person"], interview["id"])
        for message in application["sent"]
        if message["kind"] == "thank_you" and message["sent_at"] is not None
        for interview in application["interviews"]
        if message["sent_at"] >= interview["ended_at"]
    }
    return [("Thanks", {"app": app, "person": person, "interview": interview}) for person, interview in given]


def _offer(offer: Fields, app: str, now: int) -> Fields:
    signed, by, start_on = offer["signed_at"], offer["answer_by"], offer["start_on"]
    return {
        "app": app,
        "form": offer["form"] or "unknown",
        "conditional": _yes(offer["conditional"]),
        "strings": _yes(offer["form"] == "verbal" or offer["conditional"] is True),
        "signed_age": None if signed is None else now - signed,
        "answer_by": by,
        "answer_in": None if by is None else by - now,
        "received": offer["received_at"],
        "start_on": start_on,
        "begun": _yes(start_on is not None and start_on <= now),
    }


def _person(person: Fields, app: str) -> Fields:
    return {
        "app": app,
        "id": person["id"],
        "named": _yes(person["name"] is not None),
        "role": person["role"] or "unknown",
        "prefers": person["prefers"] or "unknown",
        "invited": _yes(person["invited_call"]),
        "policy": person["contact_policy"] or "unknown",
        "spoken_for": _yes(person["in_the_way"]),
        "linkedin": _yes("linkedin" in person["channels"]),
        "office": _yes(person["office_time"]),
        "news_asked": person["news_asked"],
    }


def _yes(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"


def peer() -> Experta:
    """The peer."""
    return Experta()
