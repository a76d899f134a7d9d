"""The two engines held against each other on one pack: drawn cases, at their own moments and where decisions change."""

from __future__ import annotations

import random
from typing import Any, Final

import msgspec
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from tactful.api.policy import Policy
from tactful.decide.instants import instants
from tactful.engines.rete import Rete, ReteProgram
from tactful.facts.kinds import WEEK
from tactful.facts.rows import Case, Row
from tactful.source.diagnostics import InvalidInput
from tactful.testing.properties.drawing import cases
from tactful.testing.properties.smallest import smallest

Plain = dict[str, Any]
#: How many cases are drawn, and at how many changes of each the engines are compared as well.
EXAMPLES: Final = 500
CHANGES: Final = 3
_SEEDS: Final = 1 << 32
_Named = tuple[str, str, str, int | None]


class Disagreement(msgspec.Struct, frozen=True):
    """A case, as small as it gets (YAML, with ``now``), and what fires by one engine only: rule, row, deadline."""

    case: str
    compiled: tuple[str, ...]
    rete: tuple[str, ...]


class CrossResult(msgspec.Struct, frozen=True):
    """How many decisions were compared, by which seed, and the disagreement that was found, if any."""

    compared: int
    seed: int
    disagreement: Disagreement | None


def cross_examine(
    policy: Policy, *, seed: int | None = None, examples: int = EXAMPLES, engine: Rete | None = None
) -> CrossResult:
    """Compare the engines on drawn cases. Raises :class:`tactful.EngineError` where the second cannot be used here."""
    used = random.randrange(_SEEDS) if seed is None else seed  # noqa: S311  (no secret hangs on it)
    pool = (engine or Rete()).pool()
    check = _Check(policy, ReteProgram(policy.checked, policy.calendars, pool))

    @seeded(used)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(policy))
    def one_case(case: Plain) -> None:
        check.look(case)

    try:
        one_case()
        return CrossResult(check.compared, used, check.disagreement())
    finally:
        pool.close()


class _Check:
    def __init__(self, policy: Policy, rete: ReteProgram) -> None:
        self._policy, self._rete = policy, rete
        self._found: Plain | None = None
        self.compared = 0

    def look(self, drawn: Plain) -> None:
        """Compare at the case's moment, and at some of the instants at which something changes after it."""
        if self._found is not None:
            return
        case = self._policy.read(drawn)
        assert case.now is not None  # drawn cases have one
        changes = instants(self._policy.decider, case, case.now, case.now + 2 * WEEK)
        for now in (case.now, *changes[:CHANGES]):
            self.compared += 1
            ours, theirs = self._fired(case, now)
            if ours != theirs:
                moment = case.candidate.calendar.local(now).isoformat()
                self._found = {**drawn, "now": moment}
                return

    def _fired(self, case: Case, now: int) -> tuple[set[_Named], set[_Named]]:
        decider, rete = self._policy.decider, self._rete
        ours = [*decider.fire(case, now), *decider.steps(case, now)]
        theirs = [*rete.fire(case, now), *rete.fire_steps(case, now)]
        return {self._named(one) for one in ours}, {self._named(one) for one in theirs}

    def _named(self, firing: tuple[int, Row, int | None]) -> _Named:
        no, row, due = firing
        return self._policy.checked.rules[no].id, row.entity, f"{row.id}#{row.no}", due

    def _differs(self, drawn: Plain) -> bool:
        try:
            case = self._policy.read(drawn)
        except InvalidInput:
            return False
        assert case.now is not None  # it is never left out
        ours, theirs = self._fired(case, case.now)
        return ours != theirs

    def disagreement(self) -> Disagreement | None:
        """The disagreement that was found, with its case made small."""
        if self._found is None:
            return None
        small = smallest(self._found, self._differs)
        case = self._policy.read(small)
        assert case.now is not None
        ours, theirs = self._fired(case, case.now)
        said = [
            tuple(f"{rule} for {entity} {id_}, deadline {due}" for rule, entity, id_, due in sorted(one, key=str))
            for one in (ours - theirs, theirs - ours)
        ]
        return Disagreement(yaml.safe_dump(small, sort_keys=False, allow_unicode=True), said[0], said[1])
