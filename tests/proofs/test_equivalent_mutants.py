"""Mutants that are proved equivalent decide like the original; those that differ anywhere are never proved equivalent."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from typer.testing import CliRunner

import tactful
from drawn import cases, packs
from tactful.cli.app import app
from tactful.testing.examples.run import load_examples
from tactful.testing.mutation.mutants import Mutant, mutants
from tactful.testing.mutation.mutate import MutantResult, Mutation, mutate
from tactful.testing.mutation.tried import Tried, read_drawn_cases
from tactful.testing.mutation.trying import Changed, Original

pytest.importorskip("z3")
from tactful.proofs.mutants import equivalence
from tactful.proofs.witnesses import witnesses

PACK = """\
facts:
  application.lost: {when: {application.status: [rejected, withdrawn]}}
  application.mine: {exists: message, where: {message.direction: sent, message.kind: follow_up}}
  application.asked: {latest: message.sent_at, where: {message.direction: sent, message.kind: follow_up}}
actions: {call: {about: a call}, wait: {about: a wait}}
rules:
  call-them:
    for each: application
    when: {application.lost: yes, application.status: rejected, application.mine: yes, application.asked: known}
    then: {should: call}
    because: a reason
    by: none
  wait-for-them:
    for each: interviewer
    when: {interview.ended_at: at least 2 days ago, person.prefers: phone}
    then: {may: wait}
    because: a reason
  never:
    for each: application
    when: {application.lost: yes, application.status: offered}
    then: {must: wait}
    because: a reason
"""


def _mutant(policy: tactful.Policy, id_: str) -> Mutant:
    return next(mutant for mutant in mutants(policy.checked) if mutant.id == id_)


def _results(pack: str, steps: int = 20_000_000, prove: bool = True) -> Mutation:
    policy = tactful.loads(pack)
    prover = partial(equivalence, policy.checked, steps=steps) if prove else None
    return mutate(policy, (), only=["never"], drawn=20, prove=prover)


@pytest.fixture(autouse=True)
def few_in_reserve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer cases in reserve: drawing them takes nearly all of the time."""
    monkeypatch.setattr("tactful.testing.mutation.mutate.RESERVE", 10)


@pytest.mark.parametrize(
    "id_",
    [
        "call-them/when application.lost:condition dropped",  # a rejected application is lost
        "call-them/when application.mine:condition dropped",  # what was asked at a moment was asked
        "never/rule:rule off",
        "never/then:modality",
    ],
)
def test_what_makes_no_difference_is_proved(id_: str) -> None:
    """A condition that follows from others, through a computed fact or a collection; whatever a rule says that never fires."""
    policy = tactful.loads(PACK)
    assert equivalence(policy.checked, _mutant(policy, id_)) == "equivalent"


def test_a_changed_fact_with_the_same_values_is_proved() -> None:
    """Of a condition of a fact that says nothing more, it is proved; of another, it is not."""
    more = "application.lost: {when: {application.mine: yes, application.asked: known, "
    policy = tactful.loads(PACK.replace("application.lost: {when: {", more))
    superfluous = _mutant(policy, "application.lost/when application.mine:condition dropped")
    assert equivalence(policy.checked, superfluous) == "equivalent"
    needed = _mutant(policy, "application.lost/when application.status:condition dropped")
    assert equivalence(policy.checked, needed) == "not proved"


DIFFERENT = (
    PACK
    + "  rehearse: {for each: application, when: {application.lost: yes}, then: {step: Rehearse., of: call}, because: x}\n"
)


@pytest.mark.parametrize("pack", [PACK, DIFFERENT])
def test_a_mutant_that_differs_is_never_proved_equivalent(pack: str) -> None:
    """The prover is asked about every mutant, and drawn cases look for a difference of those that it proves."""
    policy = tactful.loads(pack)
    assert _no_difference(policy, [], 60) > 5


def _no_difference(policy: tactful.Policy, more: list[Any], count: int, steps: int = 2_000_000) -> int:
    """Check each mutant that is proved equivalent on cases. Returns how many there are."""
    original = Original(policy)
    read = [*read_drawn_cases(policy, count, seed=2), *more]
    corpus = [Tried(policy, case, case.now or 1_795_600_800) for case in read]
    proved = 0
    for mutant in mutants(policy.checked):
        if equivalence(policy.checked, mutant, steps) == "equivalent":
            proved += 1
            difference = next(Changed(original, mutant).differences(corpus), None)
            assert difference is None, (mutant.id, mutant.change)
    return proved


@pytest.mark.slow
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=6)
@given(text=packs(), data=cases())
def test_what_is_proved_of_a_drawn_pack_has_no_counterexample(text: str, data: dict[str, Any]) -> None:
    """Mutants of packs over the whole language."""
    policy = tactful.loads(text)
    _no_difference(policy, [policy.read(data)], 10, 100_000)


