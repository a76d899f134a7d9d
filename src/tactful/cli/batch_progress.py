"""How a batch goes: a bar where there is a terminal, and else a line now and then."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from tactful.batch.model import Tally, Written

#: How many seconds there are between two lines.
PAUSE: Final = 10.0


class Teller:
    """Tells on standard error how a batch goes."""

    def __init__(self, out: Console, quiet: bool) -> None:
        self._out, self._quiet = out, quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._total: int | None = None
        self._weight = self._before = 0
        self._tally = Tally()
        self._began = self._told = time.monotonic()

    def __enter__(self) -> Teller:
        if not self._quiet and self._out.is_terminal:
            columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
            self._bar = Progress(*columns, console=self._out, transient=True)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begins(self, total: int | None, done: list[Written]) -> None:
        """The work begins, or begins again."""
        self._total, self._tally = total, Tally()
        self._weight = self._before = sum(one.weight for one in done)
        self._began = self._told = time.monotonic()
        kept = sum((one.tally for one in done), Tally())
        if done:
            self.says(f"going on: {kept.cases + kept.rejected:,} cases are done already")
        if self._bar is not None:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task("", total=total, completed=self._weight)

    def says(self, message: str) -> None:
        """A line of its own."""
        if not self._quiet:
            self._out.print(Text(message), soft_wrap=True)

    def moves(self, tally: Tally, weight: int) -> None:
        """A chunk more is done."""
        self._tally += tally
        self._weight += weight
        now = time.monotonic()
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._weight, description=self._line(now))
        elif now - self._told >= PAUSE:
            self._told = now
            self.says(self._line(now) + self._left(now))

    def _line(self, now: float) -> str:
        cases = self._tally.cases + self._tally.rejected
        rate = cases / max(now - self._began, 1e-9)
        return f"{cases:,} cases, {self._tally.rejected:,} rejected, {rate:,.0f} a second"

    def _left(self, now: float) -> str:
        """How long it still takes, for lines; the bar reckons for itself."""
        done = self._weight - self._before
        if self._total is None or done <= 0:
            return ""
        seconds = (now - self._began) * (self._total - self._weight) / done
        return f", {seconds:,.0f} s left"
