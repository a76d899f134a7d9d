"""The moments at which a decision, and each piece of its advice, changes by time alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from tactful.decide.conclusions import Conclusion, Ranking
from tactful.decide.decider import Decider
from tactful.decide.instants import instants
from tactful.engines.compiled.past import NO_TURN, Past, Turning, Untold, next_turn
from tactful.engines.courses import TooManySteps
from tactful.engines.firings import RawFiring
from tactful.facts.entities import SCOPES
from tactful.facts.kinds import DAY
from tactful.facts.rows import Case, Row
from tactful.source.diagnostics import InvalidInput
from tactful.source.first_use import FIRST_USE
from tactful.source.lazy import lazy

#: How far ahead the search goes, in seconds.
_HORIZON: Final = 42 * DAY
#: The most steps of a search. A step is the work of one row, decided at one moment.
STEPS: Final = 300_000

#: How many moments a search for the first change finds one by one.
_PATIENCE: Final = 24

#: What makes two conclusions of a case the same piece of advice: action, whether it is forbidden, target, and the occasion
#: where time may change it.
_Identity = tuple[str, bool, Row, tuple[object, ...]]
#: The action, whether it is forbidden, and the target: no two conclusions of a decision have all of them in common.
Subject = tuple[str, bool, Row]


class Change(msgspec.Struct, frozen=True):
    """The first second (since 1970, UTC) at which something changes by time alone; ``None``: not within six weeks.

    Where it takes too many steps to tell, it is not ``exact``: nothing changes before it, and perhaps nothing at it.
    """

    moment: int | None
    exact: bool = True


class Ahead:
    """Computes, for a pack, until when firings surely stay the same. Made once, for every engine."""

    def __init__(self, decider: Decider) -> None:
        with FIRST_USE:
            from tactful.engines.compiled.ahead import AheadFunctions  # a single decision has no need of them
            from tactful.engines.compiled.turning import TurningFunctions

        self.turning = decider.turning or TurningFunctions(decider.checked, decider.clockwork)
        self._functions = AheadFunctions(decider.checked, self.turning)
        self._checked, self._clockwork = decider.checked, decider.clockwork
        self._of_targets: dict[tuple[str, str], Turning | None] = {}

    def same_before(self, case: Case, now: int) -> int:
        """See :meth:`tactful.engines.compiled.ahead.AheadFunctions.same_before`; dismissed advice comes back, too."""
        return self._or_back(case, now, self._functions.same_before(case, now))

    def steps(self, past: Past) -> tuple[list[RawFiring], int]:
        """The firings of rules that add steps, and the moment of :meth:`same_before`. May raise :class:`Untold`."""
        firings, moment = self._functions.steps(past)
        return firings, self._or_back(past.case, past.now, moment)

    def _or_back(self, case: Case, now: int, moment: int) -> int:
        """The moment, or that at which dismissed advice comes back, if that is earlier."""
        if case.handled is None:
            return min(moment, NO_TURN)
        back = (end for end in case.handled.dismissed.values() if end is not None and end > now)
        return min(moment, *back, NO_TURN)

    def warm(self) -> None:
        """Compile what is compiled on first use."""
        self._functions.warm()

    def ranked_before(self, case: Case, now: int, ranking: Ranking) -> int:
        """As :meth:`same_before` for the order and the occasions of conclusions as well."""
        pairs = ((self._of_target(item.action, item.target.entity), item.target) for item in all_of(ranking))
        try:
            turn = next_turn(Past(case, now), ((function, row) for function, row in pairs if function is not None))
        except Untold:
            return now + 1
        return min(self.same_before(case, now), turn >> 1)

    def _of_target(self, action: str, entity: str) -> Turning | None:
        """A function that reads the fields that change by time and sort an action or distinguish its occasions."""
        key = action, entity
        if key not in self._of_targets:
            spec = self._checked.actions[action]
            fields = dict.fromkeys((*(part.field for part in spec.order), *spec.occasion))
            moving = [
                field
                for field in fields
                if field.origin == "computed" and field.scope in SCOPES[entity] and self._clockwork.field(field)
            ]
            self._of_targets[key] = self.turning.values(entity, moving) if moving else None
        return self._of_targets[key]


def next_change(decider: Decider, case: Case, now: int, ranking: Ranking) -> Change:
    """When the decision on a case at ``now`` (seconds since 1970, UTC) becomes another."""
    before = _Content(decider, case, now, ranking)
    for moment, then in _later(decider, case, now, ranking, _PATIENCE):
        if then is None:
            return Change(moment, exact=False)
        if not before.is_same(_Content(decider, case, moment, then)):
            return Change(moment)
    return Change(None)


def next_changes(decider: Decider, case: Case, now: int, ranking: Ranking) -> dict[Subject, Change]:
    """When each piece of ranked advice goes, or becomes other advice; its rank does not count."""
    before = _Content(decider, case, now, ranking)
    waiting, changes = dict(before.advice), dict[Subject, Change]()
    for moment, then in _later(decider, case, now, ranking):
        if not waiting:
            break
        if then is None:
            changes.update((identity[:3], Change(moment, exact=False)) for identity in waiting)
            return changes
        after = _Content(decider, case, moment, then).advice
        for identity in [identity for identity, content in waiting.items() if after.get(identity) != content]:
            del waiting[identity]
            changes[identity[:3]] = Change(moment)
    changes.update((identity[:3], Change(None)) for identity in waiting)
    return changes


def _later(
    decider: Decider, case: Case, now: int, ranking: Ranking, patience: int = 0
) -> Iterator[tuple[int, Ranking | None]]:
    """The moments after ``now`` at which the ranking may change, each with the ranking of that moment.

    The ranking is ``None``, and the moment the last one, where it takes too many steps to go on. The first ``patience``
    moments are found one by one. The others are listed at once, which takes as long as finding some tens of them.
    """
    turns, rows, left = _Turns(decider, case, now, patience), decider.work.rows(case), STEPS
    moment = now
    while True:
        try:
            turn = turns.after(moment, ranking)
            if turn > now + _HORIZON:
                return
            left -= rows
            if left < 0:
                raise TooManySteps
            ranking = decider.rank(case, turn)
        except (TooManySteps, InvalidInput):  # the search for a deadline may take more steps than at earlier moments
            yield turns.last, None
            return
        yield turn, ranking
        moment = turn


class _Turns:
    """Finds the moments at which a ranking may change: ``patience`` of them one by one, and the others at once."""

    def __init__(self, decider: Decider, case: Case, now: int, patience: int) -> None:
        self._decider, self._case, self._now, self._patience = decider, case, now, patience
        #: The moment that was found last.
        self.last = now + 1

    def after(self, moment: int, ranking: Ranking) -> int:
        """The first moment after another one; :data:`NO_TURN` or later: none within six weeks.

        ``ranking`` is the ranking at ``moment``. Raises :class:`TooManySteps` where one pass cannot tell the moment and
        listing takes too many steps.
        """
        ahead = self._decider.shared(Ahead)
        if self._patience > 0:
            self._patience -= 1
            self.last = ahead.ranked_before(self._case, moment, ranking)
            if self.last > moment + 1:  # otherwise the pass cannot find it, and would continue second by second
                return self.last
            self._patience = 0
        self.last = moment + 1
        self.last = next((instant for instant in self._listed if instant > moment), NO_TURN)
        return self.last

    @lazy
    def _listed(self) -> list[int]:
        return instants(self._decider, self._case, self._now, self._now + _HORIZON + 1)


class _Content:
    """What has to stay the same in a decision: its conclusions in their order, each with its reasons and steps."""

    def __init__(self, decider: Decider, case: Case, now: int, ranking: Ranking) -> None:
        self._decider, self._evaluator = decider, decider.evaluator(case, now)
        by_target = decider.ranker.added_steps(decider.steps(case, now), case)
        self.advice: dict[_Identity, tuple[object, ...]] = {}
        for item in ranking.ranked:
            steps = () if item.prohibits else tuple(decider.ranker.steps_for(item, by_target))
            alternatives = tuple(map(self._whole, item.alternatives))
            self.advice[self._identity(item)] = (*_own(item), alternatives, steps)
        put_aside = [(self._whole(item.conclusion), item.key, item.done, item.moment) for item in ranking.put_aside]
        self._aside = [self._whole(item) for item in ranking.set_aside], put_aside

    def is_same(self, other: _Content) -> bool:
        """Whether the other decision says the same, in the same order."""
        return list(self.advice.items()) == list(other.advice.items()) and self._aside == other._aside

    def _identity(self, item: Conclusion) -> _Identity:
        return item.action, item.prohibits, item.target, self._decider.occasion(item, self._evaluator)

    def _whole(self, item: Conclusion) -> tuple[object, ...]:
        return *self._identity(item), *_own(item)


def _own(item: Conclusion) -> tuple[object, ...]:
    # Of the deadlines of its rules, only the nearest is shown.
    return item.modality, item.priority, item.due, frozenset((no, row) for no, row, _ in item.firings)


def all_of(ranking: Ranking) -> Iterator[Conclusion]:
    """All conclusions of a ranking: those that are shown, alternatives, and those that are not shown."""
    for conclusion in ranking.ranked:
        yield conclusion
        yield from conclusion.alternatives
    yield from ranking.set_aside
    yield from (aside.conclusion for aside in ranking.put_aside)
