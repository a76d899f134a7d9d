"""The sentences and conditions of a pack, taken apart once: what is fixed, and which values go between.

A decision then puts them together from values that compiled code gives, all values of a rule in one call. The result is that
of ``justification`` and ``words.sentences``, which look at everything anew with the plain evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, assert_never

from tactful.decide.decider import Decider
from tactful.engines.compiled.past import Turning
from tactful.facts.calendars import Calendar
from tactful.facts.entities import SCOPES
from tactful.facts.kinds import ChoiceKind, CountryKind, IdKind, Kind, TextKind, Value, YesNoKind
from tactful.facts.rows import Row
from tactful.language.ir import (
    AddStep,
    AllOf,
    AnyOf,
    Condition,
    Field,
    FieldSlot,
    FormsSlot,
    NoneOf,
    ParameterSlot,
    Rule,
    Template,
    Test,
)
from tactful.language.ir.reads import as_written
from tactful.reasons.records.decision import ConditionRecord, JustificationRecord
from tactful.reasons.wording import plain_value, unlabelled
from tactful.reasons.words import Words
from tactful.reasons.words.of import words_of

#: Gives the values that a function of the compiled engine reads for a row.
Reads = Callable[[Turning, Row], Sequence[Value]]
#: Kinds whose values JSON has as they are, and those whose few values make few different records.
_PLAIN: Final = (TextKind, ChoiceKind, IdKind, CountryKind, YesNoKind)
_FEW: Final = (ChoiceKind, YesNoKind)


class _Slot(NamedTuple):
    """A placeholder: the place of its value among all values, how the value is said, and the text for an unknown one."""

    at: int
    say: Callable[[Value, Calendar], str]
    default: str


class Sentence(NamedTuple):
    """A sentence: fixed texts and placeholders. ``values`` is ``None`` if it has no placeholders."""

    pieces: tuple[str | _Slot, ...]
    values: Turning | None

    def of(self, row: Row, reads: Reads, calendar: Calendar) -> str:
        """The sentence for a row."""
        given = () if self.values is None else reads(self.values, row)
        return _filled(self.pieces, given, calendar)


class _Met:
    """A test that a firing depends on: the place of its value, and the records that it has become so far."""

    def __init__(self, at: int, test: Test, held: bool) -> None:
        self._at, self._kind = at, test.field.kind
        self._field, self._phrase = test.field.text, test.text if held else f"unless {test.text}"
        self._plain = isinstance(self._kind, _PLAIN)
        #: The records by value, where there can only be few.
        self._known: dict[Value, ConditionRecord] | None = {} if isinstance(self._kind, _FEW) else None

    def record(self, values: Sequence[Value], calendar: Calendar) -> ConditionRecord:
        """The test as JSON has it."""
        value = values[self._at]
        if self._known is None:
            plain = value if self._plain else plain_value(value, self._kind, calendar)
            return ConditionRecord(field=self._field, phrase=self._phrase, value=plain)
        known = self._known.get(value)
        if known is None:
            known = self._known[value] = ConditionRecord(field=self._field, phrase=self._phrase, value=value)
        return known


class _Choice(NamedTuple):
    """Members of which the first that holds as ``wanted`` counts: the place of each one's truth, and what it depends on."""

    wanted: bool
    members: tuple[tuple[int, tuple[_Part, ...]], ...]


_Part = _Met | _Choice


class Reason:
    """The sentence and the conditions of a rule."""

    def __init__(self, rule: Rule, parts: tuple[_Part, ...], pieces: tuple[str | _Slot, ...], values: Turning) -> None:
        self._rule, self._parts, self._pieces, self._values = rule, parts, pieces, values
        #: The tests, where they are the same for every firing.
        tests = tuple(part for part in parts if isinstance(part, _Met))
        self._tests = tests if len(tests) == len(parts) else None

    def of(self, row: Row, reads: Reads, calendar: Calendar) -> JustificationRecord:
        """The justification of a firing."""
        values = reads(self._values, row)
        tests = dict.fromkeys(_met(self._parts, values)) if self._tests is None else self._tests
        return JustificationRecord(
            rule=self._rule.id,
            text=_filled(self._pieces, values, calendar),
            source=self._rule.source,
            conditions=tuple([test.record(values, calendar) for test in tests]),
        )


