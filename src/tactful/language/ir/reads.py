"""Which computed facts a condition, a fact or a rule reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import assert_never

from tactful.language.ir import Aggregate, ComputedFact, Condition, Field, Rule, Test, WhenFact
from tactful.language.ir.boundaries import other_fields


def fields_of(condition: Condition) -> Iterator[Field]:
    """All fields that a condition reads."""
    if not isinstance(condition, Test):
        for member in condition.members:
            yield from fields_of(member)
        return
    yield condition.field
    yield from other_fields(condition)


def fields_of_fact(fact: ComputedFact) -> Iterator[Field]:
    """All fields that a computed fact reads."""
    match fact:
        case WhenFact(condition=condition):
            yield from fields_of(condition)
        case Aggregate(where=where, value=value):
            yield from fields_of(where)
            if value is not None:
                yield value
        case _:
            assert_never(fact)


def fields_of_rule(rule: Rule) -> Iterator[Field]:
    """All fields that a rule's conditions and deadline read."""
    yield from fields_of(rule.when)
    yield from fields_of(rule.unless)
    if rule.by is not None:
        yield rule.by.field


def computed(fields: Iterable[Field]) -> set[str]:
    """The ids of the computed facts among fields."""
    return {field.key for field in fields if field.origin == "computed"}


def closure(ids: Iterable[str], facts: Mapping[str, ComputedFact]) -> set[str]:
    """The facts with these ids, and all facts that they are computed from."""
    return reached(ids, lambda id_: computed(fields_of_fact(facts[id_])))


def reached(ids: Iterable[str], reads: Callable[[str], Iterable[str]]) -> set[str]:
    """These ids, and all ids that can be reached from them; ``reads`` gives the ids that an id leads to."""
    known: set[str] = set()
    todo = list(ids)
    while todo:
        id_ = todo.pop()
        if id_ not in known:
            known.add(id_)
            todo.extend(reads(id_))
    return known
