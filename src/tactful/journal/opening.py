"""Journals and keys by their URLs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tactful.journal.committer import Committer
from tactful.journal.databases import Database
from tactful.journal.databases.sqlite import Sqlite
from tactful.journal.errors import DatabaseFailed
from tactful.journal.store import Store
from tactful.journal.subjects import PlainSubjects, Subjects
from tactful.source.diagnostics import EngineError, TactfulError

_SQLITE: Final = "sqlite:"
_POSTGRES: Final = ("postgresql://", "postgres://")


def open_store(url: str, *, create: bool) -> Store:
    """The tables of a journal. Raises :class:`tactful.TactfulError` if the database cannot be used."""
    return Store(_database(url, create=create))


def open_subjects(url: str, store: Store, keys: str | None, master: Path | None) -> Subjects:
    """The subjects of a journal: in clear, or encrypted with keys of another database."""
    if (keys is None) != (master is None):
        raise TactfulError("keys and a master key go together; give --keys and --master-key, or neither")
    if keys is None or master is None:
        return PlainSubjects(store.database)
    try:
        from tactful.journal.encrypted import EncryptedSubjects, read_master
    except ImportError as error:
        raise EngineError(f"encryption needs `{error.name}`: pip install 'tactful[journal]'") from None
    if keys == url:
        raise TactfulError("keys have to be in a separate database, so that the journal can be copied without them")
    return EncryptedSubjects(_database(keys, create=True), read_master(master))


def open_committer(url: str, keys: str | None, master: Path | None) -> Committer:
    """A journal that is open for writing, by one thread."""
    store = open_store(url, create=True)
    return Committer(store, open_subjects(url, store, keys, master))


def _database(url: str, *, create: bool) -> Database:
    try:
        database = _connected(url, create=create)
        if create:
            database.set_up()
    except DatabaseFailed as error:
        raise TactfulError(f"the journal cannot be opened: {error}") from None
    return database


def _connected(url: str, *, create: bool) -> Database:
    if url.startswith(_POSTGRES):
        try:
            from tactful.journal.databases.postgres import Postgres
        except ImportError as error:
            raise EngineError(f"Postgres needs `{error.name}`: pip install 'tactful[postgres]'") from None
        return Postgres(url)
    path = Path(url.removeprefix(_SQLITE))
    if "://" in url or not path.name:
        raise TactfulError("a journal is `sqlite:FILE`, a file, or `postgresql://…`")
    if not create and not path.is_file():
        raise TactfulError(f"there is no journal `{path}`; name a file that `--journal` has written")
    return Sqlite(path, create=create)
