"""Does units of work: one after the other in this process, or side by side in supervised processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

import msgspec

from tactful.batch.folder.units import Unsorted
from tactful.batch.model import Tally, Unit, Written
from tactful.source.diagnostics import TactfulError

#: The number of attempts at a unit. The last attempt tries each chunk in a process of its own first.
TRIES: Final = 3
#: Seconds that a worker may go without reporting progress, unless the caller says otherwise.
SILENCE: Final = 120.0
#: Additional seconds for a worker that has not finished loading.
_START: Final = 120.0
#: Seconds between two checks for silent workers.
_LOOK: Final = 1.0
#: Seconds that a worker may take to end when asked to.
_PATIENCE: Final = 5.0


class Progress(msgspec.Struct, frozen=True):
    """The counts of one chunk, reported while its unit is under way. ``weight`` is the chunk's share of the unit's weight."""

    unit: int
    tally: Tally
    weight: int


class Failed(msgspec.Struct, frozen=True):
    """A unit that could not be done, and the reason in words."""

    unit: Unit
    reason: str


class Watch(Protocol):
    """Receives the reports of workers."""

    def progress(self, progress: Progress) -> None:
        """A chunk was decided on."""

    def again(self, unit: Unit) -> None:
        """A unit is tried again, so its reports so far no longer count."""

    def done(self, unit: Unit, written: Written) -> None:
        """A unit is done, and its files are in the work folder."""

    def failed(self, failed: Failed) -> None:
        """A unit could not be done."""


class DoUnit(Protocol):
    """Does a unit and reports its progress."""

    def __call__(self, unit: Unit, tell: Callable[[Progress], None], careful: bool = False) -> Written:
        """Do one unit; ``tell`` gets each report. ``careful``: the unit has crashed processes before."""


class Task(msgspec.Struct, frozen=True):
    """A message to a worker: the unit to do."""

    unit: Unit
    careful: bool


#: Makes the function that does units, in the process that calls it. It can be sent to other processes.
Make = Callable[[], DoUnit]


def _ends(error: Exception) -> bool:
    """Whether an error ends the whole batch, not only a unit.

    An ``OSError`` without a number does not: Arrow raises it for a damaged file.
    """
    return isinstance(error, (TactfulError, Unsorted)) or (isinstance(error, OSError) and error.errno is not None)


def work_here(queue: Queue[Unit], make: Make, watch: Watch) -> None:
    """Do all units in this process, where profilers and debuggers can follow them, and without supervision.

    Raises the first :class:`TactfulError`, :class:`Unsorted` or :class:`OSError`.
    """
    do = make()
    while (unit := queue.next(0)) is not None:
        try:
            written = do(unit, watch.progress)
        except Exception as error:
            if _ends(error):
                raise
            watch.again(unit)
            watch.failed(Failed(unit, _reason(error)))
            do = make()  # an internal error costs one unit, not the batch
        else:
            watch.done(unit, written)


def work_in_processes(
    queue: Queue[Unit], make: Make, copy: Make, watch: Watch, workers: int, silence: float = SILENCE
) -> None:
    """Do all units in ``workers`` processes. Raises as :func:`work_here`.

    ``copy`` makes the same function as ``make`` in a fork of this process, in which everything is loaded already. That saves
    half a second. If a process dies, or reports nothing for ``silence`` seconds, its unit is tried again.
    """
    crew = _Crew(queue, make, copy, watch, workers, silence)
    try:
        crew.work()
    finally:
        crew.end()


def _can_copy() -> bool:
    """Whether workers may be forks of this process. A fork keeps only one thread, and on macOS is not safe at all."""
    return sys.platform == "linux" and threading.active_count() == 1


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Start processes that ignore Ctrl-C from their first moment on. This process ends them instead."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Worker(NamedTuple):
    process: BaseProcess
    line: Connection


class _Crew:
    """The worker processes, each with the unit that it is doing."""

    def __init__(self, queue: Queue[Unit], make: Make, copy: Make, watch: Watch, count: int, silence: float) -> None:
        self._queue, self._make, self._copy, self._watch, self._silence = queue, make, copy, watch, silence
        #: How many seconds each busy worker has been silent.
        self._silent: dict[int, float] = {}
        #: The workers that have loaded what they need.
        self._ready: set[int] = set()
        self._workers: list[_Worker | None] = [None] * count
        self._at: dict[int, Unit] = {}
        self._again: list[Unit] = []
        self._tries: Counter[int] = Counter()

    def work(self) -> None:
        """Do all units."""
        for no in range(len(self._workers)):
            self._assign(no)
        while self._at:
            lines = {worker.line: no for no in self._at if (worker := self._workers[no]) is not None}
            began = time.monotonic()
            for line in wait(list(lines), _LOOK):
                self._hear(lines[line], line)  # type: ignore[index, arg-type]
            self._look(min(time.monotonic() - began, 2 * _LOOK))

    def _look(self, seconds: float) -> None:
        """End workers that have been silent too long. Time during which this process itself was suspended does not count."""
        for no in list(self._at):
            self._silent[no] += seconds
            worker = self._workers[no]
            limit = self._silence + (0 if no in self._ready else _START)
            if self._silent[no] > limit and worker is not None:
                worker.process.kill()
                self._lost(
                    no, f"the process that worked on it reported nothing for {self._silence:,.0f} s and was ended"
                )

    def end(self) -> None:
        """End all processes."""
        workers = [worker for worker in self._workers if worker is not None]
        for worker in workers:
            worker.line.close()
            worker.process.terminate()
        for worker in workers:
            worker.process.join(_PATIENCE)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()

    def _assign(self, no: int) -> None:
        unit = self._again.pop() if self._again else self._queue.next(no)
        if unit is None:
            return
        worker = self._workers[no]
        if worker is None:
            worker = self._workers[no] = self._start()
            self._ready.discard(no)
        self._at[no] = unit
        self._silent[no] = 0
        self._tries[unit.no] += 1
        try:
            worker.line.send(Task(unit, careful=self._tries[unit.no] == TRIES))
        except OSError:
            self._lost(no)

    def _start(self) -> _Worker:
        ours, theirs = multiprocessing.Pipe()
        process: BaseProcess
        if _can_copy():
            of_others = [ours, *(worker.line for worker in self._workers if worker is not None)]
            fork = multiprocessing.get_context("fork")
            process = fork.Process(target=_copied_worker, args=(theirs, self._copy, of_others), daemon=True)
        else:
            spawn = multiprocessing.get_context("spawn")
            process = spawn.Process(target=_worker, args=(theirs, self._make), daemon=True)
        with _without_interrupts():
            process.start()
        theirs.close()
        return _Worker(process, ours)

    def _hear(self, no: int, line: Connection) -> None:
        self._silent[no] = 0
        try:
            report = line.recv()
        except (EOFError, OSError):
            self._lost(no)
            return
        match report:
            case None:
                self._ready.add(no)
            case Progress():
                self._watch.progress(report)
            case Written():
                self._watch.done(self._at.pop(no), report)
                self._assign(no)
            case str():
                self._missed(no, report)
            case _:
                raise report

    def _lost(self, no: int, reason: str | None = None) -> None:
        """Handle the death of a worker. ``reason`` says why it was ended, if it was."""
        worker = self._workers[no]
        assert worker is not None
        worker.process.join(_PATIENCE)
        code = worker.process.exitcode
        worker.line.close()
        self._workers[no] = None
        self._missed(no, reason or _ended(code))

    def _missed(self, no: int, reason: str) -> None:
        """Try a worker's unit again, or give it up after the last attempt."""
        unit = self._at.pop(no)
        self._watch.again(unit)
        if self._tries[unit.no] < TRIES:
            self._again.append(unit)
        else:
            self._watch.failed(Failed(unit, reason))
        self._assign(no)


