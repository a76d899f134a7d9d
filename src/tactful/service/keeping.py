"""Decisions of requests on their way into the journal: an answer leaves once its entries are safe on the disk."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

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


class Keeper:
    """Passes the entries of an event loop to the journal, and waits until they are written."""

    def __init__(self, writer: Writer, metrics: Metrics, seconds: float) -> None:
        self._writer, self._metrics, self._seconds = writer, metrics, seconds
        self._waiting: dict[Ticket, asyncio.Future[None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def keep(self, drafted: Sequence[Drafted]) -> None:
        """Return once the entries are safe. Raises :class:`Problem` (503) if they are not in time."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        future = self._loop.create_future()
        try:
            ticket = self._writer.submit(drafted, self._written)
        except TactfulError as error:
            raise self._refused(len(drafted), str(error)) from None
        self._waiting[ticket] = future
        try:
            async with asyncio.timeout(self._seconds):
                await future
        except TimeoutError:
            raise self._refused(len(drafted), "the journal takes too long; try again") from None
        finally:
            del self._waiting[ticket]
        if ticket.error is not None:
            raise self._refused(len(drafted), "the journal cannot be written, so nothing is decided; try again")
        self._metrics.journalled("written", len(drafted))

    def _written(self, tickets: list[Ticket]) -> None:
        """Called by the journal's thread."""
        assert self._loop is not None  # it waits for them
        try:
            self._loop.call_soon_threadsafe(self._wake, tickets)
        except RuntimeError:  # the loop has ended, so nothing waits for the entries any more
            return

    def _wake(self, tickets: list[Ticket]) -> None:
        for ticket in tickets:
            future = self._waiting.get(ticket)
            if future is not None and not future.done():
                future.set_result(None)

    def _refused(self, count: int, detail: str) -> Problem:
        self._metrics.journalled("failed", count)
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, (), _RETRY_AFTER)

    def close(self) -> None:
        """Write the waiting entries, and end."""
        self._writer.close()
