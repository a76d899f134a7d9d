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
from typing import Final, NamedTuple

import msgspec

#: The file descriptor of standard error.
_STANDARD_ERROR: Final = 2
#: How long the line of a request waits for others, in seconds.
_SOON: Final = 0.05
#: How many lines of requests are written at once: a pipe takes 4,096 bytes without those of other workers between them.
_TOGETHER: Final = 10


class _Answered(NamedTuple):
    """A request that was answered. ``at``: seconds since 1970."""

    at: float
    route: str
    method: str
    status: int
    seconds: float
    trace: str | None


class Log:
    """Writes lines. ``lost`` is called for a line that cannot be written."""

    def __init__(self, lost: Callable[[], None]) -> None:
        self._lost = lost
        self._encode = msgspec.json.Encoder().encode
        #: The requests that are not in the log yet.
        self._answers: list[_Answered] = []

    def write(self, event: str, **fields: object) -> None:
        """Write an event."""
        self.flush()
        self._write([self._encode({"time": _iso(time.time()), "event": event, **fields}) + b"\n"])

    def answered(self, route: str, method: str, status: int, seconds: float, trace: str | None) -> None:
        """Write that a request was answered, within :data:`_SOON` and with all others of that time: a line alone takes as
        long as ten."""
        if not self._answers:
            asyncio.get_running_loop().call_later(_SOON, self.flush)
        self._answers.append(_Answered(time.time(), route, method, status, seconds, trace))

    def flush(self) -> None:
        """Write all lines that wait."""
        if self._answers:
            answers, self._answers = self._answers, []
            self._write([self._request(each) for each in answers])

    def _request(self, answered: _Answered) -> bytes:
        """The line of a request."""
        fields = {
            "time": _iso(answered.at),
            "event": "request",
            "route": answered.route,
            "method": answered.method,
            "status": answered.status,
            "seconds": round(answered.seconds, 6),
            "traceparent": answered.trace,
        }
        return self._encode(fields) + b"\n"

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


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


class ToLog(logging.Handler):
    """Passes a library's messages on to the log: the sentence with numbers only as arguments, and without a
    traceback."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.INFO)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        self._log.write("server", level=record.levelname, message=str(record.msg))
