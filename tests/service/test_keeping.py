"""Which requests go into the same commit of the journal, and how long they wait for each other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

pytest.importorskip("prometheus_client", reason="needs prometheus-client (the extra `serve`)")

from tactful.journal.drafts import Drafted
from tactful.service import keeping
from tactful.service.journals import Told
from tactful.service.keeping import Keeper
from tactful.service.metrics import Metrics

ENTRY = cast(Drafted, None)
#: A pause that no test can wait for, and one that can be measured, in seconds.
ENDLESS, SHORT = 3_600, 0.05


class Commits:
    """Stands for the journal. A commit is done when the test says so."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.begun = asyncio.Event()
        self._told: list[Callable[[], None]] = []

    async def connect(self) -> None:
        """Be ready."""

    def write(self, entries: Sequence[Drafted], told: Told) -> None:
        """Begin a commit."""
        self.sizes.append(len(entries))
        self._told.append(lambda: told(None))
        self.begun.set()

    def close(self) -> None:
        """Nothing is open."""

    async def done(self) -> None:
        """End the next commit once it has begun."""
        await asyncio.wait_for(self.begun.wait(), 60)
        self.begun.clear()
        self._told.pop(0)()
        await asyncio.sleep(0)  # the requests are told


class Asking:
    """Requests to a keeper."""

    def __init__(self) -> None:
        self.commits = Commits()
        self._keeper = Keeper(self.commits, Metrics(), 60)
        self.answered = 0

    def ask(self, count: int) -> None:
        """So many requests."""
        for _ in range(count):
            self._keeper.hand_over([ENTRY], self._told)

    def _told(self, problem: Any) -> None:
        assert problem is None
        self.answered += 1


def run(test: Callable[[Asking], Any]) -> Asking:
    """Run a test in a loop: what it asked."""

    async def within() -> Asking:
        asking = Asking()
        await test(asking)
        await asyncio.sleep(0.01)
        return asking

    return asyncio.run(within())


def test_somebody_alone_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "PAUSE", ENDLESS)

    async def test(asking: Asking) -> None:
        for _ in range(3):
            asking.ask(1)
            await asking.commits.done()

    asked = run(test)
    assert (asked.commits.sizes, asked.answered) == ([1, 1, 1], 3)


def test_a_commit_begins_once_all_have_come_who_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "PAUSE", ENDLESS)

    async def test(asking: Asking) -> None:
        asking.ask(1)
        await asyncio.sleep(0)
        asking.ask(3)  # they wait for the commit
        await asking.commits.done()
        asking.ask(1)
        await asking.commits.done()
        asking.ask(2)
        asking.ask(2)
        await asking.commits.done()

    asked = run(test)
    assert (asked.commits.sizes, asked.answered) == ([1, 4, 4], 9)


def test_a_commit_waits_for_others_only_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "PAUSE", SHORT)

    async def test(asking: Asking) -> None:
        asking.ask(4)
        await asking.commits.done()
        asking.ask(2)
        begun = time.monotonic()
        await asking.commits.done()
        assert time.monotonic() - begun > SHORT / 2
        monkeypatch.setattr(keeping, "PAUSE", ENDLESS)
        asking.ask(2)
        await asking.commits.done()

    asked = run(test)
    assert (asked.commits.sizes, asked.answered) == ([4, 2, 2], 8)
