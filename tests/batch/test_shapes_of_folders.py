"""Folders as writers leave them: read with the same outcome, or refused by name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from running import files, run
from sample_cases import case, tables, write_tables

COUNT = 40
ONE = ("--workers", "1")
Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A folder with a file for each table, and what it gives."""
    folder = tmp_path_factory.mktemp("plain")
    given = write_tables(folder / "given", tables(map(case, range(COUNT))), None)
    run(given, folder / "out", *ONE)
    return given, files(folder / "out")


def _moved(to: str) -> Change:
    def change(given: Path) -> None:
        (given / to).parent.mkdir(parents=True, exist_ok=True)
        (given / "messages.parquet").rename(given / to)

    return change


def _rewritten(convert: Callable[[pa.Table], pa.Table], table: str = "messages", **options: object) -> Change:
    def change(given: Path) -> None:
        path = given / f"{table}.parquet"
        try:
            pq.write_table(convert(pq.read_table(path)), path, **options)
        except pa.ArrowNotImplementedError as error:  # views, before pyarrow 26
            pytest.skip(str(error))

    return change


def _with_types(type_: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    def convert(table: pa.Table) -> pa.Table:
        fields = [field.with_type(type_) if pa.types.is_string(field.type) else field for field in table.schema]
        return table.cast(pa.schema(fields))

    return convert


def _in_parts(given: Path) -> None:
    """One part without a dictionary, one with, and other columns' order and widths."""
    table = pq.read_table(given / "messages.parquet")
    (given / "messages.parquet").unlink()
    (given / "messages").mkdir()
    half = len(table) - 1
    pq.write_table(table.slice(0, half), given / "messages" / "a.parquet")
    last = table.slice(half).select(table.column_names[::-1])
    pq.write_table(_with_types(pa.large_string())(last), given / "messages" / "b.parquet", use_dictionary=False)


def _other_files(given: Path) -> None:
    (given / "README.md").write_text("notes")
    (given / "_SUCCESS").touch()
    (given / "models").mkdir()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_moved("messages.PARQUET"), id="capitals"),
        pytest.param(_moved("messages.pq"), id="pq"),
        pytest.param(_moved("messages/part-0.parquet"), id="folder"),
        pytest.param(_moved("messages/year=2026/month=1/part-0.parquet"), id="hive"),
        pytest.param(_rewritten(_with_types(pa.string_view())), id="views"),
        pytest.param(_rewritten(_with_types(pa.string_view()), "candidates"), id="views of candidates"),
        pytest.param(_rewritten(_with_types(pa.large_string()), "people"), id="large"),
        pytest.param(_rewritten(_with_types(pa.dictionary(pa.int8(), pa.string()))), id="dictionaries"),
        pytest.param(_rewritten(lambda table: table, "interviews", use_deprecated_int96_timestamps=True), id="int96"),
        pytest.param(_rewritten(lambda table: table, use_deprecated_int96_timestamps=True), id="int96 of messages"),
        pytest.param(_in_parts, id="parts"),
        pytest.param(_other_files, id="other files"),
    ],
)
def test_shapes_that_are_read(plain: tuple[Path, dict[str, bytes]], tmp_path: Path, change: Change) -> None:
    """The outcome is the same, to the byte."""
    given = shutil.copytree(plain[0], tmp_path / "given")
    change(given)
    run(given, tmp_path / "out", *ONE)
    assert files(tmp_path / "out") == plain[1]


def _both(given: Path) -> None:
    (given / "messages").mkdir()
    shutil.copy(given / "messages.parquet", given / "messages" / "part-0.parquet")


def _as_feather(given: Path) -> None:
    feather.write_feather(pq.read_table(given / "messages.parquet"), given / "messages.feather")
    (given / "messages.parquet").unlink()


def _by_country(given: Path) -> None:
    table = pq.read_table(given / "people.parquet").drop_columns(["role"])
    (given / "people.parquet").unlink()
    (given / "people" / "role=recruiter").mkdir(parents=True)
    pq.write_table(table, given / "people" / "role=recruiter" / "part-0.parquet")


def _damaged(given: Path) -> None:
    path = given / "messages.parquet"
    data = bytearray(path.read_bytes())
    data[-8:-4] = b"\xff\xff\xff\x7f"
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(_moved("messages.csv"), "messages.csv", id="csv"),
        pytest.param(_moved("messages"), "messages", id="no ending"),
        pytest.param(_moved("Messages.parquet"), "there is no table `Messages`", id="capital"),
        pytest.param(_moved("year=2026/messages.parquet"), "there is no table `year=2026`", id="year first"),
        pytest.param(_both, "has the table `messages` twice", id="twice"),
        pytest.param(_as_feather, "is Arrow IPC", id="feather"),
        pytest.param(_by_country, "the column `role` of `people` is only in the names", id="partitioned by a fact"),
        pytest.param(_damaged, "is not a Parquet file, or is damaged", id="damaged footer"),
        pytest.param(lambda given: (given / "offers").mkdir(), "offers` has no Parquet file", id="empty"),
        pytest.param(
            lambda given: (given / "messages").mkdir() or (given / "messages" / "_delta_log").mkdir(),
            "has a log of its own",
            id="delta",
        ),
    ],
)
def test_shapes_that_are_refused(
    plain: tuple[Path, dict[str, bytes]], tmp_path: Path, change: Change, words: str
) -> None:
    """Nothing that looks like a table is passed over. Once, people were told to thank twice."""
    given = shutil.copytree(plain[0], tmp_path / "given")
    change(given)
    ended = run(given, tmp_path / "out", *ONE, code=1)
    assert words in ended.stderr
    assert "T651" in ended.stderr


def test_files_that_are_not_read_are_listed(plain: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    """Marks that writers leave say nothing, and are not listed."""
    given = shutil.copytree(plain[0], tmp_path / "given")
    _other_files(given)
    assert "not read: `README.md`, `models/`" in run(given, tmp_path / "out", *ONE).stderr
