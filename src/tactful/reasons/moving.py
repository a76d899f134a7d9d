"""The facts that an answer shows, sorts by or uses to distinguish occasions, and that change by time alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from tactful.decide.decider import Decider
from tactful.facts.entities import SCOPES
from tactful.language.ir import AddStep, AllOf, AnyOf, Condition, Field, NoneOf, Rule, Test, slot_fields
from tactful.language.ir.reads import fields_of
from tactful.reasons.implied import open_tests


class Moving:
    """Finds these facts in a pack. The values of clocks are left out. Made once; safe to use from any number of
    threads."""

    def __init__(self, decider: Decider) -> None:
        self._actions, self._clockwork = decider.checked.actions, decider.clockwork

    def of_rule(self, rule: Rule) -> Sequence[Field | Condition]:
        """The facts that a firing shows, and the conditions for which time decides which of their tests are shown."""
        if isinstance(rule.conclusion, AddStep):  # an answer shows the step alone
            return self._moving(rule.entity, slot_fields(rule.conclusion.step))
        return [*self.fields_of_rule(rule), *self.choices_of_rule(rule)]

    def fields_of_rule(self, rule: Rule) -> Sequence[Field]:
        """The facts that a firing shows, apart from values that follow from its firing."""
        tests = [*open_tests(rule.when, True), *open_tests(rule.unless, False)]
        read = [field for test in tests for field in fields_of(test)]
        return self._moving(rule.entity, [*slot_fields(rule.because), *read])

    def choices_of_rule(self, rule: Rule) -> Sequence[Condition]:
        """The conditions for which time decides which of their tests are shown."""
        return [part for part, holds in ((rule.when, True), (rule.unless, False)) if self._chooses(part, holds)]

    def of_target(self, action: str, entity: str) -> Sequence[Field]:
        """The facts about its target that an action shows, is sorted by, or uses to distinguish occasions."""
        spec = self._actions[action]
        slots = [field for template in (spec.label or (), *spec.steps) for field in slot_fields(template)]
        return self._moving(entity, [*slots, *(key.field for key in spec.order), *spec.occasion])

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

    def _moving(self, entity: str, fields: Iterable[Field]) -> Sequence[Field]:
        """The facts among fields that change by time, each once."""
        moving = dict.fromkeys(
            field
            for field in fields
            if field.origin == "computed" and field.scope in SCOPES[entity] and self._clockwork.field(field)
        )
        return list(moving)
