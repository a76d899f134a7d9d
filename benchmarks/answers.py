"""Answers as programs get them: ``python benchmarks/answers.py [--quick] [--no-peers]``.

Answers: bytes of a case in, bytes of an answer out, for the frozen policy (``benchmarks/policy``) on cases of 1, 10 and 100
people, with moments as RFC 3339 has them (``strict``: seconds and offset) and as a browser writes them (``loose``: without).
``ranked`` is ``decide(…).actions``, ``reasons`` is ``decide(…).to_json()``, ``questions`` the same with the facts that are worth
asking for, ``why`` the explanation of the first piece of advice, and ``plan`` the six weeks ahead. Then the same for the shipped
pack of today, the median over ``examples``, with the time of each answer that questions try.

Explained answers: the frozen policy in other engines, each with its own trace or reasons switched on, on generated cases. A
peer is timed only if it gives tactful's own firings on every case. ``explains`` says what the answer tells. ``times`` is the
time divided by tactful's; ``bytes`` the mean size of an answer.

Times are CPU microseconds, the best of all rounds for answers and the median over cases for peers. All jobs take turns, so
that a busy machine slows all of them alike; the garbage collector is on, as in a server.
"""

from __future__ import annotations

import argparse
import gc
import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from statistics import mean, median
from typing import Any, Final, NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table

import cases
import tactful
from frozen import frozen_policy
from peer.diff import count_by_rule, differences
from peer.expected import Expected
from peer.explained import PEERS, Explained, explained
from peer.situations import situations
from tactful.reasons.what_if.questions import tried_answers

EXAMPLES: Final = Path(__file__).parent.parent / "examples"
PEOPLE: Final = (1, 10, 100)
JOBS: Final = ("ranked", "reasons", "questions", "why", "plan")
#: The seconds and the offset of a moment that stands alone in a text of JSON.
_ENDING: Final = re.compile(rb'(T\d\d:\d\d):\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)"')

Job = Callable[[], object]


class Budget(NamedTuple):
    """The extent of the measurement: rounds, seconds for each job in a round, cases for the peers."""

    rounds: int
    seconds: float
    cases: int


FULL: Final = Budget(rounds=9, seconds=0.02, cases=300)
QUICK: Final = Budget(rounds=3, seconds=0.005, cases=60)


def loose(raw: bytes, zoned: bool = True) -> bytes:
    """The same case with moments without seconds, and without offsets if the case has a time zone."""
    return _ENDING.sub(rb'\1"' if zoned else rb'\1\2"', raw)


def jobs(policy: tactful.Policy, raw: bytes) -> dict[str, Job]:
    """The answers that a program may ask for."""
    first = next((advice.action for advice in policy.decide(raw).actions), None)
    asked: dict[str, Job] = {
        "ranked": lambda: policy.decide(raw).actions,
        "reasons": lambda: policy.decide(raw).to_json(),
        "questions": lambda: policy.decide(raw).to_json(questions=True),
        "plan": lambda: policy.plan(raw).to_json(),
    }
    if first is not None:
        asked["why"] = lambda: msgspec.json.encode(policy.decide(raw).why(first))
    return asked


def measured(rows: Sequence[dict[str, Job]], budget: Budget) -> list[dict[str, float]]:
    """The best microseconds of each job. All take turns."""
    best = [dict.fromkeys(row, float("inf")) for row in rows]
    for _ in range(budget.rounds):
        for row, times in zip(rows, best, strict=True):
            for name, job in row.items():
                times[name] = min(times[name], _time(job, budget.seconds))
    return best


def _time(job: Job, seconds: float) -> float:
    """Microseconds of a call, over calls that take about so many seconds together."""
    job()
    start, count = time.process_time(), 0
    while (taken := time.process_time() - start) < seconds or not count:
        job()
        count += 1
    return taken / count * 1e6


def answers(budget: Budget) -> Table:
    """The table of answers of the frozen policy."""
    policy = frozen_policy()
    policy.warm(["US"])
    rows = {f"{people} people, strict": cases.to_bytes(cases.case(people)) for people in PEOPLE}
    rows |= {f"{people} people, loose": loose(cases.to_bytes(cases.case(people))) for people in PEOPLE}
    table = Table("case", "bytes", *(f"{job} µs" for job in JOBS), "reasons : ranked", title="Answers, frozen policy")
    for (name, raw), times in zip(
        rows.items(), measured([jobs(policy, raw) for raw in rows.values()], budget), strict=True
    ):
        cells = [f"{times[job]:,.0f}" if job in times else "" for job in JOBS]
        table.add_row(name, f"{len(raw):,}", *cells, f"{times['reasons'] / times['ranked']:.1f}")
    return table


