"""The two engines compared on one pack: on drawn cases, at their own moments and where decisions change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
import yaml

from tactful.api.policy import Policy
from tactful.decide.instants import instants
from tactful.engines.rete import Rete
from tactful.engines.rete.program import ReteProgram
from tactful.facts.kinds import WEEK
from tactful.facts.rows import Case, Row
from tactful.source.diagnostics import InvalidInput
from tactful.testing.properties.drawing import drawn_cases, own_seed
from tactful.testing.properties.smallest import smallest

Plain = dict[str, Any]
#: How many cases are drawn.
EXAMPLES: Final = 500
#: At how many later changes of each decision the engines are compared as well.
CHANGES: Final = 3
_Named = tuple[str, str, str, int | None]


class Disagreement(msgspec.Struct, frozen=True):
    """A case on which the engines differ (YAML with ``now``, made small), and the firings of only one engine.

    A firing is given in words: rule, row and deadline (seconds since 1970).
    """

    case: str
    compiled: tuple[str, ...]
    rete: tuple[str, ...]


class CrossResult(msgspec.Struct, frozen=True):
    """The number of decisions that were compared, the seed of the drawn cases, and the first disagreement, if any."""

    compared: int
    seed: int
    disagreement: Disagreement | None


def cross_examine(
    policy: Policy,
    *,
    seed: int | None = None,
    examples: int = EXAMPLES,
    engine: Rete | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CrossResult:
    """Compare the engines on drawn cases. Raises :class:`tactful.EngineError` if the Rete engine cannot be used here.

    ``progress`` is called with the number of cases that were drawn, and of all of them.
    """
    used = own_seed(policy) if seed is None else seed
    pool = (engine or Rete()).pool()
    check = _Check(policy, ReteProgram(policy.checked, policy.calendars, pool))
    try:
        for done, case in enumerate(drawn_cases(policy, examples, used)):
            if progress is not None:
                progress(done, examples)
            check.look(case)
        return CrossResult(check.compared, used, check.disagreement())
    finally:
        pool.close()


class _Check:
    def __init__(self, policy: Policy, rete: ReteProgram) -> None:
        self._policy, self._rete = policy, rete
        self._differing: Plain | None = None
        self.compared = 0

    def look(self, drawn: Plain) -> None:
        """Compare the engines at the case's moment, and at some later instants at which the decision may change."""
        if self._differing is not None:
            return
        case = self._policy.read(drawn)
        assert case.now is not None  # drawn cases have one
        changes = instants(self._policy.decider, case, case.now, case.now + 2 * WEEK)
        for now in (case.now, *changes[:CHANGES]):
            self.compared += 1
            ours, theirs = self._fired(case, now)
            if ours != theirs:
                moment = case.candidate.calendar.local(now).isoformat()
                self._differing = {**drawn, "now": moment}
                return

    def _fired(self, case: Case, now: int) -> tuple[set[_Named], set[_Named]]:
        decider, rete = self._policy.decider, self._rete
        ours = [*decider.fire(case, now), *decider.steps(case, now)]
        theirs = [*rete.fire(case, now), *rete.fire_steps(case, now)]
        return set(map(self._named, ours)), set(map(self._named, theirs))

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
        """The first disagreement, with its case made small."""
        if self._differing is None:
            return None
        small = smallest(self._differing, self._differs)
        case = self._policy.read(small)
        assert case.now is not None
        ours, theirs = self._fired(case, case.now)
        text = yaml.safe_dump(small, sort_keys=False, allow_unicode=True)
        return Disagreement(text, _in_words(ours - theirs), _in_words(theirs - ours))


def _in_words(firings: set[_Named]) -> tuple[str, ...]:
    return tuple(f"{rule} for {entity} {id_}, deadline {due}" for rule, entity, id_, due in sorted(firings, key=str))
