"""Reads streams of ascending ids, a range of candidates at a time, in bounded memory."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tactful.batch.folder.footers import KEY, Group, Stream, as_read, check_ids, damage, old_moments
from tactful.batch.folder.lost import Lost

#: Texts that are stored in fewer bytes a row than this are read as dictionaries.
_FEW: Final = 4
#: How many rows are read at once in search of the damage in a row group.
_FEW_ROWS: Final = 1_024

#: Does something in a process of its own; the reason in words if that process does not come to an end. The number is that
#: of the rows.
Trial = Callable[[Callable[[], object], int], str | None]


class Slice(NamedTuple):
    """Some rows, and the number of their row group in the table."""

    group: int
    rows: pa.RecordBatch
    lost: Lost | None = None


class Cursor:
    """A position in a stream. Reading continues from there, or from any other position.

    Positions are found by binary search. If the ids do not ascend after all, rows of other candidates are returned too, but
    no row is returned twice. ``most`` is how many rows are read at once. ``columns`` are the columns to read, in files that
    have them.
    """

    def __init__(self, table: str, stream: Stream, most: int, columns: list[str]) -> None:
        self._table, self._stream, self._most, self._columns = table, stream, most, columns
        #: Row groups that were met and of which not even the ids can be read.
        self.unknown: list[Lost] = []
        #: Tries in a process of its own whether reading comes to an end; ``None``: reading is safe.
        self.trial: Trial | None = None
        self._file: tuple[str, pq.ParquetFile] | None = None
        self._highs = [group.high or "" for group in stream]
        self._batches: Iterator[Slice] = iter(())
        self._rest: Slice | None = None

    def go_to(self, above: str | None) -> None:
        """Go to the first row with an id above ``above``, or to the first row of all if it is ``None``."""
        first = 0 if above is None else bisect_left(self._highs, above)
        self._batches, self._rest, self.unknown = self._read(first), None, []
        if above is not None:
            for _ in self.up_to(above):
                pass

    def up_to(self, high: str | None) -> Iterator[Slice]:
        """The rows from here up to the last row with an id up to ``high``; all rows if it is ``None``."""
        while (here := self._rest or next(self._batches, None)) is not None:
            count = here.rows.num_rows if high is None else _up_to(here.rows, high)
            whole = count == here.rows.num_rows
            self._rest = None if whole else here._replace(rows=here.rows.slice(count))
            if count:
                yield here if whole else here._replace(rows=here.rows.slice(0, count))
            if not whole:
                return

    def _read(self, first: int) -> Iterator[Slice]:
        for group in self._stream[first:]:
            count = 0
            try:
                for rows in self._batches_of(group, self._most, self._columns):
                    count += rows.num_rows
                    yield Slice(group.no, rows)
            except Exception as error:
                reason = damage(error)
                if reason is None:
                    raise
                yield from self._around_damage(group, count, reason)

    def _batches_of(self, group: Group, most: int, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """The rows of a row group. Raises :class:`OSError` or :class:`pyarrow.ArrowException` if it is damaged."""
        if self._file is None or self._file[0] != group.path:
            self._file = group.path, open_file(group.path)
        file = self._file[1]
        if self.trial is not None:
            reason = self.trial(lambda: deque(group_batches(file, group.index, most, columns), 0), group.rows)
            if reason is not None:
                raise OSError(reason)
        batches = group_batches(file, group.index, most, columns)
        return batches if self.trial is None else _checked(batches, group)

    def _around_damage(self, group: Group, count: int, reason: str) -> Iterator[Slice]:
        """The rows of a damaged row group after the first ``count``: those before the damage, then the others as lost."""
        if self.trial is None:
            for rows in self._readable(group, count):
                count += rows.num_rows
                yield Slice(group.no, rows)
        lost = Lost(self._table, group, group.rows - count, reason, ())
        try:
            ids = [*self._batches_of(group, group.rows, [KEY])]
            deque(_checked(ids, group), 0)
        except Exception as error:
            if damage(error) is None:
                raise
            self.unknown.append(lost._replace(ids=None))
        else:
            yield from (Slice(group.no, rows, lost) for rows in _after(ids, count))

    def _readable(self, group: Group, count: int) -> Iterator[pa.RecordBatch]:
        """The rows of a row group after the first ``count`` and before its damage, a few at a time."""
        try:
            yield from _after(self._batches_of(group, _FEW_ROWS, self._columns), count)
        except Exception as error:
            if damage(error) is None:
                raise


def _checked(batches: Iterable[pa.RecordBatch], group: Group) -> Iterator[pa.RecordBatch]:
    """The same rows; their ids are checked first, which takes a twentieth of the time of a batch."""
    for rows in batches:
        check_ids(rows.column(rows.schema.names.index(KEY)), group)
        yield rows


def _after(batches: Iterable[pa.RecordBatch], count: int) -> Iterator[pa.RecordBatch]:
    """The rows after the first ``count``."""
    for rows in batches:
        if count < rows.num_rows:
            yield rows.slice(count)
        count = max(0, count - rows.num_rows)


def open_file(path: str) -> pq.ParquetFile:
    """An open file. Columns with few different texts are read as dictionaries, which are faster to read and to process."""
    footer = pq.read_metadata(path)
    columns = range(footer.num_columns if footer.num_row_groups else 0)
    stored = [footer.row_group(0).column(no) for no in columns]
    few = [column.path_in_schema for column in stored if _has_few_texts(column)]
    return pq.ParquetFile(
        path,
        metadata=footer,
        read_dictionary=few,
        pre_buffer=False,
        coerce_int96_timestamp_unit="us",
        page_checksum_verification=True,
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
