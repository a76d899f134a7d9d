"""The moments at which conditions on local clocks change."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from tactful.engines.courses import Steps
from tactful.engines.evaluate import Environment, Evaluator, clock_value, row_of
from tactful.facts.calendars import Calendar
from tactful.facts.kinds import DAY, Value
from tactful.facts.rows import own_calendar
from tactful.language.ir import Test
from tactful.language.ir.boundaries import clock_times, other_fields, turns_at_midnight


class Clocks:
    """The local clocks of a case, from ``start`` to ``last`` (seconds since 1970, UTC, both included)."""

    def __init__(self, evaluator: Evaluator, start: int, last: int, steps: Steps) -> None:
        """``steps`` counts the moments at which a clock may change a test."""
        self._evaluator, self._start, self._last, self._steps = evaluator, start, last, steps
        # Calendars are used in keys by their identity. The case keeps them alive.
        #: The value of a clock's field, by the field, the calendar and the moment.
        self._values: dict[tuple[str, int, int], Value] = {}
        #: The turns of a group of tests, by the calendar and the tests. Many rules have the same tests of a clock.
        self._turns: dict[tuple[object, ...], Sequence[int]] = {}

    def turns(self, tests: Sequence[Test], env: Environment, start: int, last: int) -> Iterator[int]:
        """The moments after ``start`` and up to ``last`` at which ``tests`` begin, or cease, to hold all together.

        :func:`reads_a_clock` must hold of each test. Tests of different clocks are not combined.
        """
        groups: dict[int, tuple[Calendar, list[Test]]] = {}
        for test in tests:
            row = row_of(test.field, env)
            if row is not None:
                calendar = own_calendar(row)
                groups.setdefault(id(calendar), (calendar, []))[1].append(test)
        for calendar, group in groups.values():
            key = (id(calendar), *((test.field.key, test.predicates, test.negated) for test in group))
            turns = self._turns.get(key)
            if turns is None:
                turns = self._turns[key] = self._turns_of(group, calendar, env)
            yield from turns[bisect_right(turns, start) : bisect_right(turns, last)]

    def _turns_of(self, tests: list[Test], calendar: Calendar, env: Environment) -> list[int]:
        moments = {moment for test in tests for moment in self._moments(test, calendar)}
        self._steps.spend(len(moments) * len(tests))
        return [
            moment
            for moment in sorted(moments)
            if self._hold(tests, calendar, env, moment) != self._hold(tests, calendar, env, moment - 1)
        ]

    def _hold(self, tests: list[Test], calendar: Calendar, env: Environment, moment: int) -> bool:
        return all(self._evaluator.holds_of(test, self._value(test.field.key, calendar, moment), env) for test in tests)

    def _value(self, field: str, calendar: Calendar, moment: int) -> Value:
        key = (field, id(calendar), moment)
        value = self._values.get(key)
        if value is None:
            value = self._values[key] = clock_value(field, calendar, moment)
        return value

    def _moments(self, test: Test, calendar: Calendar) -> Iterator[int]:
        """The moments at which a test of a clock may turn."""
        midnight = (0,) if turns_at_midnight(test.field) else ()
        return self.times(calendar, (*midnight, *clock_times(test)))

    def times(self, calendar: Calendar, times: Iterable[int]) -> Iterator[int]:
        """The moments at which a clock shows one of ``times`` (seconds since midnight), or is put forward or back."""
        for time in times:
            yield from calendar.times(self._start, self._last, time)
        yield from calendar.clock_changes(self._start - DAY, self._last + DAY)


def reads_a_clock(test: Test) -> bool:
    """Whether a test reads a local clock, and does not compare it with another field."""
    return test.field.origin == "clock" and not other_fields(test)
