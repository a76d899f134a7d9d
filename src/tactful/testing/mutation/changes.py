"""The changes that can be made to a condition: thresholds, units, comparisons, values, negation, tests left out."""

from __future__ import annotations

from collections.abc import Container, Iterator
from operator import is_
from typing import Final, assert_never

import msgspec

from tactful.facts.dates import format_date
from tactful.facts.kinds import (
    DAY,
    HOUR,
    MINUTE,
    WEEK,
    BusinessDays,
    Duration,
    DurationKind,
    Elapsed,
    Kind,
    format_day_time,
    format_duration,
)
from tactful.language.ir import (
    HERE,
    Compare,
    Condition,
    DateBetween,
    DayTimeBetween,
    Filled,
    IsIn,
    Known,
    NowIs,
    PlaceIn,
    Predicate,
    Relates,
    Shift,
    Test,
    TextHas,
    YearlyBetween,
)
from tactful.language.ir.reads import tests_in
from tactful.language.lint.satisfiability import Logic
from tactful.language.phrases.text import AMOUNT_ORDERS, MOMENT_ORDERS
from tactful.language.terms import OPPOSITE, Order

replace = msgspec.structs.replace
#: The operator, the change in words, and the changed test (``None``: the test is removed).
Change = tuple[str, str, Test | None]

_STRICT: Final[dict[Order, Order]] = {">=": ">", ">": ">=", "<=": "<", "<": "<="}
_WORDS: Final[dict[Order, str]] = {order: words for words, order in AMOUNT_ORDERS.items()}
_BESIDE: Final[dict[Order, str]] = {order: words for words, order in MOMENT_ORDERS.items()}


def test_changes(test: Test) -> Iterator[Change]:
    """All changes of a test by one step, except removing it."""
    yield "condition negated", " is negated", replace(test, negated=not test.negated)
    for no, predicate in enumerate(test.predicates):
        if len(test.predicates) > 1 and isinstance(predicate, NowIs) and predicate.shift == HERE:
            continue  # `at most 2 days ago` also means past, which is not written in the pack
        for operator, change, changed in _predicate_changes(predicate, test.field.kind):
            predicates = (*test.predicates[:no], changed, *test.predicates[no + 1 :])
            yield operator, f": {change}", replace(test, predicates=predicates)


def _predicate_changes(predicate: Predicate, kind: Kind) -> Iterator[tuple[str, str, Predicate]]:
    match predicate:
        case NowIs(op=op, shift=shift):
            for operator, change, length in length_changes(shift.length):
                yield operator, change, NowIs(op, Shift(length, shift.back))
            for other in (_STRICT[op], OPPOSITE[op]):
                yield "comparison", f"{_WORDS[op]} → {_WORDS[other]}", NowIs(other, shift)
        case Compare(op=op, value=value):
            for operator, change, number in _number_changes(value, kind):
                yield operator, change, Compare(op, number)
            for other in (_STRICT[op], OPPOSITE[op]):
                yield "comparison", f"{_WORDS[op]} → {_WORDS[other]}", Compare(other, value)
        case Relates(op=op, other=against) if op != "==":
            for other in (_STRICT[op], OPPOSITE[op]):
                yield "comparison", f"{_BESIDE[op]} → {_BESIDE[other]}", Relates(other, against)
        case DayTimeBetween(low=low, high=high):
            for step in (HOUR, -HOUR):
                operator = _up_or_down(step)
                if 0 <= low + step < DAY:
                    yield operator, _clock(low, low + step), DayTimeBetween(low + step, high)
                if 0 <= high + step < DAY:
                    yield operator, _clock(high, high + step), DayTimeBetween(low, high + step)
        case IsIn(values=values):
            yield from _value_changes(values, kind)
        case PlaceIn(values=places):
            for no, place in enumerate(places):
                others = (*places[:no], *places[no + 1 :])
                if others:
                    yield "value dropped", f"`{place}` is left out", PlaceIn(others)
        case DateBetween(first=first, last=last):
            for step in (1, -1):
                if first is not None:
                    yield _up_or_down(step), _dates(first, first + step), DateBetween(first + step, last)
                if last is not None:
                    yield _up_or_down(step), _dates(last, last + step), DateBetween(first, last + step)
        case Relates() | Known() | Filled() | TextHas() | YearlyBetween():
            pass  # the opposite of the whole test is tried in any case
        case _:
            assert_never(predicate)


