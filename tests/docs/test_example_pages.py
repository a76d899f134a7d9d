"""Pages that show files of examples show ones that pass."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import tactful
from tactful.testing import load_examples, run_example
from tactful.testing.examples.run import read_examples_text

ROOT = Path(__file__).parents[2]


def _yaml(page: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text()
    return [textwrap.dedent(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]


def test_the_reference_shows_an_example_that_passes() -> None:
    """For the shipped pack."""
    pack = tactful.load()
    (example,) = read_examples_text(pack, _yaml("reference/examples.md")[0], "examples.yaml")
    assert run_example(pack, example).messages == ()


def test_the_tutorial_ends_with_an_example_that_passes(tmp_path: Path) -> None:
    """For the overlay that it begins with."""
    overlay, example = _yaml("tutorial/first-overlay.md")
    (tmp_path / "tests").mkdir()
    (tmp_path / "acme.yaml").write_text(overlay)
    (tmp_path / "tests" / "portal.yaml").write_text(example)
    pack = tactful.load(tmp_path)
    (read,) = load_examples(tmp_path, pack)
    assert run_example(pack, read).messages == ()
