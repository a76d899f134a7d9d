"""The speed of a decision: ``python benchmarks/decide.py [--quick]``.

Decisions: a row per pack and case, with the frozen policy (``benchmarks/policy``), which does not change, and with generated
packs. The shipped pack of today has a table of its own. ``rules fired`` counts rules that hold for some row, including those
that add steps (which ``decide`` computes only on request). ``decode`` is the time that msgspec takes to decode the bytes into
the classes of a case. ``bytes`` is the time from bytes to a ranked decision, without explanations. ``case`` is the same for a
case that has been read (``policy.read``). ``per second`` counts decisions from bytes. ``ratio`` is ``bytes`` divided by
``decode``, for which the bar is 10. Times are CPU microseconds, the best of all rounds; ``bytes`` and the ratio are also given
as the median of all rounds. All rows and columns are measured in turn, so that a busy machine slows all of them alike, and
with the garbage collector on, as in a server.

Growth: the time to decide on a case that has been read, with 20 rules that apply and more that do not, divided by the time
with the 20 alone. There is a row for each sort of rule that does not apply.

Stages: how the time of the frozen policy on the typical case is spent. ``read`` includes ``decode``.

Processes: each in a fresh process, the median of seven. CPU time in milliseconds, without the start of Python itself where
the row says so; peak memory in megabytes (Linux only).
"""

from __future__ import annotations

import argparse
import gc
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table

import cases
import tactful
from frozen import frozen_policy
from tactful.decide.ranker import Ranker
from tactful.engines.compiled import compile_pack
from tactful.facts.shape import CaseShape

Job = Callable[[], object]
STAGES = ("decode", "read", "fire", "rank", "whole")


class Budget(NamedTuple):
    """The extent of the measurement: rounds, seconds for each job in a round, and fresh processes."""

    rounds: int
    seconds: float
    processes: int


FULL = Budget(rounds=15, seconds=0.02, processes=7)
QUICK = Budget(rounds=5, seconds=0.004, processes=3)


class Row(NamedTuple):
    """A pack and a case, and the jobs by the names of their columns."""

    name: str
    size: int
    fired: int
    jobs: dict[str, Job]


def row(name: str, policy: tactful.Policy, raw: bytes) -> Row:
    """The jobs of a row of the first table."""
    decoder = msgspec.json.Decoder(CaseShape)
    read = policy.read(raw)
    jobs: dict[str, Job] = {
        "decode": lambda: decoder.decode(raw),
        "bytes": lambda: policy.decide(raw),
        "case": lambda: policy.decide(read),
    }
    return Row(name, len(raw), len({firing.rule for firing in policy.fire(read, _now(read.now))}), jobs)


def stages(policy: tactful.Policy, raw: bytes) -> Row:
    """The jobs of the table of stages."""
    decoder = msgspec.json.Decoder(CaseShape)
    program, read = compile_pack(policy.checked, policy.calendars), policy.read(raw)
    ranker = Ranker(policy.checked, policy.calendars)
    now = _now(read.now)
    fired = program.fire(read, now)
    jobs: dict[str, Job] = {
        "decode": lambda: decoder.decode(raw),
        "read": lambda: policy.read(raw),
        "fire": lambda: program.fire(read, now),
        "rank": lambda: ranker.rank(fired, read, now),
        "whole": lambda: policy.decide(raw),
    }
    return Row("stages", len(raw), len(fired), jobs)


def measure(rows: list[Row], budget: Budget) -> list[dict[str, list[float]]]:
    """The microseconds per call of each row and job, a figure for each round. All jobs take turns."""
    counts = [{name: _count(job, budget.seconds) for name, job in row.jobs.items()} for row in rows]
    measured: list[dict[str, list[float]]] = [{name: [] for name in row.jobs} for row in rows]
    for _ in range(budget.rounds):
        for row, times, count in zip(rows, measured, counts, strict=True):
            for name, job in row.jobs.items():
                times[name].append(_time(job, count[name]) / count[name] * 1e6)
    return measured


def _time(job: Job, count: int) -> float:
    start = time.process_time()
    for _ in range(count):
        job()
    return time.process_time() - start


def _count(job: Job, seconds: float) -> int:
    """How many calls take about ``seconds``."""
    job()
    count = 1
    while (taken := _time(job, count)) < seconds / 4:
        count *= 2
    return max(1, int(count * seconds / taken))


def _now(now: int | None) -> int:
    assert now is not None, "cases for benchmarks have a moment"
    return now


def decisions(title: str, rows: list[Row], measured: list[dict[str, list[float]]]) -> Table:
    """A table of decisions."""
    columns = ("pack and case", "bytes", "rules fired", "decode µs", "bytes µs", "median", "case µs", "per second")
    table = Table(*columns, "ratio", "median", title=title)
    for row, times in zip(rows, measured, strict=True):
        decode, whole, case = (min(times[name]) for name in ("decode", "bytes", "case"))
        ratio = statistics.median(a / b for a, b in zip(times["bytes"], times["decode"], strict=True))
        table.add_row(
            row.name,
            f"{row.size:,}",
            str(row.fired),
            f"{decode:.1f}",
            f"{whole:.1f}",
            f"{statistics.median(times['bytes']):.1f}",
            f"{case:.1f}",
            f"{1e6 / whole:,.0f}",
            f"{whole / decode:.1f}",
            f"{ratio:.1f}",
        )
    return table


