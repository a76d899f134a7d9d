"""tactful compared with other engines: ``python benchmarks/peers.py [--quick] [--only MODULE ...]``.

The frozen policy (``benchmarks/policy``) is compared with the same policy written by hand in each peer's own language
(``benchmarks/peer/``), on the same generated cases.

Each peer first has to give tactful's own firings on every case, and peers that rank by themselves its ranked decisions. A
peer that does not is reported and not timed. Then all take turns in one run, chunk by chunk, in several rounds. A whole run
takes about five minutes on two idle cores.

``per second`` counts decisions from JSON bytes to the ranked decision, one case at a time. A peer that takes many cases at
once has a second row for batches. ``ratio`` is its time divided by tactful's on the same cases. ``median`` and ``p99`` are of
single decisions; the time of a case is the median of the rounds, which leaves out other work of the machine. ``firings`` is
the median without ranking. Slow peers are timed on fewer cases: ``cases`` says on how many. ``cold`` is the time of a fresh
process from the start of Python to its first decision, ``MB`` its peak memory after 200 decisions (Linux only; of the Node
process for peers in Node). All times are CPU time of all threads; the garbage collector is on, as in a server. Cold start in
Node is in steps of 10 ms.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from statistics import median, quantiles
from typing import NamedTuple, cast

from rich.console import Console
from rich.table import Table

from frozen import frozen_policy
from peer.diff import count_by_rule, differences
from peer.expected import Expected
from peer.fresh import Fresh, fresh
from peer.measure import Times, budget, measure
from peer.protocol import Decided, Decides, Fired, Peer
from peer.situations import COUNT, situations

OURS = "ours"
#: The number of cases that a peer which takes many at once also has to get right one at a time.
SINGLE = 500
#: The modules of ``peer``, each with one peer; tactful comes first.
MODULES = (
    *(OURS, "handwritten", "durable_peer", "clips_peer", "experta_peer", "rule_engine_peer", "openfisca_peer"),
    *("zen", "cel", "cel_cpp", "rego", "cedar", "datalogic", "jsonrules_node", "jsonlogic_node"),
)


class Budget(NamedTuple):
    """The extent of the measurement: rounds, seconds for each peer in all rounds, fresh processes."""

    rounds: int
    seconds: float
    processes: int


FULL = Budget(rounds=3, seconds=8, processes=3)
QUICK = Budget(rounds=3, seconds=1, processes=1)


class Row(NamedTuple):
    """A peer that gave the right answers, and its measurements."""

    module: str
    peer: Peer
    times: Times
    fresh: Fresh


class Field(NamedTuple):
    """The peers that may be timed, and for the others the name and the reason in words."""

    peers: dict[str, Peer]
    absent: dict[str, str]


def loaded(modules: Sequence[str], console: Console) -> Field:
    """The peers that are installed, loaded. The others are reported."""
    ready = Field({}, {})
    for module in modules:
        name = module
        try:
            peer: Peer = importlib.import_module(f"peer.{module}").peer()
            name = peer.name
            peer.load()
        except ImportError as error:
            ready.absent[name] = "not installed"
            install = "" if module.endswith("_node") else "; pip install -e '.[bench]'"
            console.print(f"{name}: not installed. {error}{install}", markup=False)
        else:
            ready.peers[module] = peer
    return ready


class Answers(NamedTuple):
    """Tactful's own firings and ranked decisions, one for each case."""

    fired: list[list[Fired]]
    decided: list[Decided]


def verified(peer: Peer, cases: Sequence[bytes], right: Answers) -> str:
    """The peer's errors in words; empty if there are none. Peers that take many cases at once also do some one at a time."""
    size = getattr(peer, "batch", 1)
    given = [fired for at in range(0, len(cases), size) for fired in peer.fire(cases[at : at + size])]
    different = differences(given, right.fired)
    if not different and size > 1:
        single = [peer.fire([raw])[0] for raw in cases[:SINGLE]]
        different = differences(single, right.fired[:SINGLE])
    if different:
        return f"{len(different):,} of {len(cases):,} cases differ in their firings: {count_by_rule(different)}"
    if hasattr(peer, "decide"):
        decides = cast(Decides, peer)
        decided = map(decides.summary, decides.decide(cases))
        wrong = sum(ours != theirs for theirs, ours in zip(decided, right.decided, strict=True))
        if wrong:
            return f"{wrong:,} of {len(cases):,} cases differ in their ranked decisions"
    return ""


