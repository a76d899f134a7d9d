"""Warnings about gaps and overlaps between rules that differ in a threshold only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, assert_never

from tactful.facts.kinds import DateKind, DurationKind, MomentKind, NumberKind
from tactful.language.ir import (
    AddStep,
    Advise,
    Aggregate,
    AllOf,
    AnyOf,
    CheckedPack,
    Condition,
    NoneOf,
    Rule,
    Test,
    YearlyBetween,
)
from tactful.language.ir.boundaries import AtMoment, boundaries_of
from tactful.language.ir.reads import tests_in
from tactful.language.lint.conditions import written
from tactful.language.lint.own import Own
from tactful.language.lint.satisfiability import Effort, Key, Logic, Node, Point, key_of, normal, signed
from tactful.source.codes.lint import Gap, Overlap
from tactful.source.diagnostics import Diagnostic


class _Member(NamedTuple):
    """A rule of a group, and its tests of the field in which the group differs."""

    rule: Rule
    tests: tuple[Test, ...]
    condition: Condition


def lint_siblings(checked: CheckedPack, own: Own, effort: Effort) -> Iterator[Diagnostic]:
    """Gaps and overlaps between rules that draw the same conclusion and differ in one field only."""
    groups: dict[object, list[_Member]] = {}
    for rule in checked.rules:
        condition = rule.condition
        ordered = _ordered(condition)
        effort.take(len(ordered) * sum(1 for _ in tests_in(condition)))
        for key in ordered:
            tests = tuple(test for test in tests_in(condition) if key_of(test.field) == key)
            alike = (rule.entity, _direction(rule), rule.conclusion.action, rule.target, key, _rest(condition, key))
            groups.setdefault(alike, []).append(_Member(rule, tests, condition))
    counts = {fact.id for fact in checked.facts if isinstance(fact, Aggregate) and fact.op == "count"}
    for group in groups.values():
        if len(group) > 1 and own.of_tests(test for member in group for test in member.tests) is not None:
            yield from _compare(group, counts, own, effort)


def _direction(rule: Rule) -> str:
    conclusion = rule.conclusion
    return "step" if isinstance(conclusion, AddStep) else "yes" if isinstance(conclusion, Advise) else "no"


def _ordered(condition: Condition) -> set[Key]:
    """The fields in a condition that have an order with a single measure, and are not alternatives to other fields."""
    mixed = set(_mixed(normal(condition, True)))
    measures: dict[Key, set[bool]] = {}
    for test in tests_in(condition):
        if isinstance(test.field.kind, MomentKind | NumberKind | DurationKind | DateKind):
            shifts = [boundary.shift for boundary in boundaries_of(test) if isinstance(boundary, AtMoment)]
            ways = {signed(shift)[1] for shift in shifts}
            if len(shifts) < len(test.predicates):
                ways.add(False)
            if any(isinstance(predicate, YearlyBetween) for predicate in test.predicates):
                ways |= {False, True}  # such days come again and again
            measures.setdefault(key_of(test.field), set()).update(ways)
    return {key for key, ways in measures.items() if len(ways) == 1 and key not in mixed}


def _mixed(node: Node) -> Iterator[Key]:
    """The fields that share an ``any`` with other fields."""
    if node.how == "any":
        keys = {key for member in node.members for key in _keys(member)}
        yield from keys if len(keys) > 1 else ()
    for member in node.members:
        yield from _mixed(member)


def _keys(node: Node) -> Iterator[Key]:
    if node.test is not None:
        yield key_of(node.test.field)
    for member in node.members:
        yield from _keys(member)


def _rest(condition: Condition, key: Key) -> object:
    """The rest of a condition without its tests of a field, independent of order and wording."""
    match condition:
        case Test():
            if key_of(condition.field) == key:
                return None
            return key_of(condition.field), frozenset(condition.predicates), condition.negated
        case AllOf() | AnyOf() | NoneOf():
            parts = frozenset(part for member in condition.members if (part := _rest(member, key)) is not None)
            return (type(condition).__name__, parts) if parts else None
        case _:
            assert_never(condition)


def _compare(group: list[_Member], counts: set[str], own: Own, effort: Effort) -> Iterator[Diagnostic]:
    conditions = [_only(member) for member in group]
    logic = Logic(group[0].rule.entity, conditions, counts, effort)
    key = key_of(group[0].tests[0].field)
    among = [point for point in logic.points.get(key, ()) if point.known]
    order = sorted(among, key=lambda point: (point.age, point.days, point.value))
    effort.take(len(order) * len(conditions) * (1 + len(order) // 32))
    held = [[_at(condition, point, logic, key) for condition in conditions] for point in order]
    covered = [no for no, row in enumerate(held) if any(row)]
    if not covered:
        return
    for no in range(covered[0], covered[-1]):
        if any(held[no]) and not any(held[no + 1]):
            after = next(later for later in range(no + 1, len(held)) if any(held[later]))
            low, high = group[held[no].index(True)], group[held[after].index(True)]
            yield from _warning(Gap, low, high, own)
    for left, low in enumerate(group):
        for right, high in enumerate(group[left + 1 :], left + 1):
            effort.take(2 * len(held))
            both = any(row[left] and row[right] for row in held)
            either = any(row[left] > row[right] for row in held) and any(row[right] > row[left] for row in held)
            if both and either:
                yield from _warning(Overlap, low, high, own)


def _warning(code: type[Gap] | type[Overlap], low: _Member, high: _Member, own: Own) -> Iterator[Diagnostic]:
    span = own.of_tests((*low.tests, *high.tests))
    if span is None:
        return
    first, last = (" and ".join(f"`{written(test)}`" for test in member.tests) for member in (low, high))
    if code is Gap:
        message = f"between `{low.rule.id}` and `{high.rule.id}` there is a range in which neither fires"
    else:
        message = f"`{low.rule.id}` and `{high.rule.id}` overlap: there is a range in which both fire"
    yield code.at(span, message, f"{first}, and {last}: let one begin where the other ends")


def _only(member: _Member) -> Condition:
    """The part of a condition that is about the field in which the group differs."""
    return _kept(member.condition, member.tests) or AllOf(())


def _kept(condition: Condition, tests: tuple[Test, ...]) -> Condition | None:
    if isinstance(condition, Test):
        return condition if any(condition is test for test in tests) else None
    kept = tuple(part for member in condition.members if (part := _kept(member, tests)) is not None)
    return type(condition)(kept) if kept else None


def _at(condition: Condition, point: Point, logic: Logic, key: Key) -> bool:
    """Whether a condition on a single field holds in a stretch of its values."""
    match condition:
        case Test():
            return bool(logic.mask(condition) >> logic.points[key].index(point) & 1)
        case AllOf(members=members):
            return all(_at(member, point, logic, key) for member in members)
        case AnyOf(members=members):
            return any(_at(member, point, logic, key) for member in members)
        case NoneOf(members=members):
            return not any(_at(member, point, logic, key) for member in members)
        case _:
            assert_never(condition)
