"""A pack changed one step at a time: what is changed, what notices, and what tells the others apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import tactful
from tactful.cli.app import app
from tactful.testing.examples.run import load_examples, read_examples_text
from tactful.testing.mutation.mutants import mutants
from tactful.testing.mutation.mutate import MutantResult, mutate

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
        mutant.change for mutant in mutants(policy.checked, "r") if mutant.operator in ("comparison", "threshold up")
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
    policy = tactful.load()
    examples = load_examples("default", policy)[:10]
    first, second = (mutate(policy, examples, seed=3, only="withdraw-elsewhere", drawn=60) for _ in range(2))
    assert first == second


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


@pytest.mark.slow
def test_the_shipped_pack_notices_95_percent_of_its_mutants() -> None:
    """The examples beside the shipped rules and its invariants notice nearly every step away from them."""
    policy = tactful.load()
    mutation = mutate(policy, load_examples("default", policy))
    assert mutation.percent >= 95, [outcome.id for outcome in mutation.outcomes if not outcome.noticed]
