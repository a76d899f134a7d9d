"""The sentences and conditions of a pack, taken apart once into fixed parts and places for values.

A decision then puts them together from values that compiled code gives, all values of a rule or of a target in one call. The
result is that of ``justification`` and ``words.sentences``, which evaluate everything again with the plain evaluator.
It is a record, or JSON at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

import msgspec

from tactful.decide.conclusions import Conclusion
from tactful.decide.decider import Decider
from tactful.engines.compiled.past import Past, RuleTurns, Turning
from tactful.engines.expiry import CLOCK_HORIZON, HORIZON
from tactful.facts.calendars import Calendar
from tactful.facts.entities import SCOPES
from tactful.facts.kinds import Value
from tactful.facts.rows import Row
from tactful.language.ir import AddStep, Prohibit, Rule, Template
from tactful.reasons.encoded import ENCODER, Part, encoded, object_parts, outline
from tactful.reasons.moving import Moving
from tactful.reasons.pieces.conditions import Conditions
from tactful.reasons.pieces.sentences import Sentence, sentence
from tactful.reasons.pieces.values import Values
from tactful.reasons.records.decision import ActionRecord, JustificationRecord
from tactful.reasons.wording import unlabelled
from tactful.reasons.words.of import words_of
from tactful.source.lazy import lazy

T = TypeVar("T")
#: The placeholders for some fields of records about actions, and the fields that not every record has.
_BLANKS: Final[Mapping[str, bytes]] = {
    **dict.fromkeys(("rank", "group", "priority"), b"%d"),
    **dict.fromkeys(("steps", "because", "alternatives", "by"), b"[%b]"),
    "key": b'"%b"',
}
_NOT_ALWAYS: Final = ("next_change", "handled")


class Said:
    """A sentence alone, with the functions that give its values and its JSON."""

    def __init__(self, values: Values, sentence: Sentence) -> None:
        self._values, self.sentence = values, sentence

    @lazy
    def values(self) -> Turning:
        """The function that gives its values."""
        return self._values.function()

    @lazy
    def text(self) -> str | None:
        """The sentence, if it has no placeholders."""
        return self.sentence.fixed

    @lazy
    def fixed(self) -> bytes | None:
        """Its JSON, if it has no placeholders."""
        return None if self.text is None else ENCODER.encode(self.text)

    @lazy
    def json(self) -> Turning:
        """The function that gives its JSON, in a tuple."""
        return self._values.texts(encoded(self.sentence.json()))


class Subject:
    """What an answer says about an action for a target: its label, its own steps, and the values that distinguish its
    occasion.

    The functions also read every fact by which the answer can change, see ``moving``.
    """

    def __init__(self, values: Values, label: Sentence, steps: tuple[Sentence, ...], occasion: tuple[int, ...]) -> None:
        self._values, self.label, self.steps, self._occasion = values, label, steps, occasion
        #: How many texts there are.
        self.texts = 1 + len(steps)

    @lazy
    def values(self) -> Turning:
        """The function that gives all values."""
        return self._values.function()

    @lazy
    def json(self) -> Turning:
        """The function that gives the JSON of the label, of each step, and then of the values that distinguish the
        occasion: as a tuple."""
        texts = [encoded(sentence.json()) for sentence in (self.label, *self.steps)]
        return self._values.texts(*texts, others=self._occasion)

    def occasion(self, values: Sequence[Value]) -> Sequence[Value]:
        """The values that distinguish the occasion."""
        return [values[at] for at in self._occasion]


class Reason:
    """The sentence and the conditions of a rule."""

    def __init__(self, rule: Rule, conditions: Conditions, text: Sentence, values: Values) -> None:
        self._rule, self._conditions, self._text, self._values = rule, conditions, text, values
        #: The most places that it takes in a record, see ``context.REASONS``.
        self.most = 1 + conditions.most

    @lazy
    def values(self) -> Turning:
        """The function that gives all values."""
        return self._values.function()

    @lazy
    def json(self) -> Turning | None:
        """The function that gives its JSON, in a tuple; ``None`` if the values decide which conditions are shown.

        The function also reads every fact by which the answer can change, see ``moving``, and no condition.
        """
        fixed = self._conditions.fixed
        if fixed is None:
            return None
        conditions = [part for no, test in enumerate(fixed) for part in (b"," if no else b"", *test.json())]
        return self._values.texts(encoded([*self._start(), *conditions, b"]}"]))

    def chosen_json(self, past: Past, row: Row) -> bytes:
        """The JSON of a firing whose values decide which conditions are shown. May raise :class:`past.Untold`."""
        said = self._said(past, row)
        tests = self._conditions.of(said[1 + self._conditions.most :])
        return b"%b%b]}" % (said[0], b",".join([said[1 + test.no] for test in tests]))

    @lazy
    def _said(self) -> Turning:
        """The function that gives the JSON up to the conditions, the JSON of each test, and then all values: as a tuple."""
        texts = [self._start(), *(test.json() for test in self._conditions.tests)]
        return self._values.texts(*map(encoded, texts), others=self._values.places)

    def _start(self) -> list[Part]:
        """The parts of its JSON up to the first condition."""
        rule = self._rule
        parts = {
            "rule": (ENCODER.encode(rule.id),),
            "text": self._text.json(),
            "source": (ENCODER.encode(rule.source),),
            "conditions": (b"[",),
        }
        return list(object_parts(JustificationRecord, parts))[:-1]

    def of(self, values: Sequence[Value], calendar: Calendar) -> JustificationRecord:
        """The justification of a firing that has these values."""
        return JustificationRecord(
            rule=self._rule.id,
            text=self._text.of(values, calendar),
            source=self._rule.source,
            conditions=tuple([test.record(values, calendar) for test in self._conditions.of(values)]),
        )


class OfConclusion(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What is known of a conclusion by its rules: the outline of its record, what is said of its target, and whether rules may
    add steps to it.
    """

    outline: bytes
    json: Turning
    texts: int
    may_have_steps: bool


