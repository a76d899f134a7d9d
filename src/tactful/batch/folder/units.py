"""A folder of Parquet as units of work: ranges of candidates' ids, for which each table is read once from start to end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tactful.batch.folder.footers import KEY, Stream, TableFiles, joined, keys, plain, streams, total_rows
from tactful.batch.folder.lost import Bounds, Lost, candidates_of, rejects, without
from tactful.batch.folder.needed import Needed
from tactful.batch.folder.streams import Cursor, Slice, Trial
from tactful.batch.model import RejectRecord, TableUnit
from tactful.columns.chunks import ROWS
from tactful.columns.tables.schema import TABLE_OF, column_names, field_columns
from tactful.facts.reading.custom import Declared
from tactful.source.codes.batches import UnreadableInput
from tactful.source.diagnostics import InvalidInput

#: The number of chunks in a unit, and so in a file of the output.
CHUNKS: Final = 8
#: The most streams of a table that are read side by side. A table with more is sorted first.
MOST_STREAMS: Final = 64
#: How many rows of a table are read at once: from all streams together, and from each stream at least.
_READ: Final = 131_072
_READ_LEAST: Final = 2_048
_NO_IDS: Final = pa.array([], pa.string())


_IN_FILES: Final = "write the column into the files too, or name the folders after something that is not a fact"


class Unsorted(Exception):
    """A table is not in the order of candidates' ids and has to be sorted first."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(table)


class TablesInput(msgspec.Struct, frozen=True):
    """The tables, each with its streams and columns. ``sort``: the candidates of a chunk have to be sorted."""

    streams: Mapping[str, tuple[Stream, ...]]
    schemas: Mapping[str, pa.Schema]
    sort: bool
    #: By table, the columns that are only in the names of folders.
    partitions: Mapping[str, tuple[str, ...]]


class TableChunk(NamedTuple):
    """The rows of the candidates with ids above ``above`` and up to ``high``; ``None``: no bound."""

    tables: dict[str, pa.Table]
    above: str | None
    high: str | None
    #: Rejects for rows that cannot be read. The tables have no row of these candidates.
    rejects: tuple[RejectRecord, ...] = ()


def check_partitions(partitions: Mapping[str, tuple[str, ...]], declared: Declared) -> None:
    """Raise :class:`InvalidInput` if a fact is only in the names of folders."""
    fields = field_columns(declared)
    problems = [
        UnreadableInput.at(None, f"the column `{column}` of `{table}` is only in the names of its folders", _IN_FILES)
        for entity, table in TABLE_OF.items()
        for column in partitions.get(table, ())
        if column in column_names(entity, fields[entity])
    ]
    if problems:
        raise InvalidInput(problems)


