"""Threads share policies, decisions and calendars, and none waits for another's computation."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

import tactful
from tactful.source.lazy import lazy

SOURCES: Final = Path(tactful.__file__).parent
CASE: Final = {
    "now": "2026-11-23T10:00:00Z",
    "candidate": {"id": "me", "time_zone": "Europe/Dublin", "country": "IE"},
    "applications": [
        {
            "id": "a",
            "people": [{"id": "dana"}],
            "interviews": [{"id": "i", "ended_at": "2026-11-20T10:00:00Z", "status": "held", "interviewers": ["dana"]}],
        }
    ],
}


class Slow:
    """A value that takes until it is let go."""

    def __init__(self) -> None:
        self.begun, self.free = threading.Event(), threading.Event()

    @lazy
    def value(self) -> object:
        """Computed once ``free`` is set."""
        self.begun.set()
        assert self.free.wait(20)
        return object()


def test_nothing_is_computed_under_a_lock_of_all_instances() -> None:
    """``functools.cached_property`` of Python 3.11 holds one, so `lazy` takes its place."""
    using = [path.name for path in SOURCES.rglob("*.py") if "import cached_property" in path.read_text("utf-8")]
    assert not using


def test_a_slow_value_stops_no_other() -> None:
    """While one object's value is being computed, another's is there at once. Once every thread waited."""
    slow, quick = Slow(), Slow()
    quick.free.set()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: slow.value)
        assert slow.begun.wait(20)
        assert quick.value is quick.value
        slow.free.set()
        assert waiting.result(20) is slow.value


def _decide() -> None:
    decision = tactful.load().decide(CASE)
    assert decision.actions
    assert decision.to_json()


#: A process in which nothing has been used yet: threads import and compile while it forks.
_FORKS = """
import json, multiprocessing, sys, threading, time
import tactful

policy, case, done = tactful.load(), json.loads(sys.argv[1]), threading.Event()

def decide():
    assert policy.decide(case).to_json()

def decide_on():
    while not done.is_set():
        decide()

threads = [threading.Thread(target=decide_on) for _ in range(3)]
for thread in threads:
    thread.start()
children = []
for _ in range(6):
    children.append(multiprocessing.get_context("fork").Process(target=decide))
    children[-1].start()
    time.sleep(0.1)
for child in children:
    child.join(60)
done.set()
codes = [child.exitcode for child in children]
for child in children:
    child.kill()
sys.exit(codes != [0] * 6)
"""


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system does not fork")
def test_a_new_process_forks_while_its_threads_use_everything_for_the_first_time() -> None:
    """A fork waits for what is being imported or compiled. Once the children waited for it, and for ever."""
    done = subprocess.run([sys.executable, "-c", _FORKS, json.dumps(CASE)], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system does not fork")
def test_a_process_forks_while_threads_decide() -> None:
    """The child decides as its parent does. Once it waited for a lock that a thread of its parent had held."""
    policy, done = tactful.load(), threading.Event()

    def decide() -> None:
        while not done.is_set():
            policy.decide(CASE).to_json()

    threads = [threading.Thread(target=decide) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        children = [multiprocessing.get_context("fork").Process(target=_decide) for _ in range(3)]
        for child in children:
            child.start()
        for child in children:
            child.join(60)
        assert [child.exitcode for child in children] == [0, 0, 0]
    finally:
        done.set()
        for thread in threads:
            thread.join()
        for child in children:
            if child.is_alive():
                child.kill()
