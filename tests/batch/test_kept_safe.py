"""What a batch wrote is checked, and what others wrote is left alone."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from running import SMALL_PACK, files, run
from sample_cases import lines
from tactful.batch.model import Options, Tally, Written
from tactful.batch.run import Batch, BatchResult, run_batch
from tactful.source.diagnostics import InvalidInput

SMALL = ("--pack", SMALL_PACK)


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A file of lines."""
    path = tmp_path / "cases.jsonl"
    path.write_bytes(lines(range(20)))
    return path


@pytest.fixture
def out(given: Path) -> Path:
    """A finished batch."""
    folder = given.parent / "out"
    run(given, folder, *SMALL)
    return folder


def _shortened(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _one_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [Path.unlink, _shortened, _one_bit])
def test_damage_to_a_finished_batch_is_noticed(given: Path, out: Path, damage: Callable[[Path], None]) -> None:
    """Once, a deleted part went unnoticed."""
    before = files(out)
    damage(out / "actions" / "part-00000.parquet")
    ended = run(given, out, *SMALL, code=1)
    assert "T657" in ended.stderr
    assert "actions/part-00000.parquet" in ended.stderr
    run(given, out, *SMALL, "--fresh")
    assert files(out) == before


@pytest.mark.parametrize("content", [b"", b"{garbage", b"\xff\xfe\x00", b"[" * 5000])
def test_a_damaged_manifest_is_an_error_and_fresh_begins_anew(given: Path, out: Path, content: bytes) -> None:
    """Not a traceback."""
    before = files(out)
    (out / "batch.json").write_bytes(content)
    assert "--fresh" in run(given, out, *SMALL, code=1).stderr
    run(given, out, *SMALL, "--fresh")
    assert files(out) == before


@pytest.mark.parametrize("content", [b"garbage\n", b"{}\n", b"\xff\xfe\n", b'{"unit": 0}\n'])
def test_a_damaged_journal_is_an_error(given: Path, out: Path, content: bytes) -> None:
    """Once, each run ended in a traceback."""
    manifest = (out / "batch.json").read_text().replace('"done"', '"running"')
    (out / "batch.json").write_text(manifest)
    (out / ".work").mkdir()
    (out / ".work" / "done.jsonl").write_bytes(content)
    ended = run(given, out, *SMALL, code=1)
    assert "T657" in ended.stderr
    assert "--fresh" in ended.stderr
    run(given, out, *SMALL, "--fresh")


def test_fresh_deletes_nothing_that_others_wrote(given: Path, out: Path, tmp_path: Path) -> None:
    """A file among the parts, a folder with another `batch.json`, links to other places."""
    precious = out / "actions" / "precious.txt"
    precious.write_text("precious")
    assert "actions/precious.txt" in run(given, out, *SMALL, "--fresh", code=1).stderr
    assert precious.read_text() == "precious"
    stranger = tmp_path / "stranger"
    (stranger / "actions").mkdir(parents=True)
    (stranger / "batch.json").write_text('{"jobs": []}')
    (stranger / "actions" / "part-00000.parquet").write_text("precious")
    assert "was not written by tactful batch" in run(given, stranger, *SMALL, "--fresh", code=1).stderr
    shutil.rmtree(out / "actions")
    (out / "actions").symlink_to(stranger / "actions")
    assert "is a symbolic link" in run(given, out, *SMALL, "--fresh", code=1).stderr
    assert (stranger / "actions" / "part-00000.parquet").read_text() == "precious"


class Meddler:
    """Changes the input once the first chunk is done."""

    def __init__(self, change: Callable[[], object]) -> None:
        self._change = change

    def begins(self, total: int | None, done: list[Written]) -> None:
        """Nothing to keep."""

    def says(self, message: str) -> None:
        """Nothing to keep."""

    def moves(self, tally: Tally, weight: int) -> None:
        """Meddle."""
        self._change()


def _batch(given: Path, change: Callable[[], object]) -> BatchResult:
    return run_batch(Batch(str(given), given.parent / "out", options=Options(chunk=2), workers=1), Meddler(change))


@pytest.mark.parametrize("share", [0.5, 0.0, 1.5])
def test_input_that_changes_while_it_is_read_stops_the_batch(given: Path, share: float) -> None:
    """Cut, emptied or longer. Once, half of the input was called done."""
    data = given.read_bytes() * 2
    with pytest.raises(InvalidInput) as caught:
        _batch(given, lambda: given.write_bytes(data[: int(len(data) / 2 * share)]))
    assert {problem.code for problem in caught.value.diagnostics} == {"T656"}


def test_packed_input_that_changes_stops_the_batch(given: Path) -> None:
    """Workers read unpacked copies, so it is noticed at the end."""
    packed = given.with_suffix(".jsonl.gz")
    packed.write_bytes(gzip.compress(given.read_bytes()))
    with pytest.raises(InvalidInput) as caught:
        _batch(packed, lambda: packed.write_bytes(b"other"))
    assert {problem.code for problem in caught.value.diagnostics} == {"T656"}


def test_a_packed_file_that_unpacks_to_far_more_is_refused(tmp_path: Path) -> None:
    """Once, 583 KB became 600 MB on the disk."""
    bomb = tmp_path / "bomb.jsonl.gz"
    bomb.write_bytes(gzip.compress(bytes(100 * 1024 * 1024)))
    ended = run(bomb, tmp_path / "out", *SMALL, code=1)
    assert "unpacks to more than 200 times its size" in ended.stderr
