"""Since when and until when rules fire: the courses of values against a search from turn to turn."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import tactful
from drawn import cases, packs
from draws import draws
from reference_cases import NOW
from tactful.engines.evaluate import Evaluator
from tactful.engines.expiry import CLOCK_HORIZON, HORIZON, Expiry, fires, rule_turns
from tactful.facts.rows import Row
from tactful.language.ir import Rule
from tactful.language.ir.clockwork import Clockwork


def _horizon(rule: Rule, evaluator: Evaluator) -> int:
    return CLOCK_HORIZON if Clockwork(evaluator.facts).looks_at_clocks(rule) else HORIZON


def _until(rule: Rule, row: Row, evaluator: Evaluator) -> int | None:
    """The plain search: from turn to turn, all turns listed again at each."""
    env = evaluator.environment(rule.entity, row)
    end = evaluator.now + _horizon(rule, evaluator)
    while True:
        turn = min((turn for turn in rule_turns(rule, env, evaluator) if turn.first > evaluator.now), default=None)
        if turn is None or turn.first > end:
            return None
        evaluator = evaluator.at(turn.first)
        if not fires(rule, env, evaluator):
            return turn.boundary


def _since(rule: Rule, row: Row, evaluator: Evaluator) -> int | None:
    """The plain search backwards."""
    env = evaluator.environment(rule.entity, row)
    end = evaluator.now - _horizon(rule, evaluator)
    while True:
        turn = max((turn for turn in rule_turns(rule, env, evaluator) if turn.first <= evaluator.now), default=None)
        if turn is None or turn.first < end:
            return None
        evaluator = evaluator.at(turn.first - 1)
        if not fires(rule, env, evaluator):
            return turn.boundary


@draws(150)
@given(text=packs(), data=cases(), start=st.integers(-40, 40))
def test_courses_give_what_a_search_from_turn_to_turn_gives(text: str, data: dict[str, Any], start: int) -> None:
    """For each rule that fires, of whatever the language can say, both searches name the same two moments."""
    policy = tactful.loads(text)
    now = NOW + start * 86_400 * 5
    case = policy.read(data)
    evaluator = Evaluator(case, now, {fact.id: fact for fact in policy.checked.facts}, policy.calendars)
    expiry = Expiry(evaluator)
    for rule in policy.checked.rules:
        for row in evaluator.rows(rule.entity):
            if fires(rule, evaluator.environment(rule.entity, row), evaluator):
                assert expiry.until(rule, row) == _until(rule, row, evaluator), (rule.id, "until")
                assert expiry.since(rule, row) == _since(rule, row, evaluator), (rule.id, "since")
