"""Runs ``tactful batch`` as people run it, and reads its output."""

from __future__ import annotations

import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from forked import Forked
from tactful.batch import workers
from tactful.batch.run import _Run
from tactful.cli.app import app

#: A pack that takes little time, where it does not matter what is decided.
SMALL_PACK: Final = Path(__file__).with_name("small_pack.yaml")
#: More seconds than any command takes, even on a busy machine. Only a command that hangs takes longer.
HANG: Final = 300


Process = Forked | subprocess.Popen[str]


def start(*arguments: object, largest_file: int | None = None, anew: bool = False) -> Process:
    """Start a batch in a process of its own, in which no file may have more than ``largest_file`` bytes.

    ``anew``: as a shell starts it. Otherwise it is a fork of this process, which has loaded everything already.
    """

    def limit() -> None:
        if largest_file is not None:
            sys.dont_write_bytecode = True  # Python would leave half of a file, and other processes would load it
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    def as_in_a_terminal() -> None:
        """Handle Ctrl-C, which processes below ``nohup`` and ``&`` inherit as ignored."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    words = ["batch", *map(str, arguments)]
    if not anew:
        return Forked(words, limit)
    assert largest_file is None
    return subprocess.Popen(
        [sys.executable, "-m", "tactful", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=as_in_a_terminal,
    )


def start_and_pause(input_: Path, output: Path, *options: object, units: int = 1, anew: bool = False) -> Process:
    """A batch that is paused (``SIGSTOP``) when at least ``units`` of its units are done, but not all."""
    for _ in range(5):  # a batch may be over before it is paused, if this process has to wait for its turn
        shutil.rmtree(output, ignore_errors=True)
        process = start(input_, output, *options, anew=anew)
        if wait_for_units(process, output, units):
            process.send_signal(signal.SIGSTOP)
            if process.poll() is None:
                return process
        told = process.communicate()
    raise AssertionError(f"the batch was always over before it could be paused: {told}")


def wait_for_units(process: Process, output: Path, units: int) -> bool:
    """Wait until ``units`` units are done. Returns whether the process was still running then."""
    while units_done(output) < units:
        if process.poll() is not None:
            return False
        time.sleep(0.002)
    return True


def units_done(output: Path) -> int:
    """The number of units that are done."""
    journal = output / ".work" / "done.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def run(*arguments: object, code: int = 0, copied: bool = True) -> Result:
    """Run a batch to its end. Its exit code has to be ``code``.

    This process does the work, unless ``arguments`` ask for workers. They are copies of this process, as they are of the
    process of a command, unless ``copied`` is false: then each loads everything anew, as on macOS, which takes seconds.
    """
    with pytest.MonkeyPatch.context() as patch:
        if "--workers" not in arguments:
            patch.setattr(_Run, "_workers", lambda *_: 0)
        patch.setattr(workers, "_can_copy", lambda: copied)
        result = CliRunner().invoke(app, ["batch", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, (result.exit_code, result.stdout, result.stderr)
    return result


def files(output: Path) -> dict[str, bytes]:
    """All files of the output by name, except the manifest, which has the time of the start."""
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in sorted(output.rglob("*"))
        if path.is_file() and path.name != "batch.json"
    }


def manifest(output: Path) -> dict[str, Any]:
    """The manifest."""
    return msgspec.json.decode((output / "batch.json").read_bytes(), type=dict[str, Any])


def rows(output: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a table of the output, in order."""
    all_rows = []
    for path in sorted((output / table).glob("*.parquet")):
        all_rows += pq.read_table(path).to_pylist()
    return all_rows


def records(output: Path, name: str) -> list[dict[str, Any]]:
    """The records of all files of lines with a name, in order."""
    all_records = []
    for path in sorted((output / name).glob("*.jsonl")):
        all_records += [msgspec.json.decode(line, type=dict[str, Any]) for line in path.read_bytes().splitlines()]
    return all_records
