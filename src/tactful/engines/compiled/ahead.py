"""Until when the firings of a case surely stay the same, if no fact changes.

The functions that fire rules are built a second time, so that each test that looks at the time reports its next turn, see
``turning``. One pass over a case then gives the nearest turn among all tests that were evaluated. Nothing can change before
it, since no other test was asked.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final

from tactful.engines.compiled.past import TURNS, Past, Untold, past_of, until
from tactful.engines.compiled.rule_functions import CALLED, MainFunction
from tactful.engines.compiled.timed import TimedFacts
from tactful.engines.compiled.turning import TurningFunctions
from tactful.facts.rows import Case, Row
from tactful.language.ir import AddStep, CheckedPack

#: The next turn where there is none.
NO_TURN: Final = 1 << 61


class AheadFunctions:
    """The functions of a pack that report the next turn. Immutable; safe to use from any number of threads."""

    def __init__(self, checked: CheckedPack, turning: TurningFunctions) -> None:
        facts = TimedFacts(checked)
        # The other rules never change by themselves.
        moving = [rule for rule in checked.rules if turning.clockwork.rule(rule)]
        steps = [rule for rule in moving if isinstance(rule.conclusion, AddStep)]
        others = [rule for rule in moving if not isinstance(rule.conclusion, AddStep)]
        mains = [MainFunction(checked, facts, *part).build() for part in (("fire", others), ("steps", steps))]
        tree = ast.Module([*facts.functions(), *mains], [])
        # Everything in the tree was built node by node from the checked pack; no text of a rule file is ever parsed as Python.
        namespace: dict[str, Any] = {**facts.tables, **facts.dates, **CALLED, **TURNS}
        exec(compile(tree, f"<ahead {checked.digest[:19]}>", "exec"), namespace)  # noqa: S102
        self._functions: tuple[Callable[[Ahead, Callable[[object], None]], None], ...] = (
            namespace["fire"],
            namespace["steps"],
        )
        self._turning = turning

    def same_before(self, case: Case, now: int) -> int:
        """The first second (since 1970, UTC) after ``now`` at which firings, deadlines or steps can change by time alone.

        They may still be the same then. :data:`NO_TURN` or later: nothing can change.
        """
        ahead = Ahead(case, case.families, now, 2 * now + 1, 2 * now + 1, turning=self._turning)
        try:
            for run in self._functions:
                run(ahead, _ignored)
        except Untold:
            return now + 1
        return min(ahead.high >> 1, ahead.in_sight)


class Ahead(Past):
    """The object that the functions run on. ``in_sight``: when a deadline that is too far away now may come in sight."""

    turning: TurningFunctions | None = None
    in_sight: int = NO_TURN

    def until(self, rule: int, row: Row) -> int | None:
        """The end of a rule that fires, as the functions that fire rules ask for it."""
        assert self.turning is not None  # always given
        turns = self.turning.rule(rule)
        if turns is None:
            raise Untold
        past = past_of(self.case, self.now)
        end = until(past, turns, row)
        if end is None and past.high < 2 * NO_TURN:
            self.in_sight = min(self.in_sight, max(self.now + 1, (past.high >> 1) - turns.horizon))
        return end


def _ignored(_: object) -> None:
    """Takes the firings, which nobody needs."""
