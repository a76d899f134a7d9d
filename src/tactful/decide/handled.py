"""Advice that was followed or dismissed: it is taken out of the ranking, and kept separately with the reason."""

from __future__ import annotations

from collections.abc import Mapping

from tactful.decide.conclusions import Conclusion, PutAside, Ranking
from tactful.decide.keys import Keys
from tactful.engines.evaluate import Evaluator
from tactful.facts.rows import Handled


def without_handled(ranking: Ranking, handled: Handled, keys: Keys, evaluator: Evaluator) -> Ranking:
    """The ranking without the advice that was followed, or that is dismissed at the evaluator's ``now``.

    Safety prohibitions stay. What gave way to a piece of advice goes with it.
    """
    aside: dict[Conclusion, PutAside] = {}
    for ranked in ranking.ranked:
        for conclusion in (ranked, *ranked.alternatives):
            found = _put_aside(conclusion, handled, keys, evaluator)
            if found is not None:
                aside[conclusion] = found
    if not aside:
        return ranking
    kept = tuple(conclusion for conclusion in ranking.ranked if conclusion not in aside)
    for conclusion in ranking.ranked:
        conclusion.alternatives = tuple(other for other in conclusion.alternatives if other not in aside)
    return Ranking(kept, ranking.set_aside, tuple(aside.values()))


def _put_aside(conclusion: Conclusion, handled: Handled, keys: Keys, evaluator: Evaluator) -> PutAside | None:
    if conclusion.prohibits and conclusion.safety:
        return None
    names = keys.all_of(conclusion, evaluator)
    done = None if conclusion.prohibits else _first(names, handled.done)
    if done is not None:
        return PutAside(conclusion, done, True, handled.done[done])
    dismissed = _first(names, handled.dismissed)
    if dismissed is None:
        return None
    until = handled.dismissed[dismissed]
    return None if until is not None and until <= evaluator.now else PutAside(conclusion, dismissed, False, until)


def _first(names: tuple[str, ...], moments: Mapping[str, object]) -> str | None:
    return next((name for name in names if name in moments), None)
