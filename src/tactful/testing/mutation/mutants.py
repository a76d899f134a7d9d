"""A pack changed in one place: thresholds, units, comparisons, conditions, modalities, priorities, targets, rules off.

Changes are made to the checked pack, so nothing is parsed again. Mutants that are proved equivalent to the original, or to
another mutant of the same condition, are left out.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final

import msgspec

from tactful.facts.parameters import SIGN
from tactful.language.ir import (
    AddStep,
    Advise,
    Aggregate,
    AllOf,
    AnyOf,
    ById,
    CheckedPack,
    ComputedFact,
    Conclusion,
    Condition,
    Deadline,
    Derived,
    InScope,
    Prohibit,
    Rule,
    Shift,
    Target,
    WhenFact,
)
from tactful.language.ir.reads import closure, computed, fields_of_rule
from tactful.language.terms import Modality
from tactful.source.diagnostics import Span
from tactful.testing.mutation.changes import condition_changes, length_changes
from tactful.testing.mutation.expressions import expression_changes
from tactful.testing.own import fact_name

replace = msgspec.structs.replace


class Mutant(msgspec.Struct, frozen=True, eq=False):
    """A pack with one change. ``owner`` is the changed rule or fact, ``change`` describes the change, ``span`` its place.

    ``affected`` are the numbers, in the original pack, of the rules that may fire differently. ``off``: the rule never fires.
    ``fact``: the id of the changed fact, if it is not a rule that is changed.
    """

    id: str
    owner: str
    operator: str
    change: str
    span: Span
    pack: CheckedPack
    affected: tuple[int, ...]
    off: bool = False
    fact: str | None = None


def mutants(checked: CheckedPack, only: Container[str] | None = None) -> Iterator[Mutant]:
    """All mutants of a pack, or of the rules and computed facts with the ids in ``only``."""
    counts = {fact.id for fact in checked.facts if isinstance(fact, Aggregate) and fact.op == "count"}
    for rule in checked.rules:
        if only is None or rule.id in only:
            yield from _unique(_of_rule(rule, checked, counts))
    readers = _readers(checked)
    for no, fact in enumerate(checked.facts):
        if fact.id in readers and (only is None or fact.id in only):  # else, only sentences or invariants read it
            yield from _unique(_of_fact(no, fact, tuple(readers[fact.id]), checked, counts))


def _unique(mutants: Iterator[Mutant]) -> Iterator[Mutant]:
    """The mutants with a number added to ids that occur more than once."""
    seen: dict[str, int] = {}
    for mutant in mutants:
        count = seen[mutant.id] = seen.get(mutant.id, 0) + 1
        yield mutant if count == 1 else replace(mutant, id=f"{mutant.id}#{count}")


# --- rules ---


def _of_rule(rule: Rule, checked: CheckedPack, counts: set[str]) -> Iterator[Mutant]:
    def made(part: str, operator: str, change: str, span: Span, changed: Rule) -> Mutant:
        rules = (*checked.rules[: rule.no], changed, *checked.rules[rule.no + 1 :])
        pack = replace(checked, rules=rules)
        return Mutant(f"{rule.id}/{part}:{operator}", rule.id, operator, change, span, pack, (rule.no,))

    never = replace(rule, when=AnyOf(()))  # the other rules keep their numbers
    off = made("rule", "rule off", "the rule is switched off", rule.span, never)
    yield replace(off, off=True)
    for key, default in (("when", AllOf(())), ("unless", AnyOf(()))):
        condition: Condition = getattr(rule, key)
        for test, operator, change, changed in condition_changes(condition, default, rule.entity, counts):
            yield made(f"{key} {test.field.text}", operator, change, test.span, replace(rule, **{key: changed}))
    for change, conclusion in _conclusions(rule.conclusion):
        yield made("then", "modality", change, rule.span, replace(rule, conclusion=conclusion))
    if not isinstance(rule.conclusion, AddStep):
        for priority in (100, 0):
            if rule.priority != priority:
                change = f"priority {rule.priority} → {priority}"
                yield made("priority", "priority", change, rule.span, replace(rule, priority=priority))
        target = _wider(rule.target, rule.entity)
        if target is not None:
            change = f"the conclusion concerns the {target.entity}"
            yield made("to", "target", change, rule.span, replace(rule, target=target))
    if rule.by is not None:
        for operator, change, shift in _shifts(rule.by.shift):
            changed_by = Deadline(rule.by.field, shift)
            yield made("by", operator, f"deadline: {change}", rule.span, replace(rule, by=changed_by))


_NEXT: Final[dict[Modality, tuple[Modality, ...]]] = {
    "must": ("should", "must_not"),
    "should": ("must", "may", "should_not"),
    "may": ("should", "should_not"),
    "should_not": ("must_not", "should"),
    "must_not": ("should_not", "must"),
}


def _conclusions(conclusion: Conclusion) -> Iterator[tuple[str, Conclusion]]:
    """The conclusion a step weaker, a step stronger, and reversed."""
    if isinstance(conclusion, AddStep):
        return
    for modality in _NEXT[conclusion.modality]:
        change = f"{conclusion.modality.replace('_', ' ')} → {modality.replace('_', ' ')}"
        match modality:
            case "should_not" | "must_not":
                safety = isinstance(conclusion, Prohibit) and conclusion.safety
                yield change, Prohibit(modality, conclusion.action, safety)
            case _:
                yield change, Advise(modality, conclusion.action)


#: The entity that a target is widened to.
_WIDER: Final = {
    "interviewer": "person",
    "person": "application",
    "interview": "application",
    "message": "application",
    "offer": "application",
    "application": "candidate",
}


def _wider(target: Target, entity: str) -> InScope | None:
    if isinstance(target, ById):
        return InScope("application")
    wider = _WIDER.get(target.entity)
    return None if wider is None or entity == "candidate" else InScope(wider)


def _shifts(shift: Shift) -> Iterator[tuple[str, str, Shift]]:
    for operator, change, length in length_changes(shift.length):
        yield operator, change, Shift(length, shift.back)


# --- facts ---

_TURNED: Final = {"exists": "none", "none": "exists", "latest": "earliest", "earliest": "latest"}


def _readers(checked: CheckedPack) -> dict[str, list[int]]:
    """The numbers of the rules that read a computed fact, directly or through others, by the fact's id."""
    by_id, readers = {fact.id: fact for fact in checked.facts}, dict[str, list[int]]()
    for rule in checked.rules:
        for id_ in closure(computed(fields_of_rule(rule)), by_id):
            readers.setdefault(id_, []).append(rule.no)
    return readers


