"""Decisions of requests on their way into the journal: an answer leaves once its entries are safe on the disk."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, NamedTuple

from tactful.api.decision import Decision
from tactful.decide.decider import Decider
from tactful.journal.drafts import Drafted, Told, draft_decision, draft_refused
from tactful.journal.writer import Ticket, Writer
from tactful.service.metrics import Metrics
from tactful.service.problems import Problem
from tactful.source.diagnostics import InvalidInput, TactfulError

#: What an id of a request may look like. Others are not kept.
_REQUEST: Final = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
#: When a client may try again, in seconds.
_RETRY_AFTER: Final = {"Retry-After": "5"}
#: The most requests that wait to be written, and the most whose entries are written in one commit.
_WAITING: Final = 1_000
_AT_ONCE: Final = 200
#: How long a commit waits for others to join it where requests come at the same time, in seconds, and how often at most. A
#: commit takes as much processor time as ten entries, and longer than a pause.
_PAUSE: Final = 0.002
_PAUSES: Final = 3


def told_by(request: bytes, trace: str | None) -> Told:
    """The ids of a request, from the header ``X-Request-Id`` and the trace."""
    return Told(request.decode() if _REQUEST.fullmatch(request) else None, trace)


class Entries:
    """The entries of one request. Without a journal, nothing is collected."""

    def __init__(self, told: Told | None) -> None:
        self._told = told
        self.drafted: list[Drafted] = []

    def add(self, decision: Decision, seconds: float) -> None:
        """Collect a decision."""
        if self._told is not None:
            self.drafted.append(draft_decision(decision, seconds, self._told))

    def refuse(self, decider: Decider, case: bytes, error: InvalidInput, seconds: float) -> None:
        """Collect that a case was refused."""
        if self._told is not None:
            self.drafted.append(draft_refused(decider, case, error, seconds, self._told))


class _Asked(NamedTuple):
    """The entries of a request, and what it waits for: ``None`` once they are safe, or why they are not."""

    drafted: Sequence[Drafted]
    written: asyncio.Future[TactfulError | None]


class Keeper:
    """Hands the entries of one event loop to the journal, and waits for them.

    One commit runs at a time. Entries that come meanwhile go into the next one together. So the journal's thread, which
    would compete with the loop's, is woken once for all of them.
    """

    def __init__(self, writer: Writer, metrics: Metrics, seconds: float) -> None:
        self._writer, self._metrics, self._seconds = writer, metrics, seconds
        #: The requests whose entries the next commit will have, and those whose entries are being written.
        self._waiting: list[_Asked] = []
        self._in_commit: list[_Asked] = []
        self._planned: asyncio.Handle | None = None
        #: Whether the last commit had the entries of several requests.
        self._crowded = False

    async def keep(self, drafted: Sequence[Drafted]) -> None:
        """Return once the entries are safe. Raises :class:`Problem` (503) if they are not in time."""
        if len(self._waiting) >= _WAITING:
            raise self._refused(len(drafted), "too many entries are waiting to be written to the journal; try again")
        loop = asyncio.get_running_loop()
        asked = _Asked(drafted, loop.create_future())
        self._waiting.append(asked)
        if not self._in_commit and self._planned is None:
            self._plan(loop)
        timer = loop.call_later(self._seconds, _give_up, asked.written)
        try:
            error = await asked.written
        except TimeoutError:
            raise self._refused(len(drafted), "the journal takes too long; try again") from None
        finally:
            timer.cancel()
        if error is not None:
            raise self._refused(len(drafted), "the journal cannot be written, so nothing is decided; try again")
        self._metrics.journalled("written", len(drafted))

    def _plan(self, loop: asyncio.AbstractEventLoop) -> None:
        """Write what waits: at the next turn of the loop, or after a pause if several requests come at a time."""
        if self._crowded:
            self._planned = loop.call_later(_PAUSE, self._gather, loop, len(self._waiting), _PAUSES)
        else:
            self._planned = loop.call_soon(self._write, loop)

    def _gather(self, loop: asyncio.AbstractEventLoop, before: int, pauses: int) -> None:
        """Wait for others to join a commit, for as long as they come."""
        now = len(self._waiting)
        if pauses > 1 and before < now < _AT_ONCE:
            self._planned = loop.call_later(_PAUSE, self._gather, loop, now, pauses - 1)
        else:
            self._write(loop)

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hand what waits to the journal."""
        self._planned = None
        self._in_commit, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        entries = [entry for asked in self._in_commit for entry in asked.drafted]
        try:
            self._writer.submit(entries, lambda tickets: self._written(loop, tickets))
        except TactfulError as error:
            self._settle(loop, error)

    def _written(self, loop: asyncio.AbstractEventLoop, tickets: list[Ticket]) -> None:
        """Called by the journal's thread."""
        (ticket,) = tickets
        with contextlib.suppress(RuntimeError):  # the loop has ended, so nothing waits for the entries any more
            loop.call_soon_threadsafe(self._settle, loop, ticket.error)

    def _settle(self, loop: asyncio.AbstractEventLoop, error: TactfulError | None) -> None:
        """Let the requests go on whose entries were in the commit."""
        done, self._in_commit = self._in_commit, []
        self._crowded = len(done) > 1
        for asked in done:
            if not asked.written.done():
                asked.written.set_result(error)
        if self._waiting:
            self._plan(loop)

    def _refused(self, count: int, detail: str) -> Problem:
        self._metrics.journalled("failed", count)
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, (), _RETRY_AFTER)

    def close(self) -> None:
        """End. Nobody waits any more."""
        self._writer.close()


def _give_up(written: asyncio.Future[TactfulError | None]) -> None:
    if not written.done():
        written.set_exception(TimeoutError())
