"""Conditions that cannot hold, and tests that follow from the others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from tactful.language.ir import Aggregate, CheckedPack, Condition, Test
from tactful.language.lint.own import Own
from tactful.language.lint.satisfiability import Logic, drop, key_of, tests_of
from tactful.source.codes.lint import NeverHolds, Redundant
from tactful.source.diagnostics import Diagnostic, Span


class _Part(NamedTuple):
    """A part of a pack that has a condition of its own, and what is so where that never holds."""

    name: str
    entity: str
    condition: Condition
    span: Span
    never: str


def lint_conditions(checked: CheckedPack, own: Own) -> Iterator[Diagnostic]:
    """Contradictions and redundancies within one rule, computed fact or invariant."""
    counts = {fact.id for fact in checked.facts if isinstance(fact, Aggregate) and fact.op == "count"}
    for part in _parts(checked):
        logic = Logic(part.entity, [part.condition], counts)
        if not logic.possible(part.condition):
            yield from _never(part, own)
        else:
            yield from _redundant(part, logic, own)


def _parts(checked: CheckedPack) -> Iterator[_Part]:
    for rule in checked.rules:
        yield _Part(rule.id, rule.entity, rule.condition, rule.span, "can never fire")
    for fact in checked.facts:
        span = checked.definitions[fact.id].id
        if isinstance(fact, Aggregate):
            yield _Part(fact.id, fact.over, fact.where, span, "never finds anything")
        else:
            yield _Part(fact.id, fact.entity, fact.condition, span, "is never so")
    for one in checked.invariants:
        yield _Part(one.id, one.entity, one.when, one.span, "is never checked")


def _never(part: _Part, own: Own) -> Iterator[Diagnostic]:
    tests = list(tests_of(part.condition))
    pair = next((two for two in combinations(tests, 2) if _clash(part, *two)), None)
    alone = next((test for test in tests if not Logic(part.entity, [test]).possible(test)), None)
    span = own.of_tests((alone,) if alone else pair or tests)
    if span is None:
        span = own.place(part.span)
    if span is None:
        return
    message, help_ = f"`{part.name}` {part.never}", "its conditions contradict each other"
    if alone is not None:
        help_ = f"`{said(alone)}` never holds"
    elif pair is not None:
        help_ = f"`{said(pair[0])}` and `{said(pair[1])}` never go together"
    yield NeverHolds.at(span, message, help_)


def _clash(part: _Part, one: Test, other: Test) -> bool:
    """Whether two tests, as the condition wants them, are why it never holds."""
    if key_of(one.field) != key_of(other.field):
        return False
    logic = Logic(part.entity, [part.condition])
    fewer = part.condition
    for test in tests_of(part.condition):
        if test is not one and test is not other:
            fewer = drop(fewer, test)
    return not logic.possible(fewer) and logic.possible(drop(fewer, one)) and logic.possible(drop(fewer, other))


def _redundant(part: _Part, logic: Logic, own: Own) -> Iterator[Diagnostic]:
    """Tests without which the condition would say the same; of two that say the same, the later one."""
    condition = part.condition
    for test in reversed(list(tests_of(condition))):
        without = drop(condition, test)
        if not logic.same(condition, without):
            continue
        condition = without
        if test.span in own:
            others = [one for one in tests_of(without) if key_of(one.field) == key_of(test.field)]
            help_ = f"`{said(others[0])}` says enough" if len(others) == 1 else "take it out; the others say enough"
            yield Redundant.at(test.span, f"`{said(test)}` adds nothing in `{part.name}`", help_)


def said(test: Test) -> str:
    """A test as its author wrote it."""
    return f"{test.field.text}: {test.text}"


def same_conditions(before: CheckedPack, after: CheckedPack) -> bool:
    """Whether every condition of a pack says what it said before; facts that are gone do not count."""
    old = {(part.name, part.never): part for part in _parts(before)}
    counts = {fact.id for fact in before.facts if isinstance(fact, Aggregate) and fact.op == "count"}
    return all(
        Logic(part.entity, [part.condition, was.condition], counts).same(part.condition, was.condition)
        for part in _parts(after)
        if (was := old[part.name, part.never])
    )
