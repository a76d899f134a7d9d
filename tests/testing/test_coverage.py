"""Coverage counts what some decisions exercised, and shows where the rest stands."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

import tactful
from tactful.cli.app import app
from tactful.formats.text.console import SafeConsole
from tactful.testing.coverage.cover import cover
from tactful.testing.coverage.report import coverage_html, coverage_text

PACK = """\
facts:
  person.writes: {when: {person.prefers: email}}
actions: {call: {about: a call}}
rules:
  call-them:
    for each: person
    when: {person.writes: no, person.name: known}
    then: {may: call}
    because: a reason
  never-call:
    for each: person
    when: {person.invited_call: no}
    then: {must_not: call}
    because: a reason
"""


def _case(**person: object) -> dict[str, object]:
    return {
        "now": "2026-11-25T18:00:00Z",
        "candidate": {"id": "c"},
        "applications": [{"id": "a", "people": [{"id": "p", **person}]}],
    }


def test_a_rule_counts_once_and_a_test_twice() -> None:
    """Two rules and three tests of which one is a fact's make eight outcomes; every test is looked at, whatever others say."""
    policy = tactful.loads(PACK)
    coverage = cover(policy, [policy.read(_case(prefers="email", invited_call=True))])
    assert (coverage.fired, len(coverage.rules), coverage.outcomes, len(coverage.tests)) == (0, 2, 4, 4)
    assert coverage.percent == 40.0
    whole = cover(
        policy,
        [
            policy.read(_case(prefers="email", name="Kim", invited_call=False)),
            policy.read(_case(name="Kim", invited_call=False)),
            policy.read(_case(invited_call=True)),
        ],
    )
    assert whole.percent == 100.0


def test_conflicts_that_came_up_are_counted() -> None:
    """A prohibition and a recommendation that met, and how often."""
    policy = tactful.loads(PACK)
    coverage = cover(policy, [policy.read(_case(name="Kim", invited_call=False))])
    assert [(conflict.prohibition, conflict.recommendation, conflict.met) for conflict in coverage.conflicts] == [
        ("never-call", "call-them", 1)
    ]


def test_the_report_says_what_was_never_seen_and_where() -> None:
    """Each line has the file and line of what was missed."""
    policy = tactful.loads(PACK)
    out = SafeConsole(width=120, record=True, file=open("/dev/null", "w"))  # noqa: SIM115  (rich writes to it to the end)
    coverage_text(cover(policy, [policy.read(_case(prefers="email", invited_call=True))]), out)
    text = out.export_text()
    assert "pack:5 call-them never fired" in text
    assert "pack:7 call-them: `person.name: known` never seen true" in text
    assert "never met: never-call against call-them" in text


def test_the_page_colours_tests_and_needs_nothing_else() -> None:
    """Every line of the rule file is on the page; tests are coloured by what was seen of them."""
    policy = tactful.loads(PACK)
    page = coverage_html(cover(policy, [policy.read(_case(prefers="email", invited_call=True))])).decode()
    assert '<mark class="false" title="call-them: true 0 times, false 1 times">known</mark>' in page
    assert '<mark class="never" title="fired 0 times">call-them</mark>' in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_command_writes_the_page_and_can_fail(tmp_path: Path) -> None:
    """``--html`` writes the page, ``--fail-under`` sets the exit code."""
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "pack.yaml").write_text(PACK)
    page = tmp_path / "page.html"
    command = ["test", str(folder), "--coverage", "--html", str(page)]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert page.read_bytes().startswith(b"<!doctype html>")
    assert CliRunner().invoke(app, [*command, "--fail-under", "50"]).exit_code == 1
    assert CliRunner().invoke(app, ["test", "--fail-under", "50"]).exit_code == 2
