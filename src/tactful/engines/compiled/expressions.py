"""Fields, predicates and conditions as Python expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Final, assert_never

from tactful.engines.compiled import nodes
from tactful.engines.compiled.helpers import words_pattern
from tactful.engines.compiled.python_ast import (
    STORE,
    attribute,
    both,
    call,
    compare,
    constant,
    either,
    is_known,
    load,
    negate,
)
from tactful.facts.calendars import FIRST_MOMENT, LAST_MOMENT
from tactful.facts.kinds import BusinessDays, DateKind, ListKind, MomentKind
from tactful.language.ir import (
    AllOf,
    AnyOf,
    Choose,
    Combine,
    Compare,
    Condition,
    Constant,
    DateBetween,
    DayTimeBetween,
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
    YearlyBetween,
)
from tactful.language.ir.reads import fields_of

#: The calendar's method for each field that depends on ``now``.
_CLOCKS: Final = {
    "local_time": "day_time",
    "business_day": "is_business_day",
    "weekday": "weekday",
    "date": "day",
}
#: Attributes of rows that are never ``None``.
_REQUIRED: Final = {
    "candidate": ("id",),
    "application": ("id",),
    "person": ("id",),
    "interview": ("id", "ended_at"),
    "interviewer": ("id",),
}
RUNTIME: Final = "x"
NOW: Final = "now"


class Expressions:
    """Makes expressions for one function.

    Rows in scope are local variables named for their entities. ``nullable`` are those that may be ``None``. ``computed``
    gives the expression that reads a computed fact of a row held in a variable.
    """

    def __init__(
        self,
        nullable: frozenset[str],
        computed: Callable[[Field, ast.expr], ast.expr],
        used: set[str] | None = None,
    ) -> None:
        self._nullable = nullable
        self._computed = computed
        self._temporaries = 0
        #: All entities whose variables the expressions made so far use.
        self.used: set[str] = set() if used is None else used

    def temporary(self) -> str:
        """A new local variable."""
        self._temporaries += 1
        return f"t{self._temporaries}"

    def named(self, value: ast.expr) -> tuple[ast.expr, ast.expr]:
        """``(t := value)`` for the first use and ``t`` for later ones; a plain variable stays as it is."""
        if isinstance(value, ast.Name):
            return value, value
        name = self.temporary()
        return nodes.NamedExpr(nodes.Name(name, STORE), value), load(name)

    # --- fields ---

    def row(self, field: Field) -> ast.expr:
        """The row that has the field."""
        self.used.add(field.scope)
        return attribute(load(field.scope), *field.via)

    def value(self, field: Field) -> ast.expr:
        """The field's value, ``None`` where it is unknown."""
        value = self.own_value(field, self.row(field))
        if field.scope in self._nullable:
            return nodes.IfExp(is_known(load(field.scope)), value, constant(None))
        return value

    def own_value(self, field: Field, row: ast.expr) -> ast.expr:
        """The value of a field of a row that exists."""
        match field.origin:
            case "given":
                return attribute(row, field.key)
            case "custom":
                return call(attribute(row, "custom", "get"), constant(field.key))
            case "clock":
                return self.clock(field, row, load(NOW))
            case "computed":
                return self._computed(field, row)

    def clock(self, field: Field, row: ast.expr, moment: ast.expr) -> ast.expr:
        """What a clock of a row shows at a moment."""
        return call(attribute(row, "calendar", _CLOCKS[field.key]), moment)

    def calendar(self, field: Field) -> ast.expr:
        """The calendar in which business days after the field count: its application's, else the candidate's."""
        self.used.add(field.scope)
        if field.scope in ("candidate", "application"):
            return attribute(load(field.scope), "calendar")
        return attribute(load(field.scope), "application", "calendar")

    def nearest_calendar(self, field: Field) -> ast.expr:
        """The calendar of the field's row, see :func:`tactful.facts.rows.nearest_calendar`."""
        row = self.row(field)
        match field.via[-1] if field.via else field.scope:
            case "interview" | "offer":
                return attribute(row, "application", "calendar")
            case "interviewer":
                return attribute(row, "person", "calendar")
            case "message":
                either_one = nodes.BoolOp(ast.Or(), [attribute(row, "person"), attribute(row, "application")])
                return attribute(either_one, "calendar")
            case _:
                return attribute(row, "calendar")

    def shifted(self, moment: ast.expr, shift: Shift, field: Field) -> ast.expr:
        """The moment moved by ``shift``."""
        if isinstance(shift.length, BusinessDays):
            method = "subtract_business_days" if shift.back else "add_business_days"
            return call(attribute(self.calendar(field), method), moment, constant(shift.length.count))
        if shift.length.seconds == 0:
            return moment
        operator = ast.Sub() if shift.back else ast.Add()
        return nodes.BinOp(moment, operator, constant(shift.length.seconds))

    # --- conditions ---

    def condition(self, condition: Condition) -> ast.expr:
        """The condition."""
        match condition:
            case AllOf(members=members):
                return both([self.condition(member) for member in self.in_turn(members)])
            case AnyOf(members=members):
                return either([self.condition(member) for member in self.in_turn(members)])
            case NoneOf(members=members):
                return negate(either([self.condition(member) for member in self.in_turn(members)]))
            case Test():
                return self.test(condition)
            case _:
                assert_never(condition)

    def in_turn(self, members: Sequence[Condition]) -> Sequence[Condition]:
        """The order in which members are tested. Cheaper ones come first, which only affects speed."""
        return sorted(members, key=cost)

    def test(self, test: Test) -> ast.expr:
        """One test."""
        value = self.value(test.field)
        match test.predicates:
            case (Known(),):
                plain = is_known(value)
            case (IsIn(values=(bool() as wanted,)),) if self.always_known(test.field):
                plain = _bare(value) if wanted else negate(_bare(value))
            case (IsIn(values=values),) if not isinstance(test.field.kind, ListKind):
                plain = _is_in(value, values)
            case predicates:
                plain = self._all_hold(value, predicates, test.field)
        return negate(plain) if test.negated else plain

    def _all_hold(self, value: ast.expr, predicates: tuple[Predicate, ...], field: Field) -> ast.expr:
        """The value is known, and all predicates hold of it."""
        simple = len(predicates) == 1 or field.origin == "given" or isinstance(value, ast.Name)
        if simple and self.always_known(field):
            return both([self.predicate(part, value, field) for part in predicates])
        first, again = self.named(value)
        return both([is_known(first), *(self.predicate(part, again, field) for part in predicates)])

    def always_known(self, field: Field) -> bool:
        """Whether the field is never unknown: it is required, or computed and no moment."""
        if field.scope in self._nullable:
            return False
        if field.origin == "computed":
            return not (field.derived or isinstance(field.kind, MomentKind))
        return is_required(field)

    def predicate(self, predicate: Predicate, value: ast.expr, field: Field) -> ast.expr:
        """One predicate of a value that is known; ``value`` may be used more than once."""
        match predicate:
            case Known():
                return constant(True)
            case IsIn(values=values) if not isinstance(field.kind, ListKind):
                return _is_in(value, values)
            case IsIn(values=values):
                return either([nodes.Compare(constant(item), [ast.In()], [value]) for item in values])
            case Filled(filled=filled):
                return value if filled else negate(value)
            case Compare(op=op, value=bound):
                return compare(value, op, constant(bound))
            case Relates(op=op, other=other):
                against = self.value(other)
                if self.always_known(other):
                    return compare(value, op, against)
                first, again = self.named(against)
                return both([is_known(first), compare(value, op, again)])
            case DayTimeBetween(low=low, high=high):
                ends = [compare(value, ">=", constant(low)), compare(value, "<=", constant(high))]
                return both(ends) if low <= high else either(ends)
            case NowIs(op=op, shift=shift):
                return compare(load(NOW), op, self.shifted(value, shift, field))
            case TextHas(how=how, words=words):
                return call(load("has_words"), value, constant(words_pattern(how, words)))
            case PlaceIn(values=values):
                return call(load("place_in"), value, constant(values))
            case DateBetween(first=first, last=last):
                return self._date_between(self._day(value, field), first, last)
            case YearlyBetween(first=first, last=last):
                return call(load("in_year"), self._day(value, field), constant(first), constant(last))
            case _:
                assert_never(predicate)

    def _day(self, value: ast.expr, field: Field) -> ast.expr:
        """The ordinal of a date, or of the day of a moment where the field's row is."""
        return (
            value if isinstance(field.kind, DateKind) else call(attribute(self.nearest_calendar(field), "day"), value)
        )

    def _date_between(self, day: ast.expr, first: int | None, last: int | None) -> ast.expr:
        if first is None or last is None:
            bound, op = (last, "<=") if first is None else (first, ">=")
            return compare(day, op, constant(bound))
        return nodes.Compare(constant(first), [ast.LtE(), ast.LtE()], [day, constant(last)])

    # --- expressions ---

    def expression(self, expression: Expression) -> ast.expr:
        """The value of an expression, ``None`` where it is unknown."""
        match expression:
            case Constant(value=value):
                return constant(value)
            case Read(field=field):
                return self.value(field)
            case Moved():
                return self._moved(expression)
            case Opens(field=field, how=how):
                opens = call(load("opens"), self.value(field), self.nearest_calendar(field), constant(how == "office"))
                return self._where_known(field, opens)
            case Pick(how=how, members=members):
                helper = {"largest": "largest", "smallest": "smallest", "first": "first_known"}[how]
                return call(load(helper), *map(self.expression, members))
            case Combine(how=how, members=members, floor=floor):
                helper = "total" if how == "sum" else "difference"
                return call(load(helper), constant(floor), *map(self.expression, members))
            case Share(of=of, numerator=numerator, denominator=denominator, whole=whole):
                parts = constant(numerator), constant(denominator)
                return call(load("share"), constant(whole), self.expression(of), *parts)
            case Choose(branches=branches, otherwise=otherwise):
                chosen: ast.expr = constant(None) if otherwise is None else self.expression(otherwise)
                for branch in reversed(branches):
                    chosen = nodes.IfExp(self.condition(branch.condition), self.expression(branch.value), chosen)
                return chosen
            case _:
                assert_never(expression)

    def _moved(self, expression: Moved) -> ast.expr:
        """The moment moved, if it is known and still lies in the years that calendars know."""
        moment, length, back = self.value(expression.field), expression.length, expression.back
        if isinstance(length, Field):
            return self._moved_by(expression.field, moment, self.value(length), back)
        first, again = self.named(moment)
        result, there = self.named(self.shifted(again, Shift(length, back), expression.field))
        within = compare(result, *((">=", constant(FIRST_MOMENT)) if back else ("<=", constant(LAST_MOMENT))))
        return nodes.IfExp(both([is_known(first), within]), there, constant(None))

    def _moved_by(self, field: Field, moment: ast.expr, length: ast.expr, back: bool) -> ast.expr:
        moved = call(load("moved_by"), moment, self.calendar(field), length, constant(back))
        return self._where_known(field, moved)

    def _where_known(self, field: Field, value: ast.expr) -> ast.expr:
        """A value that looks at the field's row, which may be missing."""
        if field.scope not in self._nullable:
            return value
        return nodes.IfExp(is_known(load(field.scope)), value, constant(None))


