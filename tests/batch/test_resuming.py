"""A batch that is ended at any moment goes on where it stopped: nothing is lost, and nothing is there twice."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from importlib.metadata import version
from pathlib import Path
from random import Random

import pytest

from running import (
    HANG,
    SMALL_PACK,
    files,
    manifest,
    records,
    run,
    start,
    start_and_pause,
    units_done,
    wait_for_units,
)
from sample_cases import case, lines, tables, write_tables

COUNT = 1000
#: Chunks so small that there are many units.
SMALL = ("--chunk", "15", "--pack", SMALL_PACK)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the same cases as lines and as tables, and what a run that nobody disturbed made of them."""
    folder = tmp_path_factory.mktemp("given")
    (folder / "cases.jsonl").write_bytes(lines(range(COUNT)))
    write_tables(folder / "tables", tables(map(case, range(COUNT))), 500)
    run(folder / "cases.jsonl", folder / "of-lines", *SMALL, "--workers", 1)
    run(folder / "tables", folder / "of-tables", *SMALL, "--workers", 1)
    run(folder / "tables", folder / "arrow-of-tables", *SMALL, "--workers", 1, "--format", "arrow")
    return folder


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("kind", "undisturbed", "options"),
    [
        ("cases.jsonl", "of-lines", ()),
        ("tables", "of-tables", ()),
        ("tables", "arrow-of-tables", ("--format", "arrow")),
    ],
)
def test_a_batch_that_is_killed_again_and_again_ends_as_if_nothing_had_been(
    given: Path, tmp_path: Path, kind: str, undisturbed: str, options: tuple[str, ...], workers: int
) -> None:
    """SIGKILL once a few units are done, three times; then the same command to the end."""
    random, out = Random(f"{kind}{workers}"), tmp_path / "out"
    rest = (*SMALL, *options, "--workers", workers)
    command = (given / kind, out, *rest)
    paused = start_and_pause(given / kind, out, *rest)
    paused.kill()
    paused.communicate()
    for _ in range(2):
        process = start(*command)
        wait_for_units(process, out, units_done(out) + random.randint(1, 5))
        time.sleep(random.random() * 0.01)
        process.kill()
        process.communicate()
    run(*command)
    assert files(out) == files(given / undisturbed)
    assert manifest(out)["tally"]["cases"] == COUNT


def test_two_workers_write_what_one_does(given: Path, tmp_path: Path) -> None:
    """Byte for byte."""
    run(given / "cases.jsonl", tmp_path / "lines", *SMALL, "--workers", 2)
    run(given / "tables", tmp_path / "tables", *SMALL, "--workers", 2)
    assert files(tmp_path / "lines") == files(given / "of-lines")
    assert files(tmp_path / "tables") == files(given / "of-tables")


@pytest.mark.slow
def test_a_worker_that_loads_everything_anew_writes_the_same(given: Path, tmp_path: Path) -> None:
    """As workers do where a process cannot be copied."""
    run(given / "cases.jsonl", tmp_path / "lines", *SMALL, "--workers", 1, copied=False)
    assert files(tmp_path / "lines") == files(given / "of-lines")


def test_a_worker_that_is_killed_is_replaced(given: Path, tmp_path: Path) -> None:
    """Its unit is done again; the batch ends well."""
    out = tmp_path / "out"
    process = start_and_pause(given / "cases.jsonl", out, *SMALL, "--workers", 2)
    os.kill(_children(process.pid)[-1], signal.SIGKILL)
    process.send_signal(signal.SIGCONT)
    process.communicate(timeout=HANG)
    assert process.returncode == 0
    assert files(out) == files(given / "of-lines")


