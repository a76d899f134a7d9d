"""The workers of a service: processes that begin without what the command has set and compiled."""

from __future__ import annotations

import gc
import multiprocessing
import sys
from multiprocessing.connection import Connection

import pytest

pytest.importorskip("uvicorn", reason="needs uvicorn (the extra `serve`)")

import _tactful_command
import tactful
from serving import example
from tactful.api.policy import Policy
from tactful.service import server
from tactful.service.settings import Settings

CASE = example()


def test_a_worker_is_ready_before_its_first_request() -> None:
    """As in the command, garbage is collected rarely, and no decision waits for rules to be compiled."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(tactful.load(), there))
    process.start()
    try:
        assert here.poll(60)
        assert here.recv() == (_tactful_command._OBJECTS, [])
    finally:
        process.join(60)


def _work(policy: Policy, told: Connection) -> None:
    """Begin as a worker does. Tell after how many objects garbage is collected, and what the first decision compiles of rules."""
    server._application(policy, Settings())
    run: list[str] = []
    sys.addaudithook(lambda event, what: run.append(what[0].co_filename) if event == "exec" else None)
    policy.decide(CASE).to_json()
    told.send((gc.get_threshold()[0], [name for name in run if name.startswith("<pack")]))
