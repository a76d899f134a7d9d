"""Hints at what a newer form of the language says better. They are not warnings: the older form stays valid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tactful.language.phrases.moments import Ago
from tactful.language.syntax import ComputedFact, Condition, Entry, Group, Pack
from tactful.language.terms import LiteralOperand
from tactful.source.codes.lint import NewerForm
from tactful.source.diagnostics import Diagnostic

#: A wait is reported if at least this many rules write it out.
_MANY: Final = 3


def hints(pack: Pack) -> tuple[Diagnostic, ...]:
    """The hints about a pack's own files, in the order of their places."""
    told = [*_lists(pack), *_waits(pack)]
    own = [hint for hint in told if hint.span is not None and hint.span.file in pack.own]
    return tuple(sorted(own, key=lambda hint: (hint.place(), hint.message)))


def _lists(pack: Pack) -> Iterator[Diagnostic]:
    """Alternatives of a single field, which a list of phrases says in one line."""
    for group in _groups(_conditions(pack)):
        entries = [entry for member in group.members if (entry := _alone(member)) is not None]
        fields = {entry.field.text for entry in entries}
        written = {entry.field.span for entry in entries}
        if group.how != "any" or len(entries) < len(group.members) or len(fields) != 1 or len(written) < 2:
            continue
        if not any(entry.text.startswith(("not ", "none ", "[", "unknown")) for entry in entries):
            line = f"{entries[0].field.text}: [{', '.join(entry.text for entry in entries)}]"
            message = f"a list says the same as these {len(entries)} alternatives of `{entries[0].field.text}`"
            yield NewerForm.at(entries[0].field.span, message, f"write `{line}`")


def _waits(pack: Pack) -> Iterator[Diagnostic]:
    """Times that several rules wait after the same moment, each of which writes the time out."""
    waits: dict[tuple[str, str], list[Entry]] = {}
    for rule in pack.rules:
        seen = {}
        for entry in (*_entries(rule.when), *_entries(rule.unless)):
            if isinstance(entry.phrase, Ago) and isinstance(entry.phrase.length, LiteralOperand):
                seen[entry.field.text, entry.phrase.length.text] = entry
        for wait, entry in seen.items():
            waits.setdefault(wait, []).append(entry)
    for (field, length), entries in waits.items():
        if len(entries) >= _MANY:
            message = f"{len(entries)} rules write `{length}` after `{field}` out"
            help_ = f"name it once, in a parameter or in a fact such as `{{is: {length} after {field}}}`"
            yield NewerForm.at(entries[0].span, message, help_)


def _conditions(pack: Pack) -> Iterator[Condition]:
    for rule in pack.rules:
        yield from (rule.when, rule.unless)
    yield from (fact.where for fact in pack.facts if isinstance(fact, ComputedFact))
    yield from (invariant.when for invariant in pack.invariants)


def _groups(conditions: Iterator[Condition]) -> Iterator[Group]:
    for condition in conditions:
        if isinstance(condition, Group):
            yield condition
            yield from _groups(iter(condition.members))


def _entries(condition: Condition) -> Iterator[Entry]:
    if isinstance(condition, Entry):
        yield condition
    else:
        for member in condition.members:
            yield from _entries(member)


def _alone(condition: Condition) -> Entry | None:
    """The only line of a condition; ``None`` if it has several."""
    while isinstance(condition, Group) and condition.how == "all" and len(condition.members) == 1:
        condition = condition.members[0]
    return condition if isinstance(condition, Entry) else None
