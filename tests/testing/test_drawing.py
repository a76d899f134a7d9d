"""Cases drawn from a seed are the same in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import tactful
from tactful.testing.properties.drawing import drawn_cases

FAULT = Path(__file__).parents[1] / "seeded_faults" / "negation_lost.yaml"
SCRIPT = """
import importlib, sys
for name in sys.argv[2:]:
    importlib.import_module(name)
import tactful
from tactful.testing import check_invariants
from tactful.testing.properties.drawing import drawn_cases
policy = tactful.load(sys.argv[1])
print(list(drawn_cases(policy, 300, 1)))
print(check_invariants(policy, seed=1, examples=300))
"""


def drawn(folder: Path, *modules: str) -> str:
    """The cases and the results for one seed, in a process that also imports ``modules`` from ``folder``."""
    path = os.pathsep.join([str(folder), *sys.path])
    command = [sys.executable, "-c", SCRIPT, str(FAULT), *modules]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    ).stdout


def test_loaded_modules_do_not_matter(tmp_path: Path) -> None:
    """The same cases and the same smallest failing case, whatever is imported.

    hypothesis draws constants from the source of loaded modules, and a seed once drew other cases for it.
    """
    # hypothesis takes no constants from a module with more than 1024 of them
    constants = [*range(100, 400), *(bytes(range(1, length)) for length in range(2, 51))]
    (tmp_path / "full_of_constants.py").write_text(f"CONSTANTS = {constants!r}\n")
    plain = drawn(tmp_path)
    assert "failure=InvariantFailure" in plain
    assert drawn(tmp_path, "full_of_constants", "tactful.columns.engine.program") == plain


def test_as_many_cases_as_asked_for() -> None:
    """All of them valid; another seed draws other cases."""
    policy = tactful.load()
    cases = list(drawn_cases(policy, 50, 1))
    assert len(cases) == 50
    assert all(policy.read(case).now is not None for case in cases)
    assert cases != list(drawn_cases(policy, 50, 2))
