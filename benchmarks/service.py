"""What the service costs: ``python benchmarks/service.py [--seconds N]``.

A service in a process of its own answers clients in this one, on loopback, with logs and metrics on. ``requests`` are answered
in a second, ``CPU`` is the processor time of the service's processes for a request, ``answer`` that of ``Policy.decide`` and
``to_json`` in a loop, for the same body, and ``over`` the difference: the bar is 120 µs for a single case, and 120 more with a
journal. Processor time is
that of the service alone, though it grows where clients and workers share the caches of too few cores: the answer by itself is
taken in as many processes at once as there are workers. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

from rich.console import Console
from rich.table import Table

import cases
import tactful

#: The most microseconds of processor time over the answer's own, and how many more with a journal.
BAR: Final = 120
JOURNAL_BAR: Final = 120
#: How many connections the clients have open.
CONNECTIONS: Final = 8
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class Load(NamedTuple):
    """What is asked, and for how many cases."""

    name: str
    body: bytes
    cases: int


class Measured(NamedTuple):
    """Requests in a second, and microseconds of processor time for each."""

    rate: float
    cpu: float


def loads() -> list[Load]:
    """A single case, and a batch of 100."""
    raw = cases.to_bytes(cases.typical())
    return [Load("a case", raw, 1), Load("100 cases", b'{"cases":[' + b",".join([raw] * 100) + b"]}", 100)]


def alone(cases_: int, seconds: float) -> float:
    """The microseconds of processor time that the answer to so many cases takes by itself."""
    policy, raw, count = tactful.load(), cases.to_bytes(cases.typical()), 0
    policy.warm()
    policy.decide(raw).to_json()
    begun, end = time.process_time(), time.perf_counter() + seconds
    while time.perf_counter() < end:
        policy.decide(raw).to_json()
        count += 1
    return (time.process_time() - begun) / count * 1e6 * cases_


def alone_at_once(load: Load, workers: int, seconds: float) -> float:
    """The mean of several processes that do the same at once."""
    with ProcessPoolExecutor(workers) as pool:
        return statistics.mean(pool.map(alone, [load.cases] * workers, [seconds] * workers))


def served(load: Load, workers: int, seconds: float, journal: Path | None) -> Measured:
    """What a service with so many workers makes of the load, with a journal in a file or without."""
    command = [sys.executable, "-m", "tactful", "serve", "--port", "0", "--workers", str(workers)]
    command += ["--log", "--seconds", "120"]  # a busy machine is no fault
    if journal is not None:
        command += ["--journal", f"sqlite:{journal}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        try:
            port = json.loads(process.stderr.readline())["port"]
            drain = subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL)
            asyncio.run(_ready(port, workers))
            asyncio.run(_ask(port, load.body, 2.0))
            before, begun = _processor(process.pid), time.perf_counter()
            count = asyncio.run(_ask(port, load.body, seconds))
            spent, cpu = time.perf_counter() - begun, _processor(process.pid) - before
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        drain.wait(10)
    return Measured(count / spent, cpu / count * 1e6)


async def _ready(port: int, workers: int) -> None:
    """Wait until the service answers, and for its other workers to be there."""
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            break
        except OSError:
            await asyncio.sleep(0.1)
    await asyncio.sleep(3.0 * (workers - 1))


async def _ask(port: int, body: bytes, seconds: float) -> int:
    """Ask on several connections for so long: the number of answers. Raises ``ValueError`` for any that is no success."""
    lines = (
        "POST /v1/decisions HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    head = "".join(f"{line}\r\n" for line in (*lines, ""))
    end = time.perf_counter() + seconds
    counts = await asyncio.gather(*(_connection(port, head.encode() + body, end) for _ in range(CONNECTIONS)))
    return sum(counts)


async def _connection(port: int, request: bytes, end: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    count = 0
    while time.perf_counter() < end:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise ValueError(head.decode())
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        count += 1
    writer.close()
    return count


def _processor(pid: int) -> float:
    """The seconds of processor time of a process and its children."""
    total = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(folder.name) == pid or int(fields[1]) == pid:
            total += (int(fields[11]) + int(fields[12])) / _TICKS
    return total


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each row is measured")
    parser.add_argument("--single", action="store_true", help="only single cases")
    options = parser.parse_args()
    table = Table(
        "load", "workers", "journal", "requests/s", "cases/s", "CPU µs", "answer µs", "over µs", "over µs a case"
    )
    for load in loads() if not options.single else loads()[:1]:
        for workers in (1, 2):
            own = alone_at_once(load, workers, options.seconds)
            for kept in (False, True):
                with tempfile.TemporaryDirectory() as folder:
                    measured = served(load, workers, options.seconds, Path(folder) / "journal.db" if kept else None)
                over = measured.cpu - own
                row = (measured.rate, measured.rate * load.cases, measured.cpu, own, over, over / load.cases)
                table.add_row(load.name, str(workers), "yes" if kept else "no", *(f"{value:,.0f}" for value in row))
    Console().print(table)
    Console().print(f"The bar is {BAR} µs over the answer's own for a case, and {JOURNAL_BAR} more with a journal.")


if __name__ == "__main__":
    main()
