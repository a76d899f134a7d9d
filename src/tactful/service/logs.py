"""Logs: a line of JSON for each event on standard error, with nothing from bodies, queries or messages of errors."""

from __future__ import annotations

import asyncio
import logging
import os
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

#: The file descriptor of standard error.
_STANDARD_ERROR: Final = 2
#: How many lines of requests are written at once: a pipe takes 4,096 bytes without those of other workers between them.
_TOGETHER: Final = 10


class Log:
    """Writes lines. ``lost`` is called for a line that cannot be written."""

    def __init__(self, lost: Callable[[], None]) -> None:
        self._lost = lost
        self._encode = msgspec.json.Encoder().encode
        #: The events of this turn of the event loop, with their moments (seconds since 1970).
        self._added: list[tuple[float, str, dict[str, object]]] = []

    def write(self, event: str, **fields: object) -> None:
        """Write an event."""
        self._write([self._line(time.time(), event, fields)])

    def add(self, event: str, **fields: object) -> None:
        """Write an event before the loop waits again, with all others of this turn: a line alone takes as long as ten."""
        if not self._added:
            asyncio.get_running_loop().call_soon(self.flush)
        self._added.append((time.time(), event, fields))

    def flush(self) -> None:
        """Write what was added."""
        added, self._added = self._added, []
        self._write([self._line(*each) for each in added])

    def _line(self, moment: float, event: str, fields: dict[str, object]) -> bytes:
        when = datetime.fromtimestamp(moment, UTC).isoformat()
        return self._encode({"time": when, "event": event, **fields}) + b"\n"

    def _write(self, lines: list[bytes]) -> None:
        try:
            for start in range(0, len(lines), _TOGETHER):
                os.write(_STANDARD_ERROR, b"".join(lines[start : start + _TOGETHER]))
        except OSError:
            for _ in lines:
                self._lost()

    def error(self, error: BaseException, route: str, trace: str | None) -> None:
        """Write what kind of error happened, and where in the code. What the error says may be about a person."""
        frames = [f"{Path(at.filename).name}:{at.lineno}" for at in traceback.extract_tb(error.__traceback__)]
        self.write("error", kind=type(error).__name__, at=frames, route=route, traceparent=trace)


class ToLog(logging.Handler):
    """Passes a library's messages on to the log: the sentence with numbers only as arguments, and without a
    traceback."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.INFO)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        self._log.write("server", level=record.levelname, message=str(record.msg))
