"""Commits entries to a journal, as the next ones of its chain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tactful.journal.chain import Head, commitment, link
from tactful.journal.entries import Draft, Row
from tactful.journal.errors import DatabaseFailed, JournalUnavailable
from tactful.journal.sources import Kept
from tactful.journal.store import Store
from tactful.journal.subjects import Subjects
from tactful.source.diagnostics import TactfulError


class Committer:
    """A journal that is open for writing, for one thread. Any number of processes may write to the same journal."""

    def __init__(self, store: Store, subjects: Subjects) -> None:
        self._store, self._subjects = store, subjects
        self._head: Head | None = None
        self._kept: set[str] = set()

    def commit(self, drafts: Sequence[Draft], kept: Iterable[Kept]) -> TactfulError | None:
        """Write entries, and the texts that they name, in one transaction: all or none. Returns why they could not be written.

        After an error, texts that were not in the journal before have to be given again.
        """
        try:
            self._write(drafts, {each.name: each for each in kept if each.name not in self._kept})
            return None
        except DatabaseFailed as failed:
            error: TactfulError = JournalUnavailable(f"the journal cannot be written: {failed}")
        except TactfulError as failed:
            error = failed
        self._head, self._kept = None, set()
        self._subjects.reset()
        return error

    def _write(self, drafts: Sequence[Draft], new: dict[str, Kept]) -> None:
        store, subjects = self._store, self._subjects
        with store.writing():
            head = store.head()
            if self._head is None or (head != self._head and store.has_erasure_after(self._head.number)):
                subjects.reset()
            for kept in new.values():
                store.keep(*kept)
            numbers = subjects.of({draft.name: None for draft in drafts if draft.name is not None})
            rows = []
            for draft in drafts:
                subject = None if draft.name is None else numbers[draft.name]
                body = None
                if draft.body is not None and subject is not None:
                    body = subjects.seal(subject, draft.id, draft.body)
                committed = commitment(body)
                head = link(head, draft.id, draft.at, draft.kind, subject, draft.header, committed)
                rows.append(
                    Row(head.number, draft.id, draft.at, draft.kind, subject, draft.header, body, committed, head.hash)
                )
            store.add(rows)
        self._head = head
        self._kept.update(new)

    def close(self) -> None:
        """Let go of the databases."""
        self._subjects.close()
        self._store.database.close()
