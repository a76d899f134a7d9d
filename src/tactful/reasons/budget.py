"""A bound on the work for a question, counted in steps, so that the same question ends at the same point on every
machine."""

from __future__ import annotations

from typing import Final

#: The steps that a decision takes in addition to its rows.
_EACH: Final = 30
#: How many decisions a plan of six weeks takes, about.
PLAN: Final = 100


class Budget:
    """The steps that are left to a question. A step is the work of one row of a case that is decided again.

    Not safe to share between threads.
    """

    def __init__(self, steps: int) -> None:
        self._left = steps
        #: Whether something was left out because the budget was spent.
        self.exceeded = False

    def spend(self, rows: int, decisions: int = 1) -> bool:
        """Whether there are steps left for that many decisions, each with the work of that many rows; if so, they are
        spent."""
        return self.spend_steps(decisions * (rows + _EACH))

    def spend_steps(self, steps: int) -> bool:
        """Whether that many steps are left; if so, they are spent."""
        if steps > self._left:
            self.exceeded = True
            return False
        self._left -= steps
        return True
