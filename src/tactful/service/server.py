"""The server: uvicorn with bounds on connections and heads, in one process or in several workers."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import signal
import socket
import tempfile
from typing import Final

from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.supervisors import Multiprocess

from tactful import journal
from tactful.api.policy import Policy
from tactful.service.logs import Log, ToLog
from tactful.service.settings import WHOLE, Limits, Settings
from tactful.source.diagnostics import TactfulError

#: How long an idle connection is kept, in seconds.
_IDLE: Final = 30
#: How many connections the system holds until they are accepted.
_BACKLOG: Final = 1_024
#: How much longer than an answer may take, pending answers may take after SIGTERM.
_LEEWAY: Final = 5


class _Config(Config):
    """uvicorn's settings, and the bounds that it does not have."""

    limits: Limits


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 on a connection. It ends where a head takes too long or is too large, and where there are too many."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # whatever uvicorn gives
        assert isinstance(self.config, _Config)
        self._limits = self.config.limits
        self._in_head, self._received = True, 0
        self._late: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Take the connection, if there is room."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            transport.abort()
            return
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._head_is_there()
        self._is_read()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on. Time counts as long as no head is complete and no request is being answered."""
        if self.transport.is_closing():
            return
        self._received += len(data)
        super().data_received(data)
        if self._in_head and self._received > self._limits.head:
            self.transport.close()
        elif self._late is None and (self._in_head or self.cycle is None or self.cycle.response_complete):
            self._wait_for_head()

    def on_message_begin(self) -> None:
        """A head begins."""
        self._in_head, self._received = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head is complete."""
        self._in_head = False
        self._head_is_there()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A request is complete. The application is told, as it would set a timer to wait for the body."""
        self.scope[WHOLE] = True  # type: ignore[typeddict-unknown-key]  # servers may add keys of their own
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client reads more slowly than is written."""
        super().pause_writing()
        if self._unread is None:
            self._watch_reading()

    def resume_writing(self) -> None:
        """The client has read nearly all."""
        super().resume_writing()
        self._is_read()

    def _watch_reading(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._unread = self.loop.call_later(self._limits.seconds, self._look_at_reading, left)

    def _look_at_reading(self, left: int) -> None:
        """End the connection if the client has read nothing since."""
        if self.transport.get_write_buffer_size() < left:
            self._watch_reading()
        else:
            self.transport.abort()

    def _is_read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _wait_for_head(self) -> None:
        self._late = self.loop.call_later(self._limits.seconds, self.transport.abort)

    def _head_is_there(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


class _Workers(Multiprocess):
    """Several processes that share a socket. SIGHUP goes to each of them, and ends none."""

    def handle_hup(self) -> None:
        """Have every worker look at the rules' files."""
        for process in self.processes:
            if process.pid is not None:
                os.kill(process.pid, signal.SIGHUP)


def _application(policy: Policy, settings: Settings) -> object:
    """The application, in the process that runs it."""
    from tactful.service.app import Service  # after the folder of shared metrics has been named

    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the application listens to it
    place = settings.journal
    service = Service(
        policy, settings, None if place is None else journal.open(place.url, keys=place.keys, master=place.master)
    )
    _log_to(service.log)
    return service


def _log_to(log: Log) -> None:
    """Have uvicorn log to the log."""
    logger = logging.getLogger("uvicorn")
    logger.handlers, logger.propagate = [ToLog(log)], False
    logger.setLevel(logging.WARNING)


def serve(policy: Policy, settings: Settings, workers: int = 1) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish what runs. Raises :class:`tactful.TactfulError` if the address is taken."""
    listening = _listen(settings)
    if settings.journal is not None:  # so that a mistake in it is reported before the first request
        journal.open(settings.journal.url, keys=settings.journal.keys, master=settings.journal.master).close()
    policy.warm()
    host, port = listening.getsockname()[:2]
    config = _Config(
        functools.partial(_application, policy, settings),
        factory=True,
        http=BoundedProtocol,
        loop="uvloop",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=int(settings.limits.seconds) + _LEEWAY,
        workers=workers,
    )
    config.limits = settings.limits
    log = Log(lambda: None)
    _log_to(log)
    log.write("listening", host=host, port=port, workers=workers, pack=policy.name, digest=policy.digest)
    if workers == 1:
        Server(config).run([listening])
        return
    from tactful.service.metrics import SHARED_FOLDER

    with tempfile.TemporaryDirectory(prefix="tactful-metrics-") as folder:
        os.environ[SHARED_FOLDER] = folder
        _Workers(config, [listening]).run()


def _listen(settings: Settings) -> socket.socket:
    """A socket that listens on the settings' address."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listening = socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = (error.strerror or "it cannot be used").lower()
        raise TactfulError(
            f"`{settings.host}`, port {settings.port}: {reason}; choose another --host or --port"
        ) from None
    listening.set_inheritable(True)
    return listening
