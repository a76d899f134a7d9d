"""``tactful batch``: very many cases, decided in bounded memory by a process for each core."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Annotated, Final, Literal

import typer
from rich.progress import Progress, TaskID, TimeRemainingColumn
from rich.text import Text

from tactful.batch.model import Tally, Written
from tactful.cli.options import parse_moment
from tactful.cli.output import console, fail, guarded
from tactful.cli.progress import new_bar
from tactful.cli.streams import INTERRUPTED
from tactful.facts.reading.moments import epoch_seconds
from tactful.formats.text.console import SafeConsole

#: The exit code where cases were rejected.
REJECTS = 3


@guarded
def batch(
    input_: Annotated[
        str,
        typer.Argument(
            metavar="IN",
            help="A case on each line (.jsonl, .ndjson, also .gz or .zst; - reads standard input), or a folder of Parquet.",
        ),
    ],
    output: Annotated[Path, typer.Argument(metavar="OUT", help="A new folder, or one with a batch to continue.")],
    rules: Annotated[
        list[str] | None,
        typer.Option(
            "--rules",
            "--pack",
            metavar="PACK",
            help="default, profile:NAME, a YAML file, a folder or an installed pack; repeat it to lay one over another.",
        ),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(
            "--now",
            "--at",
            metavar="MOMENT",
            help="Decide for this moment (ISO 8601 with an offset) instead of each case's own.",
        ),
    ] = None,
    format_: Annotated[
        Literal["parquet", "arrow", "jsonl"],
        typer.Option(
            "--format",
            help="Tables in Parquet or in Arrow IPC (faster, not compressed), or a line of JSON for each candidate (slower).",
        ),
    ] = "parquet",
    steps: Annotated[bool, typer.Option("--steps", help="Also write the steps that rules add.")] = False,
    words: Annotated[
        bool,
        typer.Option(
            "--words",
            help="Also write keys, labels and reasons. Takes 0.1 ms a case: 1.6 times as long from lines, 30 from tables.",
        ),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=1,
            metavar="N",
            help="How many processes; by default one for each core if there is enough work.",
        ),
    ] = None,
    chunk: Annotated[
        int | None,
        typer.Option(
            "--chunk",
            min=1,
            max=1_000_000,
            metavar="N",
            help="Cases to decide together; memory grows with it. By default 4,096 lines or 32,768 candidates of tables.",
        ),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Discard what is in OUT and start over.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only errors.")] = False,
) -> None:
    """Decide on very many cases. The same command continues a batch that was stopped.

    Exit codes: 0 all decided, 1 the batch cannot start or stopped early, 2 wrong usage, 3 some cases were rejected.
    """
    if any(find_spec(name) is None for name in ("numpy", "pyarrow")):
        fail("batches need numpy and pyarrow; install them with: pip install 'tactful[batch]'")
    from tactful.batch.model import Options  # needs the extra `batch`
    from tactful.batch.run import Batch, run_batch
    from tactful.batch.unit import settle_memory

    options = Options(format=format_, steps=steps, words=words, now=_moment(now), chunk=chunk)
    job = Batch(input_, output, tuple(rules or ("default",)), options, workers, fresh)
    err = console(stderr=True)
    settle_memory()
    try:
        with Reporter(err, quiet) as reporter:
            outcome = run_batch(job, reporter)
    except KeyboardInterrupt:
        err.print(
            Text("stopped; finished work is kept, and the same command continues from there", "yellow"), soft_wrap=True
        )
        raise typer.Exit(INTERRUPTED) from None
    tally = outcome.tally
    if not quiet:
        _sum_up(tally, outcome.was_done, output)
    if tally.rejected:
        raise typer.Exit(REJECTS)


def _sum_up(tally: Tally, was_done: bool, output: Path) -> None:
    out = console()
    if was_done:
        out.print("this batch is already done; --fresh starts it over")
    out.print(f"{tally.cases:,} cases decided: {tally.actions:,} conclusions, {tally.justifications:,} reasons")
    if tally.rejected:
        out.print(f"{tally.rejected:,} rejected: see {output / 'rejects'}", soft_wrap=True)


def _moment(text: str | None) -> int | None:
    """The moment of ``--now``, in seconds since 1970, UTC."""
    if text is None:
        return None
    moment = parse_moment(text)
    if moment.tzinfo is None:
        raise typer.BadParameter(
            f"{text!r} has no offset; candidates may live in different time zones, so add an offset, such as Z"
        )
    return epoch_seconds(moment)


#: The seconds between two lines of progress.
PAUSE: Final = 10.0


class Reporter:
    """Reports the progress of a batch on standard error: a bar in a terminal, lines elsewhere."""

    def __init__(self, out: SafeConsole, quiet: bool) -> None:
        self._out, self._quiet = out, quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._total: int | None = None
        self._weight = self._before = 0
        self._tally = Tally()
        self._began = self._reported_at = time.monotonic()

    def __enter__(self) -> Reporter:
        if not self._quiet and self._out.in_terminal:
            self._bar = new_bar(self._out, TimeRemainingColumn())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begins(self, total: int | None, done: list[Written]) -> None:
        """The batch starts or resumes. ``done`` are the units that are finished."""
        self._total, self._tally = total, Tally()
        self._weight = self._before = sum(unit.weight for unit in done)
        self._began = self._reported_at = time.monotonic()
        kept = sum((unit.tally for unit in done), Tally())
        if done:
            self.says(f"continuing: {kept.cases + kept.rejected:,} cases are already done")
        if self._bar is not None:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task("", total=total, completed=self._weight)

    def says(self, message: str) -> None:
        """Print a message."""
        if not self._quiet:
            self._out.print(Text(message), soft_wrap=True)

    def moves(self, tally: Tally, weight: int) -> None:
        """Another chunk is done."""
        self._tally += tally
        self._weight += weight
        now = time.monotonic()
        if self._bar is not None and self._task is not None:
            self._bar.start()  # not before: its thread would keep workers from being copies of this process
            self._bar.update(self._task, completed=self._weight, description=self._line(now))
        elif now - self._reported_at >= PAUSE:
            self._reported_at = now
            self.says(self._line(now) + self._left(now))

    def _line(self, now: float) -> str:
        cases = self._tally.cases + self._tally.rejected
        rate = cases / max(now - self._began, 1e-9)
        return f"{cases:,} cases, {self._tally.rejected:,} rejected, {rate:,.0f} a second"

    def _left(self, now: float) -> str:
        """The remaining time, for lines. The bar has its own."""
        done = self._weight - self._before
        if self._total is None or done <= 0:
            return ""
        seconds = (now - self._began) * (self._total - self._weight) / done
        return f", {seconds:,.0f} s left"
