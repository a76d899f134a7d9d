"""Coverage counts what some decisions exercised, and shows where the rest stands."""

from __future__ import annotations

import io
from pathlib import Path

from typer.testing import CliRunner

import tactful
from tactful.cli.app import app
from tactful.formats.text.console import SafeConsole, plain_console
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
    command = ["test", str(folder), "--draw", "0", "--coverage", "--html", str(page)]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert page.read_bytes().startswith(b"<!doctype html>")
    assert CliRunner().invoke(app, [*command, "--fail-under", "50"]).exit_code == 1
    assert CliRunner().invoke(app, ["test", "--fail-under", "50"]).exit_code == 2


TABLE = """\
parameters: {patience: {values: {2026-01-01: 2 days, 2026-12-01: 3 days}}}
tables:
  person.wait:
    by: [person.prefers]
    gives: duration
    rows:
      - [email, 1 day]
      - [phone, 2 days]
    otherwise: 5 days
actions: {call: {about: a call}}
rules:
  call-them:
    for each: person
    when: {person.wait: more than 1 day, application.reply_by: at least $patience ago}
    then: {may: call}
    because: a reason
"""


def test_rows_of_tables_that_gave_no_value_are_named() -> None:
    """The first row that matches gives the value; the others and ``otherwise`` are named with their cells."""
    policy = tactful.loads(TABLE)
    out = io.StringIO()
    coverage = cover(policy, [policy.read(_case(prefers="email"))])
    coverage_text(coverage, plain_console(out, 120))
    assert [(row.name, row.chosen) for row in coverage.rows] == [("row 1", 1), ("row 2", 0), ("`otherwise`", 0)]
    assert "pack:8 person.wait: row 2 of the table (phone) never gave the value" in out.getvalue()
    assert "pack:3 person.wait: `otherwise` of the table never gave the value" in out.getvalue()
    assert "row 1 of the table" not in out.getvalue()
    cases = [policy.read(_case(**facts)) for facts in ({"prefers": "email"}, {"prefers": "phone"}, {})]
    assert cover(policy, cases).chosen == 3


def test_no_id_of_a_hidden_fact_or_a_parameter_stands_in_a_report() -> None:
    """Tests are named by the fields of their authors, and the fact of a parameter by the parameter."""
    out = io.StringIO()
    policy = tactful.loads(TABLE)
    coverage_text(cover(policy, [policy.read(_case())]), plain_console(out, 120))
    assert "call-them: `application.reply_by: at least $patience ago` never seen true" in out.getvalue()
    assert "$patience: `candidate.date: before 2026-12-01` never seen false" in out.getvalue()
    assert "candidate.$" not in out.getvalue()


def test_of_an_overlay_only_its_own_part_is_shown(tmp_path: Path) -> None:
    """What it adds and changes, be it through a parameter; ``--all`` shows the base too."""
    (tmp_path / "base.yaml").write_text(TABLE.replace("{values: {2026-01-01: 2 days, 2026-12-01: 3 days}}", "2 days"))
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(
        "extends: base.yaml\nrules:\n  more:\n    for each: person\n    when: {person.prefers: email}\n"
        "    then: {may: call}\n    because: a reason\n"
    )
    command = ["test", str(overlay), "--draw", "0", "--coverage"]
    own = CliRunner().invoke(app, command).stdout
    assert "more never fired" in own
    assert "call-them" not in own.partition("Conflicts")[0]
    assert "--all looks at its base too" in " ".join(own.split())  # the pack's path decides where the line is broken
    whole = CliRunner().invoke(app, [*command, "--all"]).stdout
    assert "call-them never fired" in whole
    assert "--all" not in whole
    overlay.write_text("extends: base.yaml\nparameters: {patience: 4 days}\n")
    changed = CliRunner().invoke(app, command).stdout
    assert "call-them never fired" in changed
    assert "person.wait: row" not in changed
