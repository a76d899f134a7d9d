"""Why, why not and what is different: questions about cases, with the text that people see.

``explained/<situation>`` has a case and a question as ``tactful why`` takes it; ``compared/<situation>`` has two cases.
``pytest --update-cases`` writes the texts anew; the difference is what gets reviewed.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest

import tactful
from reviewed import expect
from tactful.formats.text.comparison import render_differences
from tactful.formats.text.console import SafeConsole, plain_console
from tactful.formats.text.counterfactuals import render_counterfactuals
from tactful.formats.text.why import render_why

HERE = Path(__file__).parent
EXPLAINED = sorted((HERE / "explained").iterdir())
COMPARED = sorted((HERE / "compared").iterdir())


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.load()


def _decided(path: Path, pack: tactful.Policy) -> tactful.Decision:
    return pack.decide(pack.read_text(path.read_bytes(), path.name))


def _console() -> tuple[SafeConsole, io.StringIO]:
    out = io.StringIO()
    return plain_console(out, 110), out


@pytest.mark.parametrize("folder", EXPLAINED, ids=lambda path: path.name)
def test_a_question_is_answered_as_reviewed(folder: Path, pack: tactful.Policy, update_cases: bool) -> None:
    """The chain from facts to rank, or what is missing, and what it would take, are those that were reviewed."""
    action, _, target = (folder / "question.txt").read_text().strip().partition(":")
    console, out = _console()
    record = _decided(folder / "case.yaml", pack).why(action, target or None, flip=True)
    render_why(record, console)
    render_counterfactuals(record, console)
    expect(folder, out.getvalue(), update_cases)


@pytest.mark.parametrize("folder", COMPARED, ids=lambda path: path.name)
def test_two_decisions_differ_as_reviewed(folder: Path, pack: tactful.Policy, update_cases: bool) -> None:
    """The differences and the rules behind them are those that were reviewed."""
    before, after = (_decided(folder / name, pack) for name in ("before.yaml", "after.yaml"))
    console, out = _console()
    render_differences(before.compare(after), console)
    expect(folder, out.getvalue(), update_cases)


@pytest.mark.parametrize("folder", [*EXPLAINED, *COMPARED], ids=lambda path: path.name)
def test_no_line_is_wider_than_the_console_or_ends_in_blanks(folder: Path) -> None:
    """Texts are wrapped, guides included."""
    for line in (folder / "expected.txt").read_text().splitlines():
        assert len(line) <= 110
        assert line == line.rstrip()
