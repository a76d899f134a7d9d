"""The page about batches shows what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tactful.cli.app import app

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "decide-for-a-million.md"


def test_the_how_to_shows_what_its_commands_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other, with the file that it shows; and the reject is as shown."""
    monkeypatch.chdir(tmp_path)
    page = PAGE.read_text()
    given, reject = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    Path("cases.jsonl").write_text(given)
    commands = re.findall(r"```shell\n\$ tactful (.*?)\n(.*?)```", page, re.DOTALL)
    assert len(commands) == 3
    for command, output in commands:
        assert CliRunner().invoke(app, command.split()).output.rstrip() == output.rstrip()
    assert Path("decided/rejects/part-00000.jsonl").read_text() == reject
