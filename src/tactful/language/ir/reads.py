"""Which computed facts a condition, a fact or a rule reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeVar, assert_never

from tactful.language.ir import (
    Action,
    Aggregate,
    Choose,
    Combine,
    ComputedFact,
    Condition,
    Constant,
    Derived,
    Expression,
    Field,
    Moved,
    Opens,
    Pick,
    Read,
    Relates,
    Rule,
    Share,
    Test,
    WhenFact,
)

T = TypeVar("T")
#: The expressions that are made of no others.
_SIMPLE: Final = frozenset((Constant, Read, Moved, Opens))


def fields_of(condition: Condition) -> list[Field]:
    """All fields that a condition reads."""
    fields: list[Field] = []
    _collect(condition, fields)
    return fields


def _collect(condition: Condition, fields: list[Field]) -> None:
    """Add the fields that a condition reads. A pack has thousands of tests, and generators within each other are slow."""
    if type(condition) is Test:  # `isinstance` takes five times as long to say no for a struct
        fields.append(condition.field)
        for predicate in condition.predicates:  # as in `other_fields`
            if type(predicate) is Relates:
                fields.append(predicate.other)
    else:
        for member in condition.members:
            _collect(member, fields)


def tests_in(condition: Condition) -> Iterator[Test]:
    """All tests of a condition."""
    if isinstance(condition, Test):
        yield condition
        return
    for member in condition.members:
        yield from tests_in(member)


def fields_of_fact(fact: ComputedFact) -> list[Field]:
    """All fields that a computed fact reads."""
    match fact:
        case WhenFact(condition=condition):
            return fields_of(condition)
        case Aggregate(where=where, value=value):
            return [*fields_of(where), *([] if value is None else [value])]
        case Derived(expression=expression):
            return [*fields_of_expression(expression)]
        case _:
            assert_never(fact)


def fields_of_expression(expression: Expression) -> Iterator[Field]:
    """All fields that an expression reads."""
    match expression:
        case Constant():
            return
        case Read(field=field) | Opens(field=field):
            yield field
        case Moved(field=field, length=length):
            yield field
            if isinstance(length, Field):
                yield length
        case Pick(members=members) | Combine(members=members):
            for member in members:
                yield from fields_of_expression(member)
        case Share(of=of):
            yield from fields_of_expression(of)
        case Choose(branches=branches, otherwise=otherwise):
            for branch in branches:
                yield from fields_of(branch.condition)
                yield from fields_of_expression(branch.value)
            if otherwise is not None:
                yield from fields_of_expression(otherwise)
        case _:
            assert_never(expression)


def expressions_in(expression: Expression) -> Iterator[Expression]:
    """The expression, and all that it is made of, the outer ones first."""
    yield expression
    if type(expression) in _SIMPLE:  # most are, and a look at each kind of expression takes long
        return
    match expression:
        case Pick(members=members) | Combine(members=members):
            for member in members:
                yield from expressions_in(member)
        case Share(of=of):
            yield from expressions_in(of)
        case Choose(branches=branches, otherwise=otherwise):
            for branch in branches:
                yield from expressions_in(branch.value)
            if otherwise is not None:
                yield from expressions_in(otherwise)
        case Constant() | Read() | Moved() | Opens():
            return
        case _:
            assert_never(expression)


def conditions_in(expression: Expression) -> Iterator[Condition]:
    """The conditions by which an expression chooses its value."""
    for part in expressions_in(expression):
        if type(part) is Choose:
            for branch in part.branches:
                yield branch.condition


def conditions_of_fact(fact: ComputedFact) -> Iterator[Condition]:
    """The conditions of a computed fact; of a table, those of its rows."""
    match fact:
        case WhenFact(condition=condition) | Aggregate(where=condition):
            yield condition
        case Derived(expression=expression):
            yield from conditions_in(expression)
        case _:
            assert_never(fact)


def as_written(field: Field, facts: Mapping[str, ComputedFact]) -> Field:
    """The field that the author of a condition wrote: for a hidden fact, the field that it moves."""
    moved = hidden_move(field, facts)
    return field if moved is None else moved.field


def hidden_move(field: Field, facts: Mapping[str, ComputedFact]) -> Moved | None:
    """What a hidden fact does to the field that the author wrote; ``None`` for any other field."""
    fact = facts[field.key] if field.origin == "computed" else None
    if not isinstance(fact, Derived) or not fact.hidden:
        return None
    assert isinstance(fact.expression, Moved)  # operands of conditions and deadlines only move moments
    return fact.expression


def fields_of_rule(rule: Rule) -> list[Field]:
    """All fields that a rule's conditions and deadline read."""
    return [*fields_of(rule.when), *fields_of(rule.unless), *([] if rule.by is None else [rule.by.field])]


def fields_of_orders(actions: Iterable[Action]) -> Iterator[Field]:
    """All fields by which conclusions about some actions are sorted."""
    for action in actions:
        for key in action.order:
            yield key.field


def computed(fields: Iterable[Field]) -> set[str]:
    """The ids of the computed facts among fields."""
    return {field.key for field in fields if field.origin == "computed"}


def closure(ids: Iterable[str], facts: Mapping[str, ComputedFact]) -> set[str]:
    """The facts with these ids, and all facts that they are computed from."""
    return reached(ids, lambda id_: computed(fields_of_fact(facts[id_])))


def reached(ids: Iterable[T], reads: Callable[[T], Iterable[T]]) -> set[T]:
    """These ids, and all ids that can be reached from them; ``reads`` gives the ids that an id leads to."""
    known: set[T] = set()
    todo = list(ids)
    while todo:
        id_ = todo.pop()
        if id_ not in known:
            known.add(id_)
            todo.extend(reads(id_))
    return known
