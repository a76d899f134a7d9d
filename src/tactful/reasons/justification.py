"""Justifications: the values that a rule's conditions read when it fired.

An engine reports only which rule fired for which row. This module evaluates the rule's conditions again and records what
they read, so engines do no work for explanations, and the explanations are the same for every engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

import msgspec

from tactful.engines.evaluate import Environment, Evaluator
from tactful.facts.calendars import Calendar
from tactful.facts.kinds import Value
from tactful.facts.rows import Row
from tactful.language.ir import AddStep, AllOf, AnyOf, Condition, NoneOf, Rule, Test
from tactful.language.ir.reads import as_written
from tactful.reasons.records.decision import ConditionRecord, JustificationRecord
from tactful.reasons.wording import plain_value
from tactful.reasons.words import Words
from tactful.reasons.words.sentences import fill


class Support(msgspec.Struct, frozen=True):
    """A test that a rule's firing depends on: the value of the field that its author wrote, and whether the test held."""

    test: Test
    value: Value
    held: bool


def supports(condition: Condition, env: Environment, evaluator: Evaluator, wanted: bool = True) -> Iterator[Support]:
    """The tests, in the order of the rule, that make ``condition`` hold (or not hold, where that is ``wanted``)."""
    match condition:
        case Test():
            yield Support(condition, evaluator.value(as_written(condition.field, evaluator.facts), env), wanted)
        case NoneOf(members=members):
            yield from supports(AnyOf(members), env, evaluator, not wanted)
        case AllOf(members=members) | AnyOf(members=members):
            if isinstance(condition, AllOf) == wanted:
                for member in members:
                    yield from supports(member, env, evaluator, wanted)
                return
            decisive = next((member for member in members if evaluator.holds(member, env) == wanted), None)
            if decisive is not None:
                yield from supports(decisive, env, evaluator, wanted)
        case _:
            assert_never(condition)


def justification(rule: Rule, row: Row, evaluator: Evaluator, calendar: Calendar, words: Words) -> JustificationRecord:
    """A firing in words: the rule's sentence, filled in, and its conditions with the values that they read."""
    env = evaluator.environment(rule.entity, row)
    met = [*supports(rule.when, env, evaluator), *supports(rule.unless, env, evaluator, wanted=False)]
    return JustificationRecord(
        rule=rule.id,
        text=fill(rule.because, env, evaluator, calendar, words),
        source=rule.source,
        conditions=tuple(_condition(support, calendar) for support in dict.fromkeys(met)),
    )


def _condition(support: Support, calendar: Calendar) -> ConditionRecord:
    test = support.test
    return ConditionRecord(
        field=test.field.text,
        phrase=test.text if support.held else f"unless {test.text}",
        value=plain_value(support.value, test.field.kind, calendar),
    )


def step_text(rule: Rule, row: Row, evaluator: Evaluator, calendar: Calendar, words: Words) -> str:
    """The step that a firing adds, in words."""
    assert isinstance(rule.conclusion, AddStep)
    return fill(rule.conclusion.step, evaluator.environment(rule.entity, row), evaluator, calendar, words)
