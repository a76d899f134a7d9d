"""A decision that takes too many steps is refused as a whole, by every door, and reported with a code."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given

import tactful
from drawn import cases, packs
from draws import draws
from tactful.batch.decide import Columnar
from tactful.batch.lines import Line
from tactful.batch.model import Options
from tactful.decide import ranker
from tactful.decide.timeline import timeline
from tactful.decide.work import Work
from tactful.engines import expiry
from tactful.engines.compiled import runtime
from tactful.engines.firings import RawFiring
from tactful.facts.rows import Case

NOW = "2026-11-20T12:00:00Z"
PAIRS = """
actions: {look: {about: Look.}}
facts:
  person.busy: {count: message, where: {message.sent_at: at most 40 days ago, WHERE}}
rules:
  r: {for each: person, when: {person.busy: at least 1}, then: {should: look}, by: none, because: So.}
"""
ANYBODY = PAIRS.replace("WHERE", "message.kind: thank_you")
OF_PERSON = PAIRS.replace("WHERE", "message.person: same as person.id")
SEARCHED = ANYBODY.replace("by: none, ", "")
#: For each message, a fact of the application that reads a person's fact about messages.
KEPT = """
actions: {look: {about: Look.}}
facts:
  person.busy: {count: message, where: {message.person: same as person.id}}
  application.busy: {exists: person, where: {person.busy: at least 3}}
rules:
  r: {for each: message, when: {application.busy: yes}, then: {should: look}, to: application, by: none, because: So.}
"""

MANY_LOSE = """
actions: {look: {about: Look.}}
rules:
  advise: {for each: person, when: {person.id: known}, then: {should: look}, because: So.}
  forbid: {for each: message, when: {message.kind: thank_you}, then: {should_not: look}, to: application, because: No.}
"""


def _case(size: int, id_: str = "kim") -> dict[str, Any]:
    """A case with so many people and messages, one for each of them."""
    return {
        "now": NOW,
        "candidate": {"id": id_, "time_zone": "Europe/Berlin"},
        "applications": [
            {
                "id": "a",
                "people": [{"id": f"p{no}"} for no in range(size)],
                "messages": [
                    {"person": f"p{no}", "kind": "thank_you", "direction": "sent", "sent_at": "2026-11-10T10:00:00Z"}
                    for no in range(size)
                ],
            }
        ],
    }


def _policy(text: str, **limits: int) -> tactful.Policy:
    return tactful.loads(text, limits=tactful.CaseLimits(**limits))


def _steps(policy: tactful.Policy, size: int) -> int:
    return policy.decider.work.steps(policy.read(_case(size)))


def test_steps_grow_with_what_is_looked_at() -> None:
    """Four times as many rows take sixteen times the steps where all pairs are looked at, and four times otherwise."""
    assert 15 < _steps(_policy(ANYBODY, steps=1), 400) / _steps(_policy(ANYBODY, steps=1), 100) <= 16
    assert _steps(_policy(OF_PERSON, steps=1), 400) / _steps(_policy(OF_PERSON, steps=1), 100) <= 4
    shipped = tactful.load(limits=tactful.CaseLimits(steps=1))
    assert _steps(shipped, 400) / _steps(shipped, 100) <= 4


def _messages_with_one_person(size: int) -> dict[str, Any]:
    case = _case(size)
    for message in case["applications"][0]["messages"]:
        message["person"] = "p0"
    return case


def test_what_an_application_reads_of_a_person_is_worked_out_once() -> None:
    """Rules for each message that read it take four times the steps; those that read the person's fact take sixteen."""
    anew = KEPT.replace("when: {application.busy: yes}", "when: {person.busy: at least 3}")
    growth = {}
    for text in (KEPT, anew):
        policy = _policy(text, steps=1)
        small, large = (policy.decider.work.steps(policy.read(_messages_with_one_person(size))) for size in (100, 400))
        growth[text] = large / small
    assert growth[KEPT] <= 4
    assert 12 < growth[anew] <= 16


def test_too_many_steps_are_an_error_with_a_place() -> None:
    """The error names the code, the fact that takes most, its place in the pack and what to do."""
    with pytest.raises(tactful.InvalidInput) as caught:
        _policy(ANYBODY, steps=10_000).decide(_case(100))
    (mistake,) = caught.value.diagnostics
    assert mistake.code == "T213"
    assert mistake.place() == "pack:4:3"
    assert "`person.busy`" in mistake.message
    assert mistake.help is not None
    assert "CaseLimits(steps=" in mistake.help
    needed = _steps(_policy(ANYBODY, steps=1), 100)
    assert len(_policy(ANYBODY, steps=needed).decide(_case(100)).actions) == 100


