"""Cold start and memory, measured in fresh processes: ``python -m peer.fresh MODULE``, with cases on standard input."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

#: The number of decisions before memory is measured. By then the calendars of all places are made.
CASES = 200


class Fresh(NamedTuple):
    """``start``: CPU seconds from the start of Python to the first decision. ``memory``: the peak in MB, if known."""

    start: float
    memory: float | None


def fresh(module: str, cases: Sequence[bytes], times: int) -> Fresh:
    """The medians of ``times`` fresh processes."""
    command = [sys.executable, "-m", "peer.fresh", module]
    given, results = b"\n".join(cases[:CASES]), []
    for _ in range(times):
        process = subprocess.run(
            command, input=given, capture_output=True, check=True, cwd=Path(__file__).parent.parent
        )
        results.append(json.loads(process.stdout))
    memory = None if results[0]["memory"] is None else median(result["memory"] for result in results)
    return Fresh(median(result["start"] for result in results), memory)


def main() -> None:
    """Decide, and print the measurements as JSON."""
    cases = sys.stdin.buffer.read().split(b"\n")
    start = time.process_time()
    peer = importlib.import_module(f"peer.{sys.argv[1]}").peer()
    peer.load()
    from peer.measure import decide

    decide(peer, cases[0])
    process = getattr(peer, "pid", None)
    taken = time.process_time() - start + (0 if process is None else _spent(process))
    for raw in cases[1:]:
        decide(peer, raw)
    print(json.dumps({"start": taken, "memory": _peak(process or "self")}))
    if hasattr(peer, "close"):
        peer.close()


def _peak(process: int | str) -> float | None:
    """Peak memory in megabytes. Reads ``VmHWM`` (Linux only), because ``ru_maxrss`` starts at the parent's value."""
    if sys.platform != "linux":
        return None
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _spent(process: int) -> float:
    """The CPU seconds of another process so far; 0 if they cannot be read."""
    if sys.platform != "linux":
        return 0
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
