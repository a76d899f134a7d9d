"""The files of each table in a folder. A file that looks like a table is either read or refused by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tactful.columns.tables.schema import TABLE_OF
from tactful.source.codes.batches import UnreadableInput
from tactful.source.diagnostics import Diagnostic, InvalidInput
from tactful.source.suggest import did_you_mean

_TABLES: Final = tuple(TABLE_OF.values())
_PARQUET: Final = (".parquet", ".pq", ".parq")
#: Endings of data files that cannot be read.
_OTHER_DATA: Final = frozenset(
    {".arrow", ".avro", ".csv", ".db", ".duckdb", ".feather", ".gz", ".ipc", ".json", ".jsonl", ".ndjson"}
    | {".orc", ".sqlite", ".tsv", ".xls", ".xlsx", ".zip", ".zst"}
)
#: Files that writers leave next to the data, and that hold no rows.
_MARKS: Final = frozenset({"_SUCCESS", "_metadata", "_common_metadata", ".DS_Store", "Thumbs.db"})
#: Folders in which a table format lists the files that are valid.
_LOGS: Final = frozenset({"_delta_log", ".hoodie"})
#: The most files and folders of one input.
_MOST: Final = 100_000
_PARTITION: Final = re.compile(r"([^=]+)=.*", re.DOTALL)
_WRITE_PARQUET: Final = (
    "write the table as Parquet, in a file or files that end in .parquet, or take it out of the folder"
)


@dataclass(frozen=True, slots=True)
class FoundTable:
    """The files of one table. ``partitions`` are columns in the names of its folders, such as ``year=2026``."""

    name: str
    files: tuple[Path, ...]
    partitions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """The tables of a folder, and the names of its files that are not read."""

    tables: tuple[FoundTable, ...]
    unread: tuple[str, ...]


def find_files(folder: Path) -> FoundFiles:
    """Find the tables of a folder: ``NAME.parquet``, or a folder ``NAME`` with such files at any depth.

    Raises :class:`InvalidInput` if a file looks like a table but cannot be read, or if a table is there twice.
    """
    search = _Search(folder)
    for path in sorted(folder.iterdir()):
        search.look_at(path)
    if "candidates" not in search.tables and not search.problems:
        help_ = (
            "name a folder with candidates.parquet, applications.parquet, …, or folders of these names with part files"
        )
        search.refuse(folder, "has no table `candidates`", help_)
    if search.problems:
        raise InvalidInput(search.problems)
    return FoundFiles(tuple(search.tables.values()), tuple(search.unread))


class _Search:
    """Sorts the entries of a folder into tables, files that are not read, and problems."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.tables: dict[str, FoundTable] = {}
        self.unread: list[str] = []
        self.problems: list[Diagnostic] = []

    def refuse(self, path: Path, message: str, help_: str) -> None:
        """Add the problem that a file or folder cannot be read."""
        text = f"`{path}` {message}"
        self.problems.append(UnreadableInput.at(None, text, help_))

    def look_at(self, path: Path) -> None:
        """Sort in one entry of the folder itself."""
        name = _table_name(path)
        if path.is_dir():
            self._folder_of(path, name)
        elif path.is_file() and _is_parquet(path):
            self._add(path, FoundTable(name, (path,)))
        elif path.name not in _MARKS and path.suffix != ".crc":
            self._other(path, in_table=False)

    def _folder_of(self, path: Path, name: str) -> None:
        if path.name.startswith(".") and path.name not in _LOGS:
            self.unread.append(f"{path.name}/")
            return
        entries = list(_entries(path))
        log = next((entry for entry in entries if entry.name in _LOGS or entry.name.endswith(".metadata.json")), None)
        parquet = [entry for entry in entries if entry.is_file() and _is_parquet(entry)]
        if path.name in _LOGS or (log is not None and (parquet or name in _TABLES)):
            help_ = "export the table to plain Parquet, because not all of its files are valid"
            self.refuse(
                path, f"has a log of its own (`{path.name if log is None else log.name}`), which is not read", help_
            )
        elif parquet:
            self._add(path, FoundTable(name, tuple(parquet), _partitions(path, parquet)))
            for entry in entries:
                if not entry.is_dir() and entry not in parquet and entry.name not in _MARKS and entry.suffix != ".crc":
                    self._other(entry, in_table=True)
        elif _similar_table(path) is not None:
            self.refuse(path, "has no Parquet file", "remove the folder if the table is empty")
        else:
            self.unread.append(f"{path.name}/")

    def _add(self, path: Path, table: FoundTable) -> None:
        if path.is_file() and path.suffix.lower() not in _PARQUET:
            self.refuse(
                path,
                "is a Parquet file, but its name does not end in .parquet",
                "rename it, or remove it",
            )
        elif table.name not in _TABLES:
            help_ = did_you_mean(table.name, _TABLES) or f"the tables are {', '.join(_TABLES)}"
            message = f"`{path}`: there is no table `{table.name}`"
            self.problems.append(UnreadableInput.at(None, message, help_))
        elif table.name in self.tables:
            other = _common(self.tables[table.name], self._folder)
            message = f"`{self._folder}` has the table `{table.name}` twice: `{other}` and `{path.name}`"
            self.problems.append(UnreadableInput.at(None, message, "keep one of them"))
        else:
            self.tables[table.name] = table

    def _other(self, path: Path, *, in_table: bool) -> None:
        """Sort in a file that is not Parquet."""
        is_data = not path.name.startswith((".", "_")) and bool(
            _OTHER_DATA & {suffix.lower() for suffix in path.suffixes}
        )
        if path.is_symlink() and not path.exists():
            self.refuse(path, "is a link to a file that does not exist", "repair the link, or remove it")
        elif _begins(path, b"ARROW1"):
            self.refuse(path, "is Arrow IPC (Feather), which is not read", _WRITE_PARQUET)
        elif (in_table and is_data) or (not in_table and _similar_table(path) is not None):
            self.refuse(path, "looks like a table, but is not Parquet", _WRITE_PARQUET)
        else:
            self.unread.append(path.relative_to(self._folder).as_posix())


