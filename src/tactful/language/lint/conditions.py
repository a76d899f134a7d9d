"""Warnings about conditions that never hold, and about tests that follow from the other tests."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from tactful.language.ir import Aggregate, CheckedPack, Condition, Derived, Test
from tactful.language.ir.reads import tests_in
from tactful.language.lint.counts import counts_of
from tactful.language.lint.own import Own
from tactful.language.lint.satisfiability import Effort, Logic, drop, key_of
from tactful.source.codes.lint import NeverHolds, Redundant
from tactful.source.diagnostics import Diagnostic, Span


class _Part(NamedTuple):
    """A part of a pack that has a condition. ``never``: the consequence if the condition never holds, for messages."""

    name: str
    entity: str
    condition: Condition
    span: Span
    never: str


def lint_conditions(checked: CheckedPack, own: Own, effort: Effort) -> Iterator[Diagnostic]:
    """Contradictions and redundancies within one rule, computed fact or invariant.

    A part is left out if the packs below define it alone: no warning about it would have a place.
    """
    counts = counts_of(checked)
    for part in _parts(checked):
        if part.span not in own and own.of_tests(tests_in(part.condition)) is None:
            continue
        logic = Logic(part.entity, [part.condition], counts, effort)
        if not logic.possible(part.condition):
            yield from _never(part, own, effort)
        else:
            yield from _redundant(part, logic, own, effort)


def _parts(checked: CheckedPack) -> Iterator[_Part]:
    for rule in checked.rules:
        yield _Part(rule.id, rule.entity, rule.condition, rule.span, "can never fire")
    for fact in checked.facts:
        if isinstance(fact, Derived):
            continue
        span = checked.definitions[fact.id].id
        if isinstance(fact, Aggregate):
            yield _Part(fact.id, fact.over, fact.where, span, "never finds a row")
        else:
            yield _Part(fact.id, fact.entity, fact.condition, span, "is never true")
    for invariant in checked.invariants:
        yield _Part(invariant.id, invariant.entity, invariant.when, invariant.span, "is never checked")


def _never(part: _Part, own: Own, effort: Effort) -> Iterator[Diagnostic]:
    tests = list(tests_in(part.condition))
    pair = next((two for two in combinations(tests, 2) if _clash(part, *two, effort)), None)
    alone = next((test for test in tests if not Logic(part.entity, [test], effort=effort).possible(test)), None)
    span = own.of_tests((alone,) if alone else pair or tests)
    if span is None:
        span = own.place(part.span)
    if span is None:
        return
    message, help_ = f"`{part.name}` {part.never}", "its conditions contradict each other"
    if alone is not None:
        help_ = f"`{written(alone)}` never holds"
    elif pair is not None:
        help_ = f"`{written(pair[0])}` and `{written(pair[1])}` never hold together"
    yield NeverHolds.at(span, message, help_)


def _clash(part: _Part, first: Test, second: Test, effort: Effort) -> bool:
    """Whether two tests contradict each other in the condition, so that it never holds."""
    effort.take(1)
    if key_of(first.field) != key_of(second.field):
        return False
    logic = Logic(part.entity, [part.condition], effort=effort)
    fewer = part.condition
    tests = list(tests_in(part.condition))
    effort.take(len(tests) ** 2)
    for test in tests:
        if test is not first and test is not second:
            fewer = drop(fewer, test)
    return not logic.possible(fewer) and logic.possible(drop(fewer, first)) and logic.possible(drop(fewer, second))


def _redundant(part: _Part, logic: Logic, own: Own, effort: Effort) -> Iterator[Diagnostic]:
    """Tests that can be removed without changing the meaning of the condition. Of two equal tests, the later is reported."""
    condition = part.condition
    tests = list(tests_in(condition))
    if not any(test.span in own for test in tests):
        return
    for test in reversed(tests):
        effort.take(3 * len(tests))
        without = drop(condition, test)
        if not logic.same(condition, without):
            continue
        condition = without
        if test.span in own:
            others = [other for other in tests_in(without) if key_of(other.field) == key_of(test.field)]
            help_ = (
                f"`{written(others[0])}` is enough"
                if len(others) == 1
                else "take it out; the other conditions are enough"
            )
            yield Redundant.at(test.span, f"`{written(test)}` adds nothing in `{part.name}`", help_)


def written(test: Test) -> str:
    """A test as its author wrote it."""
    return f"{test.field.text}: {test.text}"


def same_conditions(before: CheckedPack, after: CheckedPack) -> bool:
    """Whether every condition of a pack means the same as before. Facts that were removed do not count."""
    old = {(part.name, part.never): part for part in _parts(before)}
    counts = counts_of(before)
    return all(
        Logic(part.entity, [part.condition, former.condition], counts).same(part.condition, former.condition)
        for part in _parts(after)
        if (former := old[part.name, part.never])
    )
