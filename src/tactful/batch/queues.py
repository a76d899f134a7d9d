"""Which unit a worker gets next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, Protocol, TypeVar

One_co = TypeVar("One_co", covariant=True)
One = TypeVar("One")


class Queue(Protocol[One_co]):
    """Units that are still to do."""

    def next(self, worker: int) -> One_co | None:
        """A unit for the worker with this number, from 0; ``None`` where there is none left."""


class InTurn(Generic[One]):
    """Units in the order in which they are found."""

    def __init__(self, units: Iterator[One]) -> None:
        self._units = units

    def next(self, worker: int) -> One | None:
        """The next one, whoever asks."""
        return next(self._units, None)


class InStretches(Generic[One]):
    """Units that are cheapest done one after the other: each worker has a stretch, and then half of another's."""

    def __init__(self, units: Sequence[One], workers: int) -> None:
        size = -(-len(units) // workers)
        self._stretches = [list(units[no * size : (no + 1) * size]) for no in range(workers)]

    def next(self, worker: int) -> One | None:
        """The next one of the worker's stretch, else the first of the second half of what is left of the longest."""
        own = self._stretches[worker]
        if not own:
            longest = max(self._stretches, key=len)
            half = len(longest) // 2
            own[:] = longest[half:]
            if own is not longest:
                del longest[half:]
        return own.pop(0) if own else None
