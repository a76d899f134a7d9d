"""A real Postgres for tests: a cluster of its own in a folder, on a free port of loopback, run by a user that may."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

#: The user that runs it where tests are root, whom Postgres refuses.
_USER: Final = "postgres"
#: How long a command may take, in seconds.
_PATIENCE: Final = 120


class Postgres:
    """A cluster. It can be stopped and started."""

    def __init__(self, programs: Path, folder: Path, port: int) -> None:
        self._programs, self._folder, self._port = programs, folder, port
        self.url = f"postgresql://{_USER}@127.0.0.1:{port}/postgres"

    def create(self) -> None:
        """Make the cluster's files."""
        self._run("initdb", "-D", str(self._folder), "-U", _USER, "-A", "trust", "--no-sync")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        self._run("pg_ctl", "-D", str(self._folder), "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: ``fast`` breaks connections, ``immediate`` is as a crash."""
        self._run("pg_ctl", "-D", str(self._folder), "-m", mode, "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", _USER, "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=_PATIENCE, cwd="/")


def programs() -> Path | None:
    """The folder of Postgres's programs, the newest first; ``None`` if there are none that can be run here."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    found = next((folder for folder in folders if (folder / "initdb").exists()), None)
    if found is None:
        on_path = shutil.which("initdb")
        found = None if on_path is None else Path(on_path).resolve().parent
    if os.geteuid() != 0:
        return found
    try:
        pwd.getpwnam(_USER)
    except KeyError:
        return None
    return found if shutil.which("runuser") else None


def why_not() -> str | None:
    """Why there is no Postgres here, if there is none."""
    try:
        import psycopg  # noqa: F401 (whether it is there)
    except ImportError:
        return "needs psycopg (the extra `postgres`)"
    return None if programs() else "needs Postgres: apt-get install postgresql"


@contextmanager
def running() -> Iterator[Postgres]:
    """A cluster that runs, and is gone afterwards."""
    found = programs()
    assert found is not None  # the caller has asked `why_not`
    folder = Path(tempfile.mkdtemp(prefix="tactful-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, _USER)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Postgres(found, folder / "data", port)
    try:
        server.create()
        server.start()
        yield server
        server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
