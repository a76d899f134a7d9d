"""Candidates on several lines of a batch: all their lines are rejected, wherever they are, as all their rows are in tables."""

from __future__ import annotations

import gzip
import json
import random
import signal
from itertools import product
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.dataset
import pytest
from typer.testing import CliRunner

from running import SMALL_PACK, files, manifest, records, run, start_and_pause
from sample_cases import case, lines
from tactful.batch import repeated
from tactful.batch.model import Tally
from tactful.cli.app import app

#: Cases of the sample with these numbers are there more than once, by the lines that they are on (from 1).
TWICE: Final = {3: (4, 301), 50: (51, 302, 303), 120: (121, 304)}
ALONE: Final = [no for no in range(300) if no not in TWICE]
#: Chunks so small that there are many units.
SMALL: Final = ("--chunk", 15, "--pack", SMALL_PACK)


def _with_repeated() -> bytes:
    """300 cases, each on a line, and then four of them again: 3, 50 twice and 120, which has a mistake there."""
    broken = json.dumps({**case(120), "applications": [{"id": "x", "status": "?"}]}).encode() + b"\n"
    return lines(range(300)) + lines([3, 50, 50]) + broken


def _expected(path: Path, *options: object) -> Path:
    """The output for the cases that stand alone."""
    (path / "alone.jsonl").write_bytes(lines(ALONE))
    run(path / "alone.jsonl", path / "alone", *options)
    return path / "alone"


def _table(output: Path, name: str, format_: str) -> list[dict[str, Any]]:
    """All rows of a table, or of decisions."""
    if format_ == "jsonl":
        return records(output, "decisions")
    table: pa.Table = pa.dataset.dataset(output / name, format=format_).to_table()
    return list(table.to_pylist())


@pytest.mark.parametrize(("format_", "chunk"), list(product(["parquet", "arrow", "jsonl"], [25, 4096])))
def test_all_lines_of_a_candidate_are_rejected(tmp_path: Path, format_: str, chunk: int) -> None:
    """Whether they are in one chunk, in one unit or in several; the others are decided as if they stood alone."""
    (tmp_path / "cases.jsonl").write_bytes(_with_repeated())
    options = ("--format", format_, "--steps", "--chunk", chunk, "--pack", SMALL_PACK)
    ended = run(tmp_path / "cases.jsonl", tmp_path / "out", *options, code=3)
    assert "7 lines are rejected: their candidates are on several lines" in ended.stderr
    alone = _expected(tmp_path, *options)
    for name in ("actions", "justifications", "steps"):
        assert _table(tmp_path / "out", name, format_) == _table(alone, name, format_)
    rejects = records(tmp_path / "out", "rejects")
    told = [(one["line"], one["candidate"], one["message"]) for one in rejects if one["code"] == "T209"]
    assert told == sorted(
        (line, f"c{no:07}", f"the candidate `c{no:07}` is also on line {own[1] if line == own[0] else own[0]}")
        for no, own in TWICE.items()
        for line in own
    )
    assert [one["line"] for one in rejects] == sorted(one["line"] for one in rejects)
    assert [(one["line"], one["candidate"]) for one in rejects if one["code"] == "T205"] == [(304, "c0000120")]
    tally = msgspec.convert(manifest(tmp_path / "out")["tally"], Tally)
    assert tally == msgspec.structs.replace(msgspec.convert(manifest(alone)["tally"], Tally), rejected=7)


