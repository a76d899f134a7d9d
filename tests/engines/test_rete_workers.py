"""Worker processes under mishaps: killed under load, hung, forked, given up. No decision is lost, wrong or left hanging."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest

import tactful
from extras import NEEDS_RETE
from tactful.engines.rete.pool import Pool, Worker, WorkerDied

pytest.importorskip("durable_rules_engine", reason=NEEDS_RETE)

#: Seconds that nothing takes on a busy machine, so only a hang does.
HANG: Final = 120
EXAMPLE = Path(__file__).parents[2] / "examples" / "two_interviewers_one_wants_email.yaml"


def _pool(policy: tactful.Policy) -> Pool:
    pool: Pool = policy.decider._program._pool  # type: ignore[attr-defined]  # there is no other way to its workers
    return pool


def _case(policy: tactful.Policy, id_: str = "sam") -> tactful.Case:
    case = policy.read_text(EXAMPLE.read_bytes(), EXAMPLE.name)
    return policy.change(case, {"candidate.name": id_})


def _gone(pid: int) -> bool:
    """Whether a process is neither running nor left as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def _soon(condition: Callable[[], bool]) -> bool:
    """Whether a condition comes to hold. Only what never comes to hold takes ``HANG``."""
    end = time.monotonic() + HANG
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def _stopped(policy: tactful.Policy) -> int:
    """The number of the policy's only worker, which is stopped and has 0.2 s for its next answer."""
    [pid] = _pool(policy).pids
    os.kill(pid, signal.SIGSTOP)
    _pool(policy).seconds = 0.2
    return pid


def test_no_worker_is_started_before_it_is_needed_and_one_for_each_slot_at_most() -> None:
    """Loading starts nothing; eight threads at once share two workers."""
    policy = tactful.load(engine=tactful.Rete(workers=2))
    assert _pool(policy).pids == ()
    case = _case(policy)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: policy.decide(case).to_json(), range(32)))
    assert len(set(answers)) == 1
    assert 1 <= len(_pool(policy).pids) <= 2


@pytest.mark.parametrize("count", [60, pytest.param(160, marks=pytest.mark.slow)])
def test_workers_killed_under_load_lose_no_decision(count: int) -> None:
    """While a stranger keeps killing workers, every decision comes, once, and right, or its error names the case."""
    policy, compiled = tactful.load(engine=tactful.Rete(workers=2)), tactful.load()
    names = [f"candidate-{no}" for no in range(count)]
    expected = {name: compiled.decide(_case(compiled, name)).record().actions for name in names}
    over = threading.Event()
    killed = 0
    decided: dict[str, Any] = {}
    failed: list[str] = []

    def kill() -> None:
        nonlocal killed
        dice, wait_for = random.Random(1), 0
        while not over.is_set():
            if len(decided) + len(failed) >= wait_for:  # by progress and not by the clock: machines may be slow
                for pid in _pool(policy).pids:
                    if dice.random() < 0.5:
                        with contextlib.suppress(ProcessLookupError):  # it ended by itself meanwhile
                            os.kill(pid, signal.SIGKILL)
                            killed += 1
                            wait_for = len(decided) + len(failed) + 4
            time.sleep(0.01)

    killer = threading.Thread(target=kill)
    killer.start()

    def decide(name: str) -> None:
        try:
            decided[name] = policy.decide(_case(policy, name)).record().actions
        except tactful.EngineError as error:
            failed.append(name if "on case `sam`" in str(error) else str(error))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(decide, names))
    over.set()
    killer.join()
    assert killed > 3
    assert sorted([*decided, *failed]) == sorted(names)
    assert all(decided[name] == expected[name] for name in decided)
    assert len(decided) > len(names) // 2


