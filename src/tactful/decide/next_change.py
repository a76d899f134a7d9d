"""The moment at which a decision changes by time alone."""

from __future__ import annotations

from typing import Final

from tactful.decide.decider import Decider
from tactful.decide.instants import instants
from tactful.decide.ranker import Conclusion, Ranking
from tactful.engines.compiled.ahead import NO_TURN, AheadFunctions
from tactful.engines.compiled.turning import TurningFunctions
from tactful.engines.courses import TooManySteps
from tactful.facts.kinds import DAY
from tactful.facts.rows import Case

#: How far ahead the search goes, in seconds.
_HORIZON: Final = 42 * DAY


class Ahead:
    """Tells of a pack until when firings surely stay the same. Made once, for every engine."""

    def __init__(self, decider: Decider) -> None:
        turning = decider.turning or TurningFunctions(decider.checked, decider.clockwork)
        self.turning, self._functions = turning, AheadFunctions(decider.checked, turning)

    def same_before(self, case: Case, now: int) -> int:
        """See :meth:`tactful.engines.compiled.ahead.AheadFunctions.same_before`; dismissed advice comes back, too."""
        handled = () if case.handled is None else case.handled.dismissed.values()
        back = (moment for moment in handled if moment is not None and moment > now)
        return min(self._functions.same_before(case, now), *back, NO_TURN)


def next_change(decider: Decider, case: Case, now: int, ranking: Ranking) -> int | None:
    """The first second (since 1970, UTC) after ``now`` at which the decision is another; ``None``: not within six weeks.

    Where it takes too many steps to tell, it is the first second at which there might be a change.
    """
    ahead, before, moment = decider.shared(Ahead), _content(decider, case, now, ranking), now
    listed: list[int] | None = None
    while True:
        turn = ahead.same_before(case, moment)
        if turn == moment + 1:  # one pass cannot tell the next turn, so that going on would be second by second
            try:
                listed = instants(decider, case, now, now + _HORIZON + 1) if listed is None else listed
            except TooManySteps:
                return turn
            turn = next((instant for instant in listed if instant > moment), NO_TURN)
        if turn > now + _HORIZON:
            return None
        moment = turn
        if _content(decider, case, moment, decider.rank(case, moment)) != before:
            return moment


def _content(decider: Decider, case: Case, now: int, ranking: Ranking) -> tuple[object, ...]:
    """What has to stay the same: the conclusions in their order, each with its reasons and steps."""
    by_target = decider.ranker.steps_by_target(decider.steps(case, now), case)
    advised = (conclusion for conclusion in ranking.ranked if not conclusion.prohibits)
    steps = tuple(tuple(decider.ranker.steps_for(conclusion, by_target)) for conclusion in advised)
    aside = tuple((_of(item.conclusion), item.key, item.done, item.moment) for item in ranking.put_aside)
    ranked = tuple((_of(ranked), tuple(map(_of, ranked.alternatives))) for ranked in ranking.ranked)
    return ranked, tuple(map(_of, ranking.set_aside)), aside, steps


def _of(conclusion: Conclusion) -> tuple[object, ...]:
    return conclusion.key, conclusion.modality, conclusion.priority, conclusion.due, frozenset(conclusion.firings)