def examples(budget: Budget) -> Table:
    """The table of the shipped pack on the examples."""
    policy = tactful.load()
    policy.warm(["US", "IE", "DE", "GB"])
    read = [policy.read_text(path.read_bytes(), path.name) for path in sorted(EXAMPLES.glob("*.[yj]*"))]
    strict = [msgspec.json.encode(_aware(case)) for case in read]
    tried = [tried_answers(policy.decide(case).context) for case in read]
    zoned = [case.candidate.time_zone is not None for case in read]
    rows = [
        jobs(policy, raw) | {"loose": _ranked(policy, loose(raw, zone))}
        for raw, zone in zip(strict, zoned, strict=True)
    ]
    times = measured(rows, budget)
    table = Table("figure", "median", "highest", title=f"The shipped pack of today, {len(read)} examples")
    for name in (*JOBS, "loose"):
        figures = [row[name] for row in times if name in row]
        table.add_row(f"{name}, µs", f"{median(figures):,.0f}", f"{max(figures):,.0f}")
    ratios = {
        "loose : ranked": [row["loose"] / row["ranked"] for row in times],
        "reasons : ranked": [row["reasons"] / row["ranked"] for row in times],
    }
    for name, figures in ratios.items():
        table.add_row(name, f"{median(figures):.2f}", f"{max(figures):.2f}")
    each = [(row["questions"] - row["reasons"]) / count for row, count in zip(times, tried, strict=True) if count]
    table.add_row("each answer tried, µs", f"{median(each):.0f}", f"{max(each):.0f}")
    return table


def _ranked(policy: tactful.Policy, raw: bytes) -> Job:
    return lambda: policy.decide(raw).actions


def _aware(case: tactful.Case) -> Any:
    """A case as plain data, in which every moment has an offset."""
    calendar = case.candidate.calendar

    def with_offset(value: Any) -> Any:
        match value:
            case datetime(tzinfo=None):
                return calendar.local(calendar.instant(value))
            case dict():
                return {key: with_offset(item) for key, item in value.items()}
            case list() | tuple():
                return [with_offset(item) for item in value]
            case _:
                return value

    return with_offset(msgspec.to_builtins(case.shape, builtin_types=(datetime,)))


# --- peers ---


def verified(console: Console, given: Sequence[bytes]) -> list[Explained]:
    """The peers that are installed and give tactful's own firings."""
    expected = Expected(frozen_policy())
    right = [expected.fire(raw) for raw in given]
    kept = []
    for module in PEERS:
        try:
            peer = explained(module)
        except ImportError as error:
            console.print(f"{module}: not installed ({error})", markup=False)
            continue
        wrong = differences([peer.peer.fire([raw])[0] for raw in given], right)
        if wrong:
            console.print(f"{peer.name}: not timed; {count_by_rule(wrong)}", markup=False)
        else:
            kept.append(peer)
    return kept


def beside_peers(console: Console, budget: Budget) -> Table:
    """The table of explained answers."""
    given = situations(budget.cases)
    peers = verified(console, given)
    taken: list[list[list[float]]] = [[] for _ in peers]
    for _ in range(3):
        for peer, rounds in zip(peers, taken, strict=True):
            gc.collect()
            rounds.append([_once(peer, raw) for raw in (*given[:20], *given)][20:])
    table = Table("peer", "median µs", "times", "bytes", "explains", title="Explained answers, frozen policy")
    medians = [median(map(min, zip(*rounds, strict=True))) for rounds in taken]
    for peer, typical in sorted(zip(peers, medians, strict=True), key=lambda pair: pair[1]):
        size = mean(len(peer.answer(raw)) for raw in given)
        table.add_row(peer.name, f"{typical:,.0f}", f"{typical / medians[0]:.2f}", f"{size:,.0f}", peer.explains)
    return table


def _once(peer: Explained, raw: bytes) -> float:
    start = time.process_time()
    peer.answer(raw)
    return (time.process_time() - start) * 1e6


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Answers as programs get them.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: rough figures")
    parser.add_argument("--no-peers", action="store_true", help="tactful alone")
    options = parser.parse_args()
    budget, console = QUICK if options.quick else FULL, Console(width=150)
    console.print(answers(budget))
    console.print(examples(budget))
    if not options.no_peers:
        console.print(beside_peers(console, budget))


if __name__ == "__main__":
    main()
