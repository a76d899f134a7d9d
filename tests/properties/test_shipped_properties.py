"""The properties of the shipped pack and its profiles that are stated in Python; docs/reference/properties.md has all 44.

The invariants that the packs state themselves are items of ``rules/``, where they are tried on drawn cases.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import shipped_cases
import tactful
from answering import answer
from draws import draws
from shipped_cases import shipped
from tactful.decide.conclusions import Conclusion
from tactful.facts.kinds import DAY, HOUR, Elapsed, parse_duration
from tactful.facts.rows import inside, nearest_calendar, row_key
from tactful.testing import cases

Plain = dict[str, Any]
PACKS = {name: shipped(name) for name in shipped_cases.PACKS}
SOME = draws(60)
CASES = st.deferred(lambda: cases(PACKS["default"]))  # takes a second to make, which not every process needs
ENDED = ("rejected", "withdrawn")


@pytest.fixture(scope="module", params=PACKS)
def pack(request: pytest.FixtureRequest) -> tactful.Policy:
    return PACKS[request.param]


def _recommended(decision: tactful.Decision) -> list[Conclusion]:
    """All recommendations, alternatives among them."""
    return [
        alternative
        for conclusion in decision.ranking.ranked
        if not conclusion.prohibits
        for alternative in (conclusion, *conclusion.alternatives)
    ]


def _names(decision: tactful.Decision, *actions: str) -> set[tuple[Any, ...]]:
    """Recommendations as plain values; of these actions and their families, where any are named."""
    catalogue = decision.context.checked.actions
    return {
        (conclusion.action, conclusion.modality, conclusion.due, *row_key(conclusion.target))
        for conclusion in _recommended(decision)
        if not actions or set(actions) & set(catalogue[conclusion.action].family)
    }


def _vetoes(decision: tactful.Decision, action: str) -> bool:
    return any(conclusion.prohibits and conclusion.action == action for conclusion in decision.ranking.ranked)


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _moved(value: Any, change: Callable[[datetime], datetime]) -> Any:
    """The same data with every moment changed."""
    if isinstance(value, dict):
        return {key: _moved(part, change) for key, part in value.items()}
    if isinstance(value, list):
        return [_moved(part, change) for part in value]
    if isinstance(value, str) and len(value) > 18 and value[10] == "T":
        return change(datetime.fromisoformat(value)).isoformat()
    return value


def _with(case: Plain, part: str, **fields: Any) -> Plain:
    """The case with fields of every application, or of every row of a part of it, set."""
    if part == "application":
        return {**case, "applications": [{**application, **fields} for application in case["applications"]]}
    applications = [
        {**application, part: [{**row, **fields} for row in application[part]]}
        if application.get(part)
        else application
        for application in case["applications"]
    ]
    return {**case, "applications": applications}


@SOME
@given(case=CASES)
def test_every_drawn_case_can_be_read(case: Plain) -> None:
    """Drawn cases are valid, also when written as text."""
    PACKS["default"].read(json.dumps(case))


@SOME
@given(case=CASES)
def test_p01_p23_resigning_needs_a_signed_offer(pack: tactful.Policy, case: Plain) -> None:
    """P01, P23: forbidden to the employed unless an offer is firm; each step down the ladder forbids it at once."""
    case = {**case, "candidate": {**case["candidate"], "employed": True, "notice_given": None, "counter_offer": None}}
    now = case["now"]
    signed = {
        "form": "written",
        "signed_at": now,
        "conditional": False,
        "start_on": _later(now, 60 * DAY).isoformat(),
    }
    one: Plain = {"id": "z", "offer": signed}
    firm = pack.decide({**case, "applications": [*case["applications"], one]}, now=_later(now, 1))
    assert not _vetoes(firm, "resign")
    for loose in (
        {"form": "verbal"},
        {"signed_at": None},
        {"conditional": True},
        {"conditional": None},
        {"conditions": ["references"]},
        {"withdrawn_at": now},
    ):
        weaker = {**case, "applications": [{**one, "offer": {**signed, **loose}}]}
        assert _vetoes(pack.decide(weaker), "resign")
    for ended in ENDED:
        assert _vetoes(pack.decide({**case, "applications": [{**one, "status": ended}]}), "resign")


def _later(now: str, seconds: int) -> datetime:
    return datetime.fromisoformat(now) + timedelta(seconds=seconds)


@SOME
@given(case=CASES)
def test_p02_a_contradiction_is_reported(pack: tactful.Policy, case: Plain) -> None:
    """P02: an invitation to call and a wish for email: no call, and a rule that names both."""
    decision = pack.decide(_with(case, "people", prefers="email", invited_call=True))
    assert not _names(decision, "call")
    people = sum(len(application.get("people", ())) for application in case["applications"])
    rules = [reason.rule for advice in decision.actions if advice.action == "call" for reason in advice.because]
    assert rules.count("stated-preference-contradicted") == people


@SOME
@given(case=CASES)
def test_p03_nothing_known_means_writing(pack: tactful.Policy, case: Plain) -> None:
    """P03: where nothing is known, a call is at most another way beside a mail; `phone-friendly` calls unasked."""
    decision = pack.decide(_with(case, "people", prefers=None, invited_call=None, channels=None))
    if pack.name != "phone-friendly":
        calls = [advice for advice in decision.actions if advice.action == "call"]
        assert all(advice.modality.endswith("not") for advice in calls)


def test_p10_the_catalogue_has_no_gifts_visits_or_invitations(pack: tactful.Policy) -> None:
    """P10: what is not in the catalogue cannot be advised; this is all of it."""
    assert set(pack.checked.actions) == {
        *(
            "contact",
            "write",
            "thank_you_note",
            "thanks_through_contact",
            "ask_for_news",
            "follow_up",
            "email_follow_up",
        ),
        *("call", "connect", "offer_contact", "tell_about_offer", "answer_offer", "ask_in_writing", "ask_for_contract"),
        *("ask_for_time", "ask_if_offer_stands", "ask_about_conditions", "ask_about_start", "withdraw"),
        *(
            "reply_to_withdrawn_offer",
            "ask_what_they_will_do",
            "check_offer",
            "check_conditions",
            "get_ready",
            "settle_in",
        ),
        *("have_contract_checked", "hand_in_papers", "tell_referees", "take_notice_back", "agree_move"),
        *("reply_to_rejection", "find_name", "find_interviewers", "find_contact", "wait", "move_on", "weigh_offers"),
        *("keep_searching", "leave_any_job", "resign", "give_notice", "thank_for_offer", "think_hard"),
        *("search_again", "ask_in_writing_again", "hold_notice", "accept_help"),
        *("draft_note", "update_helper", "correct_mistake", "find_address", "company_contact", "get_back_in_touch"),
        *("thank_for_update", "recall_talk", "consider_applying", "call_once_more", "tell_contact"),
        *("ask_for_feedback", "offer_times", "apologise", "ask_for_new_time", "answer_message", "accept_request"),
        *(
            "ask_for_day",
            "ask_about_call",
            "be_reachable",
            "ask_if_still_on",
            "return_call",
            "ask_to_come_back",
            "call_off_interview",
        ),
        *("prepare", "find_out", "hand_over", "hand_in_task", "send_references", "send_documents", "tell_own_manager"),
        *("accept_offer", "decline_offer", "take_back_yes", "ask_for_terms", "ask_about_difference", "ask_about_terms"),
        *("book_medical", "name_referees", "weigh_counter_offer", "decline_counter_offer", "settle_leaving"),
        "talk_to_manager",
        *(("tell_the_agent",) if pack.name == "agency" else ()),
    }


@SOME
@given(case=CASES)
def test_p14_p34_advice_has_begun(pack: tactful.Policy, case: Plain) -> None:
    """P14, P34: advice of now has opened by now; what is to be kept up until a moment has not passed it."""
    decision = pack.decide(case)
    for action in decision.actions:
        if action.opens is not None:
            assert action.opens.timestamp() <= decision.at.timestamp()
        if action.due is not None and action.due_means == "until":
            assert action.due.timestamp() >= decision.at.timestamp()


@SOME
@given(case=CASES)
def test_p16_thanks_are_due_within_the_packs_time(pack: tactful.Policy, case: Plain) -> None:
    """P16: in elapsed time; sooner where they decide sooner, and on the day when people are back where nobody is at work then.

    In Japan, within a day.
    """
    decision = pack.decide(_with(case, "application", reply_by=None))
    rule = next(rule for rule in pack.checked.rules if rule.id == "thank-you-note")
    parameters = {one.name: one.value for one in pack.checked.parameters}
    usual, at_once = (parse_duration(parameters[name]) for name in ("thank_you_within", "thank_you_at_once"))
    assert isinstance(usual, Elapsed)
    assert isinstance(at_once, Elapsed)
    for conclusion in _recommended(decision):
        for no, row, due in conclusion.firings:
            if no != rule.no:
                continue
            end, calendar = getattr(row, "interview").ended_at, nearest_calendar(row)  # noqa: B009
            assert row.application is not None
            in_japan = (row.application.country or row.application.candidate.country) == "JP"
            within = at_once if in_japan else usual
            back_at_work = calendar.office_time(end + within.seconds)
            assert due is not None
            if back_at_work == end + within.seconds:
                assert due == end + within.seconds
            elif due > back_at_work:  # no working day lay in between, so that the whole day counts
                assert due == back_at_work + 8 * HOUR
                assert calendar.office_time(calendar.add_business_days(end, 1)) >= back_at_work
            else:
                assert end + 2 * HOUR <= due <= back_at_work
                assert calendar.office_time(due) == due or due == end + 2 * HOUR


@SOME
@given(case=CASES, days=st.integers(1, 30))
def test_p21_a_later_promise_opens_nothing(pack: tactful.Policy, case: Plain, days: int) -> None:
    """P21: where a promise stands and they put it off, nobody is to be asked who was not before.

    An application that has been given up is left out: with a later promise, the silence is not too old for a question.
    """
    before = pack.decide(case)
    given_up = {row_key(each.target)[1] for each in _recommended(before) if each.action == "move_on"}
    later = [
        {
            **application,
            "reply_by": (datetime.fromisoformat(application["reply_by"]) + timedelta(days=days)).isoformat(),
        }
        if "reply_by" in application and _stands(application) and application["id"] not in given_up
        else application
        for application in case["applications"]
    ]
    after = pack.decide({**case, "applications": later})
    assert _names(after, "ask_for_news") <= _names(before, "ask_for_news")


def _stands(application: Plain) -> bool:
    """Whether no interview, past or to come, is later than the promise."""
    ends = [
        _seconds(interview["ended_at"])
        for interview in application.get("interviews", ())
        if interview.get("status") != "cancelled"
    ]
    return _seconds(application["reply_by"]) >= max(ends, default=0)


PATIENT = tactful.loads(
    """
