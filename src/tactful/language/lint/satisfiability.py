"""Whether conditions on a row can hold at once, and whether a condition follows from others.

The tests of a field divide its values into stretches: within a stretch, every test has the same result. A point stands for
each stretch, and trying all points gives the exact answer for a single field. Fields count as independent of each other, and
computed facts as given. So a combination that is called impossible is impossible, but the converse does not hold.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import combinations, pairwise, product
from typing import Final, Literal, NamedTuple, assert_never

from tactful.facts.kinds import (
    DAY,
    HOUR,
    BusinessDays,
    ChoiceKind,
    CountryKind,
    DateKind,
    DayTimeKind,
    ListKind,
    MomentKind,
    NumberKind,
    TextKind,
    Value,
    YesNoKind,
)
from tactful.facts.texts import folded
from tactful.facts.working_time import DayRange
from tactful.language.ir import (
    AllOf,
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
    Shift,
    Test,
    TextHas,
    YearlyBetween,
)
from tactful.language.ir.boundaries import (
    AmongValues,
    AtDay,
    AtDayOfYear,
    AtMoment,
    AtValue,
    AtWords,
    Boundary,
    boundaries_of,
    other_fields,
)
from tactful.language.ir.days import day_in_year
from tactful.language.ir.reads import tests_in

#: A field: its entity, its origin, and its name there.
Key = tuple[str, str, str]
#: A value that no test mentions.
_OTHER: Final = "\0other"
#: Limits: the values that are tried for a list, the points of a field, the fields that it is compared with, the alternatives
#: of a condition, and the steps of a search. A question beyond a limit has no answer.
_LEAP_YEAR: Final = 2024
_SOME_DAY: Final = date(_LEAP_YEAR, 1, 1).toordinal()
_MOST_IN_LIST: Final = 6
_MOST_POINTS: Final = 4096
_MOST_OTHERS: Final = 5
_MOST_CHOICES: Final = 100
#: The number of steps that every question counts as.
_OWN_STEPS: Final = 10
_MOST_STEPS: Final = 20_000


class Point(NamedTuple):
    """A stretch of a field's values.

    ``age`` is the age of a moment in seconds, and ``days`` its age in business days (halves lie between two of the
    lengths that tests mention), and ``day`` its day on the calendar (an ordinal). ``signs`` are the signs of comparisons with
    other fields; ``None``: that field is unknown.
    """

    known: bool
    value: Value = None
    age: int = 0
    days: float = 0.0
    day: int = 0
    signs: tuple[tuple[Key, int | None], ...] = ()


UNKNOWN: Final = Point(False)


def key_of(field: Field) -> Key:
    """The identity of a field in its scope, independent of the name that a condition uses for it."""
    return field.via[-1] if field.via else field.scope, field.origin, field.key


class TooHard(Exception):
    """The question would take too many points or steps."""


class Exhausted(Exception):
    """The steps of all questions about a pack are used up."""


class Effort:
    """Counts the steps of questions about a pack: tests and points visited. Raises :class:`Exhausted` at the limit."""

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, steps: int) -> None:
        """Count steps."""
        self._left -= steps
        if self._left < 0:
            raise Exhausted


class Logic:
    """Answers questions about conditions on rows of one entity."""

    def __init__(
        self, entity: str, conditions: Iterable[Condition], counts: Container[str] = (), effort: Effort | None = None
    ) -> None:
        """``counts`` are the ids of the computed facts that count rows: their values are whole and not negative."""
        self._effort = effort
        self._take(_OWN_STEPS)
        tests: dict[Key, list[Test]] = {}
        for condition in conditions:
            for test in tests_in(condition):
                tests.setdefault(key_of(test.field), []).append(test)
        #: All stretches of each field, as an integer with a bit for each. A field with too many stretches is left out.
        self.points: dict[Key, tuple[Point, ...]] = {}
        for key, group in tests.items():
            with suppress(TooHard):
                self._take(len(group))
                self.points[key] = points(group, entity, group[0].field.key in counts)
                self._take(len(self.points[key]))
        self._masks: dict[Test, int] = {}
        self._steps = 0

    def _take(self, steps: int) -> None:
        if self._effort is not None:
            self._effort.take(steps)

    def mask(self, test: Test) -> int:
        """The stretches in which a test holds, one bit for each."""
        mask = self._masks.get(test)
        if mask is None:
            among = self.points[key_of(test.field)]
            self._take(len(among))
            mask = self._masks[test] = sum(1 << no for no, point in enumerate(among) if holds_at(test, point))
        return mask

    def possible(self, *conditions: Condition) -> bool:
        """Whether all of the conditions can hold at once. A question that is too hard counts as possible."""
        self._steps = 0
        try:
            return self._search([normal(condition, True) for condition in conditions], {})
        except TooHard:
            return True

    def follows(self, condition: Condition, *given: Condition) -> bool:
        """Whether a condition holds wherever the given ones do."""
        return not self.possible(*given, NoneOf((condition,)))

    def same(self, left: Condition, right: Condition) -> bool:
        """Whether two conditions hold for the same rows."""
        return self.follows(left, right) and self.follows(right, left)

    def _search(self, todo: list[Node], left: Mapping[Key, int]) -> bool:
        """Whether some choice of alternatives leaves at least one stretch of every field."""
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise TooHard
        self._take(len(left))
        left = dict(left)
        choices: list[Node] = []
        todo = list(todo)
        while todo:
            node = todo.pop()
            self._take(1)
            match node.how:
                case "test":
                    assert node.test is not None  # the node is a test
                    key = key_of(node.test.field)
                    if key not in self.points:
                        continue
                    self._take(len(self.points[key]) // 64)
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
        if len(choices) > _MOST_CHOICES:
            raise TooHard
        first, *others = sorted(choices, key=lambda choice: len(choice.members))
        return any(self._search([member, *others], left) for member in first.members)


class Node(NamedTuple):
    """A condition in normal form: only tests are negated."""

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
    return Node("all" if every else "any", None, True, tuple(normal(member, inner) for member in condition.members))


# --- points ---


def points(tests: Sequence[Test], entity: str, count: bool = False) -> tuple[Point, ...]:
    """A point for every stretch of values in which all tests of a field have the same results."""
    field = tests[0].field
    if len({key_of(other) for test in tests for other in other_fields(test)}) > _MOST_OTHERS:
        raise TooHard
    signs = list(_signs(tests, field))
    values = list(_values(tests, field, count))
    if len(signs) * len(values) > _MOST_POINTS:
        raise TooHard
    known = [value._replace(signs=sign) for value in values for sign in signs]
    return (UNKNOWN, *known) if _may_be_unknown(field, entity) else tuple(known)


def _may_be_unknown(field: Field, entity: str) -> bool:
    """Whether the field may be unknown. A computed yes/no or number is always known, unless its row may be missing."""
    computed = field.origin == "computed" and not field.derived and isinstance(field.kind, YesNoKind | NumberKind)
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
        moments = list(_moments([signed(boundary.shift) for boundary in every if isinstance(boundary, AtMoment)]))
        calendar = _days(every)
        if len(moments) * len(calendar) > _MOST_POINTS:
            raise TooHard
        yield from (moment._replace(day=day) for moment in moments for day in calendar)
        return
    named = {value for boundary in every if isinstance(boundary, AmongValues) for value in boundary.values}
    bounds = {boundary.value for boundary in every if isinstance(boundary, AtValue)}
    values: Iterable[Value]
    match field.kind:
        case YesNoKind():
            values = (True, False)
        case ChoiceKind(values=words):
            values = words
        case ListKind():
            values = _lists(sorted(map(str, named)))
        case DateKind():
            values = _days(every)
        case CountryKind():
            values = _places(set(map(str, named)))
        case TextKind():
            sought = [boundary.predicate for boundary in every if isinstance(boundary, AtWords)]
            values = (*sorted(map(str, named)), *_texts(list(dict.fromkeys(sought))))
        case DayTimeKind():
            near = {0, DAY - 1} | {int(bound) + step for bound in bounds for step in (-1, 0)}
            values = sorted(time for time in near if 0 <= time < DAY)
        case NumberKind() if count:
            values = _counts(bounds | _numbers(named))
        case _ if bounds or _numbers(named):
            values = _around(bounds | _numbers(named))
        case _:
            values = (*sorted(map(str, named)), _OTHER)
    yield from (Point(True, value) for value in values)


def _places(named: set[str]) -> list[str]:
    """The countries that are named, or of which a subdivision is; another subdivision of each; another country."""
    countries = {name.partition("-")[0] for name in named}
    return [*sorted(named | countries), *(f"{country}-{_OTHER}" for country in sorted(countries)), _OTHER]


def _texts(words: list[TextHas]) -> Iterator[str]:
    """A text for every choice of words that are in it. Each has the words that were chosen, and none beside them."""
    if len(words) > _MOST_IN_LIST:
        raise TooHard
    for count in range(len(words) + 1):
        for chosen in combinations(words, count):
            inside = [has.words for has in chosen if has.how == "contains"]
            yield f" {_OTHER} ".join((_longest(chosen, "begins"), *inside, _longest(chosen, "ends")))


def _longest(chosen: Iterable[TextHas], how: str) -> str:
    return max((has.words for has in chosen if has.how == how), key=len, default=_OTHER)


def _days(boundaries: Sequence[Boundary]) -> list[int]:
    """Each day at which a date begins or ceases to lie in a range, and the days beside it.

    Days of every year are tried in each year in which days of single years lie, and in two years around them.
    """
    days = {boundary.day for boundary in boundaries if isinstance(boundary, AtDay)}
    yearly = [boundary.day for boundary in boundaries if isinstance(boundary, AtDayOfYear)]
    if yearly:
        years = {date.fromordinal(day).year for day in days} or {_LEAP_YEAR}
        around = range(min(years) - 1, max(years) + 2)
        if len(around) * len(yearly) > _MOST_POINTS:
            raise TooHard
        days |= {day_in_year(year, day).toordinal() for year in around for day in yearly}
    return sorted({day + step for day in days for step in (-1, 0, 1)}) or [_SOME_DAY]


def _numbers(named: Iterable[bool | str | int | float]) -> set[int | float]:
    return {value for value in named if isinstance(value, int | float) and not isinstance(value, bool)}


def _counts(bounds: set[int | float]) -> list[Value]:
    whole = {0, 1} | {int(bound) + step for bound in bounds for step in (-1, 0, 1)}
    return sorted(number for number in whole if number >= 0)  # type: ignore[return-value]


def _around(bounds: set[int | float]) -> list[Value]:
    """The bounds, a value between each two of them, and a value beyond each end."""
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
    """Points before, on and after each bound, in elapsed time and in business days."""
    elapsed = {amount for amount, business in bounds if not business} | {0}
    counts = sorted({amount for amount, business in bounds if business})
    elapsed |= {_least(count) for count in counts if count > 0}
    ages = sorted({age + step for age in elapsed for step in (-1, 0, 1)})
    stands = sorted({count + half for count in counts for half in (-0.5, 0.0, 0.5)}) or [0.0]
    if len(ages) * len(stands) > _MOST_POINTS:
        raise TooHard
    for age, days in product(ages, stands):
        if all(_fit(age, days, count) for count in counts):
            yield Point(True, age=age, days=days)


def _least(count: int) -> int:
    """The fewest seconds that a number of business days can take, as clocks may be put forward in between."""
    return count * DAY - 2 * HOUR


def _fit(age: int, days: float, count: int) -> bool:
    """Whether a moment can be ``age`` seconds and ``days`` business days old. No business day is shorter than a day."""
    if days >= count:
        return age >= _least(count) if count > 0 else age >= 0 or count < 0
    return age < 0 or count >= 0


def signed(shift: Shift) -> tuple[int, bool]:
    """The length of a shift (negative: back), and whether it is in business days (otherwise: in seconds)."""
    length = shift.length
    amount = length.count if isinstance(length, BusinessDays) else length.seconds
    return -amount if shift.back else amount, isinstance(length, BusinessDays)


# --- tests ---


def holds_at(test: Test, point: Point) -> bool:
    """Whether a test holds of a stretch of values."""
    return (point.known and all(_predicate(predicate, point) for predicate in test.predicates)) != test.negated


def _predicate(predicate: Predicate, point: Point) -> bool:
    value = point.value
    match predicate:
        case Known():
            return True
        case IsIn(values=values):
            return any(word in values for word in value) if isinstance(value, tuple) else value in values
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
        case DateBetween(first=first, last=last):
            day = value if isinstance(value, int) else point.day
            return (first is None or first <= day) and (last is None or day <= last)
        case YearlyBetween(first=first, last=last):
            day = value if isinstance(value, int) else point.day
            return DayRange(first, last, yearly=True).covers(date.fromordinal(day))
        case TextHas():
            return _has_words(predicate, str(value))
        case PlaceIn(values=places):
            return str(value) in places or str(value).partition("-")[0] in places
        case _:
            assert_never(predicate)


def _has_words(has: TextHas, text: str) -> bool:
    """Whether whole words of a text are those of a predicate."""
    text = folded(text)
    for start in range(len(text) - len(has.words) + 1):
        end = start + len(has.words)
        placed = {"contains": True, "begins": start == 0, "ends": end == len(text)}[has.how]
        if placed and text[start:end] == has.words and not _joined(text, start) and not _joined(text, end):
            return True
    return False


def _joined(text: str, at: int) -> bool:
    """Whether the signs on both sides of a place in a text are letters or digits."""
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


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
    """The condition without a test."""
    if condition is test:
        return AllOf(())
    if isinstance(condition, Test):
        return condition
    kept = tuple(drop(member, test) for member in condition.members if member is not test)
    return type(condition)(kept)
