"""What tactful itself concludes: the firings, and the ranked decision, that every peer is held against."""

from __future__ import annotations

import tactful
from tactful.facts.rows import Case
from tactful.model.checked import AddStep
from tactful.rank import row_key

from .protocol import Fired


class Expected:
    """The shipped pack's own answers."""

    def __init__(self, policy: tactful.Policy) -> None:
        self._policy = policy
        rules = policy.checked.rules
        self.rules = tuple(rule.id for rule in rules if not isinstance(rule.conclusion, AddStep))
        self._ids = {rule.no: rule.id for rule in rules if not isinstance(rule.conclusion, AddStep)}

    def fire(self, raw: bytes) -> list[Fired]:
        """The firings of rules that advise or prohibit, sorted."""
        case = self._policy.read(raw)
        return self.firings(case)

    def firings(self, case: Case) -> list[Fired]:
        """The same for a case that is read."""
        assert case.now is not None, "generated cases say when they are for"
        fired = self._policy.decider.fire(case, case.now)
        return sorted(
            ((self._ids[no], "/".join(row_key(row)), due) for no, row, due in fired),
            key=lambda one: one[:2],
        )
