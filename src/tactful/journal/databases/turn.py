"""A queue of processes that write to a file. SQLite itself would only try again and again, with pauses that grow under
load."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl


class Turn:
    """A lock between processes, with a file next to the database. If it cannot be taken, SQLite's own lock has to
    suffice."""

    def __init__(self, path: Path) -> None:
        self._file: int | None = None
        if sys.platform != "win32":
            try:
                self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError:  # such as a folder that may only be read
                self._file = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the turn, and keep it while the block runs. A process that dies gives it up."""
        if sys.platform == "win32" or self._file is None:
            yield
            return
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
