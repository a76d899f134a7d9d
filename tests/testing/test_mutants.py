"""A pack changed one step at a time: what is changed, what notices, and what tells the others apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import tactful
from tactful.cli.app import app
from tactful.decide.conclusions import Ranking
from tactful.decide.decider import Decider
from tactful.facts.reading.limits import CaseLimits
from tactful.testing.examples.run import load_examples, read_examples_text
from tactful.testing.mutation.mutants import mutants
from tactful.testing.mutation.mutate import MutantResult, mutate
from tactful.testing.mutation.tried import Tried, read_drawn_cases
from tactful.testing.mutation.trying import Changed, Original

PACK = """\
actions: {call: {about: a call}}
rules:
  call-them:
    for each: interviewer
    when: {interview.ended_at: at least 2 days ago, person.prefers: phone}
    then: {should: call}
    because: a reason
"""
EXAMPLE = """\
examples:
  called:
    case:
      candidate: {id: c}
      applications:
        - id: a
          people: [{id: p, prefers: phone}]
          interviews: [{id: i, ended_at: 2026-11-02T10:00:00+00:00, interviewers: [p]}]
    at: 2026-11-04T10:00:00+00:00
    expect: [{should: call}]
"""


@pytest.fixture(autouse=True)
def few_in_reserve(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer cases in reserve: drawing them takes nearly all of the time. The slow test has all of them."""
    if request.node.get_closest_marker("slow") is None:
        monkeypatch.setattr("tactful.testing.mutation.mutate.RESERVE", 200)


def _outcomes(examples: str = EXAMPLE, pack: str = PACK) -> dict[str, MutantResult]:
    policy = tactful.loads(pack)
    read = read_examples_text(policy, examples, "examples.yaml")
    return {outcome.id: outcome for outcome in mutate(policy, read, drawn=50).outcomes}


def test_every_part_is_changed_one_step_at_a_time() -> None:
    """Thresholds, units, comparisons, conditions, modality, priority, target, and the rule itself."""
    policy = tactful.loads(PACK)
    assert sorted({mutant.operator for mutant in mutants(policy.checked)}) == [
        *("comparison", "condition dropped", "condition negated", "modality", "priority", "rule off", "target"),
        *("threshold down", "threshold up", "unit"),
    ]


def test_what_says_the_same_is_no_mutant() -> None:
    """`at least 2` of a count is `more than 1`: two changes that come to the same are one mutant."""
    policy = tactful.loads(
        """
facts: {person.calls: {count: message, where: {message.person: same as person.id}}}
actions: {call: {about: a call}}
rules:
  r: {for each: person, when: {person.calls: at least 2}, then: {may: call}, because: x}
"""
    )
    descriptions = [
        mutant.change for mutant in mutants(policy.checked, ["r"]) if mutant.operator in ("comparison", "threshold up")
    ]
    assert descriptions == ["`person.calls: at least 2`: 2 → 3"]


def test_an_example_notices_what_changes_its_outcome() -> None:
    """The rule switched off is noticed, by name; so is a threshold on which the example stands."""
    outcomes = _outcomes()
    assert outcomes["call-them/rule:rule off"].by == "example called"
    assert outcomes["call-them/when interview.ended_at:threshold up"].noticed
    assert outcomes["call-them/when interview.ended_at:comparison"].noticed


def test_a_survivor_comes_with_a_case_that_tells_it_apart() -> None:
    """What nothing notices is shown with a small case, and what each of the two decides on it."""
    one = _outcomes()["call-them/when person.prefers:condition dropped"]
    assert one.status == "survived"
    assert one.case is not None
    policy, without = tactful.loads(PACK), tactful.loads(PACK.replace(", person.prefers: phone", ""))
    assert not policy.decide(one.case).actions
    assert without.decide(one.case).actions
    assert one.before == ()
    assert one.after[0].startswith("should call:")
    assert len(one.case["applications"]) == 1


