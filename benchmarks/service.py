"""What the service costs: ``python benchmarks/service.py [--seconds N] [--single]``.

A service in a process of its own answers clients in this one, on loopback, with logs and metrics on. The clients send a
stream of different cases: the examples and a typical case, each of 40 candidates. ``requests`` are answered in a second, and
``CPU`` is the processor time of the service's processes for a request. ``answer`` is that of ``Policy.decide`` and
``to_json`` for the same stream, in a process with the same event loop that the same clients ask (``benchmarks/twin.py``).
The two are asked in turns of a second. ``over`` is the difference: the bar is 120 µs for a single case, and 120 more with a
journal. ``loop`` is what the same answers take one after the other in a process that nobody asks, where caches are warm and
the other core is idle; less of the difference would then be the service's own. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Final, NamedTuple

from rich.console import Console
from rich.table import Table

import tactful
from journal import bodies
from twin import OBJECTS

#: The most microseconds of processor time over the answer's own, and how many more with a journal.
BAR: Final = 120
JOURNAL_BAR: Final = 120
#: How many connections the clients have open.
CONNECTIONS: Final = 8
#: How many kinds of case the stream has, and how many candidates of each.
KINDS: Final = 12
CANDIDATES: Final = 40
#: How long the service and its twin are asked before anything is measured, and in a turn, in seconds.
WARM: Final = 2.0
TURN: Final = 1.0
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_TWIN: Final = Path(__file__).with_name("twin.py")


class Load(NamedTuple):
    """What is asked, in turn, and how many cases a request has."""

    name: str
    bodies: Sequence[bytes]
    cases: int


class Measured(NamedTuple):
    """Requests in a second, and microseconds of processor time for each: of all that the service does, and of its answer."""

    rate: float
    cpu: float
    answer: float


def loads() -> list[Load]:
    """Single cases, and batches of 100."""
    stream = list(islice(bodies(tactful.load()), KINDS * CANDIDATES))
    batches = [b'{"cases":[%b]}' % b",".join(stream[start : start + 100]) for start in range(0, 400, 100)]
    return [Load("a case", stream, 1), Load("100 cases", batches, 100)]


def in_a_loop(load: Load, seconds: float) -> float:
    """The microseconds of processor time for the answers to a request, taken one after the other."""
    gc.set_threshold(OBJECTS)
    policy, count = tactful.load(), 0
    policy.warm()
    stream = cycle(loads()[0].bodies)
    for body in islice(stream, KINDS * CANDIDATES):
        policy.decide(body).to_json()
    begun, end = time.process_time(), time.perf_counter() + seconds
    while time.perf_counter() < end:
        policy.decide(next(stream)).to_json()
        count += 1
    return (time.process_time() - begun) / count * 1e6 * load.cases


def measure(load: Load, workers: int, seconds: float, journal: Path | None) -> Measured:
    """Ask a service and its twins in turns."""
    with ExitStack() as stack:
        process, port = stack.enter_context(_service(workers, journal))
        twins = [stack.enter_context(_twin()) for _ in range(workers)]
        asyncio.run(_ready(port, workers))
        for ports in ([port], twins):
            asyncio.run(_ask(ports, load, WARM))
        count = spent = cpu = 0.0
        before = _totals(twins)
        for _ in range(max(1, round(seconds / TURN))):
            at, begun = _processor(process.pid), time.perf_counter()
            count += asyncio.run(_ask([port], load, TURN))
            spent, cpu = spent + time.perf_counter() - begun, cpu + _processor(process.pid) - at
            asyncio.run(_ask(twins, load, TURN))
        cases, own = (after - first for after, first in zip(_totals(twins), before, strict=True))
    return Measured(count / spent, cpu / count * 1e6, own / cases * 1e6 * load.cases)


@contextmanager
def _service(workers: int, journal: Path | None) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A service with so many workers, with a journal in a file or without, and its port."""
    command = [sys.executable, "-m", "tactful", "serve", "--port", "0", "--workers", str(workers)]
    command += ["--log", "--seconds", "120"]  # a busy machine is no fault
    if journal is not None:
        command += ["--journal", f"sqlite:{journal}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        try:
            port = json.loads(process.stderr.readline())["port"]
            drain = subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL)
            yield process, port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        drain.wait(10)


@contextmanager
def _twin() -> Iterator[int]:
    """A process that only answers: its port."""
    with subprocess.Popen([sys.executable, str(_TWIN)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["port"]
        finally:
            process.terminate()
            process.wait(60)


def _totals(ports: Sequence[int]) -> tuple[float, float]:
    """How many cases the twins have answered, and in how many seconds of processor time."""
    told = [json.loads(asyncio.run(_once(port))) for port in ports]
    return sum(cases for cases, _ in told), sum(seconds for _, seconds in told)


async def _once(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = await _answer(reader, writer, _request(b""))
    writer.close()
    return answer


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


async def _ask(ports: Sequence[int], load: Load, seconds: float) -> int:
    """Ask on several connections for so long: the number of answers. Raises ``ValueError`` for any that is no success."""
    end = time.perf_counter() + seconds
    requests = cycle([_request(body) for body in load.bodies])
    each = (_connection(ports[no % len(ports)], requests, end) for no in range(CONNECTIONS))
    return sum(await asyncio.gather(*each))


def _request(body: bytes) -> bytes:
    lines = (
        "POST /v1/decisions HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode() + body


async def _connection(port: int, requests: Iterator[bytes], end: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    count = 0
    while time.perf_counter() < end:
        await _answer(reader, writer, next(requests))
        count += 1
    writer.close()
    return count


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise ValueError(head.decode())
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return await reader.readexactly(length)


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
    parser.add_argument("--single", action="store_true", help="only single cases, by one worker")
    options = parser.parse_args()
    table = Table(
        "load",
        "workers",
        "journal",
        "requests/s",
        "cases/s",
        "CPU µs",
        "answer µs",
        "over µs",
        "over µs a case",
        "loop µs",
    )
    bars: list[str] = []
    for load in loads()[:1] if options.single else loads():
        loop = in_a_loop(load, options.seconds)
        for workers in (1,) if options.single else (1, 2):
            overs: list[float] = []
            for kept in (False, True):
                with tempfile.TemporaryDirectory() as folder:
                    measured = measure(load, workers, options.seconds, Path(folder) / "journal.db" if kept else None)
                over = measured.cpu - measured.answer
                overs.append(over)
                row = (measured.rate, measured.rate * load.cases, *measured[1:], over, over / load.cases, loop)
                table.add_row(load.name, str(workers), "yes" if kept else "no", *(f"{value:,.0f}" for value in row))
            bars += _bars(load, workers, *overs)
    Console(width=120).print(table)
    for line in bars:
        Console(width=120).print(line)


def _bars(load: Load, workers: int, plain: float, kept: float) -> Iterator[str]:
    """What the bars say, for single cases."""
    if load.cases == 1:
        for what, value, bar in (("without a journal", plain, BAR), ("more with one", kept - plain, JOURNAL_BAR)):
            said = "met" if value <= bar else "missed"
            yield f"{workers} worker(s), {what}: {value:,.0f} µs a request over the answer's own; bar {bar} µs: {said}"


if __name__ == "__main__":
    main()
