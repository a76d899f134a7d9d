"""A journal keeps what was decided, shows changes, and forgets a person."""

from __future__ import annotations

import json
import secrets
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import tactful
from sqlite_files import run_sql
from tactful import journal
from tactful.cli.app import app
from tactful.journal.archive import Archive, Wanted
from tactful.journal.chain import parse_head
from tactful.journal.entries import microseconds
from tactful.journal.store import OF_SUBJECT
from tactful.journal.verify import verify
from tactful.journal.writer import Writer

EXAMPLE = Path(__file__).parents[2] / "examples" / "two_interviewers_one_wants_email.yaml"
#: A marker in every text of a case that is about a person.
MARKER = "Zyxwvut"


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.load()


@pytest.fixture(scope="module")
def case(pack: tactful.Policy) -> dict[str, Any]:
    """The case of an example, of a candidate whose name is easy to find."""
    plain: dict[str, Any] = json.loads(pack.read_text(EXAMPLE.read_text(), EXAMPLE.name).to_json())
    return of(plain, MARKER)


def of(case: dict[str, Any], candidate: str) -> dict[str, Any]:
    """The case of another candidate."""
    return {**case, "candidate": {**case["candidate"], "id": candidate, "name": candidate}}


@pytest.fixture(params=["plain", "encrypted"])
def options(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """Arguments of a journal, in clear or encrypted."""
    if request.param == "plain":
        return {}
    pytest.importorskip("cryptography", reason="needs cryptography (the extra `journal`)")
    master = tmp_path / "master"
    master.write_text(secrets.token_hex(32))
    return {"keys": f"sqlite:{tmp_path / 'keys.db'}", "master": master}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def run(*arguments: str | Path) -> tuple[int, str]:
    """A command's exit code and output."""
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    return result.exit_code, result.output


def written(file: Path, options: dict[str, Any], write: Callable[[Writer], object]) -> None:
    """Write to a journal."""
    writer = journal.open(f"sqlite:{file}", **options)
    try:
        write(writer)
    finally:
        writer.close()


def reading(file: Path, options: dict[str, Any]) -> Archive:
    return journal.read(str(file), **options)


def test_a_decision_is_kept_whole(
    file: Path, options: dict[str, Any], pack: tactful.Policy, case: dict[str, Any]
) -> None:
    """An entry has the case, the outcome without prose, and what it was made with."""
    decision = pack.decide(case)
    written(file, options, lambda writer: pack.decide(case, journal=writer))
    (entry,) = reading(file, options).find()
    assert json.loads(bytes(entry.case)) == json.loads(pack.read(case).to_json())
    assert [(each.key, each.action, each.modality, each.target) for each in entry.outcome] == [
        (each.key, each.action, each.modality, each.target.id) for each in decision.actions
    ]
    assert entry.outcome[0].rules == tuple(sorted(each.rule for each in decision.actions[0].because))
    assert entry.case_digest == decision.made_with.case
    assert entry.made_with is not None
    assert entry.made_with.pack.digest == pack.digest
    assert entry.id[14] == "7"  # a UUID of version 7


def test_a_refused_case_is_kept(
    file: Path, options: dict[str, Any], pack: tactful.Policy, case: dict[str, Any]
) -> None:
    """Mistakes are kept with the case where it says whose it is, and without it otherwise."""

    def write(writer: Writer) -> None:
        for wrong in ({**case, "applicatons": []}, b"nothing of the kind"):
            with pytest.raises(tactful.InvalidInput):
                pack.decide(wrong, journal=writer)

    written(file, options, write)
    whose, nobodys = reading(file, options).find()
    assert whose.kind == nobodys.kind == "refused"
    assert MARKER in (whose.refused or "")
    assert whose.errors[0].place == "applicatons"
    assert (nobodys.subject, nobodys.refused, nobodys.errors) == (None, None, ())
    assert run("journal", "verify", file)[0] == 0


def test_it_is_explained_by_its_own_rules(tmp_path: Path, file: Path, case: dict[str, Any]) -> None:
    """The pack has changed since, and the reasons are those of then."""
    own = tmp_path / "acme.yaml"
    own.write_text("pack: {name: acme, version: 7}\nextends: default\n")
    then = tactful.load(own)
    written(file, {}, lambda writer: then.decide(case, journal=writer))
    own.unlink()
    code, text = run("journal", "explain", file, "1", "--format", "json")
    assert code == 0, text
    assert json.loads(text)["actions"] == json.loads(then.decide(case).to_json())["actions"]
    code, text = run("journal", "find", file, "--candidate", MARKER)
    assert code == 0
    assert "subject" in text
    assert MARKER not in text


def test_a_journal_without_files(pack: tactful.Policy, file: Path, case: dict[str, Any]) -> None:
    """A policy that was loaded from a text is kept as well; a decision for another moment is explained for it."""
    other = tactful.loads("pack: {name: acme, version: 1}\nextends: default\n", limits=tactful.CaseLimits(people=50))
    moment = pack.decide(case).at.replace(day=28)
    written(file, {}, lambda writer: other.as_of(moment).decide(case, moment, journal=writer))
    code, text = run("journal", "explain", file, "1", "--format", "json")
    assert code == 0, text
    made_with = json.loads(text)["made_with"]
    assert (made_with["at"], made_with["limits"]["people"]) == (moment.isoformat(), 50)
    assert made_with["pack"]["as_of"] == moment.date().isoformat()


def test_found_by_what_is_asked_for(file: Path, pack: tactful.Policy, case: dict[str, Any]) -> None:
    """Entries are found by candidate, time and action."""
    written(file, {}, lambda writer: [pack.decide(of(case, name), journal=writer) for name in ("ada", "ben", "ada")])
    archive = reading(file, {})
    assert [each.number for each in archive.find(Wanted(subject=archive.subject("ada")))] == [1, 3]
    assert list(archive.find(Wanted(since=microseconds() + 1_000))) == []
    action = pack.decide(case).actions[0].action
    assert len(list(archive.find(Wanted(action=action)))) == 3
    assert not list(archive.find(Wanted(action="dance")))
    with pytest.raises(tactful.TactfulError, match="knows no subject"):
        archive.subject("eve")


def _indexes(file: Path) -> set[str]:
    connection = sqlite3.connect(file)
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE name LIKE 'entries_%'").fetchall()
    connection.close()
    return {name for (name,) in rows}


@pytest.mark.parametrize("before", [False, True], ids=["now", "as before"])
def test_a_subject_is_found_by_an_index(file: Path, pack: tactful.Policy, case: dict[str, Any], before: bool) -> None:
    """A journal whose index is by subject, as it was once, keeps that index: it is read, written and erased in."""
    written(file, {}, lambda writer: [pack.decide(of(case, name), journal=writer) for name in ("ada", "ben")])
    if before:
        run_sql(file, "DROP INDEX entries_subjects")
        run_sql(file, "CREATE INDEX entries_subject ON entries (subject) WHERE subject IS NOT NULL")
    written(file, {}, lambda writer: [pack.decide(of(case, name), journal=writer) for name in ("ada", "ben")])
    (index,) = _indexes(file)
    assert index == ("entries_subject" if before else "entries_subjects")
    archive = reading(file, {})
    plan = archive.store.database.run(f"EXPLAIN QUERY PLAN SELECT * FROM entries WHERE {OF_SUBJECT}", (1,))
    assert any(f"COVERING INDEX {index}" in step[-1] for step in plan)
    ada, ben = archive.subject("ada"), archive.subject("ben")
    archive.erase(ada)
    assert [each.number for each in archive.find(Wanted(subject=ada))] == [1, 3]
    assert [each.erased for each in archive.find(Wanted(subject=ada))] == [True, True]
    assert [each.erased for each in archive.find(Wanted(subject=ben))] == [False, False]
    assert not verify(archive).wrong
    archive.close()


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE entries SET at = at + 1 WHERE number = 2", "the entry 2 was changed"),
        ("UPDATE entries SET header = '{}' WHERE number = 2", "the entry 2 was changed"),
        ("UPDATE entries SET subject = 5 WHERE number = 2", "the entry 2 was changed"),
        ("UPDATE entries SET body = x'00' WHERE number = 2", "the body of the entry 2 was changed"),
        ("UPDATE entries SET body = NULL WHERE number = 2", "has lost its body"),
        ("UPDATE entries SET body = NULL, commitment = zeroblob(32) WHERE number = 2", "the entry 2 was changed"),
        ("DELETE FROM entries WHERE number = 2", "entries are missing between 1 and 3"),
        ("DELETE FROM entries WHERE number = 1", "entries are missing between 0 and 2"),
        ("DELETE FROM entries WHERE number = 3", "its tail was cut off"),
        ("UPDATE kept SET data = x'00'", "was changed"),
    ],
)
def test_changes_show(file: Path, pack: tactful.Policy, case: dict[str, Any], sql: str, told: str) -> None:
    """Whatever is changed, taken out or cut off, `verify` tells it; the head is kept elsewhere."""
    written(file, {}, lambda writer: [pack.decide(case, journal=writer) for _ in range(3)])
    head = verify(reading(file, {})).head
    assert run("journal", "verify", file, "--expect", head)[0] == 0
    connection = sqlite3.connect(file)
    connection.execute(sql.replace("x'00'", "CAST('x' AS BLOB)").replace("'{}'", "CAST('{}' AS BLOB)"))
    connection.commit()
    connection.close()
    code, text = run("journal", "verify", file, "--expect", head)
    assert code == 1
    assert told in " ".join(text.split())