def test_packed_files_standard_input_and_workers_make_no_difference(tmp_path: Path) -> None:
    """Byte for byte; what was read from a pipe is not needed again."""
    text = _with_repeated()
    (tmp_path / "cases.jsonl").write_bytes(text)
    (tmp_path / "cases.jsonl.gz").write_bytes(gzip.compress(text))
    run(tmp_path / "cases.jsonl", tmp_path / "plain", *SMALL, code=3)
    run(tmp_path / "cases.jsonl", tmp_path / "two", *SMALL, "--workers", 2, code=3)
    run(tmp_path / "cases.jsonl.gz", tmp_path / "gz", *SMALL, code=3)
    piped = CliRunner().invoke(app, ["batch", "-", str(tmp_path / "piped"), *map(str, SMALL)], input=text)
    assert piped.exit_code == 3
    for name in ("two", "gz", "piped"):
        assert files(tmp_path / name) == files(tmp_path / "plain")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the input, and the output of a run that nothing disturbed."""
    path = tmp_path_factory.mktemp("whole")
    (path / "cases.jsonl").write_bytes(_with_repeated())
    run(path / "cases.jsonl", path / "whole", *SMALL, code=3)
    return path


@pytest.mark.parametrize("moves", [0, 1, 2, 3, 4])
def test_a_batch_goes_on_while_repeated_lines_are_rejected(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    """Stopped before, between and after the three files of a unit are put in place of the old ones."""
    left, replace = moves, Path.replace

    def stopped(self: Path, target: Path) -> Path:
        nonlocal left
        if self.parent.name == "rewritten":
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", stopped)
        run(whole / "cases.jsonl", tmp_path / "out", *SMALL, code=130)
    run(whole / "cases.jsonl", tmp_path / "out", *SMALL, code=3)
    assert files(tmp_path / "out") == files(whole / "whole")


def test_a_killed_batch_with_repeated_lines_ends_as_one_that_was_not(tmp_path: Path) -> None:
    """Lists of candidates of units that are done are still there."""
    text = b"".join([lines(range(800)), lines(range(0, 800, 7))])
    (tmp_path / "cases.jsonl").write_bytes(text)
    options = (*SMALL, "--workers", 2)
    run(tmp_path / "cases.jsonl", tmp_path / "whole", *options, code=3)
    process = start_and_pause(tmp_path / "cases.jsonl", tmp_path / "out", *options, units=3)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    run(tmp_path / "cases.jsonl", tmp_path / "out", *options, code=3)
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def test_a_unit_without_its_list_is_done_again(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that is gone or was changed would let repeated candidates pass."""

    def stopped(*_: Any) -> dict[int, int]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("tactful.batch.run.find_repeated", stopped)
        run(whole / "cases.jsonl", tmp_path / "out", *SMALL, code=130)
    lists = sorted((tmp_path / "out" / ".work" / "candidates").iterdir())
    lists[0].unlink()
    lists[1].write_bytes(lists[2].read_bytes())
    run(whole / "cases.jsonl", tmp_path / "out", *SMALL, code=3)
    assert files(tmp_path / "out") == files(whole / "whole")


@pytest.mark.parametrize("compared", [1, 7, 1_000])
def test_stretches_of_checksums_make_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compared: int
) -> None:
    """However few candidates are compared at a time. Equal checksums are no equal ids."""
    monkeypatch.setattr(repeated, "COMPARED", compared)
    random_ = random.Random(5)
    rows = [(line, f"c{random_.randrange(150)}") for line in range(1, 201)]
    lists = {}
    for unit, start in enumerate(range(0, 200, 40)):
        own = [(hash_of(id_), line, id_) for line, id_ in rows[start : start + 40]]
        checksums, numbers, ids = zip(*sorted(own), strict=True)
        batch = pa.record_batch(
            {"checksum": pa.array(checksums), "line": pa.array(numbers), "candidate": pa.array(ids)}
        )
        lists[unit] = tmp_path / f"{unit}.arrow"
        with pa.ipc.new_file(str(lists[unit]), batch.schema) as writer:
            writer.write_batch(batch)
    counts = repeated.find_repeated(lists, tmp_path / "found")
    found = [line for unit in counts for line in repeated.read_repeated(tmp_path / "found", unit)]
    by_id: dict[str, list[int]] = {}
    for line, id_ in rows:
        by_id.setdefault(id_, []).append(line)
    expected = {
        (line, own[1] if line == own[0] else own[0], id_) for id_, own in by_id.items() for line in own if len(own) > 1
    }
    assert {(one.line, one.other, one.candidate) for one in found} == expected
    assert len(found) == sum(counts.values()) == len(expected)


def hash_of(id_: str) -> int:
    """A checksum that many ids share."""
    return sum(id_.encode()) * 40_000_000 % 2**32
