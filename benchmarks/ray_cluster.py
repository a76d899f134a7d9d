"""One process compared with two workers of a Ray cluster on this machine: ``python benchmarks/ray_cluster.py [CANDIDATES]``.

From Parquet to Parquet, and from lines of JSON for a tenth of the candidates, in turn in one run. The cluster is started before
the measurement. Ray runs its workers with the lowest priority by default; here they get the normal priority.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

import tactful
from cases import case
from frozen import frozen_policy
from tactful.batch.cluster.work import Terms, decide_texts
from tactful.ray import DecidedDatasets, decide

os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}  # before Ray is imported
import ray
import ray.data

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
#: The number of candidates that differ in more than their ids, and the number of files of each table.
DISTINCT = 1_000
FILES = 8
ROUNDS = 3


@dataclass(frozen=True)
class Input:
    """The same candidates as tables, each in a folder of files, or as lines of JSON in a folder of files."""

    policy: tactful.Policy
    tables: dict[str, Path]
    lines: Path
    out: Path


def write_input(policy: tactful.Policy, folder: Path, count: int) -> Input:
    """``count`` candidates as tables, and a tenth of them as lines."""
    cases = [case(1 + no % 5) for no in range(DISTINCT)]
    for no, data in enumerate(cases):
        data["candidate"]["id"] = f"c{no:04}"
    tables = policy.tables(cases)
    texts = "\n".join(map(json.dumps, cases)) + "\n"
    lines = folder / "lines"
    lines.mkdir()
    for file in range(FILES):
        copies = range(file, max(FILES, count // DISTINCT), FILES)
        (lines / f"{file}.jsonl").write_text(texts * max(1, len(copies) // 10))
        for name, table in tables.items():
            (folder / name).mkdir(exist_ok=True)
            pq.write_table(pa.concat_tables([_copy(table, no) for no in copies]), folder / name / f"{file}.parquet")
    return Input(policy, {name: folder / name for name in tables}, lines, folder / "out")


def _copy(table: pa.Table, no: int) -> pa.Table:
    ids = pc.binary_join_element_wise(f"{no:06}", table["candidate_id"], "-")
    return table.set_column(0, table.schema.field(0), ids)


def tables_here(given: Input) -> int:
    """Read, decide on and write tables in this process. Returns the number of rows of actions."""
    decided = given.policy.decide_tables({name: pq.read_table(folder) for name, folder in given.tables.items()}, NOW)
    pq.write_table(decided.actions, given.out / "actions.parquet")
    pq.write_table(decided.justifications, given.out / "justifications.parquet")
    return int(decided.actions.num_rows)


def tables_on_cluster(given: Input) -> int:
    """The same with Ray's workers."""
    datasets = {name: ray.data.read_parquet(str(folder)) for name, folder in given.tables.items()}
    return _written(decide(datasets, pack=given.policy, now=NOW), given)


def lines_here(given: Input) -> int:
    """Decide on lines in this process, as workers decide on a block of them."""
    terms = Terms(int(NOW.timestamp()), 0, steps=False)
    lines = b"".join(file.read_bytes() for file in given.lines.iterdir()).splitlines()
    decided = decide_texts(given.policy, terms, "text", pa.table({"text": lines}))
    pq.write_table(decided["actions"], given.out / "actions.parquet")
    pq.write_table(decided["justifications"], given.out / "justifications.parquet")
    return int(decided["actions"].num_rows)


def lines_on_cluster(given: Input) -> int:
    """The same with Ray's workers."""
    return _written(decide(ray.data.read_text(str(given.lines)), pack=given.policy, now=NOW), given)


def _written(decided: DecidedDatasets, given: Input) -> int:
    decided.actions.write_parquet(str(given.out / "actions"))
    decided.justifications.write_parquet(str(given.out / "justifications"))
    return int(decided.actions.count())


def _seconds(run: Callable[[Input], int], given: Input) -> tuple[float, int]:
    start = time.perf_counter()
    rows = run(given)
    return time.perf_counter() - start, rows


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
    ray.init(
        num_cpus=2, include_dashboard=False, _node_ip_address="127.0.0.2", log_to_driver=False, logging_level="ERROR"
    )
    logging.getLogger("ray.data").setLevel("ERROR")
    ray.data.DataContext.get_current().enable_progress_bars = False
    table = Table(title=f"One process and two workers of Ray, best of {ROUNDS}")
    for name in ("", "candidates", "one process, s", "cluster, s", "a second", "a second", "ratio"):
        table.add_column(name, justify="right")
    with tempfile.TemporaryDirectory() as folder:
        given = write_input(frozen_policy(), Path(folder), count)
        given.out.mkdir()
        many = len(pq.read_table(given.tables["candidates"], columns=["candidate_id"]))
        few = sum(len(file.read_bytes().splitlines()) for file in given.lines.iterdir())
        for name, size, alone, on_cluster in (
            ("Parquet", many, tables_here, tables_on_cluster),
            ("lines of JSON", few, lines_here, lines_on_cluster),
        ):
            runs = [(_seconds(alone, given), _seconds(on_cluster, given)) for _ in range(ROUNDS)]
            assert len({rows for pair in runs for _, rows in pair}) == 1, "both decide the same"
            mine, others = min(pair[0][0] for pair in runs), min(pair[1][0] for pair in runs)
            speeds = (f"{size / seconds:,.0f}" for seconds in (mine, others))
            table.add_row(name, f"{size:,}", f"{mine:.2f}", f"{others:.2f}", *speeds, f"{mine / others:.2f}")
    ray.shutdown()
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
