"""Slow work in threads: bounded, and with a deadline."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Final, TypeVar

from tactful.service.problems import Problem
from tactful.service.settings import Limits

T = TypeVar("T")
#: When a client may try again, in seconds.
_RETRY_AFTER: Final = {"Retry-After": "5"}


class Deadline:
    """The moment at which a request is given up."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raise :class:`Problem` if the time is over."""
        if time.monotonic() >= self._end:
            raise too_slow()


class Work:
    """Threads for slow work. A job that is too slow keeps its thread until it ends, so there are never more jobs than
    the bound allows."""

    def __init__(self, limits: Limits) -> None:
        self._seconds = limits.seconds
        self._executor = ThreadPoolExecutor(limits.threads, thread_name_prefix="slow")
        self._places = threading.BoundedSemaphore(limits.threads + limits.waiting)

    async def run(self, job: Callable[[], T]) -> T:
        """The job's result. Raises :class:`Problem` (503) if too many jobs are waiting, or if the result is not ready
        in time."""
        if not self._places.acquire(blocking=False):
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "too many requests are waiting for an answer; try again",
                (),
                _RETRY_AFTER,
            )
        future = self._executor.submit(job)
        future.add_done_callback(lambda _: self._places.release())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._seconds)
        except TimeoutError:
            raise too_slow() from None

    def close(self) -> None:
        """Accept no more work, and drop the jobs that are waiting."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def too_slow() -> Problem:
    """The problem of a request that takes too long."""
    detail = "the answer takes too long; ask for less, such as a shorter plan or fewer cases, or try again"
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, (), _RETRY_AFTER)
