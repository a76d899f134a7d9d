"""Until when an answer surely stays as it is, if no fact changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from tactful.decide.decider import Decider
from tactful.decide.next_change import Ahead, all_of
from tactful.decide.ranker import Ranking
from tactful.engines.compiled.past import Turning, Untold
from tactful.facts.entities import SCOPES
from tactful.facts.rows import Case, Row
from tactful.language.ir import AddStep, AllOf, AnyOf, Condition, Field, NoneOf, Rule, Test, slot_fields
from tactful.language.ir.reads import fields_of
from tactful.reasons.telling import Telling


class Lasting:
    """What tells this for a pack. Made once; safe to use from any number of threads.

    The firings are told by ``engines.compiled.ahead``, for every engine. What sorts conclusions, tells occasions apart or
    stands in sentences can change as well. These are the facts that are looked at here; the values of clocks are left out.
    """

    def __init__(self, decider: Decider) -> None:
        self._decider, self._checked, self._clockwork = decider, decider.checked, decider.clockwork
        self._ahead = decider.shared(Ahead)
        self._turning = self._ahead.turning
        self._of_rules: dict[int, Turning | None] = {}
        self._of_targets: dict[tuple[str, str], Turning | None] = {}
        steps = (rule for rule in self._checked.rules if isinstance(rule.conclusion, AddStep))
        self._steps = [rule for rule in steps if self._of_rule(rule) is not None]

    def same_before(self, case: Case, now: int, ranking: Ranking, telling: Telling) -> int:
        """The first second (since 1970, UTC) after ``now`` at which the answer can change by time alone.

        A moment beyond all years that calendars know: it does not change.
        """
        try:
            turn = telling.next_turn((function, row) for function, row in self._shown(case, now, ranking) if function)
        except Untold:
            return now + 1
        return min(self._ahead.same_before(case, now), turn >> 1)

    def _shown(self, case: Case, now: int, ranking: Ranking) -> Iterator[tuple[Turning | None, Row]]:
        """The functions for facts that the answer shows or is sorted by, each with its row."""
        rules = self._checked.rules
        for conclusion in all_of(ranking):
            yield self._of_target(conclusion.action, conclusion.target.entity), conclusion.target
            for no, row, _ in conclusion.firings:
                yield self._of_rule(rules[no]), row
        evaluator, rows = self._decider.evaluator(case, now), dict[str, list[Row]]()
        for rule in self._steps_of(ranking):
            if rule.entity not in rows:
                rows[rule.entity] = list(evaluator.rows(rule.entity))
            for row in rows[rule.entity]:
                yield self._of_rule(rule), row

    def _steps_of(self, ranking: Ranking) -> list[Rule]:
        """The rules that may add steps to ranked recommendations, and whose facts change by time."""
        actions = self._checked.actions
        advised = {kind for item in ranking.ranked if not item.prohibits for kind in actions[item.action].family}
        return [rule for rule in self._steps if rule.conclusion.action in advised]

    def _of_rule(self, rule: Rule) -> Turning | None:
        """A function that reads the facts that a firing shows and that change by time; ``None`` if there are none."""
        if rule.no not in self._of_rules:
            step = rule.conclusion.step if isinstance(rule.conclusion, AddStep) else ()
            fields = [*slot_fields(rule.because), *slot_fields(step), *fields_of(rule.when), *fields_of(rule.unless)]
            chosen = [part for part, holds in ((rule.when, True), (rule.unless, False)) if self._chooses(part, holds)]
            self._of_rules[rule.no] = self._function(rule.entity, fields, chosen)
        return self._of_rules[rule.no]

    def _of_target(self, action: str, entity: str) -> Turning | None:
        """The same for what an action shows of its target, is sorted by, and tells occasions apart by."""
        key = action, entity
        if key not in self._of_targets:
            spec = self._checked.actions[action]
            slots = [field for template in (spec.label or (), *spec.steps) for field in slot_fields(template)]
            fields = [*slots, *(key.field for key in spec.order), *spec.occasion]
            self._of_targets[key] = self._function(entity, fields)
        return self._of_targets[key]

    def _chooses(self, condition: Condition, wanted: bool) -> bool:
        """Whether time decides which of several tests is shown as what a condition holds by (or fails by, if not ``wanted``)."""
        match condition:
            case Test():
                return False
            case NoneOf(members=members):
                return self._chooses(AnyOf(members), not wanted)
            case AllOf(members=members) | AnyOf(members=members):
                if isinstance(condition, AllOf) == wanted or len(members) == 1:
                    return any(self._chooses(member, wanted) for member in members)
                return any(map(self._clockwork.condition, members))
            case _:
                assert_never(condition)

    def _function(self, entity: str, fields: Iterable[Field], conditions: Sequence[Condition] = ()) -> Turning | None:
        moving = dict.fromkeys(
            field
            for field in fields
            if field.origin == "computed" and field.scope in SCOPES[entity] and self._clockwork.field(field)
        )
        parts = (*moving, *conditions)
        return self._turning.values(entity, parts) if parts else None
