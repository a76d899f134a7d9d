"""Progress on standard error, for work that takes longer than people like to wait without a sign of life."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Final, Protocol

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tactful.cli.output import console
from tactful.formats.text.console import SafeConsole

#: After how many seconds progress is shown: what is done before needs none.
PATIENCE: Final = 2.0


class Step(Protocol):
    """Reports how much is done, and how much there is to do if that is known."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """Show the progress."""


@contextmanager
def progress(what: str) -> Iterator[Step]:
    """Show a bar while the block runs, once it has run for two seconds, if standard error is a terminal.

    ``what`` names the work. The block may tell how much of it is done; until it does, the bar shows only that time passes.
    """
    err = console(stderr=True)
    if not err.in_terminal:
        yield _no_step
        return
    bar = new_bar(err, TextColumn("{task.fields[count]}"), TimeElapsedColumn())
    task = bar.add_task(what, total=None, count="")

    def step(done: int, total: int | None = None) -> None:
        bar.update(task, completed=done, total=total, count=f"{done:,}" if total is None else f"{done:,} of {total:,}")

    timer = Timer(PATIENCE, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield step
    finally:
        timer.cancel()
        timer.join()  # a bar that is just being shown is taken away again
        bar.stop()


def new_bar(out: SafeConsole, *columns: TextColumn | TimeElapsedColumn | TimeRemainingColumn) -> Progress:
    """A bar that is not shown yet, and that leaves no trace. ``columns`` are to the right of it."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        *columns,
        console=out,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _no_step(done: int, total: int | None = None) -> None:
    """Show nothing."""
