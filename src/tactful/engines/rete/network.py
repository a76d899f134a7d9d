"""Rules as a durable-rules ruleset, and rows as its facts.

Every rule becomes one or more rules of the library, each a chain of patterns: the row that the rule is for, and its ancestors,
joined by small integers. Patterns compare numbers only, under names of our own:

- ``t`` is the entity, ``k`` the row's number; ``c a i p`` are the numbers of candidate, application, interview and person.
- ``kN`` says whether field N is known, ``eN`` is a small integer for its value (equal for equal values), ``nN`` the value
  itself where it is counted in whole numbers, ``dN`` how many seconds ``now`` is past a moment.
- ``gN`` is 1 where condition N holds. The interpreter evaluates it: negations, choices between conditions, lists.

So the library never sees a text, a name, a fraction or a missing field. If there are too many rules for one ruleset,
they are spread over several.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from string import ascii_lowercase
from typing import Any, Final, Literal, assert_never

import msgspec

from tactful.engines.rete.interpreter import Interpreter
from tactful.facts.entities import ALL, CODES, ENTITIES, SCOPES
from tactful.facts.kinds import DayTimeKind, DurationKind, ListKind, MomentKind, NumberKind, Value
from tactful.facts.rows import ApplicationRow, InterviewerRow, InterviewRow, MessageRow, OfferRow, PersonRow, Row
from tactful.language.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    CheckedPack,
    Compare,
    Condition,
    DateBetween,
    DayTimeBetween,
    Field,
    Filled,
    IsIn,
    Known,
    NoneOf,
    NowIs,
    PlaceIn,
    Predicate,
    Relates,
    Rule,
    Shift,
    Test,
    TextHas,
    YearlyBetween,
)
from tactful.language.terms import MIRRORED, Order

#: The library's limits, measured: 64 matches of one fact at once, 17 patterns and 30 join terms in a rule. A fact with more
#: than about 240 names matches nothing, and the library reports no error.
RULES_IN_ONE: Final = 40
NAMES_IN_FACT: Final = 150
JOINS_IN_RULE: Final = 16
#: The most branches of one rule that become rules of the library. If there are more, the interpreter evaluates the choice.
BRANCHES: Final = 8
#: The rule that always fires, for a fact of its own: deleting a state in which nothing fired kills the process.
SENTINEL: Final = "z"
#: The library's session in which every decision is made.
SESSION: Final = "1"
SENTINEL_FACT: Final[Mapping[str, int]] = {"t": 99, "k": 0}

#: For each ancestor, the key of the rule's row that joins the two.
_KEYS: Final = {entity.name: entity.named_as[0] for entity in ALL if entity.named_as is not None}
#: A letter for the pattern of each entity.
_ALIASES: Final = dict(zip(ENTITIES, ascii_lowercase, strict=False))
_OPS: Final = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
#: The interpreter evaluates conditions on larger numbers: the library saturates past 63 bits, and reads fractions inexactly.
_LARGEST: Final = 2**53

Json = dict[str, Any]
Fact = dict[str, int]


class Ruleset(msgspec.Struct, frozen=True):
    """A ruleset as JSON, and what is needed to write rows down as facts for it, by entity."""

    text: str
    fields: Mapping[str, tuple[tuple[int, Field], ...]]
    #: The moments that ``now`` is compared with.
    shifts: Mapping[str, tuple[tuple[int, Field, Shift], ...]]
    #: The conditions that the interpreter evaluates.
    flags: Mapping[str, tuple[tuple[int, Condition], ...]]
    #: Small integers for the values that rules name.
    codes: Mapping[Value, int]


class Network(msgspec.Struct, frozen=True):
    """The rulesets of a pack. ``key`` is a digest of them."""

    rulesets: tuple[Ruleset, ...]
    #: By the name of each rule of the library, the number of the pack's rule that it is a branch of.
    owners: Mapping[str, int]
    key: str


def build_network(checked: CheckedPack, rules: Sequence[Rule]) -> Network:
    """The network of some rules of a pack, spread over as many rulesets as needed."""
    rulesets: list[Ruleset] = []
    owners: dict[str, int] = {}
    builder = _Builder(checked)
    for rule in rules:
        branches = _branches(rule.condition)
        fuller = builder.copy()
        _add(fuller, rule, branches, owners)
        if not fuller.fits:
            if builder.count:
                rulesets.append(builder.ruleset())
            fuller = _Builder(checked)
            _add(fuller, rule, branches, owners)
            if not fuller.fits:  # the rule alone is too large: the interpreter evaluates its whole condition
                fuller = _Builder(checked)
                _add(fuller, rule, [[AnyOf((rule.condition,))]], owners)
        builder = fuller
    if builder.count:
        rulesets.append(builder.ruleset())
    texts = "\n".join(ruleset.text for ruleset in rulesets)
    return Network(tuple(rulesets), owners, hashlib.sha256(texts.encode()).hexdigest()[:24])


def _add(builder: _Builder, rule: Rule, branches: list[list[Condition]], owners: dict[str, int]) -> None:
    for no, literals in enumerate(branches):
        name = f"r{rule.no}_{no}"
        owners[name] = rule.no
        builder.add(name, _Chain(builder, rule.entity).patterns(literals))


class _Builder:
    """One ruleset in the making."""

    def __init__(self, checked: CheckedPack) -> None:
        self._counts = {fact.id for fact in checked.facts if isinstance(fact, Aggregate) and fact.op == "count"}
        self._fields: dict[tuple[str, str, str], tuple[int, Field]] = {}
        self._shifts: dict[tuple[int, Shift], tuple[int, Field, Shift]] = {}
        self._flags: dict[tuple[str, _Shape], tuple[int, Condition]] = {}
        self._codes: dict[Value, int] = {}
        self._rules: dict[str, Json] = {}

    def copy(self) -> _Builder:
        """A copy, to which a rule can be added on trial."""
        copy = _Builder.__new__(_Builder)
        copy._counts = self._counts
        copy._fields, copy._shifts = dict(self._fields), dict(self._shifts)
        copy._flags, copy._codes, copy._rules = dict(self._flags), dict(self._codes), dict(self._rules)
        return copy

    @property
    def count(self) -> int:
        """How many rules it has."""
        return len(self._rules)

    @property
    def fits(self) -> bool:
        """Whether the library can hold it."""
        names = Counter(holder(field) for _, field in self._fields.values() for _ in range(3))
        names.update(holder(field) for _, field, _ in self._shifts.values())
        names.update(entity for entity, _ in self._flags)
        return len(self._rules) <= RULES_IN_ONE and max(names.values(), default=0) <= NAMES_IN_FACT

    def add(self, name: str, rule: Json) -> None:
        """Add a rule of the library."""
        self._rules[name] = rule

    def ruleset(self) -> Ruleset:
        """The ruleset, with the rule that always fires."""
        rules = {**self._rules, SENTINEL: {"all": [{"r": {"t": SENTINEL_FACT["t"]}}]}}
        fields, shifts = self._fields.values(), self._shifts.values()
        flags = [(entity, *flag) for (entity, _), flag in self._flags.items()]
        return Ruleset(
            json.dumps(rules),
            {entity: tuple(field for field in fields if holder(field[1]) == entity) for entity in ENTITIES},
            {entity: tuple(shift for shift in shifts if holder(shift[1]) == entity) for entity in ENTITIES},
            {entity: tuple((no, flag) for owner, no, flag in flags if owner == entity) for entity in ENTITIES},
            self._codes,
        )

    # --- numbers for fields, moments, conditions and values ---

    def number(self, field: Field) -> int:
        """The number of a field."""
        key = (holder(field), field.origin, field.key)
        if key not in self._fields:
            self._fields[key] = (len(self._fields), field)
        return self._fields[key][0]

    def shift(self, field: Field, shift: Shift) -> int:
        """The number of a moment that ``now`` is compared with."""
        key = (self.number(field), shift)
        if key not in self._shifts:
            self._shifts[key] = (len(self._shifts), field, shift)
        return self._shifts[key][0]

    def flag(self, entity: str, condition: Condition) -> int:
        """The number of a condition that the interpreter evaluates for the rows of an entity."""
        return self._flags.setdefault((entity, _shape(condition)), (len(self._flags), condition))[0]

    def code(self, value: Value) -> int:
        """A small integer for a value."""
        return self._codes.setdefault(value, len(self._codes) + 1)

    def counts(self, field: Field) -> bool:
        """Whether the field's values are whole numbers: seconds, or numbers of rows."""
        if isinstance(field.kind, NumberKind):
            return field.origin == "computed" and field.key in self._counts
        return isinstance(field.kind, MomentKind | DurationKind | DayTimeKind)


