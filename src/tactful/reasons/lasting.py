"""Until when an answer surely stays as it is, if no fact changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tactful.decide.conclusions import Ranking
from tactful.decide.decider import Decider
from tactful.decide.next_change import Ahead, all_of
from tactful.engines.compiled.past import Past, Turning, Untold
from tactful.engines.firings import RawFiring
from tactful.facts.rows import Case, Row
from tactful.language.ir import AddStep, Condition, Field, Rule
from tactful.reasons.moving import Moving
from tactful.reasons.telling import Telling


class Lasting:
    """Computes this for a pack. Made once; safe to use from any number of threads. For firings, the moment comes from
    ``engines.compiled.ahead``, for every engine. Facts that sort conclusions, distinguish occasions or appear in
    sentences can change as well. They are handled here, see ``moving``.
    """

    def __init__(self, decider: Decider) -> None:
        self._decider, self._checked, self._moving = decider, decider.checked, decider.once(Moving)
        self._ahead = decider.shared(Ahead)
        self._turning = self._ahead.turning
        self._of_rules: dict[int, Turning | None] = {}
        self._of_targets: dict[tuple[str, str], Turning | None] = {}
        steps = (rule for rule in self._checked.rules if isinstance(rule.conclusion, AddStep))
        self._steps = [rule for rule in steps if self._moving.of_rule(rule)]

    def warming(self) -> Iterator[None]:
        """Compile what is compiled on first use, for a rule that adds steps at each step."""
        for rule in self._steps:
            self.of_rule(rule)
            yield
        self._ahead.warm()

    def same_before(self, case: Case, now: int, ranking: Ranking, telling: Telling) -> int:
        """The first second (since 1970, UTC) after ``now`` at which the answer can change by time alone.

        A moment beyond all years that calendars know: it does not change.
        """
        try:
            turn = telling.next_turn(self._shown(case, now, ranking))
        except Untold:
            return now + 1
        return min(self._ahead.same_before(case, now), turn >> 1)

    def steps(self, past: Past) -> tuple[list[RawFiring], int]:
        """The firings of rules that add steps, and the first second after now at which firings can change by time alone.

        May raise :class:`Untold`.
        """
        return self._ahead.steps(past)

    def _shown(self, case: Case, now: int, ranking: Ranking) -> Iterator[tuple[Turning, Row]]:
        """The functions for facts that the answer shows or is sorted by, each with its row."""
        rules = self._checked.rules
        for conclusion in all_of(ranking):
            of_target = self._of_target(conclusion.action, conclusion.target.entity)
            if of_target is not None:
                yield of_target, conclusion.target
            for no, row, _ in conclusion.firings:
                of_rule = self.of_rule(rules[no])
                if of_rule is not None:
                    yield of_rule, row
        yield from self.shown_steps(case, now, ranking)

    def shown_steps(self, case: Case, now: int, ranking: Ranking) -> Iterator[tuple[Turning, Row]]:
        """The functions for facts of the rules that may add steps to ranked recommendations, each with its row."""
        rules = self._may_add(ranking)
        if not rules:
            return
        evaluator, rows = self._decider.evaluator(case, now), dict[str, list[Row]]()
        for rule in rules:
            function = self.of_rule(rule)
            assert function is not None  # there are such facts
            if rule.entity not in rows:
                rows[rule.entity] = list(evaluator.rows(rule.entity))
            for row in rows[rule.entity]:
                yield function, row

    def _may_add(self, ranking: Ranking) -> list[Rule]:
        """The rules that may add steps to ranked recommendations, and whose facts change by time."""
        if not self._steps:
            return []
        actions = self._checked.actions
        advised = {kind for item in ranking.ranked if not item.prohibits for kind in actions[item.action].family}
        return [rule for rule in self._steps if rule.conclusion.action in advised]

    def of_rule(self, rule: Rule) -> Turning | None:
        """A function that reads the facts that a firing shows and that change by time; ``None`` if there are none."""
        if rule.no not in self._of_rules:
            self._of_rules[rule.no] = self._function(rule.entity, self._moving.of_rule(rule))
        return self._of_rules[rule.no]

    def _of_target(self, action: str, entity: str) -> Turning | None:
        """The same for what an action shows of its target, is sorted by, and tells occasions apart by."""
        key = action, entity
        if key not in self._of_targets:
            self._of_targets[key] = self._function(entity, self._moving.of_target(action, entity))
        return self._of_targets[key]

    def _function(self, entity: str, parts: Sequence[Field | Condition]) -> Turning | None:
        return self._turning.values(entity, parts) if parts else None
