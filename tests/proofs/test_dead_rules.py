"""``check --prove``: rules of which nothing is ever shown, and tables that leave cases without a value."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import tactful
from tactful.cli.app import app

pytest.importorskip("z3")
from tactful.proofs.dead import dead_rules, tables

PACK = """
pack: {name: dead}
tables:
  person.way:
    about: How to reach them.
    by: [person.prefers]
    gives: text
    rows: [[email, Write], [not email, Call]]
  person.half:
    about: How to reach some of them.
    by: [person.prefers]
    gives: text
    rows: [[email, Write]]
actions:
  call: {about: Call them., label: Call}
rules:
  alive: {about: A., for each: person, when: {person.prefers: phone}, then: {may: call}, because: So., by: none}
  never: {about: B., for each: person, when: {all: [{person.prefers: phone}, {person.prefers: email}]},
    then: {may: call}, because: So., by: none}
  loses: {about: C., for each: person, when: {person.prefers: email}, then: {may: call}, because: So., by: none, priority: 5}
  wins: {about: D., for each: person, when: {person.prefers: known}, unless: {person.prefers: phone},
    then: {must_not: call}, because: So., by: none, priority: 50}
"""


def test_rules_without_effect_are_proved_and_others_are_not() -> None:
    """A rule whose conditions exclude each other never fires, and one whose prohibition covers it always loses."""
    found = {rule.id: rule.defeated for rule in dead_rules(tactful.loads(PACK))}
    assert found == {"never": False, "loses": True}


def test_a_table_whose_rows_cover_all_is_total() -> None:
    """A complement covers what is unknown too."""
    assert {table.id: table.total for table in tables(tactful.loads(PACK).checked)} == {
        "person.half": False,
        "person.way": True,
    }


def test_the_command_tells_them(tmp_path: Path) -> None:
    """Under --strict, a rule without effect is a failure."""
    pack = tmp_path / "pack.yaml"
    pack.write_text(PACK)
    result = CliRunner().invoke(app, ["check", str(pack), "--prove"])
    assert "never never fires, in no case" in result.stdout
    assert "2 of 4 rules are not proved to be without effect" in result.stdout
    assert CliRunner().invoke(app, ["check", str(pack), "--prove", "--strict"]).exit_code == 1
