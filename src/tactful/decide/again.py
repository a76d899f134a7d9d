"""A case decided again after one field of one row has changed: only what reads the field is looked at.

A computed fact that comes out as before passes nothing on. What is left are the firings that differ.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from heapq import heappop, heappush
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from tactful.decide.decider import Decider
from tactful.engines.compiled import CompiledProgram
from tactful.engines.compiled.deadlines import closings
from tactful.engines.compiled.past import SMALL
from tactful.engines.compiled.single_functions import SILENT
from tactful.engines.evaluate import Evaluator
from tactful.engines.firings import RawFiring
from tactful.engines.plain import PlainProgram
from tactful.facts.kinds import Value
from tactful.facts.rows import Case, Row, counterpart
from tactful.language.ir import AddStep, Aggregate, ById, ComputedFact, Field, Rule
from tactful.language.ir.fields_read import ReadField
from tactful.language.ir.reads import fields_of_fact, fields_of_rule, reached
from tactful.language.ir.turns import FieldKey, field_key

#: Attributes of rows on which other rows, ids or calendars depend.
_LINKED: Final = frozenset({"id", "person_id", "country", "time_zone", "calendar_name"})

#: A given or custom field, or the number of a computed fact.
_Source: TypeAlias = FieldKey | int
#: Rows of an entity by their numbers.
_Numbered: TypeAlias = Mapping[int, Row]
#: Whose rows read a source: the row that has it, rows that refer to that row, its application's rows, or all rows.
_Reach: TypeAlias = Literal["own", "referring", "application", "all"]


class _Reader(NamedTuple):
    """A fact or a rule that reads a source.

    ``attribute``: where its rows refer to the row that has the source.
    """

    no: int
    is_rule: bool
    entity: str
    reach: _Reach
    attribute: str


class Readers:
    """What reads each field and each computed fact of a pack. Immutable, and made once."""

    def __init__(self, decider: Decider) -> None:
        checked, self._decider = decider.checked, decider
        self._numbers = {fact.id: no for no, fact in enumerate(checked.facts)}
        self.facts, self.rules = checked.facts, checked.rules
        self._readers: dict[_Source, dict[_Reader, None]] = {}
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
        self._over_time: dict[_Source, Mapping[int, bool]] = {}
        #: What rankings depend on besides firings, where facts sort conclusions.
        self.in_rankings = frozenset(self._in_rankings())

    def of(self, source: _Source) -> Iterable[_Reader]:
        """The facts and rules that read a source."""
        return self._readers.get(source, ())

    def _source(self, field: Field) -> _Source:
        return self._numbers[field.key] if field.origin == "computed" else field_key(field)

    def over_time(self, source: _Source) -> Mapping[int, bool]:
        """The ``searched`` rules that read a source, be it through facts that change by time.

        For each of them, whether it may read that of another application.
        """
        known = self._over_time.get(source)
        if known is None:
            known = self._over_time[source] = dict(self._searched_from(source))
        return known

    def _searched_from(self, source: _Source) -> Iterator[tuple[int, bool]]:
        far = reached([(source, False)], self._read_over_time)
        rules = sorted((by.no, there or by.reach == "all") for each, there in far for by in self.of(each) if by.is_rule)
        return ((no, there) for no, there in rules if no in self.searched)

    def _read_over_time(self, reached_by: tuple[_Source, bool]) -> list[tuple[_Source, bool]]:
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
            self._readers.setdefault(self._source(field), {})[reader] = None

    def _reach(self, field: Field, entity: str, pivot: str | None) -> _Reach:
        if pivot is None and not field.via:
            if field.scope == entity:
                return "own"
            if field.scope in ("person", "interview"):
                return "referring"
        owner = self._decider.facts[field.key].entity if field.origin == "computed" else field_key(field)[0]
        return "all" if "candidate" in (owner, pivot, entity) else "application"

    def _in_rankings(self) -> Iterator[_Source]:
        ranker, checked = self._decider.ranker, self._decider.checked
        if not ranker.sorting_fields:
            return
        occasions = [field for action in checked.actions.values() for field in action.occasion]
        targets = [rule.target.field for rule in checked.rules if isinstance(rule.target, ById)]
        for field in (*ranker.sorting_fields, *occasions, *targets):
            if field.origin != "clock":
                yield self._source(field)


class Fired(NamedTuple):
    """The firings of a changed case: of rules that advise or prohibit, and of rules that add steps."""

    firings: list[RawFiring]
    steps: list[RawFiring]


class Again:
    """Decides a case again after changes of one field. Not safe to share between threads."""

    def __init__(
        self,
        decider: Decider,
        program: CompiledProgram | PlainProgram,
        evaluator: Evaluator,
        firings: Iterable[RawFiring],
        steps: Iterable[RawFiring],
    ) -> None:
        """``firings`` and ``steps`` are those of the evaluator's case at its moment."""
        self.readers, self.runtime_of = decider.once(Readers), program.runtime
        #: The functions of facts and rules.
        self.functions: Any = program if isinstance(program, PlainProgram) else program.single
        self._evaluator = evaluator
        #: The case as it is: what its functions run on, and the deadlines of rules that fire, by the numbers of rule and row.
        self.runtime: Any = program.runtime(evaluator.case, evaluator.now)
        self.due: dict[tuple[int, int], Any] = {(no, row.no): due for no, row, due in (*firings, *steps)}
        self.searched = [(no, row) for no, row, _ in firings if no in self.readers.searched]
        self._rows: dict[tuple[str, int | None], _Numbered] = {}
        self._reading: dict[tuple[_Source, int], list[tuple[_Reader, _Numbered]]] = {}

    def tells(self, field: ReadField) -> bool:
        """Whether changes of a field can be told in this way: nothing but its value changes with it, and the case is small."""
        # In a large case, the steps that a search for an end takes are counted, for all rules together.
        small = self._evaluator.case.size <= SMALL or not self.readers.searched
        return small and (field.custom or field.key not in _LINKED)

    def after(self, field: ReadField, row: Row, case: Case) -> Fired | None:
        """The firings of the case with another value of the field; ``None`` if the ranking surely stays the same.

        ``row`` is a row of the evaluator's case. Raises :class:`tactful.InvalidInput` as decisions do.
        """
        change = _Change(self, case)
        change.spread((field.entity, field.key, field.custom), row)
        fired = change.fired()
        in_rankings = self.readers.in_rankings
        same_order = not in_rankings or (field.entity != "message" and in_rankings.isdisjoint(change.sources))
        return None if not fired and same_order else self._firings({**self.due, **fired}, case)

    def _firings(self, due: dict[tuple[int, int], Any], case: Case) -> Fired:
        fired, rules, rows = Fired([], []), self.readers.rules, dict[tuple[str, int], Row]()
        for (no, number), moment in due.items():
            if moment is not SILENT:
                rule = rules[no]
                key = rule.entity, number
                row = rows.get(key)
                if row is None:
                    row = rows[key] = counterpart(self._below(rule.entity, None)[number], case)
                kind = fired.steps if isinstance(rule.conclusion, AddStep) else fired.firings
                kind.append((no, row, moment))
        return fired

    def reading(self, source: _Source, row: Row) -> list[tuple[_Reader, _Numbered]]:
        """The facts and rules that read a source of a row, each with its rows that do."""
        key = source, row.no
        known = self._reading.get(key)
        if known is None:
            own = {row.no: row}
            known = self._reading[key] = [(by, self._rows_of(by, row, own)) for by in self.readers.of(source)]
        return known

    def _rows_of(self, reader: _Reader, row: Row, own: _Numbered) -> _Numbered:
        match reader.reach:
            case "own":
                return own
            case "referring":
                rows = self._below(reader.entity, row)
                return {no: other for no, other in rows.items() if other.related(reader.attribute) is row}
            case "application":
                return self._below(reader.entity, row)
            case "all":
                return self._below(reader.entity, None)

    def _below(self, entity: str, row: Row | None) -> _Numbered:
        """The rows of an entity: all, or those of the application of ``row``."""
        application = None if row is None else row.application
        key = entity, None if application is None else application.no
        known = self._rows.get(key)
        if known is None:
            rows = self._evaluator.rows(entity)
            known = {other.no: other for other in rows if application is None or other.application is application}
            self._rows[key] = known
        return known


