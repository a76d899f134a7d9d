"""What becomes of units that cannot be done."""

from __future__ import annotations

from pathlib import Path

import pytest

import tactful
from faulty import Deadly, Faulty
from running import manifest, rows, run
from sample_cases import lines
from tactful.batch.lines import CHUNKS
from tactful.batch.model import Options, Tally, Written
from tactful.batch.run import Batch, run_batch
from tactful.batch.workers import InStretches


class Viewer:
    """Keeps count."""

    def __init__(self) -> None:
        self.tally = Tally()

    def begins(self, total: int | None, done: list[Written]) -> None:
        """Nothing to keep."""

    def says(self, message: str) -> None:
        """Nothing to keep."""

    def moves(self, tally: Tally, weight: int) -> None:
        """So much more."""
        self.tally += tally


@pytest.mark.parametrize(
    ("decides", "workers", "message"),
    [
        (Deadly, 2, "the process that worked on it was ended by SIGKILL"),
        (Faulty, 2, "ZeroDivisionError: division by zero"),
        (Faulty, 1, "ZeroDivisionError: division by zero"),
    ],
)
def test_a_unit_that_cannot_be_done_is_told_and_all_others_are_done(
    tmp_path: Path, decides: type[Faulty | Deadly], workers: int, message: str
) -> None:
    """Never a hang. It is still to do, which an engine without the fault does."""
    given, viewer = tmp_path / "cases.jsonl", Viewer()
    given.write_bytes(lines(range(400)))
    options, unit = Options(chunk=5), 5 * CHUNKS
    with pytest.raises(tactful.InvalidInput) as caught:
        run_batch(Batch(str(given), tmp_path / "out", options=options, workers=workers, decides=decides), viewer)
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.message) == ("T654", f"the lines from {123 // unit * unit + 1} on: {message}")
    assert viewer.tally.cases == 400 - unit
    assert manifest(tmp_path / "out")["state"] == "running"
    run(given, tmp_path / "out", "--chunk", 5)
    ids = dict.fromkeys(row["candidate_id"] for row in rows(tmp_path / "out", "actions"))
    assert list(ids) == [f"c{no:07}" for no in range(400)]


def test_workers_begin_far_from_each_other_and_help_each_other_out() -> None:
    """Each goes on where it is; who has nothing left takes the second half of the most that another has."""
    queue: InStretches[int] = InStretches(range(10), 2)
    assert [queue.next(0) for _ in range(2)] == [0, 1]
    assert [queue.next(1) for _ in range(6)] == [5, 6, 7, 8, 9, 3]
    assert [queue.next(0), queue.next(0), queue.next(1), queue.next(0)] == [2, 4, None, None]
