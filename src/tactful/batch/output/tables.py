"""Tables of decisions as files: Parquet, or Arrow IPC."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

#: The column by which decisions are looked up.
_KEY: Final = "candidate_id"
#: How many rows the Parquet writer encodes at a time. Its default of 1,024 takes 5 % longer.
_BATCH: Final = 65_536


class TableWriter(Protocol):
    """Writes one table of a unit, chunk by chunk."""

    def write(self, table: pa.Table) -> None:
        """Add the rows of a chunk."""

    def close(self) -> None:
        """Finish the last file."""


class ParquetTable:
    """One Parquet file, with a row group for each chunk that has rows.

    It is compressed with Snappy. ``candidate_id`` has statistics, and so have all columns that are not texts. Other texts
    (actions, rules, states) have none: nearly every row group has the same least and greatest text, so the statistics would
    help no query, and writing them takes half as long as everything else.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        coded = [field.name for field in schema if pa.types.is_dictionary(field.type)]
        self._stream = path.open("wb")
        self._writer = pq.ParquetWriter(
            self._stream,
            schema,
            compression="snappy",
            use_dictionary=coded,
            write_statistics=[name for name in schema.names if name == _KEY or name not in coded],
            write_batch_size=_BATCH,
        )

    def write(self, table: pa.Table) -> None:
        """Add the rows of a chunk as a row group of their own."""
        if table.num_rows:
            self._writer.write_table(table, row_group_size=table.num_rows)

    def close(self) -> None:
        """Write the footer."""
        with self._stream:
            self._writer.close()


class ArrowTable:
    """Arrow IPC files, one for each chunk, neither compressed nor copied, so that readers can map them into memory.

    A file of Arrow IPC has one dictionary for each column, and every chunk has its own ids, so chunks do not share files.
    """

    def __init__(self, paths: Iterator[Path]) -> None:
        self._paths = paths

    def write(self, table: pa.Table) -> None:
        """Write the rows of a chunk to the next file, even if the chunk has none."""
        with next(self._paths).open("wb") as stream, pa.ipc.new_file(stream, table.schema) as writer:
            writer.write_table(table)

    def close(self) -> None:
        """Do nothing: each file is whole once it is written."""
