"""A batch compared with single decisions: ``python benchmarks/batch.py [--cases N] [--folder DIR]``.

The script makes a folder of Parquet with N candidates (default: a million) from generated situations, and keeps it in DIR
for later runs. Then it measures three ways of deciding in turn, on one core:

- the compiled engine, from JSON bytes to a decision (``Policy.decide``; no explanations, no output), on a sample;
- ``tactful batch`` from Parquet to Parquet files of actions and justifications;
- ``tactful batch`` from Parquet to the same tables as Arrow IPC.

All use the frozen policy (``benchmarks/policy``). Times are CPU time of all processes, including threads of libraries.
A ratio compares cases per second. The bars are 7 for Parquet and 10 for Arrow IPC.

Stages: how the time of each batch is spent; ``other`` is the time between stages. Memory: the peak of ``tactful batch`` in
fresh processes, over all candidates and over a tenth of them.
"""

from __future__ import annotations

import argparse
import functools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

import tactful
from frozen import FOLDER, frozen_policy
from peer.situations import situations
from tactful.api.tables import TableDecider
from tactful.batch.folder.units import TablesReader
from tactful.batch.model import BatchFormat, Options, Tally, Written
from tactful.batch.output import parts
from tactful.batch.run import Batch, run_batch
from tactful.batch.unit import settle_memory
from tactful.columns.engine.program import ColumnarProgram
from tactful.columns.ranking import ColumnRanker

#: The number of different situations. Further candidates repeat them with other ids.
DIFFERENT: Final = 20_000
#: The moment that all situations are moved to, in seconds since 1970.
NOW: Final = 1_795_000_000
SAMPLE: Final = 4_000
ROUNDS: Final = 5
GROUP: Final = 131_072
#: The bars, by output format: cases per second of a batch, as a multiple of those of the compiled engine.
BARS: Final[dict[BatchFormat, int]] = {"parquet": 7, "arrow": 10}
NAMES: Final[dict[BatchFormat, str]] = {"parquet": "Parquet", "arrow": "Arrow IPC", "jsonl": "lines of JSON"}


# --- the input ---


def make(folder: Path, cases: int) -> Path:
    """The folder of Parquet with ``cases`` candidates, made if it does not exist."""
    made = folder / f"cases-{cases}"
    if made.exists():
        return made
    policy = frozen_policy()
    tables = moved(policy.tables(situations(min(cases, DIFFERENT))))
    new = folder / f".cases-{cases}"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for name, table in tables.items():
        schema = table.schema
        with pq.ParquetWriter(new / f"{name}.parquet", schema) as writer:
            for block in blocks(table, cases):
                writer.write_table(block, row_group_size=GROUP)
    return new.rename(made)


