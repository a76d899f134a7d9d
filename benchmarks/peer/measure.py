"""Timing in turns: all peers get the same chunks of cases, several times, so that a busy machine slows all of them alike.

Times are CPU time of a peer's process, of all threads: the cost of a decision, independent of other load.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple, cast

from .protocol import Decides, Peer, TimesItself
from .ranking import rank

CHUNK = 100
WARM_UP = 5


class Times(NamedTuple):
    """A peer's times in seconds: for each case the median of all rounds, of firing alone and of the whole decision.

    ``batched`` is the time per case of a peer that takes many at once, and ``None`` for other peers.
    """

    fired: list[float]
    decided: list[float]
    batched: float | None


def decide(peer: Peer, raw: bytes) -> object:
    """One case's ranked decision, by the peer itself or by the shared ranking."""
    if hasattr(peer, "decide"):
        return cast(Decides, peer).decide([raw])[0]
    return rank(peer.fire([raw])[0], raw)


def budget(peer: Peer, cases: Sequence[bytes], seconds: float, rounds: int) -> int:
    """The number of cases on which a peer is timed, so that it takes about ``seconds``."""
    some = cases[:10]
    _timed(peer, some, ranked=True)  # fills calendars and caches
    each = sum(_timed(peer, some, ranked=True)) / len(some)
    return min(len(cases), max(CHUNK, int(seconds / (each * 2 * rounds)) // CHUNK * CHUNK))


def measure(peers: Sequence[Peer], counts: Sequence[int], cases: Sequence[bytes], rounds: int) -> list[Times]:
    """The times of all peers, each on the number of cases in ``counts``."""
    gc.collect()
    gc.freeze()  # no peer's garbage collection examines the objects of the others
    fired: list[list[list[float]]] = [[] for _ in peers]
    decided: list[list[list[float]]] = [[] for _ in peers]
    for _ in range(rounds):
        for some in (fired, decided):
            for rounds_of_peer in some:
                rounds_of_peer.append([])
        for start in range(0, max(counts), CHUNK):
            for peer, count, plain, ranked in zip(peers, counts, fired, decided, strict=True):
                chunk = cases[start : min(start + CHUNK, count)]
                if chunk:
                    plain[-1].extend(_timed(peer, chunk, ranked=False))
                    ranked[-1].extend(_timed(peer, chunk, ranked=True))
    batches = _batches(peers, counts, cases, rounds)
    return [
        Times(_medians(plain), _medians(ranked), batch)
        for plain, ranked, batch in zip(fired, decided, batches, strict=True)
    ]


def _medians(rounds: list[list[float]]) -> list[float]:
    return [median(times) for times in zip(*rounds, strict=True)]


def _timed(peer: Peer, cases: Sequence[bytes], *, ranked: bool) -> list[float]:
    """Seconds for each case, after some cases that bring the peer back into the processor's caches."""
    given = [*cases[:WARM_UP], *cases]
    if hasattr(peer, "timed"):
        return cast(TimesItself, peer).timed(given, ranked=ranked)[WARM_UP:]
    clock, taken = time.process_time, []
    gc.collect()  # no peer collects the garbage of the one before
    if ranked:
        for raw in given:
            start = clock()
            decide(peer, raw)
            taken.append(clock() - start)
    else:
        for raw in given:
            start = clock()
            peer.fire([raw])
            taken.append(clock() - start)
    return taken[WARM_UP:]


def _batches(peers: Sequence[Peer], counts: Sequence[int], cases: Sequence[bytes], rounds: int) -> list[float | None]:
    """Seconds for each case, from bytes to ranked decisions, of peers that take ``batch`` cases at once."""
    taken: list[list[float]] = [[] for _ in peers]
    for _ in range(rounds):
        for peer, times in zip(peers, taken, strict=True):
            size = getattr(peer, "batch", None)
            if size is not None:
                some = cases[: 5 * size]
                gc.collect()
                start = time.process_time()
                for at in range(0, len(some), size):
                    part = some[at : at + size]
                    for fired, raw in zip(peer.fire(part), part, strict=True):
                        rank(fired, raw)
                times.append((time.process_time() - start) / len(some))
    return [median(times) if times else None for times in taken]
