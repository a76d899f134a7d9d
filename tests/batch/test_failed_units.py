"""What becomes of units that cannot be done."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
from pathlib import Path
from typing import Any, Final

import pytest

from faulty import CULPRIT, Deadly, Faulty, Hanging
from running import SMALL_PACK, records, rows, run
from sample_cases import case, lines, tables, write_tables
from tactful.batch import isolate
from tactful.batch.model import Options, Tally, Written
from tactful.batch.run import Batch, run_batch
from tactful.batch.workers import InStretches

#: Seconds that a process may take for a chunk. Where a busy machine takes longer, the unit is only tried again.
SILENCE: Final = 0.8
#: The cases, one of which is the culprit.
NUMBERS: Final = range(90, 170)


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


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The advice without a fault. It is the same for lines and for tables, and in chunks of any size."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "cases.jsonl").write_bytes(lines(NUMBERS))
    run(folder / "cases.jsonl", folder / "out", "--pack", SMALL_PACK)
    return rows(folder / "out", "actions")


@pytest.mark.parametrize(
    ("faulty", "workers", "trial", "chunk", "reason", "tables_given"),
    [
        (Deadly, 2, 4.0, 8, "the process that decided on it was ended by SIGKILL", False),
        (Deadly, 2, 4.0, 8, "the process that decided on it was ended by SIGKILL", True),
        # Each time that a chunk is cut in half, 0.6 s are waited, so these chunks are small.
        (Hanging, 2, 0.6, 2, "deciding on it took longer than 1 s", False),
        (Deadly, 1, 4.0, 8, "the process that decided on it was ended by SIGKILL", False),
        pytest.param(Hanging, 1, 0.6, 2, "deciding on it took longer than 1 s", True, marks=pytest.mark.slow),
        (Faulty, 2, 4.0, 8, "ZeroDivisionError: division by zero", True),
        (Faulty, 1, 4.0, 8, "ZeroDivisionError: division by zero", False),
        (Faulty, 0, 4.0, 8, "ZeroDivisionError: division by zero", False),
    ],
)
def test_a_record_that_cannot_be_decided_is_rejected_alone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    faulty: type[Faulty | Deadly | Hanging],
    workers: int,
    trial: float,
    chunk: int,
    reason: str,
    tables_given: bool,
    undisturbed: list[dict[str, Any]],
) -> None:
    """All others are decided, with the same rows as without the fault. Once, a whole unit went undecided."""
    monkeypatch.setattr("tactful.batch.run._SILENCE", trial + 0.2)  # a trial reports nothing
    monkeypatch.setattr("tactful.batch.run._TRIAL", trial)
    monkeypatch.setattr("tactful.batch.workers._LOOK", 0.1)
    monkeypatch.setattr("tactful.batch.workers._can_copy", lambda: True)
    viewer = Viewer()
    if tables_given:
        given = write_tables(tmp_path / "given", tables(map(case, NUMBERS)), None)
    else:
        given = tmp_path / "cases.jsonl"
        given.write_bytes(lines(NUMBERS))
    out = tmp_path / "out"
    options = Options(chunk=chunk)
    result = run_batch(Batch(str(given), out, SMALL_PACK, options, workers, decider=faulty), viewer)
    assert (result.tally.cases, result.tally.rejected) == (len(NUMBERS) - 1, 1)
    assert viewer.tally == result.tally
    (reject,) = records(out, "rejects")
    assert (reject["candidate"], reject["code"], reject.get("line")) == (CULPRIT, "T655", None if tables_given else 34)
    assert reason in reject["message"]
    assert rows(out, "actions") == [row for row in undisturbed if row["candidate_id"] != CULPRIT]


def test_a_stopped_worker_is_ended_and_its_unit_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is stopped (SIGSTOP) reports nothing. Once, the batch waited for it for ever."""
    monkeypatch.setattr("tactful.batch.run._SILENCE", SILENCE)
    monkeypatch.setattr("tactful.batch.workers._LOOK", 0.1)
    monkeypatch.setattr("tactful.batch.workers._can_copy", lambda: True)
    given = tmp_path / "cases.jsonl"
    given.write_bytes(lines(NUMBERS))
    viewer = Stopping()
    result = run_batch(Batch(str(given), tmp_path / "out", SMALL_PACK, Options(chunk=8), 2), viewer)
    assert viewer.stopped
    assert (result.tally.cases, result.tally.rejected) == (len(NUMBERS), 0)


def test_a_trial_that_hangs_ends_in_time_where_its_worker_was_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is left behind. Both write to one pipe, which ends when the last of them does."""
    monkeypatch.setattr(isolate, "_GRACE", 0.1)
    reading, writing = os.pipe()

    def hang() -> None:
        os.write(writing, b"begun")
        while True:
            pass

    worker = os.fork()
    if worker == 0:
        trial = isolate.forked_trial(0.5, lambda: None)
        assert trial is not None
        trial(hang, 1)
        os._exit(0)
    os.close(writing)
    assert os.read(reading, 5) == b"begun"
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    assert select.select([reading], [], [], 20)[0], "the trial goes on"
    assert os.read(reading, 1) == b""
    os.close(reading)


class Stopping(Viewer):
    """Stops a worker once the first chunk is done."""

    stopped = False

    def moves(self, tally: Tally, weight: int) -> None:
        """Stop one of the workers, the first time."""
        super().moves(tally, weight)
        if not self.stopped:
            process = multiprocessing.active_children()[0]
            assert process.pid is not None
            os.kill(process.pid, signal.SIGSTOP)
            self.stopped = True


def test_workers_begin_far_from_each_other_and_help_each_other_out() -> None:
    """Each goes on where it is; who has nothing left takes the second half of the most that another has."""
    queue: InStretches[int] = InStretches(range(10), 2)
    assert [queue.next(0) for _ in range(2)] == [0, 1]
    assert [queue.next(1) for _ in range(6)] == [5, 6, 7, 8, 9, 3]
    assert [queue.next(0), queue.next(0), queue.next(1), queue.next(0)] == [2, 4, None, None]
