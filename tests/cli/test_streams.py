"""Closed, full and broken standard streams, encodings without our signs, and Ctrl-C: a clear end, never a traceback."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest
from _pytest.mark import ParameterSet

from tactful.source.codes.case import UnreadableCase
from tactful.source.diagnostics import Span, snippet

ROOT: Final = Path(__file__).parents[2]
CASE: Final = str(ROOT / "examples" / "two_interviewers_one_wants_email.yaml")
INVITATION: Final = str(ROOT / "examples" / "invitations" / "interview.ics")
COMMANDS: Final = (
    ("advise", CASE),
    ("plan", CASE),
    ("schema", "decision"),
    ("import", INVITATION, "--me", "kim@example.net"),
    ("--help",),
)
MORE_THAN_A_PIPE_HOLDS: Final = b" " * 200_000
TACTFUL: Final = f"{sys.executable} -m tactful"


def _shell(words: tuple[str, ...], redirection: str, **environment: str) -> subprocess.CompletedProcess[str]:
    line = f"{TACTFUL} {' '.join(words)} {redirection}"
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )


#: What becomes of the streams, and the exit codes that this may lead to.
REDIRECTIONS: Final = {
    ">/dev/full": {1},
    "| head -1": {0, 1, 141},
    ">&-": {1},
    "2>&-": {0},
    "<&-": {0},
}


def _each_with_each(commands: tuple[tuple[str, ...], ...], others: Iterable[object], usual: int) -> list[ParameterSet]:
    """All pairs. The default run tries the first command with all others, and other commands with the ``usual`` first ones."""
    return [
        pytest.param(
            words, other, id=f"{words[0]} {other}", marks=[pytest.mark.slow] if command and no >= usual else []
        )
        for command, words in enumerate(commands)
        for no, other in enumerate(others)
    ]


@pytest.mark.parametrize(("words", "redirection"), _each_with_each(COMMANDS, REDIRECTIONS, usual=2))
def test_no_stream_is_a_reason_for_a_traceback(words: tuple[str, ...], redirection: str) -> None:
    """Output closed, full, or read by somebody who stops after a line."""
    codes = REDIRECTIONS[redirection]
    result = _shell(words, redirection)
    assert result.returncode in codes, result.stderr
    assert "Traceback" not in result.stderr, result.stderr
    assert "Exception ignored" not in result.stderr, result.stderr
    if codes == {1}:
        assert result.stderr.startswith("standard output"), result.stderr


@pytest.mark.parametrize("words", [("advise", "-"), ("import", "-"), ("batch", "-", "OUT")], ids=lambda words: words[0])
def test_a_closed_standard_input_is_a_mistake(words: tuple[str, ...], tmp_path: Path) -> None:
    """It is reported by name."""
    result = _shell(tuple(word.replace("OUT", str(tmp_path / "out")) for word in words), "<&-")
    assert result.returncode == 1
    assert "standard input" in result.stderr
    assert "Traceback" not in result.stderr


ENCODINGS: Final = ({"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"})


@pytest.mark.parametrize(("words", "environment"), _each_with_each(COMMANDS, ENCODINGS, usual=1))
def test_an_encoding_without_our_signs(words: tuple[str, ...], environment: dict[str, str]) -> None:
    """Marks and quotation marks have plain stand-ins, and charts keep their columns."""
    result = _shell(words, "", **environment)
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr


def _as_in_a_terminal() -> None:
    """Let Ctrl-C interrupt a process. Where tests run in the background of a shell, it would be ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_with_130(tmp_path: Path) -> None:
    """And with a short line."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tactful", "advise", "-"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_as_in_a_terminal,
    )
    assert process.stdin is not None
    process.stdin.write(MORE_THAN_A_PIPE_HOLDS)  # so this returns when the command has begun to read
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors.decode()) == (130, "stopped\n")


_INTERRUPTED_WHILE_LOADING = """
import sys
import _tactful_command
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "tactful.cli.app":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
_tactful_command.main()
"""


def test_ctrl_c_while_the_command_is_loaded_ends_with_130() -> None:
    """Loading takes a third of a second, in which people press Ctrl-C. Once, that was a traceback."""
    ended = subprocess.run([sys.executable, "-c", _INTERRUPTED_WHILE_LOADING], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (130, "stopped\n")


@pytest.mark.parametrize(
    ("line", "column", "length", "under"),
    [
        ("a: wrong", 4, 5, "   ^^^^^"),
        ("会社: wrong", 5, 5, "      ^^^^^"),
        ("e\u0301: x", 5, 1, "   ^"),
        ("a\tb", 3, 1, "  ^"),
    ],
)
def test_carets_stand_below_the_text(line: str, column: int, length: int, under: str) -> None:
    """Wide characters take two cells, combining ones none, and a tab is shown as one space."""
    span = Span("f", column - 1, column - 1 + length, 1, column)
    assert snippet(line, span).split("\n")[1] == f"     | {under}"


def test_a_message_never_has_the_whole_file() -> None:
    """However long a value is."""
    diagnostic = UnreadableCase.at(None, f"`{'x' * 100_000}` is wrong", "y" * 100_000)
    assert len(diagnostic.message) < 1_100
    assert diagnostic.message.endswith("is wrong")
    assert len(diagnostic.help or "") < 1_100


@pytest.mark.parametrize("words", [("check", ""), ("advise", "x.yaml", "--rules", ""), ("batch", "", "out")], ids=str)
def test_an_empty_name_is_not_the_current_folder(words: tuple[str, ...], tmp_path: Path) -> None:
    """A script whose variable is empty would otherwise read whatever lies there."""
    ended = subprocess.run([sys.executable, "-m", "tactful", *words], capture_output=True, text=True, cwd=tmp_path)
    assert ended.returncode == 1
    assert re.search("is empty|there is no such file or folder", ended.stderr)


def test_very_many_mistakes_are_counted_and_not_all_shown(tmp_path: Path) -> None:
    """Thousands of lines hide the first mistake, which is the one to look at."""
    applications = [{"id": f"a{no}", "status": "x"} for no in range(300)]
    (tmp_path / "case.json").write_text(json.dumps({"candidate": {"id": "kim"}, "applications": applications}))
    ended = subprocess.run(
        [sys.executable, "-m", "tactful", "advise", str(tmp_path / "case.json")], capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert ended.stderr.count("case.json:1:") == 200
    assert "301 mistakes, of which 200 are shown" in ended.stderr
