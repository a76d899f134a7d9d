"""The policy written by hand in Python, without an engine: with the standard library and calendars only.

``json`` reads the bytes. Moments are parsed only if a rule needs them, and facts of pending applications are not computed for
applications that are over. Rules with shared conditions are grouped under them. Functions are longer here than elsewhere,
because every decision would pay for every call.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from .places import Place, place
from .protocol import Decided, Fired, Summary
from .ranking import FOLLOW_UPS, FORBIDDEN_BY, PLANS, STRENGTH

Fields = dict[str, Any]
#: Entity, application, interview and row, by their ids. Identifies and orders rows.
Key = tuple[str, str, str, str]


class Rule(NamedTuple):
    """The conclusion of a rule. Smaller values of ``order`` (the negated priority) and of ``strength`` come first."""

    order: int
    strength: int
    action: str
    forbids: bool
    safety: bool
    id: str


#: A rule, the row that it fired for, its target, and its deadline.
Firing = tuple[Rule, Key, Key, int | None]
#: A conclusion: its order, deadline, strength, action and target, by which it is sorted, and then its firings.
Conclusion = tuple[int, int, int, str, Key, list[Firing]]


class Ranking(NamedTuple):
    """The ranked conclusions and those set aside; by the id of a conclusion, those that it lost to, and its alternatives."""

    ranked: list[Conclusion]
    aside: list[Conclusion]
    lost_to: dict[int, list[Conclusion]]
    alternatives: dict[int, list[Conclusion]]


_RULES: Final = {
    id_: Rule(-plan.priority, STRENGTH[plan.modality], plan.action, plan.modality[-3:] == "not", plan.safety, id_)
    for id_, plan in PLANS.items()
}
_NEVER: Final = 1 << 39
#: The strengths of must_not and should_not.
_BANS: Final = (0, 2)
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_WEEK: Final = 7 * _DAY
_NO_MORE: Final = ("accepted", "rejected", "withdrawn")
_NOT_PENDING: Final = ("offered", *_NO_MORE)
_LOST: Final = ("rejected", "withdrawn")
_QUESTIONS: Final = ("follow_up", "status_question")

_from_iso = datetime.fromisoformat


def _at(text: str) -> int:
    """Whole seconds since 1970."""
    return int(_from_iso(text).timestamp())


def _deadline(text: str, here: Place) -> int:
    """A moment, or the last second of a day."""
    return here.end_of_day(text) if len(text) == 10 else int(_from_iso(text).timestamp())


@dataclass(slots=True)
class _Candidate:
    """Facts of all applications together."""

    now: int
    settled: bool
    next_answer_by: int | None


@dataclass(slots=True)
class _Application:
    """An application, and facts of it that are used in more than one place."""

    given: Fields
    id: str
    key: Key
    status: str | None
    open: bool
    closed: bool
    pending: bool
    place: tuple[str, str | None]
    here: Place
    offer: Fields | None
    firm: bool = False


def fire(raw: bytes) -> list[Firing]:
    """The firings of a case."""
    case = json.loads(raw)
    given, now, firings, rules = case["candidate"], _at(case["now"]), list[Firing](), _RULES
    zone, country = given.get("time_zone") or "UTC", given.get("country")
    signed = accepted = False
    open_offers = pending = 0
    answers: list[tuple[Key, int]] = []
    applications: list[_Application] = []
    for given_application in case.get("applications") or ():
        id_, status, offer = given_application["id"], given_application.get("status"), given_application.get("offer")
        key, at, open_ = (
            ("application", id_, "", id_),
            (given_application.get("time_zone") or zone, given_application.get("country") or country),
            True,
        )
        if status in _NO_MORE:
            open_ = False
            accepted = accepted or status == "accepted"
        closed, waiting, here = (
            given_application.get("contact_policy") == "closed",
            offer is None and status not in _NOT_PENDING,
            place(*at),
        )
        application = _Application(given_application, id_, key, status, open_, closed, waiting, at, here, offer)
        applications.append(application)
        if offer is None:
            continue
        row, signed_at = ("offer", id_, "", id_), offer.get("signed_at")
        form, conditional = offer.get("form"), offer.get("conditional")
        if status not in _LOST:
            if form == "verbal" or conditional is True:
                firings.append((rules["make-it-firm"], row, key, None))
            if form == "written" and conditional is False and signed_at is not None and _at(signed_at) <= now:
                application.firm = signed = True
        if open_ and signed_at is None:
            open_offers += 1
            text = offer.get("answer_by")
            if text is None:
                received = offer.get("received_at")
                due = None if received is None else _at(received) + 5 * _DAY
                firings.append((rules["answer-in-decent-time"], row, key, due))
            else:
                by = _deadline(text, here)
                firings.append((rules["answer-by-their-day"], row, key, by))
                if now < by:
                    answers.append((key, by))
    next_answer_by = min([by for _, by in answers]) if answers else None
    candidate = _Candidate(now, signed or accepted, next_answer_by)
    for application in applications:
        if candidate.settled:
            application.pending = False
        elif application.pending:
            pending += 1
    if pending:
        for key, by in answers:
            firings.append((rules["ask-for-time"], ("offer", *key[1:]), key, by))
    _of_candidate(given, signed, open_offers, next_answer_by, firings)
    for application in applications:
        _of_application(candidate, application, firings)
    return firings


def _of_candidate(
    given: Fields, signed: bool, open_offers: int, next_answer_by: int | None, firings: list[Firing]
) -> None:
    key, employed, rules = ("candidate", given["id"], "", given["id"]), given.get("employed"), _RULES
    if open_offers >= 2:
        firings.append((rules["weigh-them"], key, key, next_answer_by))
    if signed:
        if employed is True:
            firings.append((rules["give-notice-now"], key, key, None))
        return
    firings.append((rules["keep-interviewing"], key, key, None))
    firings.append((rules["search-not-stopped"], key, key, None))
    if given.get("searching") is False:
        firings.append((rules["take-the-search-up-again"], key, key, None))
    if employed is True:
        firings.append((rules["job-kept-until-signed"], key, key, None))
    elif employed is None:
        firings.append((rules["job-kept-if-there-is-one"], key, key, None))
    if employed is not False and given.get("considering_quitting") is True:
        firings.append((rules["job-kept-all-the-more"], key, key, None))


def _of_application(candidate: _Candidate, application: _Application, firings: list[Firing]) -> None:
    now, rules = candidate.now, _RULES
    given, key, status = application.given, application.key, application.status
    people = given.get("people") or ()
    messages = given.get("messages") or ()
    interviews = given.get("interviews") or ()
    via, is_open = given.get("contact_via"), application.open

    # Interviews: the last, the next, and the interviewers.
    last = ahead = None
    held: list[tuple[str, int, list[Any]]] = []
    interviewers: set[str] = set()
    for interview in interviews:
        who = interview.get("interviewers")
        if who:
            interviewers.update([entry if isinstance(entry, str) else entry["person"] for entry in who])
        if not is_open or interview.get("status") == "cancelled":
            continue
        ended_at = _at(interview["ended_at"])
        if ended_at > now:
            if ahead is None or ended_at < ahead:
                ahead = ended_at
            continue
        if now <= ended_at + _WEEK:
            held.append((interview["id"], ended_at, who or []))
        if last is None or ended_at > last:
            last = ended_at
    inside = {
        person["id"] for person in people if person.get("role") == "inside_contact" and person["id"] not in interviewers
    }

    # Messages: the last in each direction, and the questions.
    wrote = heard = rejected_at = None
    questions: list[int | None] = []
    asked_inside: list[str] = []
    thanks: list[tuple[str, int]] = []
    answers: list[int | None] = []
    told_of_offer = told_of_withdrawal = connection_asked = answered = False
    rejected = status == "rejected"
    for message in messages:
        direction, text, kind = message.get("direction"), message.get("sent_at"), message.get("kind")
        at = _at(text) if text is not None and (is_open or rejected) else None
        if direction == "sent":
            if at is not None and (wrote is None or at > wrote):
                wrote = at
            if kind in _QUESTIONS:
                person = message.get("person")
                if person in inside:
                    asked_inside.append(person)
                else:
                    questions.append(at)
            elif kind == "thank_you":
                if at is not None:
                    thanks.append((message.get("person"), at))
            elif kind == "offer_notice":
                told_of_offer = True
            elif kind == "withdrawal":
                told_of_withdrawal = True
            elif kind == "connection_request":
                connection_asked = True
            elif kind == "answer":
                answered = True
            if rejected:
                answers.append(at)
        elif direction == "received" and at is not None:
            if heard is None or at > heard:
                heard = at
            if kind == "rejection" and (rejected_at is None or at > rejected_at):
                rejected_at = at

    # The company.
    if application.closed:
        firings.append((rules["company-wants-no-contact"], key, key, None))
    follow_up_open = False
    if application.pending:
        if any("linkedin" in (person.get("channels") or ()) for person in people):
            firings.append((rules["connect-after-the-decision"], key, key, None))
        follow_up_open = _of_pending(
            candidate, application, last, ahead, wrote, heard, questions, told_of_offer, firings
        )
    elif is_open:
        _of_settled(candidate, application, told_of_withdrawal, firings)
    if is_open and told_of_withdrawal:
        firings.append((rules["nothing-left-after-withdrawing"], key, key, None))
    if status in _LOST:
        firings.append((rules["rejection-ends-it"], key, key, None))
        if rejected and not answered and (rejected_at is None or not any(at and at > rejected_at for at in answers)):
            if rejected_at is None:
                firings.append((rules["answer-the-rejection"], key, key, None))
            elif now <= rejected_at + _WEEK:
                firings.append((rules["answer-the-rejection"], key, key, rejected_at + _WEEK))
    elif status == "accepted" and not application.firm:
        firings.append((rules["get-it-signed"], key, key, None))

    # Thanks.
    if is_open:
        names = {person["id"]: person.get("name") for person in people}
        for interview_id, ended_at, who in held:
            if not who:
                row = ("interview", application.id, "", interview_id)
                firings.append((rules["find-the-interviewers-first"], row, row, ended_at + 2 * _DAY))
            elif not candidate.settled:
                for entry in who:
                    if isinstance(entry, str):
                        id_ = entry
                    elif entry.get("attended") is False:
                        continue
                    else:
                        id_ = entry["person"]
                    if any(thanked == id_ and at >= ended_at for thanked, at in thanks):
                        continue
                    row, target = (
                        ("interviewer", application.id, interview_id, id_),
                        ("person", application.id, "", id_),
                    )
                    if names[id_] is None:
                        firings.append((rules["find-the-name-first"], row, target, ended_at + 2 * _DAY))
                    if via is None or via == id_:
                        if now > ended_at + 2 * _DAY:
                            firings.append((rules["thank-you-late"], row, target, ended_at + _WEEK))
                        elif now >= ended_at + 2 * _HOUR:
                            firings.append((rules["thank-you-note"], row, target, ended_at + 2 * _DAY))
                    elif now >= ended_at + 2 * _HOUR and (wrote is None or wrote < ended_at):
                        target = ("person", application.id, "", via)
                        firings.append((rules["thanks-through-the-contact"], row, target, ended_at + 2 * _DAY))

    # People.
    invited, addressees = False, 0
    for person in people:
        id_, prefers, calls = person["id"], person.get("prefers"), person.get("invited_call") is True
        row = ("person", application.id, "", id_)
        if prefers == "email":
            firings.append((rules["stated-preference"], row, row, None))
            if calls:
                firings.append((rules["stated-preference-contradicted"], row, row, None))
        spoken_for = via is not None and via != id_
        if spoken_for and status not in _LOST:
            firings.append((rules["through-the-contact-only"], row, row, None))
        unwilling = person.get("contact_policy") == "closed"
        if unwilling:
            firings.append((rules["person-wants-no-contact"], row, row, None))
        if id_ in inside:
            count = asked_inside.count(id_)
            if count == 1:
                firings.append((rules["inside-contact-asked-once"], row, row, None))
            elif count:
                firings.append((rules["inside-contact-pestered"], row, row, None))
        elif follow_up_open and not spoken_for and not unwilling:
            addressees += 1
            firings.append((rules["follow-up"], row, row, None))
            role = person.get("role")
            if role == "hiring_manager":
                firings.append((rules["follow-up-with-the-manager"], row, row, None))
            elif role == "recruiter" or role == "agency_recruiter":
                firings.append((rules["follow-up-with-the-recruiter"], row, row, None))
            if calls or prefers == "phone":
                _of_callable(now, application, person, row, firings)
        invited = invited or calls or prefers == "phone"
        if (
            status == "accepted"
            and id_ in interviewers
            and not connection_asked
            and "linkedin" in (person.get("channels") or ())
        ):
            firings.append((rules["connect-now"], row, row, None))
    if follow_up_open:
        if not addressees:
            firings.append((rules["find-somebody-to-ask"], key, key, None))
        if not invited:
            firings.append((rules["nobody-invited-a-call"], key, key, None))


def _of_settled(candidate: _Candidate, application: _Application, notified: bool, firings: list[Firing]) -> None:
    """An application that is open but not pending: there is an offer, or the candidate has accepted another."""
    key, offer, rules = application.key, application.offer, _RULES
    if offer is not None and application.firm:
        start_on = offer.get("start_on")
        due = None if start_on is None else _deadline(start_on, application.here)
        if due is not None and due <= candidate.now:
            firings.append((rules["signed-and-begun"], key, key, None))
        else:
            firings.append((rules["signed-and-done"], key, key, due))
        return
    unsigned = offer is not None and offer.get("signed_at") is None
    if application.status == "offered" if offer is None else not unsigned:
        firings.append((rules["settle-the-offer"], key, key, None))
    if not notified:
        if candidate.settled:
            firings.append((rules["withdraw-elsewhere"], key, key, None))
        if application.closed and not unsigned:
            firings.append((rules["wait-where-no-contact-is-wanted"], key, key, None))


def _of_pending(
    candidate: _Candidate,
    application: _Application,
    last: int | None,
    ahead: int | None,
    wrote: int | None,
    heard: int | None,
    questions: list[int | None],
    told_of_offer: bool,
    firings: list[Firing],
) -> bool:
    """Fire the rules on waiting, asking and letting go. Returns whether a follow-up is due."""
    now, key, here, closed, rules = candidate.now, application.key, application.here, application.closed, _RULES
    given = application.given
    follow_ups = 0
    for at in questions:
        if at is None or ((heard is None or at > heard) and (last is None or at > last)):
            follow_ups += 1
    if follow_ups >= 2 and not closed:
        firings.append((rules["enough-follow-ups"], key, key, None))
    if (
        last is not None
        and candidate.next_answer_by is not None
        and not told_of_offer
        and given.get("preferred") is not False
    ):
        firings.append((rules["tell-the-others-about-it"], key, key, candidate.next_answer_by))

    reply_by = given.get("reply_by")
    promised = None if reply_by is None else _deadline(reply_by, here)
    stands = promised is not None and (last is None or promised >= last)
    if promised is not None and stands:
        overdue = now >= here.business_days_after(promised, 2)
    else:
        overdue = last is not None and now >= here.business_days_after(last, 5)
    just_wrote = wrote is not None and wrote <= now < wrote + _WEEK
    if overdue and follow_ups and just_wrote and wrote is not None:
        firings.append((rules["not-again-so-soon"], key, key, wrote + _WEEK))

    if ahead is not None:
        firings.append((rules["wait-for-the-next-interview"], key, key, ahead))
        return False
    if last is None:
        firings.append((rules["wait-for-an-interview"], key, key, None))
        return False
    if not overdue:
        if promised is not None and stands:
            due = here.business_days_after(promised, 2)
            firings.append((rules["wait-for-the-promised-day"], key, key, due))
        else:
            firings.append((rules["wait-for-an-answer"], key, key, here.business_days_after(last, 5)))
        return False
    just_heard = heard is not None and heard <= now < heard + _WEEK
    if follow_ups >= 2 or closed:
        last_asked = max((at for at in questions if at is not None), default=None)
        if just_heard or last + _WEEK > now or (last_asked is not None and last_asked <= now < last_asked + _WEEK):
            until = None if last_asked is None else last_asked + _WEEK
            firings.append((rules["wait-before-letting-go"], key, key, until))
        else:
            firings.append((rules["move-on"], key, key, None))
        return False
    if just_wrote and wrote is not None and (heard is None or heard <= wrote):
        firings.append((rules["wait-after-writing"], key, key, wrote + _WEEK))
    if just_heard and heard is not None and (wrote is None or wrote < heard):
        firings.append((rules["wait-after-hearing"], key, key, heard + _WEEK))
    return not (just_wrote or just_heard)


def _of_callable(now: int, application: _Application, person: Fields, row: Key, firings: list[Firing]) -> None:
    """Fire the rules for an addressee who invited or prefers a call, in office time on their clock."""
    zone, country = application.place
    prefers, rules = person.get("prefers"), _RULES
    if place(person.get("time_zone") or zone, person.get("country") or country).office_time(now):
        if prefers == "phone":
            firings.append((rules["call-who-prefers-it"], row, row, None))
        if person.get("invited_call") is True and prefers != "email":
            firings.append((rules["call-who-invited-it"], row, row, None))
    elif prefers == "phone":
        firings.append((rules["wait-for-office-hours"], row, application.key, None))
        firings.append((rules["no-mail-instead-of-the-call"], row, row, None))


def rank(fired: list[Firing]) -> Ranking:
    """Rank the firings: merge those with the same conclusion, settle conflicts, keep one follow-up per application."""
    groups: dict[tuple[str, bool, Key], list[Firing]] = {}
    for firing in fired:
        rule = firing[0]
        key = rule[2], rule[3], firing[2]
        if key in groups:
            groups[key].append(firing)
        else:
            groups[key] = [firing]
    conclusions: list[Conclusion] = []
    bans: list[Conclusion] = []
    follow_ups = contacts = 0
    for (action, forbids, target), group in groups.items():
        if len(group) == 1:
            rule, _, _, due = group[0]
            order, strength = rule[0], rule[1]
        else:
            order = min([firing[0][0] for firing in group])
            strength = min([firing[0][1] for firing in group])
            due = min([firing[3] for firing in group if firing[3] is not None], default=None)
        conclusion: Conclusion = order, _NEVER if due is None else due, strength, action, target, group
        conclusions.append(conclusion)
        if forbids:
            bans.append(conclusion)
        elif action in FORBIDDEN_BY:
            contacts += 1
            follow_ups += action in FOLLOW_UPS
    conclusions.sort()
    lost_to = _settle(conclusions, bans) if bans and contacts else {}
    if not lost_to and follow_ups < 2:
        return Ranking(conclusions, [], {}, {})
    ranked: list[Conclusion] = []
    aside: list[Conclusion] = []
    leaders: dict[str, Conclusion] = {}
    alternatives: dict[int, list[Conclusion]] = {}
    for conclusion in conclusions:
        _, _, strength, action, target, _ = conclusion
        if id(conclusion) in lost_to:
            aside.append(conclusion)
        elif action in FOLLOW_UPS and strength not in _BANS:
            leader = leaders.setdefault(target[1], conclusion)
            if leader is conclusion:
                ranked.append(conclusion)
            else:
                alternatives.setdefault(id(leader), []).append(conclusion)
        else:
            ranked.append(conclusion)
    return Ranking(ranked, aside, lost_to, alternatives)


def _settle(conclusions: list[Conclusion], bans: list[Conclusion]) -> dict[int, list[Conclusion]]:
    """The conclusions that each lost to. The higher priority wins; with equal priority, or for safety, the ban wins."""
    lost_to: dict[int, list[Conclusion]] = {}
    for advice in conclusions:
        order, _, strength, action, target, _ = advice
        if action not in FORBIDDEN_BY or strength in _BANS:
            continue
        family = FORBIDDEN_BY[action]
        for ban in bans:
            other = ban[4]
            if ban[3] in family and (
                target == other or other[0] == "candidate" or (other[0] == "application" and other[1] == target[1])
            ):
                if ban[0] <= order or any(firing[0].safety for firing in ban[5]):
                    lost_to.setdefault(id(advice), []).append(ban)
                else:
                    lost_to.setdefault(id(ban), []).append(advice)
    for lost in lost_to.values():
        lost.sort()
    return lost_to


class HandWritten:
    """See :class:`peer.protocol.Decides`."""

    name = "hand-written Python"
    package = ""
    says = (
        "The standard json module, zoneinfo and holidays. It ranks by itself, together with firing.",
        "It checks nothing: a case with mistakes gives a traceback or, worse, an answer.",
        "A change of the policy is a change of the program. It gives no reasons, no plan over time and no what-ifs.",
    )

    def load(self) -> None:
        """Nothing to do besides the imports above."""

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        """See :class:`peer.protocol.Peer`."""
        return [[(rule.id, "/".join(row), due) for rule, row, _, due in fire(raw)] for raw in cases]

    def decide(self, cases: Sequence[bytes]) -> list[object]:
        """See :class:`peer.protocol.Decides`."""
        return [rank(fire(raw)) for raw in cases]

    def summary(self, decided: Any) -> Decided:
        """See :class:`peer.protocol.Decides`."""
        return list(_summaries(decided, decided.ranked)), list(_summaries(decided, decided.aside))


_MODALITIES: Final = tuple(STRENGTH)


def _summaries(ranking: Ranking, conclusions: list[Conclusion]) -> Iterator[Summary]:
    for conclusion in conclusions:
        order, due, strength, action, target, fired = conclusion
        yield (
            action,
            _MODALITIES[strength],
            "/".join(target),
            -order,
            None if due == _NEVER else due,
            tuple(sorted(firing[0].id for firing in fired)),
            tuple((other[3], "/".join(other[4])) for other in ranking.alternatives.get(id(conclusion), ())),
            tuple((other[3], "/".join(other[4])) for other in ranking.lost_to.get(id(conclusion), ())),
        )


def peer() -> HandWritten:
    """The peer."""
    return HandWritten()
