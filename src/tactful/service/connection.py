"""A connection of HTTP/1.1: uvicorn's, with bounds, and with a short way for requests that are answered at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import httptools
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tactful.service.patience import Patience
from tactful.service.reply import Reply
from tactful.service.request import Head
from tactful.service.settings import WHOLE, Limits


class BoundedConfig(Config):
    """uvicorn's settings, and the bounds that it does not have."""

    limits: Limits


class Answering(Protocol):
    """An application that can answer requests at once; see :meth:`tactful.service.app.Service.at_once`."""

    def at_once(self, path: str, head: Head, body: bytes, send: Callable[[Reply], None]) -> bool:
        """Whether the request is answered, now or soon."""


class _NoEvent:
    """Stands for uvicorn's event that a request goes on, for which nothing waits on the short way."""

    def set(self) -> None:
        """Do nothing."""


_NO_EVENT: Final = _NoEvent()


class Exchange:
    """A request on the short way, and its answer.

    Attributes without an underscore are those of uvicorn's own cycles. uvicorn's protocol reads and sets them: it queues later
    requests of the connection until the response is complete.
    """

    __slots__ = ("_connection", "disconnected", "keep_alive", "response_complete")

    message_event: Final = _NO_EVENT

    def __init__(self, connection: BoundedProtocol, *, keep_alive: bool) -> None:
        self._connection, self.keep_alive = connection, keep_alive
        self.disconnected = self.response_complete = False

    def send(self, reply: Reply) -> None:
        """Send the answer, if the client is still there."""
        if not self.disconnected:
            last = reply.closes or not self.keep_alive
            self.response_complete = True
            self._connection.sent(reply.written(last=last), last=last)


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 on a connection. It ends where a head takes too long or is too large, and where there are too many.

    A request that arrives in one piece takes the short way: the application answers it from within :meth:`data_received`, and
    head and body of the answer are written together. Every other request is uvicorn's, with a task of its own.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # whatever uvicorn gives
        assert isinstance(self.config, BoundedConfig)
        self._limits = self.config.limits
        self._in_head, self._received = True, 0
        #: Whether a request has ended in the data that is being read.
        self._whole = False
        self._answering: Answering | None = self.app if hasattr(self.app, "at_once") else None
        #: The body so far of a request that may take the short way; ``None`` once it is clear which way it takes.
        self._body: bytes | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Take the connection, if there is room."""
        super().connection_made(transport)
        seconds, idle = self._limits.seconds, self.timeout_keep_alive
        self._patience = Patience(self.loop, transport, seconds, idle, self.timeout_keep_alive_handler)
        if len(self.connections) > self._limits.connections:
            transport.abort()
            return
        self._patience.expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._patience.end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on. Time counts as long as no head is complete and no request is being answered."""
        if self.transport.is_closing():
            return
        self._received += len(data)
        self._whole = False
        self._patience.go_on()
        super().data_received(data)
        if self._body is not None:
            self._take_long_way()
        if self._in_head and self._received > self._limits.head:
            self.transport.close()
        elif self._in_head or (self._is_idle() and not self._whole):
            self._patience.expect_head()

    def on_message_begin(self) -> None:
        """A head begins. What uvicorn makes for its applications has to wait until the request takes the long way."""
        self._in_head, self._received = True, 0
        self.url, self.headers, self.expect_100_continue = b"", [], False

    def on_headers_complete(self) -> None:
        """A head is complete."""
        self._in_head = False
        self._patience.head_has_come()
        # An answer has ended the connection. What follows in the data is not read.
        if self.transport.is_closing():
            return
        if self._may_be_short():
            self._body = b""
        else:
            self._begin_long_way()

    def on_body(self, body: bytes) -> None:
        """A part of a body."""
        if self._body is None:
            super().on_body(body)
        else:
            self._body += body

    def on_message_complete(self) -> None:
        """A request is complete. The application is told, as it would set a timer to wait for the body."""
        self._whole = True
        if self.transport.is_closing():
            return
        if self._body is not None:
            if self._went_short_way(self._body):
                self._body = None
                return
            self._take_long_way()
        self.scope[WHOLE] = True  # type: ignore[typeddict-unknown-key]  # servers may add keys of their own
        super().on_message_complete()

    # --- the short way ---

    def _is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def _may_be_short(self) -> bool:
        """Whether a request may take the short way, as far as its head tells: nothing has to be waited for."""
        return (
            self._answering is not None
            and not self.expect_100_continue
            and self._is_idle()
            and not self.flow.write_paused
            and not self.parser.should_upgrade()
        )

    def _went_short_way(self, body: bytes) -> bool:
        """Have a whole request answered. False: it has to take the long way."""
        assert self._answering is not None  # the head has been asked
        path, query = self.url, b""
        if b"?" in path or b"#" in path:
            url = httptools.parse_url(path)
            path, query = url.path, url.query or b""
        head = Head(self.parser.get_method().decode("ascii"), query, self.headers)
        kept = self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive()
        before = self.cycle
        self.cycle = exchange = Exchange(self, keep_alive=kept)  # type: ignore[assignment]  # it has what uvicorn needs
        if self._answering.at_once(path.decode("ascii"), head, body, exchange.send):
            return True
        self.cycle = before
        return False

    def _take_long_way(self) -> None:
        """Give a request to uvicorn, with the part of its body that has arrived."""
        body, self._body = self._body, None
        self._begin_long_way()
        if body:
            super().on_body(body)

    def _begin_long_way(self) -> None:
        """Give uvicorn the head of a request, as if it had read it."""
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers += headers  # the list that uvicorn has just given its application
        super().on_headers_complete()

    def sent(self, answer: bytes, *, last: bool) -> None:
        """Send an answer of the short way, and go on with the connection, unless it was the last."""
        if self.transport.is_closing():  # the client has gone, and that was told to a later exchange
            return
        self.transport.write(answer)
        if last:
            self.transport.close()
        if last or self.pipeline or self.flow.read_paused:
            self.on_response_complete()
            return
        self.server_state.total_requests += 1
        self._patience.pause()

    # --- clients that read slowly ---

    def pause_writing(self) -> None:
        """The client reads more slowly than is written."""
        super().pause_writing()
        self._patience.expect_reading()

    def resume_writing(self) -> None:
        """The client has read nearly all."""
        super().resume_writing()
        self._patience.is_read()
