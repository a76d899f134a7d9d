"""A process writes the journal for all workers: what it promises, whom it waits for, and what becomes of it."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import queue
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

pytest.importorskip("uvicorn", reason="needs uvicorn (the extra `serve`)")

import tactful
from serving import PATIENCE, example, serving
from sqlite_files import run_sql
from tactful import journal
from tactful.journal import process
from tactful.journal.committer import Committer
from tactful.journal.drafts import Drafted, draft_decision
from tactful.journal.entries import Draft
from tactful.journal.sources import Kept
from tactful.journal.verify import verify
from tactful.service.journals import InProcess
from tactful.service.settings import Place
from tactful.service.writing import writing
from tactful.source.diagnostics import TactfulError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="on Windows a thread writes")
CASE = example()


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.load()


def entry(pack: tactful.Policy) -> Drafted:
    """An entry to be written."""
    return draft_decision(pack.decide(CASE), 0.001)


async def write(to: InProcess, *entries: Drafted) -> TactfulError | None:
    """Have entries written: the error, if they were not."""
    told: asyncio.Future[TactfulError | None] = asyncio.get_running_loop().create_future()
    to.write(entries, told.set_result)
    return await asyncio.wait_for(told, PATIENCE)


# --- the process, and workers that reach it ---


def test_entries_of_all_workers_are_in_one_chain(pack: tactful.Policy, tmp_path: Path) -> None:
    """Each worker is told once its entries are safe. Bodies are encrypted where there are keys."""
    pytest.importorskip("cryptography", reason="needs cryptography (the extra `journal`)")
    master = tmp_path / "master"
    master.write_text(secrets.token_hex(32))
    place = Place(str(tmp_path / "journal.db"), f"sqlite:{tmp_path / 'keys.db'}", master)

    async def worker(path: Path) -> None:
        own = InProcess(place, path)
        await own.connect()
        for _ in range(5):
            assert await write(own, entry(pack), entry(pack)) is None
        own.close()

    async def workers(path: Path) -> None:
        await asyncio.gather(*(worker(path) for _ in range(3)))

    with writing(place) as path:
        assert path is not None
        asyncio.run(workers(path))
    assert not path.parent.exists()
    archive = journal.read(place.url, keys=place.keys, master=master)
    assert len([each for each in archive.find() if each.made_with is not None]) == 30
    assert not verify(archive).wrong


def test_what_could_not_be_written_is_told_and_comes_again_whole(pack: tactful.Policy, tmp_path: Path) -> None:
    """After an error, the next message has the pack's texts again, so that its decision can be taken again."""
    file = tmp_path / "journal.db"
    journal.open(str(file)).close()
    run_sql(file, "CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'full'); END")

    async def worker(path: Path) -> None:
        own = InProcess(Place(str(file)), path)
        await own.connect()
        assert await write(own, entry(pack)) is not None
        run_sql(file, "DROP TRIGGER full")
        assert await write(own, entry(pack)) is None
        own.close()

    with writing(Place(str(file))) as path:
        assert path is not None
        asyncio.run(worker(path))
    archive = journal.read(str(file))
    assert [each.made_with is not None for each in archive.find()] == [True]
    assert not verify(archive).wrong


def test_a_worker_writes_for_itself_where_there_is_no_process(pack: tactful.Policy, tmp_path: Path) -> None:
    """Nobody listens at the socket, or the process ends: a thread writes."""
    place = Place(str(tmp_path / "journal.db"))

    async def worker(path: Path, killed: bool) -> None:
        own = InProcess(place, path)
        await own.connect()
        if killed:
            assert await write(own, entry(pack)) is None
            (child,) = multiprocessing.active_children()
            assert child.pid is not None
            os.kill(child.pid, signal.SIGKILL)
            child.join(PATIENCE)
            await asyncio.sleep(0.05)  # the worker notices
        assert await write(own, entry(pack)) is None
        own.close()

    asyncio.run(worker(tmp_path / "nobody", killed=False))
    with writing(place) as path:
        assert path is not None
        asyncio.run(worker(path, killed=True))
    archive = journal.read(place.url)
    assert len(list(archive.find())) == 3
    assert not verify(archive).wrong


