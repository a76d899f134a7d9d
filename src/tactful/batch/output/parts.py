"""Writes the output of units: a file for each table, in the work folder until the unit is done."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final
from zlib import crc32

import msgspec
import numpy as np
import pyarrow as pa

from tactful.batch.model import BatchFormat, Decided, LineUnit, OutputFile, Tally, Unit, Written
from tactful.batch.output.tables import ArrowTable, ParquetTable, TableWriter

#: How many bytes are read at once.
_BLOCK: Final = 1024 * 1024


class Part:
    """The output of one unit, written chunk by chunk. :meth:`OutputFolder.keep` moves its files to their places."""

    def __init__(self, unit: Unit, folder: Path) -> None:
        self._unit, self._folder = unit, folder
        folder.mkdir(exist_ok=True)
        self._tables: dict[str, TableWriter] = {}
        self._lines: dict[str, BinaryIO] = {}
        self._names: dict[str, Path] = {}
        self._encoder = msgspec.json.Encoder()
        self._tally = Tally()
        #: The lines of the unit and their candidates.
        self._ids: list[tuple[int, str]] = []

    def __enter__(self) -> Part:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        writers: list[TableWriter | BinaryIO] = [*self._tables.values(), *self._lines.values()]
        for writer in writers:
            if kind is None:
                writer.close()
            else:
                _close_anyhow(writer)

    def tables(self, tables: Mapping[str, pa.Table], format_: BatchFormat) -> None:
        """Add the rows of a chunk to tables."""
        for name, table in tables.items():
            writer = self._tables.get(name)
            if writer is None:
                writer = self._tables[name] = self._writer(name, table.schema, format_)
            writer.write(table)

    def _writer(self, name: str, schema: pa.Schema, format_: BatchFormat) -> TableWriter:
        if format_ == "arrow":
            return ArrowTable(self._chunk_paths(name))
        return ParquetTable(self._path(name, ".parquet"), schema)

    def _chunk_paths(self, name: str) -> Iterator[Path]:
        return (self._path(name, f"-{no:03}.arrow") for no in count())

    def lines(self, name: str, records: list[Any]) -> None:
        """Add records to a file of JSON lines."""
        if not records:
            return
        stream = self._lines.get(name)
        if stream is None:
            stream = self._lines[name] = self._path(name, ".jsonl").open("wb")
        stream.write(self._encoder.encode_lines(records))

    def candidates(self, decided: Decided) -> None:
        """Add the candidates of a chunk of lines to the list of the unit's candidates."""
        if decided.lines:
            self._ids += zip(decided.lines, decided.ids.to_pylist(), strict=True)
        rejected = {(reject.line, reject.candidate): None for reject in decided.rejects}
        self._ids += [(line, id_) for line, id_ in rejected if line is not None and id_ is not None]

    def count(self, tally: Tally) -> None:
        """Add to the counts."""
        self._tally += tally

    def written(self) -> Written:
        """The record of the unit. To be called once the files are closed."""
        files = {name: _synced(path) for name, path in self._names.items()}
        list_ = self._list() if isinstance(self._unit, LineUnit) else None
        return Written(self._unit.no, self._folder.name, self._unit.weight, self._tally, files, list_)

    def _list(self) -> OutputFile:
        """Write the list of candidates, in the order of the checksums of their ids."""
        checksums = np.array([crc32(id_.encode()) for _, id_ in self._ids], np.int64)
        lines = np.array([line for line, _ in self._ids], np.int64)
        order = np.lexsort((lines, checksums))
        candidates = pa.array([id_ for _, id_ in self._ids], pa.string()).take(pa.array(order))
        batch = pa.record_batch({"checksum": checksums[order], "line": lines[order], "candidate": candidates})
        path = self._folder / list_name(self._unit.no).replace("/", "-")
        with path.open("wb") as stream, pa.ipc.new_file(stream, batch.schema) as writer:
            writer.write_batch(batch)
        return _synced(path)

    def _path(self, name: str, ending: str) -> Path:
        final = f"{name}/part-{self._unit.no:05}{ending}"
        self._names[final] = path = self._folder / final.replace("/", "-")
        return path


def list_name(unit: int) -> str:
    """The path of a unit's list of candidates, in the folder for work under way."""
    return f"candidates/part-{unit:05}.arrow"


def _synced(path: Path) -> OutputFile:
    """The size and checksum of a file, after it has reached the disk."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
    return output_file(path)


def output_file(path: Path) -> OutputFile:
    """The size and checksum of a file. Raises :class:`OSError`."""
    size = crc = 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            size, crc = size + len(block), crc32(block, crc)
    return OutputFile(size, crc)


def _close_anyhow(writer: Any) -> None:
    """Close a file that is to be discarded. Errors, such as a full disk, have been reported already."""
    try:
        writer.close()
    except (OSError, pa.ArrowException):
        return
