"""Decisions of mutants that differ from those of the original pack.

Only the rules that a mutant affects are fired again, by the plain evaluator. The firings of all other rules are taken from the
original, and so are the values of all facts that do not depend on what is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tactful.api.policy import Policy
from tactful.decide.again import Readers
from tactful.decide.conclusions import Conclusion, Ranking
from tactful.decide.decider import Decider
from tactful.decide.ranker import Ranker
from tactful.engines.firings import RawFiring
from tactful.engines.plain import PlainRuntime
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.rows import Case
from tactful.language.ir import AddStep, ComputedFact, Rule
from tactful.language.ir.reads import closure, computed, fields_of_fact
from tactful.reasons.context import Context
from tactful.testing.examples.model import Example
from tactful.testing.examples.run import meets
from tactful.testing.mutation.mutants import Mutant
from tactful.testing.mutation.tried import Tried, fired_in

#: Everything that is visible in a decision.
Seen = tuple[object, ...]


class Difference(msgspec.Struct, frozen=True, eq=False):
    """A case on which a mutant decides differently, with the mutant's ranking and its firings of rules that add steps."""

    tried: Tried
    ranking: Ranking
    steps: list[RawFiring]

    def shows_in_conclusions(self) -> bool:
        """Whether anything differs besides order, deadlines, reasons and steps. Only that can break an invariant."""
        return _concluded(self.ranking) != _concluded(self.tried.ranking)


class _Context(Context, frozen=True, eq=False, dict=True):
    """The context of a mutant's decision, whose steps are known already."""

    known_steps: list[RawFiring]

    @property
    def step_firings(self) -> list[RawFiring]:
        """The firings of rules that add steps."""
        return self.known_steps


class Original:
    """The pack that is changed, and what trying its mutants takes besides."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        facts = policy.decider.facts
        #: For each computed fact, itself and the facts that depend on it.
        self.dependents: dict[str, set[str]] = {id_: {id_} for id_ in facts}
        for id_, fact in facts.items():
            for read in closure(computed(fields_of_fact(fact)), facts):
                self.dependents[read].add(id_)


class Changed:
    """A mutant, and its decisions."""

    def __init__(self, original: Original, mutant: Mutant) -> None:
        self._original, self._policy, self._mutant = original, original.policy, mutant
        self._numbers = mutant.affected
        rules = self._policy.checked.rules
        self._rules = () if mutant.off else tuple(mutant.pack.rules[no] for no in self._numbers)
        self._only_steps = all(isinstance(rules[no].conclusion, AddStep) for no in self._numbers)
        self._no_steps = not any(isinstance(rules[no].conclusion, AddStep) for no in self._numbers)
        #: Whether the affected rules conclude as before, so that the same firings mean the same decision.
        self._same_conclusions = mutant.operator not in ("modality", "priority", "target")
        self._decider = Decider(mutant.pack, CaseLimits(), few=True)
        self._searched = self._policy.decider.once(Readers).searched
        as_before = self._same_conclusions and mutant.fact is None
        self._ranker = self._policy.decider.ranker if as_before else self._decider.ranker

    @property
    def owner(self) -> Rule | ComputedFact:
        """The rule or fact of the original pack that is changed."""
        fact = self._mutant.fact
        return self._policy.checked.rules[self._numbers[0]] if fact is None else self._policy.decider.facts[fact]

    def differences(self, among: Iterable[Tried]) -> Iterator[Difference]:
        """The cases on which the mutant decides differently."""
        for case in among:
            difference = self.difference(case)
            if difference is not None:
                yield difference

    def difference(self, case: Tried) -> Difference | None:
        """The mutant's decision on a case; ``None`` where it is the same as the original's."""
        if not self.differs_in_fact(case.runtime):
            return None
        before, steps_before = case.fired(self._numbers)
        after, steps_after = fired_in(self.runtime(case), self._decider.plain, self._rules)
        same = _set(before) == _set(after) and _set(steps_before) == _set(steps_after)
        if same and (self._same_conclusions or not before):
            return None
        numbers = frozenset(self._numbers)
        firings = [*(firing for firing in case.firings if firing[0] not in numbers), *after]
        steps = [*(firing for firing in case.steps if firing[0] not in numbers), *steps_after]
        ranking = case.ranking if self._only_steps else self._ranker.rank(firings, case.case, case.now)
        if seen(ranking) == seen(case.ranking) and (self._no_steps or self._same_steps(case, ranking, steps)):
            return None
        return Difference(case, ranking, steps)

    def _same_steps(self, case: Tried, ranking: Ranking, steps: Sequence[RawFiring]) -> bool:
        """Whether a mutant's ranking has the same steps as the original's."""
        original = _steps(case.ranking, case.steps, case.case, self._ranker)
        return _steps(ranking, steps, case.case, self._ranker) == original

    def differs_in_fact(self, runtime: PlainRuntime) -> bool:
        """Whether the changed fact has another value for any row. Without that, the decision is the same.

        Where the end of an affected rule is searched for, the fact's values at other times matter too, so it may differ.
        """
        id_ = self._mutant.fact
        if id_ is None or not self._searched.isdisjoint(self._numbers):
            return True
        changed = self._decider.facts[id_]
        return any(
            runtime.computed(id_, row) != runtime.worked_out(changed, row) for row in runtime.rows(changed.entity)
        )

    def runtime(self, case: Tried) -> PlainRuntime:
        """The mutant's facts and conditions on a case."""
        changed = self._mutant.fact
        if changed is None:
            return case.runtime
        runtime, dependents = self._decider.plain.runtime(case.case, case.now), self._original.dependents[changed]
        runtime.memo.update((key, value) for key, value in case.runtime.memo.items() if key[0] not in dependents)
        return runtime

    def meets(self, difference: Difference, example: Example) -> bool:
        """Whether the mutant's decision on an example's case meets the expectations."""
        case, now = difference.tried.case, difference.tried.now
        ranking = difference.ranking if case.handled is None else self._decider.rank(case, now)
        return meets(_Context(self._decider, case, now, difference.steps), ranking, example)


def _set(firings: Sequence[RawFiring]) -> frozenset[tuple[int, int, int | None]]:
    return frozenset((no, id(row), due) for no, row, due in firings)


def seen(ranking: Ranking) -> Seen:
    """Everything that is visible in a ranking."""
    return tuple(map(_seen, ranking.ranked)), tuple(map(_seen, ranking.set_aside))


def _concluded(ranking: Ranking) -> frozenset[object]:
    """The recommendations and prohibitions of a ranking, with their modality and alternatives."""
    return frozenset(
        (conclusion.key, conclusion.modality, tuple((other.key, other.modality) for other in conclusion.alternatives))
        for conclusion in ranking.ranked
    )


def _seen(conclusion: Conclusion) -> Seen:
    return (
        *(conclusion.key, conclusion.modality, conclusion.due),
        frozenset(no for no, _, _ in conclusion.firings),
        tuple((alternative.key, alternative.modality) for alternative in conclusion.alternatives),
        tuple((winner.key, winner.modality) for winner in conclusion.lost_to),
    )


def _steps(ranking: Ranking, steps: Sequence[RawFiring], case: Case, ranker: Ranker) -> Seen:
    """For each recommendation, the rules that add steps to it, and the rows that the steps may name."""
    by_target = ranker.added_steps(steps, case)
    return tuple(
        tuple((no, id(row)) for no, row, _ in ranker.steps_for(advice, by_target))
        for advice in ranking.ranked
        if not advice.prohibits
    )
