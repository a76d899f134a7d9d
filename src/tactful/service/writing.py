"""Starts the process that writes the journal for all workers."""

from __future__ import annotations

import multiprocessing
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Final

from tactful.journal.process import write_for_all
from tactful.service.settings import Place

#: How long the process may take to end once nobody writes, in seconds.
_PATIENCE: Final = 10
_BACKLOG: Final = 128


@contextmanager
def writing(place: Place | None) -> Iterator[Path | None]:
    """The socket of a process that writes a journal while the block runs; ``None`` where there can be none.

    The process ends once this one has ended, in whatever way, and all workers have.
    """
    if place is None or sys.platform == "win32":
        yield None
        return
    try:
        folder = Path(tempfile.mkdtemp(prefix="tactful-journal-"))  # only this user can enter it
    except OSError:  # nothing may be written anywhere
        yield None
        return
    try:
        process, here = _start(place, folder / "socket")
    except OSError:  # such as a path that is too long for a socket
        shutil.rmtree(folder, ignore_errors=True)
        yield None
        return
    try:
        yield folder / "socket"
    finally:
        here.close()
        process.join(_PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)  # where the process could not


def _start(place: Place, path: Path) -> tuple[SpawnProcess, Connection]:
    """Start the process: it, and a connection that tells it of our end. Raises ``OSError`` if it cannot be started."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(_BACKLOG)
        here, there = multiprocessing.Pipe()
        arguments = (listening, there, path, place.url, place.keys, place.master)
        process = multiprocessing.get_context("spawn").Process(target=write_for_all, args=arguments)
        process.start()
        there.close()
    return process, here
