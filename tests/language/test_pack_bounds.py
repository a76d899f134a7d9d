"""Packs of strangers: loading, checking and linting them ends in bounded time, with a mistake where a limit is met."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import tactful
from tactful.language.check import check_pack
from tactful.language.lint import lint_pack
from tactful.language.load import load_pack_text
from tactful.source.suggest import did_you_mean

ACTION = "actions: {call: {about: a call}}\n"
CUSTOM = f"{ACTION}custom_facts: {{candidate: {{n: number, m: moment, t: text}}}}\n"


def _rules(count: int, when: Callable[[int], str], then: str = "{may: call}") -> str:
    lines = [f"  r{no}: {{for each: candidate, when: {when(no)}, then: {then}, because: x}}" for no in range(count)]
    return "\n".join(["rules:", *lines])


def _chain(count: int, first: str = "{when: {candidate.employed: yes}}") -> str:
    lines = [f"  candidate.f{no}: {{when: {{candidate.f{no - 1}: yes}}}}" for no in range(1, count)]
    return "\n".join([f"{ACTION}facts:", f"  candidate.f0: {first}", *lines, ""])


def _family(count: int, first: str = "") -> str:
    return "\n".join(
        [
            "actions:",
            f"  a0: {{about: x{first}}}",
            *(f"  a{no}: {{about: x, is_a: a{no - 1}}}" for no in range(1, count)),
        ]
    )


LISTS = (
    f"{CUSTOM}parameters: {{p: [{', '.join('abc' * 200)}]}}\n"
    f"rules: {{r: {{for each: candidate, when: {{candidate.t: [{', '.join(['$p'] * 500)}]}}, then: {{may: call}}, because: x}}}}"
)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (_chain(2_000), {"T101"}),
        (_chain(2_000, "{when: {candidate.f1999: yes}}"), {"T101", "T408"}),
        (_family(2_000), {"T101"}),
        (_family(2_000, ", is_a: a1999"), {"T101"}),
        (LISTS, {"T101"}),
        (CUSTOM + _rules(3_000, lambda no: f"{{candidate.wrong{no}: yes}}"), {"T101", "T402"}),
    ],
    ids=["chain", "circle", "family", "circular family", "parameters", "mistakes"],
)  # fmt: skip
def test_what_grows_without_a_bound_is_refused(text: str, codes: set[str]) -> None:
    """T101 names the limit; there is no traceback, and no list of mistakes without an end."""
    with pytest.raises(tactful.InvalidInput) as caught:
        tactful.loads(text)
    assert {problem.code for problem in caught.value.diagnostics} == codes
    assert len(caught.value.diagnostics) <= 1_001
    assert all(len(problem.message) < 500 for problem in caught.value.diagnostics)


def test_chains_and_families_up_to_the_limit_are_taken() -> None:
    """What people write is far below the limits: 60 facts that build on each other, and 50 actions of a family."""
    policy = tactful.loads(_chain(60) + _rules(1, lambda _: "{candidate.f59: yes}"))
    assert policy.decide({"now": "2026-11-24T10:00:00Z", "candidate": {"id": "c", "employed": True}}).actions
    assert tactful.loads(_family(50)).checked.actions["a49"].family[-1] == "a0"


HARD = {
    "recommendations and prohibitions": CUSTOM
    + _rules(1_500, lambda no: f"{{candidate.n: at least {no}}}")
    + _rules(1_500, lambda no: f"{{candidate.n: at most {no}}}", "{must_not: call}")
    .replace("rules:", "")
    .replace(" r", " q"),
    "siblings": CUSTOM + _rules(1_500, lambda no: f"{{candidate.n: between {no} and {no + 1}}}"),
    "moments": CUSTOM + _rules(1_500, lambda no: f"{{candidate.m: at least {no} days ago}}"),
    "one wide condition": CUSTOM
    + _rules(1, lambda _: f"{{all: [{', '.join(f'{{candidate.n: at least {no}}}' for no in range(2_000))}]}}"),
    "many alternatives": CUSTOM
    + _rules(
        1,
        lambda _: (
            f"{{all: [{', '.join(f'{{any: [{{candidate.n: {no}}}, {{candidate.employed: yes}}]}}' for no in range(1_000))}]}}"
        ),
    ),
}


@pytest.mark.parametrize("name", HARD)
def test_lint_says_when_it_does_not_compare_all(name: str) -> None:
    """Comparing conditions takes a bounded number of steps. Where they do not suffice, T910 says so, and lint still ends."""
    pack = load_pack_text(HARD[name])
    warnings = lint_pack(pack, check_pack(pack))
    assert name in ("many alternatives", "moments") or "T910" in {warning.code for warning in warnings}


def test_the_shipped_rules_are_compared_in_full() -> None:
    """The shipped pack is far from the limit."""
    pack = load_pack_text("extends: default")
    assert "T910" not in {warning.code for warning in lint_pack(pack, check_pack(pack))}


def test_suggestions_among_many_words() -> None:
    """A misspelt word among thousands is still recognized where its first letter and its length are about right."""
    words = [f"word_{no}" for no in range(5_000)]
    assert did_you_mean("first_folow_up", [*words, "first_follow_up"]) == "did you mean `first_follow_up`?"
    assert did_you_mean("x" * 5_000, words) is None
