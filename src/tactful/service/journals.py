"""The journal as a worker's event loop reaches it: in a process that writes for all workers, or else in a thread."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from tactful import journal
from tactful.journal.drafts import Drafted
from tactful.journal.errors import JournalUnavailable
from tactful.journal.process import READY, WRITTEN, encode
from tactful.journal.writer import Ticket, Writer
from tactful.service.settings import Place
from tactful.source.diagnostics import TactfulError

#: What is called, in the loop, once entries are safe, or with the error because of which they are not.
Told = Callable[[TactfulError | None], None]


class Journal(Protocol):
    """Writes entries for one event loop, one commit at a time."""

    async def connect(self) -> None:
        """Be ready to write."""

    def write(self, entries: Sequence[Drafted], told: Told) -> None:
        """Have entries written together, all or none. It is called again only once ``told`` was."""

    def close(self) -> None:
        """End."""


class InThread:
    """A journal that a thread of this process writes. Raises :class:`tactful.TactfulError` if it cannot be opened."""

    def __init__(self, place: Place) -> None:
        self._writer: Writer = journal.open(place.url, keys=place.keys, master=place.master)

    async def connect(self) -> None:
        """The thread is ready."""

    def write(self, entries: Sequence[Drafted], told: Told) -> None:
        """Have entries written."""
        loop = asyncio.get_running_loop()

        def written(tickets: list[Ticket]) -> None:  # in the journal's thread
            (ticket,) = tickets
            with contextlib.suppress(RuntimeError):  # the loop has ended, so nothing waits for the entries any more
                loop.call_soon_threadsafe(told, ticket.error)

        try:
            self._writer.submit(entries, written)
        except TactfulError as error:
            told(error)

    def close(self) -> None:
        """Write the waiting entries, and end."""
        self._writer.close()


class InProcess(asyncio.Protocol):
    """A journal that another process writes, which is reached at a socket (:mod:`tactful.journal.process`).

    Should that process end, a thread of this one writes from then on.
    """

    def __init__(self, place: Place, path: Path) -> None:
        self._place, self._path = place, path
        self._transport: asyncio.WriteTransport | None = None
        self._instead: InThread | None = None
        self._told: Told | None = None
        self._ready = asyncio.Event()
        #: The texts that the journal has, and those that are on their way.
        self._kept: set[str] = set()
        self._new: set[str] = set()

    async def connect(self) -> None:
        """Reach the process, and wait until it is ready. If it cannot be reached, a thread will write."""
        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().create_unix_connection(lambda: self, str(self._path))
            await self._ready.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The process is there."""
        self._transport = transport  # type: ignore[assignment]  # sockets have one that writes

    def write(self, entries: Sequence[Drafted], told: Told) -> None:
        """Have entries written."""
        if self._transport is None:
            self._write_here(entries, told)
            return
        kept = {each.name: each for entry in entries for each in entry.kept if each.name not in self._kept}
        self._told, self._new = told, set(kept)
        self._transport.write(encode([draft for draft, _ in entries], list(kept.values())))

    def _write_here(self, entries: Sequence[Drafted], told: Told) -> None:
        try:
            if self._instead is None:
                self._instead = InThread(self._place)
        except TactfulError as error:
            told(error)
        else:
            self._instead.write(entries, told)

    def data_received(self, data: bytes) -> None:
        """The process tells that it is ready, and then each time whether the entries are safe."""
        if data == READY:
            self._ready.set()
        elif data == WRITTEN:
            self._kept |= self._new
            self._end(None)
        else:
            self._kept.clear()
            self._end(JournalUnavailable("the journal cannot be written"))

    def connection_lost(self, exc: Exception | None) -> None:
        """The process has ended. Whether it wrote the last entries is not known."""
        self._transport = None
        self._ready.set()
        if self._told is not None:
            self._end(JournalUnavailable("the process that writes the journal has ended"))

    def _end(self, error: TactfulError | None) -> None:
        told, self._told = self._told, None
        if told is not None:
            told(error)

    def close(self) -> None:
        """End. The process writes what it was given."""
        if self._transport is not None:
            self._transport.close()
        if self._instead is not None:
            self._instead.close()
