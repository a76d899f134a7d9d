"""Cases on which a mutant may decide differently, proposed by the solver in a small world. The engine has to decide them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec.structs import replace

from tactful.facts.calendars import Calendars
from tactful.language.ir import CheckedPack, ComputedFact, Condition, Rule
from tactful.language.ir.reads import closure
from tactful.proofs.equal import renamed
from tactful.proofs.search import MOMENTS
from tactful.proofs.solver import every, negation, some
from tactful.proofs.world import World
from tactful.testing.mutation.mutants import Mutant

#: How many rules that read a changed fact are looked at.
_RULES: Final = 6


def witnesses(checked: CheckedPack, mutant: Mutant) -> Iterator[dict[str, Any]]:
    """Cases on which a rule fires for other rows than with a mutant, as far as a small world is right about calendars."""
    pairs = list(_pairs(checked, mutant))
    facts = _both(checked, mutant)
    calendar = Calendars(checked.calendars).at("UTC", None)
    for moment in MOMENTS[:2]:
        for rule, other in pairs[:_RULES]:
            world = World(facts, moment, calendar)
            rows = [row for row in world.of(rule.entity) if row.scope.get("application", world.main) is world.main]
            apart = [
                every((row.present, negation(world.holds(rule.condition, row.scope) == world.holds(other, row.scope))))
                for row in rows[:2]
            ]
            for model in world.models([some(apart)]):
                yield world.case(model)


def _pairs(checked: CheckedPack, mutant: Mutant) -> Iterator[tuple[Rule, Condition]]:
    """The rules that may fire differently, each with its condition in the mutant."""
    names = _names(checked, mutant)
    for no in mutant.affected:
        rule = checked.rules[no]
        if not mutant.off:
            yield rule, renamed(mutant.pack.rules[no].condition, names)


def _both(checked: CheckedPack, mutant: Mutant) -> Mapping[str, ComputedFact]:
    """The facts of the pack, and under other names those that the mutant changes."""
    names = _names(checked, mutant)
    changed = {fact.id: fact for fact in mutant.pack.facts}
    second = {name: replace(renamed(changed[id_], names), id=name) for id_, name in names.items()}
    return {**{fact.id: fact for fact in checked.facts}, **second}


def _names(checked: CheckedPack, mutant: Mutant) -> dict[str, str]:
    if mutant.fact is None:
        return {}
    facts = {fact.id: fact for fact in checked.facts}
    return {id_: f"{id_} (second)" for id_ in facts if mutant.fact in closure([id_], facts)}
