"""When conditions on local clocks change: each group of tests that hold together is looked at once for each clock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from tactful.engines.evaluate import Environment, Evaluator, clock_value, row_of
from tactful.facts.calendars import Calendar
from tactful.facts.kinds import DAY, Value
from tactful.facts.rows import own_calendar
from tactful.language.ir import Test
from tactful.language.ir.boundaries import clock_times, other_fields, turns_at_midnight


class Clocks:
    """The local clocks of a case, from ``start`` to ``last`` (seconds since 1970, both included)."""

    def __init__(self, evaluator: Evaluator, start: int, last: int) -> None:
        self._evaluator, self._start, self._last = evaluator, start, last
        #: What clocks show: by the field, the calendar (by identity) and the moment.
        self._shown: dict[tuple[str, int, int], Value] = {}
        #: By the calendar (by identity, the case keeps it alive) and what the tests ask: rules often ask the same.
        self._flips: dict[tuple[object, ...], Sequence[int]] = {}

    def flips(self, tests: Sequence[Test], env: Environment, start: int, last: int) -> Iterator[int]:
        """The moments after ``start`` and up to ``last`` at which ``tests`` begin, or cease, to hold all together.

        The tests are ones that :func:`asks_a_clock`. Those of different clocks are looked at apart.
        """
        groups: dict[int, tuple[Calendar, list[Test]]] = {}
        for test in tests:
            row = row_of(test.field, env)
            if row is not None:
                calendar = own_calendar(row)
                groups.setdefault(id(calendar), (calendar, []))[1].append(test)
        for calendar, group in groups.values():
            key = (id(calendar), *((test.field.key, test.predicates, test.negated) for test in group))
            found = self._flips.get(key)
            if found is None:
                found = self._flips[key] = self._looked_at(group, calendar, env)
            yield from found[bisect_right(found, start) : bisect_right(found, last)]

    def _looked_at(self, tests: list[Test], calendar: Calendar, env: Environment) -> list[int]:
        moments = {moment for test in tests for moment in self._moments(test, calendar)}
        return [
            one
            for one in sorted(moments)
            if self._hold(tests, calendar, env, one) != self._hold(tests, calendar, env, one - 1)
        ]

    def _hold(self, tests: list[Test], calendar: Calendar, env: Environment, moment: int) -> bool:
        return all(self._evaluator.holds_of(test, self._value(test.field.key, calendar, moment), env) for test in tests)

    def _value(self, field: str, calendar: Calendar, moment: int) -> Value:
        key = (field, id(calendar), moment)
        value = self._shown.get(key)
        if value is None:
            value = self._shown[key] = clock_value(field, calendar, moment)
        return value

    def _moments(self, test: Test, calendar: Calendar) -> Iterator[int]:
        """The moments at which a test of a clock may turn."""
        midnight = (0,) if turns_at_midnight(test.field) else ()
        return self.times(calendar, (*midnight, *clock_times(test)))

    def times(self, calendar: Calendar, seconds: Iterable[int]) -> Iterator[int]:
        """When a clock shows one of these times of day (seconds since midnight), and when it is put forward or back."""
        for one in seconds:
            yield from calendar.times(self._start, self._last, one)
        yield from calendar.clock_changes(self._start - DAY, self._last + DAY)


def asks_a_clock(test: Test) -> bool:
    """Whether a test asks a clock, and compares it with nothing but what the rule itself says."""
    return test.field.origin == "clock" and not other_fields(test)
