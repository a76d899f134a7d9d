"""The sentences and conditions of a pack, taken apart once: what is fixed, and which values go between.

A decision then puts them together from values that compiled code gives, all values of a rule or of a target in one call. The
result is that of ``justification`` and ``words.sentences``, which look at everything anew with the plain evaluator. It is a
record, or JSON at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from tactful.decide.decider import Decider
from tactful.engines.compiled.past import Turning
from tactful.facts.calendars import Calendar
from tactful.facts.entities import SCOPES
from tactful.facts.kinds import Value
from tactful.language.ir import AddStep, Rule, Template
from tactful.reasons.encoded import ENCODER, Encoded, Part, Slot, encoded, object_parts, outline
from tactful.reasons.moving import Moving
from tactful.reasons.pieces.conditions import Conditions
from tactful.reasons.pieces.sentences import Sentence, sentence
from tactful.reasons.pieces.values import Values
from tactful.reasons.records.decision import JustificationRecord
from tactful.reasons.wording import unlabelled
from tactful.reasons.words.of import words_of
from tactful.source.lazy import lazy

#: The place of the conditions' JSON, where it comes after the values.
_LAST: Final = -1


class Said(NamedTuple):
    """A sentence, and the function that gives its values."""

    sentence: Sentence
    values: Turning
    encoded: Encoded


class Subject:
    """What is said of an action for a target: its label, its own steps, and what tells its occasion.

    ``values`` is the function for all of it. It also reads every fact by which the answer can change, see ``moving``.
    """

    def __init__(
        self, values: Turning, label: Sentence, steps: tuple[Sentence, ...], occasion: tuple[int, ...]
    ) -> None:
        self.values, self.label, self.steps, self._occasion = values, label, steps, occasion

    @lazy
    def label_json(self) -> Encoded:
        """The label as JSON."""
        return encoded(self.label.json())

    @lazy
    def steps_json(self) -> tuple[Encoded, ...]:
        """The steps as JSON."""
        return tuple(encoded(step.json()) for step in self.steps)

    def occasion(self, values: Sequence[Value]) -> Sequence[Value]:
        """What tells the occasion."""
        return [values[at] for at in self._occasion] if self._occasion else ()


class Reason:
    """The sentence and the conditions of a rule.

    ``values`` is the function for both. ``reads_all``: it also reads every fact by which the answer can change, see
    ``moving``, and no other condition that time changes.
    """

    def __init__(self, rule: Rule, conditions: Conditions, text: Sentence, values: Turning, *, reads_all: bool) -> None:
        self._rule, self._conditions, self._text = rule, conditions, text
        self.values, self.reads_all = values, reads_all
        #: The most places that it takes in a record, see ``context.REASONS``.
        self.most = 1 + conditions.most

    def of(self, values: Sequence[Value], calendar: Calendar) -> JustificationRecord:
        """The justification of a firing that has these values."""
        return JustificationRecord(
            rule=self._rule.id,
            text=self._text.of(values, calendar),
            source=self._rule.source,
            conditions=tuple([test.record(values, calendar) for test in self._conditions.of(values)]),
        )

    def json(self, values: Sequence[Value], calendar: Calendar) -> bytes:
        """The same as JSON."""
        if self._conditions.fixed is not None:
            return self._encoded.of(values, calendar)
        return self._encoded.of((*values, self._conditions.json(values, calendar)), calendar)  # type: ignore[arg-type]

    @lazy
    def _encoded(self) -> Encoded:
        fixed = self._conditions.fixed
        conditions: list[Part] = [Slot(_LAST, lambda value, _: value)]  # type: ignore[arg-type, return-value]
        if fixed is not None:
            conditions = [part for no, test in enumerate(fixed) for part in (b"," if no else b"", *test.json())]
        rule = self._rule
        return encoded(
            object_parts(
                JustificationRecord,
                {
                    "rule": (ENCODER.encode(rule.id),),
                    "text": self._text.json(),
                    "source": (ENCODER.encode(rule.source),),
                    "conditions": (b"[", *conditions, b"]"),
                },
            )
        )


class Pieces:
    """What the sentences and conditions of a pack are made of. Each is taken apart when it is first asked for."""

    def __init__(self, decider: Decider) -> None:
        self._decider, self._checked, self._words = decider, decider.checked, decider.once(words_of)
        self._moving = decider.once(Moving)
        self._reasons: dict[int, Reason] = {}
        self._subjects: dict[tuple[str, str], Subject] = {}
        self._added: dict[int, Said] = {}
        self._because: dict[int, Said] = {}
        self._outlines: dict[tuple[type[msgspec.Struct], str, bool], bytes] = {}

    def warm(self) -> None:
        """Take all reasons, steps and labels apart, each label and step for the entities that rules advise it for."""
        for rule in self._checked.rules:
            if isinstance(rule.conclusion, AddStep):
                self.added(rule)
                continue
            self.reason(rule)
            self.subject(rule.conclusion.action, rule.target_entity)

    def reason(self, rule: Rule) -> Reason:
        """The sentence and the conditions of a rule."""
        return self._reasons.get(rule.no) or self._reasons.setdefault(rule.no, self._reason(rule))

    def because(self, rule: Rule) -> Said:
        """The sentence of a rule alone."""
        known = self._because.get(rule.no)
        return known or self._because.setdefault(rule.no, self._said(rule.because, rule.entity))

    def subject(self, action: str, entity: str) -> Subject:
        """What is said of an action, for a target of an entity."""
        key = action, entity
        return self._subjects.get(key) or self._subjects.setdefault(key, self._subject(action, entity))

    def added(self, rule: Rule) -> Said:
        """The step that a rule adds."""
        known = self._added.get(rule.no)
        if known is None:
            assert isinstance(rule.conclusion, AddStep)
            known = self._added[rule.no] = self._said(rule.conclusion.step, rule.entity)
        return known

    def outline(self, record: type[msgspec.Struct], action: str, prohibits: bool) -> bytes:
        """The JSON of a record about an action, with a placeholder for each field that is not the same for all targets.

        See :func:`tactful.reasons.encoded.outline`.
        """
        key = record, action, prohibits
        known = self._outlines.get(key)
        if known is None:
            spec = self._checked.actions[action]
            kind, means = spec.kind_of(prohibits), spec.due_means(prohibits)
            unset = [field.name for field in msgspec.structs.fields(record) if field.default is msgspec.UNSET]
            numbers = ("rank", "group", "priority")
            known = outline(record, *unset, numbers=numbers, action=action, kind=kind, due_means=means)
            self._outlines[key] = known
        return known

    def _subject(self, action: str, entity: str) -> Subject:
        spec, values = self._checked.actions[action], Values(self._decider, entity)
        named = (unlabelled(action),) if spec.label is None else spec.label
        label = sentence(named, entity, values, self._words)
        steps = tuple(sentence(step, entity, values, self._words) for step in spec.steps)
        here = SCOPES[entity]
        occasion = tuple(values.place(field) if field.scope in here else values.add(None) for field in spec.occasion)
        for field in self._moving.of_target(action, entity):
            values.place(field)
        return Subject(values.function(), label, steps, occasion)

    def _said(self, template: Template, entity: str) -> Said:
        values = Values(self._decider, entity)
        made = sentence(template, entity, values, self._words)
        return Said(made, values.function(), encoded(made.json()))

    def _reason(self, rule: Rule) -> Reason:
        values = Values(self._decider, rule.entity)
        conditions = Conditions(rule, values, self._decider.facts)
        text = sentence(rule.because, rule.entity, values, self._words)
        if conditions.fixed is not None:
            for field in self._moving.fields_of_rule(rule):
                values.place(field)
        return Reason(rule, conditions, text, values.function(), reads_all=conditions.fixed is not None)