def _ended(code: int | None) -> str:
    if code is not None and code < 0:
        return f"the process that worked on it was ended by {signal.Signals(-code).name}"
    return f"the process that worked on it ended with exit code {code}"


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _copied_worker(line: Connection, make: Make, of_others: Sequence[Connection]) -> None:
    """The main function of a worker that is a fork. It closes its copies of the other workers' connections."""
    for connection in of_others:
        connection.close()
    _worker(line, make)


def _worker(line: Connection, make: Make) -> None:
    """The main function of a worker process: do units as they come, until the parent closes the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets Ctrl-C too, and ends its workers
    try:
        do = make()
        line.send(None)
        while True:
            task = line.recv()
            try:
                report: Any = do(task.unit, line.send, task.careful)
            except Exception as error:
                if _ends(error):
                    raise
                report = _reason(error)
                do = make()
            line.send(report)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        os._exit(1)  # the parent is gone
    except Exception as error:
        line.send(error)


Item_co = TypeVar("Item_co", covariant=True)
Item = TypeVar("Item")


class Queue(Protocol[Item_co]):
    """A queue of units to do."""

    def next(self, worker: int) -> Item_co | None:
        """A unit for worker number ``worker`` (from 0); ``None`` if none is left."""


class InTurn(Generic[Item]):
    """Units in the order of the iterator."""

    def __init__(self, units: Iterator[Item]) -> None:
        self._units = units

    def next(self, worker: int) -> Item | None:
        """The next unit, whichever worker asks."""
        return next(self._units, None)


class InStretches(Generic[Item]):
    """Units that are cheapest in a row: each worker has a stretch, and when that is done, takes half of another's rest."""

    def __init__(self, units: Sequence[Item], workers: int) -> None:
        size = -(-len(units) // workers)
        self._stretches = [list(units[no * size : (no + 1) * size]) for no in range(workers)]

    def next(self, worker: int) -> Item | None:
        """The next unit of the worker's stretch, which may be the second half of the longest stretch that is left."""
        own = self._stretches[worker]
        if not own:
            longest = max(self._stretches, key=len)
            half = len(longest) // 2
            own[:] = longest[half:]
            if own is not longest:
                del longest[half:]
        return own.pop(0) if own else None
