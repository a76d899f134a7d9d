"""The interface of a journal, which stores decisions for ``Policy.decide``. ``tactful.journal`` has
implementations."""

from __future__ import annotations

from typing import Protocol

from tactful.api.decision import Decision
from tactful.decide.decider import Decider
from tactful.facts.reading import CaseInput
from tactful.source.diagnostics import InvalidInput


class Journal(Protocol):
    """Keeps decisions, and cases that were refused. Both methods return once the entry is safely on disk.

    They raise :class:`tactful.TactfulError` if it cannot be kept: then the decision must not be given to anybody.
    """

    def keep(self, decision: Decision, seconds: float) -> None:
        """Keep a decision, which took so many seconds."""

    def keep_refused(self, decider: Decider, case: CaseInput, error: InvalidInput, seconds: float) -> None:
        """Keep that a case was refused, and why."""
