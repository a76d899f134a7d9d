"""The tables of a journal: entries, the texts that they share, checkpoints and subjects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

from tactful.journal.chain import START, Head
from tactful.journal.databases import Database
from tactful.journal.entries import Row

#: The condition that an entry is about a subject, by the index alone.
OF_SUBJECT: Final = "number IN (SELECT number FROM entries WHERE subject = ?)"
_COLUMNS: Final = ", ".join(Row._fields)


class Store:
    """A journal's tables in a database. Raises :class:`tactful.journal.errors.DatabaseFailed`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def writing(self) -> AbstractContextManager[None]:
        """A transaction that excludes other writers."""
        return self.database.writing()

    def checkpoint(self) -> Head:
        """The head of what was taken out; the start of the chain if nothing was."""
        rows = self.database.run("SELECT number, hash FROM checkpoints ORDER BY number DESC LIMIT 1")
        return Head(rows[0][0], bytes(rows[0][1])) if rows else START

    def head(self) -> Head:
        """The head of the chain."""
        rows = self.database.run("SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1")
        return Head(rows[0][0], bytes(rows[0][1])) if rows else self.checkpoint()

    def add(self, rows: Sequence[Row]) -> None:
        """Add entries."""
        self.database.insert("entries", Row._fields, rows)

    def has_erasure_after(self, number: int) -> bool:
        """Whether a subject was forgotten, or entries were taken out, since the entry with this number."""
        sql = "SELECT 1 FROM entries WHERE number > ? AND kind IN ('erasure', 'retention') LIMIT 1"
        return bool(self.database.run(sql, (number,)))

    def keep(self, name: str, data: bytes) -> None:
        """Keep a text by its digest, unless it is there."""
        self.database.run("INSERT INTO kept (name, data) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (name, data))

    def kept(self, name: str) -> bytes | None:
        """A text by its digest."""
        rows = self.database.run("SELECT data FROM kept WHERE name = ?", (name,))
        return bytes(rows[0][0]) if rows else None

    def all_kept(self) -> Iterator[tuple[str, bytes]]:
        """All texts by their digests."""
        return ((name, bytes(data)) for name, data in self.database.stream("SELECT name, data FROM kept"))

    def rows(self, where: Sequence[str] = (), values: Sequence[Any] = (), *, last: int | None = None) -> Iterator[Row]:
        """Entries for which all conditions hold, in their order; with ``last``, so many of them, the last first."""
        sql = f"SELECT {_COLUMNS} FROM entries"  # noqa: S608 (constants, and conditions of this package)
        sql += f" WHERE {' AND '.join(where)}" if where else ""
        sql += " ORDER BY number" if last is None else f" ORDER BY number DESC LIMIT {last}"
        for number, id_, at, kind, subject, header, body, commitment, hash_ in self.database.stream(sql, values):
            text = None if body is None else bytes(body)
            yield Row(number, bytes(id_), at, kind, subject, bytes(header), text, bytes(commitment), bytes(hash_))

    def forget_bodies(self, subject: int) -> None:
        """Take out all bodies of a subject."""
        self.database.run(f"UPDATE entries SET body = NULL WHERE {OF_SUBJECT} AND body IS NOT NULL", (subject,))  # noqa: S608 (constants)

    def take_out(self, through: Head) -> None:
        """Take out all entries up to one, and leave a checkpoint in their place."""
        self.database.allow_deletes()
        self.database.run("DELETE FROM entries WHERE number <= ?", (through.number,))
        self.database.run("DELETE FROM checkpoints")
        self.database.run("INSERT INTO checkpoints (number, hash) VALUES (?, ?)", through)

    def gone_subjects(self, through: int) -> list[int]:
        """The subjects all of whose entries have at most this number."""
        sql = (
            "SELECT subject FROM entries WHERE subject IS NOT NULL AND kind <> 'erasure' "
            "GROUP BY subject HAVING max(number) <= ?"
        )
        return [subject for (subject,) in self.database.run(sql, (through,))]
