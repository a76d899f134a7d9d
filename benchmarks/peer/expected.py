"""Tactful's own firings and ranked decisions, with which every peer is compared."""

from __future__ import annotations

import tactful
from tactful.decide.conclusions import Conclusion, Ranking
from tactful.facts.rows import row_key
from tactful.language.ir import AddStep

from .protocol import Decided, Fired, Pairs, Summary


class Expected:
    """The answers of the frozen policy."""

    def __init__(self, policy: tactful.Policy) -> None:
        self._policy = policy
        rules = policy.checked.rules
        self.rules = tuple(rule.id for rule in rules if not isinstance(rule.conclusion, AddStep))
        self._ids = {rule.no: rule.id for rule in rules if not isinstance(rule.conclusion, AddStep)}

    def fire(self, raw: bytes) -> list[Fired]:
        """The firings of rules that advise or prohibit, in no particular order."""
        case = self._policy.read(raw)
        assert case.now is not None, "generated cases have a moment"
        fired = self._policy.decider.fire(case, case.now)
        return [(self._ids[no], "/".join(row_key(row)), due) for no, row, due in fired]

    def decide(self, raw: bytes) -> Decided:
        """The ranked decision in plain values."""
        case = self._policy.read(raw)
        assert case.now is not None, "generated cases have a moment"
        return self.summary(self._policy.decider.rank(case, case.now))

    def summary(self, ranking: Ranking) -> Decided:
        """A ranking in plain values."""
        return [self._summary(conclusion) for conclusion in ranking.ranked], [
            self._summary(conclusion) for conclusion in ranking.set_aside
        ]

    def _summary(self, conclusion: Conclusion) -> Summary:
        rules = tuple(sorted(self._ids[no] for no, _, _ in conclusion.firings))
        target = "/".join(row_key(conclusion.target))
        return (
            conclusion.action,
            conclusion.modality,
            target,
            conclusion.priority,
            conclusion.due,
            rules,
            _pairs(conclusion.alternatives),
            _pairs(conclusion.lost_to),
        )


def _pairs(some: tuple[Conclusion, ...]) -> Pairs:
    return tuple((conclusion.action, "/".join(row_key(conclusion.target))) for conclusion in some)
