"""Reads streams of ascending ids, a range of candidates at a time, in bounded memory."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tactful.batch.folder.footers import KEY, Stream, as_read, old_moments

#: Texts that are stored in fewer bytes a row than this are read as dictionaries.
_FEW: Final = 4


class Slice(NamedTuple):
    """Some rows, and the number of their row group in the table."""

    group: int
    rows: pa.RecordBatch


class Cursor:
    """A position in a stream. Reading continues from there, or from any other position.

    Positions are found by binary search. If the ids do not ascend after all, rows of other candidates are returned too, but
    no row is returned twice. ``most`` is how many rows are read at once. ``columns`` are the columns to read, in files that
    have them.
    """

    def __init__(self, stream: Stream, most: int, columns: list[str]) -> None:
        self._stream, self._most, self._columns = stream, most, columns
        self._highs = [group.high or "" for group in stream]
        self._batches: Iterator[Slice] = iter(())
        self._rest: Slice | None = None

    def go_to(self, above: str | None) -> None:
        """Go to the first row with an id above ``above``, or to the first row of all if it is ``None``."""
        first = 0 if above is None else bisect_left(self._highs, above)
        self._batches, self._rest = self._read(first), None
        if above is not None:
            for _ in self.up_to(above):
                pass

    def up_to(self, high: str | None) -> Iterator[Slice]:
        """The rows from here up to the last row with an id up to ``high``; all rows if it is ``None``."""
        while (here := self._rest or next(self._batches, None)) is not None:
            count = here.rows.num_rows if high is None else _up_to(here.rows, high)
            whole = count == here.rows.num_rows
            self._rest = None if whole else Slice(here.group, here.rows.slice(count))
            if count:
                yield here if whole else Slice(here.group, here.rows.slice(0, count))
            if not whole:
                return

    def _read(self, first: int) -> Iterator[Slice]:
        file: pq.ParquetFile | None = None
        path = ""
        for group in self._stream[first:]:
            if file is None or group.path != path:
                file, path = open_file(group.path), group.path
            batches = group_batches(file, group.index, self._most, self._columns)
            yield from (Slice(group.no, rows) for rows in batches)


def open_file(path: str) -> pq.ParquetFile:
    """An open file. Columns with few different texts are read as dictionaries, which are faster to read and to process."""
    footer = pq.read_metadata(path)
    columns = range(footer.num_columns if footer.num_row_groups else 0)
    stored = [footer.row_group(0).column(no) for no in columns]
    few = [column.path_in_schema for column in stored if _has_few_texts(column)]
    return pq.ParquetFile(
        path, metadata=footer, read_dictionary=few, pre_buffer=False, coerce_int96_timestamp_unit="us"
    )


def _has_few_texts(column: Any) -> bool:
    """Whether a column has texts, not lists of them, that take little space for each row."""
    text = column.physical_type == "BYTE_ARRAY" and "." not in column.path_in_schema
    return text and column.total_uncompressed_size < _FEW * column.num_values


def group_batches(
    file: pq.ParquetFile, group: int, most: int, columns: list[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """The rows of a row group, ``most`` at a time. Across row groups, Arrow cannot read lists of dictionaries."""
    old = old_moments(file.metadata)
    for rows in file.iter_batches(most, row_groups=[group], columns=columns, use_threads=False):
        yield as_read(rows, old)


def _up_to(rows: pa.RecordBatch, high: str) -> int:
    """How many rows have ids up to ``high``. Missing ids come first."""
    ids = rows.column(rows.schema.names.index(KEY))
    low, end = 0, len(ids)
    if (ids[end - 1].as_py() or "") <= high:
        return end
    while low < end:
        middle = (low + end) // 2
        if (ids[middle].as_py() or "") <= high:
            low = middle + 1
        else:
            end = middle
    return low
