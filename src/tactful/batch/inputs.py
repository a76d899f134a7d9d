"""What a batch reads: a file of lines, packed or not, standard input, or a folder of Parquet; each plans its units."""

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
#: How many files that are not read are named.
_SHOWN: Final = 10
#: How many lines are decided together.
LINES: Final = 4_096
#: About so many bytes of lines are worth a worker of their own.
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
    """An input."""

    def files(self) -> tuple[InputFile, ...]:
        """What it consists of, to know it again."""

    def stamps(self) -> tuple[Stamp, ...]:
        """The files that workers read, as they are now."""

    def plan(self, begun: Manifest, place: OutputFolder, says: Callable[[str], None]) -> InputPlan:
        """Its units; ``says`` is called with what people should know."""


def source_of(name: str) -> Source:
    """The input with a name as the command line has it. Raises :class:`tactful.InvalidInput`."""
    if name == STDIN:
        return Piped()
    path = Path(name)
    if path.is_dir():
        return Folder(path)
    if path.is_file() and name.endswith(tuple(ending + packing for ending in _LINES for packing in _PACKINGS)):
        return Packed(path) if is_packed(path) else Lines(path)
    what = "there is no such file or folder" if not path.exists() else "the name doesn't tell what is in it"
    raise InvalidInput([UnreadableInput.at(None, f"`{name}`: {what}", _HELP)])


class Lines:
    """A file with a case on each line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def files(self) -> tuple[InputFile, ...]:
        """The file."""
        return (input_file(self._path, self._path.name),)

    def stamps(self) -> tuple[Stamp, ...]:
        """The file."""
        return (stamp(str(self._path)),)

    def plan(self, begun: Manifest, place: OutputFolder, says: Callable[[str], None]) -> InputPlan:
        """Stretches of the file, found while others are worked on."""
        size = self._path.stat().st_size
        chunk = begun.options.chunk or LINES
        return InputPlan(plan_lines(self._path, chunk), size, chunk, size // _WORTH)


class Packed(Lines):
    """A packed file with a case on each line."""

    def plan(self, begun: Manifest, place: OutputFolder, says: Callable[[str], None]) -> InputPlan:
        """Files with the unpacked lines of each unit, made as they are worked on."""
        return _spooled(Bounded(self._path), begun, place)


class Piped:
    """Standard input."""

    def files(self) -> tuple[InputFile, ...]:
        """Nothing that could be known again."""
        return ()

    def stamps(self) -> tuple[Stamp, ...]:
        """Nothing: workers read copies."""
        return ()

    def plan(self, begun: Manifest, place: OutputFolder, says: Callable[[str], None]) -> InputPlan:
        """As of packed files."""
        return _spooled(sys.stdin.buffer, begun, place)


def _spooled(stream: Readable, begun: Manifest, place: OutputFolder) -> InputPlan:
    chunk = begun.options.chunk or LINES
    return InputPlan(spool_lines(stream, chunk, place.work / "lines"), None, chunk, sys.maxsize)


class Folder:
    """A folder of Parquet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        found = find_files(path)
        self._unread = found.unread
        self._tables = read_footers(found.tables)

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
        """Ranges of candidates. Tables in no order are sorted first. Raises :class:`tactful.batch.folder.units.Unsorted`."""
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
    """The files that are passed over, in a line."""
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    more = "" if len(names) <= _SHOWN else f" and {len(names) - _SHOWN:,} more"
    return f"not read: {shown}{more}"


def stamp(path: str) -> Stamp:
    """What a file is known by. Raises :class:`OSError`."""
    status = os.stat(path)
    return Stamp(path, status.st_size, status.st_mtime_ns, status.st_ino)


def input_file(path: Path, name: str, rows: int | None = None) -> InputFile:
    """A file as it is now. Raises :class:`OSError`."""
    status = path.stat()
    return InputFile(name, status.st_size, status.st_mtime_ns, rows)
