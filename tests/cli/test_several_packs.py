"""Commands with several packs, and what they say of safety that is switched off."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tactful.cli.app import app

CASE = str(Path(__file__).parents[2] / "examples/two_interviewers_one_wants_email.yaml")
PACKS = {
    "house": "pack: {name: house}\nextends: default\nparameters: {thank_you_within: 1 day}\n",
    "branch": "pack: {name: branch}\nextends: default\nparameters: {thank_you_within: 3 days}\n",
    "bare": "rules: {thank-you-note: off}\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with packs."""
    for name, text in PACKS.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def _run(*words: str) -> tuple[str, str]:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def _rules(folder: Path, *names: str) -> list[str]:
    return [word for name in names for word in ("--rules", str(folder / f"{name}.yaml"))]


@pytest.mark.parametrize(
    "command", [["advise", CASE], ["plan", CASE], ["why", CASE, "thank_you_note"], ["rules"], ["facts"]]
)
def test_commands_take_several_packs(command: list[str], folder: Path) -> None:
    """The later pack counts, and what two of them change differently is reported on standard error."""
    _, told = _run(*command, *_rules(folder, "house", "branch"))
    assert "T923" in told
    assert "house.yaml:3" in told
    _, told = _run(*command, *_rules(folder, "house"))
    assert told == ""


def test_the_later_pack_counts(folder: Path) -> None:
    """In either order."""
    for first, second, value in (("house", "branch", "3 days"), ("branch", "house", "1 day")):
        shown, _ = _run("rules", "thank_you_within", *_rules(folder, first, second))
        assert value in shown


def test_a_decision_is_compared_with_that_of_several_packs(folder: Path) -> None:
    """``--against`` can be repeated, too."""
    against = ["--against", "default", "--against", str(folder / "bare.yaml")]
    shown, _ = _run("compare", CASE, CASE, *against)
    assert "thank-you-note: the pack has no such rule" in shown


def test_check_takes_several_packs_and_changes_only_files(folder: Path) -> None:
    """``--fix`` is for files; a difference counts under ``--strict``."""
    packs = [str(folder / f"{name}.yaml") for name in ("house", "branch")]
    _run("check", *packs)
    assert CliRunner().invoke(app, ["check", *packs, "--strict"]).exit_code == 1
    refused = CliRunner().invoke(app, ["check", "default", packs[0], "--fix"])
    assert (refused.exit_code, (folder / "house.yaml").read_text()) == (2, PACKS["house"])


@pytest.mark.parametrize("command", ["advise", "plan"])
def test_what_safety_does_not_see_is_said_first(command: str, folder: Path) -> None:
    """An invariant that is off, and a recommended action that no safety rule covers, each with its reason."""
    (folder / "trial.yaml").write_text(
        "extends: default\n"
        "invariants: {search-goes-on: {off: yes, because: a trial}}\n"
        "actions: {visit: {about: Go there., outside safety: all are invited}}\n"
        "rules: {go: {source: me, for each: application, then: {may: visit}, because: it is near}}\n"
    )
    shown, _ = _run(command, CASE, *_rules(folder, "trial"))
    shown = " ".join(shown.split())
    assert "The invariant search-goes-on is switched off by" in shown
    assert "No safety rule covers the action visit: all are invited" in shown


EXAMPLES = """
pack: ../house.yaml
examples:
  a-day-to-thank:
    case:
      now: 2026-11-20T20:00:00Z
      candidate: {id: kim}
      applications:
        - id: acme
          people: [{id: dana, name: Dana Ruiz}]
          interviews: [{id: i, ended_at: 2026-11-20T15:00:00Z, interviewers: [dana]}]
    expect: [{should: thank_you_note, to: dana}]
"""


@pytest.mark.parametrize(("packs", "failed"), [(["house"], 0), (["house", "branch"], 0), (["house", "bare"], 1)])
def test_the_examples_of_several_packs_run_on_all_of_them_together(packs: list[str], failed: int, folder: Path) -> None:
    """An example of one pack fails where another takes away what it expects."""
    (folder / "tests").mkdir()
    (folder / "tests" / "house.yaml").write_text(EXAMPLES)
    files = [str(folder / f"{name}.yaml") for name in packs]
    result = CliRunner().invoke(app, ["test", *files, "-k", "a-day-to-thank", "--draw", "0"])
    assert result.exit_code == failed, result.output
    assert f"1 example, {failed} failed" in result.stdout
    assert ("T923" in result.stderr) is (packs == ["house", "branch"])


def test_two_decisions_are_compared_by_the_values_of_another_day(folder: Path) -> None:
    """``--rules-as-of`` counts for both packs; the moment of the case stays."""
    dated = "extends: default\nparameters: {thank_you_within: {values: {2026-01-01: 1 day, 2030-01-01: 3 days}}}\n"
    (folder / "dated.yaml").write_text(dated)
    command = ["compare", CASE, CASE, *_rules(folder, "branch"), "--against", str(folder / "dated.yaml")]
    today, _ = _run(*command)
    later, _ = _run(*command, "--rules-as-of", "2030-06-01")
    assert "No difference" not in today
    assert "No difference" in later
