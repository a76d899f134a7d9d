"""A case decided again after one field of one row has changed: only what reads the field is looked at.

The field is set in place, in a case that nobody else has, and set back afterwards. A computed fact that comes out as before
passes nothing on. What is left are the firings that differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from tactful.decide.decider import Decider
from tactful.engines.compiled import CompiledProgram
from tactful.engines.compiled.deadlines import closings
from tactful.engines.compiled.past import SMALL
from tactful.engines.compiled.single_functions import SILENT
from tactful.engines.firings import RawFiring
from tactful.engines.plain import PlainProgram
from tactful.facts.in_place import as_linked, can_set, contradicts, set_field
from tactful.facts.kinds import Value
from tactful.facts.rows import Case, Row, counterpart
from tactful.language.ir import AddStep, Aggregate, ById, ComputedFact, Field, Rule
from tactful.language.ir.fields_read import ReadField
from tactful.language.ir.reads import fields_of_fact, fields_of_rule, reached
from tactful.language.ir.turns import FieldKey, field_key

#: A given or custom field, or the number of a computed fact.
Source: TypeAlias = FieldKey | int
#: Whose rows read a source: the row that has it, rows that refer to that row, its application's rows, or all rows.
_Reach: TypeAlias = Literal["own", "referring", "application", "all"]
#: A fact or a rule and a row are one number: that of the fact or rule, and in the lowest bits that of the row.
_ROW_BITS: Final = 32
#: Stands for a value that is not known yet; a fact may be ``None``.
_MISSING: Final = object()


class _Reader(NamedTuple):
    """A fact or a rule that reads a source.

    ``attribute``: where its rows refer to the row that has the source.
    """

    no: int
    is_rule: bool
    entity: str
    reach: _Reach
    attribute: str


class _Reading(NamedTuple):
    """What reads a source: facts and rules of the row that has it, with the row's number left out, and all others."""

    facts: tuple[int, ...]
    rules: tuple[int, ...]
    others: tuple[_Reader, ...]


class Readers:
    """What reads each field and each computed fact of a pack. Immutable, and made once."""

    def __init__(self, decider: Decider) -> None:
        checked, self._decider = decider.checked, decider
        self._numbers = {fact.id: no for no, fact in enumerate(checked.facts)}
        self.facts, self.rules = checked.facts, checked.rules
        self._readers: dict[Source, dict[_Reader, None]] = {}
        for no, fact in enumerate(checked.facts):
            pivot = fact.pivot if isinstance(fact, Aggregate) else None
            self._add(no, fact, fields_of_fact(fact), pivot)
        searched = set()
        for rule in checked.rules:
            ends = [] if rule.by is not None or rule.endless else closings(rule, decider.clockwork)
            fields = [*fields_of_rule(rule), *(end.field for end in ends or ())]
            self._add(rule.no, rule, fields, None)
            if ends is None:
                searched.add(rule.no)
        #: The rules whose end is searched for. Facts matter to them that are the same now, and differ at other times.
        self.searched = frozenset(searched)
        self._moving = frozenset(no for no, fact in enumerate(checked.facts) if decider.clockwork.fact(fact))
        self._over_time: dict[Source, Mapping[int, bool]] = {}
        #: The numbers of the rules that add steps.
        self.steps = frozenset(rule.no for rule in checked.rules if isinstance(rule.conclusion, AddStep))
        #: The readers of each source.
        self.reading = {source: _reading(readers) for source, readers in self._readers.items()}
        #: What rankings depend on besides firings, where facts sort conclusions.
        self.in_rankings = frozenset(self._in_rankings())

    def of(self, source: Source) -> Iterable[_Reader]:
        """The facts and rules that read a source."""
        return self._readers.get(source, ())

    def source(self, field: Field) -> Source:
        """What a field is as a source. It is no clock."""
        return self._numbers[field.key] if field.origin == "computed" else field_key(field)

    def over_time(self, source: Source) -> Mapping[int, bool]:
        """The ``searched`` rules that read a source, be it through facts that change by time.

        For each of them, whether it may read that of another application.
        """
        known = self._over_time.get(source)
        if known is None:
            known = self._over_time[source] = dict(self._searched_from(source))
        return known

    def _searched_from(self, source: Source) -> Iterator[tuple[int, bool]]:
        far = reached([(source, False)], self._read_over_time)
        rules = sorted((by.no, there or by.reach == "all") for each, there in far for by in self.of(each) if by.is_rule)
        return ((no, there) for no, there in rules if no in self.searched)

    def _read_over_time(self, reached_by: tuple[Source, bool]) -> list[tuple[Source, bool]]:
        source, far = reached_by
        facts = (by for by in self.of(source) if not by.is_rule and by.no in self._moving)
        return [(by.no, far or by.reach == "all") for by in facts]

    def _add(self, no: int, what: ComputedFact | Rule, fields: Iterable[Field], pivot: str | None) -> None:
        for field in fields:
            if field.origin == "clock":
                continue
            reach = self._reach(field, what.entity, pivot)
            attribute = field.scope if reach == "referring" else ""
            reader = _Reader(no, isinstance(what, Rule), what.entity, reach, attribute)
            self._readers.setdefault(self.source(field), {})[reader] = None

    def _reach(self, field: Field, entity: str, pivot: str | None) -> _Reach:
        if pivot is None and not field.via:
            if field.scope == entity:
                return "own"
            if field.scope in ("person", "interview"):
                return "referring"
        owner = self._decider.facts[field.key].entity if field.origin == "computed" else field_key(field)[0]
        return "all" if "candidate" in (owner, pivot, entity) else "application"

    def _in_rankings(self) -> Iterator[Source]:
        ranker, checked = self._decider.ranker, self._decider.checked
        if not ranker.sorting_fields:
            return
        occasions = [field for action in checked.actions.values() for field in action.occasion]
        targets = [rule.target.field for rule in checked.rules if isinstance(rule.target, ById)]
        for field in (*ranker.sorting_fields, *occasions, *targets):
            if field.origin != "clock":
                yield self.source(field)


