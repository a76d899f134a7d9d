"""The values that a pack's rules and invariants compare facts with, so that cases can be drawn exactly at the boundaries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from tactful.api.policy import Policy
from tactful.facts.calendars import Calendar
from tactful.facts.fields import given_fields, is_deadline
from tactful.facts.kinds import (
    DAY,
    HOUR,
    MINUTE,
    ChoiceKind,
    DayTimeKind,
    DurationKind,
    IdKind,
    Kind,
    ListKind,
    MomentKind,
    NumberKind,
    TextKind,
    YesNoKind,
    format_day_time,
    format_duration,
    format_seconds,
    length_of,
)
from tactful.facts.parameters import Adjustable
from tactful.language.ir import Shift
from tactful.language.ir.fields_read import ReadField, before, read_fields

#: Time zones and countries: clock changes in both hemispheres, of half an hour, none, and weekends on other days.
PLACES: Final[tuple[tuple[str | None, str | None], ...]] = (
    ("America/New_York", "US"),
    ("Europe/Dublin", "IE"),
    (None, None),
    ("Asia/Kolkata", "IN"),
    ("Pacific/Auckland", "NZ"),
    ("Asia/Riyadh", "SA"),
    ("America/New_York", "US-NY"),
    ("Asia/Tokyo", None),
    ("Australia/Lord_Howe", "AU"),
)
#: Fields for a place, which are drawn together from ``PLACES``.
PLACE: Final = ("time_zone", "country")
#: Moments to decide at, in seconds since 1970: an ordinary afternoon, the edges of office hours, days off, and
#: seconds around clock changes.
NOWS: Final = (
    *(1_795_629_600, 1_795_615_200, 1_795_644_000, 1_795_615_199, 1_795_644_001, 1_795_665_600),
    *(1_795_888_800, 1_795_975_200, 1_798_200_000, 1_798_804_800),
    *(1_793_512_800, 1_793_512_799, 1_793_685_600, 1_793_599_200),  # New York, November
    *(1_772_953_200, 1_772_953_199, 1_773_126_000),  # New York, March
    *(1_792_890_000, 1_792_889_999, 1_793_016_000),  # Dublin, October
    *(1_790_431_200, 1_790_431_199, 1_775_311_200),  # Auckland, September and April
)
#: Ages of facts whose boundaries no rule names, in seconds. Shrinking ends at the first.
AGES: Final = (DAY, HOUR, 3 * DAY, 10 * DAY, 24 * DAY, 60 * DAY, 200 * DAY)
WORDS: Final = ("Ana", "Kim")
_FREE: Final = ("id", *PLACE, "calendar")


class Aim(msgspec.Struct, frozen=True, eq=False):
    """A field to draw: its values, the plainest first; for a moment, the shifts from now that rules compare it with.

    ``ahead``: the moment may be still to come. ``read``: rules or invariants read the field.
    """

    entity: str
    name: str
    key: str
    custom: bool
    kind: Kind
    values: tuple[Any, ...]
    shifts: tuple[Shift, ...]
    ahead: bool
    read: bool


def aims(policy: Policy) -> Mapping[str, tuple[Aim, ...]]:
    """The fields of each entity: those that rules or invariants read first."""
    checked = policy.checked
    read = read_fields(checked, checked.rules, conditions=tuple(invariant.when for invariant in checked.invariants))
    known = {(field.entity, field.name, field.custom): field for field in read}
    by_entity: dict[str, list[Aim]] = {}
    for entity, specs in given_fields().items():
        for spec in specs.values():
            if not spec.clock and spec.name not in _FREE and not _identifies(entity, spec.name):
                by_entity.setdefault(entity, []).append(
                    _aim(entity, spec.name, spec.attribute, False, spec.kind, known)
                )
    for entity, kinds in checked.custom.items():
        for name, kind in kinds.items():
            by_entity.setdefault(entity, []).append(_aim(entity, name, name, True, kind, known))
    return {entity: tuple(sorted(fields, key=lambda aim: not aim.read)) for entity, fields in by_entity.items()}


def _identifies(entity: str, name: str) -> bool:
    """Whether the field is the reference that identifies the row."""
    return (entity, name) == ("interviewer", "person")


def _aim(
    entity: str, name: str, key: str, custom: bool, kind: Kind, known: Mapping[tuple[str, str, bool], ReadField]
) -> Aim:
    field = known.get((entity, name, custom))
    bounds = () if field is None else field.bounds
    shifts = () if field is None else field.shifts
    ahead = custom or (entity, name) == ("interview", "ended_at") or is_deadline(entity, name)
    return Aim(entity, name, key, custom, kind, tuple(_values(kind, bounds)), shifts, ahead, field is not None)


def _values(kind: Kind, bounds: tuple[int | float, ...]) -> Iterator[Any]:
    """Values for a field that is neither a moment nor a reference."""
    match kind:
        case YesNoKind():
            yield from (True, False)
        case ChoiceKind(values=words):
            yield from words
        case ListKind(values=words):
            some = words or WORDS
            yield from ([], *([word] for word in some), list(some[:2]))
        case TextKind():
            yield from WORDS
        case NumberKind():
            around = {bound + step for bound in bounds for step in (-1, 0, 1) if bound + step >= 0} or {0, 1}
            yield from sorted(around)
        case DurationKind():
            lengths = {int(bound) + step for bound in bounds for step in (-DAY, 0, DAY) if bound + step >= 0} or {
                14 * DAY
            }
            yield from (format_seconds(length) for length in sorted(lengths))
        case DayTimeKind():
            times = {int(bound) + step for bound in bounds for step in (-60, 0, 60)} or {9 * HOUR, 17 * HOUR}
            yield from (format_day_time(time % DAY) for time in sorted(times))
        case IdKind() | MomentKind():
            pass


def parameter_values(parameter: Adjustable) -> tuple[Any, ...]:
    """Values that a case may state for a parameter, as the case holds them: the bounds, and a value between them."""
    low, high, whole = parameter.low, parameter.high, int(parameter.low + parameter.high) // 2
    match parameter.kind:
        case NumberKind():
            return (low, high, whole) if low <= whole <= high else (low, high)
        case DayTimeKind():
            return tuple(format_day_time(int(time)) for time in (low, high, whole))
        case _:  # a length of time, of which cases can state whole minutes and business days
            lengths = (int(low), int(high), whole if whole < 0 else whole - whole % MINUTE)
            return tuple(format_duration(length_of(length)) for length in lengths if length < 0 or length % MINUTE == 0)


@lru_cache(maxsize=20_000)
def edges(shift: Shift, now: int, calendar: Calendar) -> tuple[int, ...]:
    """The boundary at ``shift`` from ``now``, and the moments a second and a business day on either side of it."""
    edge = before(now, shift, calendar)
    return (edge, edge - 1, edge + 1, calendar.subtract_business_days(edge, 1), calendar.add_business_days(edge, 1))


@lru_cache(maxsize=20_000)
def one_side(shift: Shift, now: int, calendar: Calendar, earlier: bool) -> tuple[int, ...]:
    """The boundary at ``shift`` from ``now``, and some moments on one side of it."""
    edge = before(now, shift, calendar)
    if earlier:
        return edge - DAY, edge - 10 * DAY, edge, edge - 1, calendar.subtract_business_days(edge, 1)
    return edge + HOUR, edge + 1, edge, calendar.add_business_days(edge, 1), min(edge + DAY, (now + edge) // 2)


@lru_cache(maxsize=2_000)
def clock_changes(calendar: Calendar, now: int) -> tuple[int, ...]:
    """The second at which the clock last changed, and its neighbours; empty if there was no change in half a year."""
    changes = list(calendar.clock_changes(now - 190 * DAY, now))
    return tuple(changes[-1] + step for step in (0, -1, 1)) if changes else ()
