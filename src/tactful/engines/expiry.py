"""When a condition can change by itself: the next instant at which a test on time may flip.

Between two such instants nothing that depends on ``now`` changes, so deciding once for each interval is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple, assert_never

from tactful.engines.evaluate import Environment, Evaluator, row_of
from tactful.facts.kinds import DAY
from tactful.facts.rows import Row, own_calendar
from tactful.language.ir import (
    Aggregate,
    ComputedFact,
    Condition,
    Field,
    Rule,
    Test,
    WhenFact,
)
from tactful.language.ir.boundaries import (
    AmongValues,
    AtField,
    AtMoment,
    AtValue,
    Boundary,
    boundaries_of,
    clock_times,
    turns_at_midnight,
)
from tactful.language.ir.clockwork import Clockwork

#: How far ahead a deadline is looked for: a rule that still fires then has none. The pack's own longest spans are weeks.
HORIZON: Final = 366 * DAY
#: The same for rules that look at a local clock, which turns several times a day: a year of that would take seconds.
CLOCK_HORIZON: Final = 21 * DAY


class Turn(NamedTuple):
    """An instant at which a test may change: the first second at which it is different, and the boundary people name.

    ``now <= t`` is different from ``t + 1`` on, but its boundary is ``t``.
    """

    first: int
    boundary: int


def fires(rule: Rule, env: Environment, evaluator: Evaluator) -> bool:
    """Whether the rule fires at the evaluator's ``now``."""
    return evaluator.holds(rule.when, env) and not evaluator.holds(rule.unless, env)


def horizon(rule: Rule, facts: Mapping[str, ComputedFact]) -> int:
    """How far ahead, in seconds, the end of a rule is looked for."""
    return CLOCK_HORIZON if Clockwork(facts).looks_at_clocks(rule) else HORIZON


def fires_until(rule: Rule, row: Row, evaluator: Evaluator) -> int | None:
    """The moment at which a rule that fires now would stop by time alone; ``None`` where it does not within its horizon."""
    env = evaluator.environment(rule.entity, row)
    end = evaluator.now + horizon(rule, evaluator.facts)
    while True:
        turn = min((one for one in rule_turns(rule, env, evaluator) if one.first > evaluator.now), default=None)
        if turn is None or turn.first > end:
            return None
        evaluator = evaluator.at(turn.first)
        if not fires(rule, env, evaluator):
            return turn.boundary


def fires_since(rule: Rule, row: Row, evaluator: Evaluator) -> int | None:
    """The moment since which a rule that fires now has fired by time alone; ``None`` where that is beyond its horizon."""
    env = evaluator.environment(rule.entity, row)
    end = evaluator.now - horizon(rule, evaluator.facts)
    while True:
        turn = max((one for one in rule_turns(rule, env, evaluator) if one.first <= evaluator.now), default=None)
        if turn is None or turn.first < end:
            return None
        evaluator = evaluator.at(turn.first - 1)
        if not fires(rule, env, evaluator):
            return turn.boundary


def rule_turns(rule: Rule, env: Environment, evaluator: Evaluator) -> Iterator[Turn]:
    """All flips of a rule's tests, before ``now`` and after."""
    yield from _turns(rule.when, env, evaluator)
    yield from _turns(rule.unless, env, evaluator)


def _turns(condition: Condition, env: Environment, evaluator: Evaluator) -> Iterator[Turn]:
    if not isinstance(condition, Test):
        for member in condition.members:
            yield from _turns(member, env, evaluator)
        return
    yield from _of_field(condition.field, env, evaluator)
    times = clock_times(condition)
    if times:
        yield from _of_clock(condition.field, env, evaluator, times)
    for boundary in boundaries_of(condition):
        yield from _of_boundary(boundary, condition.field, env, evaluator)


def _of_boundary(boundary: Boundary, field: Field, env: Environment, evaluator: Evaluator) -> Iterator[Turn]:
    match boundary:
        case AtMoment():
            yield from _of_moment(boundary, field, env, evaluator)
        case AtField(other=other):
            yield from _of_field(other, env, evaluator)
            yield from _of_clock_shown(field, other, env, evaluator)
            yield from _of_clock_shown(other, field, env, evaluator)
        case AtValue() | AmongValues():
            pass  # only a field that changes passes these
        case _:
            assert_never(boundary)


def _of_moment(boundary: AtMoment, field: Field, env: Environment, evaluator: Evaluator) -> Iterator[Turn]:
    value = evaluator.value(field, env)
    if value is not None:
        moment = evaluator.shifted(value, boundary.shift, field, env)
        yield Turn(boundary.first(moment), moment)


def _of_field(field: Field, env: Environment, evaluator: Evaluator) -> Iterator[Turn]:
    """Flips of what a field itself depends on: a computed fact's conditions, the clock."""
    row = row_of(field, env)
    if row is None:
        return
    if turns_at_midnight(field):
        yield from _of_clock(field, env, evaluator, (0,))
    if field.origin != "computed":
        return
    fact = evaluator.facts[field.key]
    inner = evaluator.environment(fact.entity, row)
    match fact:
        case WhenFact():
            yield from _turns(fact.condition, inner, evaluator)
        case Aggregate():
            for one in evaluator.collection(fact, row, inner):
                yield from _turns(fact.where, one, evaluator)
                if fact.value is not None:
                    yield from _of_field(fact.value, one, evaluator)
        case _:
            assert_never(fact)


def _of_clock_shown(clock: Field, other: Field, env: Environment, evaluator: Evaluator) -> Iterator[Turn]:
    """When a clock comes to show the time of day that another field holds, and when no longer."""
    shown = evaluator.value(other, env)
    if clock.origin == "clock" and isinstance(shown, int):
        two_clocks = other.origin == "clock"  # they go along with each other until one is put forward or back
        yield from _of_clock(clock, env, evaluator, () if two_clocks else (shown, shown + 1))


def _of_clock(field: Field, env: Environment, evaluator: Evaluator, times: tuple[int, ...]) -> Iterator[Turn]:
    """When a local clock shows one of ``times`` (seconds of the day), or is put forward or back, around ``now``."""
    row = row_of(field, env)
    if row is None:
        return
    calendar, now = own_calendar(row), evaluator.now
    today = calendar.local(now).date()
    for days in (-2, -1, 0, 1, 2):
        for seconds in times:
            naive = datetime.combine(today, time()) + timedelta(days=days, seconds=seconds)
            for fold in (0, 1):
                first = calendar.instant(naive.replace(fold=fold))
                yield Turn(first, first)
    around = (
        3 * DAY if times else CLOCK_HORIZON
    )  # where no time of day comes up, the search would end before the change
    for change in calendar.clock_changes(now - around, now + around):
        yield Turn(change, change)