class OfRule(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The pieces of a rule: see :class:`Reason`, and how to compute since when it fires, and from when on that is not
    shown. ``alone``: what is known of a conclusion that follows from this rule alone and has no alternatives.

    It is a ``Struct``, as :class:`OfConclusion` is, because attributes of named tuples are slow.
    """

    json: Turning | None
    most: int
    turns: RuleTurns | None
    horizon: int
    alone: OfConclusion


#: The JSON of a step that a rule adds, or the function that gives it, in a tuple.
OfStep = bytes | Turning


class Known(dict[int, T]):
    """What is made of the rule with a number when it is first asked for."""

    def __init__(self, make: Callable[[int], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, no: int) -> T:
        return self.setdefault(no, self._make(no))


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
        self._of_plans: dict[object, OfConclusion] = {}
        #: What is known of each rule, by its number, and the step of each rule that adds one.
        self.of_rules: Mapping[int, OfRule] = Known(self._of_rule)
        self.of_steps: Mapping[int, OfStep] = Known(self._of_step)

    def warm(self) -> None:
        """Take all reasons, steps and labels apart, each label and step for the entities that rules advise it for."""
        for rule in self._checked.rules:
            if isinstance(rule.conclusion, AddStep):
                _ = self.added(rule).fixed or self.added(rule).values, self.of_steps[rule.no]
                continue
            subject, reason = self.subject(rule.conclusion.action, rule.target_entity), self.reason(rule)
            _ = subject.values, subject.json, reason.values, self.of_rules[rule.no]

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

    def of_conclusion(self, conclusion: Conclusion) -> OfConclusion:
        """What is known of a conclusion by its rules."""
        plan = conclusion.plan
        known = self._of_plans.get(plan)
        if known is None:
            known = self._of_plans[plan] = self._known(plan.action, plan.prohibits, conclusion.target.entity)
        return known

    def _known(self, action: str, prohibits: bool, entity: str, **determined: object) -> OfConclusion:
        """What is known of conclusions about an action, with the fields of their records that are ``determined``."""
        subject, may_have_steps = self.subject(action, entity), self._decider.ranker.may_have_steps(action)
        form = self._outline(ActionRecord, action, prohibits, determined)
        return OfConclusion(form, subject.json, subject.texts, may_have_steps)

    def _of_rule(self, no: int) -> OfRule:
        rule, turning = self._checked.rules[no], self._decider.turning
        assert turning is not None  # engines that do not compile use the plain evaluator
        reason, turns, concluded = self.reason(rule), turning.rule(no), rule.conclusion
        assert not isinstance(concluded, AddStep)  # these only add to advice
        alone = self._known(
            concluded.action,
            isinstance(concluded, Prohibit),
            rule.target_entity,
            modality=concluded.modality,
            priority=rule.priority,
            alternatives=(),
        )
        return OfRule(reason.json, reason.most, turns, self._horizon(rule, turns), alone)

    def _of_step(self, no: int) -> OfStep:
        said = self.added(self._checked.rules[no])
        return said.json if said.fixed is None else said.fixed

    def _horizon(self, rule: Rule, turns: RuleTurns | None) -> int:
        if turns is not None:
            return turns.horizon
        return CLOCK_HORIZON if self._decider.clockwork.looks_at_clocks(rule) else HORIZON

    def outline(self, record: type[msgspec.Struct], action: str, prohibits: bool) -> bytes:
        """The JSON of a record about an action, with a placeholder for each field that is not the same for all targets.

        See :func:`tactful.reasons.encoded.outline`.
        """
        key = record, action, prohibits
        known = self._outlines.get(key)
        if known is None:
            known = self._outlines[key] = self._outline(record, action, prohibits, {})
        return known

    def _outline(
        self, record: type[msgspec.Struct], action: str, prohibits: bool, determined: Mapping[str, object]
    ) -> bytes:
        spec = self._checked.actions[action]
        kind, means = spec.kind_of(prohibits), spec.due_means(prohibits)
        known = {"action": action, "kind": kind, "due_means": means, **determined}
        return outline(record, known, _NOT_ALWAYS, _BLANKS)

    def _subject(self, action: str, entity: str) -> Subject:
        spec, values = self._checked.actions[action], Values(self._decider, entity)
        named = (unlabelled(action),) if spec.label is None else spec.label
        label = sentence(named, entity, values, self._words)
        steps = tuple(sentence(step, entity, values, self._words) for step in spec.steps)
        here = SCOPES[entity]
        occasion = tuple(values.place(field) if field.scope in here else values.add(None) for field in spec.occasion)
        for field in self._moving.of_target(action, entity):
            values.place(field)
        return Subject(values, label, steps, occasion)

    def _said(self, template: Template, entity: str) -> Said:
        values = Values(self._decider, entity)
        return Said(values, sentence(template, entity, values, self._words))

    def _reason(self, rule: Rule) -> Reason:
        values = Values(self._decider, rule.entity)
        conditions = Conditions(rule, values, self._decider.facts)
        text = sentence(rule.because, rule.entity, values, self._words)
        if conditions.fixed is not None:
            for field in self._moving.fields_of_rule(rule):
                values.place(field)
        return Reason(rule, conditions, text, values)
