"""The plan against deciding anew: at every moment of it the two are the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tactful
from drawn import cases as drawn_cases
from drawn import packs
from draws import draws
from reference_cases import NOW as DRAWN_NOW
from shipped_cases import NOW, cases, shipped
from tactful.decide.timeline import timeline

_PACKS = {name: shipped(name) for name in ("default", "profile:academia", "profile:phone-friendly")}


def _firings(policy: tactful.Policy, case: tactful.Case, moment: int) -> frozenset[Any]:
    return frozenset(policy.decider.fire(case, moment))


def _keys(policy: tactful.Policy, case: tactful.Case, moment: int) -> list[list[str]]:
    """The keys of all advice and of its alternatives, in their order. A key tells the occasion, too."""
    actions = policy.decide(case, datetime.fromtimestamp(moment, UTC)).actions
    return [[action.key, *(alternative.key for alternative in action.alternatives)] for action in actions]


@pytest.mark.parametrize("name", _PACKS)
@draws(30)
@given(data=cases, minutes=st.lists(st.integers(0, 6 * 7 * 24 * 60), max_size=20))
def test_the_plan_equals_deciding_anew_at_any_moment_of_it(name: str, data: dict[str, Any], minutes: list[int]) -> None:
    """At its changes, a second before them, and at moments in between, the plan has what deciding then would say."""
    policy = _PACKS[name]
    plan = policy.plan(data)
    second = timedelta(seconds=1)
    moments = [plan.start, plan.until - second, *plan.changes, *(change - second for change in plan.changes)]
    moments += [plan.start + timedelta(minutes=minute) for minute in minutes if minute < 6 * 7 * 24 * 60]
    for moment in moments:
        assert plan.at(moment).to_json() == policy.decide(data, now=moment).to_json()


@draws(60)
@given(data=cases)
def test_neighbouring_intervals_differ(data: dict[str, Any]) -> None:
    """A change in the plan is a change: the same firings, in one order and on one occasion, do not come twice in a row."""
    policy = _PACKS["default"]
    case = policy.read(data)
    assert case.now is not None
    line = timeline(policy.decider, case, case.now, case.now + 3_628_800)
    told = [
        (_firings(policy, case, interval.start), _keys(policy, case, interval.start)) for interval in line.intervals
    ]
    assert all(one != other for one, other in pairwise(told))
    assert all(one.end == other.start for one, other in pairwise(line.intervals))


@draws(150)
@given(text=packs(), data=drawn_cases(), seconds=st.lists(st.integers(0, 20 * 86_400 - 1), max_size=20))
def test_the_plan_is_exact_for_whatever_the_language_can_say(
    text: str, data: dict[str, Any], seconds: list[int]
) -> None:
    """For drawn packs, too, nothing fires at a moment that does not fire all through the moment's interval."""
    policy = tactful.loads(text)
    case = policy.read(data)
    line = timeline(policy.decider, case, DRAWN_NOW, DRAWN_NOW + 20 * 86_400)
    for interval in line.intervals:
        fired = _firings(policy, case, interval.start)
        assert fired == _firings(policy, case, interval.end - 1)
        for second in seconds:
            if interval.start <= DRAWN_NOW + second < interval.end:
                assert fired == _firings(policy, case, DRAWN_NOW + second)


def test_moments_outside_of_the_plan_are_refused() -> None:
    """A plan knows nothing of what was before it, nor of what comes after its horizon."""
    plan = _PACKS["default"].plan({"candidate": {"id": "c"}}, now=NOW, until=timedelta(days=1))
    assert plan.until == NOW + timedelta(days=1)
    for moment in (NOW - timedelta(seconds=1), plan.until):
        with pytest.raises(tactful.TactfulError, match="outside of the plan"):
            plan.at(moment)
    with pytest.raises(tactful.TactfulError, match="no time zone"):
        plan.at(datetime(2026, 11, 25))
    for until in (timedelta(0), timedelta(days=367), datetime(2020, 1, 1, tzinfo=UTC)):
        with pytest.raises(tactful.TactfulError, match="366 days"):
            _PACKS["default"].plan({"candidate": {"id": "c"}}, now=NOW, until=until)
