"""The core install, without the extras, has all commands but those that name an extra."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "two_interviewers_one_wants_email.yaml"
#: Runs the command as if nothing but the core install were there.
_WITHOUT_EXTRAS: Final = """
import sys
for name in ("numpy", "pyarrow", "ray", "hypothesis", "durable_rules_engine"):
    sys.modules[name] = None
from tactful.cli.app import main
main()
"""


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _WITHOUT_EXTRAS, *arguments], capture_output=True, text=True, check=False
    )


def test_the_core_install_decides() -> None:
    """``tactful advise`` and ``tactful check`` need no extra."""
    advice, check = _run("advise", str(EXAMPLE)), _run("check")
    assert (advice.returncode, advice.stderr) == (0, "")
    assert "thank-you note" in advice.stdout
    assert (check.returncode, check.stderr) == (0, "")


def test_a_batch_names_the_extra_that_it_needs(tmp_path: Path) -> None:
    """Without Arrow, ``tactful batch`` says what to install."""
    result = _run("batch", str(tmp_path / "cases.jsonl"), str(tmp_path / "out"))
    assert result.returncode in (1, 2)
    assert "tactful[batch]" in result.stderr
    assert "Traceback" not in result.stderr