def test_a_case_is_shown_with_an_offer_of_which_nothing_is_known() -> None:
    """An offer without facts is a fact of its own. Without it, the case that is shown would not tell the mutant apart."""
    pack = """
actions: {reply: {about: a reply}}
rules: {r: {for each: offer, when: {candidate.employed: yes}, then: {may: reply, to: application}, because: a reason}}
"""
    one = _outcomes("examples: {}", pack)["r/when candidate.employed:condition dropped"]
    assert one.case is not None
    assert one.case["applications"][0]["offer"] == {}
    assert tactful.loads(pack.replace("candidate.employed: yes", "")).decide(one.case).actions


def test_an_invariant_notices_too() -> None:
    """A mutant whose decision breaks an invariant on some case is noticed."""
    pack = PACK + "invariants: {kept: {for each: person, when: {person.prefers: not phone}, never: call}}\n"
    assert _outcomes(pack=pack)["call-them/when person.prefers:condition dropped"].by == "invariant kept"


def test_a_mutant_that_says_the_same_is_not_told_apart() -> None:
    """Where no case is found on which the decision differs, that is said."""
    one = _outcomes()["call-them/priority:priority"]
    assert (one.status, one.case) == ("not told apart", None)


def test_a_pack_that_fails_its_examples_is_not_mutated() -> None:
    """Otherwise every mutant would seem to be noticed."""
    with pytest.raises(tactful.TactfulError, match="called"):
        _outcomes(EXAMPLE.replace("{should: call}", "{must: call}"))


def test_the_same_seed_gives_the_same_report() -> None:
    """Cases are drawn by the seed alone."""
    policy = tactful.loads(PACK)
    examples = read_examples_text(policy, EXAMPLE, "examples.yaml")
    first, second = (mutate(policy, examples, seed=3, drawn=60) for _ in range(2))
    assert first == second
    assert any(result.status == "survived" for result in first.outcomes)


def test_the_command_reports_and_fails_under_a_score(tmp_path: Path) -> None:
    """Text shows survivors with their cases, JSON all outcomes; ``--fail-under`` sets the exit code."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "examples.yaml").write_text(EXAMPLE)
    (tmp_path / "pack.yaml").write_text(PACK)
    command = ["mutate", str(tmp_path), "--cases", "50"]
    text = CliRunner().invoke(app, command)
    assert text.exit_code == 0, text.output
    assert "+ should call:" in text.stdout
    assert "on this case:" in text.stdout
    failed = CliRunner().invoke(app, [*command, "--format", "json", "--fail-under", "100"])
    assert failed.exit_code == 1
    record = json.loads(failed.stdout)
    assert record["mutants"] == len(record["outcomes"])
    assert record["noticed"] < record["mutants"]
    assert CliRunner().invoke(app, [*command, "--only", "call-then"]).exit_code == 1


COMPUTED = """\
parameters:
  patience: {values: {2026-01-01: 4 days, 2026-12-01: 6 days}}
  gap: {value: 2 days, adjustable: {from: 1 day, to: 5 days}}
facts:
  application.ask_from: {latest of: [2 days after application.reply_by, $gap after offer.received_at]}
  application.half: {half of: candidate.notice_period}
  application.open_at: {is: next office time after application.reply_by}
tables:
  application.wait:
    by: [application.preferred]
    gives: duration
    rows: [[yes, 1 day], [no, 2 days]]
    otherwise: 5 days
actions: {call: {about: a call}}
rules:
  call-them:
    for each: application
    when:
      - application.ask_from: past
      - application.open_at: past
      - application.half: more than application.wait
      - application.reply_by: at least $patience ago
    then: {should: call}
    because: a reason
