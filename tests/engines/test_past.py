"""Since when and until when rules fire: the compiled search from turn to turn against the courses of the plain evaluator."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import tactful
from drawn import cases, packs
from draws import draws
from reference_cases import NOW
from reference_cases import cases as shipped_cases
from tactful.engines.compiled.ahead import AheadFunctions
from tactful.engines.compiled.past import Past, Untold, since, until, values
from tactful.engines.compiled.turning import TurningFunctions
from tactful.engines.evaluate import Evaluator
from tactful.engines.expiry import Expiry, fires
from tactful.language.ir import Field
from tactful.language.ir.clockwork import Clockwork

SHIPPED = tactful.load()


def _compared(policy: tactful.Policy, case: tactful.Case, now: int, look_ahead: bool = False) -> tuple[int, int]:
    """How many firings were compared, and of how many the compiled search can tell nothing.

    ``look_ahead``: the search begins with the facts that a look ahead has left, as it does for an answer.
    """
    facts = {fact.id: fact for fact in policy.checked.facts}
    turning = TurningFunctions(policy.checked, Clockwork(facts))
    evaluator = Evaluator(case, now, facts, policy.calendars)
    expiry, past = Expiry(evaluator), Past(case, now)
    if look_ahead:
        with suppress(Untold):
            AheadFunctions(policy.checked, turning).steps(past)
    compared = untold = 0
    for rule in policy.checked.rules:
        for row in evaluator.rows(rule.entity):
            if not fires(rule, evaluator.environment(rule.entity, row), evaluator):
                continue
            for search, plain in ((since, expiry.since), (until, expiry.until)):
                compared += 1
                functions = turning.rule(rule.no)
                try:
                    if functions is None:
                        raise Untold
                    told = search(past, functions, row)
                except Untold:
                    untold += 1
                    continue
                assert told == plain(rule, row), (rule.id, search.__name__)
    for fact in policy.checked.facts:
        field = Field(fact.entity, (), "computed", fact.id, fact.kind, fact.id)
        reads = turning.values(fact.entity, [field])
        for row in evaluator.rows(fact.entity):
            with suppress(Untold):
                assert values(past, reads, row) == (evaluator.computed(fact.id, row),), fact.id
    return compared, untold


@draws(150)
@given(text=packs(), data=cases(), start=st.integers(-40, 40))
def test_both_searches_name_the_same_moments(text: str, data: dict[str, Any], start: int) -> None:
    """For each rule that fires, of whatever the language can say. So do facts: they have the values of the plain evaluator."""
    policy = tactful.loads(text)
    _compared(policy, policy.read(data), NOW + start * 86_400 * 5)


@draws(100)
@given(text=packs(), data=cases(), start=st.integers(-40, 40))
def test_facts_that_a_look_ahead_leaves_change_no_moment(text: str, data: dict[str, Any], start: int) -> None:
    """The look ahead keeps each fact with the turns between which it is the same."""
    policy = tactful.loads(text)
    _compared(policy, policy.read(data), NOW + start * 86_400 * 5, look_ahead=True)


@draws(20)
@given(data=shipped_cases, start=st.integers(-400, 400))
def test_neither_do_those_of_the_shipped_rules(data: dict[str, Any], start: int) -> None:
    _compared(SHIPPED, SHIPPED.read(data), NOW + start * 3_600, look_ahead=True)


@draws(100)
@given(data=shipped_cases, start=st.integers(-400, 400))
def test_the_shipped_rules_leave_nothing_to_the_plain_search(data: dict[str, Any], start: int) -> None:
    """But for the days on which a clock is put forward or back; none is near these moments."""
    _, untold = _compared(SHIPPED, SHIPPED.read(data), NOW + start * 3_600)
    assert not untold
