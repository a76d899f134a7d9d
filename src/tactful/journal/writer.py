"""Writes entries in a thread, as many at once as wait: one commit for all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, Full, Queue
from typing import Final

from tactful.api.decision import Decision
from tactful.decide.decider import Decider
from tactful.facts.reading import CaseInput
from tactful.journal.committer import Committer
from tactful.journal.drafts import Drafted, draft_decision, draft_refused
from tactful.journal.errors import JournalUnavailable
from tactful.source.diagnostics import InvalidInput, TactfulError

#: The most requests that wait to be written, and the most that are written in one commit.
WAITING: Final = 1_000
AT_ONCE: Final = 200
#: How long a commit waits for others to join it where requests come at the same time, in seconds, and how often at most. A
#: commit takes as much processor time as ten entries, and longer than a pause.
PAUSE: Final = 0.002
PAUSES: Final = 3


class Ticket:
    """Entries that are to be written together, all or none. ``error`` says why they could not be."""

    def __init__(self, entries: Sequence[Drafted], told: Callable[[list[Ticket]], None]) -> None:
        self.entries, self.told = entries, told
        self.error: TactfulError | None = None


class Writer:
    """A journal that is open for writing. Any number of threads may use it, and any number of processes the same journal."""

    def __init__(self, committer: Committer) -> None:
        self._committer = committer
        self._queue: Queue[Ticket | None] = Queue(WAITING)
        #: How many requests came around the last commit: those in it, and those that waited when it was done.
        self._expected = 1
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def keep(self, decision: Decision, seconds: float) -> None:
        """Keep a decision; see :class:`tactful.api.journal.Journal`."""
        self._write(draft_decision(decision, seconds))

    def keep_refused(self, decider: Decider, case: CaseInput, error: InvalidInput, seconds: float) -> None:
        """Keep that a case was refused."""
        self._write(draft_refused(decider, case, error, seconds))

    def _write(self, entry: Drafted) -> None:
        written = threading.Event()
        ticket = self.submit([entry], lambda _: written.set())
        written.wait()
        if ticket.error is not None:
            raise ticket.error

    def submit(self, entries: Sequence[Drafted], told: Callable[[list[Ticket]], None]) -> Ticket:
        """Have entries written. ``told`` is called with the tickets that are done, in the thread that writes.

        Raises :class:`JournalUnavailable` if too many entries are waiting.
        """
        ticket = Ticket(entries, told)
        try:
            self._queue.put_nowait(ticket)
        except Full:
            raise JournalUnavailable("too many entries are waiting to be written to the journal; try again") from None
        return ticket

    def close(self) -> None:
        """Write the waiting entries, and end."""
        self._queue.put(None)
        self._thread.join()
        self._committer.close()

    def _run(self) -> None:
        over = False
        while not over:
            tickets, over = self._next()
            if tickets:
                self._write_all(tickets)

    def _next(self) -> tuple[list[Ticket], bool]:
        """The tickets that wait, at least one of them, and whether they are the last."""
        tickets: list[Ticket] = []
        ticket = self._queue.get()
        self._gather()
        while ticket is not None:
            tickets.append(ticket)
            if len(tickets) == AT_ONCE:
                return tickets, False
            try:
                ticket = self._queue.get_nowait()
            except Empty:
                return tickets, False
        return tickets, True

    def _gather(self) -> None:
        """Wait for others to join a commit, for as long as they come and more are expected."""
        for _ in range(PAUSES):
            waiting = self._queue.qsize()
            if waiting + 1 >= self._expected:
                return
            time.sleep(PAUSE)
            if self._queue.qsize() == waiting:
                return

    def _write_all(self, tickets: list[Ticket]) -> None:
        entries = [entry for ticket in tickets for entry in ticket.entries]
        error = self._committer.commit([draft for draft, _ in entries], (each for _, kept in entries for each in kept))
        self._expected = len(tickets) + self._queue.qsize()
        by_listener: dict[Callable[[list[Ticket]], None], list[Ticket]] = {}
        for ticket in tickets:
            ticket.error = error
            by_listener.setdefault(ticket.told, []).append(ticket)
        for told, done in by_listener.items():
            told(done)