@pytest.mark.slow
def test_the_process_ends_with_the_service(tmp_path: Path) -> None:
    """However the service ends, the process does so, too, and removes its socket."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with serving(tmp_path, "--journal", f"sqlite:{tmp_path / 'journal.db'}", "--workers", "2") as served:
            children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children")
            if not children.exists():
                pytest.skip("needs /proc")
            with served.client() as client:
                assert client.post("/v1/decisions", json=CASE).status_code == 200
            began = [int(child) for child in children.read_text().split()]
            (writer,) = [child for child in began if _has_open(child, tmp_path / "journal.db")]
            workers = [child for child in began if child != writer]
            os.kill(served.process.pid, number)
            if number == signal.SIGKILL:
                for child in workers:
                    os.kill(child, signal.SIGKILL)
            served.process.wait(PATIENCE)
            end = time.monotonic() + PATIENCE
            while _has_open(writer, tmp_path / "journal.db"):
                assert time.monotonic() < end
                time.sleep(0.05)
    assert not verify(journal.read(str(tmp_path / "journal.db"))).wrong


def _has_open(pid: int, file: Path) -> bool:
    """Whether a process has a file open."""
    try:
        return str(file) in {os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir()}
    except OSError:
        return False


# --- whom a commit waits for ---


class Commits:
    """Stands for the journal. Each commit tells how many entries it has."""

    def __init__(self) -> None:
        self.sizes: queue.Queue[int] = queue.Queue()

    def commit(self, drafts: Sequence[Draft], kept: Iterable[Kept]) -> TactfulError | None:
        """Commit."""
        self.sizes.put(len(drafts))
        return None


class Client:
    """A client that writes."""

    def __init__(self, path: Path) -> None:
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(PATIENCE)
        self.connection.connect(str(path))
        assert self.connection.recv(10) == process.READY

    def send(self) -> None:
        """Have an entry written."""
        draft = Draft(b"", 0, "decision", None, b"", None)
        data = process.encode([draft], [])
        self.connection.sendall(data[:3])  # messages may come in pieces
        self.connection.sendall(data[3:])

    def is_told(self) -> None:
        """Wait until it is written."""
        assert self.connection.recv(10) == process.WRITTEN


@pytest.fixture
def clients(tmp_path: Path) -> Iterator[Callable[[], tuple[Commits, Client, Client]]]:
    """Two clients of one who writes. Whoever writes is run in a thread, until they have gone."""
    commits, path = Commits(), tmp_path / "socket"
    listening, (here, there) = socket.socket(socket.AF_UNIX), multiprocessing.Pipe()
    listening.bind(str(path))
    listening.listen()
    writes = process._Clients(listening, there, cast(Committer, commits))
    thread, opened = threading.Thread(target=writes.serve), list[Client]()

    def begin() -> tuple[Commits, Client, Client]:
        thread.start()
        opened.extend(Client(path) for _ in range(2))
        return commits, opened[0], opened[1]

    yield begin
    for client in opened:
        client.connection.close()
    here.close()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    for each in (listening, there):
        each.close()


def patience(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """How long a commit waits."""
    monkeypatch.setattr(process, "_PATIENCE", seconds)
    monkeypatch.setattr(process, "_RECENT", 3_600)


def test_somebody_alone_waits_for_nobody(monkeypatch: pytest.MonkeyPatch, clients: Any) -> None:
    patience(monkeypatch, 3_600)
    commits, one, _ = clients()
    for _ in range(3):
        one.send()
        one.is_told()
    assert [commits.sizes.get() for _ in range(3)] == [1, 1, 1]


def test_a_commit_waits_for_those_who_have_just_written(monkeypatch: pytest.MonkeyPatch, clients: Any) -> None:
    patience(monkeypatch, 3_600)
    commits, one, other = clients()
    one.send()
    one.is_told()
    for _ in range(3):
        other.send()
        one.send()
        one.is_told()
        other.is_told()
    assert [commits.sizes.get() for _ in range(4)] == [1, 2, 2, 2]


def test_a_commit_waits_once_for_those_who_write_no_more(monkeypatch: pytest.MonkeyPatch, clients: Any) -> None:
    patience(monkeypatch, 0.05)
    commits, one, other = clients()
    one.send()
    one.is_told()
    begun = time.monotonic()
    other.send()
    other.is_told()
    assert time.monotonic() - begun > 0.04
    patience(monkeypatch, 3_600)
    other.send()
    other.is_told()
    assert [commits.sizes.get() for _ in range(3)] == [1, 1, 1]


def test_a_commit_does_not_wait_for_those_who_have_gone(monkeypatch: pytest.MonkeyPatch, clients: Any) -> None:
    patience(monkeypatch, 3_600)
    commits, one, other = clients()
    one.send()
    one.is_told()
    other.send()
    one.connection.close()
    other.is_told()
    assert [commits.sizes.get() for _ in range(2)] == [1, 1]
