"""Writing what units give: a file for each table of the output, in the work folder until the unit is done."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from tactful.batch.model import Tally, Unit, Written

#: Texts stand in dictionaries and numbers as differences; to compress that as well makes files a quarter smaller, and
#: writing them takes a tenth longer.
COMPRESSION: Final = "none"
#: How numbers and moments are written: readers have known it for long, and it takes less time than to compress them.
_NUMBERS: Final = "DELTA_BINARY_PACKED"
#: How many rows are taken at once by the writer.
_ROWS: Final = 65_536
#: How many bytes get to the file at once.
_BUFFER: Final = 1 << 20


class Part:
    """The output of one unit, written chunk by chunk. Nobody sees its files before :meth:`Place.keep` moves them."""

    def __init__(self, unit: Unit, folder: Path) -> None:
        self._unit, self._folder = unit, folder
        folder.mkdir(exist_ok=True)
        self._tables: dict[str, _TableFile] = {}
        self._lines: dict[str, BinaryIO] = {}
        self._names: dict[str, Path] = {}
        self._encoder = msgspec.json.Encoder()
        self._tally = Tally()

    def __enter__(self) -> Part:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        writers: list[_TableFile | BinaryIO] = [*self._tables.values(), *self._lines.values()]
        for one in writers:
            if kind is None:
                one.close()
            else:
                _close_anyhow(one)

    def tables(self, tables: Mapping[str, pa.Table]) -> None:
        """Add rows to tables, as a row group of their own."""
        for name, table in tables.items():
            writer = self._tables.get(name)
            if writer is None:
                writer = self._tables[name] = _TableFile(self._path(name, "parquet"), table.schema)
            if table.num_rows:
                writer.write(table)

    def lines(self, name: str, records: list[Any]) -> None:
        """Add records to a file of JSON lines."""
        if not records:
            return
        stream = self._lines.get(name)
        if stream is None:
            stream = self._lines[name] = self._path(name, "jsonl").open("wb")
        stream.write(self._encoder.encode_lines(records))

    def count(self, tally: Tally) -> None:
        """Add to the counts."""
        self._tally += tally

    def written(self) -> Written:
        """What was written, once the files are closed."""
        files = {name: _synced(path) for name, path in self._names.items()}
        return Written(self._unit.no, self._folder.name, self._unit.weight, self._tally, files)

    def _path(self, name: str, ending: str) -> Path:
        final = f"{name}/part-{self._unit.no:05}.{ending}"
        self._names[final] = path = self._folder / final.replace("/", "-")
        return path


class _TableFile:
    """A file of Parquet that is being written.

    There are no statistics: those of ids, the only column they would be of use for, take a tenth of the time of writing.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._file = pa.BufferedOutputStream(pa.OSFile(str(path), "wb"), _BUFFER)
        self._writer = pq.ParquetWriter(
            self._file,
            schema,
            compression=COMPRESSION,
            use_dictionary=[one.name for one in schema if pa.types.is_dictionary(one.type)],
            column_encoding={one.name: _NUMBERS for one in schema if _is_number(one.type)},
            write_statistics=False,
            write_batch_size=_ROWS,
        )

    def write(self, table: pa.Table) -> None:
        """Add rows, as a row group of their own."""
        self._writer.write_table(table, row_group_size=table.num_rows)

    def close(self) -> None:
        """Write what is left, and the footer."""
        try:
            self._writer.close()
        finally:
            self._file.close()


def _is_number(type_: pa.DataType) -> bool:
    return bool(pa.types.is_integer(type_) or pa.types.is_timestamp(type_))


def _synced(path: Path) -> int:
    """The size of a file, after it has got to the disk."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
        return os.fstat(stream.fileno()).st_size


def _close_anyhow(one: Any) -> None:
    """Close a file that is thrown away; that it cannot be written to its end (a full disk) is known already."""
    try:
        one.close()
    except (OSError, pa.ArrowException):
        return
