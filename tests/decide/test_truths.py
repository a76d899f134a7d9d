"""Whether conditions hold throughout a stretch of time."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import tactful
from drawn import cases, packs
from draws import draws
from reference_cases import NOW
from tactful.decide.truths import Lasting, Stretch
from tactful.engines.courses import Steps

DAY = 86_400


@draws(100)
@given(text=packs(), data=cases(), days=st.integers(-40, 40), length=st.sampled_from([0, 3_600, DAY, 30 * DAY]))
def test_a_truth_that_lasts_is_what_the_evaluator_finds_at_any_moment(
    text: str, data: dict[str, Any], days: int, length: int
) -> None:
    """Several stretches of one case share what lasts, and a condition that may change says so."""
    decider = tactful.loads(text).decider
    case = tactful.loads(text).read(data)
    steps = Steps(10**9)
    lasting = Lasting(decider.evaluator(case, NOW), steps)
    for start in (NOW, NOW + days * DAY):
        stretch = Stretch(decider.conditions, lasting, start, start + length, steps)
        for rule in decider.checked.rules:
            for row in lasting.rows(rule.entity):
                env = lasting.evaluator.environment(rule.entity, row)
                truths = [stretch.truth(condition, env) for condition in (rule.when, rule.unless)]
                for moment in (start, start + length // 2, start + length):
                    evaluator = decider.evaluator(case, moment)
                    own = evaluator.environment(rule.entity, row)
                    for condition, truth in zip((rule.when, rule.unless), truths, strict=True):
                        assert truth in (None, evaluator.holds(condition, own)), (rule.id, row.id, moment)
