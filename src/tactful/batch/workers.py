"""Units of work, done one after the other here or side by side in processes that are watched over."""

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

#: How often a unit is tried: as it is, once more, and then with each chunk tried in a process of its own.
TRIES: Final = 3
#: Seconds that a worker may go without a report of progress, where nothing else is asked for.
SILENCE: Final = 120.0
#: Seconds that a worker may take to begin, beside that.
_START: Final = 120.0
#: Seconds from one look at the clock to the next.
_LOOK: Final = 1.0
#: How long a worker that was asked to end may take, in seconds.
_PATIENCE: Final = 5.0


class Progress(msgspec.Struct, frozen=True):
    """What a chunk of a unit gave, reported while the unit goes on; ``weight`` is the chunk's part of the unit's."""

    unit: int
    tally: Tally
    weight: int


class Failed(msgspec.Struct, frozen=True):
    """A unit that could not be done, and why, in words."""

    unit: Unit
    reason: str


class Watch(Protocol):
    """Receives what workers report."""

    def progress(self, progress: Progress) -> None:
        """A chunk was decided on."""

    def again(self, unit: Unit) -> None:
        """A unit is tried again; what was reported of it no longer counts."""

    def done(self, unit: Unit, written: Written) -> None:
        """A unit is done, its files are in the work folder."""

    def failed(self, failed: Failed) -> None:
        """A unit could not be done."""


class Do(Protocol):
    """Does a unit, and tells of its progress on the way; ``careful`` where the unit has ended processes."""

    def __call__(self, unit: Unit, tell: Callable[[Progress], None], careful: bool = False) -> Written:
        """Do one unit."""


class Task(msgspec.Struct, frozen=True):
    """What a worker is sent."""

    unit: Unit
    careful: bool


#: Makes what does units, in the process that does them. It can be sent to other processes.
Make = Callable[[], Do]


def _ends(error: Exception) -> bool:
    """Whether a mishap is no matter of one unit, but of all. Of a file that isn't in order Arrow has an OSError too."""
    return isinstance(error, (TactfulError, Unsorted)) or (isinstance(error, OSError) and error.errno is not None)


def work_here(queue: Queue[Unit], make: Make, watch: Watch) -> None:
    """Do all units in this process, for profilers and debuggers: nobody watches over it.

    Raises :class:`TactfulError`, :class:`Unsorted` and :class:`OSError` as met.
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
            do = make()  # a fault of this program costs one unit, and not the batch
        else:
            watch.done(unit, written)


def work_in_processes(
    queue: Queue[Unit], make: Make, copy: Make, watch: Watch, workers: int, silence: float = SILENCE
) -> None:
    """Do all units in so many processes of their own. Raises as :func:`work_here`.

    ``copy`` makes the same as ``make``, in a copy of this process, with what is loaded here already; that saves half a
    second. The unit of a process that dies, or that reports nothing for ``silence`` seconds, is tried again.
    """
    crew = _Crew(queue, make, copy, watch, workers, silence)
    try:
        crew.work()
    finally:
        crew.end()


def _can_copy() -> bool:
    """Whether a copy of this process lacks nothing: of several threads only one would go on, and on a Mac not even that."""
    return sys.platform == "linux" and threading.active_count() == 1


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Processes that are started here never hear of Ctrl-C, from their first moment on: this one ends them."""
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
    """Processes, and what each is at."""

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
        """Until nothing is left to do."""
        for no in range(len(self._workers)):
            self._assign(no)
        while self._at:
            lines = {worker.line: no for no in self._at if (worker := self._workers[no]) is not None}
            began = time.monotonic()
            for line in wait(list(lines), _LOOK):
                self._hear(lines[line], line)  # type: ignore[index, arg-type]
            self._look(min(time.monotonic() - began, 2 * _LOOK))

    def _look(self, seconds: float) -> None:
        """End workers that have been silent too long. Time in which this process was stopped itself does not count."""
        for no in list(self._at):
            self._silent[no] += seconds
            worker = self._workers[no]
            limit = self._silence + (0 if no in self._ready else _START)
            if self._silent[no] > limit and worker is not None:
                worker.process.kill()
                self._lost(
                    no, f"the process that worked on it reported nothing for {self._silence:,.0f} s, and was ended"
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
        """A worker has died; ``reason`` where it had to be ended."""
        worker = self._workers[no]
        assert worker is not None
        worker.process.join(_PATIENCE)
        code = worker.process.exitcode
        worker.line.close()
        self._workers[no] = None
        self._missed(no, reason or _ended(code))

    def _missed(self, no: int, reason: str) -> None:
        """A unit was not done."""
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
    return f"the process that worked on it ended with {code}"


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _copied_worker(line: Connection, make: Make, of_others: Sequence[Connection]) -> None:
    """What a worker does that is a copy of its parent: it lets go of the ends of lines that others have to close."""
    for one in of_others:
        one.close()
    _worker(line, make)


def _worker(line: Connection, make: Make) -> None:
    """What a worker does: units as they come, until nobody is there any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent too, which ends its workers
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
    """Units that are still to do."""

    def next(self, worker: int) -> Item_co | None:
        """A unit for the worker with this number, from 0; ``None`` where there is none left."""


class InTurn(Generic[Item]):
    """Units in the order of the iterator."""

    def __init__(self, units: Iterator[Item]) -> None:
        self._units = units

    def next(self, worker: int) -> Item | None:
        """The next one, whoever asks."""
        return next(self._units, None)


class InStretches(Generic[Item]):
    """Units that are cheapest done one after the other: each worker has a stretch, and then half of another's."""

    def __init__(self, units: Sequence[Item], workers: int) -> None:
        size = -(-len(units) // workers)
        self._stretches = [list(units[no * size : (no + 1) * size]) for no in range(workers)]

    def next(self, worker: int) -> Item | None:
        """The next one of the worker's stretch, else the first of the second half of what is left of the longest."""
        own = self._stretches[worker]
        if not own:
            longest = max(self._stretches, key=len)
            half = len(longest) // 2
            own[:] = longest[half:]
            if own is not longest:
                del longest[half:]
        return own.pop(0) if own else None
