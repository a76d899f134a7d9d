"""Sorts a table by candidate: in runs that fit into memory, each in a file, to be merged when they are read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tactful.batch.folder.footers import KEY, TableFiles, damage, joined, plain
from tactful.batch.folder.streams import group_batches, open_file
from tactful.source.codes.batches import UnreadableInput
from tactful.source.diagnostics import InvalidInput

#: About how many bytes of memory a run takes.
RUN_BYTES: Final = 128 * 1024 * 1024
#: How many rows are read at once, and the rows of a run's row group.
_READ: Final = 65_536
_GROUP: Final = 16_384


def sort_table(table: TableFiles, folder: Path) -> None:
    """Write the table's runs into ``folder``, which appears once it is complete. A candidate's rows keep their order."""
    temporary = folder.with_name(f".{folder.name}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    for no, run in enumerate(_runs(table)):
        order = pc.array_sort_indices(
            plain(run.column(KEY).combine_chunks()), null_placement="at_start"
        )  # a stable sort
        pq.write_table(run.take(order), temporary / f"run-{no:05}.parquet", row_group_size=_GROUP, compression="snappy")
    temporary.replace(folder)


def _runs(table: TableFiles) -> Iterator[pa.Table]:
    batches: list[pa.RecordBatch] = []
    size = 0
    for path in table.files:
        for batch in _batches(path):
            batches.append(batch)
            size += batch.nbytes
            if size >= RUN_BYTES:
                yield joined(batches, table.schema)
                batches, size = [], 0
    if batches:
        yield joined(batches, table.schema)


def _batches(path: str) -> Iterator[pa.RecordBatch]:
    with open_file(path) as file:
        for group in range(file.num_row_groups):
            try:
                yield from group_batches(file, group, _READ)
            except Exception as error:
                reason = damage(error)
                if reason is None:
                    raise
                message = f"row group {group + 1} of `{path}` cannot be read: {reason}"
                raise InvalidInput([UnreadableInput.at(None, message, "write the file again")]) from None
