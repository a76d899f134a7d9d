"""A sketch of all cases: formulas that hold of every case of a pack, of whatever size.

A sketch has a few rows: those that a rule or an invariant names, and for each computed fact over a collection a row that
bears the fact out where it is so. Everything else is left open. So each case and moment satisfies the formulas of a sketch,
and what contradicts them happens in no case. What satisfies them need not be a case: business days, texts and sums are known
only roughly. A contradiction is a proof; the absence of a contradiction proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, assert_never

import msgspec

from tactful.facts.calendars import FIRST_MOMENT, LAST_MOMENT
from tactful.facts.entities import PARENTS, SCOPES
from tactful.facts.kinds import (
    DAY,
    LONGEST,
    BusinessDays,
    ChoiceKind,
    DateKind,
    DayTimeKind,
    DurationKind,
    Elapsed,
    Kind,
    ListKind,
    NumberKind,
    YesNoKind,
)
from tactful.facts.kinds import Value as FactValue
from tactful.language.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Choose,
    Combine,
    Compare,
    ComputedFact,
    Condition,
    Constant,
    DateBetween,
    DayTimeBetween,
    Derived,
    Expression,
    Field,
    Filled,
    IsIn,
    Known,
    Moved,
    NoneOf,
    NowIs,
    Opens,
    Pick,
    PlaceIn,
    Predicate,
    Read,
    Relates,
    Share,
    Shift,
    Test,
    TextHas,
    WhenFact,
    YearlyBetween,
)
from tactful.proofs.solver import (
    BOOLEAN,
    FALSE,
    INTEGER,
    REAL,
    TRUE,
    Term,
    chosen,
    every,
    function,
    implies,
    negation,
    number,
    real,
    some,
    variable,
)

#: How many pairs of a fact and a row are looked at.
_PAIRS: Final = 4_000

#: Whether a value is known, and the value.
Pair = tuple[Term, Term]


class CalendarMove(msgspec.Struct, frozen=True):
    """How a calendar moves a moment: ``count`` business days ``after`` or ``before`` it, or as :class:`Opens` does."""

    how: Literal["after", "before", "office", "day"]
    count: int = 0


class SketchRow:
    """A row of a sketch. ``present``: whether the case has it. ``scope``: the rows that its conditions can refer to."""

    def __init__(self, entity: str, name: str, present: Term, depth: int) -> None:
        self.entity, self.name, self.present, self.depth = entity, name, present, depth
        self.scope: dict[str, SketchRow] = {entity: self}


Environment = Mapping[str, SketchRow]


class Sketch:
    """Formulas about a case and a moment. Conditions are translated on demand, see :meth:`holds`.

    :attr:`known` has what holds of every case; call :meth:`close` before it is read.
    """

    def __init__(self, facts: Mapping[str, ComputedFact], depth: int) -> None:
        """``depth``: how many rows that bear facts out may follow from each other. More say more, and take longer."""
        self.facts, self._depth = facts, depth
        self.now = variable("now", INTEGER)
        self.known: list[Term] = []
        self.rows: list[SketchRow] = []
        self.values: dict[tuple[str, str, str], Pair] = {}
        self.words: dict[str, int] = {}
        self._collections: list[tuple[Aggregate, SketchRow, Pair]] = []
        self._looked: set[tuple[int, int]] = set()
        self.candidate = self._new("candidate", TRUE, 0)

    # --- rows ---

    def row(self, entity: str, present: Term = TRUE, depth: int = 0, above: Environment | None = None) -> SketchRow:
        """A row, with new rows around it, or those of ``above``."""
        if entity == "candidate":
            return self.candidate
        given = above or {}
        parent = PARENTS[entity]
        assert parent is not None  # only the candidate has none
        if entity == "offer":  # an application has one at the most
            application = given.get(parent) or self.row(parent, present, depth, given)
            offer = application.scope["offer"]
            self.known.append(implies(present, offer.present))
            return offer
        row = self._new(entity, present, depth)
        upper = given.get(parent) or self.row(parent, present, depth, given)
        row.scope.update({name: other for name, other in upper.scope.items() if name in SCOPES[entity]})
        if entity == "application":
            self._beside(row, "offer", variable(f"{row.name} has an offer", BOOLEAN))
        if entity == "message":
            self._beside(row, "person", variable(f"{row.name} names a person", BOOLEAN), given.get("person"))
        if entity == "interviewer":
            self._beside(row, "person", present, given.get("person"))
        return row

    def _beside(self, row: SketchRow, entity: str, present: Term, known: SketchRow | None = None) -> None:
        other = known
        if other is None:
            other = self._new(entity, every((row.present, present)), row.depth)
            application = row.scope["application"]
            other.scope.update({"application": application, "candidate": self.candidate})
            if "offer" in application.scope:
                other.scope["offer"] = application.scope["offer"]
            if entity == "offer":
                other.scope["offer"] = other
        row.scope[entity] = other

    def _new(self, entity: str, present: Term, depth: int) -> SketchRow:
        row = SketchRow(entity, f"{entity} {len(self.rows)}", present, depth)
        self.rows.append(row)
        return row

    # --- values ---

    def value(self, field: Field, env: Environment) -> Pair:
        """Whether a field is known, and its value."""
        row: SketchRow | None = env.get(field.scope)
        for step in field.via:
            row = None if row is None else row.scope.get(step)
        if row is None:  # no row of the sketch has it: nothing is known of it
            where = env[next(iter(env))]
            return self._open(where, f"{field.scope}.{'.'.join(field.via)}.{field.key}", field.kind)
        if field.origin == "computed":
            known, value = self._computed(field.key, row)
        elif field.origin == "clock":
            known, value = TRUE, self._open(row, field.key, field.kind)[1]
        elif field.origin == "given":
            known, value = self._given(field, row)
        else:
            known, value = self._open(row, f"custom {field.key}", field.kind)
        return every((row.present, known)), value

    def _given(self, field: Field, row: SketchRow) -> Pair:
        if row.entity == "interviewer" and field.key == "id":  # an interviewer bears the id of a person
            return TRUE, self._open(row.scope["person"], "id", field.kind)[1]
        known, value = self._open(row, field.key, field.kind)
        if row.entity == "message" and field.key == "person_id":
            person = row.scope["person"]
            same = every((known, value == self._open(person, "id", field.kind)[1]))
            self.known.append(implies(person.present, same))
        always = field.key == "id" or (row.entity, field.key) == ("interview", "ended_at")
        return (TRUE if always else known), value

    def _open(self, row: SketchRow, key: str, kind: Kind) -> Pair:
        """A variable for a value."""
        place = row.name, key, "value"
        if place not in self.values:
            value = variable(f"{row.name} {key}", _sort(kind))
            self.values[place] = variable(f"{row.name} {key} known", BOOLEAN), value
            match kind:
                case DurationKind():
                    self.known.append(every((value >= 0, value <= LONGEST)))
                case DayTimeKind():
                    self.known.append(every((value >= 0, value < DAY)))
                case ChoiceKind(values=words):
                    self.known.append(some(value == self.word(word) for word in words))
        return self.values[place]

    def word(self, word: FactValue) -> Term:
        """The number that stands for a word or a text."""
        return number(self.words.setdefault(str(word), len(self.words)), INTEGER)

    def constant(self, value: FactValue, kind: Kind) -> Pair:
        """A fixed value of a kind."""
        if value is None:
            return FALSE, self._fresh("unknown", kind)
        if isinstance(kind, YesNoKind):
            return TRUE, TRUE if value else FALSE
        if isinstance(value, int | float):
            return TRUE, number(value, _sort(kind))
        if isinstance(value, str):
            return TRUE, self.word(value)
        return TRUE, self._fresh("list", kind)

    def _fresh(self, what: str, kind: Kind) -> Term:
        name = f"{what} {len(self.values)}"
        self.values[name, "", ""] = TRUE, TRUE
        return variable(name, _sort(kind))

    # --- computed facts ---

    def _computed(self, id_: str, row: SketchRow) -> Pair:
        place = row.name, id_, "computed"
        pair = self.values.get(place)
        if pair is None:
            fact = self.facts[id_]
            match fact:
                case WhenFact(condition=condition):
                    pair = TRUE, self.holds(condition, row.scope)
                case Derived(expression=expression, kind=kind):
                    pair = self._expression(expression, kind, row.scope, row)
                case Aggregate():
                    pair = self._collection(fact, row)
                case _:
                    assert_never(fact)
            self.values[place] = pair
        return pair

    def _collection(self, fact: Aggregate, row: SketchRow) -> Pair:
        name = f"{fact.id} of {row.name}"
        if fact.op in ("exists", "none"):
            holds = variable(name, BOOLEAN)
            pair, some_match = (TRUE, holds if fact.op == "exists" else negation(holds)), holds
        elif fact.op == "count":
            count = variable(name, INTEGER)
            self.known.append(count >= 0)
            pair, some_match = (TRUE, real(count)), count > 0
        else:
            value = variable(name, _sort(fact.kind))
            known = TRUE if fact.op == "sum" else variable(f"{name} known", BOOLEAN)
            pair, some_match = (known, value), known
        if fact.op == "sum":
            return pair
        self._collections.append((fact, row, (some_match, pair[1])))
        if row.depth < self._depth:
            self._witness(fact, row, some_match, pair[1])
        return pair

    def _witness(self, fact: Aggregate, row: SketchRow, some_match: Term, value: Term) -> None:
        """A row that bears out that some row of the collection counts."""
        present = every((row.present, some_match))
        pivot = row.scope[fact.pivot]
        if fact.over == "offer" and fact.pivot == "application":
            member = row.scope["offer"]
        else:
            member = self.row(fact.over, present, row.depth + 1, {**pivot.scope, fact.pivot: pivot})
        self._looked.add((len(self._collections) - 1, self.rows.index(member)))
        matches = self._matches(fact, row, member, value, exactly=True)
        self.known.append(implies(present, every((member.present, matches))))
        if fact.over == "offer" and fact.pivot == "application":
            loose = self._matches(fact, row, member, value, exactly=False)
            self.known.append(
                implies(every((row.present, member.present, loose)), self._told(fact, some_match, row, member, value))
            )

    def _matches(self, fact: Aggregate, row: SketchRow, member: SketchRow, value: Term, exactly: bool) -> Term:
        env = self._inner(fact, row, member)
        holds = self.holds(fact.where, env)
        if fact.value is None:
            return holds
        known, own = self.value(fact.value, env)
        return every((holds, known, own == value)) if exactly else every((holds, known))

    def _told(self, fact: Aggregate, some_match: Term, row: SketchRow, member: SketchRow, value: Term) -> Term:
        """What follows for a fact from a row that counts."""
        if fact.value is None:
            return some_match
        own = self.value(fact.value, self._inner(fact, row, member))[1]
        return every((some_match, value >= own if fact.op == "latest" else value <= own))

    def _inner(self, fact: Aggregate, row: SketchRow, member: SketchRow) -> Environment:
        """The rows in scope of a collection's condition: those of the fact's row go before those of the member."""
        return {**member.scope, **row.scope, fact.over: member}

    def close(self) -> None:
        """Tell each fact over a collection about each row of the sketch that belongs to the collection."""
        changed = True
        while changed and len(self._looked) < _PAIRS:
            changed = False
            for at, (fact, row, (some_match, value)) in enumerate(list(self._collections)):
                pivot = row.scope[fact.pivot]
                for no, member in enumerate(list(self.rows)):
                    belongs = member.entity == fact.over and member.scope.get(fact.pivot) is pivot
                    if not belongs or (at, no) in self._looked or len(self._looked) >= _PAIRS:
                        continue
                    self._looked.add((at, no))
                    changed = True
                    matches = self._matches(fact, row, member, value, exactly=False)
                    told = self._told(fact, some_match, row, member, value)
                    self.known.append(implies(every((row.present, member.present, matches)), told))

    def member(self, fact: Aggregate, row: SketchRow) -> SketchRow:
        """A row of the collection of a fact of ``row``, any of them."""
        pivot = row.scope[fact.pivot]
        if fact.over == "offer" and fact.pivot == "application":
            return pivot.scope["offer"]
        return self.row(fact.over, depth=row.depth + 1, above={**pivot.scope, fact.pivot: pivot})

    def counts(self, fact: Aggregate, row: SketchRow, member: SketchRow) -> Term:
        """Whether a row of the collection of a fact of ``row`` counts."""
        return every((member.present, self._matches(fact, row, member, TRUE, exactly=False)))

    # --- expressions ---

    def _expression(self, expression: Expression, kind: Kind, env: Environment, row: SketchRow) -> Pair:
        match expression:
            case Constant(value=value):
                return self.constant(value, kind)
            case Read(field=field):
                return self._as(self.value(field, env), field.kind, kind)
            case Moved():
                return self._moved(expression, env)
            case Opens(field=field, how=how):
                known, value = self.value(field, env)
                opened = self.moved_by(CalendarMove(how), f" of {field.scope} {field.via}", row, value)
                self._in_range(known, opened)
                return known, opened
            case Pick(members=members, how=how):
                return self._pick(how, [self._expression(member, kind, env, row) for member in members], kind)
            case Combine(members=members, how=how, floor=True):
                pairs = [self._expression(member, kind, env, row) for member in members]
                return self._combined(how, pairs)
            case Share(of=of, whole=True, numerator=top, denominator=bottom):
                known, value = self._expression(of, kind, env, row)
                share = value * top / bottom
                return every((known, share <= LONGEST)), share
            case Combine() | Share():  # numbers are rounded as machines do
                return variable(f"{self._fresh('number', kind)} known", BOOLEAN), self._fresh("number", kind)
            case Choose(branches=branches, otherwise=otherwise):
                rest = (FALSE, self._fresh("none", kind))
                pair = rest if otherwise is None else self._expression(otherwise, kind, env, row)
                for branch in reversed(branches):
                    holds = self.holds(branch.condition, env)
                    own = self._expression(branch.value, kind, env, row)
                    pair = chosen(holds, own[0], pair[0]), chosen(holds, own[1], pair[1])
                return pair
            case _:
                assert_never(expression)

    def _as(self, pair: Pair, kind: Kind, wanted: Kind) -> Pair:
        """A value of one kind where another is wanted: numbers of the solver are of one sort."""
        return pair if _sort(kind) == _sort(wanted) else (pair[0], self._fresh("value", wanted))

    def _moved(self, moved: Moved, env: Environment) -> Pair:
        known, value = self.value(moved.field, env)
        if isinstance(moved.length, Field):
            by_known, by = self.value(moved.length, env)
            known = every((known, by_known))
            if isinstance(moved.length.kind, DurationKind):
                to = value - by if moved.back else value + by
            else:
                to = self._fresh("moved", moved.field.kind)
        else:
            to = self.shifted(value, Shift(moved.length, moved.back), moved.field, env)
        self._in_range(known, to)
        return known, to

    def _in_range(self, known: Term, moment: Term) -> None:
        """Assume that a computed moment lies in the years that calendars know: elsewhere it would be unknown."""
        self.known.append(implies(known, every((moment >= FIRST_MOMENT, moment <= LAST_MOMENT))))

    def _pick(self, how: str, pairs: list[Pair], kind: Kind) -> Pair:
        known, value = FALSE, self._fresh("none", kind)
        for own_known, own in pairs:
            better = FALSE if how == "first" else own > value if how == "largest" else own < value
            takes = every((own_known, some((negation(known), better))))
            known, value = some((known, own_known)), chosen(takes, own, value)
        return known, value

    def _combined(self, how: str, pairs: list[Pair]) -> Pair:
        values = [value for _, value in pairs]
        if how == "sum":
            total = sum(values[1:], values[0])
        else:
            total = chosen(values[0] > values[1], values[0] - values[1], number(0, INTEGER))
        return every((*(known for known, _ in pairs), total <= LONGEST)), total

    # --- time ---

    def shifted(self, moment: Term, shift: Shift, field: Field, env: Environment) -> Term:
        """A moment, moved. Business days move it no further back, or ahead, than to itself."""
        match shift.length:
            case Elapsed(seconds=seconds):
                return moment - seconds if shift.back else moment + seconds
            case BusinessDays(count=count):
                row = env[field.scope]
                owner = row.scope.get("application", self.candidate)
                return self.moved_by(CalendarMove("before" if shift.back else "after", count), "", owner, moment)
            case _:
                assert_never(shift.length)

    def moved_by(self, move: CalendarMove, of: str, row: SketchRow, moment: Term) -> Term:
        """The moment to which a calendar moves a moment: the calendar of a row, or the one that ``of`` names."""
        moved = function(f"{move.how} {move.count}{of}, {row.name}", 1)(moment)
        if move.how != "before":
            self.known.append(moved >= moment)
        elif move.count > 0:
            self.known.append(moved <= moment)
        return moved

    # --- conditions ---

    def holds(self, condition: Condition, env: Environment) -> Term:
        """A condition as a formula."""
        match condition:
            case AllOf(members=members):
                return every(self.holds(member, env) for member in members)
            case AnyOf(members=members):
                return some(self.holds(member, env) for member in members)
            case NoneOf(members=members):
                return negation(some(self.holds(member, env) for member in members))
            case Test(field=field, predicates=predicates, negated=negated):
                known, value = self.value(field, env)
                holds = every((known, *(self._predicate(each, value, field, env) for each in predicates)))
                return negation(holds) if negated else holds
            case _:
                assert_never(condition)

    def _predicate(self, predicate: Predicate, value: Term, field: Field, env: Environment) -> Term:
        match predicate:
            case NowIs(op=op, shift=shift):
                return _ordered(self.now, op, self.shifted(value, shift, field, env))
            case IsIn(values=values) if not isinstance(field.kind, ListKind):
                return some(value == self.constant(each, field.kind)[1] for each in values)
            case IsIn(values=values):
                return some(self._opaque(field, ("has", each), env) for each in values)
            case Compare(op=op, value=bound):
                return _ordered(value, op, number(bound, _sort(field.kind)))
            case DayTimeBetween(low=low, high=high):
                within = value >= low, value <= high
                return every(within) if low <= high else some(within)
            case DateBetween(first=first, last=last) if isinstance(field.kind, DateKind):
                return every((TRUE if first is None else value >= first, TRUE if last is None else value <= last))
            case Known():
                return TRUE
            case Relates(op=op, other=other):
                known, against = self.value(other, env)
                if isinstance(field.kind, ListKind) or _sort(field.kind) != _sort(other.kind):
                    return every((known, self._opaque(field, predicate, env)))
                return every((known, value == against if op == "==" else _ordered(value, op, against)))
            case TextHas() | PlaceIn() | DateBetween() | YearlyBetween() | Filled():
                return self._opaque(field, predicate, env)
            case _:
                assert_never(predicate)

    def _opaque(self, field: Field, predicate: object, env: Environment) -> Term:
        """A formula for what the solver does not know: it is the same wherever the same is asked of the same rows."""
        scopes = {field.scope, predicate.other.scope} if isinstance(predicate, Relates) else {field.scope}
        asked = scopes if scopes <= env.keys() else set(env)
        rows = ", ".join(env[scope].name for scope in sorted(asked))
        return variable(f"{field.text} {field.via} {field.key} {predicate!r} [{rows}]", BOOLEAN)


def _ordered(left: Term, op: str, right: Term) -> Term:
    match op:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def _sort(kind: Kind) -> Any:
    match kind:
        case YesNoKind():
            return BOOLEAN
        case NumberKind():
            return REAL
        case _:
            return INTEGER
