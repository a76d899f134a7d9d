"""The databases that a journal can be in. Each knows its own dialect, and nothing about journals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Values = Sequence[Any]


class Database(Protocol):
    """A connection. SQL has ``?`` for values. All methods raise :class:`tactful.journal.errors.DatabaseFailed`."""

    def set_up(self) -> None:
        """Make the tables, unless they are there."""

    def writing(self) -> AbstractContextManager[None]:
        """A transaction that excludes other writers. Once it ends without an error, everything is safely on disk."""

    def run(self, sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Run a statement: its rows."""

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Values]) -> None:
        """Add rows to a table."""

    def run_many(self, sql: str, rows: Iterable[Values]) -> None:
        """Run a statement for each row of values."""

    def stream(self, sql: str, values: Values = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a few at a time, as they are when it begins."""

    def allow_deletes(self) -> None:
        """Let entries be deleted in this transaction."""

    def clean(self) -> None:
        """Remove all traces of deleted rows."""

    def close(self) -> None:
        """End the connection."""
