"""Values that follow from a test: if a rule fires because of `field: yes`, the field is yes and need not be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from tactful.facts.kinds import ListKind, Value
from tactful.language.ir import AllOf, AnyOf, Condition, IsIn, Known, NoneOf, Test


def implied(test: Test, held: bool) -> tuple[Value] | None:
    """The value of the field of a test that holds (or fails, if not ``held``); ``None`` where it may have several values."""
    match test.predicates:
        case (IsIn(values=(bool() | str() as value,)),) if held != test.negated and not isinstance(
            test.field.kind, ListKind
        ):
            return (value,)
        case (Known(),) if held == test.negated:
            return (None,)
        case _:
            return None


def open_tests(condition: Condition, holds: bool) -> Iterator[Test]:
    """The tests of a condition that holds (or fails, if not ``holds``) from which the values of their fields do not
    follow."""
    match condition:
        case Test():
            if implied(condition, holds) is None:
                yield condition
        case NoneOf(members=members):
            for member in members:
                yield from open_tests(member, not holds)
        case AllOf(members=members) | AnyOf(members=members):
            for member in members:
                yield from open_tests(member, holds)
        case _:
            assert_never(condition)