def moved(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables with all moments of a case shifted so that its own moment is ``NOW``, and without the column ``now``."""
    candidates = tables["candidates"]
    since = pa.scalar(NOW, pa.timestamp("s", "UTC")).cast(pa.timestamp("us", "UTC"))
    shifts = pc.subtract(since, candidates["now"]).combine_chunks()
    ids = candidates["candidate_id"].combine_chunks()
    return {name: _moved(table, ids, shifts) for name, table in tables.items()}


def _moved(table: pa.Table, ids: pa.Array, shifts: pa.Array) -> pa.Table:
    own = shifts.take(pc.index_in(table["candidate_id"].combine_chunks(), value_set=ids))
    for name in table.column_names:
        if pa.types.is_timestamp(table.schema.field(name).type):
            later = pc.add(table[name].combine_chunks(), own)
            table = table.set_column(table.column_names.index(name), name, later)
    return table.drop_columns("now") if "now" in table.column_names else table


def blocks(table: pa.Table, cases: int) -> Iterator[pa.Table]:
    """The table repeated, each time with other ids, in ascending order, up to ``cases`` candidates."""
    keys = table["candidate_id"].combine_chunks()
    place = pc.cast(pc.utf8_slice_codeunits(keys, 1), pa.int64()).to_numpy()
    for begin in range(0, cases, DIFFERENT):
        numbers = begin + place
        numbers = numbers[numbers < cases]
        ids = np.char.add("c", np.char.zfill(numbers.astype(str), 9)) if len(numbers) else np.zeros(0, "<U1")
        yield table.slice(0, len(numbers)).set_column(0, table.schema.field(0), pa.array(ids, pa.string()))


# --- single decisions and batches ---


class Silent:
    """A viewer that shows nothing."""

    def begins(self, total: int | None, done: list[Written]) -> None:
        """Do nothing."""

    def says(self, message: str) -> None:
        """Do nothing."""

    def moves(self, tally: Tally, weight: int) -> None:
        """Do nothing."""


def one_by_one(policy: tactful.Policy, sample: list[bytes]) -> float:
    """CPU seconds per case, from bytes to a decision."""
    begin = time.process_time()
    for raw in sample:
        policy.decide(raw)
    return (time.process_time() - begin) / len(sample)


def in_batch(given: Path, output: Path, format_: BatchFormat, workers: int = 1) -> tuple[float, Tally]:
    """CPU seconds per case, from Parquet to files of a format, and the counts."""
    shutil.rmtree(output, ignore_errors=True)
    begin = _cpu()
    options = Options(now=NOW, format=format_)
    done = run_batch(Batch(str(given), output, str(FOLDER), options=options, workers=workers), Silent())
    return (_cpu() - begin) / (done.tally.cases + done.tally.rejected), done.tally


def _cpu() -> float:
    """CPU seconds of this process and its ended children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


# --- stages ---


def stages(given: Path, output: Path, format_: BatchFormat) -> dict[str, float]:
    """CPU seconds in each stage of a batch."""
    spent: dict[str, float] = defaultdict(float)
    plain: list[tuple[Any, str, Any]] = []

    def timed(owner: Any, name: str, stage: str) -> None:
        was = getattr(owner, name)
        plain.append((owner, name, was))

        @functools.wraps(was)
        def timing(*args: Any, **kwargs: Any) -> Any:
            begin = time.process_time()
            try:
                return was(*args, **kwargs)
            finally:
                spent[stage] += time.process_time() - begin

        setattr(owner, name, timing)

    timed(TablesReader, "_rows", "read")
    timed(TableDecider, "read", "encode")
    timed(ColumnarProgram, "fire", "fire")
    timed(ColumnRanker, "rank", "rank and output")
    timed(parts.Part, "tables", "write")
    timed(parts.Part, "written", "to the disk")
    try:
        each, tally = in_batch(given, output, format_, workers=0)
    finally:
        for owner, name, was in plain:
            setattr(owner, name, was)
    whole = each * (tally.cases + tally.rejected)
    spent["other"] = whole - sum(spent.values())
    return {**spent, "whole": whole}


# --- memory ---


def peak(given: Path, output: Path) -> str:
    """The peak memory of the process that does the work of the command, in MB (Linux only)."""
    if sys.platform != "linux":
        return "?"
    shutil.rmtree(output, ignore_errors=True)
    code = (
        "import resource; from tactful.cli.app import app; "
        f"app(['batch', {str(given)!r}, {str(output)!r}, '--now', '2026-11-18T08:26:40Z', '--workers', '1', '--quiet', "
        f"'--rules', {str(FOLDER)!r}], "
        "standalone_mode=False); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.decode()
    return f"{int(printed.split()[-1]) / 1024:.0f}"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="A batch compared with single decisions.")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "tactful-batch")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    pa.set_cpu_count(1)
    settle_memory()
    given, output = make(options.folder, options.cases), options.folder / "decided"
    policy, sample = frozen_policy(), situations(SAMPLE)
    one_by_one(policy, sample[:200])
    alone: list[float] = []
    batches: dict[BatchFormat, list[float]] = {format_: [] for format_ in BARS}
    tally = Tally()
    for _ in range(options.rounds):
        alone.append(one_by_one(policy, sample))
        for format_, times in batches.items():
            seconds, tally = in_batch(given, output, format_)
            times.append(seconds)
    console = Console(width=110)
    console.print(ways(alone, batches, tally))
    for format_ in BARS:
        console.print(stage_table(format_, stages(given, output, format_), tally))
    small = make(options.folder, max(1, options.cases // 10))
    console.print(f"peak memory: {peak(given, output)} MB, of a tenth of the cases {peak(small, output)} MB")


def ways(alone: list[float], batches: dict[BatchFormat, list[float]], tally: Tally) -> Table:
    """The table of all ways, with the ratio to the compiled engine: of the best rounds, and the median of all rounds."""
    title = f"{tally.cases:,} cases, one core"
    table = Table("way", "best µs a case", "median", "cases a second", "ratio", "median ratio", "bar", title=title)
    table.add_row("compiled, from JSON bytes", *_times(alone))
    for format_, times in batches.items():
        ratio = statistics.median(a / b for a, b in zip(alone, times, strict=True))
        ratios = (f"{min(alone) / min(times):.1f}", f"{ratio:.1f}", f"{BARS[format_]}")
        table.add_row(f"batch, Parquet to {NAMES[format_]}", *_times(times), *ratios)
    table.caption = f"{tally.actions:,} conclusions, {tally.justifications:,} reasons, {tally.rejected:,} rejected"
    return table


def _times(times: list[float]) -> tuple[str, str, str]:
    best = min(times)
    return f"{best * 1e6:.2f}", f"{statistics.median(times) * 1e6:.2f}", f"{1 / best:,.0f}"


def stage_table(format_: BatchFormat, spent: dict[str, float], tally: Tally) -> Table:
    """The table of stages."""
    table = Table("stage", "µs a case", "share", title=f"Stages of the batch, Parquet to {NAMES[format_]}")
    for name, seconds in spent.items():
        table.add_row(name, f"{seconds / (tally.cases + tally.rejected) * 1e6:.2f}", f"{seconds / spent['whole']:.0%}")
    return table


if __name__ == "__main__":
    main()
