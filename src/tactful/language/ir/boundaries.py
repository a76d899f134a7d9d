"""Boundaries: the moments and values at which the truth of a predicate may turn.

Plans, deadlines, questions and drawn cases need to know nothing else about a predicate. Engines do not use boundaries: each
engine reads predicates in its own way, so that engines can be compared with each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from tactful.language.ir import (
    Checked,
    Compare,
    DateBetween,
    DayTimeBetween,
    Field,
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


class AtMoment(Checked, frozen=True):
    """Turns as time passes the field's moment, moved by ``shift``: at that second, or (``after``) one second later."""

    shift: Shift
    after: bool

    def first(self, moment: int) -> int:
        """The first second (since 1970) on the far side of the shifted ``moment``."""
        return moment + 1 if self.after else moment


class AtValue(Checked, frozen=True):
    """Turns as the field's value passes this number (seconds for a duration, seconds since midnight for a time of day)."""

    value: int | float


class AmongValues(Checked, frozen=True):
    """Turns as the field's value becomes one of ``values``, or ceases to be one of them."""

    values: tuple[bool | str | int | float, ...]


class AtWords(Checked, frozen=True):
    """Turns as the text comes to contain these words, to begin with them or to end with them, or ceases to."""

    predicate: TextHas


class AtDay(Checked, frozen=True):
    """Turns as the field's day becomes this one (an ordinal)."""

    day: int


class AtDayOfYear(Checked, frozen=True):
    """Turns as the field's day becomes this one of any year, or the one after it: see :class:`YearlyBetween`."""

    day: int


class AtField(Checked, frozen=True):
    """Turns as the field's value passes that of ``other``."""

    other: Field


Boundary = AtMoment | AtValue | AmongValues | AtWords | AtDay | AtDayOfYear | AtField


def boundaries(predicate: Predicate) -> tuple[Boundary, ...]:
    """The boundaries of a predicate, apart from those between a known and an unknown field, which every predicate has."""
    match predicate:
        case NowIs(op=op, shift=shift):
            return (AtMoment(shift, after=op in (">", "<=")),)
        case Compare(value=value):
            return (AtValue(value),)
        case DayTimeBetween(low=low, high=high):
            return AtValue(low), AtValue(high + 1)
        case IsIn(values=values) | PlaceIn(values=values):
            return (AmongValues(values),)
        case TextHas():
            return (AtWords(predicate),)
        case DateBetween(first=first, last=last):
            return tuple(AtDay(day) for day in (first, None if last is None else last + 1) if day is not None)
        case YearlyBetween(first=first, last=last):
            return AtDayOfYear(first), AtDayOfYear(last)
        case Relates(other=other):
            return (AtField(other),)
        case Known() | Filled():
            return ()
        case _:
            assert_never(predicate)


def boundaries_of(test: Test) -> Iterator[Boundary]:
    """The boundaries of all predicates of a test."""
    for predicate in test.predicates:
        yield from boundaries(predicate)


def other_fields(test: Test) -> tuple[Field, ...]:
    """The fields with which a test compares its own: those of its boundaries, which take five times as long to list."""
    return tuple([predicate.other for predicate in test.predicates if type(predicate) is Relates])


def turns_at_midnight(field: Field) -> bool:
    """Whether a field is about the local day, so that its value may change at midnight."""
    return field.origin == "clock" and field.key != "local_time"


def clock_times(test: Test) -> tuple[int, ...]:
    """The times of day (seconds since midnight) with which a test compares a local clock. Empty for other fields.

    Times that another field holds are left out, because they differ from row to row.
    """
    if test.field.origin != "clock":
        return ()
    return tuple(int(boundary.value) for boundary in boundaries_of(test) if isinstance(boundary, AtValue))