def _of_fact(
    no: int, fact: ComputedFact, affected: tuple[int, ...], checked: CheckedPack, counts: set[str]
) -> Iterator[Mutant]:
    def made(part: str, operator: str, change: str, span: Span, changed: ComputedFact) -> Mutant:
        pack = replace(checked, facts=(*checked.facts[:no], changed, *checked.facts[no + 1 :]))
        name = fact_name(fact)
        return Mutant(f"{name}/{part}:{operator}", name, operator, change, span, pack, affected, fact=fact.id)

    if isinstance(fact, Derived):
        definition = checked.definitions.get(fact_name(fact).removeprefix(SIGN))
        if definition is not None:  # hidden facts have none
            place = definition.id
            for one in expression_changes(fact, counts):
                instead = replace(fact, expression=one.expression)
                yield made(one.part, one.operator, one.change, one.span or place, instead)
        return
    key, entity = ("condition", fact.entity) if isinstance(fact, WhenFact) else ("where", fact.over)
    condition: Condition = getattr(fact, key)
    part = "when" if key == "condition" else key
    for test, operator, change, changed in condition_changes(condition, AllOf(()), entity, counts):
        yield made(f"{part} {test.field.text}", operator, change, test.span, replace(fact, **{key: changed}))
    if isinstance(fact, Aggregate) and fact.op in _TURNED:
        turned = _TURNED[fact.op]
        change = f"{fact.op} → {turned}"
        span = checked.definitions[fact.id].id
        yield made("how", "fact turned", change, span, replace(fact, op=turned))
