"""Files of examples with mistakes, and examples that fail: what people are told.

``rejected_examples/<situation>`` has a file that cannot be read, ``failed_examples/<situation>`` one whose examples are not
met by the shipped rules. ``pytest --update-cases`` writes what is expected anew; the difference is what gets reviewed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import tactful
import tactful.testing
from reviewed import expect
from tactful.source.diagnostics import snippet
from tactful.testing.examples.run import read_examples_text, run_example
from tactful.testing.report import WIDTH, failed_example_text

HERE = Path(__file__).parent
REJECTED = sorted((HERE / "rejected_examples").iterdir())
FAILED = sorted((HERE / "failed_examples").iterdir())


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.load()


def _read(folder: Path, pack: tactful.Policy) -> tuple[tactful.testing.Example, ...]:
    return read_examples_text(pack, (folder / "examples.yaml").read_text(), "examples.yaml", folder)


def _in_words(error: tactful.InvalidInput) -> str:
    """All diagnostics as the command line shows them, without colour."""
    lines = []
    for diagnostic in error.diagnostics:
        lines.append(f"{diagnostic.place()}: {diagnostic.code} {diagnostic.message}".removeprefix(": "))
        if diagnostic.span is not None and diagnostic.span.file in error.sources:
            lines.append(snippet(error.sources[diagnostic.span.file], diagnostic.span))
        if diagnostic.help:
            lines.append(f"      {diagnostic.help}")
        lines.append("")
    return "\n".join(lines)


@pytest.mark.parametrize("folder", REJECTED, ids=lambda path: path.name)
def test_mistakes_in_examples_are_reported_as_reviewed(folder: Path, pack: tactful.Policy, update_cases: bool) -> None:
    """Code, place, message, snippet and help are those that were reviewed, all of them in one go."""
    with pytest.raises(tactful.InvalidInput) as caught:
        _read(folder, pack)
    expect(folder, _in_words(caught.value), update_cases)


@pytest.mark.parametrize("folder", FAILED, ids=lambda path: path.name)
def test_failed_examples_are_reported_as_reviewed(folder: Path, pack: tactful.Policy, update_cases: bool) -> None:
    """Expected and got stand side by side, then the reasons; no line is wider than the page or ends in blanks."""
    results = [run_example(pack, example) for example in _read(folder, pack)]
    assert not any(result.passed for result in results)
    text = "\n".join(failed_example_text(pack, result) for result in results)
    expect(folder, text, update_cases)
    for line in text.splitlines():
        assert len(line) <= WIDTH
        assert line == line.rstrip()
