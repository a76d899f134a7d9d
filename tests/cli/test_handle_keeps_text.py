"""``done``, ``dismiss`` and ``undo`` in files of all styles, by several processes at once, and by ones that are killed."""

from __future__ import annotations

import json
import multiprocessing
import re
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tactful.cli.app import app

PACK = """\
actions:
  nap: {about: a nap}
  thank: {about: thanks, leaves: {message: {kind: thank_you, channel: email}}}
rules:
  nap: {about: Sleep., source: House rules, for each: application, then: {may: nap}, because: so}
  thank: {about: Thank them., source: House rules, for each: person, then: {should: thank}, because: so}
"""
BLOCKS = """\
# Dana answers quickly.
now: 2026-11-23T10:00:00-05:00
candidate:
  id: sam   # me
  time_zone: America/New_York

applications:
  - id: acme\t# my favourite
    people:
      - &dana {id: dana, name: 'Dana Ruiz'}
    interviews:
      - id: onsite
        ended_at: "2026-11-21T16:30"
        interviewers:
          - dana
          # by phone

  - id: beta
# that is all
"""
BRACES = """\
{now: 2026-11-23T10:00:00-05:00,
 candidate: {id: sam, time_zone: America/New_York}, # me
 applications: [
  {id: acme, people: [{id: dana, name: Dana Ruiz}]},
  {id: beta}
 ]}
"""
PLAIN: Any = {
    "now": "2026-11-23T10:00:00-05:00",
    "candidate": {"id": "sam", "time_zone": "America/New_York"},
    "applications": [{"id": "acme", "people": [{"id": "dana", "name": "Dána"}]}, {"id": "beta"}],
}
MIXED = """\
{"now": "2026-11-23T10:00:00-05:00",
 "candidate": {"id": "sam", "time_zone": "America/New_York"},
 "applications": [
  {"id": "acme",
   "people": [{"id": "dana", "name": "D\\u00e1na"}]}, {"id": "beta"}
 ]}
"""
FILES = {
    "blocks.yaml": BLOCKS,
    "crlf.yaml": BLOCKS.replace("\n", "\r\n"),
    "mark.yaml": "\ufeff" + BLOCKS,
    "no_last_line_feed.yaml": BLOCKS.removesuffix("\n"),
    "document.yaml": f"%YAML 1.2\n---\n{BLOCKS}...\n",
    "wide.yaml": BLOCKS.replace("  ", "    ").replace("- id", "-   id"),
    "tight.yaml": re.sub(r"\n  (?= *[-a-z])(?!id|time)", "\n", BLOCKS).replace("  # by", "# by"),
    "braces.yaml": BRACES,
    "one_line.yaml": BRACES.replace("# me\n", "").replace("\n", "") + "\n",
    "two.json": json.dumps(PLAIN, indent=2) + "\n",
    "four.json": json.dumps(PLAIN, indent=4, ensure_ascii=False),
    "tabs.json": json.dumps(PLAIN, indent="\t"),
    "crlf.json": json.dumps(PLAIN, indent=2).replace("\n", "\r\n"),
    "mark.json": "\ufeff" + json.dumps(PLAIN, indent=2),
    "compact.json": json.dumps(PLAIN, separators=(",", ":")),
    "mixed.json": MIXED,
}


def _run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def rules(tmp_path: Path) -> str:
    """A small pack, which loads fast."""
    path = tmp_path / "pack.yaml"
    path.write_text(PACK)
    return str(path)


@pytest.mark.parametrize("name", FILES)
def test_only_lines_are_added_and_taken_out(name: str, rules: str, tmp_path: Path) -> None:
    """All that was in the file is still in it, in its order; after `undo`, in any order, the file is as before to the byte."""
    path, before = tmp_path / name, FILES[name].encode()
    path.write_bytes(before)
    told = [("done", "thank:dana"), ("dismiss", "nap:acme"), ("done", "nap:beta"), ("dismiss", "thank:dana")]
    for command, advice in told:
        _run(command, str(path), advice, "--rules", rules)
    written = path.read_bytes()
    rest = iter(written.decode())
    assert all(sign in rest for sign in before.decode())
    assert written.count(b"\r\n") == (written.count(b"\n") if b"\r\n" in before else 0)
    record = json.loads(_run("advise", str(path), "--rules", rules, "--format", "json"))
    handled = {entry["key"]: entry["handled"]["how"] for entry in record["set_aside"]}
    assert sorted(handled.values()) == ["dismissed", "done", "done"]
    for advice in ("thank:dana", "nap:beta", "nap:acme"):
        _run("undo", str(path), advice, "--rules", rules)
    assert path.read_bytes() == before


def _dismiss(path: str, rules: str, ids: list[str]) -> None:
    for id_ in ids:
        _run("dismiss", path, f"nap:{id_}", "--rules", rules)


def test_several_processes_lose_nothing(rules: str, tmp_path: Path) -> None:
    """Each waits for the others, so that all is in the file in the end."""
    path, ids = tmp_path / "case.yaml", [f"a{no}" for no in range(12)]
    applications = "".join(f"  - id: {id_}\n" for id_ in ids)
    path.write_text(f"candidate: {{id: me}}\nnow: 2026-11-23T10:00:00Z\napplications:\n{applications}")
    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=_dismiss, args=(str(path), rules, ids[no::3])) for no in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    written = path.read_text()
    assert sorted(line.split(":")[-1] for line in written.splitlines() if "about:" in line) == sorted(ids)
    assert [file.name for file in tmp_path.iterdir() if "case" in file.name] == ["case.yaml"]


def _turn_around(path: str, rules: str) -> None:
    while True:
        _run("done", path, "thank:dana", "--rules", rules)
        _run("undo", path, "thank:dana", "--rules", rules)


def test_a_killed_command_leaves_the_old_or_the_new_file(rules: str, tmp_path: Path) -> None:
    """At whatever moment it is killed; and the next command can write."""
    path = tmp_path / "case.yaml"
    path.write_text(BLOCKS)
    _run("done", str(path), "thank:dana", "--rules", rules)
    new = path.read_text()
    fork = multiprocessing.get_context("fork")
    for no in range(6):
        process = fork.Process(target=_turn_around, args=(str(path), rules))
        process.start()
        time.sleep(0.1 + no * 0.013)
        process.kill()
        process.join()
        assert path.read_text() in (BLOCKS, new)
    _run("undo" if path.read_text() == new else "done", str(path), "thank:dana", "--rules", rules)


def test_an_earlier_value_that_is_no_json_is_reported(rules: str, tmp_path: Path) -> None:
    """Somebody has changed by hand what `undo` would bring back."""
    path = tmp_path / "case.yaml"
    path.write_text(BLOCKS)
    _run("done", str(path), "nap:acme", "--rules", rules)
    text = path.read_text() + '    before:\n      - {path: "application[acme].company", value: Acme}\n'
    path.write_text(text.replace("# that is all\n", ""))
    result = CliRunner().invoke(app, ["undo", str(path), "nap:acme", "--rules", rules])
    assert (result.exit_code, "is not JSON" in result.stderr) == (1, True), result.output
