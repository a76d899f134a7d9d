"""Since when a rule has fired: the search backwards from turn to turn, with the functions of ``turning``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from tactful.facts.calendars import Calendar
from tactful.facts.kinds import Value
from tactful.facts.rows import Case, Family, Row
from tactful.language.ir import Test
from tactful.language.ir.days import day_turns

#: The turn of what never turned.
_NEVER: Final = -(1 << 62)
#: The most turns that are looked at for one rule and row.
_MOST: Final = 60


class Untold(Exception):
    """The search cannot tell since when a rule has fired; the plain search of ``engines.expiry`` can."""


class _Kept(NamedTuple):
    """The value of a fact from the turn ``low`` to the turn ``last``."""

    value: Value
    low: int
    last: int


class Past(msgspec.Struct, eq=False):
    """The object that the functions of ``turning`` run on: a case, and the turns up to which it is looked at.

    Turns are keys, see ``turning``. All turns up to ``last`` have happened, apart from ``left_out``. ``low`` is the latest
    turn that the results so far depend on. ``memo`` has the facts that time does not change, ``present`` the others as they
    are now, and ``before`` the others as they were at some moment. Not safe to share between threads.
    """

    case: Case
    families: tuple[Family, ...]
    now: int
    last: int
    low: int = _NEVER
    left_out: int = _NEVER
    memo: dict[int, Value] = msgspec.field(default_factory=dict)
    present: dict[int, _Kept] = msgspec.field(default_factory=dict)
    before: dict[int, _Kept] = msgspec.field(default_factory=dict)

    @property
    def moment(self) -> int:
        """The moment that clocks show: in seconds since 1970, UTC."""
        return self.last - 1 >> 1


def past_of(case: Case, now: int) -> Past:
    """The object for a case at ``now`` (seconds since 1970, UTC)."""
    return Past(case, case.families, now, 2 * now + 1)


#: The functions of one rule or one fact.
Turning = Callable[[Past, Row], Any]


class RuleTurns(NamedTuple):
    """How far back a rule is looked at, in seconds, and whether its turns are of both sorts, see ``turning``."""

    fires: Turning
    horizon: int
    mixed: bool


def since(past: Past, rule: RuleTurns, row: Row) -> int | None:
    """As :meth:`tactful.engines.expiry.Expiry.since`. Raises :class:`Untold` where this search cannot tell."""
    start, last = past.now - rule.horizon - 1, 2 * past.now + 1
    key = None
    for _ in range(_MOST):
        past.last, past.low = last, _NEVER
        if not rule.fires(past, row):
            break
        key = past.low
        if key >> 1 <= start:
            return None
        last = (key >> 1 << 1) - 1
    else:
        raise Untold
    if key is None:  # it does not fire now
        raise Untold
    first = key >> 1
    return first if (_at_once(past, rule, row, first) if rule.mixed else key & 1) else first - 1


def values(past: Past, function: Turning, row: Row) -> Sequence[Value]:
    """What a function of :meth:`turning.TurningFunctions.values` gives now. May raise :class:`Untold`."""
    past.last = 2 * past.now + 1
    given: Sequence[Value] = function(past, row)
    return given


def _at_once(past: Past, rule: RuleTurns, row: Row, first: int) -> bool:
    """Whether people name the first second in which a rule fires as the moment, and not the second before.

    They do unless turns of the other sort at that second alone make it fire.
    """
    alone = Past(past.case, past.families, past.now, 2 * first, memo=past.memo)
    if not rule.fires(alone, row):
        return True
    without = Past(past.case, past.families, past.now, 2 * first + 1, left_out=2 * first, memo=past.memo)
    return bool(rule.fires(without, row))


# --- what generated code calls ---


def reached(past: Past, key: int) -> bool:
    """Whether a turn has happened."""
    if key > past.last or key == past.left_out:
        return False
    if key > past.low:
        past.low = key
    return True


def clock(past: Past, calendar: Calendar, times: tuple[int, ...]) -> int:
    """The moment to read a clock at. It turns at midnight, and where it shows one of ``times`` (seconds since midnight)."""
    moment = past.moment
    midnight = calendar.plain_midnight(moment)
    if midnight is None:
        raise Untold
    passed = moment - midnight
    key = 2 * (midnight + max((time for time in times if time <= passed), default=0)) + 1
    if key > past.low:
        past.low = key
    return moment


def date_clock(past: Past, calendar: Calendar, test: Test) -> int:
    """The moment to read the date at, for a test of the date alone."""
    moment = past.moment
    turns = [turn for turn in day_turns(test, calendar, moment, moment) if turn <= moment]
    if turns and (key := 2 * max(turns) + 1) > past.low:
        past.low = key
    return moment


def remembered(past: Past, key: int, work: Turning, row: Row) -> Value:
    """The value of a fact that time changes, computed where it is not known to be the same as at another moment."""
    last = past.last
    kept = past.present.get(key)
    if kept is None or kept.low > last:
        kept = past.before.get(key)
        if kept is None or not kept.low <= last <= kept.last:
            outer, past.low = past.low, _NEVER
            kept = _Kept(work(past, row), past.low, last)
            past.low = outer
            if last == 2 * past.now + 1:
                past.present[key] = kept
            else:
                past.before[key] = kept
    if kept.low > past.low:
        past.low = kept.low
    return kept.value


#: The helpers, by the names under which generated code calls them.
TURNS: Final[Mapping[str, Callable[..., Any]]] = {
    helper.__name__: helper for helper in (reached, clock, date_clock, remembered)
}
