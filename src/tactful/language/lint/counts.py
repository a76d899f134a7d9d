"""The computed facts whose values are whole numbers and never negative."""

from __future__ import annotations

from typing import assert_never

from tactful.language.ir import (
    Aggregate,
    CheckedPack,
    Choose,
    Combine,
    Constant,
    Derived,
    Expression,
    Moved,
    Opens,
    Pick,
    Read,
    Share,
)


def counts_of(checked: CheckedPack) -> frozenset[str]:
    """The ids of the facts that count rows, and of those that are made from such facts."""
    counts: set[str] = set()
    for fact in checked.facts:  # each after the facts that it reads
        if isinstance(fact, Aggregate):
            whole = fact.op == "count"
        else:
            whole = isinstance(fact, Derived) and _is_whole(fact.expression, counts)
        if whole:
            counts.add(fact.id)
    return frozenset(counts)


def _is_whole(expression: Expression, counts: set[str]) -> bool:
    """Whether every value of an expression is a whole number, and none is negative."""
    match expression:
        case Constant(value=value):
            return isinstance(value, int) and not isinstance(value, bool) and value >= 0
        case Read(field=field):
            return field.origin == "computed" and field.key in counts
        case Pick(members=members) | Combine(how="sum", members=members):
            return all(_is_whole(member, counts) for member in members)
        case Choose(branches=branches, otherwise=otherwise):
            values = [branch.value for branch in branches] + ([] if otherwise is None else [otherwise])
            return all(_is_whole(value, counts) for value in values)
        case Moved() | Opens() | Combine() | Share():
            return False
        case _:
            assert_never(expression)
