"""A pack's invariants checked on drawn cases. Failing cases are made small, described, and kept for the next run."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from tactful.api.policy import Policy
from tactful.decide.invariants import DecidedCase, InvariantCheck, check_invariant, decide_case
from tactful.facts.kinds import DAY
from tactful.language.ir import Always, Invariant, Keeps
from tactful.source.diagnostics import InvalidInput
from tactful.testing.properties.choosing import chosen_cases
from tactful.testing.properties.drawing import own_seed
from tactful.testing.properties.options import DRAWN
from tactful.testing.properties.reaching import Unfired
from tactful.testing.properties.smallest import smallest

Plain = dict[str, Any]


class InvariantFailure(msgspec.Struct, frozen=True):
    """A case that breaks an invariant.

    ``case`` is YAML with ``now``, made as small as possible. ``actions`` are the conclusions that break the invariant, each
    with its target; they are empty where a conclusion is missing. ``rules`` are the ids of the rules behind those conclusions,
    or of the rules that defeated the missing one. ``entity`` and ``id`` name the row, and ``seed`` is that of the drawn cases.
    """

    case: str
    entity: str
    id: str
    actions: tuple[str, ...]
    rules: tuple[str, ...]
    seed: int


class InvariantResult(msgspec.Struct, frozen=True):
    """The result for one invariant. ``place`` is ``file:line``.

    ``tried`` is the number of drawn rows that the invariant is about. At 0 it was never put to the test.
    """

    id: str
    about: str
    place: str
    passed: bool
    tried: int
    failure: InvariantFailure | None

    @property
    def words(self) -> str:
        """The row and the case that break the invariant, in several lines; empty where it holds."""
        failure = self.failure
        if failure is None:
            return ""
        advised = f"advised: {', '.join(failure.actions)}" if failure.actions else "what is claimed is not concluded"
        return (
            f"does not hold of {failure.entity} {failure.id}, in a drawn case (seed {failure.seed}):\n"
            f"{advised}\nby: {', '.join(failure.rules) or 'no rule'}\n\n{failure.case}"
        )

    @property
    def text(self) -> str:
        """The result in words, several lines for a failure."""
        if self.failure is None:
            return f"{self.id}: holds, of {self.tried} rows"
        return f"{self.place}: {self.id}: {self.about}\n{self.words}"


def check_invariants(
    policy: Policy,
    *,
    seed: int | None = None,
    examples: int = DRAWN,
    database: ExampleDatabase | Path | None = None,
    only: Collection[str] | None = None,
) -> list[InvariantResult]:
    """Check the invariants of a pack on drawn cases. The results are in the pack's order.

    ``only``: the ids of the invariants to check; by default all of them.
    ``examples`` is how many cases are drawn. The same ``seed`` draws the same cases, with the same version of hypothesis.
    ``database`` (a folder, or a database of hypothesis) keeps failing cases; they are tried first in the next run, until they
    pass. Raises :class:`tactful.EngineError` as :meth:`tactful.Policy.decide` does.
    """
    return check_drawn(policy, seed=seed, examples=examples, database=database, only=only).results


class Checked(msgspec.Struct, frozen=True):
    """The results for invariants, how many cases they were tried on, and the rules that fired in none of them."""

    results: list[InvariantResult]
    tried: int
    unfired: tuple[Unfired, ...]


def check_drawn(
    policy: Policy,
    *,
    seed: int | None,
    examples: int,
    database: ExampleDatabase | Path | None,
    only: Collection[str] | None,
    progress: Callable[[int, int], None] | None = None,
) -> Checked:
    """As :func:`check_invariants`, with what is known of the cases.

    ``progress`` is called with the number of cases that were tried, and of all of them.
    """
    used = own_seed(policy) if seed is None else seed
    kept = DirectoryBasedExampleDatabase(database) if isinstance(database, Path) else database
    invariants = policy.checked.invariants
    wanted = invariants if only is None else tuple(invariant for invariant in invariants if invariant.id in only)
    check = _Check(policy, wanted, used, kept)
    check.again()
    chosen = chosen_cases(policy, examples, used)
    check.drawn(chosen.cases, progress)
    return Checked([check.result(invariant) for invariant in wanted], len(chosen.cases), chosen.unfired)


def assert_invariants(
    policy: Policy,
    *,
    seed: int | None = None,
    examples: int = DRAWN,
    database: ExampleDatabase | Path | None = None,
    only: Collection[str] | None = None,
) -> None:
    """Raise :class:`AssertionError` with every invariant that is broken, and a small case for each.

    Arguments are those of :func:`check_invariants`.
    """
    results = check_invariants(policy, seed=seed, examples=examples, database=database, only=only)
    failed = [result.text for result in results if result.failure is not None]
    if failed:
        raise AssertionError("\n\n".join(failed))


def failure_in(policy: Policy, invariant: Invariant, case: Plain) -> InvariantFailure | None:
    """The failure of an invariant in a case, which is made small first; ``None`` where the invariant holds."""
    check = _Check(policy, (invariant,), 0, None)
    return check.failure(invariant, case) if check.fails(invariant, case) else None


class _Check:
    """One run over some invariants of a pack."""

    def __init__(
        self, policy: Policy, invariants: Sequence[Invariant], seed: int, database: ExampleDatabase | None
    ) -> None:
        self._policy, self._invariants = policy, invariants
        self._seed, self._database = seed, database
        self._tried = {invariant.id: 0 for invariant in invariants}
        self._failed: dict[str, Plain] = {}
        self._count = 0

    def again(self) -> None:
        """Try the kept cases. Those that pass now, or can no longer be read, are removed."""
        if self._database is None:
            return
        for invariant in self._invariants:
            for stored in sorted(self._database.fetch(self._key(invariant)), key=len):
                case = json.loads(stored)
                if self.fails(invariant, case):
                    self._failed.setdefault(invariant.id, case)
                else:
                    self._database.delete(self._key(invariant), stored)

    def drawn(self, cases: Sequence[Plain], progress: Callable[[int, int], None] | None) -> None:
        """Try drawn cases. A failure does not end the run, as other invariants are still to be tried."""
        for done, case in enumerate(cases, 1):
            self._try(case)
            if progress is not None:
                progress(done, len(cases))

    def _try(self, case: Plain) -> None:
        """Try a drawn case at its own moment and some days later, which costs little and crosses more deadlines."""
        read = self._policy.read(case)
        assert read.now is not None  # drawn cases have one
        self._count += 1
        self._look(case, decide_case(self._policy.decider, read, read.now), later=False)
        after = decide_case(self._policy.decider, read, read.now + DAY * (self._count % 7 + 1))
        moved = {**case, "now": read.candidate.calendar.local(after.now).isoformat()}
        self._look(moved, after, later=True)

    def _look(self, case: Plain, taken: DecidedCase, later: bool) -> None:
        for invariant in self._invariants:
            if invariant.id in self._failed or (later and invariant.change is not None):
                continue
            for outcome in check_invariant(invariant, self._policy.decider, taken):
                self._tried[invariant.id] += 1
                if outcome.broken is not None:
                    self._failed.setdefault(invariant.id, case)

    def result(self, invariant: Invariant) -> InvariantResult:
        """The result for an invariant."""
        case = self._failed.get(invariant.id)
        failure = None if case is None else self.failure(invariant, case)
        place = f"{invariant.span.file}:{invariant.span.line}"
        return InvariantResult(
            invariant.id, invariant.about, place, failure is None, self._tried[invariant.id], failure
        )

    def failure(self, invariant: Invariant, drawn: Plain) -> InvariantFailure:
        """The failure of an invariant in a case that breaks it."""
        case = smallest(drawn, lambda part: self.fails(invariant, part))
        if self._database is not None:
            self._database.save(self._key(invariant), json.dumps(case).encode())
        outcome = next(self._broken(invariant, case))
        actions = sorted(
            {
                f"{conclusion.modality} {conclusion.action} → {conclusion.target.entity} {conclusion.target.id}"
                for conclusion in outcome.broken or ()
            }
        )
        return InvariantFailure(
            case=yaml.safe_dump(case, sort_keys=False, allow_unicode=True),
            entity=outcome.row.entity,
            id=outcome.row.id,
            actions=tuple(actions),
            rules=self._rules(outcome),
            seed=self._seed,
        )

    def fails(self, invariant: Invariant, case: Plain) -> bool:
        """Whether a case breaks an invariant. What is no case breaks none."""
        try:
            return next(self._broken(invariant, case), None) is not None
        except InvalidInput:
            return False

    def _broken(self, invariant: Invariant, case: Plain) -> Iterator[InvariantCheck]:
        read = self._policy.read(case)
        assert read.now is not None  # the moment is never left out
        taken = decide_case(self._policy.decider, read, read.now)
        return (check for check in check_invariant(invariant, self._policy.decider, taken) if check.broken is not None)

    def _rules(self, outcome: InvariantCheck) -> tuple[str, ...]:
        """The ids of the rules behind the conclusions that break the invariant, or that defeated the missing one."""
        conclusions = list(outcome.broken or ())
        claim = outcome.invariant.claim
        if not conclusions and isinstance(claim, Always | Keeps):
            losers = [loser for loser in outcome.last.ranking.set_aside if loser.action == claim.action]
            conclusions = [winner for loser in losers for winner in loser.lost_to]
        rules = self._policy.checked.rules
        return tuple(sorted({rules[no].id for conclusion in conclusions for no, _, _ in conclusion.firings}))

    def _key(self, invariant: Invariant) -> bytes:
        return f"{self._policy.name}/{invariant.id}".encode()