def test_not_a_byte_of_a_person_stays(
    file: Path, options: dict[str, Any], pack: tactful.Policy, case: dict[str, Any], tmp_path: Path
) -> None:
    """A subject is erased while the journal is in use: no file has the person, the chain holds, others are not touched."""
    writer = journal.open(str(file), **options)
    for name in (MARKER, "ben", MARKER):
        pack.decide(of(case, name), journal=writer)
    archive = reading(file, options)
    subject = archive.subject(MARKER)
    archive.erase(subject)
    assert not [path for path in tmp_path.iterdir() if MARKER.encode() in path.read_bytes()]
    result = verify(archive)
    assert (result.wrong, result.erased) == ((), 1)
    assert [(each.erased, bytes(each.case) != b"") for each in archive.find(Wanted(kind="decision"))] == [
        (True, False),
        (False, True),
        (True, False),
    ]
    with pytest.raises(tactful.TactfulError, match="knows no subject"):
        archive.subject(MARKER)
    pack.decide(of(case, MARKER), journal=writer)  # the person comes back, as somebody else
    writer.close()
    assert archive.subject(MARKER) != subject
    assert not verify(archive).wrong
    assert "was erased" in run("journal", "explain", file, "1", *_command(options))[1]
    archive.close()


def _command(options: dict[str, Any]) -> list[str]:
    return ["--keys", options["keys"], "--master-key", str(options["master"])] if options else []


