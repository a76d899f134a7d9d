"""A journal in Postgres (extra ``postgres``): tables of the schema ``tactful``, to which entries can only be added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg.rows import TupleRow

from tactful.journal.databases import Values
from tactful.journal.errors import DatabaseFailed

#: The number of the lock that excludes other writers.
_LOCK: Final = 7_462_001
#: How long a connection and a lock may take, in seconds.
_PATIENCE: Final = 10
_COLUMNS: Final = "number, id, at, kind, subject, header, commitment, hash"
_TABLES: Final = f"""
    CREATE SCHEMA IF NOT EXISTS tactful;
    CREATE TABLE IF NOT EXISTS tactful.entries (
        number BIGINT PRIMARY KEY, id BYTEA NOT NULL UNIQUE, at BIGINT NOT NULL, kind TEXT NOT NULL, subject BIGINT,
        header BYTEA NOT NULL, body BYTEA, commitment BYTEA NOT NULL, hash BYTEA NOT NULL
    );
    CREATE INDEX IF NOT EXISTS entries_subject ON tactful.entries (subject) WHERE subject IS NOT NULL;
    CREATE TABLE IF NOT EXISTS tactful.kept (name TEXT PRIMARY KEY, data BYTEA NOT NULL);
    CREATE TABLE IF NOT EXISTS tactful.checkpoints (number BIGINT PRIMARY KEY, hash BYTEA NOT NULL);
    CREATE TABLE IF NOT EXISTS tactful.subjects (subject BIGINT PRIMARY KEY, name BYTEA NOT NULL UNIQUE, key BYTEA);
    CREATE OR REPLACE FUNCTION tactful.only_added() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF NEW.body IS NULL AND ({", ".join(f"NEW.{name}" for name in _COLUMNS.split(", "))})
                IS NOT DISTINCT FROM ({", ".join(f"OLD.{name}" for name in _COLUMNS.split(", "))}) THEN
                RETURN NEW;
            END IF;
        ELSIF TG_OP = 'DELETE' AND current_setting('tactful.retention', true) = 'on' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'entries of the journal can only be added';
    END $$;
    CREATE OR REPLACE TRIGGER only_added BEFORE UPDATE OR DELETE ON tactful.entries
        FOR EACH ROW EXECUTE FUNCTION tactful.only_added();
    CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON tactful.entries
        FOR EACH STATEMENT EXECUTE FUNCTION tactful.only_added();
"""


class Postgres:
    """A connection, which is made again after it was lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection = self._connect()

    def _connect(self) -> psycopg.Connection[TupleRow]:
        with _told():
            connection = psycopg.connect(self._url, autocommit=True, connect_timeout=_PATIENCE)
            connection.execute("SET search_path = tactful")
            connection.execute(f"SET lock_timeout = '{_PATIENCE}s'")
            connection.execute("SET synchronous_commit = on")
            return connection

    def set_up(self) -> None:
        """Make the tables, unless they are there."""
        if self.run("SELECT to_regclass('tactful.subjects')") == [(None,)]:
            with _told():
                self._connection.execute(_TABLES.encode())

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction that excludes other writers."""
        if self._connection.closed:
            self._connection = self._connect()
        with _told(), self._connection.transaction():
            self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            yield

    def run(self, sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Run a statement: its rows."""
        with _told():
            cursor = self._connection.execute(_own(sql), values)
            return cursor.fetchall() if cursor.description else []

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Values]) -> None:
        """Add rows to a table."""
        marks = ", ".join("?" * len(columns))
        self.run_many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608 (constants)

    def run_many(self, sql: str, rows: Iterable[Values]) -> None:
        """Run a statement for each row of values."""
        with _told(), self._connection.cursor() as cursor:
            cursor.executemany(_own(sql), rows)

    def stream(self, sql: str, values: Values = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, as they are when it begins."""
        with _told(), self._connection.transaction(), self._connection.cursor(name="journal") as cursor:
            yield from cursor.execute(_own(sql), values)

    def allow_deletes(self) -> None:
        """Let entries be deleted in this transaction."""
        self.run("SET LOCAL tactful.retention = 'on'")

    def clean(self) -> None:
        """Write the table of subjects anew, without those that are gone."""
        with _told():
            self._connection.execute("VACUUM FULL tactful.subjects")
            self._connection.execute("VACUUM tactful.entries")

    def close(self) -> None:
        """End the connection."""
        with suppress(psycopg.Error):
            self._connection.close()


def _own(sql: str) -> bytes:
    """A statement in the dialect of psycopg."""
    return sql.replace("?", "%s").encode()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        lines = str(error).splitlines()
        raise DatabaseFailed(lines[0] if lines else type(error).__name__) from None
