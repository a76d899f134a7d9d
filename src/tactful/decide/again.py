"""A case decided again after one field of one row has changed: only the facts and rules that read the field are
evaluated.

The field is set in place, in a case that nobody else has, and set back afterwards. A computed fact that comes out as before
passes nothing on. What is left are the firings that differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

from tactful.decide.decider import Decider
from tactful.engines.compiled.deadlines import closings
from tactful.engines.compiled.past import SMALL
from tactful.engines.compiled.single_values import ROW_BITS, SILENT
from tactful.engines.firings import RawFiring
from tactful.engines.plain import PlainProgram
from tactful.facts.in_place import as_linked, can_set, contradicts, set_field
from tactful.facts.kinds import Value
from tactful.facts.rows import Case, Row, counterpart
from tactful.language.ir import AddStep, Aggregate, ById, ComputedFact, Field, Rule
from tactful.language.ir.fields_read import ReadField
from tactful.language.ir.reads import fields_of_fact, fields_of_rule, reached
from tactful.language.ir.turns import FieldKey, field_key

if TYPE_CHECKING:
    from tactful.engines.compiled.program import CompiledProgram

#: A given or custom field, or the number of a computed fact.
Source: TypeAlias = FieldKey | int
#: Whose rows read a source: the row that has it, rows that refer to that row, its application's rows, or all rows.
_Reach: TypeAlias = Literal["own", "referring", "application", "all"]
#: Stands for a value that is not known yet; a fact may be ``None``.
_MISSING: Final = object()
#: The function of a fact or of a rule, which is called with a runtime object and a row.
Function: TypeAlias = Callable[[Any, Row], Any]
#: A fact and a row to evaluate: their number, the fact's function, and the row.
_Noted: TypeAlias = tuple[int, Function, Row]
_NO_FIRINGS: Final[Mapping[int, int | None]] = {}


class _Reader(msgspec.Struct, frozen=True):
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
        # The rules whose end is searched for. To them, a fact may matter that is the same now but differs at another
        # time.
        self.searched = frozenset(searched)
        self._moving = frozenset(no for no, fact in enumerate(checked.facts) if decider.clockwork.fact(fact))
        self._over_time: dict[Source, Mapping[int, bool]] = {}
        #: The numbers of the rules that add steps.
        self.steps = frozenset(rule.no for rule in checked.rules if isinstance(rule.conclusion, AddStep))
        targets = [rule.target.field for rule in checked.rules if isinstance(rule.target, ById)]
        occasions = [field for action in checked.actions.values() for field in action.occasion]
        #: What rankings depend on besides firings: what targets and occasions are, and what sorts conclusions of the same order.
        self.in_rankings = self._sources((*targets, *occasions))
        self.sorting = self._sources(decider.ranker.sorting_fields)

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

    def _sources(self, fields: Iterable[Field]) -> frozenset[Source]:
        return frozenset(self.source(field) for field in fields if field.origin != "clock")


def _names_message(source: Source) -> bool:
    """Whether the ids of messages may depend on a source. Ids sort conclusions."""
    return isinstance(source, tuple) and source[0] == "message"


def _number(firing: RawFiring) -> int:
    return (firing[0] << ROW_BITS) + firing[1].no


#: The functions of rules by their numbers.
_Rules: TypeAlias = Mapping[int, Function]
#: The numbers of facts, with no row's, and their functions.
_Facts: TypeAlias = tuple[tuple[int, Function], ...]


class _Group(msgspec.Struct, frozen=True):
    """Facts and rules that read a source of the same rows: ``by`` is one of them."""

    by: _Reader
    facts: _Facts
    rules: _Rules


class _Reading(msgspec.Struct, frozen=True):
    """What reads a source: facts and rules of the row that has it, and those of other rows."""

    facts: _Facts
    rules: _Rules
    others: tuple[_Group, ...]


class _Functions:
    """What reads each source, with the functions of a program."""

    def __init__(self, readers: Readers, functions: Any) -> None:
        self._readers, self._functions = readers, functions
        self._known: dict[Source, _Reading] = {}
        #: The functions of facts. A fact always has the same, so that notes about the same fact and row are equal.
        self._work: dict[int, Function] = {}

    def of(self, source: Source) -> _Reading:
        """What reads a source."""
        known = self._known.get(source)
        if known is None:
            known = self._known[source] = self._reading(self._readers.of(source))
        return known

    def _reading(self, readers: Iterable[_Reader]) -> _Reading:
        groups: dict[tuple[str, ...], list[_Reader]] = {}
        for reader in readers:
            groups.setdefault((reader.reach, reader.entity, reader.attribute), []).append(reader)
        own = [reader for group in groups.values() if group[0].reach == "own" for reader in group]
        others = [_Group(group[0], *self._numbered(group)) for group in groups.values() if group[0].reach != "own"]
        return _Reading(*self._numbered(own), tuple(others))

    def _numbered(self, readers: Iterable[_Reader]) -> tuple[_Facts, _Rules]:
        """The facts and the rules among readers."""
        facts = tuple((by.no << ROW_BITS, self._work_of(by.no)) for by in readers if not by.is_rule)
        return facts, {by.no: self._functions.rule(by.no) for by in readers if by.is_rule}

    def _work_of(self, fact: int) -> Function:
        known = self._work.get(fact)
        return self._work.setdefault(fact, self._functions.work(fact)) if known is None else known


def _of_plain(decider: Decider) -> _Functions:
    return _Functions(decider.once(Readers), decider.plain)


def _of_compiled(decider: Decider) -> _Functions:
    assert decider.compiled is not None  # the caller has it
    return _Functions(decider.once(Readers), decider.compiled.single)


class Fired(msgspec.Struct, frozen=True):
    """The firings of a changed case: of rules that advise or prohibit, and of rules that add steps.

    ``differ``: the firings of rules that advise or prohibit are not those of the unchanged case. ``reorders``: the
    ranking may change even if they are the same. ``stepped``: the rules that add steps and fire in one of the two
    only. ``sources``: the field, and the facts that have another value for some row.
    """

    firings: list[RawFiring]
    steps: list[RawFiring]
    differ: bool
    reorders: bool
    stepped: frozenset[int]
    sources: frozenset[Source]


class Again:
    """Decides a case again after changes of one field. Not safe to share between threads."""

    def __init__(
        self,
        decider: Decider,
        program: CompiledProgram | PlainProgram,
        given: Case,
        own: Case,
        now: int,
        firings: Iterable[RawFiring],
        steps: Iterable[RawFiring],
        tied: bool = True,
    ) -> None:
        """``own`` is the case ``given``, linked once more, and nobody else has it. ``firings`` and ``steps`` are of ``given``.

        ``tied``: some of its conclusions have the same order, so that fields or ids sort them.

        ``now`` is in seconds since 1970 (UTC).
        """
        self._readers, self._case, self.now, self._tied = decider.once(Readers), own, now, tied
        #: The functions of facts and rules.
        self._functions: Any = program if isinstance(program, PlainProgram) else program.single
        #: What the functions run on: the case as it is, and the case that changes.
        self._before: Any = program.runtime(given, now)
        self._after: Any = program.runtime(own, now)
        #: The firings of the case as it is, with rows of its own, and their deadlines, by the numbers of rule and row.
        self._firings, self._steps = self._numbered(firings), self._numbered(steps)
        self._due: dict[Row, dict[int, int | None]] = {}
        for no, row, due in (*self._firings.values(), *self._steps.values()):
            self._due.setdefault(row, {})[no] = due
        self._searched = [firing for firing in self._firings.values() if firing[0] in self._readers.searched]
        self._compiled = not isinstance(program, PlainProgram)
        self._reading = decider.once(_of_compiled if self._compiled else _of_plain)
        #: The values of facts in the case as it is, by the numbers of fact and row.
        self._known: dict[int, Value] = {}
        self._evaluator = decider.evaluator(own, now)
        self._rows: dict[str, dict[Row | None, tuple[Row, ...]]] = {}
        #: The rows of an entity by the rows that they refer to by an attribute.
        self._referring_to: dict[tuple[str, str], dict[Row | None, list[Row]]] = {}

    def _numbered(self, firings: Iterable[RawFiring]) -> dict[int, RawFiring]:
        own = [(no, counterpart(row, self._case), due) for no, row, due in firings]
        return {_number(firing): firing for firing in own}

    def tells(self, field: ReadField) -> bool:
        """Whether changes of a field can be decided in this way: nothing but its value changes with it, and the case
        is small."""
        # In a large case, the steps that a search for an end takes are counted, for all rules together.
        small = self._case.size <= SMALL or not self._readers.searched
        return small and self._case.size >> ROW_BITS == 0 and can_set(field.key, field.custom)

    def of(self, field: ReadField, row: Row) -> Changeable:
        """A field whose changes can be decided in this way, of a row of the unchanged case."""
        own, rules, queue = counterpart(row, self._case), dict[Row, _Rules](), list[_Noted]()
        source = field.entity, field.key, field.custom
        self._note(source, own, rules, queue)
        return Changeable(self, field, own, source, rules, queue)

    def fired(self, changed: list[tuple[Source, Row]], rules: dict[Row, _Rules], queue: list[_Noted]) -> Fired | None:
        """The firings of the case, in which a field of a row has another value; ``None`` if the ranking surely stays the same.

        ``changed`` is the field with its row; the facts that have another value are added to it. ``rules`` and ``queue`` are
        the rules and facts that read the field.
        """
        self._settle(changed, rules, queue)
        if self._searched:
            self._note_ends(changed, rules)
        runtime, due = self._after, self._due
        runtime.forget()
        fired: list[tuple[int, Row, Any]] = []
        for row, functions in rules.items():
            before = due.get(row, _NO_FIRINGS)
            for no, function in functions.items():
                after = function(runtime, row)
                if after is SILENT:
                    if no in before:
                        fired.append((no, row, after))
                elif no not in before or after != before[no]:
                    fired.append((no, row, after))
        reorders = self._reorders(changed)
        return None if not fired and not reorders else self._with(fired, reorders, changed)

    def put_back(self, changed: Iterable[tuple[Source, Row]]) -> None:
        """Put the former values of facts into the memo, of those that have another value."""
        memo, known, compiled = self._after.memo, self._known, self._compiled
        for source, row in changed:
            if isinstance(source, int):
                no = (source << ROW_BITS) + row.no
                memo[no if compiled else self._functions.key(no)] = known[no]

    def _note(self, source: Source, row: Row, rules: dict[Row, _Rules], queue: list[_Noted]) -> None:
        """Note the rules and facts that read a source of a row."""
        reading, number = self._reading.of(source), row.no
        if reading.rules:
            known = rules.get(row)
            rules[row] = reading.rules if known is None else {**known, **reading.rules}
        for first, function in reading.facts:
            heappush(queue, (first + number, function, row))
        for group in reading.others:
            for other in self._rows_of(group.by, row):
                if group.rules:
                    known = rules.get(other)
                    rules[other] = group.rules if known is None else {**known, **group.rules}
                number = other.no
                for first, function in group.facts:
                    heappush(queue, (first + number, function, other))

    def _settle(self, changed: list[tuple[Source, Row]], rules: dict[Row, _Rules], queue: list[_Noted]) -> None:
        """Work out the facts that are noted, each after the facts that it reads: these have lower numbers."""
        runtime, known, compiled = self._after, self._known, self._compiled
        memo, last = runtime.memo, -1
        while queue:
            no, function, row = heappop(queue)
            if no == last:  # several of its sources differ
                continue
            last = no
            before = known.get(no, _MISSING)
            if before is _MISSING:
                before = known[no] = self._former(no >> ROW_BITS, row)
            after = function(runtime, row)
            if after != before:
                memo[no if compiled else self._functions.key(no)] = after
                source = no >> ROW_BITS
                changed.append((source, row))
                self._note(source, row, rules, queue)

    def _former(self, no: int, row: Row) -> Value:
        """The value of a fact in the case as it is."""
        value: Value = self._functions.fact(no)(self._before, counterpart(row, self._before.case))
        return value

    def _with(
        self, fired: Iterable[tuple[int, Row, Any]], reorders: bool, changed: Iterable[tuple[Source, Row]]
    ) -> Fired:
        """All firings, of which these differ."""
        firings, steps, stepped = self._firings.copy(), self._steps, set[int]()
        differ = False
        for rule, row, due in fired:
            no = (rule << ROW_BITS) + row.no
            if rule in self._readers.steps:
                if due is SILENT or no not in self._steps:  # the deadlines of steps say nothing
                    steps = steps if stepped else steps.copy()
                    stepped.add(rule)
                    _put(steps, no, (rule, row, due))
            else:
                differ = True
                _put(firings, no, (rule, row, due))
        sources = frozenset([source for source, _ in changed])
        return Fired(list(firings.values()), list(steps.values()), differ, reorders, frozenset(stepped), sources)

    def _reorders(self, changed: Iterable[tuple[Source, Row]]) -> bool:
        """Whether the ranking may be another although the firings are the same."""
        in_rankings, sorting = self._readers.in_rankings, self._readers.sorting if self._tied else ()
        by_id = self._tied or self._case.handled is not None
        return any(
            source in in_rankings or source in sorting or (by_id and _names_message(source)) for source, _ in changed
        )

    def _note_ends(self, changed: Iterable[tuple[Source, Row]], rules: dict[Row, _Rules]) -> None:
        """Note the rules whose end may change, although they read the same values now."""
        for no, row, _ in self._searched:
            for source, other in changed:
                far = self._readers.over_time(source).get(no)
                if far or (far is not None and other.application in (row.application, None)):
                    rules[row] = {**rules.get(row, {}), no: self._functions.rule(no)}
                    break

    def _rows_of(self, reader: _Reader, row: Row) -> Iterable[Row]:
        """The rows of a reader that read a source of ``row``, which is not its own."""
        match reader.reach:
            case "referring":
                return self._referring(reader.entity, reader.attribute).get(row, ())
            case "application":
                return self._below(reader.entity, row.application)
            case _:
                return self._below(reader.entity, None)

    def _referring(self, entity: str, attribute: str) -> Mapping[Row | None, Sequence[Row]]:
        """The rows of an entity by the row that they refer to."""
        key = entity, attribute
        known = self._referring_to.get(key)
        if known is None:
            known = self._referring_to[key] = {}
            for row in self._below(entity, None):
                known.setdefault(row.related(attribute), []).append(row)
        return known

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


def _put(firings: dict[int, RawFiring], no: int, firing: tuple[int, Row, Any]) -> None:
    """Keep a firing, or drop it if the rule no longer fires."""
    if firing[2] is SILENT:
        del firings[no]
    else:
        firings[no] = firing


class Changeable:
    """A field of a row that can have other values."""

    __slots__ = ("_again", "_queue", "_rules", "_source", "field", "held", "row")

    def __init__(
        self, again: Again, field: ReadField, row: Row, source: Source, rules: dict[Row, _Rules], queue: list[_Noted]
    ) -> None:
        self.field, self.row, self.held = field, row, field.value(row)
        self._again, self._source, self._rules, self._queue = again, source, rules, queue

    def with_value(self, value: Value) -> Changed | None:
        """The case with this value; ``None`` if it contradicts other facts."""
        field, row = self.field, self.row
        linked = as_linked(value, field.kind, field.custom, row)
        if linked is None or (not field.custom and contradicts(row, field.key, linked, self._again.now)):
            return None
        return Changed(self, linked)

    def fired(self, changed: list[tuple[Source, Row]]) -> Fired | None:
        """The firings of the case as it is now, see :meth:`Again.fired`. Notes in ``changed`` what has another value."""
        changed.append((self._source, self.row))
        return self._again.fired(changed, self._rules.copy(), self._queue.copy())

    def put_back(self, changed: list[tuple[Source, Row]]) -> None:
        """Set the field back, and the facts that have another value."""
        set_field(self.row, self.field.key, self.field.custom, self.held)
        self._again.put_back(changed)


class Changed:
    """A case with another value of one field, for as long as it is entered as a context."""

    __slots__ = ("_changed", "_field", "_value")

    def __init__(self, field: Changeable, value: Value) -> None:
        self._field, self._value = field, value
        #: The field, and the facts that have another value, with their rows.
        self._changed: list[tuple[Source, Row]] = []

    def __enter__(self) -> Changed:
        field = self._field
        set_field(field.row, field.field.key, field.field.custom, self._value)
        return self

    def __exit__(self, *_: object) -> None:
        self._field.put_back(self._changed)

    def fired(self) -> Fired | None:
        """The firings of the case; ``None`` if the ranking surely stays the same. To be called once.

        Raises :class:`tactful.InvalidInput` as decisions do.
        """
        return self._field.fired(self._changed)
