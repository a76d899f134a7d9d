"""A journal in a file of SQLite: write-ahead log, safe on the disk at each commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from tactful.journal.databases import Values
from tactful.journal.databases.turn import Turn
from tactful.journal.errors import DatabaseFailed

#: How long a transaction waits for that of another process, in seconds.
_PATIENCE: Final = 10.0
#: How many rows of a query are read at once.
_FETCHED: Final = 50
#: How many rows are added by one statement: SQLite takes at least 999 values.
_INSERTED: Final = 50
#: The subjects of entries are indexed in the order of the entries. So a commit writes one page of the index, where an index by
#: subject would have a page to be written for nearly every entry. Who looks for a subject reads the whole index: 20 MB for a
#: million entries. Journals from before have an index by subject, and keep it.
_TABLES: Final = """
    CREATE TABLE IF NOT EXISTS entries (
        number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, at INTEGER NOT NULL, kind TEXT NOT NULL, subject INTEGER,
        header BLOB NOT NULL, body BLOB, commitment BLOB NOT NULL, hash BLOB NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS entries_subjects ON entries (number, subject);
    CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, data BLOB NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS checkpoints (number INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS subjects (subject INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, key BLOB) STRICT;
"""


class Sqlite:
    """A file. What is deleted is overwritten."""

    def __init__(self, path: Path, *, create: bool) -> None:
        mode = "rwc" if create else "rw"
        try:
            self._connection = sqlite3.connect(
                f"file:{quote(str(path))}?mode={mode}",
                uri=True,
                timeout=_PATIENCE,
                isolation_level=None,
                check_same_thread=False,  # a journal's thread writes what another one opened
            )
            for setting in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
                self._connection.execute(f"PRAGMA {setting}")
        except sqlite3.Error as error:
            raise DatabaseFailed(f"`{path}`: {error}") from None
        self._turn = Turn(path.with_name(f"{path.name}-lock"))

    def set_up(self) -> None:
        """Make the tables, unless they are there."""
        if not self.run("SELECT 1 FROM sqlite_schema WHERE name = 'subjects'"):
            with _told():
                self._connection.executescript(_TABLES)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction that excludes other writers."""
        with _told(), self._turn.held():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # a full disk has ended the transaction by itself
                    self._connection.execute("ROLLBACK")
                raise

    def run(self, sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Run a statement: its rows."""
        with _told():
            return self._connection.execute(sql, values).fetchall()

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Values]) -> None:
        """Add rows to a table, many by one statement: a thread that writes waits for other threads after each of them.

        The module takes a ``bytearray`` as it is. For ``bytes`` it would look for adapters each time, which takes longer
        than a copy.
        """
        for start in range(0, len(rows), _INSERTED):
            some = rows[start : start + _INSERTED]
            values = [bytearray(each) if type(each) is bytes else each for row in some for each in row]
            self.run(_insertion(table, tuple(columns), len(some)), values)

    def run_many(self, sql: str, rows: Iterable[Values]) -> None:
        """Run a statement for each row of values."""
        with _told():
            self._connection.executemany(sql, rows)

    def stream(self, sql: str, values: Values = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, as they are when it begins."""
        with _told():
            cursor = self._connection.execute(sql, values)
            while rows := cursor.fetchmany(_FETCHED):
                yield from rows

    def allow_deletes(self) -> None:
        """Do nothing: a file has no trigger that forbids it."""

    def clean(self) -> None:
        """Empty the write-ahead log, which still has what was overwritten in the file."""
        with _told():
            ((busy, _, _),) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        if busy:
            raise DatabaseFailed("the write-ahead log is in use, so what was erased is still in it; try again")

    def close(self) -> None:
        """End the connection."""
        with suppress(sqlite3.Error):
            self._connection.close()
        self._turn.close()


@lru_cache
def _insertion(table: str, columns: tuple[str, ...], rows: int) -> str:
    """The statement that adds so many rows."""
    marks = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([marks] * rows)}"  # noqa: S608 (constants)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise DatabaseFailed(str(error)) from None
