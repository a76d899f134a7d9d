"""Since when and until when a rule fires: the search from turn to turn, with the functions of ``turning``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from tactful.facts.calendars import Calendar
from tactful.facts.kinds import DAY, Value
from tactful.facts.rows import Case, Row
from tactful.language.ir import Test
from tactful.language.ir.days import day_turns

#: The next turn where there is none.
NO_TURN: Final = 1 << 61
#: The turns before and after all others.
FIRST: Final = -(1 << 62)
LAST: Final = 1 << 62
#: The most rows of a case that is searched in this way. The plain search counts its steps, and stops where they are
#: too many.
SMALL: Final = 400
#: The most turns that are examined for a rule and a row.
_MOST: Final = 60


class Untold(Exception):
    """The search cannot tell since when a rule has fired; the plain search of ``engines.expiry`` can."""


#: The value of a fact, the turn from which and the turn until which it has it.
Kept = tuple[Value, int, int]


class Past:
    """The object that the functions of ``turning`` run on: a case, and the turns up to which it is searched.

    Turns are keys, see ``turning``. All turns up to ``last`` have happened, apart from ``left_out``; up to ``today``, they have
    happened at ``now``. The results so far hold from ``low``, the latest turn that they depend on, until ``high``, the next one.
    ``memo`` has the facts that time does not change, ``present`` the others as they are now, and ``other`` the others as they
    are at some other moment. ``moments`` has the JSON of moments, which an answer says often. Not safe to share between threads.

    It is no ``Struct``, because the functions set ``low`` and ``high`` all the time. A slot is set in a sixth of the time.
    """

    __slots__ = (
        "case",
        "families",
        "high",
        "last",
        "left_out",
        "low",
        "memo",
        "moments",
        "now",
        "other",
        "present",
        "today",
    )

    def __init__(
        self, case: Case, now: int, memo: dict[int, Value] | None = None, present: dict[int, Kept] | None = None
    ) -> None:
        """``now`` is in seconds since 1970 (UTC). ``memo`` and ``present`` have what is known already."""
        self.case, self.families, self.now = case, case.families, now
        self.today: int = 2 * now + 1
        self.last, self.low, self.high, self.left_out = self.today, FIRST, LAST, FIRST
        self.memo: dict[int, Value] = {} if memo is None else memo
        self.present: dict[int, Kept] = {} if present is None else present
        self.other: dict[int, Kept] = {}
        self.moments: dict[Value, bytes] = {None: b"null"}

    @property
    def moment(self) -> int:
        """The moment that clocks show: in seconds since 1970, UTC."""
        return self.last - 1 >> 1


#: The functions of one rule, of one fact, or of several values.
Turning = Callable[[Past, Row], Any]


class RuleTurns(msgspec.Struct, frozen=True):
    """How to compute since when and until when a rule fires that fires now. ``fires`` says whether it fires at some
    other time as well, ``horizon`` how far the search goes in seconds, and ``mixed`` whether its turns are of both
    sorts, see ``turning``. ``opened`` gives a turn that has happened and before which the rule did not fire, the
    latest that is known at once. The turns that it reports may have been without effect. ``still``: time does not
    change whether it fires.
    """

    fires: Turning
    opened: Callable[[Past, Row], int]
    horizon: int
    mixed: bool
    still: bool = False


def since(past: Past, rule: RuleTurns, row: Row) -> int | None:
    """As :meth:`tactful.engines.expiry.Expiry.since`. Raises :class:`Untold` where this search cannot tell."""
    start = past.now - rule.horizon - 1
    past.last, past.low = past.today, FIRST
    sure = rule.opened(past, row)
    if sure >= past.low:
        first = sure >> 1
        return None if first <= start else first if sure & 1 else first - 1
    low = past.low
    for _ in range(_MOST):
        if low >> 1 <= start:
            return None
        past.last, past.low = (low >> 1 << 1) - 1, FIRST
        if not rule.fires(past, row):
            break
        low = past.low
    else:
        raise Untold
    first = low >> 1
    if rule.mixed:
        # Turns of the later sort that alone make it fire are named by the second before.
        # The latest turn is of the sort of ``low``. If it is of the later sort, none of the other sort is needed.
        alone = not low & 1 or _fires(past, rule, row, first, late=True)
        return first - 1 if alone and not _fires(past, rule, row, first) else first
    return first if low & 1 else first - 1


def until(past: Past, rule: RuleTurns, row: Row) -> int | None:
    """As :meth:`tactful.engines.expiry.Expiry.until`. Raises :class:`Untold` where this search cannot tell."""
    end, last = past.now + rule.horizon, past.today
    high = None
    for _ in range(_MOST):
        past.last, past.high = last, LAST
        if not rule.fires(past, row):
            break
        high = past.high
        if high >> 1 > end:
            return None
        last = high | 1
    else:
        raise Untold
    if high is None:  # it does not fire now
        raise Untold
    first = high >> 1
    if rule.mixed:
        # Turns of the later sort that have any part in its end are named by the second before.
        return first if _fires(past, rule, row, first, late=True) and not _fires(past, rule, row, first) else first - 1
    return first if high & 1 else first - 1


def _fires(past: Past, rule: RuleTurns, row: Row, first: int, late: bool = False) -> bool:
    """Whether a rule fires at a second if, of the turns at it, only those of one sort have happened.

    The sorts: turns that people name by the second itself, and those that are ``late``, a second after the named moment.
    Facts that none of these turns change are as they are known already.
    """
    key, memo, present, other = 2 * first, past.memo, past.present, past.other
    if late:
        alone = Past(past.case, past.now, memo, present)
        alone.last, alone.other = key, other
    else:
        known = {**other, **present}
        same = {id_: kept for id_, kept in known.items() if kept[1] < key and key + 1 < kept[2]}
        alone = Past(past.case, past.now, memo, same)
        alone.last, alone.left_out = key + 1, key
    return bool(rule.fires(alone, row))


def values(past: Past, function: Turning, row: Row) -> Sequence[Value]:
    """What a function of :meth:`turning.TurningFunctions.values` gives now. May raise :class:`Untold`."""
    past.last = past.today
    given: Sequence[Value] = function(past, row)
    return given


def next_turn(past: Past, shown: Iterable[tuple[Turning, Row]]) -> int:
    """The next turn of the facts that functions read, each for its row. May raise :class:`Untold`."""
    past.last, past.high = past.today, LAST
    for function, row in shown:
        function(past, row)
    return past.high


# --- what generated code calls ---


def reached(past: Past, key: int) -> bool:
    """Whether a turn has happened."""
    if key > past.last or key == past.left_out:
        if key < past.high:
            past.high = key
        return False
    if key > past.low:
        past.low = key
    return True


def still_ahead(past: Past, key: int) -> bool:
    """Note a turn that has not happened yet."""
    if key < past.high:
        past.high = key
    return False


def clock(past: Past, calendar: Calendar, times: tuple[int, ...]) -> int:
    """The moment to read a clock at. It turns at midnight, and where it shows one of ``times`` (seconds since midnight)."""
    moment = past.moment
    midnight = calendar.plain_midnight(moment)
    if midnight is None:
        raise Untold
    low, high, passed = 0, DAY, moment - midnight
    for time in times:
        if time <= passed:
            low = max(low, time)
        else:
            high = min(high, time)
    _between(past, midnight + low, midnight + high)
    return moment


def any_second(past: Past) -> int:
    """The moment to read a clock at that is compared with a field: it may turn at any second."""
    _between(past, past.moment, past.moment + 1)
    return past.moment


def date_clock(past: Past, calendar: Calendar, test: Test) -> int:
    """The moment to read the date at, for a test of the date alone."""
    moment = past.moment
    for turn in day_turns(test, calendar, moment, moment):
        _between(past, *((turn, None) if turn <= moment else (None, turn)))
    return moment


def _between(past: Past, low: int | None, high: int | None) -> None:
    """Results depend on clocks that turned at the second ``low``, and turn again at the second ``high``."""
    if low is not None and (key := 2 * low + 1) > past.low:
        past.low = key
    if high is not None and (key := 2 * high + 1) < past.high:
        past.high = key


def at_another_time(past: Past, key: int, work: Turning, row: Row) -> Kept:
    """A fact that time changes and that is not known to be as it is now: computed where it is not known at all."""
    last = past.last
    if last != past.today:
        kept = past.other.get(key)
        if kept is not None and kept[1] <= last < kept[2]:
            return kept
    low, high = past.low, past.high
    past.low, past.high = FIRST, LAST
    kept = (work(past, row), past.low, past.high)
    past.low, past.high = low, high
    if last == past.today:
        past.present[key] = kept
    else:
        past.other[key] = kept
    return kept


def known_now(past: Past, kept: Kept) -> Value:
    """The value of a fact that is known as it is now."""
    value, low, high = kept
    if low > past.low:
        past.low = low
    if high < past.high:
        past.high = high
    return value


def keep_now(past: Past, key: int, value: Value, low: int, high: int) -> Value:
    """Keep a fact as it is now. ``low`` and ``high`` are the turns between which the other results so far hold."""
    past.present[key] = value, past.low, past.high
    if low > past.low:
        past.low = low
    if high < past.high:
        past.high = high
    return value


#: The helpers, by the names under which generated code calls them.
TURNS: Final[Mapping[str, Callable[..., Any]]] = {
    helper.__name__: helper
    for helper in (reached, still_ahead, any_second, clock, date_clock, at_another_time, known_now, keep_now)
}
