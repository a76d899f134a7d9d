"""Where decisions are kept: what ``Policy.decide`` asks of a journal. ``tactful.journal`` has journals that do it."""

from __future__ import annotations

from typing import Protocol

from tactful.api.decision import Decision
from tactful.decide.decider import Decider
from tactful.facts.reading import CaseInput
from tactful.source.diagnostics import InvalidInput


class Journal(Protocol):
    """Keeps decisions, and cases that were refused. Both methods return once that is safe on the disk.

    They raise :class:`tactful.TactfulError` if it cannot be kept: then the decision must not be given to anybody.
    """

    def keep(self, decision: Decision, seconds: float) -> None:
        """Keep a decision, which took so many seconds."""

    def keep_refused(self, decider: Decider, case: CaseInput, error: InvalidInput, seconds: float) -> None:
        """Keep that a case was refused, and why."""