class Pieces:
    """What the sentences and conditions of a pack are made of. Each is taken apart when it is first asked for."""

    def __init__(self, decider: Decider) -> None:
        self._decider, self._checked, self._words = decider, decider.checked, decider.once(words_of)
        self._reasons: dict[int, Reason] = {}
        self._labels: dict[tuple[str, str], Sentence] = {}
        self._steps: dict[tuple[str, str], tuple[Sentence, ...]] = {}
        self._added: dict[int, Sentence] = {}
        self._because: dict[int, Sentence] = {}
        self._occasions: dict[tuple[str, str], Turning] = {}

    def warm(self) -> None:
        """Take all reasons, steps and labels apart, each label and step for the entities that rules advise it for."""
        for rule in self._checked.rules:
            if isinstance(rule.conclusion, AddStep):
                self.added(rule)
                continue
            self.reason(rule)
            subject = rule.conclusion.action, rule.target_entity
            for prepare in (self.label, self.steps, self.occasion):
                prepare(*subject)

    def reason(self, rule: Rule) -> Reason:
        """The sentence and the conditions of a rule."""
        return self._reasons.get(rule.no) or self._reasons.setdefault(rule.no, self._reason(rule))

    def because(self, rule: Rule) -> Sentence:
        """The sentence of a rule alone."""
        known = self._because.get(rule.no)
        return known or self._because.setdefault(rule.no, self._sentence(rule.because, rule.entity))

    def label(self, action: str, entity: str) -> Sentence:
        """What an action is called, for a target of an entity."""
        key = action, entity
        return self._labels.get(key) or self._labels.setdefault(key, self._label(action, entity))

    def steps(self, action: str, entity: str) -> tuple[Sentence, ...]:
        """The action's own steps, for a target of an entity."""
        key = action, entity
        known = self._steps.get(key)
        if known is None:
            templates = self._checked.actions[action].steps
            known = self._steps[key] = tuple(self._sentence(template, entity) for template in templates)
        return known

    def added(self, rule: Rule) -> Sentence:
        """The step that a rule adds."""
        known = self._added.get(rule.no)
        if known is None:
            assert isinstance(rule.conclusion, AddStep)
            known = self._added[rule.no] = self._sentence(rule.conclusion.step, rule.entity)
        return known

    def occasion(self, action: str, entity: str) -> Turning:
        """The function that gives the values by which advice about an action is told from other such advice."""
        key = action, entity
        known = self._occasions.get(key)
        if known is None:
            values = _Values(self._decider, entity)
            for field in self._checked.actions[action].occasion:
                values.add(field if field.scope in SCOPES[entity] else None)
            known = self._occasions[key] = values.function()
        return known

    def _label(self, action: str, entity: str) -> Sentence:
        template = self._checked.actions[action].label
        return self._sentence((unlabelled(action),) if template is None else template, entity)

    def _sentence(self, template: Template, entity: str) -> Sentence:
        values = _Values(self._decider, entity)
        pieces = _pieces(template, entity, values, self._words)
        return Sentence(pieces, values.function() if values.parts else None)

    def _reason(self, rule: Rule) -> Reason:
        values = _Values(self._decider, rule.entity)
        parts = (*values.met(rule.when, wanted=True), *values.met(rule.unless, wanted=False))
        pieces = _pieces(rule.because, rule.entity, values, self._words)
        return Reason(rule, tuple(dict.fromkeys(parts)), pieces, values.function())


class _Values:
    """The values that sentences and conditions of one entity's rows need, each with its place."""

    def __init__(self, decider: Decider, entity: str) -> None:
        self._decider, self._entity = decider, entity
        self.parts: list[Field | Condition | None] = []
        self._places: dict[Field, int] = {}
        self._tests: dict[tuple[Test, bool], _Met] = {}

    def function(self) -> Turning:
        """The function that gives all values."""
        turning = self._decider.turning
        assert turning is not None  # engines that do not compile use the plain evaluator
        return turning.values(self._entity, self.parts)

    def place(self, field: Field) -> int:
        """The place of a field's value."""
        return self._places[field] if field in self._places else self._places.setdefault(field, self.add(field))

    def add(self, part: Field | Condition | None) -> int:
        """The place of a value that is added: that of a field, the truth of a condition, or ``None``."""
        self.parts.append(part)
        return len(self.parts) - 1

    def met(self, condition: Condition, wanted: bool) -> tuple[_Part, ...]:
        """The tests that make a condition hold, or not hold where that is ``wanted``; as ``justification.supports``."""
        match condition:
            case Test():
                return (self._test(condition, wanted),)
            case NoneOf(members=members):
                return self.met(AnyOf(members), not wanted)
            case AllOf(members=members) | AnyOf(members=members):
                if isinstance(condition, AllOf) == wanted:
                    return tuple(part for member in members for part in self.met(member, wanted))
                return (_Choice(wanted, tuple((self.add(each), self.met(each, wanted)) for each in members)),)
            case _:
                assert_never(condition)

    def _test(self, test: Test, held: bool) -> _Met:
        known = self._tests.get((test, held))
        if known is None:
            at = self.place(as_written(test.field, self._decider.facts))
            known = self._tests[test, held] = _Met(at, test, held)
        return known


def _met(parts: tuple[_Part, ...], values: Sequence[Value]) -> Iterator[_Met]:
    """The tests among parts that these values make count."""
    for part in parts:
        if isinstance(part, _Met):
            yield part
        else:
            yield from _met(next((own for at, own in part.members if values[at] == part.wanted), ()), values)


def _pieces(template: Template, entity: str, values: _Values, words: Words) -> tuple[str | _Slot, ...]:
    return tuple(_piece(part, entity, values, words) for part in template)


def _piece(
    part: str | FieldSlot | ParameterSlot | FormsSlot, entity: str, values: _Values, words: Words
) -> str | _Slot:
    match part:
        case str():
            return part
        case ParameterSlot(texts=texts):
            return words.parameter(texts)
        case FieldSlot(field=field, default=default):
            unknown = words.unknown if default is None else default
            saying = _saying(field.kind, words)
        case FormsSlot(field=field):
            unknown = words.form(part, None)
            saying = _choosing(part, words)
        case _:
            assert_never(part)
    return _Slot(values.place(field), saying, unknown) if field.scope in SCOPES[entity] else unknown


def _saying(kind: Kind, words: Words) -> Callable[[Value, Calendar], str]:
    """How values of a kind are said, which are known."""
    match kind:
        case TextKind() | IdKind() | CountryKind():
            return lambda value, _: str(value)
        case _:
            return lambda value, calendar: words.in_sentence(value, kind, calendar)


def _choosing(slot: FormsSlot, words: Words) -> Callable[[Value, Calendar], str]:
    return lambda value, _: words.form(slot, value)


def _filled(pieces: tuple[str | _Slot, ...], values: Sequence[Value], calendar: Calendar) -> str:
    words = []
    for piece in pieces:
        if isinstance(piece, str):
            words.append(piece)
        else:
            value = values[piece.at]
            words.append(piece.default if value is None else piece.say(value, calendar))
    return "".join(words)
