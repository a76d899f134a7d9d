"""The second engine held against the first: same firings, same decision, whatever the pack and the case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tactful
from drawn import EXAMPLES_DRAWN, cases, overlays, packs
from extras import NEEDS_RETE
from reference_cases import NOW
from reference_cases import cases as shipped_cases
from shipped_cases import PACKS, shipped
from tactful.decide.instants import instants
from tactful.decide.ranker import Ranker
from tactful.engines.rete.pool import Pool
from tactful.engines.rete.program import ReteProgram
from tactful.facts.rows import Case, Row, row_key

pytest.importorskip("durable_rules_engine", reason=NEEDS_RETE)

NOW_THEN = datetime.fromtimestamp(NOW, UTC)
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Two workers for all packs of this module."""
    workers = Pool(2, 20.0)
    yield workers
    workers.close()


def assert_agreed(policy: tactful.Policy, rete: ReteProgram, case: Case, now: int) -> None:
    """Both engines fire alike at a moment, steps included, and so the ranking is the same."""
    fired = policy.decider.fire(case, now)
    assert _named(rete.fire(case, now)) == _named(fired)
    assert _named(rete.fire_steps(case, now)) == _named(policy.decider.steps(case, now))


def _named(firings: list[tuple[int, Row, int | None]]) -> list[tuple[int, Any, int, int | None]]:
    return sorted(((no, row_key(row), row.no, due) for no, row, due in firings), key=str)


def moments(policy: tactful.Policy, case: Case, now: int, picks: list[float]) -> list[int]:
    """``now``, and some of the instants at which a decision may change, each a second before, on it, and a second after."""
    moments = instants(policy.decider, case, now, now + 30 * 86_400)
    chosen = {moments[int(pick * len(moments))] for pick in picks if moments}
    return [now, *(one + second for one in sorted(chosen) for second in (-1, 0, 1))]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.*")), ids=lambda path: path.stem)
def test_an_example_is_decided_alike(path: Path) -> None:
    """The whole main job: same JSON but for the engine's name."""
    compiled, rete = tactful.load(), tactful.load(engine="rete")
    case = compiled.read_text(path.read_bytes(), path.name)
    expected, actual = (json.loads(policy.decide(case).to_json()) for policy in (compiled, rete))
    assert (expected["made_with"].pop("engine"), actual["made_with"].pop("engine")) == ("compiled", "rete")
    assert actual == expected


@settings(max_examples=max(10, EXAMPLES_DRAWN // 10))
@given(data=shipped_cases, picks=st.lists(st.floats(0, 1, exclude_max=True), max_size=2), name=st.sampled_from(PACKS))
def test_shipped_packs_fire_alike(pool: Pool, data: dict[str, Any], picks: list[float], name: str) -> None:
    """The shipped packs and drawn cases, at thresholds and on either side of them."""
    policy = shipped(name)
    rete = ReteProgram(policy.checked, policy.calendars, pool)
    case = policy.read(data)
    for now in moments(policy, case, NOW, picks):
        assert_agreed(policy, rete, case, now)


@settings(max_examples=EXAMPLES_DRAWN)
@given(
    text=packs(),
    data=cases(),
    days=st.integers(-200, 200),
    picks=st.lists(st.floats(0, 1, exclude_max=True), max_size=2),
)
def test_drawn_packs_fire_alike(pool: Pool, text: str, data: dict[str, Any], days: int, picks: list[float]) -> None:
    """Packs over the whole language, cases at thresholds, moments around clock changes."""
    policy = tactful.loads(text)
    rete = ReteProgram(policy.checked, policy.calendars, pool)
    case = policy.read(data)
    for now in moments(policy, case, NOW + days * 86_400, picks):
        assert_agreed(policy, rete, case, now)


@settings(max_examples=max(10, EXAMPLES_DRAWN // 5))
@given(texts=packs().flatmap(lambda base: st.tuples(st.just(base), overlays(base))), data=cases())
def test_drawn_overlays_decide_alike(
    pool: Pool, tmp_path_factory: pytest.TempPathFactory, texts: tuple[str, str], data: dict[str, Any]
) -> None:
    """Overlays too, down to the decision: conflicts, families, one per, order."""
    folder = tmp_path_factory.mktemp("packs")
    for name, text in zip(("base.yaml", "overlay.yaml"), texts, strict=True):
        (folder / name).write_text(text)
    policy = tactful.load(folder / "overlay.yaml")
    case = policy.read(data)
    rete = ReteProgram(policy.checked, policy.calendars, pool)
    assert_agreed(policy, rete, case, NOW)
    ranker = Ranker(policy.checked, policy.calendars)
    rankings = [ranker.rank(firings, case, NOW) for firings in (policy.decider.fire(case, NOW), rete.fire(case, NOW))]
    summaries = [
        [
            (conclusion.action, row_key(conclusion.target), conclusion.modality, conclusion.priority, conclusion.due)
            for conclusion in (*ranking.ranked, *ranking.set_aside)
        ]
        for ranking in rankings
    ]
    assert summaries[0] == summaries[1]


def test_many_rules_and_wide_rules_are_spread_or_settled_beforehand(pool: Pool) -> None:
    """300 rules with conditions of their own, and one rule of 200: more names than the library can hold in a fact."""
    wide = ", ".join(f"{{message.words: more than {no}}}" for no in range(200))
    many = "".join(
        f"  r{no}: {{for each: message, unless: {{message.words: {no}}}, when: {{message.words: at least {no - 150}}}, "
        f"then: {{should: note}}, because: So.}}\n"
        for no in range(300)
    )
    policy = tactful.loads(
        "custom_facts: {message: {words: number}}\nactions: {note: {about: A note.}}\nrules:\n"
        f"{many}  wide: {{for each: message, when: [{wide}], then: {{should: note}}, because: So.}}\n"
    )
    messages = [{"custom": {"words": words}} for words in (-1, 0, 20.5, 199, 200, 250)]
    case = policy.read({"candidate": {"id": "c"}, "applications": [{"id": "a", "messages": messages}]}, NOW_THEN)
    rete = ReteProgram(policy.checked, policy.calendars, pool)
    assert_agreed(policy, rete, case, NOW)
    assert any(policy.checked.rules[no].id == "wide" for no, _, _ in rete.fire(case, NOW))


def test_a_case_that_is_too_large_is_an_error_or_decided_by_the_compiled_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The rows and tests that the engine looks at are counted: an error names the case, and ``fall_back`` still decides."""
    monkeypatch.setattr("tactful.engines.rete.interpreter.MOST_STEPS", 50)
    case = {"candidate": {"id": "kim", "time_zone": "UTC"}, "applications": [{"id": "a", "messages": [{}] * 60}]}
    with pytest.raises(tactful.EngineError, match=r"looks at more than 50 .* on case `kim`"):
        tactful.load(engine="rete").decide(case, NOW_THEN)
    fallen_back = tactful.load(engine=tactful.Rete(fall_back=True)).decide(case, NOW_THEN)
    assert [advice.action for advice in fallen_back.actions] == [
        advice.action for advice in tactful.load().decide(case, NOW_THEN).actions
    ]