class _Chain:
    """The patterns of one rule of the library, the row that the rule is for first."""

    def __init__(self, builder: _Builder, entity: str) -> None:
        self._builder, self._entity = builder, entity
        self._terms: dict[str, list[Json]] = {entity: []}
        self._joins: dict[str, list[Json]] = {}

    def patterns(self, literals: Sequence[Condition]) -> Json:
        """The rule's ``all``."""
        for literal in literals:
            if not self._taken(literal):
                self._terms[self._entity].append({f"g{self._builder.flag(self._entity, literal)}": 1})
        chain: list[Json] = []
        for name in sorted(self._terms, key=self._place):
            terms: list[Json] = [{"t": CODES[name]}, *self._terms[name]]
            if name != self._entity:
                terms.append({"k": {_ALIASES[self._entity]: _KEYS[name]}})
            terms += self._joins.get(name, ())
            # The library reads past the end where the last of several terms is a join, so the last term is repeated.
            chain.append({_ALIASES[name]: {"$and": [*terms, terms[-1]]} if len(terms) > 1 else terms[0]})
        return {"all": chain}

    def _place(self, name: str) -> int:
        """The place of an entity's pattern in the chain."""
        return -1 if name == self._entity else SCOPES[self._entity].index(name)

    def _taken(self, literal: Condition) -> bool:
        """Whether the network can test a literal. If so, this adds it to the patterns."""
        if not isinstance(literal, Test) or literal.negated:
            return False
        match literal.predicates:
            case (Relates(op=op, other=other),):
                return self._joined(literal.field, op, other)
            case predicates:
                terms = [self._term(predicate, literal.field) for predicate in predicates]
        if None in terms:
            return False
        own = self._terms.setdefault(holder(literal.field), [])
        own.append({f"k{self._builder.number(literal.field)}": 1})
        own += [term for several in terms for term in several or ()]
        return True

    def _term(self, predicate: Predicate, field: Field) -> list[Json] | None:
        """The terms of a predicate on a single row; ``None`` where the network cannot test it."""
        number = self._builder.number
        match predicate:
            case Known():
                return []
            case IsIn(values=(value,)) if not isinstance(field.kind, ListKind):
                return [{f"e{number(field)}": self._builder.code(value)}]
            case Compare(op=op, value=bound) if self._builder.counts(field) and _is_whole(bound):
                return [{_OPS[op]: {f"n{number(field)}": int(bound)}}]
            case DayTimeBetween(low=low, high=high) if low <= high:
                return [{"$gte": {f"n{number(field)}": low}}, {"$lte": {f"n{number(field)}": high}}]
            case NowIs(op=op, shift=shift):
                return [{_OPS[op]: {f"d{self._builder.shift(field, shift)}": 0}}]
            case IsIn() | Compare() | DayTimeBetween() | Filled() | Relates():
                return None  # the interpreter evaluates these
            case TextHas() | PlaceIn() | DateBetween() | YearlyBetween():
                return None  # and these
            case _:
                assert_never(predicate)

    def _joined(self, field: Field, op: Order | Literal["=="], other: Field) -> bool:
        """A comparison of fields of two rows, as a join: the later pattern refers to the earlier one."""
        mine, theirs = holder(field), holder(other)
        countable = op == "==" or (self._builder.counts(field) and self._builder.counts(other))
        if mine == theirs or not countable or sum(map(len, self._joins.values())) >= JOINS_IN_RULE:
            return False
        for side in (field, other):
            self._terms.setdefault(holder(side), []).append({f"k{self._builder.number(side)}": 1})
        if self._place(mine) < self._place(theirs):
            field, other, mine, theirs = other, field, theirs, mine
            op = op if op == "==" else MIRRORED[op]
        kind = "e" if op == "==" else "n"
        term = {f"{kind}{self._builder.number(field)}": {_ALIASES[theirs]: f"{kind}{self._builder.number(other)}"}}
        self._joins.setdefault(mine, []).append(term if op == "==" else {_OPS[op]: term})
        return True


