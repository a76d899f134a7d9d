"""Rules as a durable-rules ruleset, and rows as its facts.

Every rule becomes one or more rules of the library, each a chain of patterns: the row that the rule is for, and its ancestors,
joined by small integers. What is asked of the rows is asked of numbers only, under names of our own:

- ``t`` is the entity, ``k`` the row's number; ``c a i p`` are the numbers of candidate, application, interview and person.
- ``kN`` says whether field N is known, ``eN`` is a small integer for its value (equal for equal values), ``nN`` the value
  itself where it is counted in whole numbers, ``dN`` how many seconds ``now`` is past a moment.
- ``gN`` is 1 where a condition holds that the network is not asked: negations, choices between conditions, lists.

So the library never meets a text, a name, a fraction or a missing field. What would be too much for one ruleset is spread
over several.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from tactful.engines.rete.interpreter import Interpreter
from tactful.facts.catalogue import ENTITIES, SCOPES
from tactful.facts.rows import (
    ApplicationRow,
    InterviewerRow,
    InterviewRow,
    MessageRow,
    OfferRow,
    PersonRow,
    Row,
)
from tactful.model.checked import (
    Aggregate,
    AllOf,
    AnyOf,
    CheckedPack,
    Compare,
    Condition,
    DayTimeBetween,
    Field,
    IsIn,
    Known,
    NoneOf,
    NowIs,
    Predicate,
    Relates,
    Rule,
    Shift,
    Test,
)
from tactful.values import DayTimeKind, DurationKind, ListKind, MomentKind, NumberKind, Value

#: Measured: 64 matches of one fact at once, 17 patterns and 30 join terms in a rule are what the library can hold.
RULES_IN_ONE: Final = 40
JOINS_IN_RULE: Final = 16
#: More branches of one rule than this are no longer rules of their own: the interpreter settles the choice.
BRANCHES: Final = 8
#: The rule that always fires, for a fact of its own: deleting a state in which nothing fired kills the process.
SENTINEL: Final = "z"
SENTINEL_FACT: Final[Mapping[str, int]] = {"t": 99, "k": 0}

_TYPES: Final = {entity: no for no, entity in enumerate(ENTITIES)}
#: How an ancestor is joined to the row that a rule is for: by which key of that row.
_KEYS: Final = {"candidate": "c", "application": "a", "offer": "a", "interview": "i", "person": "p"}
_ALIASES: Final = dict(zip(ENTITIES, "caopivm", strict=True))
_OPS: Final = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_TURNED: Final = {"==": "==", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
#: Larger numbers are settled by the interpreter: the library saturates past 63 bits, and reads fractions inexactly.
_LARGEST: Final = 2**53

Json = dict[str, Any]
Fact = dict[str, int]


class Network(msgspec.Struct, frozen=True):
    """The rulesets of a pack as JSON, and what is needed to write rows down as facts for them."""

    rulesets: tuple[str, ...]
    #: By the name of each rule of the library, the number of the pack's rule that it is a branch of.
    owners: Mapping[str, int]
    #: By entity: the fields that are asked for, the moments that ``now`` is compared with, the conditions behind flags.
    fields: Mapping[str, tuple[tuple[int, Field], ...]]
    shifts: Mapping[str, tuple[tuple[int, Field, Shift], ...]]
    flags: Mapping[str, tuple[tuple[int, Condition], ...]]
    #: Small integers for the values that rules name.
    codes: Mapping[Value, int]
    #: Tells the rulesets from those of others.
    key: str


def build_network(checked: CheckedPack, rules: Sequence[Rule]) -> Network:
    """The network of some rules of a pack."""
    builder = _Builder(checked)
    for rule in rules:
        builder.rule(rule)
    return builder.network()


class _Builder:
    def __init__(self, checked: CheckedPack) -> None:
        self._counts = {fact.id for fact in checked.facts if isinstance(fact, Aggregate) and fact.op == "count"}
        self._fields: dict[tuple[str, str, str], tuple[int, Field]] = {}
        self._shifts: dict[tuple[int, Shift], tuple[int, Field, Shift]] = {}
        self._flags: list[tuple[int, str, Condition]] = []
        self._codes: dict[Value, int] = {}
        self._rules: list[tuple[str, Json]] = []
        self._owners: dict[str, int] = {}

    def rule(self, rule: Rule) -> None:
        """Every branch of a rule's condition, as a rule of the library."""
        never = isinstance(rule.unless, AnyOf) and not rule.unless.members
        whole = rule.when if never else AllOf((rule.when, NoneOf((rule.unless,))))
        for literals in _branches(whole):
            name = f"r{len(self._rules)}"
            self._owners[name] = rule.no
            self._rules.append((name, _Chain(self, rule.entity).patterns(literals)))

    def network(self) -> Network:
        """All rules, spread over as many rulesets as it takes."""
        rulesets = []
        for start in range(0, len(self._rules), RULES_IN_ONE):
            some = dict(self._rules[start : start + RULES_IN_ONE])
            some[SENTINEL] = {"all": [{"r": {"t": SENTINEL_FACT["t"]}}]}
            rulesets.append(json.dumps(some))
        fields, shifts = self._fields.values(), self._shifts.values()
        return Network(
            tuple(rulesets),
            self._owners,
            {one: tuple(each for each in fields if holder(each[1]) == one) for one in ENTITIES},
            {one: tuple(each for each in shifts if holder(each[1]) == one) for one in ENTITIES},
            {one: tuple((no, asked) for no, owner, asked in self._flags if owner == one) for one in ENTITIES},
            self._codes,
            hashlib.sha256("\n".join(rulesets).encode()).hexdigest()[:24],
        )

    # --- numbers for fields, moments, conditions and values ---

    def number(self, field: Field) -> int:
        """The number of a field, of whatever row has it."""
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
        """The number of a condition that the interpreter settles, for the rows of an entity."""
        self._flags.append((len(self._flags), entity, condition))
        return len(self._flags) - 1

    def code(self, value: Value) -> int:
        """A small integer for a value."""
        return self._codes.setdefault(value, len(self._codes) + 1)

    def counts(self, field: Field) -> bool:
        """Whether the field counts in whole numbers: seconds, or how many rows."""
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
            if not self._asked(literal):
                self._terms[self._entity].append({f"g{self._builder.flag(self._entity, literal)}": 1})
        found: list[Json] = []
        for name in sorted(self._terms, key=self._place):
            asked: list[Json] = [{"t": _TYPES[name]}, *self._terms[name]]
            if name != self._entity:
                asked.append({"k": {_ALIASES[self._entity]: _KEYS[name]}})
            asked += self._joins.get(name, ())
            # The library reads past the end where a join comes last after others: it is said twice.
            found.append({_ALIASES[name]: {"$and": [*asked, asked[-1]]} if len(asked) > 1 else asked[0]})
        return {"all": found}

    def _place(self, name: str) -> int:
        """The place of an entity's pattern in the chain."""
        return -1 if name == self._entity else SCOPES[self._entity].index(name)

    def _asked(self, literal: Condition) -> bool:
        """Whether the network can be asked a literal; then it is added to the patterns."""
        if not isinstance(literal, Test) or literal.negated:
            return False
        match literal.predicates:
            case (Relates(op=op, other=other),):
                return self._joined(literal.field, op, other)
            case predicates:
                asked = [self._term(one, literal.field) for one in predicates]
        if None in asked:
            return False
        own = self._terms.setdefault(holder(literal.field), [])
        own.append({f"k{self._builder.number(literal.field)}": 1})
        own += [one for several in asked for one in several or ()]
        return True

    def _term(self, predicate: Predicate, field: Field) -> list[Json] | None:
        """What a predicate asks of a single row; ``None`` where that cannot be asked."""
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
            case _:
                return None

    def _joined(self, field: Field, op: str, other: Field) -> bool:
        """A comparison of fields of two rows, as a join: the pattern that comes later speaks of the earlier one."""
        mine, theirs = holder(field), holder(other)
        countable = op == "==" or (self._builder.counts(field) and self._builder.counts(other))
        if mine == theirs or not countable or sum(map(len, self._joins.values())) >= JOINS_IN_RULE:
            return False
        for one in (field, other):
            self._terms.setdefault(holder(one), []).append({f"k{self._builder.number(one)}": 1})
        if self._place(mine) < self._place(theirs):
            field, other, mine, theirs, op = other, field, theirs, mine, _TURNED[op]
        kind = "e" if op == "==" else "n"
        asked = {f"{kind}{self._builder.number(field)}": {_ALIASES[theirs]: f"{kind}{self._builder.number(other)}"}}
        self._joins.setdefault(mine, []).append(asked if op == "==" else {_OPS[op]: asked})
        return True