def _names_message(source: Source) -> bool:
    """Whether the ids of messages may depend on a source. Ids sort conclusions."""
    return isinstance(source, tuple) and source[0] == "message"


def _number(firing: RawFiring) -> int:
    return (firing[0] << _ROW_BITS) + firing[1].no


def _reading(readers: Iterable[_Reader]) -> _Reading:
    own = [reader for reader in readers if reader.reach == "own"]
    facts = tuple(reader.no << _ROW_BITS for reader in own if not reader.is_rule)
    rules = tuple(reader.no << _ROW_BITS for reader in own if reader.is_rule)
    return _Reading(facts, rules, tuple(reader for reader in readers if reader.reach != "own"))


class Fired(NamedTuple):
    """The firings of a case: of rules that advise or prohibit, and of rules that add steps."""

    firings: list[RawFiring]
    steps: list[RawFiring]


class Again:
    """Decides a case again after changes of one field. Not safe to share between threads."""

    def __init__(
        self, decider: Decider, program: CompiledProgram | PlainProgram, given: Case, own: Case, now: int, fired: Fired
    ) -> None:
        """``own`` is the case ``given``, linked once more, and nobody else has it. ``fired`` are the firings of ``given``.

        ``now`` is in seconds since 1970 (UTC).
        """
        self.readers, self.case, self.now = decider.once(Readers), own, now
        #: The functions of facts and rules.
        self.functions: Any = program if isinstance(program, PlainProgram) else program.single
        #: What the functions run on: the case as it is, and the case that changes.
        self.before: Any = program.runtime(given, now)
        self.after: Any = program.runtime(own, now)
        #: The firings of the case as it is, with rows of its own, and their deadlines, by the numbers of rule and row.
        self.firings, self.steps = self._own(fired.firings), self._own(fired.steps)
        self.due: dict[int, Any] = {no: firing[2] for no, firing in (*self.firings.items(), *self.steps.items())}
        self.searched = [firing for firing in self.firings.values() if firing[0] in self.readers.searched]
        self._evaluator = decider.evaluator(own, now)
        self._rows: dict[str, dict[Row | None, tuple[Row, ...]]] = {}
        self._referring: dict[tuple[_Reader, Row], tuple[Row, ...]] = {}

    def _own(self, firings: Iterable[RawFiring]) -> dict[int, RawFiring]:
        own = [(no, counterpart(row, self.case), due) for no, row, due in firings]
        return {_number(firing): firing for firing in own}

    def tells(self, field: ReadField) -> bool:
        """Whether changes of a field can be told in this way: nothing but its value changes with it, and the case is small."""
        # In a large case, the steps that a search for an end takes are counted, for all rules together.
        small = self.case.size <= SMALL or not self.readers.searched
        return small and can_set(field.key, field.custom)

    def with_value(self, field: ReadField, row: Row, value: Value) -> Changed | None:
        """The case with another value of a field that it tells; ``None`` if the value contradicts other facts.

        ``row`` is a row of the case as it is.
        """
        row = counterpart(row, self.case)
        linked = as_linked(value, field.kind, field.custom, row)
        if linked is None or (not field.custom and contradicts(row, field.key, linked, self.now)):
            return None
        return Changed(self, field, row, linked)

    def rows(self, reader: _Reader, row: Row) -> tuple[Row, ...]:
        """The rows of a reader that read a source of ``row``, which is not its own."""
        match reader.reach:
            case "referring":
                key = reader, row
                known = self._referring.get(key)
                if known is None:
                    below = self._below(reader.entity, row.application)
                    known = tuple([other for other in below if other.related(reader.attribute) is row])
                    self._referring[key] = known
                return known
            case "application":
                return self._below(reader.entity, row.application)
            case _:
                return self._below(reader.entity, None)

    def _below(self, entity: str, application: Row | None) -> tuple[Row, ...]:
        """The rows of an entity: all, or those of an application."""
        groups = self._rows.get(entity)
        if groups is None:
            rows = tuple(self._evaluator.rows(entity))
            by_application: dict[Row | None, list[Row]] = {}
            for row in rows:
                by_application.setdefault(row.application, []).append(row)
            groups = {each: tuple(members) for each, members in by_application.items()}
            self._rows[entity] = groups = {**groups, None: rows}
        return groups.get(application, ())

    def former(self, no: int, row: Row) -> Value:
        """The value of a computed fact of a row in the case as it is."""
        value: Value = self.functions.fact(no)(self.before, counterpart(row, self.before.case))
        return value

    def reorders(self, changed: Iterable[tuple[Source, Row]]) -> bool:
        """Whether the ranking may be another although the firings are the same."""
        in_rankings = self.readers.in_rankings
        return bool(in_rankings) and any(source in in_rankings or _names_message(source) for source, _ in changed)


