"""Both engines compared, by number of rules and facts: ``python benchmarks/engines.py``.

Measured in turn in one run: decisions per second, median and 99th percentile, memory of this process and of the worker.
"""

from __future__ import annotations

import resource
import statistics
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import tactful
from frozen import frozen_policy
from tactful.engines.rete.pool import Pool
from tactful.engines.rete.program import ReteProgram

ROUNDS = 60


def _case(people: int) -> dict[str, Any]:
    them = [{"id": f"p{no}", "name": f"Person {no}", "prefers": ("email", "phone")[no % 2]} for no in range(people)]
    messages = [
        {"person": f"p{no}", "direction": "sent", "sent_at": "2026-11-22T09:00:00-05:00", "kind": "thank_you"}
        for no in range(0, people, 3)
    ]
    interviewers = [person["id"] for person in them[: people // 2 + 1]]
    interviews = [{"id": "onsite", "ended_at": "2026-11-21T16:30:00-05:00", "interviewers": interviewers}]
    return {
        "now": "2026-11-23T10:00:00-05:00",
        "candidate": {"id": "c", "time_zone": "America/New_York", "country": "US", "employed": True},
        "applications": [{"id": "acme", "people": them, "interviews": interviews, "messages": messages}],
    }


def _rules(count: int) -> str:
    """A pack of ``count`` rules, twenty of which apply."""
    rules = "".join(
        f"  r{no}: {{for each: person, when: {{person.prefers: {'known' if no < 20 else 'unknown'}, "
        f"person.name: known, application.status: unknown}}, then: {{should: note{no % 5}}}, because: So.}}\n"
        for no in range(count)
    )
    actions = "".join(f"  note{no}: {{about: A note.}}\n" for no in range(5))
    return f"actions:\n{actions}rules:\n{rules}"


def _memory(pid: int) -> float:
    """The memory of a process, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def main() -> None:
    """Print the table."""
    table = Table(title="Firings of one decision, two engines by turns")
    for name in (
        "pack",
        "people",
        "firings",
        "engine",
        "per second",
        "median µs",
        "p99 µs",
        "to compiled",
        "memory MB",
    ):
        table.add_column(name, justify="left" if name in ("pack", "engine") else "right")
    pool = Pool(1, 60.0)
    packs = {
        "frozen policy": frozen_policy(),
        **{f"{count} rules": tactful.loads(_rules(count)) for count in (20, 200, 2000)},
    }
    for name, policy in packs.items():
        rete = ReteProgram(policy.checked, policy.calendars, pool)
        for people in (2, 10, 100):
            case = policy.read(_case(people))
            assert case.now is not None
            if people == 100 and name == "2000 rules":
                continue
            firings = len(policy.decider.fire(case, case.now))
            if len(rete.fire(case, case.now)) != firings:
                raise AssertionError(f"{name}: the engines disagree")
            times: dict[str, list[float]] = {"compiled": [], "rete": []}
            for _ in range(ROUNDS):
                for engine, fire in (("compiled", policy.decider.fire), ("rete", rete.fire)):
                    start = time.perf_counter()
                    fire(case, case.now)
                    times[engine].append(time.perf_counter() - start)
            memory = {
                "compiled": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "rete": sum(_memory(pid) for pid in pool.pids),
            }
            base = statistics.median(times["compiled"])
            for engine, taken in times.items():
                middle, late = statistics.median(taken), statistics.quantiles(taken, n=100)[98]
                table.add_row(
                    *(name, str(people), str(firings), engine, f"{1 / middle:,.0f}", f"{middle * 1e6:,.1f}"),
                    *(f"{late * 1e6:,.1f}", f"{middle / base:.0f}", f"{memory[engine]:.0f}"),
                )
    pool.close()
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
