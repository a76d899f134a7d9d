"""Running ``tactful batch`` as people run it, and looking at what it wrote."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
from typer.testing import CliRunner, Result

from tactful.cli.app import app


def start(*arguments: object, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    """Begin a batch in a process of its own; ``before`` is called in it first."""
    return subprocess.Popen(
        [sys.executable, "-m", "tactful", "batch", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,
    )


def run(*arguments: object, code: int = 0) -> Result:
    """A batch from start to end, which has to end with ``code``; workers have processes of their own."""
    result = CliRunner().invoke(app, ["batch", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, (result.exit_code, result.stdout, result.stderr)
    return result


def small_files(most: int) -> Callable[[], None]:
    """No file may have more than so many bytes: as on a disk that is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def files(output: Path) -> dict[str, bytes]:
    """All files of the output, by name, but for the manifest, which says when it was begun."""
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
    found = []
    for path in sorted((output / table).glob("*.parquet")):
        found += pq.read_table(path).to_pylist()
    return found


def records(output: Path, name: str) -> list[dict[str, Any]]:
    """The records of all files of lines with a name, in order."""
    found = []
    for path in sorted((output / name).glob("*.jsonl")):
        found += [msgspec.json.decode(line, type=dict[str, Any]) for line in path.read_bytes().splitlines()]
    return found
