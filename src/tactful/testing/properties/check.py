"""A pack's invariants checked of drawn cases; what fails is made small, said in words, and kept for the next time."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from tactful.api.policy import Policy
from tactful.decide.invariants import DecidedCase, InvariantCheck, check_invariant, decide_case
from tactful.facts.kinds import DAY
from tactful.language.ir import Always, Invariant, Keeps
from tactful.source.diagnostics import InvalidInput
from tactful.testing.properties.drawing import cases
from tactful.testing.properties.options import DRAWN
from tactful.testing.properties.smallest import smallest

Plain = dict[str, Any]
_SEEDS: Final = 1 << 32


class InvariantFailure(msgspec.Struct, frozen=True):
    """A case that an invariant does not hold of.

    ``case`` is YAML with ``now``, as small as it gets. ``actions`` are what the decision says that it should not (empty
    where it fails to say something), each with its target; ``rules`` are those that say it, or that keep it from being said.
    """

    case: str
    entity: str
    id: str
    actions: tuple[str, ...]
    rules: tuple[str, ...]
    seed: int


class InvariantResult(msgspec.Struct, frozen=True):
    """What became of one invariant. ``tried`` counts the drawn rows that it speaks of: at 0 it was never put to the test.

    ``place`` is ``file:line``.
    """

    id: str
    about: str
    place: str
    passed: bool
    tried: int
    failure: InvariantFailure | None

    @property
    def words(self) -> str:
        """Of which row it does not hold, and on which case; empty where it holds."""
        if self.failure is None:
            return ""
        found = self.failure
        said = f"advised: {', '.join(found.actions)}" if found.actions else "what is claimed is not concluded"
        return (
            f"does not hold of {found.entity} {found.id}, in a drawn case (seed {found.seed}):\n"
            f"{said}\nby: {', '.join(found.rules) or 'no rule'}\n\n{found.case}"
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
) -> list[InvariantResult]:
    """Check all invariants of a pack, in the order of their ids; the same ``seed`` draws the same cases.

    ``database`` keeps failures (a folder, or a database of hypothesis'); they are tried again first, until they pass.
    """
    used = random.randrange(_SEEDS) if seed is None else seed  # noqa: S311  (no secret hangs on it)
    kept = DirectoryBasedExampleDatabase(database) if isinstance(database, Path) else database
    check = _Check(policy, used, kept)
    check.again()
    check.drawn(examples)
    return [check.result(one) for one in policy.checked.invariants]


def assert_invariants(
    policy: Policy,
    *,
    seed: int | None = None,
    examples: int = DRAWN,
    database: ExampleDatabase | Path | None = None,
) -> None:
    """Raise :class:`AssertionError` with every invariant that does not hold, and a minimal case for each."""
    failed = [
        one.text
        for one in check_invariants(policy, seed=seed, examples=examples, database=database)
        if one.failure is not None
    ]
    if failed:
        raise AssertionError("\n\n".join(failed))


class _Check:
    """One run over all invariants of a pack."""

    def __init__(self, policy: Policy, seed: int, database: ExampleDatabase | None) -> None:
        self._policy, self._seed, self._database = policy, seed, database
        self._tried = {one.id: 0 for one in policy.checked.invariants}
        self._failed: dict[str, Plain] = {}
        self._drawn = 0

    def again(self) -> None:
        """Try what failed before; forget what passes now or no longer is a case."""
        if self._database is None:
            return
        for invariant in self._policy.checked.invariants:
            for held in sorted(self._database.fetch(self._key(invariant)), key=len):
                case = json.loads(held)
                if self._fails(invariant, case):
                    self._failed.setdefault(invariant.id, case)
                else:
                    self._database.delete(self._key(invariant), held)

    def drawn(self, examples: int) -> None:
        """Draw cases. A failure ends nothing: other invariants are still to be tried."""

        @seeded(self._seed)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(cases(self._policy))
        def one_case(case: Plain) -> None:
            self._try(case)

        one_case()

    def _try(self, case: Plain) -> None:
        """A drawn case at its own moment, and some days later: that costs little, and most figures are days."""
        read = self._policy.read(case)
        assert read.now is not None  # drawn cases have one
        self._drawn += 1
        self._look(case, decide_case(self._policy.decider, read, read.now), later=False)
        after = decide_case(self._policy.decider, read, read.now + DAY * (self._drawn % 7 + 1))
        moved = {**case, "now": read.candidate.calendar.local(after.now).isoformat()}
        self._look(moved, after, later=True)

    def _look(self, case: Plain, taken: DecidedCase, later: bool) -> None:
        for invariant in self._policy.checked.invariants:
            if invariant.id in self._failed or (later and invariant.change is not None):
                continue
            for outcome in check_invariant(invariant, self._policy.decider, taken):
                self._tried[invariant.id] += 1
                if outcome.broken is not None:
                    self._failed.setdefault(invariant.id, case)

    def result(self, invariant: Invariant) -> InvariantResult:
        """What became of an invariant."""
        case = self._failed.get(invariant.id)
        failure = None if case is None else self._failure(invariant, case)
        place = f"{invariant.span.file}:{invariant.span.line}"
        return InvariantResult(
            invariant.id, invariant.about, place, failure is None, self._tried[invariant.id], failure
        )

    def _failure(self, invariant: Invariant, drawn: Plain) -> InvariantFailure:
        case = smallest(drawn, lambda one: self._fails(invariant, one))
        if self._database is not None:
            self._database.save(self._key(invariant), json.dumps(case).encode())
        outcome = next(self._broken(invariant, case))
        said = sorted(
            {f"{one.modality} {one.action} → {one.target.entity} {one.target.id}" for one in outcome.broken or ()}
        )
        return InvariantFailure(
            case=yaml.safe_dump(case, sort_keys=False, allow_unicode=True),
            entity=outcome.row.entity,
            id=outcome.row.id,
            actions=tuple(said),
            rules=self._rules(outcome),
            seed=self._seed,
        )

    def _fails(self, invariant: Invariant, case: Plain) -> bool:
        try:
            return next(self._broken(invariant, case), None) is not None
        except InvalidInput:
            return False

    def _broken(self, invariant: Invariant, case: Plain) -> Iterator[InvariantCheck]:
        read = self._policy.read(case)
        assert read.now is not None  # the moment is never left out
        taken = decide_case(self._policy.decider, read, read.now)
        return (one for one in check_invariant(invariant, self._policy.decider, taken) if one.broken is not None)

    def _rules(self, outcome: InvariantCheck) -> tuple[str, ...]:
        """The rules that gave the advice; where advice is missing, those that defeated it."""
        found = list(outcome.broken or ())
        claim = outcome.invariant.claim
        if not found and isinstance(claim, Always | Keeps):
            aside = outcome.last.ranking.set_aside
            found = [winner for one in aside if one.action == claim.action for winner in one.lost_to]
        rules = self._policy.checked.rules
        return tuple(sorted({rules[no].id for one in found for no, _, _ in one.firings}))

    def _key(self, invariant: Invariant) -> bytes:
        return f"{self._policy.name}/{invariant.id}".encode()
