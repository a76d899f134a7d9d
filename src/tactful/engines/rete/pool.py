"""Supervised worker processes. They start on first use, are timed, and end after any failure and with their parent."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import selectors
import struct
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tactful.engines.rete.network import Network

_WORKER: Final = Path(__file__).parent / "worker.py"
#: How many seconds beyond the time for a decision the kernel lets a worker run, in case its parent died.
_GRACE: Final = 5.0
#: The largest answer, in bytes. A worker with a larger one counts as dead.
_LARGEST: Final = 256 * 1024 * 1024


class WorkerDied(Exception):
    """A worker ended, or sent something that is not an answer."""


class WorkerTooSlow(Exception):
    """A worker did not answer in time, and was ended."""


class Worker:
    """One process. Used by one thread at a time."""

    def __init__(self, seconds: float) -> None:
        command = [sys.executable, "-I", str(_WORKER), str(seconds + _GRACE)]
        self._process = subprocess.Popen(  # noqa: S603  (this interpreter, and a file of this package)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        self._loaded: set[str] = set()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def fire(self, network: Network, facts: list[str], deadline: float) -> list[tuple[str, int, int]]:
        """The firings for facts: rule, entity and row. Raises :class:`WorkerDied` or :class:`WorkerTooSlow`."""
        if network.key not in self._loaded:
            self._load(network, deadline)
        request = {"fire": network.key, "facts": facts}
        reply = self._ask(request, deadline)
        if "unknown" in reply:  # the worker has dropped this pack for others
            self._load(network, deadline)
            reply = self._ask(request, deadline)
        if "fired" not in reply:
            raise WorkerDied(str(reply.get("failed", "it answered something else")))
        return [(rule, entity, row) for rule, entity, row in reply["fired"]]

    def _load(self, network: Network, deadline: float) -> None:
        reply = self._ask({"load": network.key, "rulesets": [ruleset.text for ruleset in network.rulesets]}, deadline)
        if reply.get("loaded") != network.key:
            raise WorkerDied(str(reply.get("failed", "it answered something else")))
        self._loaded.add(network.key)

    def _ask(self, message: dict[str, Any], deadline: float) -> dict[str, Any]:
        data = json.dumps(message).encode()
        try:
            self._send(struct.pack(">I", len(data)) + data, deadline)
            (size,) = struct.unpack(">I", self._receive(4, deadline))
            if size > _LARGEST:
                raise WorkerDied("its answer has no end")
            reply: dict[str, Any] = json.loads(self._receive(size, deadline))
        except (OSError, ValueError) as error:
            raise WorkerDied(self._how(error)) from None
        return reply

    def _send(self, data: bytes, deadline: float) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        os.set_blocking(pipe.fileno(), False)
        view = memoryview(data)
        while view:
            self._wait(pipe.fileno(), selectors.EVENT_WRITE, deadline)
            view = view[os.write(pipe.fileno(), view) :]

    def _receive(self, size: int, deadline: float) -> bytes:
        pipe = self._process.stdout
        assert pipe is not None
        data = bytearray()
        while len(data) < size:
            self._wait(pipe.fileno(), selectors.EVENT_READ, deadline)
            part = os.read(pipe.fileno(), size - len(data))
            if not part:
                raise WorkerDied(self._how(None))
            data += part
        return bytes(data)

    def _wait(self, file: int, event: int, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(file, event)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise WorkerTooSlow

    def _how(self, error: Exception | None) -> str:
        """How the process ended, as far as is known."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(0.2)
            return f"it was ended by signal {-code}" if code < 0 else f"it ended with exit code {code}"
        return str(error) if error is not None else "it closed its output"

    def end(self) -> None:
        """End the process, wait for it, and close its pipes."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self.forget()

    def forget(self) -> None:
        """Close this end of the pipes without ending the process, which belongs to the parent."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


class Pool:
    """A number of slots for workers. Safe to use from any number of threads, and after a fork.

    A slot's worker is started when the slot is first used, and again after any failure. A thread waits while no slot is
    free. Workers end when the pool is closed or garbage collected, and with the process.
    """

    def __init__(self, slots: int, seconds: float) -> None:
        self._slots, self.seconds = slots, seconds
        self._free: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        self._workers: set[Worker] = set()
        self._start_over()
        self._finalizer = weakref.finalize(self, _end_all, self._workers)
        _after_fork(self)

    def _start_over(self) -> None:
        self._free = queue.LifoQueue()
        for _ in range(self._slots):
            self._free.put(None)

    def forked(self) -> None:
        """After a fork, in the child: close the pipes of the parent's workers, and start workers of its own when needed."""
        for worker in self._workers:
            worker.forget()
        self._workers.clear()
        self._start_over()

    @property
    def pids(self) -> tuple[int, ...]:
        """The numbers of the processes that run."""
        return tuple(worker.pid for worker in tuple(self._workers) if worker.alive)

    def fire(self, network: Network, facts: list[str]) -> list[tuple[str, int, int]]:
        """The firings for facts, by the next free worker, or by another worker if the first dies.

        Firing has no effects, so it is safe to repeat. Raises :class:`WorkerDied` if the second worker dies too, and
        :class:`WorkerTooSlow`.
        """
        with self._worker() as worker:
            try:
                return worker.fire(network, facts, time.monotonic() + self.seconds)
            except WorkerDied:
                self._end(worker)
        with self._worker() as worker:
            return worker.fire(network, facts, time.monotonic() + self.seconds)

    @contextlib.contextmanager
    def _worker(self) -> Iterator[Worker]:
        """A living worker of a free slot. After a failure its slot is empty."""
        free = self._free
        worker = free.get()
        kept: Worker | None = None
        try:
            if worker is not None and not worker.alive:
                self._end(worker)
                worker = None
            if worker is None:
                worker = self._started()
                self._workers.add(worker)
            yield worker
            kept = worker if worker in self._workers else None
        except BaseException:
            if worker is not None:
                self._end(worker)
            raise
        finally:
            free.put(kept)

    def _started(self) -> Worker:
        try:
            return Worker(self.seconds)
        except OSError as error:
            raise WorkerDied(f"it could not be started: {error}") from None

    def _end(self, worker: Worker) -> None:
        self._workers.discard(worker)
        worker.end()

    def close(self) -> None:
        """End all workers. The pool may be used again; workers are started when needed."""
        _end_all(self._workers)


def _end_all(workers: set[Worker]) -> None:
    while workers:
        workers.pop().end()


def _after_fork(pool: Pool) -> None:
    """Call the pool's ``forked`` after every fork, as long as the pool exists."""
    reference = weakref.ref(pool)

    def forked() -> None:
        pool = reference()
        if pool is not None:
            pool.forked()

    os.register_at_fork(after_in_child=forked)
