"""What is written as Parquet is read as it was, by Arrow and by DuckDB, in all shapes that columns of decisions have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.batch.parquet.file import ParquetFile
from tactful.batch.parquet.runs import bits_for, hybrid, small
from tactful.batch.parquet.thrift import int64, list_of, struct, varint

WORDS = ("", "x", "ranked", "ä-Wort", "c000000001", "c000000002")
INT32 = st.integers(-(2**31), 2**31 - 1)
VALUES: dict[str, tuple[pa.DataType, st.SearchStrategy[Any]]] = {
    "name": (pa.dictionary(pa.int32(), pa.string()), st.sampled_from(WORDS)),
    "word": (pa.dictionary(pa.int8(), pa.string()), st.sampled_from(WORDS)),
    "text": (pa.string(), st.text(max_size=5)),
    "number": (pa.int32(), st.integers(-3, 300) | INT32),
    "small": (pa.int16(), st.integers(0, 100)),
    "due": (pa.timestamp("s", "UTC"), st.integers(-(2**35), 2**36)),
    "flag": (pa.bool_(), st.booleans()),
    "list": (pa.list_(pa.int32()), st.lists(st.none() | INT32, max_size=3)),
}


def by_duckdb(path: Path) -> pa.Table:
    """What a reader that has nothing in common with Arrow's finds in a file."""
    with duckdb.connect() as connection:
        return connection.read_parquet(str(path)).to_arrow_table()