def growth(budget: Budget, raw: bytes) -> Table:
    """The table of growth. It is measured apart, because its large packs would push the others out of the caches."""
    counts = (20, 200, 2000)
    rows = []
    for others in cases.OTHERS:
        policies = {count: tactful.loads(cases.growing(others, count)) for count in counts}
        read = policies[20].read(raw)
        jobs: dict[str, Job] = {str(no): partial(policy.decide, read) for no, policy in policies.items()}
        rows.append(Row(others, 0, 0, jobs))
    table = Table(
        "rules that differ in",
        "20, µs",
        "200",
        "2,000",
        title="Growth: time relative to the 20 rules that apply",
    )
    for row, times in zip(rows, measure(rows, budget), strict=True):
        alone, *more = (min(times[str(count)]) for count in counts)
        table.add_row(row.name, f"{alone:.1f}", *(f"{each / alone:.2f}" for each in more))
    return table


def stage_table(times: dict[str, list[float]]) -> Table:
    """The table of stages."""
    table = Table("stage", "best µs", "median µs", "to decode", title="Stages, frozen policy, typical case")
    decode = min(times["decode"])
    for name in STAGES:
        best = min(times[name])
        table.add_row(name, f"{best:.1f}", f"{statistics.median(times[name]):.1f}", f"{best / decode:.1f}")
    return table


def processes(budget: Budget) -> Table:
    """The table of fresh processes."""
    load = "import tactful\nstart = time.process_time()\ntactful.load()"
    case = cases.to_bytes(cases.typical())
    table = Table("fresh process", "CPU ms", "peak MB", title="Processes")
    rows = {
        "import tactful, after python has started": (_inside("import tactful", budget), _peak("import tactful")),
        "tactful.load(), the shipped pack, after the import": (
            _inside(load, budget),
            _peak("import tactful\ntactful.load()"),
        ),
        "python, doing nothing": (_whole(["-c", "pass"], b"", budget), _peak("")),
        "tactful advise, from start to end": (_whole(["-m", "tactful", "advise", "-"], case, budget), _peak(_ADVISE)),
    }
    for name, (cpu, peak) in rows.items():
        table.add_row(name, f"{cpu:.1f}", peak)
    return table


_ADVISE = """
import contextlib, io, json, sys
sys.argv = ["tactful", "advise", "-"]
from tactful.cli.app import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
"""


def _inside(code: str, budget: Budget) -> float:
    """CPU milliseconds that a piece of code takes in a fresh process, measured inside it."""
    timed = f"import time\nstart = time.process_time()\n{code}\nprint((time.process_time() - start) * 1000)"
    return statistics.median(float(_output(timed)) for _ in range(budget.processes))


def _whole(arguments: list[str], given: bytes, budget: Budget) -> float:
    """CPU milliseconds of a whole process, as the system counts them."""
    return statistics.median(_once(arguments, given) for _ in range(budget.processes))


def _once(arguments: list[str], given: bytes) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], input=given, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def _peak(code: str) -> str:
    """Peak memory of a fresh process. Reads ``VmHWM``, because on Linux ``ru_maxrss`` starts at the parent's value."""
    if sys.platform != "linux":
        return "?"
    peak = "print(next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    return f"{int(_output(code + chr(10) + peak)) / 1024:.0f}"


def _output(code: str) -> str:
    given = cases.to_bytes(cases.typical())
    return subprocess.run([sys.executable, "-c", code], input=given, capture_output=True, check=True).stdout.decode()


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="The speed of a decision.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: some seconds, rough figures")
    budget = QUICK if parser.parse_args().quick else FULL
    frozen, shipped, typical = frozen_policy(), tactful.load(), cases.to_bytes(cases.typical())
    rows = [row("frozen policy, typical", frozen, typical)]
    rows += [row(f"{rules:,} rules, typical", tactful.loads(cases.pack(rules)), typical) for rules in (20, 200, 2000)]
    rows += [row(f"frozen policy, {no} people", frozen, cases.to_bytes(cases.case(no))) for no in (1, 10, 100)]
    today = [row("shipped pack, typical", shipped, typical)]
    today += [row(f"shipped pack, {no} people", shipped, cases.to_bytes(cases.case(no))) for no in (1, 10, 100)]
    gc.collect()
    *measured, staged = measure([*rows, *today, stages(frozen, typical)], budget)
    console = Console(width=130)
    console.print(decisions("Decisions", rows, measured[: len(rows)]))
    console.print(decisions("The shipped pack of today", today, measured[len(rows) :]))
    console.print(stage_table(staged))
    console.print(growth(budget, typical))
    console.print(processes(budget))


if __name__ == "__main__":
    main()
