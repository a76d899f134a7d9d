"""Stored decisions: written before they are given, chained so that changes show, and erased when a person asks for it.

:func:`open` gives a journal for ``Policy.decide(…, journal=…)``, and :func:`read` gives the contents of a journal.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tactful.journal.archive import Archive
    from tactful.journal.writer import Writer

__all__ = ["open", "read"]


def open(url: str, *, keys: str | None = None, master: Path | None = None) -> Writer:
    """A journal that decisions are written to: ``sqlite:FILE``, a file, or ``postgresql://…``.

    With ``keys``, the URL of another database, data about a person is encrypted with that person's own key. The
    keys are wrapped by the key in the file ``master``. Raises :class:`tactful.TactfulError` if one of them cannot be used.
    """
    from tactful.journal.opening import open_committer
    from tactful.journal.writer import Writer

    return Writer(open_committer(url, keys, master))


def read(url: str, *, keys: str | None = None, master: Path | None = None) -> Archive:
    """The contents of a journal. Arguments and errors are those of :func:`open`; the journal must exist."""
    from tactful.journal.archive import Archive
    from tactful.journal.opening import open_store, open_subjects

    store = open_store(url, create=False)
    return Archive(store, open_subjects(url, store, keys, master))