def _value_changes(values: tuple[bool | str | int | float, ...], kind: Kind) -> Iterator[tuple[str, str, Predicate]]:
    for no, value in enumerate(values):
        others = (*values[:no], *values[no + 1 :])
        if others:
            yield "value dropped", f"`{value}` is left out", IsIn(others)
        if isinstance(value, int | float) and not isinstance(value, bool):
            for operator, change, number in _number_changes(value, kind):
                yield operator, change, IsIn((*values[:no], number, *values[no + 1 :]))


def _number_changes(value: int | float, kind: Kind) -> Iterator[tuple[str, str, int | float]]:
    if isinstance(kind, DurationKind):
        for operator, change, length in length_changes(Elapsed(int(value))):
            if isinstance(length, Elapsed):
                yield operator, change, length.seconds
        return
    for step in (1, -1):
        yield _up_or_down(step), f"{value:g} → {value + step:g}", value + step


def length_changes(length: Duration) -> Iterator[tuple[str, str, Duration]]:
    """A length of time one unit up and down, and in another unit. A length of 0 seconds has no changes."""
    changes: list[tuple[str, Duration]] = []
    match length:
        case BusinessDays(count=count):
            changes = [("threshold up", BusinessDays(count + 1)), ("unit", Elapsed(count * DAY))]
            if count:
                changes.append(("threshold down", BusinessDays(count - 1)))
        case Elapsed(seconds=0):
            pass
        case Elapsed(seconds=seconds):
            unit = next(
                size
                for size in (WEEK, DAY, HOUR, MINUTE, 1)
                if seconds % size == 0 and seconds != size * (size == WEEK)
            )
            changes = [("threshold up", Elapsed(seconds + unit)), ("threshold down", Elapsed(seconds - unit))]
            if seconds % DAY == 0:
                changes.append(("unit", BusinessDays(seconds // DAY)))
            elif unit in (HOUR, MINUTE):
                changes.append(("unit", Elapsed(seconds // unit * (DAY if unit == HOUR else HOUR))))
    for operator, changed in changes:
        yield operator, f"{format_duration(length)} → {format_duration(changed)}", changed


def _up_or_down(step: int) -> str:
    return "threshold up" if step > 0 else "threshold down"


def _dates(before: int, after: int) -> str:
    return f"{format_date(before)} → {format_date(after)}"


def _clock(before: int, after: int) -> str:
    return f"{format_day_time(before)} → {format_day_time(after)}"


# --- conditions ---


def condition_changes(
    condition: Condition, default: Condition, entity: str, counts: Container[str]
) -> Iterator[tuple[Test, str, str, Condition]]:
    """Every change of one test in a condition: the test, the operator, the change in words, the changed condition.

    ``default`` is the condition with nothing in it.
    """
    for test in tests_in(condition):
        kept: list[Condition] = [condition]
        for operator, change, instead in (*_dropped(), *test_changes(test)):
            changed = _swap(condition, test, instead, default)
            logic = Logic(entity, [*kept, changed], counts)
            if any(logic.same(other, changed) for other in kept):
                continue
            kept.append(changed)
            yield test, operator, f"`{test.field.text}: {test.text}`{change}", changed


def _dropped() -> Iterator[Change]:
    yield "condition dropped", " is left out", None


def _swap(condition: Condition, test: Test, instead: Test | None, default: Condition) -> Condition:
    """The condition with a test replaced by another, or removed. Parts without the test stay the same objects."""
    if condition is test:
        return default if instead is None else instead
    if isinstance(condition, Test):
        return condition
    kept = tuple(
        _swap(member, test, instead, default)
        for member in condition.members
        if member is not test or instead is not None
    )
    same = len(kept) == len(condition.members) and all(map(is_, kept, condition.members))
    return condition if same else type(condition)(kept)