class Changed:
    """A case with another value of one field, for as long as it is entered as a context."""

    __slots__ = (
        "_again",
        "_custom",
        "_facts",
        "_former",
        "_held",
        "_key",
        "_queue",
        "_row",
        "_rules",
        "_value",
        "changed",
    )

    def __init__(self, again: Again, field: ReadField, row: Row, value: Value) -> None:
        self._again, self._row, self._value, self._held = again, row, value, field.value(row)
        self._key, self._custom = field.key, field.custom
        #: The field, and the facts whose values differ, with their rows.
        self.changed: list[tuple[Source, Row]] = [((field.entity, field.key, field.custom), row)]
        #: The rows of facts and of rules that are to be looked at, by the numbers of both, and the facts in turn.
        self._facts: dict[int, Row] = {}
        self._rules: dict[int, Row] = {}
        self._queue: list[int] = []
        #: The former values of facts, by their keys in the memo.
        self._former: dict[Any, Value] = {}

    def __enter__(self) -> Changed:
        set_field(self._row, self._key, self._custom, self._value)
        return self

    def __exit__(self, *_: object) -> None:
        set_field(self._row, self._key, self._custom, self._held)
        self._again.after.memo.update(self._former)

    def fired(self) -> Fired | None:
        """The firings of the case; ``None`` if the ranking surely stays the same. To be called once.

        Raises :class:`tactful.InvalidInput` as decisions do.
        """
        again = self._again
        self._spread(*self.changed[0])
        self._settle()
        fired = self._fired()
        if not fired and not again.reorders(self.changed):
            return None
        firings, steps = dict(again.firings), dict(again.steps)
        for no, (row, due) in fired.items():
            kind = steps if no >> _ROW_BITS in again.readers.steps else firings
            if due is SILENT:
                del kind[no]
            else:
                kind[no] = (no >> _ROW_BITS, row, due)
        return Fired(list(firings.values()), list(steps.values()))

    def _spread(self, source: Source, row: Row) -> None:
        """A source of a row has another value: note what reads it."""
        reading = self._again.readers.reading.get(source)
        if reading is None:
            return
        number, facts, rules = row.no, self._facts, self._rules
        for first in reading.facts:
            no = first + number
            if no not in facts:
                facts[no] = row
                heappush(self._queue, no)
        for first in reading.rules:
            rules[first + number] = row
        for reader in reading.others:
            first = reader.no << _ROW_BITS
            for other in self._again.rows(reader, row):
                no = first + other.no
                if reader.is_rule:
                    rules[no] = other
                elif no not in facts:
                    facts[no] = other
                    heappush(self._queue, no)

    def _settle(self) -> None:
        """Work out all facts that are noted, each after the facts that it reads: these have lower numbers."""
        again, queue, facts = self._again, self._queue, self._facts
        functions, runtime, former_values = again.functions, again.after, again.before.memo
        memo = runtime.memo
        while queue:
            noted = heappop(queue)
            no, row = noted >> _ROW_BITS, facts[noted]
            key = functions.key(no, row.no)
            former = former_values.get(key, _MISSING)
            if former is _MISSING:
                former = again.former(no, row)
            memo.pop(key, None)
            self._former[key] = former
            if functions.fact(no)(runtime, row) != former:
                self.changed.append((no, row))
                self._spread(no, row)

    def _note_ends(self) -> None:
        """Note the rules whose end may be another, although they read the same now."""
        again = self._again
        again.after.forget()
        for no, row, _ in again.searched:
            for source, changed in self.changed:
                far = again.readers.over_time(source).get(no)
                if far or (far is not None and changed.application in (row.application, None)):
                    self._rules[(no << _ROW_BITS) + row.no] = row
                    break

    def _fired(self) -> dict[int, tuple[Row, Any]]:
        """The deadlines of rules that fire and did not, or have another one; ``SILENT`` for rules that fire no more."""
        again = self._again
        if again.readers.searched:
            self._note_ends()
        rule, runtime, due = again.functions.rule, again.after, again.due
        fired: dict[int, tuple[Row, Any]] = {}
        for no, row in self._rules.items():
            after, before = rule(no >> _ROW_BITS)(runtime, row), due.get(no, SILENT)
            if after is not before and (after is SILENT or before is SILENT or after != before):
                fired[no] = row, after
        return fired