def chunk_size(tables: Mapping[str, TableFiles], chunk: int) -> int:
    """How many candidates are decided on together: ``chunk``, or fewer if they have very many rows."""
    candidates = tables["candidates"].rows
    return max(1, min(chunk, ROWS * candidates // max(1, total_rows(tables))))


def unsorted_tables(tables: Mapping[str, TableFiles], chunk: int) -> list[str]:
    """The tables whose footers or first rows show that they are not in order. With a single chunk, order does not matter."""
    if tables["candidates"].rows <= chunk:
        return []
    return [name for name, table in tables.items() if not _in_order(table)]


def _in_order(table: TableFiles) -> bool:
    if table.vague:
        return False
    ordered = streams(table)
    return len(ordered) <= MOST_STREAMS and all(
        _ascend(next(keys(stream[:1], _READ_LEAST), _NO_IDS)) for stream in ordered
    )


def _ascend(ids: pa.Array) -> bool:
    return len(ids) < 2 or bool(pc.all(pc.less_equal(ids[:-1], ids[1:])).as_py())


def plan_units(candidates: tuple[Stream, ...], chunk: int) -> tuple[TableUnit, ...]:
    """Units of ``CHUNKS`` ranges of ids, with about ``chunk`` candidates to a range. Raises :class:`Unsorted`."""
    rows = sum(group.rows for stream in candidates for group in stream)
    ends = _ends(candidates, chunk) if rows > chunk else []
    bounds = (None, *ends, None)
    return tuple(
        TableUnit(no, bounds[first : first + CHUNKS + 1], chunk * (len(bounds[first : first + CHUNKS + 1]) - 1))
        for no, first in enumerate(range(0, len(bounds) - 1, CHUNKS))
    )


def _ends(candidates: tuple[Stream, ...], chunk: int) -> list[str]:
    """The last id of each chunk except the final chunk.

    Every n-th id of each stream is read. The sizes of chunks are exact for one stream, and estimates for several.
    """
    every = chunk if len(candidates) == 1 else max(1, chunk // (4 * len(candidates)))
    sampled = sorted(id_ for stream in candidates for id_ in _every(stream, every))
    ends = sampled[chunk // every - 1 :: chunk // every]
    rows = sum(group.rows for stream in candidates for group in stream)
    if len(candidates) == 1 and rows % chunk == 0:
        ends = ends[:-1]
    return list(dict.fromkeys(ends))


def _every(stream: Stream, every: int) -> Iterator[str]:
    """Every n-th id of a stream. Raises :class:`Unsorted` if the ids do not ascend."""
    last, ahead = "", every - 1
    for ids in keys(stream, _READ):
        if len(ids) == 0:
            continue
        known = ids.drop_null()
        if len(known) and (known[0].as_py() < last or not _ascend(known)):
            raise Unsorted("candidates")
        last = known[-1].as_py() if len(known) else last
        yield from (id_ for id_ in ids[ahead::every].to_pylist() if id_ is not None)
        ahead = (ahead - len(ids)) % every


class TablesReader:
    """Reads units. A unit that follows the previous one is read on from there."""

    def __init__(self, given: TablesInput, needed: Needed | None) -> None:
        """``needed``: the columns to read; ``None``: all columns."""
        self._given = given
        self._schemas = {
            name: schema if needed is None else pa.schema([field for field in schema if field.name in needed[name]])
            for name, schema in given.schemas.items()
        }
        self._cursors = {
            name: [
                Cursor(name, stream, max(_READ_LEAST, _READ // len(all_)), self._schemas[name].names) for stream in all_
            ]
            for name, all_ in given.streams.items()
        }
        self._at: tuple[str | None] | None = None

    def chunks(self, unit: TableUnit, trial: Trial | None = None) -> Iterator[TableChunk]:
        """The rows of a unit, chunk by chunk. Raises :class:`Unsorted`.

        With a ``trial``, each row group is first read in a process of its own, in case reading crashes the process.
        """
        for cursors in self._cursors.values():
            for cursor in cursors:
                cursor.trial = trial
        if self._at != (unit.bounds[0],):
            for cursors in self._cursors.values():
                for cursor in cursors:
                    cursor.go_to(unit.bounds[0])
        for above, high in zip(unit.bounds[:-1], unit.bounds[1:], strict=True):
            self._at = None  # unknown until the chunk has been read
            lost: list[Lost] = []
            tables = {name: self._rows(name, high, lost) for name in self._schemas}
            lost += [group for cursors in self._cursors.values() for cursor in cursors for group in cursor.unknown]
            self._at = (high,)
            yield _chunk(tables, Bounds(above, high), lost)

    def _rows(self, name: str, high: str | None, lost: list[Lost]) -> pa.Table:
        """The readable rows of a table; what cannot be read is added to ``lost``."""
        slices = [part for cursor in self._cursors[name] for part in cursor.up_to(high)]
        lost += [
            part.lost._replace(ids=tuple(plain(part.rows.column(0)).to_pylist()))
            for part in slices
            if part.lost is not None
        ]
        slices = [part for part in slices if part.lost is None]
        if not slices:
            return self._schemas[name].empty_table()
        slices.sort(key=_group)
        table = joined([part.rows for part in slices], self._schemas[name])
        if name == "candidates" and self._given.sort:
            table = table.take(pc.array_sort_indices(plain(table.column(KEY).combine_chunks())))
        return table


def _chunk(tables: dict[str, pa.Table], bounds: Bounds, lost: Sequence[Lost]) -> TableChunk:
    """A chunk without the candidates of lost rows. Raises :class:`Unsorted` if some of these belong to other chunks."""
    for group in lost:
        if group.ids is not None and not all(id_ in bounds for id_ in group.ids if id_ is not None):
            raise Unsorted(group.table)
    if not lost:
        return TableChunk(tables, *bounds)
    candidates = tables["candidates"]
    left_out = [id_ for group in lost for id_ in candidates_of(group, candidates)]
    return TableChunk(without(tables, left_out), *bounds, tuple(rejects(lost, candidates, bounds)))


def _group(part: Slice) -> int:
    return part.group
