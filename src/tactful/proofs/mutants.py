"""Mutants that are proved equivalent: in every case, they lead to the same ranked advice as the original pack.

A mutant of a fact is equivalent if the fact has the same value for every row. Otherwise, and for a mutant of a rule, each rule
that may fire differently is asked about: whether it fires for the same rows at the same moments, with the same deadline.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from tactful.language.ir import (
    Aggregate,
    ById,
    CheckedPack,
    ComputedFact,
    Condition,
    Field,
    Rule,
)
from tactful.language.ir.reads import closure, computed, fields_of_orders
from tactful.proofs.ends import Ends
from tactful.proofs.equal import CONDITIONS, renamed
from tactful.proofs.sketch import Sketch
from tactful.proofs.solver import STEPS, Term, answer, every, negation, some
from tactful.proofs.stated import TOLD, content
from tactful.testing.mutation.mutants import Mutant
from tactful.testing.mutation.mutate import Verdict

#: The depths of sketches that are tried.
_DEPTHS: Final = (0, 1, 2)
#: The attributes of a fact that tell which rows count, its name, and what no decision depends on.
_WHERE: Final = frozenset({"where", "id", *TOLD})
#: What is added to the id of a changed fact, so that formulas can have both.
_SECOND: Final = " (second)"


def equivalence(checked: CheckedPack, mutant: Mutant, steps: int = STEPS) -> Verdict:
    """Whether it is proved that a mutant of a pack leads to the same ranked advice in every case.

    ``steps`` bound the solver's work for one question. Each mutant takes a few questions.
    """
    prover = _Prover(checked, mutant, steps)
    if prover.equivalent():
        return "equivalent"
    return "out of steps" if prover.stopped else "not proved"


class _Prover:
    def __init__(self, checked: CheckedPack, mutant: Mutant, steps: int) -> None:
        self._checked, self._mutant, self._steps = checked, mutant, steps
        self._facts = {fact.id: fact for fact in checked.facts}
        self._ends = Ends(checked, mutant.pack)
        #: Whether the solver ran out of steps for some question.
        self.stopped = False

    def equivalent(self) -> bool:
        """Whether the mutant is proved equivalent."""
        mutant, rules = self._mutant, self._checked.rules
        if mutant.fact is not None:
            return self._same_fact(mutant.fact) or self._same_without(mutant.fact)
        (no,) = mutant.affected
        if mutant.off:
            return self._never_fires(rules[no])
        return self._same_rule(rules[no], mutant.pack.rules[no])

    # --- rules ---

    def _same_rule(self, rule: Rule, other: Rule) -> bool:
        """Whether a rule and its mutant draw the same conclusions."""
        if content(rule, CONDITIONS) != content(other, CONDITIONS):
            return content(rule.condition) == content(other.condition) and self._never_fires(rule)
        return self._ends.of_rule(rule, other) and self._fire_alike(rule.entity, rule.condition, other.condition)

    def _never_fires(self, rule: Rule) -> bool:
        return self._never(lambda sketch: sketch.holds(rule.condition, sketch.row(rule.entity).scope))

    def _fire_alike(self, entity: str, condition: Condition, other: Condition) -> bool:
        """Whether two conditions hold for the same rows at the same moments."""

        def apart(sketch: Sketch) -> Term:
            scope = sketch.row(entity).scope
            return negation(sketch.holds(condition, scope) == sketch.holds(other, scope))

        return self._never(apart)

    # --- facts ---

    def _same_fact(self, id_: str) -> bool:
        """Whether a changed fact has the same value as the original for every row, at every moment."""
        fact, other = self._facts[id_], self._changed(id_)
        readers = [self._checked.rules[no] for no in self._mutant.affected]
        if not self._ends.of_fact(fact, other, readers):
            return False
        if isinstance(fact, Aggregate) and isinstance(other, Aggregate) and self._same_members(fact, other):
            return True
        self._facts[other.id] = other
        return self._never(lambda sketch: _values_apart(sketch, fact, other))

    def _changed(self, id_: str) -> ComputedFact:
        """A changed fact under another name, so that formulas can have both."""
        return replace(next(fact for fact in self._mutant.pack.facts if fact.id == id_), id=f"{id_}{_SECOND}")

    def _same_members(self, fact: Aggregate, other: Aggregate) -> bool:
        """Whether two facts are proved to take the same from the same rows of a collection."""
        if content(fact, _WHERE) != content(other, _WHERE):
            return False

        def apart(sketch: Sketch) -> Term:
            row = sketch.row(fact.entity)
            member = sketch.member(fact, row)
            return negation(sketch.counts(fact, row, member) == sketch.counts(other, row, member))

        return self._never(apart)

    def _same_without(self, id_: str) -> bool:
        """Whether each rule that reads a changed fact draws the same conclusions, whatever the fact's values."""
        facts = {fact.id: fact for fact in self._checked.facts}
        names = {other: f"{other}{_SECOND}" for other in facts if id_ in closure([other], facts)}
        changed = {fact.id: fact for fact in self._mutant.pack.facts}
        direct = [*fields_of_orders(self._checked.actions.values())]
        direct += [field for action in self._checked.actions.values() for field in action.occasion]
        rules = [self._checked.rules[no] for no in self._mutant.affected]
        direct += [rule.by.field for rule in rules if rule.by is not None]
        direct += [rule.target.field for rule in rules if isinstance(rule.target, ById)]
        if not computed(direct).isdisjoint(names):
            return False
        self._facts |= {name: replace(renamed(changed[other], names), id=name) for other, name in names.items()}
        return all(
            self._ends.with_facts(rule, rule)
            and self._fire_alike(rule.entity, rule.condition, renamed(rule.condition, names))
            for rule in rules
        )

    # --- questions ---

    def _never(self, question: Callable[[Sketch], Term]) -> bool:
        """Whether a formula about a sketch of all cases is proved to hold in none of them."""
        for depth in _DEPTHS:
            sketch = Sketch(self._facts, depth)
            term = question(sketch)
            sketch.close()
            said = answer(sketch.known, term, self._steps)
            if said == "impossible":
                return True
            self.stopped |= said == "out of steps"
        return False


def _values_apart(sketch: Sketch, fact: ComputedFact, other: ComputedFact) -> Term:
    """Whether two facts have different values for some row."""
    row = sketch.row(fact.entity)
    (known, value), (other_known, other_value) = (
        sketch.value(Field(fact.entity, (), "computed", each.id, fact.kind, each.id), row.scope)
        for each in (fact, other)
    )
    return some((negation(known == other_known), every((known, other_known, negation(value == other_value)))))
