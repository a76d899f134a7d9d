"""What keeping and replaying decisions costs: ``python benchmarks/journal.py [--decisions N]``.

A journal is filled with decisions on the examples and on a typical case, each of another candidate, as a service fills it:
``draft`` is the processor time that a decision's entry takes besides the decision, ``write`` that of the thread that writes,
with so many entries in a commit. ``replay`` is the processor time for a decision taken again by the shipped pack, with
everything from the file to the comparison. The first decisions are told apart, for which it loads and compiles the pack:
they take as long as thousands of others. The bar is a million decisions in a minute on one core, with the first ones.
"""

from __future__ import annotations

import argparse
import gc
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

import cases
import tactful
from tactful import journal
from tactful.journal.archive import Wanted
from tactful.journal.drafts import Drafted, draft_decision
from tactful.journal.replay import replay
from tactful.journal.verify import verify
from tactful.journal.writer import Ticket, Writer
from twin import OBJECTS

EXAMPLES: Final = Path(__file__).parents[1] / "examples"
#: The most seconds for so many decisions that are replayed.
BAR: Final = 60
MANY: Final = 1_000_000
#: After how many decisions of a replay the pack is compiled.
FIRST: Final = 100


def bodies(policy: tactful.Policy) -> Iterator[bytes]:
    """Cases without end, each of another candidate."""
    files = sorted(EXAMPLES.glob("*.yaml"))
    plain = [json.loads(policy.read_text(path.read_text(), path.name).to_json()) for path in files]
    for no, case in enumerate(cycle([*plain, cases.typical()])):
        case["candidate"]["id"] = f"candidate {no % 50_000}"
        yield json.dumps(case).encode()


def drafts(policy: tactful.Policy, count: int) -> tuple[list[Drafted], float]:
    """The entries of so many decisions, and the microseconds that each took."""
    decisions = [policy.decide(body) for body in islice(bodies(policy), count)]
    for decision in decisions:
        decision.to_json()
    begun = time.process_time()
    drafted = [draft_decision(decision, 0.001) for decision in decisions]
    return drafted, (time.process_time() - begun) / count * 1e6


def _telling(event: threading.Event) -> Callable[[list[Ticket]], None]:
    """What sets an event once tickets are done."""
    return lambda _: event.set()


def write(writer: Writer, drafted: list[Drafted], together: int) -> float:
    """Write entries, so many in a commit: the microseconds for each."""
    begun = time.process_time()
    for start in range(0, len(drafted), together):
        done = threading.Event()
        ticket = writer.submit(drafted[start : start + together], _telling(done))
        done.wait()
        assert ticket.error is None
    return (time.process_time() - begun) / len(drafted) * 1e6


def replaying(file: Path, count: int) -> tuple[float, float]:
    """Replay so many decisions: the microseconds for the first ones, and for each once the pack is compiled."""
    archive = journal.read(str(file))
    *_, last = islice(archive.rows(), FIRST)
    begun = time.process_time()
    replay(archive, wanted=Wanted(until=last.at + 1_000))
    first = time.process_time() - begun
    begun = time.process_time()
    result = replay(archive)
    assert (result.decided, result.different) == (count, 0), result
    return first * 1e6, (time.process_time() - begun) / count * 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=100_000, help="how many decisions are replayed")
    options = parser.parse_args()
    gc.set_threshold(OBJECTS)  # as in a service: a collection in the midst of the drafts would be all that is measured
    policy, table = tactful.load(), Table("what", "CPU µs a decision")
    policy.warm()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "journal.db"
        writer = journal.open(str(file))
        for together in (1, 8, 100):
            drafted, cost = drafts(policy, 1_000)
            table.add_row(f"write, {together} in a commit", f"{write(writer, drafted, together):,.0f}")
        table.add_row("draft", f"{cost:,.0f}")
        for _ in range(max(0, options.decisions - 3_000) // 1_000):
            write(writer, drafts(policy, 1_000)[0], 500)
        writer.close()
        archive = journal.read(str(file))
        begun = time.process_time()
        assert not verify(archive).wrong
        table.add_row("verify", f"{(time.process_time() - begun) / options.decisions * 1e6:,.0f}")
        first, each = replaying(file, options.decisions)
        table.add_row(f"replay, the first {FIRST} together", f"{first:,.0f}")
        table.add_row("replay", f"{each:,.1f}")
        table.add_row("bytes on the disk", f"{file.stat().st_size / options.decisions:,.0f}")
    Console().print(table)
    seconds = (first + MANY * each) / 1e6
    said = "met" if seconds <= BAR else "missed"
    Console().print(f"replay: {seconds:,.1f} s of processor time for a million decisions; bar {BAR} s: {said}")


if __name__ == "__main__":
    main()
