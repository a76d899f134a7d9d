"""Sentences as ids and arguments, so that a host can word them itself."""

from __future__ import annotations

from collections.abc import Iterator

from tactful.decide.conclusions import Conclusion
from tactful.engines.evaluate import Environment, Evaluator
from tactful.facts.calendars import Calendar
from tactful.facts.rows import Row
from tactful.language.ir import AddStep, ParameterSlot, Template, slot_fields
from tactful.reasons.context import Context
from tactful.reasons.records.decision import MessageRecord, MessagesRecord
from tactful.reasons.wording import plain_value
from tactful.reasons.words.sentences import fill


class Messages:
    """The messages of one decision. Not safe to share between threads."""

    def __init__(self, context: Context) -> None:
        self._context, self._checked = context, context.checked
        self._evaluator = context.decider.evaluator(context.case, context.now)

    def of(self, conclusion: Conclusion) -> MessagesRecord:
        """The sentences of a conclusion."""
        rules = self._checked.rules
        label, action = self._checked.actions[conclusion.action].label, conclusion.action
        firings = self._context.ranker.sorted_firings(conclusion)
        return MessagesRecord(
            key=self._context.key(conclusion),
            label=None if label is None else self._message(f"actions.{action}.label", label, conclusion.target),
            steps=tuple(self._steps(conclusion)),
            because=tuple(
                self._message(f"rules.{rules[no].id}.because", rules[no].because, row) for no, row, _ in firings
            ),
        )

    def _steps(self, conclusion: Conclusion) -> Iterator[MessageRecord]:
        """The steps, each text once, as advice has them."""
        if conclusion.prohibits:
            return
        seen: set[str] = set()
        for id_, template, row in self._templates(conclusion):
            env = self._evaluator.environment(row.entity, row)
            text = fill(template, env, self._evaluator, self._context.calendar, self._context.words)
            if text not in seen:
                seen.add(text)
                yield self._message(id_, template, row)

    def _templates(self, conclusion: Conclusion) -> Iterator[tuple[str, Template, Row]]:
        context, rules = self._context, self._checked.rules
        for no, step in enumerate(self._checked.actions[conclusion.action].steps, start=1):
            yield f"actions.{conclusion.action}.steps.{no}", step, conclusion.target
        for no, row, _ in context.ranker.steps_for(conclusion, context.steps):
            adds = rules[no].conclusion
            assert isinstance(adds, AddStep)  # only these add steps
            yield f"rules.{rules[no].id}.step", adds.step, row

    def _message(self, id_: str, template: Template, row: Row) -> MessageRecord:
        return message(
            id_, template, self._evaluator.environment(row.entity, row), self._evaluator, self._context.calendar
        )


def message(id_: str, template: Template, env: Environment, evaluator: Evaluator, calendar: Calendar) -> MessageRecord:
    """A sentence as an id and the values of its placeholders."""
    fields = slot_fields(template)
    values = [evaluator.value(field, env) if field.scope in env else None for field in fields]
    args = {field.text: plain_value(value, field.kind, calendar) for field, value in zip(fields, values, strict=True)}
    stated = {f"${part.name}": ", ".join(part.texts) for part in template if isinstance(part, ParameterSlot)}
    return MessageRecord(id=id_, args=args | stated)
