"""Tables of decisions as files: other programs read them, and each format has the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from running import SMALL_PACK, files, rows, run
from sample_cases import lines

COUNT = 400
OPTIONS = ("--steps", "--words", "--chunk", 20, "--pack", SMALL_PACK)
TABLES = ("actions", "justifications", "steps")


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same cases decided twice, in several units of several chunks: as Parquet and as Arrow IPC."""
    folder = tmp_path_factory.mktemp("decided")
    (folder / "cases.jsonl").write_bytes(lines(range(COUNT)))
    for format_ in ("parquet", "arrow"):
        run(folder / "cases.jsonl", folder / format_, *OPTIONS, "--format", format_)
    return folder


def columns(folder: Path) -> Iterator[tuple[str, Any]]:
    """The metadata of all column chunks of a folder of Parquet, each with the column's name."""
    for path in sorted(folder.glob("*.parquet")):
        footer = pq.read_metadata(path)
        for group in range(footer.num_row_groups):
            for no in range(footer.num_columns):
                column = footer.row_group(group).column(no)
                yield column.path_in_schema, column


def test_parquet_has_a_file_for_each_unit_and_a_row_group_for_each_chunk(decided: Path) -> None:
    """Units of lines have eight chunks."""
    footers = [pq.read_metadata(path) for path in sorted((decided / "parquet" / "actions").iterdir())]
    assert [one.num_row_groups for one in footers] == [8, 8, 4]


@pytest.mark.parametrize("table", TABLES)
def test_parquet_is_compressed_and_has_statistics(decided: Path, table: str) -> None:
    """Statistics of the candidates' ids, and of numbers and moments."""
    found = list(columns(decided / "parquet" / table))
    assert {column.compression for _, column in found} == {"SNAPPY"}
    with_statistics = {name for name, column in found if column.is_stats_set}
    assert {"candidate_id", "conclusion"} <= with_statistics
    assert not {"rule", "action", "application_id"} & with_statistics


def test_a_reader_finds_the_row_groups_of_a_candidate(decided: Path) -> None:
    """The ranges of ids tell which row group has a candidate."""
    ranges = [
        (column.statistics.min, column.statistics.max)
        for name, column in columns(decided / "parquet" / "actions")
        if name == "candidate_id"
    ]
    assert ranges == [(f"c{no:07}", f"c{no + 19:07}") for no in range(0, COUNT, 20)]


@pytest.mark.parametrize("table", TABLES)
def test_duckdb_reads_the_rows_that_arrow_reads(decided: Path, table: str) -> None:
    """DuckDB's reader of Parquet has nothing in common with Arrow's."""
    with duckdb.connect() as connection:
        read = connection.read_parquet(str(decided / "parquet" / table / "*.parquet")).to_arrow_table()
    plain = [one.cast(pa.timestamp("s", "UTC")) if pa.types.is_timestamp(one.type) else one for one in read.columns]
    assert pa.table(plain, read.column_names).to_pylist() == rows(decided / "parquet", table)


@pytest.mark.parametrize("table", TABLES)
def test_arrow_has_the_rows_of_parquet_and_the_same_descriptions(decided: Path, table: str) -> None:
    """Arrow IPC has a file for each chunk; together, as a dataset, they make one table."""
    folder = decided / "arrow" / table
    read = ds.dataset(folder, format="arrow").to_table()
    assert read.to_pylist() == rows(decided / "parquet", table)
    assert sorted(path.name for path in folder.iterdir())[7:9] == ["part-00000-007.arrow", "part-00001-000.arrow"]
    descriptions = [field.metadata for field in pq.read_schema(decided / "parquet" / table / "part-00000.parquet")]
    assert [field.metadata for field in read.schema] == [
        None if one is None else {name: text for name, text in one.items() if not name.startswith(b"PARQUET:")} or None
        for one in descriptions
    ]


def test_arrow_files_can_be_mapped_into_memory(decided: Path) -> None:
    """Nothing is copied: reading all columns allocates less than one of them takes."""
    path = decided / "arrow" / "actions" / "part-00000-000.arrow"
    with pa.memory_map(str(path)) as source:
        before = pa.total_allocated_bytes()
        table = pa.ipc.open_file(source).read_all()
        assert pa.total_allocated_bytes() - before < table["conclusion"].nbytes


def test_a_batch_of_nobody_has_empty_tables_in_both_formats(tmp_path: Path) -> None:
    """Readers find the columns all the same."""
    (tmp_path / "cases.jsonl").write_bytes(b"{}\n")
    for format_ in ("parquet", "arrow"):
        run(tmp_path / "cases.jsonl", tmp_path / format_, "--format", format_, code=3)
        table = ds.dataset(tmp_path / format_ / "actions", format=format_).to_table()
        assert (table.num_rows, table.column_names[:2]) == (0, ["candidate_id", "conclusion"])


@pytest.mark.parametrize("format_", ["parquet", "arrow"])
def test_files_have_nothing_in_them_but_the_decisions(decided: Path, tmp_path: Path, format_: str) -> None:
    """The same bytes every time, whatever was in memory before."""
    run(decided / "cases.jsonl", tmp_path / "out", *OPTIONS, "--format", format_)
    assert files(tmp_path / "out") == files(decided / format_)
