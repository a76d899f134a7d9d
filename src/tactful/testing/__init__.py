"""Packs tested: examples beside the rules, and what must hold of every decision."""

from __future__ import annotations

from tactful.testing.examples import load_examples, run_example
from tactful.testing.model import Example, ExampleResult, Problem

__all__ = [
    "Example",
    "ExampleResult",
    "Problem",
    "load_examples",
    "run_example",
]
