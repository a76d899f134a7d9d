"""Folders of Parquet, run as people run them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from running import SMALL_PACK, files, manifest, records, rows, run
from sample_cases import case, lines, tables, write_tables

COUNT = 1200
SMALL = ("--chunk", "50", "--workers", "1", "--pack", SMALL_PACK)
Tables = dict[str, pa.Table]


@pytest.fixture(scope="module")
def sorted_tables() -> Tables:
    """Tables in the order of candidates."""
    return tables(map(case, range(COUNT)))


@pytest.fixture(scope="module")
def wanted(sorted_tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the same cases as lines give."""
    folder = tmp_path_factory.mktemp("wanted")
    (folder / "cases.jsonl").write_bytes(lines(range(COUNT)))
    run(folder / "cases.jsonl", folder / "out", *SMALL)
    return files(folder / "out")


def test_tables_give_what_lines_give(sorted_tables: Tables, wanted: dict[str, bytes], tmp_path: Path) -> None:
    """Whatever the size of row groups."""
    for size in (70, 600, None):
        given = write_tables(tmp_path / f"given-{size}", sorted_tables, size)
        ended = run(given, tmp_path / f"out-{size}", *SMALL)
        assert files(tmp_path / f"out-{size}") == wanted
        assert "sorted first" not in ended.stderr


def test_tables_in_no_order_give_the_same(sorted_tables: Tables, wanted: dict[str, bytes], tmp_path: Path) -> None:
    """They are sorted first, which is said; rows of a candidate keep their order."""
    random = np.random.default_rng(1)
    mixed = {name: _mixed(table, random) for name, table in sorted_tables.items()}
    ended = run(write_tables(tmp_path / "given", mixed, 300), tmp_path / "out", *SMALL)
    assert "the table `messages` is not in the order of its candidates; it is sorted first" in ended.stderr
    assert files(tmp_path / "out") == wanted


def _mixed(table: pa.Table, random: np.random.Generator) -> pa.Table:
    """The candidates in another order, each one's rows in theirs."""
    ids, place = np.unique(table["candidate_id"].to_numpy(zero_copy_only=False), return_inverse=True)
    return table.take(np.argsort(random.permutation(len(ids))[place], kind="stable"))


