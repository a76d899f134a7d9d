"""A batch against one case after the other: ``python benchmarks/batch.py [--cases N] [--folder DIR]``.

A folder of Parquet with N candidates (a million if not said) is made of generated situations and kept in DIR, so that it is
made once. Then, in one process on one core, by turns: the compiled engine from JSON bytes to a decision (``Policy.decide``,
nothing put into words or written), on a sample; and the whole way of ``tactful batch`` from Parquet to Parquet files of
actions and justifications. Times are CPU time of the whole process, threads of libraries included. The ratio is that of
cases per second, for which the bar is 10.

All decide by the frozen policy (``benchmarks/policy``).

Stages: where the time of the batch goes; ``other`` is the way between stages. Memory: the peak of ``tactful batch`` in
fresh processes, over all candidates and over a tenth of them.
"""

from __future__ import annotations

import argparse
import functools
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
from tactful.batch.model import Tally, Written
from tactful.batch.output import parts
from tactful.batch.run import Batch, run_batch
from tactful.batch.unit import settle_memory
from tactful.columns.engine.program import ColumnarProgram
from tactful.columns.ranking import ColumnRanker

#: How many different situations there are; candidates beyond that have one of these with other ids.
DIFFERENT: Final = 20_000
#: The moment that all situations are moved to, in seconds since 1970.
NOW: Final = 1_795_000_000
SAMPLE: Final = 4_000
ROUNDS: Final = 5
GROUP: Final = 131_072


# --- the input ---


def make(folder: Path, cases: int) -> Path:
    """The folder of Parquet with so many candidates."""
    ready = folder / f"cases-{cases}"
    if ready.exists():
        return ready
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
    return new.rename(ready)


def moved(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables with all moments moved by as much as each case's moment is away from ``NOW``, and without these moments."""
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
    """The table again and again, each time with other ids, which ascend, up to so many candidates."""
    keys = table["candidate_id"].combine_chunks()
    place = pc.cast(pc.utf8_slice_codeunits(keys, 1), pa.int64()).to_numpy()
    for begin in range(0, cases, DIFFERENT):
        numbers = begin + place
        numbers = numbers[numbers < cases]
        ids = np.char.add("c", np.char.zfill(numbers.astype(str), 9)) if len(numbers) else np.zeros(0, "<U1")
        yield table.slice(0, len(numbers)).set_column(0, table.schema.field(0), pa.array(ids, pa.string()))


# --- the two ways ---


class Nobody:
    """Looks on and says nothing."""

    def begins(self, total: int | None, done: list[Written]) -> None:
        """Nothing."""

    def says(self, message: str) -> None:
        """Nothing."""

    def moves(self, tally: Tally, weight: int) -> None:
        """Nothing."""


def one_by_one(policy: tactful.Policy, sample: list[bytes]) -> float:
    """CPU seconds a case, from bytes to a decision."""
    begin = time.process_time()
    for one in sample:
        policy.decide(one)
    return (time.process_time() - begin) / len(sample)


def in_batch(given: Path, output: Path) -> tuple[float, Tally]:
    """CPU seconds a case, from Parquet to Parquet."""
    shutil.rmtree(output, ignore_errors=True)
    begin = time.process_time()
    done = run_batch(_batch(given, output), Nobody())
    return (time.process_time() - begin) / (done.tally.cases + done.tally.rejected), done.tally


def _batch(given: Path, output: Path) -> Batch:
    from tactful.batch.model import Options

    return Batch(str(given), output, str(FOLDER), options=Options(now=NOW), workers=1)


# --- stages ---


def stages(given: Path, output: Path) -> dict[str, float]:
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
        each, tally = in_batch(given, output)
    finally:
        for owner, name, was in plain:
            setattr(owner, name, was)
    whole = each * (tally.cases + tally.rejected)
    spent["other"] = whole - sum(spent.values())
    return {**spent, "whole": whole}


# --- memory ---


def peak(given: Path, output: Path) -> str:
    """The peak memory of the command, in MB (Linux only)."""
    if sys.platform != "linux":
        return "?"
    shutil.rmtree(output, ignore_errors=True)
    code = (
        "import sys; from tactful.cli.app import app; "
        f"app(['batch', {str(given)!r}, {str(output)!r}, '--now', '2026-11-18T08:26:40Z', '--workers', '1', '--quiet', "
        f"'--rules', {str(FOLDER)!r}], "
        "standalone_mode=False); "
        "print(next(int(one.split()[1]) for one in open('/proc/self/status') if one.startswith('VmHWM')))"
    )
    stdout = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.decode()
    return f"{int(stdout.split()[-1]) / 1024:.0f}"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="A batch against one case after the other.")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "tactful-batch")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    pa.set_cpu_count(1)
    settle_memory()
    given, output = make(arguments.folder, arguments.cases), arguments.folder / "decided"
    policy, sample = frozen_policy(), situations(SAMPLE)
    one_by_one(policy, sample[:200])
    alone, together = list[float](), list[float]()
    tally = Tally()
    for _ in range(arguments.rounds):
        alone.append(one_by_one(policy, sample))
        each, tally = in_batch(given, output)
        together.append(each)
    console = Console(width=110)
    console.print(ways(alone, together, tally))
    console.print(stage_table(stages(given, output), tally))
    small = make(arguments.folder, max(1, arguments.cases // 10))
    console.print(f"peak memory: {peak(given, output)} MB, of a tenth of the cases {peak(small, output)} MB")


def ways(alone: list[float], together: list[float], tally: Tally) -> Table:
    """Both ways."""
    table = Table("way", "best µs a case", "median", "cases a second", title=f"{tally.cases:,} cases, one core")
    for name, times in (("compiled, from JSON bytes", alone), ("batch, Parquet to Parquet", together)):
        best = min(times)
        table.add_row(name, f"{best * 1e6:.2f}", f"{statistics.median(times) * 1e6:.2f}", f"{1 / best:,.0f}")
    ratio = statistics.median(a / b for a, b in zip(alone, together, strict=True))
    table.add_row("ratio", f"{min(alone) / min(together):.1f}", f"{ratio:.1f}", "")
    table.caption = f"{tally.actions:,} conclusions, {tally.justifications:,} reasons, {tally.rejected:,} rejected"
    return table


def stage_table(spent: dict[str, float], tally: Tally) -> Table:
    """Where the time goes."""
    table = Table("stage", "µs a case", "share", title="Stages of the batch")
    for name, seconds in spent.items():
        table.add_row(name, f"{seconds / (tally.cases + tally.rejected) * 1e6:.2f}", f"{seconds / spent['whole']:.0%}")
    return table


if __name__ == "__main__":
    main()
