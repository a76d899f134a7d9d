"""Rules checked: conditions, conclusions, targets, deadlines and priorities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from tactful.facts.dates import parse_date
from tactful.facts.kinds import IdKind, MomentKind, kind_name
from tactful.language import syntax
from tactful.language.check.actions import Catalogue
from tactful.language.check.conditions import check_condition
from tactful.language.check.entities import check_entity
from tactful.language.check.templates import check_template
from tactful.language.ir import (
    HERE,
    AddStep,
    Advise,
    ById,
    Conclusion,
    Deadline,
    InScope,
    Prohibit,
    Rule,
    Shift,
    Target,
)
from tactful.language.names import Names, Reads, Report, Scope, scope_of
from tactful.language.phrases import Deadline as WrittenDeadline
from tactful.language.phrases import read_length
from tactful.language.terms import Modality, Name
from tactful.source.codes.conditions import BadDeadline, BadSafety, BadTarget
from tactful.source.suggest import did_you_mean

#: The priority of a rule that states none, by the modality of its conclusion.
DEFAULT_PRIORITY: Final[Mapping[Modality, int]] = {
    "must": 80,
    "must_not": 80,
    "should": 50,
    "should_not": 50,
    "may": 20,
}
STEP_PRIORITY: Final = 50


class RuleChecker:
    """Checks each rule, and collects the names that it reads."""

    def __init__(self, names: Names, catalogue: Catalogue, sources: Mapping[str, str], report: Report) -> None:
        self.names, self.catalogue, self.sources, self.report = names, catalogue, sources, report
        self.reads: dict[str, Reads] = {}
        #: Actions with the entities that rules recommend or forbid them for. The texts of actions are checked against these.
        self.uses: set[tuple[str, str]] = set()

    def rule(self, rule: syntax.Rule, no: int) -> Rule | None:
        """The checked rule; ``None`` after reporting a mistake."""
        if not check_entity(rule.entity, self.report):
            return None
        entity = rule.entity.text
        reads = self.reads.setdefault(rule.id.text, Reads())
        scope = Scope(self.names, scope_of(entity), reads, self.report)
        when, unless = check_condition(rule.when, scope), check_condition(rule.unless, scope)
        target, target_entity = self._target(rule, scope)
        conclusion = self._conclusion(rule, scope, target_entity)
        wording = Scope(self.names, scope_of(entity), Reads(), self.report)
        because = check_template(rule.because, wording, self._source(rule.because))
        by = self._deadline(rule.by, wording)
        if conclusion is None:
            return None
        priority = rule.priority if rule.priority is not None else _default_priority(conclusion)
        endless = rule.endless or (by is None and isinstance(conclusion, AddStep))
        return Rule(
            *(no, rule.id.text, rule.about, rule.source, entity, when, unless),
            *(conclusion, target, by, endless, because, priority, rule.id.span),
            group=rule.group,
        )

    def _source(self, text: Name) -> str:
        return self.sources.get(text.span.file, "")

    def _target(self, rule: syntax.Rule, scope: Scope) -> tuple[Target, str]:
        """The target of the conclusion, and its entity."""
        to = rule.to
        if to is None:
            return InScope(rule.entity.text), rule.entity.text
        if to.text in scope.entities:
            return InScope(to.text), to.text
        if "." not in to.text:
            help_ = f"the entities in scope are {', '.join(f'`{name}`' for name in scope.entities)}"
            if parse_date(to.text) is not None:
                help_ = f"the last day of a rule is `until: {to.text}`"
            self.report(
                BadTarget.at(
                    to.span, f"`{to.text}` is not an entity in scope", did_you_mean(to.text, scope.entities) or help_
                )
            )
            return InScope(rule.entity.text), rule.entity.text
        field = scope.field(to)
        if field is not None and field.kind == IdKind("person"):
            if field.text in ("interviewer.person", "message.person", "person.id"):
                return InScope("person"), "person"
            return ById(field), "person"
        if field is not None:
            self.report(BadTarget.at(to.span, f"`{to.text}` is {kind_name(field.kind)}, not the id of a person"))
        return InScope(rule.entity.text), rule.entity.text

    def _conclusion(self, rule: syntax.Rule, scope: Scope, target: str) -> Conclusion | None:
        written = rule.conclusion
        if written is None:
            return None
        action = self.catalogue.find(written.action)
        if rule.safety and not (
            isinstance(written, syntax.Concludes) and written.modality in ("should_not", "must_not")
        ):
            self.report(
                BadSafety.at(rule.id.span, f"`{rule.id.text}` is not a prohibition, so it cannot be `safety: yes`")
            )
        if action is None:
            return None
        if isinstance(written, syntax.AddsStep):
            wording = Scope(self.names, scope.entities, Reads(), self.report)
            return AddStep(check_template(written.step, wording, self._source(written.step)), action)
        self.uses.add((action, target))
        match written.modality:
            case "should_not" | "must_not" as modality:
                return Prohibit(modality, action, rule.safety)
            case modality:
                return Advise(modality, action)

    def _deadline(self, by: WrittenDeadline | None, scope: Scope) -> Deadline | None:
        if by is None:
            return None
        field = scope.field(by.moment)
        if field is not None and not isinstance(field.kind, MomentKind):
            self.report(BadDeadline.at(by.moment.span, f"`{by.moment.text}` is {kind_name(field.kind)}, not a moment"))
            return None
        if field is not None and by.length is not None and scope.is_field(by.length):
            moved = scope.moved(field, by.length, by.before)
            return None if moved is None else Deadline(moved, HERE)
        direction: Literal["before", "after"] = "before" if by.before else "after"
        length = read_length(by.length, scope, f"by: … {direction} {by.moment.text}") if by.length else None
        if field is None or (by.length is not None and length is None):
            return None
        return Deadline(field, HERE if length is None else Shift(length, by.before))


def _default_priority(conclusion: Conclusion) -> int:
    return STEP_PRIORITY if isinstance(conclusion, AddStep) else DEFAULT_PRIORITY[conclusion.modality]