def test_the_shipped_rules_decide_on_cases_at_the_limits() -> None:
    """The other limits are reached first: all of one application's messages, people and interviews."""
    case = _case(500)
    own = case["applications"][0]
    own["messages"] *= 10
    own["interviews"] = [
        {"id": f"i{no}", "ended_at": "2026-11-10T10:00:00Z", "interviewers": [f"p{(no + k) % 500}" for k in range(10)]}
        for no in range(200)
    ]
    assert tactful.load().decide(case).actions


@draws(60)
@given(text=packs(), data=cases())
def test_a_case_with_few_rows_never_takes_too_many_steps(text: str, data: dict[str, Any]) -> None:
    """Whatever the limit, a case with no more rows than are safe stays below it."""
    policy = tactful.loads(text)
    case = policy.read(data)
    for limit in (1, 100, 1_000, 10_000, 100_000):
        work = Work(policy.checked, limit)
        assert case.size > work.safe or work.allows(case)


def test_tables_reject_the_candidate_and_decide_on_the_others() -> None:
    """One candidate over the limit takes no other along, whatever the reason."""
    for text, limits in ((ANYBODY, {"steps": 10_000}), (SEARCHED, {})):
        tables = _policy(text).tables([_case(2, "first"), _case(100, "large"), _case(3, "last")])
        policy = _policy(text, **limits)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(expiry, "STEPS", 3_000)
            decided = policy.decide_tables(tables, steps=True)
        assert [(reject["candidate_id"], reject["code"]) for reject in decided.rejects.to_pylist()] == [
            ("large", "T213")
        ]
        assert decided.actions["candidate_id"].to_pylist() == ["first"] * 2 + ["last"] * 3


def test_a_replay_refuses_the_case_and_decides_on_the_others() -> None:
    """The compiled rules look for the deadlines there, and refuse the same candidate."""
    policy = _policy(SEARCHED)
    decider = policy.table_decider
    read = decider.read(policy.tables([_case(2, "first"), _case(100, "large"), _case(3, "last")]), None, lambda: 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "SMALL", 0)  # cases of any size are searched as large ones are
        patch.setattr(expiry, "STEPS", 3_000)
        ranked = decider.rank_at_once(read.columns)
    assert {no: (reject.candidate_id, reject.code) for no, reject in ranked.refused.items()} == {1: ("large", "T213")}
    assert ranked.tables.actions["candidate_id"].to_pylist() == ["first"] * 2 + ["last"] * 3


def test_lines_reject_the_case_and_decide_on_the_others() -> None:
    """The reject names the line."""
    lines = [b"{", *(msgspec.json.encode(_case(size, f"c{size}")) for size in (2, 100, 3))]
    for text, limits in ((ANYBODY, {"steps": 10_000}), (SEARCHED, {})):
        columnar = Columnar(_policy(text, **limits), Options(words=True), 0)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(expiry, "STEPS", 3_000)
            decided = columnar.lines([Line(no, line) for no, line in enumerate(lines, start=1)])
        assert {(reject.line, reject.code) for reject in decided.rejects} >= {(3, "T213")}
        assert {reject.line for reject in decided.rejects} == {1, 3}
        assert decided.rejected == 2
        assert decided.ids.to_pylist() == ["c2", "c3"]


def test_the_end_of_a_rule_that_takes_too_many_steps_is_an_error() -> None:
    """A rule without ``by`` has a deadline that must be searched for; a decision without it would be another one."""
    policy = _policy(SEARCHED)
    assert len(policy.decide(_case(100)).actions) == 100
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "SMALL", 0)  # cases of any size are searched as large ones are
        patch.setattr(expiry, "STEPS", 3_000)
        with pytest.raises(tactful.InvalidInput) as caught:
            policy.decide(_case(100))
    (mistake,) = caught.value.diagnostics
    assert (mistake.code, mistake.place()) == ("T213", "pack:6:3")
    assert "`r`" in mistake.message


def test_json_says_that_it_leaves_out_since_when_advice_holds() -> None:
    """All actions are there; ``opens`` is null, and the record says that it is incomplete."""
    policy = _policy(ANYBODY)
    whole = policy.decide(_case(20)).record()
    assert whole.incomplete is msgspec.UNSET
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expiry, "STEPS", 3_000)
        record = policy.decide(_case(20)).record()
    assert record.incomplete is True
    assert [action.label for action in record.actions] == [action.label for action in whole.actions]


@draws(60)
@given(text=packs(), data=cases())
def test_many_prohibitions_settle_conflicts_as_few_do(text: str, data: dict[str, Any]) -> None:
    """Prohibitions looked up by their targets win and lose as all of them, looked at one by one."""
    policy = tactful.loads(text)
    case = policy.read(data)
    now = case.now or 0
    firings = policy.decider.fire(case, now)
    usual = policy.decider.ranker.rank(firings, case, now)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranker, "_MANY", 0)
        looked_up = policy.decider.ranker.rank(firings, case, now)
    assert [(lost.key, [winner.key for winner in lost.lost_to]) for lost in usual.set_aside] == [
        (lost.key, [winner.key for winner in lost.lost_to]) for lost in looked_up.set_aside
    ]