#: A condition without its places in the pack, so that equal conditions have equal shapes.
_Shape = tuple[object, ...]


def _shape(condition: Condition) -> _Shape:
    if isinstance(condition, Test):
        field = condition.field
        return field.scope, field.via, field.origin, field.key, condition.predicates, condition.negated
    return type(condition).__name__, *map(_shape, condition.members)


def _is_whole(bound: int | float) -> bool:
    return float(bound).is_integer() and abs(bound) < _LARGEST


def holder(field: Field) -> str:
    """The entity of the row that has the field."""
    return field.via[-1] if field.via else field.scope


def _branches(condition: Condition) -> list[list[Condition]]:
    """The condition as a choice of lists of literals. All literals of a list must hold. A choice of too many is one literal."""
    match condition:
        case AllOf(members=members):
            branches: list[list[Condition]] = [[]]
            for member in members:
                own = _branches(member)
                if len(branches) * len(own) > BRANCHES:
                    own = [[member]]
                branches = [[*branch, *other] for branch in branches for other in own]
            return branches
        case AnyOf(members=members):
            branches = [branch for member in members for branch in _branches(member)]
            return branches if len(branches) <= BRANCHES else [[condition]]
        case Test() | NoneOf():
            return [[condition]]
        case _:
            assert_never(condition)


