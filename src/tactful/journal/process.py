"""A process that writes the entries of several others: one commit has what comes from all of them."""

from __future__ import annotations

import gc
import math
import shutil
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from select import POLLIN, poll
from socket import socket
from typing import Final, NamedTuple

import msgspec

from tactful.journal.committer import Committer
from tactful.journal.entries import Draft
from tactful.journal.opening import open_committer
from tactful.journal.sources import Kept

#: What a client is told once it can write, and then of its entries: whether they are safe on the disk.
READY: Final = b"\2"
WRITTEN: Final = b"\1"
FAILED: Final = b"\0"
#: How long a commit waits at most for other clients, in seconds: for those who were told of a commit so short a time before.
#: A commit takes as much processor time as ten entries.
_PATIENCE: Final = 0.006
_RECENT: Final = 0.02
#: How many bytes say how long a message is, and how many are read at once.
_LENGTH: Final = 4
_READ: Final = 1 << 16
#: How many new objects make the garbage collector look for circles. Entries are in none.
_OBJECTS: Final = 200_000


class Message(NamedTuple):
    """The entries that a client wants to have written together, and the texts that they name, as far as these are new."""

    drafts: list[Draft]
    kept: list[Kept]


_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(Message).decode


def encode(drafts: Sequence[Draft], kept: Sequence[Kept]) -> bytes:
    """A message, with its length."""
    text = _ENCODE((drafts, kept))
    return len(text).to_bytes(_LENGTH, "big") + text


def write_for_all(
    listening: socket, parent: Connection, path: Path, url: str, keys: str | None = None, master: Path | None = None
) -> None:
    """Write for everybody who connects, until the parent has ended and everybody has gone. Then delete the folder of the
    socket's path.

    Signals that end the other processes are ignored, because these may still have to write.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    gc.set_threshold(_OBJECTS)
    try:
        committer = open_committer(url, keys, master)
        try:
            _Clients(listening, parent, committer).serve()
        finally:
            committer.close()
    finally:
        shutil.rmtree(path.parent, ignore_errors=True)


class _Client:
    """A connection, and what has come of a message. ``message`` is one that has come and is not written yet."""

    def __init__(self, connection: socket) -> None:
        self.connection, self._received = connection, bytearray()
        self.message: Message | None = None
        #: When it was told of its last message, by the monotonic clock: it may soon send the next one.
        self.told = -math.inf

    def receive(self) -> bool:
        """Read on. False: the client has gone."""
        try:
            data = self.connection.recv(_READ)
        except OSError:
            data = b""
        self._received += data
        end = _LENGTH + int.from_bytes(self._received[:_LENGTH], "big")
        if len(self._received) >= max(end, _LENGTH + 1):
            self.message = _DECODE(memoryview(self._received)[_LENGTH:end])
            self._received = self._received[end:]
        return bool(data)

    def tell(self, answer: bytes) -> None:
        """Tell the client what has become of its message."""
        self.message, self.told = None, time.monotonic()
        with suppress(OSError):  # it has gone
            self.connection.send(answer)


class _Clients:
    """All who write. Each waits for an answer before it sends the next message."""

    def __init__(self, listening: socket, parent: Connection, committer: Committer) -> None:
        self._listening, self._parent, self._committer = listening, parent, committer
        self._clients: dict[int, _Client] = {}
        self._waiting: list[_Client] = []
        self._over = False
        self._poll = poll()
        self._poll.register(listening, POLLIN)
        self._poll.register(parent, POLLIN)

    def serve(self) -> None:
        """Write until nobody is left."""
        while self._clients or not self._over:
            self._receive(None)
            if self._waiting:
                self._gather()
                self._commit()

    def _receive(self, seconds: float | None) -> None:
        """Take what comes, the first of it within so many seconds."""
        for number, _ in self._poll.poll(None if seconds is None else seconds * 1_000):
            client = self._clients.get(number)
            if client is not None:
                self._receive_from(client)
            elif number == self._listening.fileno():
                self._welcome(self._listening.accept()[0])
            else:  # nothing comes from the parent but its end
                self._poll.unregister(self._parent)
                self._over = True

    def _welcome(self, connection: socket) -> None:
        self._clients[connection.fileno()] = _Client(connection)
        self._poll.register(connection, POLLIN)
        with suppress(OSError):  # it has gone
            connection.send(READY)

    def _receive_from(self, client: _Client) -> None:
        if not client.receive():
            self._poll.unregister(client.connection)
            del self._clients[client.connection.fileno()]
            client.connection.close()
        elif client.message is not None:
            self._waiting.append(client)

    def _gather(self) -> None:
        """Wait for the next messages of others who have just written."""
        begun = time.monotonic()
        while self._others(begun) and (left := begun + _PATIENCE - time.monotonic()) > 0:
            self._receive(left)
        for client in self._others(begun):  # no commit waits for it again until it has written
            client.told = -math.inf

    def _others(self, now: float) -> list[_Client]:
        """Those who were told of a commit a moment ago, and have sent nothing since."""
        return [each for each in self._clients.values() if each.message is None and now - each.told < _RECENT]

    def _commit(self) -> None:
        """Write what waits, and tell."""
        done, self._waiting = self._waiting, []
        messages = [client.message for client in done if client.message is not None]
        drafts = [draft for message in messages for draft in message.drafts]
        error = self._committer.commit(drafts, (kept for message in messages for kept in message.kept))
        for client in done:
            client.tell(WRITTEN if error is None else FAILED)
