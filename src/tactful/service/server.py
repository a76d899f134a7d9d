"""The server: uvicorn with bounds on connections and heads, in one process or in several workers."""

from __future__ import annotations

import functools
import gc
import logging
import os
import signal
import socket
import tempfile
from typing import Final

import msgspec
from uvicorn import Server
from uvicorn.supervisors import Multiprocess

from tactful import journal
from tactful.api.policy import Policy
from tactful.service.connection import BoundedConfig, BoundedProtocol
from tactful.service.journals import InProcess, InThread, Journal
from tactful.service.logs import Log, ToLog
from tactful.service.settings import Settings
from tactful.service.writing import writing
from tactful.source.diagnostics import TactfulError

#: How long an idle connection is kept, in seconds.
_IDLE: Final = 30
#: How many connections the system holds until they are accepted.
_BACKLOG: Final = 1_024
#: How much longer than an answer may take, pending answers may take after SIGTERM.
_LEEWAY: Final = 5
#: How many new objects make the garbage collector look for circles, as in the command ``tactful``. Workers are processes that
#: begin with Python's 700.
_OBJECTS: Final = 200_000


class _Workers(Multiprocess):
    """Several processes that share a socket. SIGHUP goes to each of them, and ends none."""

    def handle_hup(self) -> None:
        """Have every worker look at the rules' files."""
        for process in self.processes:
            if process.pid is not None:
                os.kill(process.pid, signal.SIGHUP)


def _application(policy: Policy, settings: Settings) -> object:
    """The application, in the process that runs it, ready to decide: a worker gets the policy without what was compiled."""
    from tactful.service.app import Service  # after the folder of shared metrics has been named

    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the application listens to it
    gc.set_threshold(_OBJECTS)
    policy.warm()
    service = Service(policy, settings, _journal(settings))
    _log_to(service.log)
    return service


def _journal(settings: Settings) -> Journal | None:
    """The journal as a worker writes it."""
    place = settings.journal
    if place is None:
        return None
    return InThread(place) if settings.writing is None else InProcess(place, settings.writing)


def _log_to(log: Log) -> None:
    """Have uvicorn log to the log."""
    logger = logging.getLogger("uvicorn")
    logger.handlers, logger.propagate = [ToLog(log)], False
    logger.setLevel(logging.WARNING)


def serve(policy: Policy, settings: Settings, workers: int = 1) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish what runs. Raises :class:`tactful.TactfulError` if the address is taken."""
    listening = _listen(settings)
    place = settings.journal
    if place is not None:  # so that a mistake in it is reported before the first request
        journal.open(place.url, keys=place.keys, master=place.master).close()
    with writing(place) as path:
        _serve(policy, msgspec.structs.replace(settings, writing=path), workers, listening)


def _serve(policy: Policy, settings: Settings, workers: int, listening: socket.socket) -> None:
    host, port = listening.getsockname()[:2]
    config = BoundedConfig(
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
