"""Memory is bounded by the chunk, and not by the input."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from sample_cases import case, lines, tables

SOME = 2_000
_PEAK = """
import resource, sys
from tactful.cli.app import app
app(["batch", *sys.argv[1:], "--quiet"], standalone_mode=False)
print(max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["in order", "one row group", "in no order", "lines", "repeated lines"])
def test_ten_times_the_cases_take_hardly_more_memory(tmp_path: Path, kind: str) -> None:
    """Also where a table has one row group for all of its rows, or has to be sorted first."""
    peaks = []
    for count in (20_000, 200_000):
        given = _given(tmp_path / f"{count}", count, kind)
        arguments = [str(given), str(tmp_path / f"out-{count}"), "--workers", "1", "--chunk", "2000"]
        process = subprocess.run(
            [sys.executable, "-c", _PEAK, *arguments], capture_output=True, check=True, env=os.environ
        )
        peaks.append(int(process.stdout))
    small, large = peaks
    assert large < small * 1.3 + 40_000, peaks


def _given(folder: Path, count: int, kind: str) -> Path:
    """So many candidates, each a copy of one of a few."""
    folder.mkdir()
    if kind in ("lines", "repeated lines"):
        text = lines(range(SOME))
        with (folder / "cases.jsonl").open("wb") as stream:
            for no in range(count // SOME):
                stream.write(text if kind == "repeated lines" else text.replace(b'{"id": "c0', b'{"id": "%d-c0' % no))
        return folder / "cases.jsonl"
    for name, table in tables(map(case, range(SOME))).items():
        copies = range(count // SOME)
        order = [(no * 7) % len(copies) for no in copies] if kind == "in no order" else copies
        blocks = [_renamed(table, no) for no in order]
        size = None if kind == "one row group" else 10_000
        pq.write_table(pa.concat_tables(blocks), folder / f"{name}.parquet", row_group_size=size)
    return folder


def _renamed(table: pa.Table, copy: int) -> pa.Table:
    ids = pc.binary_join_element_wise(f"k{copy:04}", table["candidate_id"], "-")
    return table.set_column(0, "candidate_id", ids)