class _Change:
    """One changed case: the change spreads from fact to fact, and at last to rules."""

    def __init__(self, again: Again, case: Case) -> None:
        self._again, self._functions, self._case = again, again.functions, case
        self._runtime: Any = again.runtime_of(case, again.runtime.now)
        self._before, self._memo = again.runtime, again.runtime.memo.copy()
        self._runtime.memo = self._memo
        #: The sources whose values differ, with the applications of their rows.
        self.sources: dict[_Source, set[Row | None]] = {}
        #: The former values of facts, by their keys in the memo.
        self._former: dict[Hashable, Value] = {}
        #: The rows of facts and rules that are to be looked at, by the numbers of both.
        self._facts: dict[int, _Numbered] = {}
        self._rules: dict[int, _Numbered] = {}
        self._queue: list[int] = []

    def spread(self, source: _Source, row: Row) -> None:
        """A source of a row has another value: note what reads it."""
        self.sources.setdefault(source, set()).add(row.application)
        for reader, rows in self._again.reading(source, row):
            noted, no = self._rules if reader.is_rule else self._facts, reader.no
            known = noted.get(no)
            if known is None:
                noted[no] = rows
                if not reader.is_rule:
                    heappush(self._queue, no)
            elif known is not rows:
                noted[no] = {**known, **rows}

    def _note_ends(self) -> None:
        """Note the rules whose end may be another, although they read the same now."""
        for no, row in self._again.searched:
            for source, applications in self.sources.items():
                far = self._again.readers.over_time(source).get(no)
                if far or (far is not None and not applications.isdisjoint((row.application, None))):
                    self._rules[no] = {**self._rules.get(no, {}), row.no: row}
                    break

    def fired(self) -> dict[tuple[int, int], Any]:
        """The deadlines of rules that fire and did not, or have another one; ``SILENT`` for rules that fire no more."""
        while self._queue:  # a fact has a higher number than all facts that it reads
            self._settle(heappop(self._queue))
        self._note_ends()
        fired = dict(self._fired())
        # All other facts that are known now have the same values in the case as it was.
        self._memo.update(self._former)
        self._before.memo = self._memo
        return fired

    def _settle(self, no: int) -> None:
        """Work a fact out for the rows that are noted. All facts that it reads are settled."""
        function, before, memo = self._functions.fact(no), self._before, self._memo
        for row in self._facts.pop(no).values():
            key = self._functions.key(no, row.no)
            former = before.memo[key] if key in before.memo else function(before, row)
            memo.pop(key, None)
            if function(self._runtime, counterpart(row, self._case)) != former:
                self._former[key] = former
                self.spread(no, row)

    def _fired(self) -> Iterator[tuple[tuple[int, int], Any]]:
        due, runtime = self._again.due, self._runtime
        for no, rows in self._rules.items():
            rule = self._functions.rule(no)
            for row in rows.values():
                key = no, row.no
                before = due.get(key, SILENT)
                after = rule(runtime, counterpart(row, self._case))
                if after is not before and (after is SILENT or before is SILENT or after != before):
                    yield key, after