"""


def test_expressions_tables_and_dated_values_are_changed() -> None:
    """Members and rows left out, directions, lengths, cells, values, ``otherwise``, and the days of dated values."""
    changes = {mutant.change for mutant in mutants(tactful.loads(COMPUTED).checked) if mutant.owner != "call-them"}
    assert {
        "latest of → earliest of",
        "member 1 is left out",
        "after application.reply_by → before application.reply_by",
        "2 days → 3 days after application.reply_by",
        "the whole, not a part of it",
        "next office time → next business day",
        "row 1 is left out",
        "row 1: `application.preferred: yes` is negated",
        "row 2: 2 days → 1 day",
        "`otherwise` is left out",
        "5 days → 6 days",
        "the value before 2026-12-01 is left out",
        "the value before 2026-12-01: `candidate.date: before 2026-12-01`: 2026-11-30 → 2026-12-01",
        "the value before 2026-12-01: 4 days → 5 days",
        "6 days → 7 days",
    } <= changes
    owners = {mutant.owner for mutant in mutants(tactful.loads(COMPUTED).checked)}
    assert {"$patience", "$gap", "application.wait"} <= owners
    assert not any(" " in owner or "candidate.$" in owner for owner in owners)


def test_every_change_of_an_expression_decides_differently_somewhere() -> None:
    """Drawn cases come close enough to every boundary to tell each mutant of a computed fact from the original."""
    policy = tactful.loads(COMPUTED)
    results = mutate(
        policy, (), only=["candidate.$patience", "application.wait", "application.half"], drawn=300
    ).outcomes
    assert {result.id for result in results if result.status == "not told apart"} == set()


COUNTED = """facts:
  person.questions: {count: message, where: {message.person: same as person.id, message.direction: sent, message.kind: follow_up}}
  application.asked_at: {latest: message.sent_at, where: {message.direction: sent}}
  person.left_alone: {when: {person.questions: 0, application.asked_at: at least 2 days ago}}
actions: {call: {about: a call}}
rules:
  call-them:
    for each: person
    when: {person.left_alone: yes}
    then: {should: call}
    because: a reason
  let-them-be:
    for each: person
    when: {person.questions: at least 2}
    then: {must_not: call}
    because: a reason
  rehearse: {for each: person, when: {person.questions: 1}, then: {step: Rehearse it., of: call}, because: a reason}
"""


@pytest.mark.parametrize("pack", [COMPUTED, COUNTED])
def test_a_mutant_that_is_tried_in_part_decides_as_a_whole(pack: str) -> None:
    """Only what a change affects is worked out again. That comes to the decision of the mutant compiled as a pack of its own."""
    policy = tactful.loads(pack)
    original = Original(policy)
    cases = [Tried(policy, case, case.now or 0) for case in read_drawn_cases(policy, 40, seed=5)]
    differing = 0
    for mutant in mutants(policy.checked):
        changed, whole = Changed(original, mutant), Decider(mutant.pack, CaseLimits())
        for case in cases:
            difference = changed.difference(case)
            differing += difference is not None
            ranking = case.ranking if difference is None else difference.ranking
            assert _advised(ranking) == _advised(whole.rank(case.case, case.now)), mutant.id
    assert differing > 20


def _advised(ranking: Ranking) -> list[tuple[object, ...]]:
    return [(each.key, each.modality, each.due, len(each.firings)) for each in (*ranking.ranked, *ranking.set_aside)]


def test_several_ids_and_patterns_choose_mutants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--only`` may be repeated, and ``*`` stands for any text; of an overlay only its own part is changed."""
    monkeypatch.setattr("tactful.testing.mutation.mutate.RESERVE", 5)
    monkeypatch.setattr("tactful.testing.mutation.mutate.smallest", lambda case, _: case)
    (tmp_path / "base.yaml").write_text(COMPUTED)
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("extends: base.yaml\nrules: {call-them: {priority: 70}}\n")

    def owners(*arguments: str) -> set[str]:
        result = CliRunner().invoke(app, ["mutate", str(overlay), "--cases", "5", "--format", "json", *arguments])
        assert result.exit_code == 0, result.output
        return {outcome["owner"] for outcome in json.loads(result.stdout)["outcomes"]}

    assert owners() == {"call-them"}
    assert owners("--only", "application.*", "--only", "$gap") == {
        *("application.ask_from", "application.half", "application.open_at", "application.wait", "$gap")
    }
    both = {"call-them", "application.wait"}
    assert owners("--all", "--only", "call-*", "--only", "application.wait") == both


@pytest.mark.slow
def test_the_shipped_pack_notices_most_of_its_mutants() -> None:
    """The examples beside the shipped rules and its invariants notice most steps away from them, as the reference page says."""
    policy = tactful.load()
    mutation = mutate(policy, load_examples("default", policy))
    assert mutation.percent_of_all >= 95.5, [outcome.id for outcome in mutation.outcomes if not outcome.noticed]
