"""Checks of packs: drawn cases, invariants, and a machine that lives a candidate's weeks. Takes the extra ``check``."""

from __future__ import annotations

from tactful.testing.needs import need_hypothesis

need_hypothesis()

from tactful.testing.cases import cases  # noqa: E402  (a clear word first, where hypothesis is missing)
from tactful.testing.checking import (  # noqa: E402
    InvariantFailure,
    InvariantResult,
    assert_invariants,
    check_invariants,
)
from tactful.testing.machine import candidate_weeks  # noqa: E402

__all__ = [
    "InvariantFailure",
    "InvariantResult",
    "assert_invariants",
    "candidate_weeks",
    "cases",
    "check_invariants",
]
