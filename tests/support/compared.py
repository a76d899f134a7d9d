"""Answers as text to compare, for tests of what facts change nothing."""

from __future__ import annotations

import msgspec

import tactful


def answer(decision: tactful.Decision) -> bytes:
    """The JSON of a decision without ``made_with``, which names the case and so differs with every fact."""
    record = msgspec.to_builtins(decision.record())
    del record["made_with"]
    return msgspec.json.encode(record)
