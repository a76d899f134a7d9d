"""Testing packs: examples next to the rules, and invariants on drawn cases (which need the extra ``check``)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tactful.testing.examples.model import Example, ExampleResult, Problem
from tactful.testing.examples.run import load_examples, run_example
from tactful.testing.needs import need_hypothesis

if TYPE_CHECKING:
    from tactful.testing.properties.check import (
        InvariantFailure,
        InvariantResult,
        assert_invariants,
        check_general,
        check_invariants,
    )
    from tactful.testing.properties.claims import assert_never, cases
    from tactful.testing.properties.machine import candidate_weeks

__all__ = [
    "Example",
    "ExampleResult",
    "InvariantFailure",
    "InvariantResult",
    "Problem",
    "assert_invariants",
    "assert_never",
    "candidate_weeks",
    "cases",
    "check_general",
    "check_invariants",
    "load_examples",
    "run_example",
]

#: Names that need hypothesis, and their modules, which are loaded on first use.
_DRAWN = {
    **dict.fromkeys(("assert_never", "cases"), "properties.claims"),
    "candidate_weeks": "properties.machine",
    **dict.fromkeys(
        ("InvariantFailure", "InvariantResult", "assert_invariants", "check_general", "check_invariants"),
        "properties.check",
    ),
}


def __getattr__(name: str) -> Any:
    if name not in _DRAWN:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    need_hypothesis()
    return getattr(import_module(f"{__name__}.{_DRAWN[name]}"), name)