def nullable(entity: str) -> frozenset[str]:
    """The names in scope of a rule for each ``entity`` that may stand for no row."""
    names = set() if entity == "offer" else {"offer"}
    return frozenset(names | ({"person"} if entity == "message" else set()))


def is_required(field: Field) -> bool:
    """Whether every row of the field's entity must have a value for it."""
    return field.origin == "given" and field.key in _REQUIRED.get(field.via[-1] if field.via else field.scope, ())


def _bare(value: ast.expr) -> ast.expr:
    """A yes/no as a condition: ``c`` for ``True if c else False``."""
    if isinstance(value, ast.IfExp) and isinstance(value.body, ast.Constant) and value.body.value is True:
        return value.test
    return value


def _is_in(value: ast.expr, values: tuple[bool | str | int | float, ...]) -> ast.expr:
    if len(values) != 1:
        return nodes.Compare(value, [ast.In()], [constant(values)])
    if isinstance(values[0], bool):
        return nodes.Compare(value, [ast.Is()], [constant(values[0])])
    return compare(value, "==", constant(values[0]))


def cost(condition: Condition, of_fact: Callable[[str], int] = lambda _: 20) -> int:
    """A rough cost of testing a condition: given fields are cheapest, then clocks, then computed facts.

    ``of_fact`` gives the cost of a computed fact by its id.
    """
    if not isinstance(condition, Test):
        return 2 + sum(cost(member, of_fact) for member in condition.members)
    weight = {"given": 1, "custom": 3, "clock": 12}
    business = sum(
        15
        for predicate in condition.predicates
        if isinstance(predicate, NowIs) and isinstance(predicate.shift.length, BusinessDays)
    )
    read = sum(
        of_fact(field.key) if field.origin == "computed" else weight[field.origin] for field in fields_of(condition)
    )
    # Lists are searched item by item. Negated tests mostly hold, so they are tested later.
    return read + len(condition.predicates) + business + isinstance(condition.field.kind, ListKind) + condition.negated
