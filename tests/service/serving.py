"""A service in a process of its own, on loopback, as tests reach it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2

import tactful

ROOT: Final = Path(__file__).parents[2]
EXAMPLES: Final = ROOT / "examples"
#: How long a test waits for the service, in seconds.
PATIENCE: Final = 60.0


def example(name: str = "two_interviewers_one_wants_email") -> dict[str, Any]:
    """The case of an example as plain values."""
    path = EXAMPLES / f"{name}.yaml"
    case: dict[str, Any] = json.loads(tactful.load().read_text(path.read_text(), path.name).to_json())
    return case


class Served:
    """A running service: its process, address and log."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, host: str, port: int) -> None:
        self.process, self.log, self.host, self.port = process, log, host, port
        self.url = f"http://{host}:{port}"

    def client(self, **options: Any) -> httpx2.Client:
        """A client of the service. It loads no certificates, which takes longer than a question: there is no TLS here."""
        return httpx2.Client(base_url=self.url, timeout=PATIENCE, verify=False, **options)

    def lines(self) -> list[dict[str, Any]]:
        """The lines of the log."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def stop(self) -> int:
        """End the service with SIGTERM: its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(folder: Path, *options: str, token: str | None = None) -> Iterator[Served]:
    """A service with these options, on a free port; it ends with the test. Its log is a file of the folder."""
    log = folder / "service.log"
    environment = {key: value for key, value in os.environ.items() if key != "TACTFUL_TOKEN"}
    if token is not None:
        environment["TACTFUL_TOKEN"] = token
    with log.open("wb") as stream:
        command = [sys.executable, "-m", "tactful", "serve", "--port", "0", *options]
        process = subprocess.Popen(command, stderr=stream, env=environment, cwd=folder)
    try:
        yield _reached(process, log)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _reached(process: subprocess.Popen[bytes], log: Path) -> Served:
    """The service once it answers. Its first line says where it listens."""
    for _ in range(int(PATIENCE * 10)):
        if b"\n" in log.read_bytes():
            told = json.loads(log.read_text().splitlines()[0])
            served = Served(process, log, told["host"], told["port"])
            with served.client() as client:
                assert client.get("/health/ready").status_code == 200
            return served
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(f"the service did not start: {log.read_text()}")
