"""Subjects: random numbers that stand for people. What is about a person is readable only as long as the subject is
known."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

from tactful.journal.databases import Database

#: How many random bytes make two bodies with the same content differ.
SALT: Final = 16
#: Subjects are positive numbers that every database can hold.
_BITS: Final = 63
#: The most subjects that are remembered.
_MOST: Final = 10_000


class Subjects(Protocol):
    """Turns candidates' ids into subjects, and bodies into what is stored."""

    def of(self, names: Iterable[str]) -> dict[str, int]:
        """The subjects of some candidates, which are made if they are new, safe on the disk."""

    def find(self, name: str) -> int | None:
        """The subject of a candidate, if there is one."""

    def known(self, subject: int) -> bool:
        """Whether the subject is known still."""

    def forget(self, subjects: Iterable[int]) -> None:
        """Forget subjects, for good."""

    def reset(self) -> None:
        """Look again at what is known: another process may have forgotten somebody."""

    def seal(self, subject: int, id_: bytes, text: bytes) -> bytes:
        """The body of an entry as it is stored."""

    def unseal(self, subject: int, id_: bytes, body: bytes) -> bytes | None:
        """A body as it was; ``None`` if its subject is forgotten."""

    def clean(self) -> None:
        """Leave nothing behind of what was forgotten."""

    def close(self) -> None:
        """Let go of the database."""


class PlainSubjects:
    """Subjects in the journal's own database. Bodies are stored as they are, behind a salt."""

    def __init__(self, database: Database) -> None:
        self._table = SubjectTable(database, own=False)

    def of(self, names: Iterable[str]) -> dict[str, int]:
        """The subjects of some candidates."""
        by_name = {name: name.encode() for name in names}
        found = self._table.of(dict.fromkeys(by_name.values(), b""))
        return {name: found[key][0] for name, key in by_name.items()}

    def find(self, name: str) -> int | None:
        """The subject of a candidate, if there is one."""
        return self._table.find(name.encode())

    def known(self, subject: int) -> bool:
        """Whether the subject is known still."""
        return self._table.key(subject) is not None

    def forget(self, subjects: Iterable[int]) -> None:
        """Forget subjects, for good."""
        self._table.forget(subjects)

    def reset(self) -> None:
        """Look again at what is known."""
        self._table.reset()

    def seal(self, subject: int, id_: bytes, text: bytes) -> bytes:
        """The body behind a salt."""
        return os.urandom(SALT) + text

    def unseal(self, subject: int, id_: bytes, body: bytes) -> bytes | None:
        """The body without its salt."""
        return body[SALT:]

    def clean(self) -> None:
        """The journal's own database is cleaned by itself."""

    def close(self) -> None:
        """The journal's own database is closed by itself."""


class SubjectTable:
    """The table of subjects. ``own``: its database is not the journal's, so that it needs transactions of its own."""

    def __init__(self, database: Database, *, own: bool) -> None:
        self.database, self._own = database, own
        self._known: dict[bytes, tuple[int, bytes]] = {}

    def _writing(self) -> AbstractContextManager[None]:
        return self.database.writing() if self._own else nullcontext()

    def of(self, keys: dict[bytes, bytes]) -> dict[bytes, tuple[int, bytes]]:
        """Subjects and their keys by name. ``keys`` has a key for each that may be new."""
        if len(self._known) > _MOST:
            self._known.clear()
        missing = [name for name in keys if name not in self._known]
        absent = [name for name in missing if not self._read(name)]
        if absent:
            with self._writing():
                for name in absent:
                    if self._read(name):  # another process was faster
                        continue
                    row = (secrets.randbits(_BITS), name, keys[name])
                    self.database.run("INSERT INTO subjects (subject, name, key) VALUES (?, ?, ?)", row)
                    self._known[name] = (row[0], row[2])
        return {name: self._known[name] for name in keys}

    def _read(self, name: bytes) -> bool:
        rows = self.database.run("SELECT subject, key FROM subjects WHERE name = ?", (name,))
        if rows:
            self._known[name] = (rows[0][0], bytes(rows[0][1]))
        return bool(rows)

    def find(self, name: bytes) -> int | None:
        """The subject with a name."""
        rows = self.database.run("SELECT subject FROM subjects WHERE name = ?", (name,))
        return rows[0][0] if rows else None

    def key(self, subject: int) -> bytes | None:
        """The key of a subject; ``None`` if it is not known."""
        rows = self.database.run("SELECT key FROM subjects WHERE subject = ?", (subject,))
        return bytes(rows[0][0]) if rows else None

    def forget(self, subjects: Iterable[int]) -> None:
        """Forget subjects."""
        with self._writing():
            self.database.run_many("DELETE FROM subjects WHERE subject = ?", [(subject,) for subject in subjects])
        self.reset()

    def reset(self) -> None:
        """Forget what was read."""
        self._known.clear()
