"""Warnings about decision tables: rows that no case reaches, rows that contradict each other, and cases without a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from math import prod
from typing import Final, assert_never

from tactful.facts.kinds import ChoiceKind, Value, YesNoKind
from tactful.language.ir import AllOf, AnyOf, Branch, CheckedPack, Choose, Condition, Derived, Field, NoneOf, Test
from tactful.language.ir.reads import tests_in
from tactful.language.lint.counts import counts_of
from tactful.language.lint.own import Own
from tactful.language.lint.satisfiability import Effort, Key, Logic, Point, holds_at, key_of
from tactful.language.syntax import Pack, Table
from tactful.source.codes.lint import RowsDiffer, Uncovered, UnreachableRow
from tactful.source.diagnostics import Diagnostic

#: The most combinations of values of a table's columns that are tried, and how many of them a message lists.
_MOST_COMBINATIONS: Final = 5_000
_MOST_SHOWN: Final = 3


def lint_tables(pack: Pack, checked: CheckedPack, own: Own, effort: Effort) -> Iterator[Diagnostic]:
    """The warnings about the tables of a pack's own files."""
    facts, counts = {fact.id: fact for fact in checked.facts}, counts_of(checked)
    for table in pack.tables:
        fact = facts[table.name.text]
        if isinstance(fact, Derived) and isinstance(fact.expression, Choose) and table.name.span in own:
            conditions = [branch.condition for branch in fact.expression.branches]
            logic = Logic(fact.entity, conditions, counts, effort)
            yield from _lint_table(table, fact.expression, logic, effort)


def _lint_table(table: Table, choose: Choose, logic: Logic, effort: Effort) -> Iterator[Diagnostic]:
    conditions = [branch.condition for branch in choose.branches]
    for no, branch in enumerate(choose.branches):
        yield from _unreachable(branch, conditions[:no], logic)
    for first, second in combinations(choose.branches, 2) if table.only_one else ():
        effort.take(1)
        if first.value != second.value and logic.possible(first.condition, second.condition):
            message = (
                f"this row and the row in line {first.span.line} hold for the same case, and give different values"
            )
            yield RowsDiffer.at(second.span, message, "narrow one of the two, or take `only one` out")
    if choose.otherwise is None:
        yield from _uncovered(table, conditions, effort)
    elif table.otherwise_at is not None and any(not logic.possible(NoneOf((row,))) for row in conditions):
        message = "`otherwise` is never used: a row above it matches in every case"
        yield UnreachableRow.at(table.otherwise_at, message, "take one of the two out")


def _unreachable(branch: Branch, above: list[Condition], logic: Logic) -> Iterator[Diagnostic]:
    if not logic.possible(branch.condition):
        yield UnreachableRow.at(branch.span, "no case can reach this row: no case has these values", "take it out")
        return
    before = [other for other in above if logic.possible(branch.condition, other)]
    if before and not logic.possible(branch.condition, NoneOf(tuple(before))):
        message = "no case can reach this row: the rows above it cover every case that it covers"
        yield UnreachableRow.at(branch.span, message, "put it above them, or take it out")


def _uncovered(table: Table, conditions: list[Condition], effort: Effort) -> Iterator[Diagnostic]:
    """The combinations of known values that no row covers, where each column has a fixed set of values."""
    fields: dict[Key, Field] = {key_of(test.field): test.field for row in conditions for test in tests_in(row)}
    values = [_values(field) for field in fields.values()]
    if not fields or not 0 < prod(map(len, values)) <= _MOST_COMBINATIONS:
        return
    missing = []
    for chosen in product(*values):
        effort.take(len(conditions))
        points = {key: Point(True, value) for key, value in zip(fields, chosen, strict=True)}
        if not any(_holds(condition, points) for condition in conditions):
            cells = zip(fields.values(), chosen, strict=True)
            missing.append(" with ".join(f"`{field.text}: {_written(value)}`" for field, value in cells))
    if missing:
        more = f" and {len(missing) - _MOST_SHOWN} more" if len(missing) > _MOST_SHOWN else ""
        message = f"no row of `{table.name.text}` covers {', '.join(missing[:_MOST_SHOWN])}{more}"
        yield Uncovered.at(table.name.span, message, "add a row for it, or `otherwise`")


def _values(field: Field) -> tuple[Value, ...]:
    match field.kind:
        case ChoiceKind(values=values):
            return values
        case YesNoKind():
            return (True, False)
        case _:
            return ()


def _written(value: Value) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _holds(condition: Condition, points: Mapping[Key, Point]) -> bool:
    match condition:
        case Test():
            return holds_at(condition, points[key_of(condition.field)])
        case AllOf(members=members):
            return all(_holds(member, points) for member in members)
        case AnyOf(members=members):
            return any(_holds(member, points) for member in members)
        case NoneOf(members=members):
            return not any(_holds(member, points) for member in members)
        case _:
            assert_never(condition)
