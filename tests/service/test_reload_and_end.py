"""Rules change while the service answers, and the service ends while it answers: no client notices."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

import tactful
from serving import PATIENCE, Served, example, serving

CASE = example()
#: How often rules are changed under load, by default and at night.
RELOADS = int(os.environ.get("TACTFUL_RELOADS", "1"))
GOOD = "pack: {{name: acme, version: {version}}}\nextends: default\n"
BAD = "pack: {name: acme, version: 1}\nextends: default\nrulez: {}\n"


class Load:
    """Clients that ask without a pause, and what they got."""

    def __init__(self, served: Served, threads: int = 2) -> None:
        self.statuses: list[int] = []
        self.digests: set[str] = set()
        self.broken: list[Exception] = []
        self._served, self._over = served, threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(threads)]

    def _ask(self) -> None:
        with self._served.client() as client:
            while not self._over.is_set():
                try:
                    answer = client.post("/v1/decisions", params={"explain": "none"}, json=CASE)
                except httpx2.HTTPError as error:
                    self.broken.append(error)
                    return
                self.statuses.append(answer.status_code)
                if answer.status_code == 200:
                    self.digests.add(answer.json()["made_with"]["pack"]["digest"])

    @contextmanager
    def running(self) -> Iterator[None]:
        """The clients ask while the block runs."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join(PATIENCE)


def _until_digest(client: httpx2.Client, digest: str) -> None:
    """Wait until decisions are made with the pack."""
    end = time.monotonic() + PATIENCE
    while client.get("/v1/packs").json()["packs"][0]["digest"] != digest:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_reloads_under_load(tmp_path: Path) -> None:
    """Every answer is a success and names the digest of a pack that was there."""
    file = tmp_path / "acme.yaml"
    file.write_text(GOOD.format(version=0))
    with serving(tmp_path, "--rules", str(file), "--no-log") as served, served.client() as client:
        load, digests = Load(served), {tactful.load(file).digest}
        with load.running():
            for version in range(1, RELOADS + 1):
                file.write_text(GOOD.format(version=version))
                digest = tactful.loads(file.read_text(), file.name).digest
                served.process.send_signal(signal.SIGHUP)
                _until_digest(client, digest)
                digests.add(digest)
        assert not load.broken
        assert set(load.statuses) == {200}
        assert load.digests <= digests
        assert f'tactful_reloads_total{{outcome="loaded"}} {RELOADS}.0' in client.get("/metrics").text


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_bad_pack_never_counts(tmp_path: Path, workers: int) -> None:
    """Decisions are made with the last good pack; /v1/packs says what is wrong; a mended file counts by itself."""
    file = tmp_path / "acme.yaml"
    file.write_text(GOOD.format(version=1))
    with serving(tmp_path, "--rules", str(file), "--workers", str(workers)) as served:
        first = tactful.load(file).digest
        file.write_text(BAD)
        failed = _of_every_worker(served, lambda pack: pack["failed"] is not None)
        assert all(pack["digest"] == first for pack in failed)
        assert any("rulez" in diagnostic["message"] for diagnostic in failed[0]["failed"]["diagnostics"])
        with served.client() as client:
            assert client.post("/v1/decisions", json=CASE).json()["made_with"]["pack"]["digest"] == first
            assert client.get("/health/ready").status_code == 200
            assert 'tactful_reloads_total{outcome="failed"}' in client.get("/metrics").text
        file.write_text(GOOD.format(version=2))
        _of_every_worker(served, lambda pack: pack["failed"] is None and pack["version"] == "2")


def _of_every_worker(served: Served, holds: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    """What ten connections in a row are told of the pack, once it holds for all of them."""
    end = time.monotonic() + PATIENCE
    told = [_pack(served) for _ in range(10)]
    while not all(map(holds, told)):
        assert time.monotonic() < end, told
        time.sleep(0.05)
        told = [_pack(served) for _ in range(10)]
    return told


def _pack(served: Served) -> dict[str, Any]:
    """What a new connection, which any worker may take, is told of the pack."""
    with served.client() as client:
        pack: dict[str, Any] = client.get("/v1/packs").json()["packs"][0]
        return pack


@pytest.mark.parametrize("workers", [1, 2])
def test_sigterm_under_load(tmp_path: Path, workers: int) -> None:
    """Each request that was sent is answered in full, and then the processes end."""
    with serving(tmp_path, "--workers", str(workers), "--no-log") as served:
        answered = _slow_answers(served)
        assert answered == [200] * 4
        assert served.process.wait(PATIENCE) in (0, -signal.SIGTERM)
        with pytest.raises(httpx2.ConnectError), served.client() as client:
            client.get("/health/live")


def _slow_answers(served: Served) -> list[int]:
    """The statuses of batches that are on their way when SIGTERM arrives."""
    statuses: list[int] = []
    connected = threading.Barrier(5)

    def ask() -> None:
        with served.client() as client:
            client.get("/health/live")
            connected.wait(PATIENCE)
            statuses.append(client.post("/v1/decisions", json={"cases": [CASE] * 200}).status_code)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    connected.wait(PATIENCE)
    time.sleep(0.15)
    served.process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join(PATIENCE)
    return statuses


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    """A worker is killed, and the service goes on with as many, even where the rules' files have mistakes by then.

    Once the files are mended, they count for every worker.
    """
    file = tmp_path / "acme.yaml"
    file.write_text(GOOD.format(version=1))
    with serving(tmp_path, "--rules", str(file), "--workers", "2") as served:
        first = tactful.load(file).digest
        file.write_text(BAD)
        before = _workers(served.process.pid)
        os.kill(before[0], signal.SIGKILL)
        end = time.monotonic() + PATIENCE
        while before[0] in (now := _workers(served.process.pid)) or len(now) < 2:
            assert time.monotonic() < end
            time.sleep(0.1)
        for _ in range(10):
            with served.client(transport=httpx2.HTTPTransport(retries=3)) as client:
                answer = client.post("/v1/decisions", json=CASE)
                assert answer.json()["made_with"]["pack"]["digest"] == first
        file.write_text(GOOD.format(version=2))
        _of_every_worker(served, lambda pack: pack["failed"] is None and pack["version"] == "2")


def _workers(pid: int) -> list[int]:
    """The processes that a service has started to answer: those whose command says so."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    commands = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    return [child for child, command in commands.items() if b"spawn_main" in command]