def written(tables: list[pa.Table], read: Callable[[Path], pa.Table] = pq.read_table) -> pa.Table:
    """What is read of a file with so many row groups."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "file.parquet")
        file = ParquetFile(path, tables[0].schema)
        for table in tables:
            if table.num_rows:
                file.write(table)
        file.close()
        return read(path)


def plain(table: pa.Table) -> list[Any]:
    """All rows, moments in seconds."""
    columns = [
        column.cast(pa.timestamp("s", "UTC")) if pa.types.is_timestamp(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, table.column_names).to_pylist()  # type: ignore[no-any-return]


@st.composite
def columns(draw: st.DrawFn) -> pa.Table:
    """A table with a column of each type, with nulls or without, in one chunk or two, of a longer one or not."""
    rows, arrays, fields = draw(st.integers(1, 40)), [], []
    for name, (type_, values) in VALUES.items():
        null = draw(st.booleans())
        one = draw(st.lists(st.none() | values if null else values, min_size=rows + 2, max_size=rows + 2))
        array = pa.array(one, type_)[1 : rows + 1]
        cut = draw(st.sampled_from((0, rows // 2)))
        arrays.append(pa.chunked_array([array[:cut], array[cut:]] if cut else [array]))
        fields.append(pa.field(name, type_, null, {"description": f"{name}, described"}))
    return pa.table(arrays, pa.schema(fields))


@pytest.mark.parametrize("read", [pq.read_table, by_duckdb])
@given(st.lists(columns(), min_size=1, max_size=3))
def test_what_is_read_is_what_was_written(read: Callable[[Path], pa.Table], tables: list[pa.Table]) -> None:
    same = [table for table in tables if table.schema == tables[0].schema]
    assert plain(written(same, read)) == [row for one in same for row in plain(one)]


def test_schemas_are_those_that_arrow_writes(tmp_path: Path) -> None:
    schema = pa.schema(
        [pa.field(f"{name}-{null}", type_, null, {"description": name})
         for name, (type_, _) in VALUES.items() for null in (True, False)]
    )  # fmt: skip
    table = schema.empty_table()
    pq.write_table(table, tmp_path / "arrow.parquet")
    read = written([table])
    assert read.schema.equals(pq.read_schema(tmp_path / "arrow.parquet"), check_metadata=True)
    file = ParquetFile(tmp_path / "own.parquet", schema)
    file.close()
    own, its = (pq.ParquetFile(tmp_path / f"{name}.parquet").schema for name in ("own", "arrow"))
    assert str(own).splitlines()[1:] == str(its).splitlines()[1:]
    assert own.to_arrow_schema().equals(its.to_arrow_schema(), check_metadata=True)


def test_nulls_where_none_may_be_are_refused(tmp_path: Path) -> None:
    schema = pa.schema([pa.field("name", pa.int32(), nullable=False)])
    file = ParquetFile(tmp_path / "file.parquet", schema)
    with pytest.raises(pa.ArrowInvalid, match="name"):
        file.write(pa.Table.from_arrays([pa.array([1, None], pa.int32())], schema=schema))
    file.close()


@pytest.mark.parametrize(
    "type_",
    [pa.int64(), pa.uint32(), pa.int8(), pa.float64(), pa.large_string(), pa.timestamp("ms", "UTC"), pa.timestamp("s"),
     pa.list_(pa.string()), pa.dictionary(pa.int8(), pa.int32()), pa.date32()],
)  # fmt: skip
def test_types_that_decisions_do_not_have_are_refused(type_: pa.DataType, tmp_path: Path) -> None:
    with pytest.raises(pa.ArrowNotImplementedError, match="the column name"):
        ParquetFile(tmp_path / "file.parquet", pa.schema([pa.field("name", type_)]))
    assert not (tmp_path / "file.parquet").exists()


def test_what_lists_hide_is_not_written() -> None:
    lists = pa.ListArray.from_arrays(
        pa.array([0, 2, 4, 4]), pa.array([1, 2, 3, 4], pa.int32()), mask=pa.array([True, False, False])
    )
    assert written([pa.table({"list": lists})])["list"].to_pylist() == [None, [3, 4], []]


@pytest.mark.parametrize("read", [pq.read_table, by_duckdb])
def test_many_rows_with_many_texts_and_long_runs(read: Callable[[Path], pa.Table]) -> None:
    rng = np.random.default_rng(7)
    ids = [f"{no:0{no % 9 + 1}}" for no in range(70_000)]
    places = np.sort(rng.integers(0, len(ids), 200_000)).astype(np.int32)
    places[50_000:150_000] = 20_000
    table = pa.table(
        {
            "any": pa.DictionaryArray.from_arrays(rng.permutation(places), ids),
            "runs": pa.DictionaryArray.from_arrays(places, ids),
            "same": pa.DictionaryArray.from_arrays(np.zeros(200_000, np.int32), ids[:1]),
            "stretches": pa.array(np.repeat(np.arange(200), 1_000).astype(np.int32)),
            "text": pa.array((ids * 3)[:200_000]),
        }
    )
    assert written([table, table[:70_001]], read).to_pydict() == pa.concat_tables([table, table[:70_001]]).to_pydict()


@given(st.integers(2, 2**20), st.data())
def test_numbers_of_any_width(count: int, data: st.DataObject) -> None:
    bits = bits_for(count)
    assert 1 << bits >= count
    numbers = data.draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=30))
    repeated = np.repeat(numbers, data.draw(st.sampled_from((1, 100))))
    assert unpacked(hybrid(small(repeated, bits), bits), bits, len(repeated)) == repeated.tolist()


def unpacked(data: bytes, bits: int, count: int) -> list[int]:
    """Numbers as the specification has them read."""
    found: list[int] = []
    at = 0
    while len(found) < count:
        head, shift = 0, 0
        while True:
            head |= (data[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if not data[at - 1] & 0x80:
                break
        if head & 1:
            size = (head >> 1) * bits
            whole = int.from_bytes(data[at : at + size], "little")
            found += [whole >> no * bits & (1 << bits) - 1 for no in range((head >> 1) * 8)]
        else:
            size = -(-bits // 8)
            found += [int.from_bytes(data[at : at + size], "little")] * (head >> 1)
        at += size
    assert at == len(data)
    return found[:count]


def test_thrift_as_its_specification_has_it() -> None:
    assert [varint(one).hex() for one in (0, 127, 128, 300)] == ["00", "7f", "8001", "ac02"]
    assert [int64(one).data.hex() for one in (0, -1, 1, -300)] == ["00", "01", "02", "d704"]
    assert list_of([int64(1)] * 15).data.hex() == "f60f" + "02" * 15
    assert struct({1: int64(1), 2: None, 4: list_of([struct({})])}).data.hex() == "1602" + "391c00" + "00"
