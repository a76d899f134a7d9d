"""``done``, ``dismiss`` and ``undo``, as they are typed: the file is rewritten, and its comments stay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tactful.cli.app import app

EXAMPLES = Path(__file__).parents[2] / "examples"
CASE = """# Dana answers quickly.
now: 2026-11-23T10:00:00-05:00
candidate: {id: sam, time_zone: America/New_York, country: US}
applications:
  - id: acme  # my favourite
    status: interviewing
    people:
      - {id: dana, name: Dana Ruiz}
    interviews:
      - {id: onsite, status: held, ended_at: "2026-11-21T16:30", interviewers: [dana]}
# that is all
"""


def _run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def _advised(path: Path) -> list[str]:
    record = json.loads(_run("advise", str(path), "--format", "json").stdout)
    return [f"{action['action']}:{action['target']['id']}" for action in record["actions"]]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A case with comments."""
    path = tmp_path / "case.yaml"
    path.write_text(CASE)
    return path


def test_done_adds_the_message_and_undo_takes_it_out(case: Path) -> None:
    """The file is as before, to the byte."""
    assert "thank_you_note:dana" in _advised(case)
    assert _run("done", str(case), "thank_you_note:dana", "--detail", "channel=post").exit_code == 0
    written = case.read_text()
    assert "# my favourite" in written
    assert "# that is all" in written
    assert "channel: post" in written
    assert "thank_you_note:dana" not in _advised(case)
    again = _run("done", str(case), "thank_you_note:dana")
    assert (again.exit_code, "already" in again.stderr) == (0, True)
    assert case.read_text() == written
    assert _run("undo", str(case), "thank_you_note:dana").exit_code == 0
    assert case.read_text() == CASE


def test_done_again_by_key_changes_nothing(case: Path) -> None:
    """A host that asks twice gets the same file."""
    record = json.loads(_run("advise", str(case), "--format", "json").stdout)
    key = next(action["key"] for action in record["actions"] if action["action"] == "thank_you_note")
    assert _run("done", str(case), key, "--at", "2026-11-23T11:00").exit_code == 0
    written = case.read_text()
    assert "sent_at: 2026-11-23T11:00:00-05:00" in written
    result = _run("done", str(case), key)
    assert (result.exit_code, "already" in result.stderr) == (0, True)
    assert case.read_text() == written


def test_dismiss_until_a_day(case: Path) -> None:
    """It is listed as set aside until then."""
    assert _run("dismiss", str(case), "keep_searching", "--until", "2026-12-24").exit_code == 0
    assert "keep_searching:sam" not in _advised(case)
    why = _run("why", str(case), "keep_searching")
    assert "dismissed until Thu 24 Dec 2026" in why.stdout
    written = case.read_text()
    assert _run("dismiss", str(case), "keep_searching", "--until", "2026-12-24").exit_code == 0
    assert case.read_text() == written
    assert _run("undo", str(case), "keep_searching").exit_code == 0
    assert case.read_text() == CASE


def test_a_json_case_is_rewritten_too(tmp_path: Path) -> None:
    """Its values stay."""
    path = tmp_path / "case.json"
    path.write_bytes((EXAMPLES / "call_or_write.json").read_bytes())
    advised = next(name for name in _advised(path) if name.startswith("keep_searching"))
    assert _run("dismiss", str(path), advised).exit_code == 0
    assert json.loads(path.read_text())["dismissed"][0]["about"] == advised


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("done", "CASE", "nonsense"), 1, "no advice has the key `nonsense`"),
        (("undo", "CASE", "nonsense"), 1, "nothing with the key"),
        (("done", "CASE", "thank_you_note", "--detail", "channel"), 2, "has no value"),
        (("done", "CASE", "thank_you_note", "--detail", "colour=red"), 1, "has no detail `colour`"),
        (("dismiss", "CASE", "keep_searching", "--until", "soon"), 2, "is not a moment"),
        (("dismiss", "CASE", "keep_searching", "--until", "2026-11-22"), 1, "`until` is over already"),
        (("done", "CASE", "thank_you_note", "--detail", "channel=pigeon"), 1, "channel: T"),
        (("done", "-", "thank_you_note"), 2, "not a regular file"),
        (("done", "nowhere.yaml", "thank_you_note"), 1, "no such file"),
    ],
)
def test_wrong_words_are_reported(case: Path, words: tuple[str, ...], code: int, message: str) -> None:
    """Nothing is written."""
    result = _run(*(str(case) if word == "CASE" else word for word in words))
    assert result.exit_code == code
    assert message in " ".join(result.stderr.split())
    assert case.read_text() == CASE