@pytest.mark.parametrize("count", [1, 2])
def test_workers_end_with_the_one_that_started_them(given: Path, tmp_path: Path, count: int) -> None:
    """Even if it was killed and could not tell them."""
    out = tmp_path / "out"
    process = start_and_pause(given / "cases.jsonl", out, *SMALL, "--workers", count)
    workers = _children(process.pid)
    process.kill()
    process.communicate()
    assert len(workers) >= count
    deadline = time.monotonic() + HANG
    while any(_runs(worker) for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _runs(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk_stops_the_batch_with_a_word_and_room_lets_it_go_on(
    given: Path, tmp_path: Path, workers: int
) -> None:
    """What was done before is kept."""
    out = tmp_path / "out"
    command = (given / "tables", out, *SMALL, "--workers", workers)
    process = start(*command, largest_file=4_000)
    _, stderr = process.communicate(timeout=HANG)
    assert process.returncode == 1
    assert "T654 the batch stopped: " in stderr
    assert "file too large" in stderr
    assert "give the same command again" in stderr
    run(*command)
    assert files(out) == files(given / "of-tables")


def test_ctrl_c_keeps_what_is_done(given: Path, tmp_path: Path) -> None:
    """Exit code 130, and the same command goes on."""
    out = tmp_path / "out"
    command = (given / "cases.jsonl", out, *SMALL, "--workers", 2)
    process = start_and_pause(*command, anew=True)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGCONT)
    _, stderr = process.communicate(timeout=HANG)
    assert (process.returncode, stderr.splitlines()[-1]) == (
        130,
        "stopped; finished work is kept, and the same command continues from there",
    )
    assert "continuing: " in run(*command).stderr
    assert files(out) == files(given / "of-lines")


def test_the_moment_of_the_beginning_is_kept(tmp_path: Path) -> None:
    """Cases without a moment of their own are all decided for the same one, however often the batch was ended."""
    given, out = tmp_path / "cases.jsonl", tmp_path / "out"
    given.write_bytes(b"".join(b'{"candidate": {"id": "c%d"}}\n' % no for no in range(800)))
    command = (given, out, "--chunk", 10, "--pack", SMALL_PACK, "--format", "jsonl", "--workers", 1)
    process = start_and_pause(*command)
    process.kill()
    process.communicate()
    second = int(time.time())
    while int(time.time()) == second:
        time.sleep(0.01)
    run(*command)
    decisions = records(out, "decisions")
    assert [decision["candidate"] for decision in decisions] == [f"c{no}" for no in range(800)]
    assert len({decision["at"] for decision in decisions}) == 1


def test_a_line_of_the_journal_that_was_cut_off_does_not_count(given: Path, tmp_path: Path) -> None:
    """Its unit is done again."""
    out = tmp_path / "out"
    command = (given / "cases.jsonl", out, *SMALL, "--workers", 1)
    process = start_and_pause(*command, units=2)
    process.kill()
    process.communicate()
    journal = out / ".work" / "done.jsonl"
    journal.write_bytes(journal.read_bytes()[:-5])
    run(*command)
    assert files(out) == files(given / "of-lines")


def test_a_file_of_the_output_that_is_gone_is_made_again(given: Path, tmp_path: Path) -> None:
    """As long as the batch is not done."""
    out = tmp_path / "out"
    command = (given / "cases.jsonl", out, *SMALL, "--workers", 1)
    process = start_and_pause(*command, units=2)
    process.kill()
    process.communicate()
    next((out / "actions").iterdir()).unlink()
    run(*command)
    assert files(out) == files(given / "of-lines")


def test_a_batch_that_is_done_is_left_alone(given: Path) -> None:
    """Run again, it says so and writes nothing; with another version of what it was made with, it is refused."""
    out = given / "of-tables"
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    ended = run(given / "tables", out, *SMALL)
    assert ended.stdout.startswith(f"this batch is already done; --fresh starts it over\n{COUNT:,} cases decided")
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before
    described = out / "batch.json"
    text = described.read_text()
    described.write_text(text.replace(version("holidays"), "0.1"))
    assert "holidays was 0.1 and is" in run(given / "tables", out, *SMALL, code=1).stderr
    described.write_text(text)


def test_a_worker_that_outlives_its_parent_keeps_nobody_out(given: Path, tmp_path: Path) -> None:
    """A copy of a process has its lock on the folder too, until it lets go of it."""
    out = tmp_path / "out"
    process = start_and_pause(given / "cases.jsonl", out, *SMALL, "--workers", 1)
    (worker,) = _children(process.pid)
    os.kill(worker, signal.SIGSTOP)
    try:
        process.kill()
        process.wait()  # the worker still has the ends of the pipes, so they cannot be read to their end
        run(given / "cases.jsonl", out, *SMALL, "--workers", 1)
    finally:
        os.kill(worker, signal.SIGKILL)
        process.communicate()
    assert files(out) == files(given / "of-lines")


def test_two_runs_in_one_folder_do_not_get_in_each_others_way(given: Path, tmp_path: Path) -> None:
    """The second one is refused."""
    out = tmp_path / "out"
    command = (given / "cases.jsonl", out, *SMALL, "--workers", 1)
    process = start_and_pause(*command)
    assert "T653 another run is using" in run(*command, code=1).stderr
    process.send_signal(signal.SIGCONT)
    process.communicate(timeout=HANG)
    assert process.returncode == 0
