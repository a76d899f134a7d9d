"""What is in force on a day: the values of dated parameters, and dated rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from msgspec.structs import replace

from tactful.facts.parameters import SIGN
from tactful.language.ir import (
    AllOf,
    AnyOf,
    Branch,
    CheckedPack,
    Choose,
    Combine,
    ComputedFact,
    Condition,
    Constant,
    DateBetween,
    Derived,
    Expression,
    Moved,
    NoneOf,
    Opens,
    Parameter,
    Pick,
    Read,
    Rule,
    Share,
    Test,
)

_PARAMETER: Final = f"candidate.{SIGN}"


def as_of(checked: CheckedPack, day: int) -> CheckedPack:
    """The pack as it is on a day (its ordinal), whatever the day of a case: other values and rules do not exist.

    Conditions that rules themselves state on dates stay as they are.
    """
    rules = [rule for rule in checked.rules if _when(rule, day) is not False]
    return replace(
        checked,
        facts=tuple(_fact(fact, day) for fact in checked.facts),
        rules=tuple(replace(rule, no=no, when=_when(rule, day)) for no, rule in enumerate(rules)),
        as_of=day,
    )


def days_of_rule(rule: Rule) -> DateBetween | None:
    """The days on which a dated rule is in force; ``None`` for a rule that always is."""
    return next((_days(test) for test in _dated_tests(rule.when)), None)


def dated_days(checked: CheckedPack) -> tuple[int, ...]:
    """The days (ordinals) on which a value or a rule comes into force or is no longer in force, in their order."""
    changes = {dated.day for parameter in checked.parameters for dated in parameter.dated[1:]}
    for days in filter(None, map(days_of_rule, checked.rules)):
        changes |= {day for day in (days.first, None if days.last is None else days.last + 1) if day is not None}
    return tuple(sorted(changes))


def days_in_force(parameter: Parameter, today: int) -> tuple[int | None, int | None]:
    """The first and the last day (ordinals) of the value of a parameter that is in force on a day.

    ``None`` for the first day where there is no earlier value, and for the last day where there is no later value.
    """
    changes = [dated.day for dated in parameter.dated[1:]]
    past, to_come = [day for day in changes if day <= today], [day for day in changes if day > today]
    return past[-1] if past else None, to_come[0] - 1 if to_come else None


def _dated_tests(condition: Condition) -> Iterator[Test]:
    if not isinstance(condition, Test):
        for member in condition.members:
            yield from _dated_tests(member)
    elif condition.in_force:
        yield condition


def _days(test: Test) -> DateBetween:
    (days,) = test.predicates
    assert isinstance(days, DateBetween)  # packs state from when on and until when something is in force
    return days


def _holds(test: Test, day: int) -> bool:
    days = _days(test)
    return (days.first is None or days.first <= day) and (days.last is None or day <= days.last)


def _when(rule: Rule, day: int) -> Condition | bool:
    when = _condition(rule.when, day)
    return AllOf(()) if when is True else when


def _condition(condition: Condition, day: int) -> Condition | bool:
    """The condition on that day; ``True`` or ``False`` if the day alone decides it."""
    if isinstance(condition, Test):
        return _holds(condition, day) if condition.in_force else condition
    members = [_condition(member, day) for member in condition.members]
    if members == list(condition.members):
        return condition
    open_ = tuple(member for member in members if not isinstance(member, bool))
    match condition:
        case AllOf():
            return False if False in members else AllOf(open_) if open_ else True
        case AnyOf():
            return True if True in members else AnyOf(open_) if open_ else False
        case NoneOf():
            return False if True in members else NoneOf(open_) if open_ else True
        case _:
            assert_never(condition)


def _fact(fact: ComputedFact, day: int) -> ComputedFact:
    if not isinstance(fact, Derived) or not fact.id.startswith(_PARAMETER):
        return fact
    value = _value(fact.expression, day)
    assert value is not None  # a dated parameter has a value on every day
    return replace(fact, expression=value)


def _value(expression: Expression, day: int) -> Expression | None:
    match expression:
        case Pick(how=how, members=members):
            values = [_value(member, day) for member in members]
            return Pick(how, tuple(value for value in values if value is not None))
        case Choose(branches=branches, otherwise=otherwise):
            return next((branch.value for branch in branches if _is_chosen(branch, day)), otherwise)
        case Constant() | Read() | Moved() | Opens() | Combine() | Share():
            return expression
        case _:
            assert_never(expression)


def _is_chosen(branch: Branch, day: int) -> bool:
    return _condition(branch.condition, day) is True