def test_a_deadline_that_may_move_by_a_second_is_not_proved() -> None:
    """A test with `at most` may name the second before the one at which another test ends the rule."""
    rule = """\
facts: {application.recent: {when: {application.applied_at: less than 2 days ago}}}
actions: {call: {about: a call}}
rules:
  call-them:
    for each: application
    when: [{application.recent: yes}, {application.applied_at: at most 3 days ago}]
    then: {should: call}
    because: a reason
"""
    id_ = "call-them/when application.applied_at:condition dropped"
    told = tactful.loads(rule + "    by: none\n")
    assert equivalence(told.checked, _mutant(told, id_)) == "equivalent"
    found = tactful.loads(rule)
    assert equivalence(found.checked, _mutant(found, id_)) == "not proved"


def test_the_score_leaves_out_what_is_proved() -> None:
    """Only mutants that no case tells apart are asked about, and both percentages can be had."""
    without, mutation = _results(PACK, prove=False), _results(PACK)
    assert (without.equivalent, without.percent) == (0, without.percent_of_all)
    assert mutation.equivalent > 3
    assert mutation.noticed == without.noticed
    assert mutation.percent_of_all == without.percent
    assert mutation.percent == 100 * mutation.noticed / (len(mutation.outcomes) - mutation.equivalent)
    before = {result.id: result.status for result in without.outcomes}
    assert {before[result.id] for result in mutation.outcomes if result.status == "equivalent"} == {"not told apart"}


def test_a_limit_that_is_reached_is_told() -> None:
    """A solver that may not work proves nothing, and the result says why."""

    def stopped(results: tuple[MutantResult, ...]) -> set[str]:
        return {result.status for result in results if result.stopped}

    assert stopped(_results(PACK, steps=1).outcomes) == {"not told apart"}
    assert stopped(_results(PACK).outcomes) == set()


def test_a_case_that_drawing_does_not_find_is_proposed() -> None:
    """Only messages of the same second tell `before` from `at or before`. The case is decided by both packs."""
    fact = "application.last: {when: {application.asked: before application.next_step_said_at}}"
    policy = tactful.loads(
        PACK.replace("facts:\n", f"facts:\n  {fact}\n").replace("application.mine: yes, ", "application.last: yes, ")
    )
    mutant = _mutant(policy, "application.last/when application.asked:comparison")
    changed = Changed(Original(policy), mutant)
    read = [policy.read(case) for case in witnesses(policy.checked, mutant)]
    differing = [*changed.differences(Tried(policy, case, case.now or 0) for case in read)]
    assert differing
    (result,) = [
        outcome
        for outcome in mutate(
            policy,
            (),
            only=[mutant.owner],
            drawn=0,
            prove=partial(equivalence, policy.checked),
            propose=partial(witnesses, policy.checked),
        ).outcomes
        if outcome.id == mutant.id
    ]
    assert result.status == "survived"


def _command(tmp_path: Path, *arguments: str) -> list[str]:
    (tmp_path / "pack.yaml").write_text(PACK)
    return ["mutate", str(tmp_path), "--cases", "20", *arguments]


def test_the_command_reports_what_is_proved(tmp_path: Path) -> None:
    """Text and JSON have both percentages, and tell the proved mutants from the others."""
    command = _command(tmp_path, "--only", "never", "--prove")
    text = CliRunner().invoke(app, command)
    assert text.exit_code == 0, text.output
    assert "equivalent (proved) never/rule:rule off" in text.stdout
    assert "that are not proved equivalent:" in text.stdout
    record = json.loads(CliRunner().invoke(app, [*command, "--format", "json"]).stdout)
    assert record["equivalent"] == sum(outcome["status"] == "equivalent" for outcome in record["outcomes"])
    assert record["score"] >= record["score_of_all"]
    record = json.loads(CliRunner().invoke(app, [*command[:-1], "--format", "json"]).stdout)
    assert record["equivalent"] is None


def test_without_the_solver_the_command_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tried without what ``--prove`` needs."""
    monkeypatch.setitem(sys.modules, "tactful.proofs.mutants", None)
    result = CliRunner().invoke(app, _command(tmp_path, "--prove"))
    assert result.exit_code in (1, 2)
    assert "pip install 'tactful[prove]'" in result.output


@pytest.mark.slow
def test_what_examples_of_the_shipped_pack_notice_is_not_proved() -> None:
    """A condition that an example needs is not proved to be superfluous."""
    policy = tactful.load()
    original = Original(policy)
    corpus = [
        Tried(policy, example.case, example.case.now or 0, example) for example in load_examples("default", policy)[::8]
    ]
    wrong = [
        mutant.id
        for mutant in list(mutants(policy.checked))[::90]
        if next(Changed(original, mutant).differences(corpus), None) is not None
        and equivalence(policy.checked, mutant, 2_000_000) == "equivalent"
    ]
    assert wrong == []