def _table_name(path: Path) -> str:
    """The name without the ending of Parquet files, which folders may have too."""
    return path.stem if path.suffix.lower() in _PARQUET else path.name


def _similar_table(path: Path) -> str | None:
    """The table that a name suggests: ``messages`` for `Messages.csv`, `messages-0001` or `message.feather`."""
    word = re.split(r"[^a-z]", path.name.casefold().lstrip("._"))[0]
    return next((table for entity, table in TABLE_OF.items() if word in (entity, table)), None)


def _is_parquet(path: Path) -> bool:
    if path.name.startswith((".", "_")):
        return False
    return path.suffix.lower() in _PARQUET or _begins(path, b"PAR1")


def _begins(path: Path, magic: bytes) -> bool:
    """Whether a regular file begins with these bytes."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as stream:
            return stream.read(len(magic)) == magic
    except OSError:
        return False


def _entries(folder: Path) -> Iterator[Path]:
    """All files and folders below a folder, in the order of their names. Links are followed; a folder is visited once."""
    visited: set[tuple[int, int]] = set()
    count = 0
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        status = here.stat()
        if (status.st_dev, status.st_ino) in visited:
            continue
        visited.add((status.st_dev, status.st_ino))
        below = sorted(here.iterdir())
        count += len(below)
        if count > _MOST:
            message = f"`{folder}` has more than {_MOST:,} files and folders"
            raise InvalidInput([UnreadableInput.at(None, message, "write the table in fewer files")])
        yield from below
        waiting += [path for path in reversed(below) if path.is_dir() and (not path.name.startswith((".", "_")))]


def _partitions(folder: Path, files: Sequence[Path]) -> tuple[str, ...]:
    """The columns in the names of the folders between a table's folder and its files (`year=2026`)."""
    folders = {part for file in files for part in file.relative_to(folder).parts[:-1]}
    matches = (_PARTITION.fullmatch(part) for part in folders)
    return tuple(sorted({match[1] for match in matches if match is not None}))


def _common(table: FoundTable, folder: Path) -> str:
    """The entry of ``folder`` that contains a table's files, or is its file."""
    return table.files[0].relative_to(folder).parts[0]
