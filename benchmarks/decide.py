"""How fast a decision is: ``python benchmarks/decide.py``.

For each case, in one run and by turns: the time msgspec takes to decode the bytes into the classes of a case, the time
from bytes to a ranked decision (explanations not rendered), the time from a case that is read already, and the ratio
of deciding to decoding. Times are the best of several rounds, in microseconds.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import timeit
from collections.abc import Callable
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

import tactful
from tactful.facts.shape import CaseShape

ROUNDS = 7


def case(people: int) -> dict[str, Any]:
    """A case with so many people, an interview for every five of them and as many messages."""
    ids = [f"p{no}" for no in range(people)]
    interviews = [
        {
            "id": f"i{no}",
            "status": "held",
            "ended_at": f"2026-11-{20 - no % 15:02d}T15:00:00-05:00",
            "interviewers": ids[no * 5 : no * 5 + 5][:3],
        }
        for no in range(max(1, people // 5))
    ]
    messages = [
        {
            "person": id_,
            "direction": "sent",
            "sent_at": f"2026-11-21T{9 + no % 9:02d}:00:00-05:00",
            "channel": "email",
            "kind": "thank_you",
        }
        for no, id_ in enumerate(ids)
    ]
    application = {
        "id": "acme",
        "company": "Acme",
        "role": "Data analyst",
        "status": "interviewing",
        "people": [
            {
                "id": id_,
                "name": f"Person {id_}",
                "role": "interviewer",
                "channels": ["email"],
                "topics": ["the rewrite"],
            }
            for id_ in ids
        ],
        "interviews": interviews,
        "messages": messages,
    }
    candidate = {"id": "c-1", "name": "Sam", "time_zone": "America/New_York", "country": "US", "employed": True}
    return {"now": "2026-11-23T10:00:00-05:00", "candidate": candidate, "applications": [application]}


def pack_of(rules: int) -> tactful.Policy:
    """A generated pack with so many rules, of which 20 apply."""
    parts = ["actions:\n  note: {about: a note}\nrules:\n"]
    for no in range(rules):
        kind = "interviewing" if no < 20 else "withdrawn"
        parts.append(
            f"  r{no}:\n    for each: application\n    when:\n      application.status: {kind}\n"
            f"      application.reply_by: unknown\n    then: {{should: note}}\n    because: x\n    priority: {no % 100}\n"
        )
    return tactful.loads("".join(parts))


def best(jobs: dict[str, Callable[[], object]], number: int) -> dict[str, float]:
    """The best time of each job in microseconds, the jobs taking turns."""
    found: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            found[name].append(timeit.timeit(job, number=number) / number * 1e6)
    return {name: min(times) for name, times in found.items()}


def row(table: Table, name: str, policy: tactful.Policy, data: dict[str, Any]) -> None:
    """Measure one pack on one case."""
    raw = json.dumps(data).encode()
    decoder = msgspec.json.Decoder(CaseShape)
    read = policy.read(raw)
    jobs: dict[str, Callable[[], object]] = {
        "decode": lambda: decoder.decode(raw),
        "bytes": lambda: policy.decide(raw),
        "case": lambda: policy.decide(read),
    }
    times = best(jobs, max(20, 20_000 // max(1, len(raw) // 300)))
    table.add_row(
        name,
        f"{len(raw):,}",
        *(f"{times[one]:.1f}" for one in ("decode", "bytes", "case")),
        f"{1e6 / times['bytes']:,.0f}",
        f"{times['bytes'] / times['decode']:.1f}",
    )


def output(code: str) -> str:
    """What a fresh process prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def cpu_ms(code: str) -> float:
    """The median CPU time of a fresh process over its own start, in milliseconds."""
    timed = f"import time\nstart = time.process_time()\n{code}\nprint((time.process_time() - start) * 1000)"
    return statistics.median(float(output(timed)) for _ in range(ROUNDS))


def main() -> None:
    """Print the tables."""
    console = Console(width=110)
    table = Table("pack and case", "bytes", "decode µs", "decide µs", "from case µs", "decisions/s", "decide/decode")
    shipped = tactful.load()
    for people in (3, 10, 100):
        row(table, f"shipped pack, {people} people", shipped, case(people))
    for rules in (20, 200, 2000):
        row(table, f"{rules} rules, 3 people", pack_of(rules), case(3))
    console.print(table)
    imported = cpu_ms("import tactful")
    loaded = cpu_ms("import tactful\ntactful.load()")
    console.print(f"import tactful: {imported:.0f} ms CPU; tactful.load(): {loaded - imported:.0f} ms more")
    peak = "print([int(one.split()[1]) for one in open('/proc/self/status') if one.startswith('VmHWM')][0] / 1024)"
    for name, code in (
        ("python", ""),
        ("import tactful", "import tactful"),
        ("load()", "import tactful\ntactful.load()"),
    ):
        megabytes = float(output(code + "\n" + peak))
        console.print(f"peak memory, {name}: {megabytes:.0f} MB")
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "tactful", "advise", "-"],
        input=json.dumps(case(3)).encode(),
        check=True,
        capture_output=True,
    )
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    console.print(
        f"tactful advise, start to end: {end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime:.2f} s CPU"
    )


if __name__ == "__main__":
    main()