def test_a_worker_that_dies_twice_over_a_case_is_an_error_that_names_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first time another worker takes over; the second time the caller is told."""
    policy = tactful.load(engine="rete")
    case = _case(policy)
    tries = 0

    def die(self: Worker, *_: object) -> None:
        nonlocal tries
        tries += 1
        os.kill(self.pid, signal.SIGKILL)
        raise WorkerDied(self._how(None))

    monkeypatch.setattr(Worker, "fire", die)
    with pytest.raises(tactful.EngineError, match="lost its worker: it was ended by signal 9, on case `sam`"):
        policy.decide(case)
    assert tries == 2
    assert _pool(policy).pids == ()


def test_a_stopped_worker_is_too_slow_and_the_next_decision_has_a_new_one() -> None:
    """A hang costs the time for one decision, and no more."""
    policy = tactful.load(engine=tactful.Rete(workers=1, seconds=HANG))
    case = _case(policy)
    expected = policy.decide(case).to_json()
    pid = _stopped(policy)
    with pytest.raises(tactful.EngineError, match=r"took longer than 0\.2 seconds, on case `sam`"):
        policy.decide(case)
    assert _gone(pid)
    _pool(policy).seconds = HANG
    assert policy.decide(case).to_json() == expected
    assert pid not in _pool(policy).pids


def test_falling_back_is_logged_and_decides_alike(caplog: pytest.LogCaptureFixture) -> None:
    """With ``fall_back`` the compiled engine takes over: nothing is lost but time."""
    policy = tactful.load(engine=tactful.Rete(workers=1, seconds=HANG, fall_back=True))
    case = _case(policy)
    expected = policy.decide(case).to_json()
    _stopped(policy)
    with caplog.at_level(logging.WARNING):
        assert policy.decide(case).to_json() == expected
    assert "took longer than 0.2 seconds, on case `sam`; the compiled engine decides" in caplog.text


def test_workers_end_with_the_policy() -> None:
    """A policy that is given up leaves no process behind."""
    policy = tactful.load(engine=tactful.Rete(workers=1))
    policy.decide(_case(policy))
    [pid] = _pool(policy).pids
    del policy
    gc.collect()
    assert _soon(lambda: _gone(pid))


SCRIPT = textwrap.dedent(
    """
    import os, pathlib, sys, time
    import tactful
    policy = tactful.load(engine=tactful.Rete(workers=1, seconds=60))
    case = policy.read_text(pathlib.Path(sys.argv[1]).read_bytes(), "case.yaml")
    expected = policy.decide(case).to_json()
    pids = policy.decider._program._pool.pids
    print(*pids, flush=True)
    if sys.argv[2] == "fork":
        child = os.fork()
        same = policy.decide(case).to_json() == expected
        mine = policy.decider._program._pool.pids
        if child == 0:
            os._exit(0 if same and mine != pids else 1)
        assert same and mine == pids
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    else:
        time.sleep(60)
    """
)


@pytest.mark.parametrize("how", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_workers_end_with_their_parent(how: signal.Signals) -> None:
    """However the parent ends, its workers see their input end, and end too."""
    parent = subprocess.Popen([sys.executable, "-c", SCRIPT, str(EXAMPLE), "wait"], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.send_signal(how)
    parent.wait(HANG)
    parent.stdout.close()
    assert _soon(lambda: _gone(pid))


def test_a_forked_process_starts_workers_of_its_own() -> None:
    """Parent and child decide alike, each with its own worker; neither takes the other's answer."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(EXAMPLE), "fork"], capture_output=True, text=True, timeout=HANG, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "0"


def test_options_that_make_no_sense_are_refused() -> None:
    """At load, with a word on what is wrong."""
    for options in (tactful.Rete(workers=-1), tactful.Rete(seconds=0)):
        with pytest.raises(tactful.EngineError, match="more than 0 seconds"):
            tactful.load(engine=options)


def test_without_the_library_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The core install has no durable-rules."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(tactful.EngineError, match=r"pip install 'tactful\[rete\]'"):
        tactful.load(engine="rete")
