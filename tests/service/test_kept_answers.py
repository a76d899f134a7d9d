"""An answer leaves once the journal has it, whatever becomes of the service."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from serving import Served, example, serving
from sqlite_files import run_sql
from tactful import journal
from tactful.journal.archive import Wanted
from tactful.journal.verify import verify

CASE = example()
#: How often a service is killed under load; .ci/nightly kills more.
KILLS = int(os.environ.get("TACTFUL_KILLS", "3"))


def test_every_decision_of_the_service_is_kept(tmp_path: Path) -> None:
    """Single cases, batches, reasons, plans and refused cases have entries with the ids of their requests."""
    file, trace = tmp_path / "journal.db", f"00-{'a' * 32}-{'b' * 16}-01"
    wrong = {**CASE, "applicatons": []}
    with serving(tmp_path, "--journal", f"sqlite:{file}") as served, served.client() as client:
        key = client.post("/v1/decisions", json=CASE, headers={"X-Request-Id": "a-1", "traceparent": trace})
        assert key.status_code == 200
        action = key.json()["actions"][0]["action"]
        assert client.post("/v1/decisions", json={"cases": [CASE, wrong, CASE]}).status_code == 200
        assert client.post("/v1/why", json={"case": CASE, "action": action}).status_code == 200
        assert client.post("/v1/plans", json=CASE, headers={"X-Request-Id": "no spaces"}).status_code == 200
        assert client.post("/v1/decisions", json=wrong).status_code == 422
        archive = journal.read(str(file))
        kinds = [entry.kind for entry in archive.find()]
        assert kinds == ["decision", "decision", "refused", "decision", "decision", "decision", "refused"]
        (entry,) = archive.find(Wanted(request="a-1"))
        assert (entry.trace, entry.made_with is not None) == (trace, True)
        assert entry.outcome[0].key == key.json()["actions"][0]["key"]
        assert 'tactful_journal_entries_total{outcome="written"} 7.0' in client.get("/metrics").text
        assert not verify(archive).wrong


def test_without_its_journal_nothing_is_decided(tmp_path: Path) -> None:
    """The answer is 503 while the journal cannot be written, and the metrics count it."""
    file = tmp_path / "journal.db"
    with serving(tmp_path, "--journal", f"sqlite:{file}") as served, served.client() as client:
        assert client.post("/v1/decisions", json=CASE).status_code == 200
        run_sql(file, "CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'full'); END")
        answer = client.post("/v1/decisions", json=CASE)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert client.post("/v1/decisions", json={"cases": [CASE, CASE]}).status_code == 503
        run_sql(file, "DROP TRIGGER full")
        assert client.post("/v1/decisions", json=CASE).status_code == 200
        assert 'tactful_journal_entries_total{outcome="failed"} 3.0' in client.get("/metrics").text
    assert verify(journal.read(str(file))).entries == 2


class Asking:
    """Clients that ask without a pause until the service is gone, and the ids of their requests that were answered."""

    def __init__(self, served: Served, turn: int, threads: int = 3) -> None:
        self.answered: list[str] = []
        self.enough = threading.Event()
        self._served, self._turn = served, turn
        self._threads = [threading.Thread(target=self._ask, args=(no,)) for no in range(threads)]

    def _ask(self, no: int) -> None:
        count = 0
        with self._served.client() as client:
            while True:
                count += 1
                id_ = f"{self._turn}-{no}-{count}"
                try:
                    answer = client.post(
                        "/v1/decisions", params={"explain": "none"}, json=CASE, headers={"X-Request-Id": id_}
                    )
                except httpx2.HTTPError:
                    return
                assert answer.status_code == 200
                self.answered.append(id_)
                if count > 5:
                    self.enough.set()

    def until_killed(self, pids: list[int], number: int = signal.SIGKILL) -> None:
        """End processes by a signal in the midst of it."""
        for thread in self._threads:
            thread.start()
        assert self.enough.wait(60)
        for pid in pids:
            os.kill(pid, number)
        for thread in self._threads:
            thread.join(60)


@pytest.mark.slow
def test_nothing_answered_is_lost_when_the_service_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGKILL under load: each answered decision is in the journal, none is there twice, and the chain holds.

    Every other time, the process that writes the journal is killed, too.
    """
    file, answered = tmp_path / "journal.db", list[str]()
    with tempfile.TemporaryDirectory() as folder:  # where the sockets of killed processes stay: its path is short
        monkeypatch.setenv("TMPDIR", folder)
        for turn in range(KILLS):
            with serving(tmp_path, "--journal", f"sqlite:{file}", "--no-log") as served:
                asking = Asking(served, turn)
                asking.until_killed([served.process.pid, *(_children(served.process.pid) if turn % 2 else ())])
                answered += asking.answered
    archive = journal.read(str(file))
    kept = [entry.request for entry in archive.find()]
    assert len(kept) == len(set(kept))
    assert set(answered) <= set(kept)
    assert len(answered) > 15 * KILLS
    assert not verify(archive).wrong


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_answered_is_lost_when_the_service_ends(tmp_path: Path, workers: int) -> None:
    """SIGTERM under load: workers end before the process that writes for them."""
    file = tmp_path / "journal.db"
    with serving(tmp_path, "--journal", f"sqlite:{file}", "--no-log", "--workers", str(workers)) as served:
        asking = Asking(served, 0)
        asking.until_killed([served.process.pid], signal.SIGTERM)
    archive = journal.read(str(file))
    kept = [entry.request for entry in archive.find()]
    assert len(kept) == len(set(kept))
    assert set(asking.answered) <= set(kept)
    assert not verify(archive).wrong


def _children(pid: int) -> list[int]:
    """The processes that a process has started, on Linux."""
    file = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in file.read_text().split()] if file.exists() else []


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.slow
def test_a_full_disk_is_reported(tmp_path: Path) -> None:
    """The answer is 503 once the disk is full, and nothing that was answered is lost; with room again, answers come."""
    if shutil.which("mount") is None:
        pytest.skip("needs `mount`")
    statuses, answered = list[int](), list[str]()
    with small_disk(tmp_path / "disk") as disk:
        file, filler = disk / "journal.db", disk / "filler"
        with serving(tmp_path, "--journal", f"sqlite:{file}") as served, served.client() as client:
            filler.write_bytes(bytes(1_000_000))
            for no in range(1_000):
                answer = client.post("/v1/decisions", json=CASE, headers={"X-Request-Id": str(no)})
                statuses.append(answer.status_code)
                if answer.status_code != 200:
                    break
                answered.append(str(no))
            assert statuses[-1] == 503
            assert len(answered) > 10
            filler.unlink()
            assert client.post("/v1/decisions", json=CASE, headers={"X-Request-Id": "after"}).status_code == 200
        archive = journal.read(str(file))
        kept = [entry.request for entry in archive.find()]
        assert len(kept) == len(set(kept))
        assert {*answered, "after"} <= set(kept)
        assert not verify(archive).wrong
        archive.close()