def test_nothing_is_readable_without_the_keys(
    file: Path, pack: tactful.Policy, case: dict[str, Any], tmp_path: Path
) -> None:
    """An encrypted journal has no name; other keys, and another master key, open nothing."""
    pytest.importorskip("cryptography", reason="needs cryptography (the extra `journal`)")
    master, keys = tmp_path / "master", tmp_path / "keys.db"
    master.write_text(secrets.token_hex(32))
    written(file, {"keys": str(keys), "master": master}, lambda writer: pack.decide(case, journal=writer))
    for path in (file, keys):
        assert MARKER.encode() not in path.read_bytes()
        assert pack.actions["thank_you_note"].id.encode() not in path.read_bytes()
    master.write_text(secrets.token_hex(32))
    code, text = run("journal", "find", file, "--keys", str(keys), "--master-key", str(master))
    assert code == 1
    assert "another master key" in text
    assert run("journal", "find", file, "--keys", str(file), "--master-key", str(master))[0] == 1
    assert run("journal", "find", file, "--keys", str(keys))[0] == 1
    assert run("journal", "verify", file)[0] == 0  # it takes no keys


def test_old_entries_are_taken_out(
    file: Path, options: dict[str, Any], pack: tactful.Policy, case: dict[str, Any]
) -> None:
    """The chain goes on from a checkpoint, and subjects that have no entries any more are forgotten."""
    written(file, options, lambda writer: [pack.decide(of(case, name), journal=writer) for name in ("ada", "ben")])
    archive = reading(file, options)
    (*_, second) = archive.rows()
    assert archive.prune(second.at // 1000 * 1000) in (0, 1)  # both may be of one millisecond
    assert archive.prune(microseconds() + 1_000) >= 1
    written(file, options, lambda writer: pack.decide(of(case, "eve"), journal=writer))
    result = verify(archive)
    assert not result.wrong
    assert result.since >= 2
    with pytest.raises(tactful.TactfulError, match="knows no subject"):
        archive.subject("ada")
    assert archive.subject("eve")
    assert "was removed" in " ".join(verify(archive, parse_head("1:" + "0" * 64)).wrong)
    run_sql(file, "DELETE FROM entries WHERE kind = 'retention'")
    assert verify(archive).wrong


def test_many_writers_one_chain(
    file: Path, options: dict[str, Any], pack: tactful.Policy, case: dict[str, Any]
) -> None:
    """Two journals and several threads write to the same file: nothing is lost, and the chain holds."""
    writers = [journal.open(str(file), **options) for _ in range(2)]

    def write(no: int) -> None:
        for turn in range(10):
            pack.decide(of(case, f"{no}-{turn % 3}"), journal=writers[no % 2])

    threads = [threading.Thread(target=write, args=(no,)) for no in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for writer in writers:
        writer.close()
    archive = reading(file, options)
    assert not verify(archive).wrong
    names = [json.loads(bytes(each.case))["candidate"]["id"] for each in archive.find()]
    assert sorted(names) == sorted(f"{no}-{turn % 3}" for no in range(4) for turn in range(10))
    assert len({each.subject for each in archive.find()}) == 12


def test_a_journal_that_cannot_be_written(file: Path, pack: tactful.Policy, case: dict[str, Any]) -> None:
    """No decision is returned; once the journal can be written again, decisions are."""
    writer = journal.open(str(file))
    pack.decide(case, journal=writer)
    run_sql(file, "CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(tactful.TactfulError, match="cannot be written: full"):
        pack.decide(case, journal=writer)
    run_sql(file, "DROP TRIGGER full")
    pack.decide(case, journal=writer)
    writer.close()
    result = verify(reading(file, {}))
    assert (result.entries, result.wrong) == (2, ())


def test_exported_as_lines_and_as_parquet(
    file: Path, pack: tactful.Policy, case: dict[str, Any], tmp_path: Path
) -> None:
    """Both have all entries."""
    pq = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow (the extra `batch`)")
    written(file, {}, lambda writer: [pack.decide(case, journal=writer) for _ in range(3)])
    code, text = run("journal", "export", file)
    assert code == 0
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["number"] for line in lines] == [1, 2, 3]
    assert run("journal", "export", file, "--out", tmp_path / "out.parquet")[0] == 0
    table = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [json.loads(row["case"]) for row in table] == [line["case"] for line in lines]


def test_an_export_that_cannot_be_written(
    file: Path, tmp_path: Path, pack: tactful.Policy, case: dict[str, Any]
) -> None:
    """The message names the file, and nothing is left beside it."""
    pytest.importorskip("pyarrow")
    written(file, {}, lambda writer: pack.decide(case, journal=writer))
    before = sorted(tmp_path.iterdir())
    for out in (tmp_path / "missing" / "out.parquet", tmp_path):
        code, told = run("journal", "export", file, "--out", out)
        assert code == 1
        assert out.name in told
    assert sorted(tmp_path.iterdir()) == before


def test_a_time_that_ends_before_it_begins(file: Path, pack: tactful.Policy, case: dict[str, Any]) -> None:
    """It is wrong usage, and not a journal without entries."""
    written(file, {}, lambda writer: pack.decide(case, journal=writer))
    assert run("journal", "find", file, "--since", "2026-01-02", "--until", "2026-01-01")[0] == 2
    assert run("journal", "find", file, "--since", "2026-01-01", "--until", "2026-01-01")[0] == 0


def test_wrong_names_are_reported(tmp_path: Path, file: Path) -> None:
    """A journal that does not exist, an id that is none, and a head that is none."""
    assert "there is no journal" in run("journal", "verify", tmp_path / "none.db")[1]
    journal.open(str(file)).close()
    assert "is not the id of an entry" in run("journal", "show", file, "x")[1]
    assert "has no entry" in run("journal", "show", file, "7")[1]
    assert "NUMBER:HASH" in run("journal", "verify", file, "--expect", "x")[1]
    shutil.copy(EXAMPLE, tmp_path / "text.db")
    assert run("journal", "verify", tmp_path / "text.db")[0] == 1


def test_advise_keeps_too(file: Path) -> None:
    """The command keeps its decision."""
    assert run("advise", EXAMPLE, "--journal", f"sqlite:{file}")[0] == 0
    assert "decision" in run("journal", "find", file, "--format", "json")[1]


def test_the_import_of_tactful_loads_no_journal() -> None:
    """Neither the journal nor what it takes is loaded with the package."""
    names = ("tactful.journal", "sqlite3", "cryptography", "psycopg", "mcp")
    code = f"import sys, tactful; print([name for name in {names} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