extends: default
parameters:
  {grace_after_promise: 6 business days, first_follow_up_after: 12 business days, gap_between_messages: 12 days,
   follow_ups_at_most: 1, calls_from: "10:00", calls_until: "16:00"}
"""
)
HASTY = tactful.loads(
    """
extends: default
parameters:
  {grace_after_promise: 0 days, first_follow_up_after: 1 hours, gap_between_messages: 1 hours, follow_ups_at_most: 50,
   move_on_after: 1 hours, thank_you_not_before: 0 hours, thank_you_within: 90 days, thank_you_late_until: 200 days,
   calls_from: "00:00", calls_until: "23:59", answer_offer_within: 90 days, rejection_reply_within: 52 weeks}
"""
)


@SOME
@given(case=CASES)
def test_p21_more_patience_opens_nothing(case: Plain) -> None:
    """P21: a longer grace, a longer gap, shorter hours and fewer follow-ups ask nobody who was not to be asked."""
    impatient, patient = (_names(policy.decide(case), "ask_for_news") for policy in (PACKS["default"], PATIENT))
    assert {(name[0], *name[3:]) for name in patient} <= {(name[0], *name[3:]) for name in impatient}


@SOME
@given(case=CASES)
def test_p44_looser_figures_keep_all_safety(case: Plain) -> None:
    """P44: every safety prohibition of the pack is there however loose its figures are."""
    found = [
        {
            (conclusion.action, *row_key(conclusion.target))
            for conclusion in policy.decide(case).ranking.ranked
            if conclusion.safety
        }
        for policy in (PACKS["default"], HASTY)
    ]
    assert found[0] == found[1]


@SOME
@given(case=CASES)
def test_p22_strings_attached_keep_the_job(pack: tactful.Policy, case: Plain) -> None:
    """P22: a condition on every offer forbids resigning, and adds no contact but the request for a firm one."""
    outside = _with(case, "application", internal=None)["applications"]
    tied = [
        {**application, "offer": {**application["offer"], "conditional": True}}
        if "offer" in application
        else application
        for application in outside
    ]
    employed = {**case["candidate"], "employed": True, "notice_given": None}
    after = pack.decide({**case, "candidate": employed, "applications": tied})
    assert _vetoes(after, "resign")
    assert not _names(after, "resign")


@cache
def _without_days_off(name: str) -> tactful.Policy:
    """A shipped pack in a calendar of weeks alone."""
    base = name if name == "default" else f"profile:{name}"
    return tactful.loads(f"extends: {base}\ncalendars: {{default: {{days off: []}}}}")


@SOME
@given(case=CASES, weeks=st.sampled_from([-3, -1, 1, 2, 6]))
def test_p24_weeks_move_everything_alike(pack: tactful.Policy, case: Plain, weeks: int) -> None:
    """P24: by whole weeks, where no clock changes and nothing is celebrated, nor any office closed between the years."""
    placeless, policy = _placeless(case), _without_days_off(pack.name)
    before = policy.decide(placeless)
    after = policy.decide(_moved(placeless, lambda moment: moment + timedelta(weeks=weeks)))
    shifted = {
        (action, modality, None if due is None else due + weeks * 7 * DAY, *rest)
        for action, modality, due, *rest in _names(before)
    }
    assert _names(after) == shifted


def _placeless(case: Plain) -> Plain:
    """All in UTC, with no country."""
    gone = ("time_zone", "country")

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: bare(part) for key, part in value.items() if key not in gone}
        return [bare(part) for part in value] if isinstance(value, list) else value

    moved: Plain = _moved(bare(case), lambda moment: moment.astimezone(UTC))
    return moved


@SOME
@given(case=CASES, name=st.sampled_from(["Zed", "An", "…"]))
def test_p26_names_rank_nothing(pack: tactful.Policy, case: Plain, name: str) -> None:
    """P26: other names for all who have one change no action, order or deadline."""
    renamed = {
        **case,
        "applications": [
            {
                **application,
                "company": name,
                "people": [
                    {**person, "name": name + person["name"]} if "name" in person else person
                    for person in application["people"]
                ],
            }
            if "people" in application
            else {**application, "company": name}
            for application in case["applications"]
        ],
    }
    assert _order(pack.decide(renamed)) == _order(pack.decide(case))


def _order(decision: tactful.Decision) -> list[tuple[Any, ...]]:
    return [
        (conclusion.prohibits, conclusion.action, conclusion.modality, conclusion.due, *row_key(conclusion.target))
        for conclusion in decision.ranking.ranked
    ]


@SOME
@given(case=CASES, hours=st.integers(-11, 13))
def test_p27_the_same_instants_decide_alike(pack: tactful.Policy, case: Plain, hours: int) -> None:
    """P27: at other offsets from UTC."""
    other = timedelta(hours=hours)
    rewritten = _moved(case, lambda moment: (moment.astimezone(UTC) + other).replace(tzinfo=timezone(other)))
    assert answer(pack.decide(rewritten)) == answer(pack.decide(case))


@SOME
@given(case=CASES)
def test_p27_the_other_side_keeps_its_own_clock(pack: tactful.Policy, case: Plain) -> None:
    """P27: where all applications say where they are, the candidate may be anywhere."""
    placed = _with(case, "application", time_zone="Europe/Dublin", country="IE")
    moved = {**placed, "candidate": {**placed["candidate"], "time_zone": "Asia/Kolkata", "country": "IN"}}
    assert _order(pack.decide(moved)) == _order(pack.decide(placed))


@SOME
@given(case=CASES)
def test_p28_applications_mind_their_own_business(pack: tactful.Policy, case: Plain) -> None:
    """P28: without offers and acceptances, which concern all, each is decided as if it were alone.

    A way back after a withdrawal is left out: it is for candidates who have no other application.
    """
    quiet = [
        {key: value for key, value in application.items() if key != "offer"}
        for application in case["applications"]
        if application.get("status") != "accepted"
    ]
    together = _order(pack.decide({**case, "applications": quiet}))
    for application in quiet:
        alone = _order(pack.decide({**case, "applications": [application]}))
        assert _of_application(together, application["id"]) == _of_application(alone, application["id"])


def _of_application(order: list[Any], application: str) -> list[Any]:
    return [entry for entry in order if entry[5] in (application, "") and entry[1] != "ask_to_come_back"]


@SOME
@given(case=CASES)
def test_p29_p30_one_more_interviewer_or_round(pack: tactful.Policy, case: Plain) -> None:
    """P29, P30: a further interviewer concerns that person alone; a further round takes no thanks away and ends questions."""
    assume(any(application.get("interviews") for application in case["applications"]))
    first = next(application for application in case["applications"] if application.get("interviews"))
    # a further round after a rejection shows that it was none, and opens the application again
    assume(not any(message.get("kind") == "rejection" for message in first.get("messages", ())))
    # where the agent wants no contact, somebody new may change through whom thanks go
    assume(
        pack.name != "agency"
        or not any(
            person.get("role") == "agency_recruiter" and person.get("contact_policy") == "closed"
            for person in first.get("people", ())
        )
    )
    held = first["interviews"][0]
    # in academia, a fourth interviewer makes a committee, which is thanked through its chair
    assume(pack.name != "academia" or len(held.get("interviewers", [])) != 3)
    before = pack.decide(case)
    more = {**held, "interviewers": [*held.get("interviewers", []), "new"]}
    grown = {
        **first,
        "people": [*first.get("people", []), {"id": "new", "name": "New"}],
        "interviews": [more, *first["interviews"][1:]],
    }
    after = pack.decide(_replaced(case, first, grown))
    kinds = ("thank_you_note", "find_name")
    assert {name for name in _names(after, *kinds) if name[-1] != "new"} == _names(before, *kinds)
    ahead = {"id": "next", "ended_at": (datetime.fromisoformat(case["now"]) + timedelta(days=9)).isoformat()}
    longer = pack.decide(_replaced(case, first, {**first, "interviews": [*first["interviews"], ahead]}))
    # thanks that would have gone along with a question go in a note again, as the question waits
    assert _names(longer, *kinds) >= _names(before, *kinds)
    assert not [name for name in _names(longer, "ask_for_news") if name[4] == first["id"]]


def _replaced(case: Plain, old: Plain, new: Plain) -> Plain:
    return {
        **case,
        "applications": [new if application is old else application for application in case["applications"]],
    }


@SOME
@given(case=CASES)
def test_p32_nothing_advised_is_forbidden(pack: tactful.Policy, case: Plain) -> None:
    """P32: no recommendation stands beside a prohibition of its family; what lost names the rules that defeated it."""
    decision = pack.decide(case)
    catalogue = pack.checked.actions
    forbidden = [conclusion for conclusion in decision.ranking.ranked if conclusion.prohibits]
    for conclusion in _recommended(decision):
        assert not [
            prohibition
            for prohibition in forbidden
            if prohibition.action in catalogue[conclusion.action].family
            and inside(conclusion.target, prohibition.target)
        ]
    for lost in decision.set_aside:
        assert lost.by
        assert all(winner.because for winner in lost.by)


@SOME
@given(case=CASES)
def test_p33_all_advice_has_its_reasons(pack: tactful.Policy, case: Plain) -> None:
    """P33: every conclusion names a rule, and facts that no rule reads leave everything as it is."""
    decision = pack.decide(case)
    ids = {rule.id for rule in pack.checked.rules}
    for action in decision.actions:
        assert action.because
        assert {reason.rule for reason in action.because} <= ids
    read = {(field.entity, field.name) for field in pack.decider.fields}
    bare = case
    for part, entity in (("people", "person"), ("messages", "message"), ("interviews", "interview")):
        unread = {name for application in case["applications"] for row in application.get(part, ()) for name in row} - {
            *("id", "interviewers", "ended_at", "person", "time_zone", "country"),
            *(name for owner, name in read if owner == entity),
        }
        bare = _with(bare, part, **dict.fromkeys(unread))
    assert _order(pack.decide(bare)) == _order(decision)


@SOME
@given(case=CASES)
def test_p35_calls_are_rehearsed(pack: tactful.Policy, case: Plain) -> None:
    """P35: both rehearsals with every call, and with nothing else."""
    for action in pack.decide(case).actions:
        rehearsals = [step for step in action.steps if step.startswith("Practise")]
        assert len(rehearsals) == (2 if action.action == "call" and not action.modality.endswith("not") else 0)


@SOME
@given(case=CASES)
def test_p36_p37_a_note_has_one_addressee_and_can_be_read(pack: tactful.Policy, case: Plain) -> None:
    """P36, P37: one person; without a name, finding it comes first; by hand only where that can be read."""
    decision = pack.decide(case)
    legible = case["candidate"].get("handwriting_legible")
    for action in decision.actions:
        if action.action != "thank_you_note":
            continue
        assert action.target.entity == "person"
        assert any("by hand" in step.lower() for step in action.steps) == (legible is True)
        named = any(step.startswith("Address it to") for step in action.steps)
        if not named:
            searches = [
                other for other in decision.actions if other.action == "find_name" and other.target == action.target
            ]
            assert [find for find in searches if find.application == action.application and find.rank < action.rank]


@SOME
@given(case=CASES, field=st.sampled_from(["employed", "conditional", "invited_call"]))
def test_p38_unknown_is_not_no(pack: tactful.Policy, case: Plain, field: str) -> None:
    """P38: not knowing never brings about a call or a resignation that one of the answers forbids."""
    unknown, yes, no = (pack.decide(_answered(case, field, value)) for value in (None, True, False))
    for action in ("resign", "call"):
        forbidden = [
            conclusion
            for conclusion in (*yes.ranking.ranked, *no.ranking.ranked)
            if conclusion.prohibits and conclusion.action == action
        ]
        where = {row_key(conclusion.target) for conclusion in forbidden}
        if pack.name != "phone-friendly" or action == "resign":
            advised = [conclusion for conclusion in _recommended(unknown) if conclusion.action == action]
            assert not [conclusion for conclusion in advised if row_key(conclusion.target) in where]


def _answered(case: Plain, field: str, value: bool | None) -> Plain:
    if field == "employed":
        return {**case, "candidate": {**case["candidate"], field: value}}
    if field == "invited_call":
        return _with(case, "people", **{field: value})
    applications = [
        {**application, "offer": {**application["offer"], field: value}} if "offer" in application else application
        for application in case["applications"]
    ]
    return {**case, "applications": applications}


@SOME
@given(case=CASES)
def test_p19_p39_something_is_advised_of_every_open_application(pack: tactful.Policy, case: Plain) -> None:
    """P19, P39: be it to wait or to let go; an open application is never met with silence."""
    decision = pack.decide(case)
    for application in case["applications"]:
        rejected = any(message.get("kind") == "rejection" for message in application.get("messages", []))
        if application.get("status") not in ("accepted", *ENDED) and not rejected:
            assert [
                action
                for action in decision.actions
                if action.application == application["id"] and "not" not in action.modality
            ]


@SOME
@given(case=CASES)
def test_p41_the_same_facts_give_the_same_bytes(pack: tactful.Policy, case: Plain) -> None:
    """P41: read from a mapping, from text, and once more."""
    answer = pack.decide(case).to_json()
    assert pack.decide(json.dumps(case)).to_json() == answer
    assert pack.decide(pack.read(case)).to_json() == answer
