"""What conditions on one row can and cannot mean together: whether they can hold at once, and which follow from which.

A field's tests cut its values into stretches that they cannot tell apart. One point stands for each stretch, so that the
question is settled by looking at all points: exact for each field by itself. Fields count as independent of each other, and
a computed fact as a fact like any other, so what is called impossible is impossible, and never the other way round.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import combinations, pairwise, product
from typing import Final, Literal, NamedTuple, assert_never

from tactful.facts.kinds import (
    DAY,
    HOUR,
    BusinessDays,
    ChoiceKind,
    DayTimeKind,
    ListKind,
    MomentKind,
    NumberKind,
    Value,
    YesNoKind,
)
from tactful.language.ir import (
    AllOf,
    Compare,
    Condition,
    DayTimeBetween,
    Field,
    Filled,
    IsIn,
    Known,
    NoneOf,
    NowIs,
    Predicate,
    Relates,
    Shift,
    Test,
)
from tactful.language.ir.boundaries import AmongValues, AtMoment, AtValue, boundaries_of, other_fields

#: Whose field it is, where it comes from, and its name there.
Key = tuple[str, str, str]
#: Stands for any value that no test names.
_OTHER: Final = "\0other"
#: Lists are tried with any of so many values in them; a question with more points or steps than this is left open.
_MOST_IN_LIST: Final = 6
_MOST_POINTS: Final = 4096
_MOST_STEPS: Final = 20_000


class Point(NamedTuple):
    """One stretch of a field's values.

    ``age`` is how long a moment is past, in seconds; ``days`` where it stands among lengths in business days (between two
    of them: a half). ``signs`` says how the value compares with other fields; ``None``: the other is unknown.
    """

    known: bool
    value: Value = None
    age: int = 0
    days: float = 0.0
    signs: tuple[tuple[Key, int | None], ...] = ()


UNKNOWN: Final = Point(False)


def key_of(field: Field) -> Key:
    """What makes two fields of one scope the same, however they are named."""
    return field.via[-1] if field.via else field.scope, field.origin, field.key


def tests_of(condition: Condition) -> Iterator[Test]:
    """All tests in a condition."""
    if isinstance(condition, Test):
        yield condition
        return
    for member in condition.members:
        yield from tests_of(member)


class TooHard(Exception):
    """The question is left open."""


class Logic:
    """Settles questions about conditions on rows of one entity."""

    def __init__(self, entity: str, conditions: Iterable[Condition], counts: Container[str] = ()) -> None:
        """``counts``: the ids of computed facts that count, whose values are whole and never less than nothing."""
        tests: dict[Key, list[Test]] = {}
        for condition in conditions:
            for test in tests_of(condition):
                tests.setdefault(key_of(test.field), []).append(test)
        #: All stretches of each field; those that a set of tests leaves are a number with one bit for each. A field that
        #: takes too many to tell anything about is left out.
        self.points: dict[Key, tuple[Point, ...]] = {}
        for key, group in tests.items():
            with suppress(TooHard):
                self.points[key] = points(group, entity, group[0].field.key in counts)
        self._masks: dict[Test, int] = {}
        self._steps = 0

    def mask(self, test: Test) -> int:
        """The stretches in which a test holds, one bit for each."""
        found = self._masks.get(test)
        if found is None:
            among = self.points[key_of(test.field)]
            found = self._masks[test] = sum(1 << no for no, point in enumerate(among) if holds_at(test, point))
        return found

    def possible(self, *conditions: Condition) -> bool:
        """Whether they can hold at once. What is too hard to tell counts as possible."""
        self._steps = 0
        try:
            return self._search([normal(one, True) for one in conditions], {})
        except TooHard:
            return True

    def follows(self, condition: Condition, *given: Condition) -> bool:
        """Whether a condition holds wherever the given ones do."""
        return not self.possible(*given, NoneOf((condition,)))

    def same(self, one: Condition, other: Condition) -> bool:
        """Whether two conditions hold for the same rows."""
        return self.follows(one, other) and self.follows(other, one)

    def _search(self, todo: list[Node], left: Mapping[Key, int]) -> bool:
        """Whether a choice of alternatives leaves every field some stretch."""
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise TooHard
        left = dict(left)
        choices: list[Node] = []
        todo = list(todo)
        while todo:
            node = todo.pop()
            match node.how:
                case "test":
                    assert node.test is not None  # a test has one
                    key = key_of(node.test.field)
                    if key not in self.points:
                        continue
                    full = (1 << len(self.points[key])) - 1
                    mask = self.mask(node.test)
                    left[key] = left.get(key, full) & (mask if node.positive else full & ~mask)
                    if not left[key]:
                        return False
                case "all":
                    todo.extend(node.members)
                case _:
                    choices.append(node)
        if not choices:
            return True
        first, *others = sorted(choices, key=lambda one: len(one.members))
        return any(self._search([member, *others], left) for member in first.members)


class Node(NamedTuple):
    """A condition in normal form: ``not`` stands at tests only."""

    how: Literal["test", "all", "any"]
    test: Test | None
    positive: bool
    members: tuple[Node, ...]


def normal(condition: Condition, positive: bool) -> Node:
    """A condition, or its opposite, in normal form."""
    if isinstance(condition, Test):
        return Node("test", condition, positive, ())
    inner = positive != isinstance(condition, NoneOf)
    every = isinstance(condition, AllOf) == positive if not isinstance(condition, NoneOf) else positive
    return Node("all" if every else "any", None, True, tuple(normal(one, inner) for one in condition.members))


# --- points ---


def points(tests: Sequence[Test], entity: str, count: bool = False) -> tuple[Point, ...]:
    """One point for every stretch of values that the tests of one field cannot tell apart."""
    field = tests[0].field
    signs = list(_signs(tests, field))
    values = list(_values(tests, field, count))
    if len(signs) * len(values) > _MOST_POINTS:
        raise TooHard
    known = [value._replace(signs=sign) for value in values for sign in signs]
    return (UNKNOWN, *known) if _may_be_unknown(field, entity) else tuple(known)


def _may_be_unknown(field: Field, entity: str) -> bool:
    """Whether there is no telling that the field is known: a computed yes/no or number is, where its row is there."""
    computed = field.origin == "computed" and isinstance(field.kind, YesNoKind | NumberKind)
    optional = (field.scope == "offer" and entity != "offer") or (field.scope == "person" and entity == "message")
    return optional or not computed


def _signs(tests: Iterable[Test], field: Field) -> Iterator[tuple[tuple[Key, int | None], ...]]:
    others = {key_of(other) for test in tests for other in other_fields(test)}
    ways = (-1, 0, 1, None) if isinstance(field.kind, MomentKind | NumberKind) else (0, 1, None)
    for chosen in product(ways, repeat=len(others)):
        yield tuple(zip(sorted(others), chosen, strict=True))


def _values(tests: Sequence[Test], field: Field, count: bool) -> Iterator[Point]:
    every = [boundary for test in tests for boundary in boundaries_of(test)]
    if isinstance(field.kind, MomentKind):
        yield from _moments([signed(boundary.shift) for boundary in every if isinstance(boundary, AtMoment)])
        return
    named = {value for boundary in every if isinstance(boundary, AmongValues) for value in boundary.values}
    bounds = {boundary.value for boundary in every if isinstance(boundary, AtValue)}
    found: Iterable[Value]
    match field.kind:
        case YesNoKind():
            found = (True, False)
        case ChoiceKind(values=words):
            found = words
        case ListKind():
            found = _lists(sorted(map(str, named)))
        case DayTimeKind():
            near = {0, DAY - 1} | {int(bound) + step for bound in bounds for step in (-1, 0)}
            found = sorted(one for one in near if 0 <= one < DAY)
        case NumberKind() if count:
            found = _counts(bounds | _numbers(named))
        case _ if bounds or _numbers(named):
            found = _around(bounds | _numbers(named))
        case _:
            found = (*sorted(map(str, named)), _OTHER)
    yield from (Point(True, value) for value in found)


def _numbers(named: Iterable[bool | str | int | float]) -> set[int | float]:
    return {one for one in named if isinstance(one, int | float) and not isinstance(one, bool)}


def _counts(bounds: set[int | float]) -> list[Value]:
    whole = {0, 1} | {int(bound) + step for bound in bounds for step in (-1, 0, 1)}
    return sorted(one for one in whole if one >= 0)  # type: ignore[return-value]


def _around(bounds: set[int | float]) -> list[Value]:
    """The bounds, what lies between two of them, and what lies beyond all."""
    ordered = sorted(bounds)
    between = [(low + high) / 2 for low, high in pairwise(ordered)]
    return [ordered[0] - 1, *ordered, *between, ordered[-1] + 1]


def _lists(named: list[str]) -> Iterator[tuple[str, ...]]:
    if len(named) > _MOST_IN_LIST:
        raise TooHard
    for count in range(len(named) + 1):
        for chosen in combinations(named, count):
            yield chosen
            yield (*chosen, _OTHER)


def _moments(bounds: Sequence[tuple[int, bool]]) -> Iterator[Point]:
    """Every way to lie before, on and after each bound, in elapsed time and in business days."""
    elapsed = {amount for amount, business in bounds if not business} | {0}
    counts = sorted({amount for amount, business in bounds if business})
    elapsed |= {_least(count) for count in counts if count > 0}
    ages = sorted({age + step for age in elapsed for step in (-1, 0, 1)})
    stands = sorted({count + half for count in counts for half in (-0.5, 0.0, 0.5)}) or [0.0]
    for age, days in product(ages, stands):
        if all(_fit(age, days, count) for count in counts):
            yield Point(True, age=age, days=days)


def _least(count: int) -> int:
    """How long so many business days are at least, with clocks put forward on the way."""
    return count * DAY - 2 * HOUR


def _fit(age: int, days: float, count: int) -> bool:
    """Whether a moment of this age can stand there: business days are never shorter than as many days."""
    if days >= count:
        return age >= _least(count) if count > 0 else age >= 0 or count < 0
    return age < 0 or count >= 0


def signed(shift: Shift) -> tuple[int, bool]:
    """The length of a shift, negative where it leads back, and whether it is in business days (else in seconds)."""
    length = shift.length
    amount = length.count if isinstance(length, BusinessDays) else length.seconds
    return -amount if shift.back else amount, isinstance(length, BusinessDays)


# --- tests ---


def holds_at(test: Test, point: Point) -> bool:
    """Whether a test holds of a stretch of values."""
    return (point.known and all(_predicate(one, point) for one in test.predicates)) != test.negated


def _predicate(predicate: Predicate, point: Point) -> bool:
    value = point.value
    match predicate:
        case Known():
            return True
        case IsIn(values=values):
            return any(one in values for one in value) if isinstance(value, tuple) else value in values
        case Filled(filled=filled):
            return bool(value) == filled
        case Compare(op=op, value=bound):
            assert isinstance(value, int | float)  # only numbers and durations are compared
            return _compares(value, op, bound)
        case DayTimeBetween(low=low, high=high):
            assert isinstance(value, int)  # a time of day
            return low <= value <= high if low <= high else value >= low or value <= high
        case NowIs(op=op, shift=shift):
            amount, business = signed(shift)
            return _compares(point.days if business else point.age, op, amount)
        case Relates(op=op, other=other):
            sign = dict(point.signs)[key_of(other)]
            return sign is not None and (sign == 0 if op == "==" else _compares(sign, op, 0))
        case _:
            assert_never(predicate)


def _compares(left: float, op: str, right: float) -> bool:
    match op:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def drop(condition: Condition, test: Test) -> Condition:
    """The condition without a test: where all must hold, what is left must; an alternative is one less."""
    if condition is test:
        return AllOf(())
    if isinstance(condition, Test):
        return condition
    kept = tuple(drop(one, test) for one in condition.members if one is not test)
    return type(condition)(kept)
