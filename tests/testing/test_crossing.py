"""``tactful check --cross-engine``: agreement is said, and a disagreement is shown with a small case."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

import tactful
from extras import NEEDS_RETE
from tactful.cli.app import app
from tactful.engines.firings import RawFiring
from tactful.engines.rete.program import ReteProgram
from tactful.facts.rows import Case
from tactful.testing.crossing import cross_examine

pytest.importorskip("durable_rules_engine", reason=NEEDS_RETE)


def test_the_shipped_pack_is_decided_alike() -> None:
    """So many decisions on so many cases; the same seed compares the same."""
    result = CliRunner().invoke(app, ["check", "--cross-engine", "--cases", "10", "--seed", "7"])
    assert result.exit_code == 0
    assert "both engines agree: " in result.stdout
    assert "on 10 random cases, seed 7" in result.stdout
    pack = tactful.load()
    assert cross_examine(pack, seed=7, examples=10) == cross_examine(pack, seed=7, examples=10)


def test_a_disagreement_is_shown_with_a_small_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that forgets one rule is found out."""
    real = ReteProgram.fire
    forgotten = next(rule.no for rule in tactful.load().checked.rules if rule.id == "job-kept-until-signed")

    def forgetful(self: ReteProgram, case: Case, now: int) -> list[RawFiring]:
        return [one for one in real(self, case, now) if one[0] != forgotten]

    monkeypatch.setattr(ReteProgram, "fire", forgetful)
    result = CliRunner().invoke(app, ["check", "--cross-engine", "--cases", "200", "--seed", "7"])
    assert result.exit_code == 1
    assert "fires only in compiled: job-kept-until-signed for candidate" in result.stdout
    assert "employed: true" in result.stdout
    assert "applications" not in result.stdout.replace("applications: []", "")
