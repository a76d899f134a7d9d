"""The tests that make a rule's conditions hold, as its firings show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, assert_never

import msgspec

from tactful.engines.compiled.filled import Blank, moment_json
from tactful.facts.calendars import Calendar
from tactful.facts.kinds import ChoiceKind, CountryKind, IdKind, Kind, MomentKind, TextKind, Value, YesNoKind
from tactful.language.ir import AllOf, AnyOf, ComputedFact, Condition, NoneOf, Rule, Test
from tactful.language.ir.reads import as_written
from tactful.reasons.encoded import ENCODER, Part, object_parts
from tactful.reasons.implied import implied
from tactful.reasons.pieces.values import NOWHERE, Values
from tactful.reasons.records.decision import ConditionRecord
from tactful.reasons.wording import plain_value

#: Kinds whose values JSON has as they are, and those whose few values make few different records.
_PLAIN: Final = (TextKind, ChoiceKind, IdKind, CountryKind, YesNoKind)
_FEW: Final = (ChoiceKind, YesNoKind)


class Met:
    """A test that a firing depends on: the place of its value, and the records that it has become so far.

    ``no`` numbers the tests of a rule. ``implied``: the value, where it follows from the test.
    """

    def __init__(self, no: int, at: int, test: Test, held: bool, implied: tuple[Value] | None) -> None:
        self.no = no
        self._at, self._kind, self._implied = at, test.field.kind, implied
        self._field, self._phrase = test.field.text, test.text if held else f"unless {test.text}"
        self._plain = isinstance(self._kind, _PLAIN)
        #: The records by value, where there can only be few.
        self._known: dict[Value, ConditionRecord] | None = {} if isinstance(self._kind, _FEW) else None

    def record(self, values: Sequence[Value], calendar: Calendar) -> ConditionRecord:
        """The test as a record."""
        value = values[self._at] if self._implied is None else self._implied[0]
        if self._known is None:
            plain = value if self._plain else plain_value(value, self._kind, calendar)
            return ConditionRecord(field=self._field, phrase=self._phrase, value=plain)
        known = self._known.get(value)
        if known is None:
            known = self._known[value] = ConditionRecord(field=self._field, phrase=self._phrase, value=value)
        return known

    def json(self) -> Iterator[Part]:
        """The parts of its JSON."""
        fixed = {"field": (ENCODER.encode(self._field),), "phrase": (ENCODER.encode(self._phrase),)}
        value = _encoded(self._at, self._kind) if self._implied is None else ENCODER.encode(self._implied[0])
        return object_parts(ConditionRecord, {**fixed, "value": (value,)})


class _Choice(msgspec.Struct, frozen=True):
    """Members of which the first that holds as ``wanted`` counts: the place of each one's truth, and what it depends on."""

    wanted: bool
    members: tuple[tuple[int, tuple[_Part, ...]], ...]


_Part = Met | _Choice


class Conditions:
    """The conditions of a rule. Their values are added to ``values``."""

    def __init__(self, rule: Rule, values: Values, facts: Mapping[str, ComputedFact]) -> None:
        self._values, self._facts = values, facts
        self._tests: dict[tuple[Test, bool], Met] = {}
        parts = (*self._met(rule.when, wanted=True), *self._met(rule.unless, wanted=False))
        self._parts = tuple(dict.fromkeys(parts))
        #: The tests, where they are the same for every firing.
        self.fixed: tuple[Met, ...] | None = None
        tests = tuple(part for part in self._parts if isinstance(part, Met))
        if len(tests) == len(self._parts):
            self.fixed = tests
        #: All tests, by their numbers.
        self.tests = tuple(self._tests.values())
        #: The most tests of a firing.
        self.most = len(self.tests)

    def of(self, values: Sequence[Value]) -> Iterable[Met]:
        """The tests that a firing depends on, which has these values."""
        if self.fixed is not None:
            return self.fixed
        chosen: dict[Met, None] = {}
        _choose(self._parts, values, chosen)
        return chosen

    def _met(self, condition: Condition, wanted: bool) -> tuple[_Part, ...]:
        """The tests that make a condition hold, or not hold where that is ``wanted``; as ``justification.supports``."""
        match condition:
            case Test():
                return (self._test(condition, wanted),)
            case NoneOf(members=members):
                return self._met(AnyOf(members), not wanted)
            case AllOf(members=members) | AnyOf(members=members):
                if isinstance(condition, AllOf) == wanted:
                    return tuple(part for member in members for part in self._met(member, wanted))
                return (_Choice(wanted, tuple((self._values.add(each), self._met(each, wanted)) for each in members)),)
            case _:
                assert_never(condition)

    def _test(self, test: Test, held: bool) -> Met:
        known = self._tests.get((test, held))
        if known is None:
            follows = implied(test, held)
            at = self._values.place(as_written(test.field, self._facts)) if follows is None else NOWHERE
            known = self._tests[test, held] = Met(len(self._tests), at, test, held, follows)
        return known


def _choose(parts: tuple[_Part, ...], values: Sequence[Value], chosen: dict[Met, None]) -> None:
    """Add the tests among parts that these values make count to those that are ``chosen``, each once."""
    for part in parts:
        if isinstance(part, Met):
            chosen[part] = None
            continue
        for at, own in part.members:
            if values[at] == part.wanted:
                _choose(own, values, chosen)
                break


def _encoded(at: int, kind: Kind) -> Blank:
    """The place for a value of a kind."""
    encode = ENCODER.encode
    if isinstance(kind, _PLAIN):
        return Blank(at, lambda value, _: encode(value), "json")
    if isinstance(kind, MomentKind):  # most of the others
        return Blank(at, moment_json, "moment")
    return Blank(at, lambda value, calendar: encode(plain_value(value, kind, calendar)))
