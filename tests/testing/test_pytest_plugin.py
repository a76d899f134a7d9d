"""The pytest plugin: what is collected, what is not, and how failures look."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import tactful
from tactful.language.terms import GENERAL

pytest_plugins = ["pytester"]

PACK = "pack: {name: house, version: 1}\nextends: default\n"
EXAMPLES = """
cases:
  kim: {now: 2026-11-20T20:00:00Z, candidate: {id: kim, employed: yes}}
examples:
  job-kept: {case: kim, expect: [{must_not: resign}]}
  search-goes-on: {case: kim, expect: [{should: keep_searching, rank: 1}]}
"""
#: A few cases for each invariant, no plugin that takes long to load, and this one by name if no package brings it along.
#: Where the ini file of a test says how many cases are drawn.
OWN_SETTINGS = ["-p", "no:schemathesis"]
OWN_SETTINGS += [] if entry_points(group="pytest11", name="tactful") else ["-p", "_tactful_pytest"]
PLUGIN = ["-o", "tactful_draw=20", *OWN_SETTINGS]


#: Those of the pack, and those of every pack.
INVARIANTS = len(tactful.load().checked.invariants) + len(GENERAL)


def _house(pytester: pytest.Pytester, examples: str = EXAMPLES) -> None:
    folder = pytester.mkdir("house")
    (folder / "pack.yaml").write_text(PACK)
    (folder / "tests").mkdir()
    (folder / "tests" / "thanks.yaml").write_text(examples)
    (folder / "tests" / "waiting.yaml").write_text(EXAMPLES.replace("rank: 1", "rank: 2"))


def test_examples_and_invariants_are_items(pytester: pytest.Pytester) -> None:
    """Each by its file and id; the invariants come once for a pack, with its first file."""
    _house(pytester)
    result = pytester.runpytest_subprocess(*PLUGIN, "house", "--collect-only", "-q")
    ids = [line for line in result.outlines if "::" in line]
    assert ids[:2] == ["house/tests/thanks.yaml::job-kept", "house/tests/thanks.yaml::search-goes-on"]
    assert ids[-2:] == ["house/tests/waiting.yaml::job-kept", "house/tests/waiting.yaml::search-goes-on"]
    assert "house/tests/thanks.yaml::invariant::job-kept-until-signed" in ids
    assert len(ids) == 2 + INVARIANTS + 2


def test_a_failure_shows_expected_and_got_and_nothing_of_the_plugin(pytester: pytest.Pytester) -> None:
    """The text of ``tactful test``, and no traceback."""
    _house(pytester)
    result = pytester.runpytest_inprocess(*PLUGIN, "house")
    result.assert_outcomes(passed=3 + INVARIANTS, failed=1)
    result.stdout.fnmatch_lines(
        ["*FAILED search-goes-on*thanks.yaml:6", "*expected (line 6)*| got", "*rank 1*|*rank 2"]
    )
    result.stdout.no_fnmatch_line("*_tactful_pytest*Failed*")


def test_a_broken_invariant_fails_its_item(pytester: pytest.Pytester) -> None:
    """With the example whose case breaks it."""
    _house(pytester)
    broken = "invariants: {no-search: {about: None., for each: candidate, never: keep_searching}}\n"
    (pytester.path / "house" / "pack.yaml").write_text(PACK + broken)
    result = pytester.runpytest_inprocess(*PLUGIN, "house", "-k", "no-search")
    result.assert_outcomes(failed=1, deselected=4 + INVARIANTS)
    result.stdout.fnmatch_lines(["*does not hold in *thanks.yaml:5: job-kept, candidate kim: keep_searching"])


def test_mistakes_in_a_file_are_reported_instead_of_items(pytester: pytest.Pytester) -> None:
    """All of them, with their places."""
    _house(pytester, EXAMPLES.replace("keep_searching", "keep_serching"))
    result = pytester.runpytest_inprocess(*PLUGIN, "house")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*thanks.yaml:6:*T805 the pack has no action `keep_serching`*"])


def test_foreign_yaml_is_left_alone(pytester: pytest.Pytester) -> None:
    """No rule files beside the folder, another folder, or no examples in it."""
    folder = pytester.mkdir("api")
    (folder / "openapi.yaml").write_text("paths: {}\n")
    (folder / "tests").mkdir()
    (folder / "tests" / "examples.yaml").write_text("examples: {pet: {value: 1}}\n")
    _house(pytester)
    (pytester.path / "house" / "tests" / "data.yaml").write_text("numbers: [1, 2]\n")
    (pytester.path / "house" / "examples.yml").write_text("examples: {pet: {value: 1}}\n")
    (pytester.path / "house" / "examples.yml").unlink()
    result = pytester.runpytest_inprocess(*PLUGIN, "api", "house/tests/data.yaml", "--collect-only", "-q")
    assert not [line for line in result.outlines if "::" in line]


def test_fixtures_decide_with_the_pack_of_the_ini_file(pytester: pytest.Pytester) -> None:
    """By default the shipped one."""
    pytester.makepyfile(
        """
        def test_it(pack, decide):
            assert pack.name == "academia"
            assert decide({"now": "2026-11-20T20:00:00Z", "candidate": {"id": "kim"}}).actions[0].action == "keep_searching"
        """
    )
    pytester.makeini("[pytest]\ntactful_pack = profile:academia\n")
    pytester.runpytest_inprocess(*PLUGIN).assert_outcomes(passed=1)


def test_the_plugin_costs_nothing_where_there_is_nothing_to_do() -> None:
    """Loading it imports nothing of the package."""
    script = "import sys, _tactful_pytest; print([one for one in sys.modules if one.partition('.')[0] == 'tactful'])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "rules", ["rules/profiles/tests/academia.yaml", pytest.param("rules/profiles", marks=pytest.mark.slow)]
)
def test_the_shipped_rules_pass(rules: str) -> None:
    """``pytest rules/profiles`` from the checkout. The default run has all shipped rules, and the invariants, as items anyway."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "pytest", *PLUGIN, rules, "-p", "no:cacheprovider", "-n", "0"]
    done = subprocess.run(
        [*command, "-k", "not invariant"],
        capture_output=True,
        text=True,
        cwd=root,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_an_invariant_about_two_decisions_is_tried_on_drawn_cases_or_skipped(pytester: pytest.Pytester) -> None:
    """Thanking twice breaks one; where no case is drawn it is skipped, and never passed."""
    _house(pytester)
    fault = Path(__file__).parents[1] / "seeded_faults" / "negation_lost.yaml"
    (pytester.path / "house" / "pack.yaml").write_text(fault.read_text())
    result = pytester.runpytest_inprocess(*PLUGIN, "house", "-k", "one-note-is-enough", "--tactful-draw", "60")
    result.assert_outcomes(failed=1, deselected=3 + INVARIANTS)
    result.stdout.fnmatch_lines(["*in a drawn case (seed *", "*by: thank-you-note*"])
    pytester.makeini("[pytest]\ntactful_draw = 0\n")
    result = pytester.runpytest_inprocess(*OWN_SETTINGS, "house", "-k", "one-note-is-enough")
    result.assert_outcomes(skipped=1, deselected=3 + INVARIANTS)
    weeks = pytester.runpytest_inprocess(*OWN_SETTINGS, "house", "-k", "following-advice", "-rs")
    weeks.assert_outcomes(skipped=1, deselected=3 + INVARIANTS)
    weeks.stdout.fnmatch_lines(["*it needs drawn cases*"])
    pytester.makeini("[pytest]\ntactful_draw = many\n")
    result = pytester.runpytest_inprocess(*OWN_SETTINGS, "house")
    assert "tactful_draw is 'many'" in result.stdout.str() + result.stderr.str()
