"""Cases that mutants are tried on, the decisions of the original pack on them, and the decisions of a mutant that differ.

Only the rules that a mutant affects are compiled and fired again. The firings of all other rules are taken from the original.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tactful.api.policy import Policy
from tactful.decide.decider import Decider
from tactful.decide.ranker import Conclusion, Ranker, Ranking
from tactful.engines.compiled import compile_pack
from tactful.engines.evaluate import Evaluator
from tactful.engines.firings import Program, RawFiring
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.rows import Case
from tactful.language.ir import AddStep
from tactful.reasons.context import Context
from tactful.source.lazy import lazy
from tactful.testing.examples.model import Example
from tactful.testing.examples.run import meets
from tactful.testing.mutation.mutants import Mutant, replace
from tactful.testing.properties.drawing import drawn_cases

#: Everything that is visible in a decision.
Seen = tuple[object, ...]


def read_drawn_cases(policy: Policy, count: int, seed: int) -> list[Case]:
    """Cases drawn for a pack from a seed, read."""
    return [policy.read(case) for case in drawn_cases(policy, count, seed)]


class Tried(msgspec.Struct, frozen=True, eq=False):
    """A case at a moment (``now``, seconds since 1970), and the decision of the original pack on it.

    ``example`` is the example that the case belongs to, if any.
    """

    case: Case
    now: int
    example: Example | None
    firings: tuple[RawFiring, ...]
    steps: tuple[RawFiring, ...]
    ranking: Ranking
    #: An evaluator of the original's conditions. It is kept, because every mutant is compared with it.
    evaluator: Evaluator

    def fired(self, rules: Iterable[int]) -> tuple[list[RawFiring], list[RawFiring]]:
        """The firings of some rules: first those of conclusions, then those of steps."""
        numbers = frozenset(rules)
        firings = [firing for firing in self.firings if firing[0] in numbers]
        return firings, [firing for firing in self.steps if firing[0] in numbers]


def tried(policy: Policy, case: Case, now: int, example: Example | None = None) -> Tried:
    """A case with the decision of the original pack on it."""
    decider = policy.decider
    firings, steps = decider.fire(case, now), decider.steps(case, now)
    ranking, evaluator = decider.ranker.rank(firings, case, now), decider.evaluator(case, now)
    return Tried(case, now, example, tuple(firings), tuple(steps), ranking, evaluator)


class Difference(msgspec.Struct, frozen=True, eq=False):
    """A case on which a mutant decides differently, and the mutant's ranking."""

    tried: Tried
    ranking: Ranking

    def shows_in_conclusions(self) -> bool:
        """Whether anything differs besides order, deadlines, reasons and steps. Only that can break an invariant."""
        return _concluded(self.ranking) != _concluded(self.tried.ranking)


class Changed:
    """A mutant with its affected rules compiled."""

    def __init__(self, policy: Policy, mutant: Mutant) -> None:
        self._policy, self._mutant = policy, mutant
        self._numbers = mutant.affected
        self._ranker = policy.decider.ranker if mutant.off else Ranker(mutant.pack, policy.calendars)
        self._program = None if mutant.off else self._compiled()
        rules = policy.checked.rules
        self._only_steps = all(isinstance(rules[no].conclusion, AddStep) for no in self._numbers)
        self._no_steps = not any(isinstance(rules[no].conclusion, AddStep) for no in self._numbers)
        #: Whether the affected rules conclude as before, so that the same firings mean the same decision.
        self._same_conclusions = mutant.operator not in ("modality", "priority", "target")
        self.facts = {fact.id: fact for fact in mutant.pack.facts}

    def _compiled(self) -> Program:
        pack = self._mutant.pack
        rules = tuple(replace(pack.rules[old], no=new) for new, old in enumerate(self._numbers))
        return compile_pack(replace(pack, rules=rules), self._policy.calendars)

    def differences(self, among: Iterable[Tried]) -> Iterator[Difference]:
        """The cases on which the mutant decides differently."""
        for case in among:
            difference = self.difference(case)
            if difference is not None:
                yield difference

    def difference(self, case: Tried) -> Difference | None:
        """The mutant's decision on a case; ``None`` where it is the same as the original's."""
        before, steps_before = case.fired(self._numbers)
        after, steps_after = self._fired(case)
        same = _set(before) == _set(after) and _set(steps_before) == _set(steps_after)
        if same and (self._same_conclusions or not before):
            return None
        numbers = frozenset(self._numbers)
        firings = [*(firing for firing in case.firings if firing[0] not in numbers), *after]
        ranking = case.ranking if self._only_steps else self._ranker.rank(firings, case.case, case.now)
        if self._no_steps:
            return Difference(case, ranking) if seen(ranking) != seen(case.ranking) else None
        steps = [*(firing for firing in case.steps if firing[0] not in numbers), *steps_after]
        original = seen(case.ranking), _steps(case.ranking, case.steps, case.case, self._ranker)
        own = seen(ranking), _steps(ranking, steps, case.case, self._ranker)
        return Difference(case, ranking) if own != original else None

    def _fired(self, case: Tried) -> tuple[list[RawFiring], list[RawFiring]]:
        """The firings of the affected rules, those of steps apart, with the rules' numbers in the original pack."""
        if self._program is None:
            return [], []
        firings = [] if self._only_steps else self._program.fire(case.case, case.now)
        steps = [] if self._no_steps else self._program.fire_steps(case.case, case.now)
        numbers = self._numbers
        return [(numbers[no], row, due) for no, row, due in firings], [
            (numbers[no], row, due) for no, row, due in steps
        ]

    def evaluator(self, case: Tried) -> Evaluator:
        """An evaluator of the mutant's conditions."""
        return Evaluator(case.case, case.now, self.facts, self._policy.calendars)

    def meets(self, difference: Difference, example: Example) -> bool:
        """Whether the mutant's decision on an example's case meets the expectations."""
        case, now = difference.tried.case, difference.tried.now
        ranking = difference.ranking if case.handled is None else self._decider.rank(case, now)
        return meets(Context(self._decider, case, now), ranking, example)

    @lazy
    def _decider(self) -> Decider:
        """A decider of the whole mutant. It is not compiled: nearly all that is asked of it are steps."""
        return Decider(self._mutant.pack, CaseLimits(), few=True)


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
    """For each recommendation, the numbers of the rules that add steps to it."""
    by_target = ranker.steps_by_target(steps, case)
    return tuple(
        tuple(no for no, _, _ in ranker.steps_for(advice, by_target))
        for advice in ranking.ranked
        if not advice.prohibits
    )
