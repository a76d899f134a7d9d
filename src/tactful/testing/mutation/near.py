"""The cases on which a changed condition can differ at all: those in which every other part of it holds.

A condition is a list of parts, all of which must hold. A mutant changes one part. Where another part does not hold, neither the
condition nor the mutant's holds, so the case need not be decided again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tactful.engines.evaluate import Environment, Evaluator
from tactful.language.ir import Aggregate, AllOf, AnyOf, ComputedFact, Condition, Rule, WhenFact
from tactful.testing.mutation.mutants import Mutant
from tactful.testing.mutation.tried import Tried

#: Stands for cases in which all parts hold.
_ALL: Final = -1


class _Part(NamedTuple):
    """A part of a condition, and whether it must hold or must not."""

    condition: Condition
    holds: bool


class Near:
    """For one rule or fact, which of some cases come near: all parts of its condition hold for some row, or all but one."""

    def __init__(self, owner: Rule | ComputedFact, cases: Sequence[Tried]) -> None:
        self.owner, self._cases, self._parts = owner, cases, _parts(owner)
        self._near: dict[int, set[int]] = {}
        for no, case in enumerate(cases):
            for env in _environments(owner, case.runtime):
                unmet = self._unmet(case.runtime, env)
                if unmet is not None:
                    self._near.setdefault(unmet, set()).add(no)

    def _unmet(self, evaluator: Evaluator, env: Environment) -> int | None:
        """The number of the only part that does not hold; ``None`` if there are several."""
        unmet = _ALL
        for no, part in enumerate(self._parts):
            if evaluator.holds(part.condition, env) != part.holds:
                if unmet != _ALL:
                    return None
                unmet = no
        return unmet

    def to_try(self, other: Rule | ComputedFact) -> Sequence[Tried]:
        """The cases on which a mutant of the rule or fact can differ, in their order."""
        kept = {id(part.condition) for part in _parts(other)}
        changed = [no for no, part in enumerate(self._parts) if id(part.condition) not in kept]
        if len(changed) > 1:
            return self._cases
        numbers = self._near.get(_ALL, set()).union(*(self._near.get(no, ()) for no in changed))
        return [self._cases[no] for no in sorted(numbers)]


class NearCases:
    """Cases, and those that come near for the rule or fact that is changed now: its mutants follow each other."""

    def __init__(self, cases: Sequence[Tried]) -> None:
        self._cases = cases
        self._near: Near | None = None

    def to_try(self, owner: Rule | ComputedFact, mutant: Mutant) -> Sequence[Tried]:
        """The cases on which a mutant of ``owner`` can differ, in their order."""
        other = _changed(owner, mutant)
        if not _comparable(owner, other):
            return self._cases
        if self._near is None or self._near.owner is not owner:
            self._near = Near(owner, self._cases)
        return self._near.to_try(other)


def _changed(owner: Rule | ComputedFact, mutant: Mutant) -> Rule | ComputedFact:
    """The changed rule or fact; the original where a rule is switched off, as the same cases can differ."""
    if isinstance(owner, Rule):
        return owner if mutant.off else mutant.pack.rules[owner.no]
    return next(fact for fact in mutant.pack.facts if fact.id == owner.id)


def _comparable(owner: Rule | ComputedFact, other: Rule | ComputedFact) -> bool:
    """Whether two rules or facts have the same value wherever neither condition holds."""
    if isinstance(owner, Aggregate) and isinstance(other, Aggregate):
        return owner.op == other.op
    return isinstance(owner, Rule | WhenFact)


def _parts(owner: Rule | ComputedFact) -> list[_Part]:
    """The parts of the condition of a rule, or of a fact that has one."""
    if isinstance(owner, Rule):
        excluded = owner.unless.members if isinstance(owner.unless, AnyOf) else (owner.unless,)
        return [*_all_of(owner.when), *(_Part(part, holds=False) for part in excluded)]
    assert isinstance(owner, WhenFact | Aggregate)  # see `_comparable`
    return _all_of(owner.condition if isinstance(owner, WhenFact) else owner.where)


def _all_of(condition: Condition) -> list[_Part]:
    parts = condition.members if isinstance(condition, AllOf) else (condition,)
    return [_Part(part, holds=True) for part in parts]


def _environments(owner: Rule | ComputedFact, evaluator: Evaluator) -> Iterator[Environment]:
    """The rows in scope wherever the condition is evaluated."""
    for row in evaluator.rows(owner.entity):
        env = evaluator.environment(owner.entity, row)
        if isinstance(owner, Aggregate):
            yield from evaluator.collection(owner, row, env)
        else:
            yield env