def kept(field: Field, cases: Sequence[bytes], console: Console) -> Field:
    """The same without peers whose answers differ from tactful's."""
    expected = Expected(frozen_policy())
    right = Answers([expected.fire(raw) for raw in cases], [expected.decide(raw) for raw in cases])
    passed = Field({}, dict(field.absent))
    for module, peer in field.peers.items():
        wrong = verified(peer, cases, right)
        if wrong:
            passed.absent[peer.name] = "differs"
            console.print(f"{peer.name}: not timed. {wrong}.", markup=False)
        else:
            passed.peers[module] = peer
    return passed


def measured(peers: dict[str, Peer], cases: Sequence[bytes], spend: Budget) -> list[Row]:
    """The measurements of all peers, tactful's first."""
    counts = [
        len(cases) if module == OURS else budget(peer, cases, spend.seconds, spend.rounds)
        for module, peer in peers.items()
    ]
    times = measure(list(peers.values()), counts, cases, spend.rounds)
    return [
        Row(module, peer, taken, fresh(module, cases, spend.processes))
        for (module, peer), taken in zip(peers.items(), times, strict=True)
    ]


def table(rows: list[Row], absent: dict[str, str]) -> Table:
    """The table: the rows, the fastest first, and the peers that were not timed."""
    ours = next(row for row in rows if row.module == OURS).times.decided
    columns = ("per second", "ratio", "median µs", "p99 µs", "firings µs", "cases", "cold ms", "MB")
    result = Table("peer", "version", title="From JSON bytes to the ranked decision")
    for column in columns:
        result.add_column(column, justify="right")
    lines: list[tuple[float, tuple[str, ...]]] = []
    for row in rows:
        times = row.times
        count = len(times.decided)
        mean, mine = sum(times.decided) / count, sum(ours[:count]) / count
        name, number = row.peer.name, _version(row.peer)
        figures = f"{1 / mean:,.0f}", f"{mean / mine:,.2f}", _micro(median(times.decided)), _micro(_p99(times.decided))
        memory = "?" if row.fresh.memory is None else f"{row.fresh.memory:.0f}"
        start = f"{row.fresh.start * 1000:,.0f}"
        lines.append((mean, (name, number, *figures, _micro(median(times.fired)), f"{count:,}", start, memory)))
        if times.batched is not None:
            batched, mine = times.batched, sum(ours) / len(ours)
            name = f"{name}, {getattr(row.peer, 'batch', 0):,} at once"
            figures = f"{1 / batched:,.0f}", f"{batched / mine:,.2f}", "", ""
            lines.append((batched, (name, number, *figures, "", "", "", "")))
    for _, line in sorted(lines):
        result.add_row(*line)
    for name, why in absent.items():
        result.add_row(name, why)
    return result


def _micro(seconds: float) -> str:
    return f"{seconds * 1e6:,.1f}"


def _p99(times: list[float]) -> float:
    return quantiles(times, n=100)[-1]


def _version(peer: Peer) -> str:
    """The version of a peer: its own, or that of its distribution."""
    own: str | None = getattr(peer, "version", None)
    try:
        return own or (version(peer.package) if peer.package else "")
    except PackageNotFoundError:
        return "?"


def main() -> None:
    """Print the table, and the remarks of each peer."""
    parser = argparse.ArgumentParser(description="tactful compared with other engines.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and cases: under a minute, rough figures")
    parser.add_argument("--only", nargs="+", choices=MODULES[1:], metavar="MODULE", help=", ".join(MODULES[1:]))
    arguments = parser.parse_args()
    spend, count = (QUICK, COUNT // 20) if arguments.quick else (FULL, COUNT)
    console = Console(width=150)
    cases = situations(count)
    size = sum(map(len, cases)) / len(cases)
    console.print(f"{count:,} cases of {size:,.0f} bytes on average")
    field = loaded((OURS, *(arguments.only or MODULES[1:])), console)
    try:
        right = kept(field, cases, console)
        console.print(table(measured(right.peers, cases, spend), right.absent))
    finally:
        for peer in field.peers.values():
            close: Callable[[], None] | None = getattr(peer, "close", None)
            if close is not None:
                close()
    for peer in field.peers.values():
        console.print(f"[bold]{peer.name}[/bold]", *(f"  {remark}" for remark in peer.says), sep="\n")


if __name__ == "__main__":
    main()