def _is_whole(bound: int | float) -> bool:
    return float(bound).is_integer() and abs(bound) < _LARGEST


def holder(field: Field) -> str:
    """The entity of the row that has the field."""
    return field.via[-1] if field.via else field.scope


def _branches(condition: Condition) -> list[list[Condition]]:
    """The condition as a choice between lists of literals, all of which hold; few lists, or the choice is a literal."""
    match condition:
        case AllOf(members=members):
            found: list[list[Condition]] = [[]]
            for member in members:
                own = _branches(member)
                if len(found) * len(own) > BRANCHES:
                    own = [[member]]
                found = [[*one, *other] for one in found for other in own]
            return found
        case AnyOf(members=members):
            found = [branch for member in members for branch in _branches(member)]
            return found if len(found) <= BRANCHES else [[condition]]
        case _:
            return [[condition]]


# --- facts ---


def write_facts(network: Network, interpreter: Interpreter) -> tuple[list[Fact], dict[tuple[int, int], Row]]:
    """All rows as facts, ancestors first, and the rows by entity and number.

    Ancestors come first because a fact can only meet so many others at once: a child meets one of each.
    """
    codes = dict(network.codes)
    facts: list[Fact] = []
    rows: dict[tuple[int, int], Row] = {}
    for entity in ENTITIES:
        for row in interpreter.rows(entity):
            rows[_TYPES[entity], row.no] = row
            facts.append(_fact(entity, row, network, interpreter, codes))
    return facts, rows


def _fact(entity: str, row: Row, network: Network, interpreter: Interpreter, codes: dict[Value, int]) -> Fact:
    fact = {"t": _TYPES[entity], "k": row.no, "c": 0, **_parents(row)}
    for no, field in network.fields[entity]:
        value = interpreter.value_of(field, row)
        fact[f"k{no}"] = int(value is not None)
        fact[f"e{no}"] = 0 if value is None else codes.setdefault(value, len(codes) + 1)
        fact[f"n{no}"] = value if isinstance(value, int) and abs(value) < _LARGEST else 0
    for no, field, shift in network.shifts[entity]:
        value = interpreter.value_of(field, row)
        fact[f"d{no}"] = 0 if value is None else interpreter.now - interpreter.shifted(value, shift, row)
    scope = interpreter.scope(row)
    for no, condition in network.flags[entity]:
        fact[f"g{no}"] = int(interpreter.holds(condition, scope))
    return fact


def _parents(row: Row) -> Fact:
    """The numbers of the rows that a row belongs to; -1 where there is none."""
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