# --- facts ---


def write_facts(network: Network, interpreter: Interpreter) -> tuple[list[str], dict[tuple[int, int], Row]]:
    """All rows as facts, a JSON text for each ruleset, and the rows by entity and number.

    Ancestors come first because the library limits how many facts can match at once: a child matches one of each ancestor.
    """
    everything = [(entity, row) for entity in ENTITIES for row in interpreter.rows(entity)]
    texts = []
    for ruleset in network.rulesets:
        codes = dict(ruleset.codes)
        facts = [_fact(entity, row, ruleset, interpreter, codes) for entity, row in everything]
        texts.append(json.dumps([{**fact, "sid": SESSION} for fact in (SENTINEL_FACT, *facts)]))
    return texts, {(CODES[entity], row.no): row for entity, row in everything}


def _fact(entity: str, row: Row, ruleset: Ruleset, interpreter: Interpreter, codes: dict[Value, int]) -> Fact:
    fact = {"t": CODES[entity], "k": row.no, "c": 0, **_parents(row)}
    for no, field in ruleset.fields[entity]:
        value = interpreter.value_of(field, row)
        fact[f"k{no}"] = int(value is not None)
        fact[f"e{no}"] = 0 if value is None else codes.setdefault(value, len(codes) + 1)
        fact[f"n{no}"] = value if isinstance(value, int) and abs(value) < _LARGEST else 0
    for no, field, shift in ruleset.shifts[entity]:
        value = interpreter.value_of(field, row)
        fact[f"d{no}"] = 0 if value is None else interpreter.now - interpreter.shifted(value, shift, row)
    scope = interpreter.scope(row)
    for no, condition in ruleset.flags[entity]:
        fact[f"g{no}"] = int(interpreter.holds(condition, scope))
    return fact


def _parents(row: Row) -> Fact:
    """The numbers of the rows that a row belongs to; -1 for no such row."""
    match row:
        case ApplicationRow():
            return {"a": row.no}
        case InterviewerRow():
            return {"a": row.application.no, "i": row.interview.no, "p": row.person.no}
        case MessageRow():
            return {"a": row.application.no, "p": -1 if row.person is None else row.person.no}
        case OfferRow() | PersonRow() | InterviewRow():
            return {"a": row.application.no}
        case _:
            return {}
