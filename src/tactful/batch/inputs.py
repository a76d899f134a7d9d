"""The inputs of a batch: a file of lines, compressed or not, standard input, or a folder of Parquet. Each plans its units."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from tactful.batch.folder.find import find_files
from tactful.batch.folder.footers import Stream, TableFiles, read_footers, run_streams, streams
from tactful.batch.folder.sorting import sort_table
from tactful.batch.folder.units import TablesInput, chunk_size, plan_units, unsorted_tables
from tactful.batch.lines import Bounded, Readable, is_packed, plan_lines, spool_lines
from tactful.batch.manifest import Manifest, OutputFolder
from tactful.batch.model import InputFile, Stamp, Unit
from tactful.columns.chunks import CANDIDATES
from tactful.source.codes.batches import UnreadableInput
from tactful.source.diagnostics import InvalidInput

STDIN: Final = "-"
_LINES: Final = (".jsonl", ".ndjson")
_PACKINGS: Final = ("", ".gz", ".zst")
#: How many of the files that are not read are named.
_SHOWN: Final = 10
#: How many lines are decided on together.
LINES: Final = 4_096
#: About how many bytes of lines are worth a worker of their own.
_WORTH: Final = 8 * 1024 * 1024
_HELP: Final = "name a file .jsonl or .ndjson (also .gz, .zst), a folder of Parquet, or `-`"


class InputPlan(NamedTuple):
    """Units of work. ``total``: the sum of their weights, where it is known; ``stretches``: units are best done in a row.

    ``chunk``: how many cases are decided together. ``workers``: how many of them there is enough to do for.
    """

    units: Iterator[Unit]
    total: int | None
    chunk: int
    workers: int
    stretches: bool = False
    tables: TablesInput | None = None


class Source(Protocol):
    """An input of a batch."""

    def files(self) -> tuple[InputFile, ...]:
        """Its files, to recognise the same input in another run."""

    def stamps(self) -> tuple[Stamp, ...]:
        """The files that workers read, as they are now."""

    def plan(self, begun: Manifest, place: OutputFolder, says: Callable[[str], None]) -> InputPlan:
        """Its units. ``says`` is called with messages for the user."""


def source_of(name: str) -> Source:
    """The input of this name, as on the command line. Raises :class:`tactful.InvalidInput` if it cannot be read."""
    if name == STDIN:
        return Piped()
    path = Path(name)
    if name and path.is_dir():
        return Folder(path)
    if path.is_file() and name.endswith(tuple(ending + packing for ending in _LINES for packing in _PACKINGS)):
        return Packed(path) if is_packed(path) else Lines(path)
    problem = "there is no such file or folder" if not (name and path.exists()) else "the name does not tell the format"
    raise InvalidInput([UnreadableInput.at(None, f"`{name}`: {problem}", _HELP)])


class Lines:
    """A file with a case in each line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def files(self) -> tuple[InputFile, ...]:
        """The file."""
        return (input_file(self._path, self._path.name),)

    def stamps(self) -> tuple[Stamp, ...]:
        """The file."""
        return (stamp(str(self._path)),)

    def plan(self, begun: Manifest, place: OutputFolder, says: Callable[[str], None]) -> InputPlan:
        """Stretches of the file, planned while earlier ones are worked on."""
        size = self._path.stat().st_size
        chunk = begun.options.chunk or LINES
        return InputPlan(plan_lines(self._path, chunk), size, chunk, size // _WORTH)


class Packed(Lines):
    """A compressed file with a case in each line."""

    def plan(self, begun: Manifest, place: OutputFolder, says: Callable[[str], None]) -> InputPlan:
        """A temporary file with the lines of each unit, written while earlier units are worked on."""
        return _spooled(Bounded(self._path), begun, place)


class Piped:
    """Standard input."""

    def files(self) -> tuple[InputFile, ...]:
        """No files: standard input cannot be recognised."""
        return ()

    def stamps(self) -> tuple[Stamp, ...]:
        """No files: workers read copies."""
        return ()

    def plan(self, begun: Manifest, place: OutputFolder, says: Callable[[str], None]) -> InputPlan:
        """As for compressed files."""
        return _spooled(sys.stdin.buffer, begun, place)


def _spooled(stream: Readable, begun: Manifest, place: OutputFolder) -> InputPlan:
    chunk = begun.options.chunk or LINES
    return InputPlan(spool_lines(stream, chunk, place.work / "lines"), None, chunk, sys.maxsize)


class Folder:
    """A folder of Parquet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        files = find_files(path)
        self._unread = files.unread
        self._tables = read_footers(files.tables)

    def files(self) -> tuple[InputFile, ...]:
        """The files of all tables, with their numbers of rows."""
        return tuple(
            input_file(Path(name), Path(name).relative_to(self._path).as_posix(), table.rows_of(name))
            for table in self._tables.values()
            for name in table.files
        )

    def stamps(self) -> tuple[Stamp, ...]:
        """All files of all tables."""
        return tuple(stamp(name) for table in self._tables.values() for name in table.files)

    def plan(self, begun: Manifest, place: OutputFolder, says: Callable[[str], None]) -> InputPlan:
        """Ranges of candidates, after sorting tables that are not in order. Raises :class:`.folder.units.Unsorted`."""
        if self._unread:
            says(_not_read(self._unread))
        chunk = chunk_size(self._tables, begun.options.chunk or CANDIDATES)
        mixed = {*begun.sorted, *unsorted_tables(self._tables, chunk)}
        ordered = {
            name: self._sorted(table, place.work / "sorted" / name, says) if name in mixed else streams(table)
            for name, table in self._tables.items()
        }
        rows = self._tables["candidates"].rows
        units = plan_units(ordered["candidates"], chunk)
        alone = rows <= chunk
        schemas = {name: table.schema for name, table in self._tables.items()}
        partitions = {name: table.partitions for name, table in self._tables.items()}
        given = TablesInput(ordered, schemas, alone or len(ordered["candidates"]) > 1, partitions)
        return InputPlan(iter(units), sum(unit.weight for unit in units), chunk, len(units), True, given)

    def _sorted(self, table: TableFiles, folder: Path, says: Callable[[str], None]) -> tuple[Stream, ...]:
        if not folder.is_dir():
            says(f"the table `{table.name}` is not in the order of its candidates; it is sorted first")
            sort_table(table, folder)
        return run_streams(table.name, folder)


def _not_read(names: Sequence[str]) -> str:
    """The message that names the files that are not read."""
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    more = "" if len(names) <= _SHOWN else f" and {len(names) - _SHOWN:,} more"
    return f"not read: {shown}{more}"


def stamp(path: str) -> Stamp:
    """The size, time and inode of a file, which show whether it was changed. Raises :class:`OSError`."""
    status = os.stat(path)
    return Stamp(path, status.st_size, status.st_mtime_ns, status.st_ino)


def input_file(path: Path, name: str, rows: int | None = None) -> InputFile:
    """A file as it is now. Raises :class:`OSError`."""
    status = path.stat()
    return InputFile(name, status.st_size, status.st_mtime_ns, rows)
