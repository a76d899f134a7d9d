"""Pages that show what a command prints show what it does print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tactful.cli.app import app

ROOT = Path(__file__).parents[2]
SHOWN = re.compile(r"```console\n\$ tactful (?P<command>.*)\n(?P<output>(?:.*\n)*?)```")
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md") if SHOWN.search(path.read_text()))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_shows_what_its_commands_print(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run from the repository's root, each command prints what stands below it."""
    monkeypatch.chdir(ROOT)
    for found in SHOWN.finditer(page.read_text()):
        result = CliRunner().invoke(app, found["command"].split())
        assert result.output.rstrip() == found["output"].rstrip()
