"""Until when the firings of a case surely stay the same, if no fact changes.

The functions that fire rules are built a second time, so that each test that looks at the time reports its next turn, see
``turning``. One pass over a case then gives the nearest turn among all tests that were evaluated. Nothing can change
before it, since no other test was evaluated.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from tactful.engines.compiled import nodes
from tactful.engines.compiled.past import NO_TURN, TURNS, Kept, Past, Untold, until
from tactful.engines.compiled.rule_functions import CALLED, MainFunction
from tactful.engines.compiled.timed import AheadFacts
from tactful.engines.compiled.turning import TurningFunctions
from tactful.engines.firings import RawFiring
from tactful.facts.kinds import Value
from tactful.facts.rows import Case, Row
from tactful.language.ir import AddStep, CheckedPack, Rule
from tactful.source.first_use import FIRST_USE
from tactful.source.lazy import lazy


class AheadFunctions:
    """The functions of a pack that report the next turn. Immutable; safe to use from any number of threads."""

    def __init__(self, checked: CheckedPack, turning: TurningFunctions) -> None:
        self._checked, self._turning = checked, turning
        # The other rules that advise or prohibit never change by themselves. Both sorts of rules are in one function, so
        # that a fact that both read is computed once.
        moving = [rule for rule in checked.rules if turning.clockwork.rule(rule)]
        steps = [rule for rule in checked.rules if isinstance(rule.conclusion, AddStep)]
        others = [rule for rule in moving if not isinstance(rule.conclusion, AddStep)]
        self._fire = self._compiled([*others, *[rule for rule in steps if turning.clockwork.rule(rule)]])

    @lazy
    def _still(self) -> _Main:
        """The function for the rules that add steps and never change by themselves."""
        steps = [rule for rule in self._checked.rules if isinstance(rule.conclusion, AddStep)]
        still = [rule for rule in steps if not self._turning.clockwork.rule(rule)]
        with FIRST_USE:
            return self._compiled(still)

    def _compiled(self, rules: list[Rule]) -> _Main:
        facts = AheadFacts(self._checked, self._turning.clockwork)
        main = _StepFunction(self._checked, facts, "fire", rules).build()
        tree = ast.Module([*facts.functions(), main], [])
        # Everything in the tree was built node by node from the checked pack; no text of a rule file is ever parsed as Python.
        namespace: dict[str, Any] = {**facts.tables, **facts.dates, **CALLED, **TURNS}
        exec(compile(tree, f"<ahead {self._checked.digest[:19]}>", "exec"), namespace)  # noqa: S102
        made: _Main = namespace["fire"]
        return made

    def warm(self) -> None:
        """Compile what is compiled on first use."""
        _ = self._still

    def same_before(self, case: Case, now: int) -> int:
        """The first second (since 1970, UTC) after ``now`` at which firings, deadlines or steps can change by time alone.

        They may still be the same then. :data:`NO_TURN` or later: nothing can change.
        """
        ahead = Ahead(case, now, self._turning)
        try:
            self._fire(ahead, _ignored)
        except Untold:
            return now + 1
        return ahead.same_before

    def steps(self, past: Past) -> tuple[list[RawFiring], int]:
        """The firings of rules that add steps now, and the same moment. May raise :class:`Untold`.

        ``past`` then knows some facts.
        """
        ahead = Ahead(past.case, past.now, self._turning, past.memo, past.present)
        firings: list[RawFiring] = []
        self._fire(ahead, firings.append)
        self._still(ahead, firings.append)
        return firings, ahead.same_before


class _StepFunction(MainFunction):
    """The function that goes through a case, and emits the firings of rules that add steps alone.

    Of the other rules, it evaluates the deadlines, because the facts that these read may turn.
    """

    def fired(self, rule: Rule) -> list[ast.stmt]:
        if isinstance(rule.conclusion, AddStep):
            return super().fired(rule)
        return [nodes.Expr(self.due(rule))]


class Ahead(Past):
    """The object that the functions run on. ``in_sight``: when a deadline that is too far away now may come within the
    horizon. ``search``: the search for the ends of rules."""

    __slots__ = ("_turning", "in_sight", "search")

    def __init__(
        self,
        case: Case,
        now: int,
        turning: TurningFunctions,
        memo: dict[int, Value] | None = None,
        present: dict[int, Kept] | None = None,
    ) -> None:
        Past.__init__(self, case, now, memo, present)  # in less time than by ``super``
        self._turning, self.in_sight = turning, NO_TURN
        self.search: Past | None = None

    @property
    def same_before(self) -> int:
        """The first second at which the results of the functions can change."""
        return min(self.high >> 1, self.in_sight)

    def until(self, rule: int, row: Row) -> int | None:
        """The end of a rule that fires, as the functions that fire rules ask for it."""
        turns = self._turning.rule(rule)
        if turns is None:
            raise Untold
        past = self.search
        if past is None:  # it starts from what is known of the present
            past = Past(self.case, self.now, self.memo, self.present)
            self.search = past
        end = until(past, turns, row)
        if end is None and past.high < 2 * NO_TURN:
            self.in_sight = min(self.in_sight, max(self.now + 1, (past.high >> 1) - turns.horizon))
        return end


#: The function that goes through a case.
_Main = Callable[[Ahead, Callable[[RawFiring], object]], None]


def _ignored(_: object) -> None:
    """Takes the firings, which are not needed here."""
