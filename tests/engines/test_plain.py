"""A pack that is read as it stands, for commands that decide a few times, held against the compiled engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings

import tactful
from drawn import packs
from reference_cases import NOW
from reference_cases import cases as drawn_cases
from shipped_cases import PACKS, cases, shipped
from tactful.api.policy import load_for_few
from tactful.decide.decider import Decider
from tactful.facts.rows import Case, row_key
from tactful.language.ir import reads
from tactful.language.ir.boundaries import AtField, boundaries_of, other_fields

EXAMPLES: Final = sorted((Path(__file__).parents[2] / "examples").glob("*.[yj]*"))


def _decided(decider: Decider, case: Case, now: int) -> list[Any]:
    """The firings with their deadlines, and the ranking."""
    fired = [*decider.fire(case, now), *decider.steps(case, now)]
    ranked = [(conclusion.key, conclusion.due) for conclusion in decider.rank(case, now).ranked]
    return [sorted(((no, row_key(row), row.no, due) for no, row, due in fired), key=str), ranked]


def _assert_same(policy: tactful.Policy, case: Case, now: int) -> None:
    plain = Decider(policy.checked, policy.decider.limits, few=True)
    assert _decided(plain, case, now) == _decided(policy.decider, case, now)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_answered_alike(path: Path) -> None:
    """The whole answer, byte by byte, with its questions."""
    compiled, plain = shipped("default"), load_for_few("default", "compiled")
    case = compiled.read_text(path.read_bytes(), path.name)
    assert plain.decide(case).to_json(questions=True) == compiled.decide(case).to_json(questions=True)


@pytest.mark.parametrize("name", PACKS)
@settings(max_examples=6)
@given(data=cases)
def test_shipped_packs_fire_alike(name: str, data: dict[str, Any]) -> None:
    """Drawn cases."""
    policy = shipped(name)
    _assert_same(policy, policy.read(data), NOW)


@settings(max_examples=100)
@given(text=packs(), data=drawn_cases)
def test_drawn_packs_fire_alike(text: str, data: dict[str, Any]) -> None:
    """Over the whole language."""
    policy = tactful.loads(text)
    _assert_same(policy, policy.read(data), NOW)


def test_fields_that_tests_compare_with_are_those_of_their_boundaries() -> None:
    """A new predicate on another field has to be listed twice."""
    conditions = [condition for rule in shipped("default").checked.rules for condition in (rule.when, rule.unless)]
    tests = [test for condition in conditions for test in reads.tests_in(condition)]
    expected = [[edge.other for edge in boundaries_of(test) if isinstance(edge, AtField)] for test in tests]
    assert [list(other_fields(test)) for test in tests] == expected
    assert any(expected)
