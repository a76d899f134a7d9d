"""A journal in a real Postgres is one in a file, and takes back nothing."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import postgres_server
import tactful
from postgres_server import Postgres
from tactful import journal
from tactful.journal.archive import Wanted
from tactful.journal.entries import microseconds
from tactful.journal.errors import JournalUnavailable
from tactful.journal.verify import verify

WHY_NOT = postgres_server.why_not()
pytestmark = pytest.mark.skipif(WHY_NOT is not None, reason=WHY_NOT or "")
EXAMPLE = Path(__file__).parents[2] / "examples" / "two_interviewers_one_wants_email.yaml"


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres_server.running() as server:
        yield server


@pytest.fixture
def database(server: Postgres) -> str:
    """The URL of a database without a journal."""
    name = f"journal_{secrets.token_hex(4)}"
    run(server.url, f"CREATE DATABASE {name}")
    return server.url.rpartition("/")[0] + f"/{name}"


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.load()


@pytest.fixture(scope="module")
def case(pack: tactful.Policy) -> tactful.Case:
    return pack.read_text(EXAMPLE.read_text(), EXAMPLE.name)


def run(url: str, sql: str) -> None:
    """Run a statement as the owner."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.encode())


def test_kept_found_forgotten_and_taken_out(database: str, pack: tactful.Policy, case: tactful.Case) -> None:
    """Several writers make one chain; a subject is erased, old entries go, and the chain holds."""
    writers = [journal.open(database) for _ in range(2)]

    def write(writer: Any) -> None:
        for _ in range(10):
            pack.decide(case, journal=writer)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    archive = journal.read(database)
    assert len(list(archive.find())) == 20
    head = verify(archive).head
    assert head.startswith("20:")
    subject = archive.subject(case.candidate.id)
    archive.erase(subject)
    assert all(entry.erased for entry in archive.find(Wanted(kind="decision")))
    pack.decide(case, journal=writers[0])
    assert archive.subject(case.candidate.id) != subject
    assert archive.prune(microseconds() + 1_000) == 22
    pack.decide(case, journal=writers[1])
    result = verify(archive)
    assert (result.wrong, result.since) == ((), 22)
    for writer in writers:
        writer.close()
    archive.close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE tactful.entries SET at = at + 1",
        "UPDATE tactful.entries SET body = 'x'",
        "UPDATE tactful.entries SET body = NULL, kind = 'refused'",
        "DELETE FROM tactful.entries",
        "TRUNCATE tactful.entries",
    ],
)
def test_entries_can_only_be_added(database: str, pack: tactful.Policy, case: tactful.Case, sql: str) -> None:
    """Not even the owner changes an entry by mistake."""
    import psycopg

    writer = journal.open(database)
    pack.decide(case, journal=writer)
    writer.close()
    with pytest.raises(psycopg.errors.RaiseException, match="can only be added"):
        run(database, sql)
    assert not verify(journal.read(database)).wrong


def test_a_role_that_may_only_add(database: str, pack: tactful.Policy, case: tactful.Case) -> None:
    """The service's role has no more than the how-to page grants it, and can keep decisions."""
    journal.open(database).close()
    role = f"service_{secrets.token_hex(4)}"
    run(database, f"CREATE ROLE {role} LOGIN")
    run(database, f"GRANT USAGE ON SCHEMA tactful TO {role}")
    run(database, f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA tactful TO {role}")
    own = database.replace("postgres@", f"{role}@")
    writer = journal.open(own)
    pack.decide(case, journal=writer)
    writer.close()
    archive = journal.read(own)
    with pytest.raises(tactful.TactfulError, match="permission denied"):
        archive.erase(archive.subject(case.candidate.id))


def test_keys_in_a_postgres_of_their_own(
    server: Postgres, database: str, pack: tactful.Policy, case: tactful.Case, tmp_path: Path
) -> None:
    """The journal is encrypted, with keys in another database."""
    pytest.importorskip("cryptography", reason="needs cryptography (the extra `journal`)")
    keys, master = server.url.rpartition("/")[0] + f"/keys_{secrets.token_hex(4)}", tmp_path / "master"
    run(server.url, f"CREATE DATABASE {keys.rpartition('/')[2]}")
    master.write_text(secrets.token_hex(32))
    writer = journal.open(database, keys=keys, master=master)
    pack.decide(case, journal=writer)
    writer.close()
    archive = journal.read(database, keys=keys, master=master)
    assert next(archive.find()).outcome
    archive.erase(archive.subject(case.candidate.id))
    assert next(archive.find()).erased
    assert not verify(archive).wrong


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_stopped_and_started_under_load(
    server: Postgres, database: str, pack: tactful.Policy, case: tactful.Case, mode: str
) -> None:
    """While it is gone no decision is given; once it is back they are; whatever was given is there, once, in one chain."""
    writer, over = journal.open(database), threading.Event()
    given, refused = list[str](), list[str]()
    plain = json.loads(case.to_json())

    def ask(no: int) -> None:
        count = 0
        while not over.is_set():
            count += 1
            own = {**plain, "candidate": {**plain["candidate"], "id": f"{no}-{count}"}}
            try:
                pack.decide(own, journal=writer)
            except JournalUnavailable:
                refused.append(own["candidate"]["id"])
            else:
                given.append(own["candidate"]["id"])

    threads = [threading.Thread(target=ask, args=(no,)) for no in range(3)]
    for thread in threads:
        thread.start()
    try:
        _until(lambda: len(given) > 20)
        server.stop(mode)
        _until(lambda: len(refused) > 3)
        server.start()
        before = len(given)
        _until(lambda: len(given) > before + 20)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    writer.close()
    archive = journal.read(database)
    kept = [_candidate(bytes(entry.case)) for entry in archive.find()]
    assert len(kept) == len(set(kept))
    assert set(given) <= set(kept)
    assert not verify(archive).wrong


def _candidate(case: bytes) -> str:
    id_: str = json.loads(case)["candidate"]["id"]
    return id_


def _until(holds: Any) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
