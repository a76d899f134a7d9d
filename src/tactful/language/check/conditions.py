"""Conditions checked: fields looked up, and phrases turned into predicates."""

from __future__ import annotations

from msgspec.structs import replace

from tactful.language.ir import AllOf, AnyOf, Condition, Field, NoneOf, Test
from tactful.language.names import Scope
from tactful.language.phrases import Phrase, meaning_of
from tactful.language.syntax import Condition as Written
from tactful.language.syntax import Entry
from tactful.source.diagnostics import Span

ALWAYS = AllOf(())


def check_condition(condition: Written, scope: Scope) -> Condition:
    """The condition with all names looked up. Lines with mistakes are reported and left out."""
    if type(condition) is Entry:  # `isinstance` takes five times as long to say no for a struct
        return _check_entry(condition, scope) or ALWAYS
    members = tuple([check_condition(member, scope) for member in condition.members])
    match condition.how:
        case "all":
            return flat(members)
        case "any":
            return members[0] if len(members) == 1 else AnyOf(members)
        case "none":
            return NoneOf(members)


def _check_entry(entry: Entry, scope: Scope) -> Condition | None:
    """What a line of a condition states; ``None`` after reporting a mistake."""
    field = scope.field(entry.field)
    test = None if field is None else check_phrase(entry.phrase, field, entry.text, entry.span, scope)
    return replace(test, in_force=True) if entry.in_force and isinstance(test, Test) else test


def check_phrase(phrase: Phrase, field: Field, text: str, span: Span, scope: Scope) -> Condition | None:
    """What a phrase states of a field; ``None`` after reporting a mistake. ``text`` and ``span`` are for messages."""
    meaning = meaning_of(phrase, field, text, span, scope)
    if meaning is None:
        return None
    if not meaning.beside:
        return Test(field, meaning.predicates, meaning.negated, text, span)
    tests = [Test(field, meaning.predicates, False, text, span)] if meaning.predicates else []
    tests += [Test(other, (predicate,), False, text, span) for other, predicate in meaning.beside]
    together = flat(tuple(tests))
    return NoneOf((together,)) if meaning.negated else together


def flat(members: tuple[Condition, ...]) -> Condition:
    """The conjunction of ``members``, without nested conjunctions and without members that always hold."""
    if len(members) == 1 and type(members[0]) is Test:  # as in many
        return members[0]
    flat: list[Condition] = []
    for member in members:
        if type(member) is Test:
            flat.append(member)
        elif type(member) is AllOf:
            flat.extend(member.members)
        elif not (type(member) is NoneOf and _never(member.members)):
            flat.append(member)
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def _never(members: tuple[Condition, ...]) -> bool:
    """Whether none of the members can ever hold, because each is an ``any`` without members."""
    return all(isinstance(member, AnyOf) and not member.members for member in members)
