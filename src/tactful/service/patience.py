"""How long a connection waits for its client: for a head, for its answers to be read, and for the next request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Patience:
    """The timers of a connection, which end it where its client is too slow.

    A client has ``seconds`` to send a head, and as long to read some of what was written. After an answer, a connection is kept
    for ``idle`` seconds; then ``part`` is called, which ends it.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        transport: asyncio.Transport,
        seconds: float,
        idle: float,
        part: Callable[[], None],
    ) -> None:
        self._loop, self._transport, self._seconds = loop, transport, seconds
        self._idle, self._part = idle, part
        self._head: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None
        #: One timer for all pauses of a connection, as a timer for each would take longer than all else on the short way.
        self._pause: asyncio.TimerHandle | None = None
        #: Since when no request is being answered, by the loop's clock; ``None`` while there is such a request.
        self._idle_since: float | None = None

    def end(self) -> None:
        """Wait for nothing more."""
        self.head_has_come()
        self.is_read()
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None

    # --- a head ---

    def expect_head(self) -> None:
        """Wait for a complete head, from now on unless that has begun."""
        if self._head is None:
            self._head = self._loop.call_later(self._seconds, self._transport.abort)

    def head_has_come(self) -> None:
        """A head is complete."""
        if self._head is not None:
            self._head.cancel()
            self._head = None

    # --- answers that are read slowly ---

    def expect_reading(self) -> None:
        """Wait for the client to read, from now on unless that has begun."""
        if self._reading is None:
            self._watch_reading()

    def _watch_reading(self) -> None:
        left = self._transport.get_write_buffer_size()
        self._reading = self._loop.call_later(self._seconds, self._look_at_reading, left)

    def _look_at_reading(self, left: int) -> None:
        """End the connection if the client has read nothing since."""
        if self._transport.get_write_buffer_size() < left:
            self._watch_reading()
        else:
            self._transport.abort()

    def is_read(self) -> None:
        """The client has read nearly all."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    # --- pauses between requests ---

    def pause(self) -> None:
        """An answer was sent, and none is being made."""
        self._idle_since = self._loop.time()
        if self._pause is None:
            self._pause = self._loop.call_later(self._idle, self._look_at_pause)

    def go_on(self) -> None:
        """Something has come."""
        self._idle_since = None

    def _look_at_pause(self) -> None:
        """End the connection if nothing has come since its last answer, for as long as an idle connection is kept."""
        self._pause = None
        if self._idle_since is None:
            return
        left = self._idle_since + self._idle - self._loop.time()
        if left <= 0:
            self._part()
        else:
            self._pause = self._loop.call_later(left, self._look_at_pause)
