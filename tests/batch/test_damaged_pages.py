"""Damaged pages of Parquet: candidates with rows in them are rejected, and all others are decided on as ever."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from running import SMALL_PACK, records, rows, run
from sample_cases import case, tables, write_tables
from tactful.batch.folder import streams
from tactful.batch.model import Options
from tactful.batch.run import Batch, run_batch
from test_failed_units import Viewer

COUNT = 400
#: Candidates in a row group of ``candidates``; other tables have as many rows in each.
GROUP = 50
DAMAGED = 3
SMALL = ("--chunk", 40, "--pack", SMALL_PACK)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables in order, without damage."""
    return write_tables(tmp_path_factory.mktemp("sound") / "given", tables(map(case, range(COUNT))), GROUP)


@pytest.fixture(scope="module")
def undisturbed(sound: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """The advice for the tables without damage."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    run(sound, out, *SMALL, "--words")
    return _decided(out)


@pytest.fixture
def given(sound: Path, tmp_path: Path) -> Path:
    """A copy of the tables, to be damaged."""
    return shutil.copytree(sound, tmp_path / "given")


def _damage(path: Path, column: str, group: int = DAMAGED) -> None:
    """Overwrite the pages of a column in one row group."""
    footer = pq.read_metadata(path).row_group(group)
    part = next(footer.column(no) for no in range(footer.num_columns) if footer.column(no).path_in_schema == column)
    start = part.dictionary_page_offset or part.data_page_offset
    data = bytearray(path.read_bytes())
    data[start : start + part.total_compressed_size] = b"\xff" * part.total_compressed_size
    path.write_bytes(data)


def _ids(path: Path, group: int = DAMAGED) -> list[str]:
    """The ids of a row group."""
    ids: list[str] = pq.ParquetFile(path).read_row_group(group, columns=["candidate_id"])["candidate_id"].to_pylist()
    return ids


def _decided(out: Path) -> list[dict[str, object]]:
    return rows(out, "actions")


@pytest.mark.parametrize(
    ("table", "column", "workers"),
    [
        ("candidates", "time_zone", 1),
        ("people", "name", 2),
        ("interviews", "ended_at", 1),
        ("applications", "status", 2),
    ],
)
def test_only_candidates_with_rows_in_a_damaged_page_are_rejected(
    given: Path, undisturbed: list[dict[str, object]], tmp_path: Path, table: str, column: str, workers: int
) -> None:
    """Once, the whole unit went undecided, again and again."""
    path = given / f"{table}.parquet"
    concerned = set(_ids(path))
    assert 0 < len(concerned) < COUNT / 2
    _damage(path, column)
    out = tmp_path / "out"
    run(given, out, *SMALL, "--words", "--workers", workers, code=3)
    rejects = records(out, "rejects")
    assert {(reject["candidate"], reject["code"], reject["table"]) for reject in rejects} == {
        (id_, "T658", table) for id_ in concerned
    }
    assert f"row group {DAMAGED + 1} of `{path}`" in rejects[0]["message"]
    assert _decided(out) == [row for row in undisturbed if row["candidate_id"] not in concerned]


@pytest.mark.parametrize("table", ["people", "interviews"])
def test_where_even_the_ids_are_damaged_all_candidates_in_the_range_are_rejected(
    given: Path, tmp_path: Path, table: str
) -> None:
    """Any of them may have rows there: advice without a part of the facts would be wrong."""
    path = given / f"{table}.parquet"
    ids = _ids(path)
    _damage(path, "candidate_id")
    out = tmp_path / "out"
    run(given, out, *SMALL, code=3)
    concerned = {f"c{no:07}" for no in range(COUNT) if min(ids) <= f"c{no:07}" <= max(ids)}
    assert {reject["candidate"] for reject in records(out, "rejects")} == concerned
    assert len({row["candidate_id"] for row in _decided(out)}) == COUNT - len(concerned)


def test_candidates_whose_ids_are_damaged_are_reported_once(given: Path, tmp_path: Path) -> None:
    """Their rows in other tables are rejected as those of nobody."""
    path = given / "candidates.parquet"
    ids = set(_ids(path))
    _damage(path, "candidate_id")
    out = tmp_path / "out"
    run(given, out, *SMALL, code=3)
    told = [reject for reject in records(out, "rejects") if reject["code"] == "T658"]
    assert [(reject.get("candidate"), reject["table"]) for reject in told] == [(None, "candidates")]
    assert f"{GROUP} rows of `candidates` cannot be read" in told[0]["message"]
    assert {reject["candidate"] for reject in records(out, "rejects") if "candidate" in reject} == ids
    assert {row["candidate_id"] for row in _decided(out)} == {f"c{no:07}" for no in range(COUNT)} - ids


def test_rows_before_the_damage_are_read(tmp_path: Path) -> None:
    """Pages before it are whole, in a row group however large."""
    given = tmp_path / "given"
    given.mkdir()
    for name, table in tables(map(case, range(2_000))).items():
        path = given / f"{name}.parquet"
        pq.write_table(table, path, data_page_size=1_000, write_batch_size=50, use_dictionary=False)
    path = given / "candidates.parquet"
    data = bytearray(path.read_bytes())
    column = pq.read_metadata(path).row_group(0).column(1)
    end = column.data_page_offset + column.total_compressed_size
    data[end - 200 : end] = b"\xff" * 200
    path.write_bytes(data)
    out = tmp_path / "out"
    run(given, out, "--pack", SMALL_PACK, code=3)
    rejects = records(out, "rejects")
    assert 0 < len(rejects) < 1_000
    assert len({row["candidate_id"] for row in _decided(out)}) == 2_000 - len(rejects)


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_row_group_on_which_reading_crashes_costs_no_more(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    """Arrow has had faults that end the process where a page is damaged."""
    path = given / "people.parquet"
    concerned = set(_ids(path))
    plain = streams.group_batches

    def crashing(file: pq.ParquetFile, group: int, most: int, columns: list[str]) -> object:
        if columns != ["candidate_id"] and group == DAMAGED and "prefers" in file.schema_arrow.names:
            os.kill(os.getpid(), signal.SIGKILL)
        return plain(file, group, most, columns)

    monkeypatch.setattr(streams, "group_batches", crashing)
    monkeypatch.setattr("tactful.batch.workers._can_copy", lambda: True)  # workers have the fault too
    out = tmp_path / "out"
    result = run_batch(Batch(str(given), out, SMALL_PACK, Options(chunk=40), workers), Viewer())
    assert result.tally.cases == COUNT - len(concerned)
    assert {reject["candidate"] for reject in records(out, "rejects")} == concerned


def test_a_damaged_table_that_has_to_be_sorted_is_refused_by_its_name(tmp_path: Path) -> None:
    """Before anything is decided."""
    made = tables(map(case, range(COUNT)))
    made["people"] = made["people"].take(pa.array(range(made["people"].num_rows - 1, -1, -1)))
    given = write_tables(tmp_path / "given", made, GROUP)
    _damage(given / "people.parquet", "name")
    ended = run(given, tmp_path / "out", *SMALL, code=1)
    assert "T651" in ended.stderr
    assert f"row group {DAMAGED + 1} of `{given / 'people.parquet'}` cannot be read" in ended.stderr
