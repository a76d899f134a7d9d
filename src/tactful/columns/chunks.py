"""Tables of any number of candidates in chunks, each small enough for its arrays to fit the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tactful.columns.columns import Places

#: The most candidates, and the most rows of all tables, that a chunk has. Smaller chunks cost more per candidate.
CANDIDATES: Final = 32_768
ROWS: Final = 800_000
_KEY: Final = "candidate_id"


def chunks(tables: Mapping[str, pa.Table]) -> Iterator[dict[str, pa.Table]]:
    """The tables in chunks. All rows of a candidate are in the same chunk; rows of unknown candidates are in the last.

    Candidates and their rows keep their order. Tables already in the order of the candidates are not copied.
    """
    candidates = tables["candidates"]
    size = _size(tables)
    if candidates.num_rows <= size:
        yield dict(tables)
        return
    ids = _ids(candidates)
    count = -(-candidates.num_rows // size)
    pieces = {name: _pieces(table, ids, size, count) for name, table in tables.items()}
    for no in range(count):
        yield {name: table.slice(at[no], at[no + 1] - at[no]) for name, (table, at) in pieces.items()}


def _size(tables: Mapping[str, pa.Table]) -> int:
    """How many candidates go into a chunk."""
    candidates: int = tables["candidates"].num_rows
    rows: int = sum(table.num_rows for table in tables.values())
    return max(1, min(CANDIDATES, ROWS * candidates // max(rows, 1)))


def _pieces(table: pa.Table, ids: pa.Array, size: int, count: int) -> tuple[pa.Table, Places]:
    """The table in the order of the candidates, the row at which each chunk begins, and at the end the number of rows."""
    owners = pc.index_in(_ids(table), value_set=ids)  # the first row, if a candidate has several by mistake
    chunk: Places = np.minimum(owners.fill_null(len(ids)).to_numpy(zero_copy_only=False) // size, count - 1)
    if (chunk[1:] < chunk[:-1]).any():
        order = np.argsort(chunk, kind="stable")
        table, chunk = table.take(pa.array(order)), chunk.take(order)
    return table, np.searchsorted(chunk, np.arange(count + 1))


def _ids(table: pa.Table) -> pa.Array:
    """The candidate's id of each row, as a single array of strings."""
    column = pc.cast(table[_KEY], pa.string())
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