def test_disorder_that_shows_only_late_is_found(
    sorted_tables: Tables, wanted: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last rows of a table belong to the first candidates: the batch begins anew, and nothing is lost."""
    monkeypatch.setattr("tactful.batch.folder.units._READ", 100)  # so few rows are looked at beforehand
    messages = sorted_tables["messages"]
    moved = pa.concat_tables([messages.slice(5), messages.slice(0, 5)])
    for workers in (1, 2):
        out = tmp_path / f"out-{workers}"
        given = write_tables(tmp_path / f"given-{workers}", {**sorted_tables, "messages": moved})
        ended = run(given, out, "--chunk", 50, "--pack", SMALL_PACK, "--workers", workers)
        assert "`messages` is not in the order" in ended.stderr
        assert files(out) == wanted
        assert manifest(out)["sorted"] == ["messages"]


def test_files_that_are_each_in_order_are_read_side_by_side(
    sorted_tables: Tables, wanted: dict[str, bytes], tmp_path: Path
) -> None:
    """As several writers leave them; nothing has to be sorted."""
    given = tmp_path / "given"
    for name, table in sorted_tables.items():
        (given / name).mkdir(parents=True)
        numbers = pc.cast(pc.utf8_slice_codeunits(table["candidate_id"], 1), pa.int64()).to_numpy()
        for part in range(3):
            pq.write_table(table.filter(numbers % 3 == part), given / name / f"part-{part}.parquet", row_group_size=100)
    ended = run(given, tmp_path / "out", *SMALL)
    assert "sorted first" not in ended.stderr  # a slow machine is told how far the batch is
    assert rows(tmp_path / "out", "actions") == _rows(wanted, "actions")
    assert rows(tmp_path / "out", "justifications") == _rows(wanted, "justifications")


def _rows(wanted: dict[str, bytes], table: str) -> list[dict[str, object]]:
    wanted_rows = []
    for name in sorted(wanted):
        if name.startswith(f"{table}/"):
            wanted_rows += pq.read_table(pa.BufferReader(wanted[name])).to_pylist()
    return wanted_rows


def test_one_chunk_takes_tables_in_any_order(sorted_tables: Tables, wanted: dict[str, bytes], tmp_path: Path) -> None:
    """Nothing has to be sorted on the disk for it; candidates come out by their ids."""
    random = np.random.default_rng(2)
    mixed = {name: _mixed(table, random) for name, table in sorted_tables.items()}
    ended = run(write_tables(tmp_path / "given", mixed), tmp_path / "out", "--pack", SMALL_PACK)
    assert "sorted first" not in ended.stderr  # a slow machine is told how far the batch is
    assert rows(tmp_path / "out", "actions") == _rows(wanted, "actions")


def test_mistakes_are_rejected_and_the_rest_goes_on(sorted_tables: Tables, tmp_path: Path) -> None:
    """Candidates with mistakes, and rows of candidates that there are not, wherever they stand."""
    people = sorted_tables["people"].to_pylist()
    people[3]["prefers"] = "pigeons"
    strangers = [{"candidate_id": id_, "application_id": "a", "person_id": "p"} for id_ in ("a", "c0000100x", "z")]
    given = {**sorted_tables, "people": pa.Table.from_pylist(people + strangers).sort_by("candidate_id")}
    run(write_tables(tmp_path / "given", given, 500), tmp_path / "out", *SMALL, code=3)
    rejects = records(tmp_path / "out", "rejects")
    assert [(reject["candidate"], reject["table"], reject["code"]) for reject in rejects] == [
        (people[3]["candidate_id"], "people", "T205"),
        ("a", "people", "T210"),
        ("c0000100x", "people", "T210"),
        ("z", "people", "T210"),
    ]
    tally = manifest(tmp_path / "out")["tally"]
    assert (tally["cases"], tally["rejected"]) == (COUNT - 1, 4)


def test_a_row_without_a_candidate_is_rejected(sorted_tables: Tables, tmp_path: Path) -> None:
    """And told once."""
    messages = sorted_tables["messages"]
    nobody = pa.Table.from_pylist([{**messages.to_pylist()[0], "candidate_id": None}], messages.schema)
    given = {**sorted_tables, "messages": pa.concat_tables([messages, nobody])}
    run(write_tables(tmp_path / "given", given, 500), tmp_path / "out", *SMALL, code=3)
    assert [(record["table"], record["code"]) for record in records(tmp_path / "out", "rejects")] == [
        ("messages", "T203")
    ]


def test_a_table_of_no_candidates_gives_empty_tables(sorted_tables: Tables, tmp_path: Path) -> None:
    """Nobody is there to decide on."""
    given = write_tables(tmp_path / "given", {"candidates": sorted_tables["candidates"].slice(0, 0)})
    run(given, tmp_path / "out")
    assert rows(tmp_path / "out", "actions") == []
    assert manifest(tmp_path / "out")["tally"]["cases"] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda folder: (folder / "candidates.parquet").unlink(), "T651 `given` has no table `candidates`"),
        (lambda folder: (folder / "offers.parquet").rename(folder / "offer.parquet"), "did you mean `offers`?"),
        (
            lambda folder: (folder / "offers.parquet").write_bytes(b"PAR1 no"),
            "T651 `given/offers.parquet` is not a Parquet file, or is damaged",
        ),
        (lambda folder: _write(folder, "offers", {"id": ["x"]}), "`given/offers.parquet` has no column `candidate_id`"),
        (lambda folder: _write(folder, "offers", {"candidate_id": [1]}), "the column `candidate_id` is int64"),
        (
            lambda folder: _write(folder, "people", {"candidate_id": ["c"], "employd": [1]}),
            "`people` has no column `employd`",
        ),
    ],
)
def test_what_is_no_folder_of_tables_is_refused(
    sorted_tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: object, message: str
) -> None:
    """With the place and what to do."""
    monkeypatch.chdir(tmp_path)
    write_tables(tmp_path / "given", {name: table.slice(0, 20) for name, table in sorted_tables.items()})
    change(Path("given"))  # type: ignore[operator]
    assert message in run("given", "out", code=1).stderr


def _write(folder: Path, name: str, columns: dict[str, list[object]]) -> None:
    pq.write_table(pa.table(columns), folder / f"{name}.parquet")


def test_ids_that_are_no_text_are_refused(sorted_tables: Tables, tmp_path: Path) -> None:
    """Before anything is decided."""
    bad = pa.array([b"c0000000", b"\xff", b"c0000002"], pa.binary()).view(pa.string())
    given = write_tables(tmp_path / "given", {"candidates": pa.table({"candidate_id": bad})})
    assert "T651 " in run(given, tmp_path / "out", "--chunk", 1, code=1).stderr
