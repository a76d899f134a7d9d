"""Cases that have nothing in common leave no memory behind: caches of places, offsets and years are bounded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "hostile.py"


@pytest.mark.slow
def test_ten_times_the_hostile_cases_take_hardly_more_memory() -> None:
    """After 10,000 cases all caches are full; 100,000 may not take more than that and some fragments."""
    command = [sys.executable, "-W", "ignore", str(BENCHMARK), "--most", "100000"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in output.splitlines()[:3]]
    assert [row[0] for row in rows] == ["1,000", "10,000", "100,000"]
    some, many = (int(row[-1]) for row in rows[1:])
    assert many < some * 1.15 + 10, output
