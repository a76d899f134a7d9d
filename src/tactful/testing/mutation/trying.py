"""Cases that mutants are tried on, what the original decides on them, and what a mutant decides otherwise.

A mutant is not compiled whole: only the rules that it may touch fire anew, and the others' firings are those of the original.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from hypothesis import HealthCheck, Phase, given, seed, settings

from tactful.api.policy import Policy
from tactful.decide.ranker import Conclusion, Ranker, Ranking
from tactful.engines.compiled import compile_pack
from tactful.engines.evaluate import Evaluator
from tactful.engines.firings import Program, RawFiring
from tactful.facts.rows import Case
from tactful.language.ir import AddStep
from tactful.testing.examples.model import Example
from tactful.testing.mutation.mutants import Mutant, replace
from tactful.testing.properties.drawing import Plain, cases

#: Everything of a decision that somebody could see.
Seen = tuple[object, ...]


def drawn_cases(policy: Policy, count: int, seed_: int) -> list[Case]:
    """Cases drawn for a pack: the same for the same seed."""
    found: list[Plain] = []

    @seed(seed_)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(policy))
    def draw(case: Plain) -> None:
        found.append(case)

    draw()
    return [policy.read(case) for case in found]


class Tried(msgspec.Struct, frozen=True, eq=False):
    """A case at a moment, and what the original makes of it. ``example``: the one whose case it is."""

    case: Case
    now: int
    example: Example | None
    firings: tuple[RawFiring, ...]
    steps: tuple[RawFiring, ...]
    ranking: Ranking

    def fired(self, rules: Iterable[int]) -> tuple[list[RawFiring], list[RawFiring]]:
        """The firings of some rules, those of steps apart."""
        numbers = frozenset(rules)
        return [one for one in self.firings if one[0] in numbers], [one for one in self.steps if one[0] in numbers]


def tried(policy: Policy, case: Case, now: int, example: Example | None = None) -> Tried:
    """What the original makes of a case."""
    decider = policy.decider
    firings, steps = decider.fire(case, now), decider.steps(case, now)
    return Tried(case, now, example, tuple(firings), tuple(steps), decider.ranker.rank(firings, case))


class Difference(msgspec.Struct, frozen=True, eq=False):
    """A case on which a mutant decides otherwise, and how it ranks."""

    tried: Tried
    ranking: Ranking


class Changed:
    """A mutant, ready to be tried."""

    def __init__(self, policy: Policy, mutant: Mutant) -> None:
        self._policy, self._mutant = policy, mutant
        self._numbers = mutant.affected
        self._ranker = policy.decider.ranker if mutant.off else Ranker(mutant.pack)
        self._program = None if mutant.off else self._compiled()
        rules = policy.checked.rules
        self._only_steps = all(isinstance(rules[no].conclusion, AddStep) for no in self._numbers)
        self._no_steps = not any(isinstance(rules[no].conclusion, AddStep) for no in self._numbers)
        #: Whether the rules that are touched conclude as before, so that the same firings mean the same decision.
        self._same_conclusions = mutant.operator not in ("modality", "priority", "target")
        self.facts = {fact.id: fact for fact in mutant.pack.facts}

    def _compiled(self) -> Program:
        pack = self._mutant.pack
        rules = tuple(replace(pack.rules[old], no=new) for new, old in enumerate(self._numbers))
        return compile_pack(replace(pack, rules=rules), self._policy.calendars)

    def differences(self, among: Iterable[Tried]) -> Iterable[Difference]:
        """The cases on which the mutant decides otherwise."""
        for one in among:
            found = self.difference(one)
            if found is not None:
                yield found

    def difference(self, one: Tried) -> Difference | None:
        """What the mutant makes of a case; ``None`` where that is what the original does."""
        before, steps_before = one.fired(self._numbers)
        after, steps_after = self._fired(one)
        same = _set(before) == _set(after) and _set(steps_before) == _set(steps_after)
        if same and (self._same_conclusions or not before):
            return None
        numbers = frozenset(self._numbers)
        firings = [*(each for each in one.firings if each[0] not in numbers), *after]
        ranking = one.ranking if self._only_steps else self._ranker.rank(firings, one.case)
        if self._no_steps:
            return Difference(one, ranking) if seen(ranking) != seen(one.ranking) else None
        steps = [*(each for each in one.steps if each[0] not in numbers), *steps_after]
        told = seen(one.ranking), _steps(one.ranking, one.steps, one.case, self._ranker)
        return (
            Difference(one, ranking)
            if told != (seen(ranking), _steps(ranking, steps, one.case, self._ranker))
            else None
        )

    def _fired(self, one: Tried) -> tuple[list[RawFiring], list[RawFiring]]:
        if self._program is None:
            return [], []
        firings = [] if self._only_steps else self._program.fire(one.case, one.now)
        steps = [] if self._no_steps else self._program.fire_steps(one.case, one.now)
        numbers = self._numbers
        return [(numbers[no], row, due) for no, row, due in firings], [
            (numbers[no], row, due) for no, row, due in steps
        ]

    def evaluator(self, one: Tried) -> Evaluator:
        """An evaluator of the mutant's conditions."""
        return Evaluator(one.case, one.now, self.facts, self._policy.calendars)


def _set(firings: Sequence[RawFiring]) -> frozenset[tuple[int, int, int | None]]:
    return frozenset((no, id(row), due) for no, row, due in firings)


def seen(ranking: Ranking) -> Seen:
    """What somebody could see of a ranking."""
    return tuple(map(_seen, ranking.ranked)), tuple(map(_seen, ranking.set_aside))


def _seen(conclusion: Conclusion) -> Seen:
    return (
        *(conclusion.key, conclusion.modality, conclusion.due),
        frozenset(no for no, _, _ in conclusion.firings),
        tuple((alternative.key, alternative.modality) for alternative in conclusion.alternatives),
        tuple((winner.key, winner.modality) for winner in conclusion.lost_to),
    )


def _steps(ranking: Ranking, steps: Sequence[RawFiring], case: Case, ranker: Ranker) -> Seen:
    """The rules whose steps each piece of advice is given."""
    return tuple(
        tuple(firing[0] for firing in ranker.steps_for(one, steps, case)) for one in ranking.ranked if not one.prohibits
    )
