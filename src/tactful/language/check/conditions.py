"""Conditions checked: fields looked up, and phrases turned into predicates."""

from __future__ import annotations

from tactful.language.ir import AllOf, AnyOf, Condition, NoneOf, Test
from tactful.language.names import Scope
from tactful.language.phrases import meaning_of
from tactful.language.syntax import Condition as Written
from tactful.language.syntax import Entry

ALWAYS = AllOf(())


def check_condition(condition: Written, scope: Scope) -> Condition:
    """The condition with all names looked up. Lines with mistakes are reported and left out."""
    if isinstance(condition, Entry):
        return _check_entry(condition, scope) or ALWAYS
    members = tuple(check_condition(member, scope) for member in condition.members)
    match condition.how:
        case "all":
            return _flat(members)
        case "any":
            return members[0] if len(members) == 1 else AnyOf(members)
        case "none":
            return NoneOf(members)


def _check_entry(entry: Entry, scope: Scope) -> Test | None:
    """The test that a line of a condition states; ``None`` after reporting a mistake."""
    field = scope.field(entry.field)
    if field is None:
        return None
    meaning = meaning_of(entry.phrase, field, entry.text, entry.span, scope)
    if meaning is None:
        return None
    return Test(field, meaning.predicates, meaning.negated, entry.text, entry.span)


def _flat(members: tuple[Condition, ...]) -> Condition:
    """The conjunction of ``members``, without nested conjunctions and without members that always hold."""
    flat: list[Condition] = []
    for member in members:
        if isinstance(member, AllOf):
            flat.extend(member.members)
        elif not (isinstance(member, NoneOf) and _never(member.members)):
            flat.append(member)
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def _never(members: tuple[Condition, ...]) -> bool:
    """Whether none of the members can ever hold, because each is an ``any`` without members."""
    return all(isinstance(member, AnyOf) and not member.members for member in members)
