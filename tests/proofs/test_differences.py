"""Packs compared: each difference has a case that both packs decide differently, and only the same packs are equal."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import tactful
from tactful.cli.app import app
from tactful.proofs.differences import compare_packs
from tactful.proofs.stated import same_decisions
from tactful.testing.examples.run import read_examples_text, run_example

PACK = """
pack: {name: small}
actions:
  call: {about: Call them., label: Call}
  write: {about: Write to them., label: Write}
rules:
  call-them:
    about: Call whoever likes it.
    for each: person
    when: {person.prefers: phone}
    then: {may: call}
    because: They like it.
    by: none
"""


def _advice(policy: tactful.Policy, case: str) -> list[tuple[object, ...]]:
    decision = policy.decide(policy.read(yaml.safe_load(case)))
    return [(advice.modality, advice.action, advice.target, advice.due) for advice in decision.actions]


def test_the_same_pack_is_equal() -> None:
    """Comments and places make no difference."""
    assert compare_packs(tactful.loads(PACK), tactful.loads(f"# A comment.\n{PACK}"), 5).equal


def test_a_priority_is_no_equality() -> None:
    """What no drawn case shows is not called equal."""
    other = PACK.replace("    by: none", "    by: none\n    priority: 12")
    result = compare_packs(tactful.loads(PACK), tactful.loads(other), 20)
    assert not result.equal


def test_what_a_number_or_a_yes_is_counts() -> None:
    """Values that Python takes for equal are told apart."""
    one, yes = PACK.replace("prefers: phone", "invited_call: yes"), PACK.replace("prefers: phone", "invited_call: no")
    assert not same_decisions(tactful.loads(one).checked, tactful.loads(yes).checked)


@pytest.mark.parametrize("drawn", [10, pytest.param(30, marks=pytest.mark.slow)])
def test_each_difference_is_decided_differently(drawn: int) -> None:
    """Every case that is shown for a profile leads to other advice there, and names the rules behind it."""
    default, academia = tactful.load("default"), tactful.load("profile:academia")
    result = compare_packs(default, academia, drawn)
    assert result.found
    for each in result.found:
        assert each.rules
        assert _advice(default, each.case) != _advice(academia, each.case)


def test_the_command_writes_a_case_for_each_difference(tmp_path: Path) -> None:
    """Its exit code is 1 where there is a difference, and 0 for equal packs."""
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text(PACK)
    second.write_text(PACK.replace("may: call", "may: write"))
    cases = tmp_path / "cases"
    result = CliRunner().invoke(app, ["diff", str(first), str(second), "--write", str(cases)])
    assert result.exit_code == 1
    assert "- may call" in result.stdout
    assert "+ may write" in result.stdout
    assert [path.name for path in cases.iterdir()] == ["01.yaml"]
    assert CliRunner().invoke(app, ["diff", str(first), str(first)]).exit_code == 0


def test_what_means_the_same_is_proved_equal() -> None:
    """Other words for the same condition make no difference, and neither does a rule that can never fire."""
    pytest.importorskip("z3")
    other = PACK.replace(
        "when: {person.prefers: phone}", "when: {all: [{person.prefers: not email}, {person.prefers: known}]}"
    )
    never = (
        other
        + """  nobody:
    about: Nobody is both.
    for each: person
    when: {all: [{person.prefers: phone}, {person.prefers: email}]}
    then: {may: write}
    because: They like it.
    by: none
"""
    )
    assert compare_packs(tactful.loads(PACK), tactful.loads(other), 5).equal
    assert compare_packs(tactful.loads(PACK), tactful.loads(never), 5).equal


def test_thresholds_that_moved_are_reported() -> None:
    """A parameter's two values, and how much longer or shorter the second is."""
    pack = PACK + "parameters:\n  gap: {value: 48 hours, about: A gap., source: Nobody}\n"
    result = compare_packs(tactful.loads(pack), tactful.loads(pack.replace("48 hours", "24 hours")), 5)
    assert result.moved == ("gap: from 48 hours to 24 hours, 1 day shorter",)


def test_a_difference_is_an_example_that_only_the_first_pack_passes() -> None:
    """The file that is written runs under both packs, and tells them apart."""
    first, second = tactful.loads(PACK), tactful.loads(PACK.replace("may: call", "may: write"))
    found = compare_packs(first, second, 20).found
    assert found
    for each in found:
        (example,) = read_examples_text(first, each.example, "example")
        assert run_example(first, example).passed
        (example,) = read_examples_text(second, each.example, "example")
        assert not run_example(second, example).passed
