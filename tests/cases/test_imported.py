"""Invitations, feeds and tables: what case comes of them, what is said about it, and what is refused.

Each folder has files and ``commands.txt``, a line for each run of ``tactful``, one after the other. ``expected.yaml`` is
the case at the end, ``expected.txt`` what was said. ``pytest --update-cases`` writes both anew; the difference is what
gets reviewed.
"""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import tactful
from tactful.cli.app import app

HERE = Path(__file__).parent / "imported"
SITUATIONS = sorted(path for path in HERE.iterdir() if path.is_dir())


def _run(folder: Path) -> tuple[str, str]:
    """The case at the end, and what was said on the way."""
    output, case = [], ""
    for line in (folder / "commands.txt").read_text().splitlines():
        arguments = shlex.split(line)
        result = CliRunner().invoke(app, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        output.append(f"$ tactful {line}\n{result.stderr}exit code {result.exit_code}\n")
        case = result.stdout or case
        if "--into" in arguments:
            case = Path(arguments[arguments.index("--into") + 1]).read_text()
    return case, "\n".join(output)


@pytest.mark.parametrize("folder", SITUATIONS, ids=lambda path: path.name)
def test_imported_as_reviewed(
    folder: Path, tmp_path: Path, update_cases: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case and what is said are those that were reviewed, and the case is one that can be decided on."""
    work = tmp_path / "work"
    shutil.copytree(folder, work)
    monkeypatch.chdir(work)
    case, output = _run(work)
    if update_cases:
        (folder / "expected.yaml").write_text(case)
        (folder / "expected.txt").write_text(output)
    assert output == (folder / "expected.txt").read_text()
    assert case == (folder / "expected.yaml").read_text()
    if output.endswith("exit code 0\n"):
        tactful.load().read_text(case, "case.json" if case.startswith("{") else "case.yaml")
