"""Decisions of requests on their way into the journal: an answer leaves once its entries are safe on the disk."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Final

from tactful.api.decision import Decision
from tactful.decide.decider import Decider
from tactful.journal.drafts import Drafted, Told, draft_decision, draft_refused
from tactful.journal.writer import AT_ONCE, PAUSE, PAUSES, WAITING
from tactful.service.journals import Journal
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


class _Asked:
    """A request that waits for its entries, until a moment of the loop's clock. ``told`` is called with its problem, or with
    ``None`` once the entries are safe."""

    __slots__ = ("drafted", "open", "told", "until")

    def __init__(self, drafted: Sequence[Drafted], until: float, told: Callable[[Problem | None], None]) -> None:
        self.drafted, self.until, self.told = drafted, until, told
        #: Whether it has not been told yet.
        self.open = True


class Keeper:
    """Hands the entries of one event loop to the journal, and waits for them.

    One commit runs at a time. Entries that come meanwhile go into the next one together. So whoever writes the journal is woken
    once for all of them.
    """

    def __init__(self, journal: Journal, metrics: Metrics, seconds: float) -> None:
        self._journal, self._metrics, self._seconds = journal, metrics, seconds
        #: The requests whose entries the next commit will have, and those whose entries are being written.
        self._waiting: list[_Asked] = []
        self._in_commit: list[_Asked] = []
        self._planned: asyncio.Handle | None = None
        #: When to look for requests that have waited too long: one timer for all of them, as most never wait that long.
        self._late: asyncio.Handle | None = None
        #: How many requests came around the last commit: those in it, and those that waited when it was done. Where clients ask
        #: again once they are answered, as many come before the next commit.
        self._expected = 1

    async def begin(self) -> None:
        """Be ready for entries."""
        await self._journal.connect()

    async def keep(self, drafted: Sequence[Drafted]) -> None:
        """Return once the entries are safe. Raises :class:`Problem` (503) if they are not in time."""
        written: asyncio.Future[Problem | None] = asyncio.get_running_loop().create_future()
        self.hand_over(drafted, lambda problem: None if written.done() else written.set_result(problem))
        problem = await written
        if problem is not None:
            raise problem

    def hand_over(self, drafted: Sequence[Drafted], told: Callable[[Problem | None], None]) -> None:
        """Have entries written. ``told`` is called with ``None`` once they are safe, or with a problem (503) if they are not in
        time."""
        if len(self._waiting) >= WAITING:
            told(self._refused(len(drafted), "too many entries are waiting to be written to the journal; try again"))
            return
        loop = asyncio.get_running_loop()
        until = loop.time() + self._seconds
        self._waiting.append(_Asked(drafted, until, told))
        if self._planned is not None:
            self._hurry(loop, self._planned)
        elif not self._in_commit:
            self._plan(loop)
        if self._late is None:
            self._late = loop.call_at(until, self._give_up, loop)

    def _plan(self, loop: asyncio.AbstractEventLoop) -> None:
        """Write what waits: at the next turn of the loop, or after a pause if more requests are expected."""
        if len(self._waiting) < self._expected:
            self._planned = loop.call_later(PAUSE, self._gather, loop, len(self._waiting), PAUSES)
        else:
            self._planned = loop.call_soon(self._write, loop)

    def _hurry(self, loop: asyncio.AbstractEventLoop, planned: asyncio.Handle) -> None:
        """Pause no longer once all requests that are expected have come."""
        if len(self._waiting) == self._expected:
            planned.cancel()
            self._planned = loop.call_soon(self._write, loop)

    def _gather(self, loop: asyncio.AbstractEventLoop, before: int, pauses: int) -> None:
        """Wait for others to join a commit, for as long as they come."""
        now = len(self._waiting)
        if pauses > 1 and before < now < AT_ONCE:
            self._planned = loop.call_later(PAUSE, self._gather, loop, now, pauses - 1)
        else:
            self._write(loop)

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hand what waits to the journal."""
        self._planned = None
        self._in_commit, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        entries = [entry for each in self._in_commit for entry in each.drafted]
        self._journal.write(entries, partial(self._settle, loop))

    def _settle(self, loop: asyncio.AbstractEventLoop, error: TactfulError | None) -> None:
        """Let the requests go on whose entries were in the commit."""
        done, self._in_commit = self._in_commit, []
        self._expected = min(len(done) + len(self._waiting), AT_ONCE)
        still = [each for each in done if each.open]
        if error is None:
            self._metrics.journalled("written", sum(len(each.drafted) for each in still))
            for each in still:
                self._tell(loop, each, None)
        else:
            self._refuse(loop, still, "the journal cannot be written, so nothing is decided; try again")
        if self._waiting:
            self._plan(loop)

    def _give_up(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tell the requests that have waited too long, and look again when the next one has."""
        now = loop.time()
        still = [each for each in (*self._in_commit, *self._waiting) if each.open]
        late = [each for each in still if each.until <= now]
        self._refuse(loop, late, "the journal takes too long; try again")
        self._late = loop.call_at(still[len(late)].until, self._give_up, loop) if len(still) > len(late) else None

    def _refuse(self, loop: asyncio.AbstractEventLoop, asked: Sequence[_Asked], detail: str) -> None:
        for each in asked:
            self._tell(loop, each, self._refused(len(each.drafted), detail))

    def _tell(self, loop: asyncio.AbstractEventLoop, asked: _Asked, problem: Problem | None) -> None:
        """Let a request go on. Each has a call of its own, so that an error in it is not one of the others."""
        asked.open = False
        loop.call_soon(asked.told, problem)

    def _refused(self, count: int, detail: str) -> Problem:
        self._metrics.journalled("failed", count)
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, (), _RETRY_AFTER)

    def close(self) -> None:
        """End. Nobody waits any more."""
        self._journal.close()
