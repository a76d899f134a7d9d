"""Questions try an answer by looking only at what reads the fact: they are the same as when the whole case is decided again."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tactful
from drawn import packs
from draws import draws
from reference_cases import cases as drawn_cases
from shipped_cases import PACKS, cases, shipped
from tactful.decide.again import Changeable
from tactful.reasons.what_if import questions as asked

EXAMPLES: Final = sorted((Path(__file__).parent.parent.parent / "examples").glob("*.[yj]*"))


def _questions(policy: tactful.Policy, case: tactful.Case, whole: bool, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    with monkeypatch.context() as patch:
        if whole:
            patch.setattr(asked, "_again", lambda *_: None)
        else:
            patch.setattr(type(policy.decider.turning), "worth_compiling", lambda _: True)
        return [msgspec.to_builtins(question) for question in policy.decide(case).questions]


def test_answers_are_tried_in_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the compiled engine, once it pays to compile; the other engine decides as a whole."""
    tried: list[object] = []
    monkeypatch.setattr(Changeable, "with_value", lambda self, value: tried.append(value))
    policy = tactful.loads("extends: default")
    policy.warm()
    case = {"now": "2026-11-23T10:00:00Z", "candidate": {"id": "c"}, "applications": [{"id": "a"}]}
    assert policy.decide(case).questions == ()  # all answers contradict other facts
    assert tried


def _same(policy: tactful.Policy, case: tactful.Case) -> None:
    with pytest.MonkeyPatch.context() as patch:
        assert _questions(policy, case, False, patch) == _questions(policy, case, True, patch)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_have_the_same_questions(path: Path) -> None:
    """The same questions, with the same answers and effects, in the same order."""
    policy = shipped("default")
    _same(policy, policy.read_text(path.read_bytes(), path.name))


@draws(84)
@given(name=st.sampled_from(PACKS), data=cases)
def test_shipped_packs_have_the_same_questions(name: str, data: dict[str, Any]) -> None:
    """In drawn cases, too."""
    policy = shipped(name)
    _same(policy, policy.read(data))


@draws(80)
@given(text=packs(), data=drawn_cases)
def test_drawn_packs_have_the_same_questions(text: str, data: dict[str, Any]) -> None:
    """Over the whole language: facts over many rows, ends by time alone, orders of targets, targets by id."""
    policy = tactful.loads(text)
    _same(policy, policy.read(data))
