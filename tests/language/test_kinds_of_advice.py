"""The kind of advice that actions declare, and what their deadlines mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import tactful
from tactful.cli.app import app
from tactful.language.ir import Action

PACK = """
actions:
  task: {about: a task}
  rest: {about: rest, kind: wait}
  short_rest: {about: a short rest, is_a: rest}
  stir: {about: a stir, is_a: rest, kind: do}
  wake: {about: waking, is_a: short_rest, due: by}
  doze: {about: dozing, is_a: wake}
  habit: {about: a habit, kind: standing, due: by}
  pester: {about: pestering, kind: avoid}
rules:
  work:
    about: Work.
    source: House rules
    for each: candidate
    then: {should: task}
    because: it is time
"""


def _actions(folder: Path, overlay: str = "") -> dict[str, Action]:
    (folder / "base.yaml").write_text(PACK)
    if not overlay:
        return dict(tactful.load(folder / "base.yaml").checked.actions)
    (folder / "over.yaml").write_text(f"extends: base.yaml\n{overlay}")
    return dict(tactful.load(folder / "over.yaml").checked.actions)


@pytest.mark.parametrize(
    ("action", "kind", "due"),
    [
        ("task", "do", "by"),
        ("rest", "wait", "until"),
        ("short_rest", "wait", "until"),
        ("stir", "do", "by"),
        ("wake", "wait", "by"),
        ("doze", "wait", "by"),
        ("habit", "standing", "by"),
        ("pester", "avoid", "until"),
    ],
)
def test_an_action_has_the_kind_that_is_stated_nearest(tmp_path: Path, action: str, kind: str, due: str) -> None:
    """The kind comes from the nearest action of the family that states one; what its deadline means follows, or is stated."""
    checked = _actions(tmp_path)[action]
    assert (checked.kind, checked.due) == (kind, due)


@pytest.mark.parametrize(
    ("action", "kind"), [("task", "avoid"), ("rest", "wait"), ("habit", "standing"), ("pester", "avoid")]
)
def test_a_prohibition_of_a_task_is_something_to_leave_alone(tmp_path: Path, action: str, kind: str) -> None:
    """Advice against a task is of the kind ``avoid``; other actions keep their kind. All prohibitions hold until they end."""
    checked = _actions(tmp_path)[action]
    assert checked.kind_of(prohibits=True) == kind
    assert checked.due_means(prohibits=True) == "until"


def test_an_overlay_changes_the_kind_of_an_action(tmp_path: Path) -> None:
    """An overlay changes the kind alone; kinds of the action that state none follow."""
    actions = _actions(tmp_path, "actions: {rest: {kind: standing}}")
    assert [actions[id_].kind for id_ in ("rest", "short_rest", "stir")] == ["standing", "standing", "do"]
    assert actions["rest"].about == "rest"


def test_rules_lists_the_kinds_of_actions(tmp_path: Path) -> None:
    """``tactful rules`` shows the kind of each action, whether it is stated or inherited."""
    (tmp_path / "base.yaml").write_text(PACK)
    listed = CliRunner().invoke(app, ["rules", "--rules", str(tmp_path / "base.yaml")]).output
    assert "short_rest  rest        wait" in listed


def test_an_unknown_kind_is_reported_once(tmp_path: Path) -> None:
    """A kind that does not exist is a mistake of the action that states it, and not of those that inherit it."""
    with pytest.raises(tactful.InvalidInput) as caught:
        _actions(tmp_path, "actions: {rest: {kind: later}}")
    assert [(mistake.code, mistake.message) for mistake in caught.value.diagnostics] == [("T311", "`kind` is `later`")]
