"""A file of Parquet, written row group by row group."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa

from tactful.batch.parquet.footer import Placed, RowGroup, check_types, footer
from tactful.batch.parquet.pages import chunk_of

_MAGIC: Final = b"PAR1"
#: How many bytes get to the file at once.
_BUFFER: Final = 1 << 20


class ParquetFile:
    """A file that is being written: not compressed, without statistics.

    Of the types of Arrow it takes those that tables of decisions have: strings, in dictionaries or not, whole numbers of 16
    or 32 bits, moments in seconds, booleans, and lists of whole numbers. Raises ``pyarrow.ArrowNotImplementedError`` for
    others.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        check_types(schema)
        self._schema = schema
        self._groups: list[RowGroup] = []
        self._stream = path.open("wb", _BUFFER)
        self._at = self._stream.write(_MAGIC)

    def write(self, table: pa.Table) -> None:
        """Add rows, one or more, as a row group of their own."""
        columns: list[Placed] = []
        for field, column in zip(self._schema, table.columns, strict=True):
            chunk = chunk_of(field, column)
            size = sum(map(len, chunk.pages))
            columns.append(Placed(self._at, size, chunk.dictionary, chunk.values))
            self._stream.writelines(chunk.pages)
            self._at += size
        self._groups.append(RowGroup(table.num_rows, columns))

    def close(self) -> None:
        """Write what is left, and the footer."""
        with self._stream as stream:
            told = footer(self._schema, self._groups)
            stream.write(told + len(told).to_bytes(4, "little") + _MAGIC)
