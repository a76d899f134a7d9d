"""The compiled engine against the plain evaluator, on packs drawn over the whole language."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

import tactful
from drawn import cases, packs
from draws import draws
from reference_cases import NOW
from tactful.decide.ranker import Ranker
from tactful.engines.evaluate import Evaluator
from tactful.engines.expiry import Expiry, fires
from tactful.language.ir.orders import distinct_orders, target_orders


@draws(300)
@given(text=packs(), data=cases())
def test_drawn_rules_fire_as_their_conditions_read(text: str, data: dict[str, Any]) -> None:
    """Whatever the language can say: compiled, it fires where the conditions hold, with the same deadline."""
    policy = tactful.loads(text)
    case = policy.read(data)
    evaluator = Evaluator(case, NOW, {fact.id: fact for fact in policy.checked.facts}, policy.calendars)
    expected = []
    for rule in policy.checked.rules:
        for row in evaluator.rows(rule.entity):
            env = evaluator.environment(rule.entity, row)
            if fires(rule, env, evaluator):
                due = None
                if rule.by is not None:
                    due = evaluator.deadline(rule.by, env)
                elif not rule.endless:
                    due = Expiry(evaluator).until(rule, row)
                expected.append((rule.no, row.no, due))
    firings = [(one.rule, one.row.no, one.due) for one in policy.fire(case, NOW)]
    assert sorted(firings, key=str) == sorted(expected, key=str)
    assert policy.decide(case).to_json()


@draws(150)
@given(text=packs(), data=cases())
def test_drawn_orders_sort_as_their_fields_read(text: str, data: dict[str, Any]) -> None:
    """The compiled places of all rows stand to each other as the places that the evaluator gives."""
    policy = tactful.loads(text)
    case = policy.read(data)
    evaluator = policy.decider.evaluator(case, NOW)
    compiled, plain = policy.decider.ranker, Ranker(policy.checked, policy.calendars)
    for order in distinct_orders(target_orders(policy.checked)):
        rows = list(evaluator.rows(order.entity))
        ranks = [_ranks(ranker.places_at(case, NOW)(order.no, rows)) for ranker in (compiled, plain)]
        assert ranks[0] == ranks[1], order


def _ranks(places: list[tuple[Any, ...]]) -> list[int]:
    """For each place, how many are smaller."""
    return [sum(other < place for other in places) for place in places]


@draws(60)
@given(text=packs(), data=cases())
def test_the_order_of_rules_never_matters(text: str, data: dict[str, Any]) -> None:
    """Rules and facts written the other way round decide alike; only the digest tells the files apart."""
    pack = yaml.safe_load(text)
    turned = {section: dict(reversed(entries.items())) for section, entries in reversed(pack.items())}
    one, other = (tactful.loads(yaml.safe_dump(each, sort_keys=False)).decide(data) for each in (pack, turned))
    assert other.record().actions == one.record().actions
    assert other.record().set_aside == one.record().set_aside


def _fires_at(policy: tactful.Policy, case: tactful.Case, moment: int, rule: int, row: int) -> bool:
    """Whether a rule fires for a row at a moment, all other facts being as they are."""
    one = policy.checked.rules[rule]
    evaluator = Evaluator(case, moment, {fact.id: fact for fact in policy.checked.facts}, policy.calendars)
    whole_row = next(each for each in evaluator.rows(one.entity) if each.no == row)
    return fires(one, evaluator.environment(one.entity, whole_row), evaluator)


@draws(150)
@given(text=packs(), data=cases(), part=st.floats(0, 1), start=st.integers(-40, 40))
def test_a_rule_without_by_fires_until_its_deadline_and_not_beyond(
    text: str, data: dict[str, Any], part: float, start: int
) -> None:
    """Tried out at moments on the way, just before the deadline and just after it, around clock changes too."""
    policy = tactful.loads(text)
    now = NOW + start * 86_400 * 5
    case = policy.read(data)
    for firing in policy.fire(case, now):
        rule = policy.checked.rules[firing.rule]
        if rule.by is not None or rule.endless:
            continue
        end = firing.due if firing.due is not None else now + 300 * 86_400
        between = now + int((end - now) * part)
        if between < end:
            assert _fires_at(policy, case, between, firing.rule, firing.row.no)
        if firing.due is not None:
            assert _fires_at(policy, case, max(now, end - 1), firing.rule, firing.row.no)
            after = [_fires_at(policy, case, moment, firing.rule, firing.row.no) for moment in (end, end + 1)]
            assert not all(after)