def test_reasons_are_left_out_where_many_lose_to_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Conclusions that win over many others are not written out for each of them without an end; the JSON says so."""
    policy = tactful.loads(MANY_LOSE)
    whole = policy.decide(_case(30)).record()
    assert whole.incomplete is msgspec.UNSET
    monkeypatch.setattr("tactful.reasons.context.REASONS", 500)
    cut = policy.decide(_case(30)).record()
    assert cut.incomplete is True
    assert len(cut.set_aside) == len(whole.set_aside) == 30
    assert 0 < sum(len(winner.because) for lost in cut.set_aside for winner in lost.by) <= 500


def test_a_comparison_leaves_out_reasons_where_many_lose_to_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """All differences are there; the record says that reasons are missing."""
    policy = tactful.loads(MANY_LOSE)
    without = _case(30)
    without["applications"][0]["messages"] = []
    before, after = policy.decide(without), policy.decide(_case(30))
    whole = before.compare(after)
    assert whole.incomplete is msgspec.UNSET
    monkeypatch.setattr("tactful.reasons.context.REASONS", 500)
    cut = before.compare(after)
    assert cut.incomplete is True
    assert len(cut.advice) == len(whole.advice) == 31


def test_listing_the_instants_of_a_plan_ends_within_its_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that would take too many steps has its first moment, and says that it ends early."""
    policy = _policy(ANYBODY)
    assert policy.plan(_case(20)).whole
    monkeypatch.setattr("tactful.decide.instants.STEPS", 1_000)
    plan = policy.plan(_case(20))
    assert not plan.whole
    assert plan.record().incomplete is True
    assert len(plan.record().items) == 20


def test_steps_for_the_ends_of_rules_grow_with_the_rows() -> None:
    """Four times as many messages take about four times the steps, counted, where each person has one."""
    spent = []
    for size in (50, 200):
        policy = _policy(OF_PERSON.replace("by: none, ", ""))
        case = policy.read(_case(size))
        searched = expiry.Expiry(policy.decider.evaluator(case, case.now or 0))
        for row in searched.evaluator.rows("person"):
            searched.until(policy.checked.rules[0], row)
        spent.append(expiry.STEPS - searched.steps.left)
    assert 3.5 < spent[1] / spent[0] < 4.5


def test_what_if_trials_count_the_work_of_pairs_and_of_searches() -> None:
    """A decision on pairs of rows counts for more than its rows, and so does one that searches for the ends of rules."""
    linear, pairs, searched = (_policy(text) for text in (OF_PERSON, ANYBODY, SEARCHED))
    rows = [policy.decider.work.rows(policy.read(_case(200))) for policy in (linear, pairs, searched)]
    assert rows[0] == 402
    assert rows[0] < rows[1] < rows[2]


def test_only_the_first_wrong_time_zones_are_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every wrong time zone is reported. The search for what was meant takes time, and there may be thousands."""
    monkeypatch.setattr("tactful.facts.reading.consistency._SEARCHED", 3)
    case = _case(10)
    for no, person in enumerate(case["applications"][0]["people"]):
        person["time_zone"] = f"Europe/Berlin{no}"
    with pytest.raises(tactful.InvalidInput) as caught:
        tactful.load().decide(case)
    mistakes = [mistake for mistake in caught.value.diagnostics if mistake.code == "T208"]
    assert len(mistakes) == 10
    assert sum("did you mean" in (mistake.help or "") for mistake in mistakes) == 3
    assert all(mistake.help for mistake in mistakes)


def test_what_if_trials_and_plans_end_where_a_later_decision_takes_too_many_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The decision at hand is within its steps. A trial that is not counts as not possible, and a plan ends before it."""
    monkeypatch.setattr(runtime, "SMALL", 0)  # cases of any size are searched as large ones are
    policy = _policy(SEARCHED)
    data = _case(20)
    data["applications"][0]["messages"][0]["sent_at"] = "2026-10-20T10:00:00Z"  # too long ago before the others are
    decision = policy.decide(data)
    case, now = decision.context.case, decision.context.now
    usual, refused = policy.decider.fire, []

    def fire(tried: Case, moment: int) -> list[RawFiring]:
        as_it_is = tried is case and moment == now
        refused.extend([] if as_it_is else [moment])
        monkeypatch.setattr(expiry, "STEPS", 1_000_000 if as_it_is else 1)
        return usual(tried, moment)

    monkeypatch.setattr(policy.decider, "fire", fire)
    ended = timeline(policy.decider, case, now, now + 40 * 86_400)
    assert not ended.whole
    assert len(ended.intervals) == 1
    refused.clear()
    assert isinstance(decision.why("look", "p0", flip=True).flips, tuple)
    assert refused
