"""The values that a pack's rules and invariants compare facts with, so that cases can be drawn exactly at the boundaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import product
from typing import Any, Final, assert_never

import msgspec

from tactful.api.policy import Policy
from tactful.decide.general import claimed_conditions
from tactful.facts.calendars import Calendar
from tactful.facts.entities import PLACED
from tactful.facts.fields import given_fields, is_deadline
from tactful.facts.kinds import (
    DAY,
    HOUR,
    LONGEST,
    MINUTE,
    ChoiceKind,
    CountryKind,
    DateKind,
    DayTimeKind,
    DurationKind,
    IdKind,
    Kind,
    LengthKind,
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
from tactful.facts.places import time_zones
from tactful.facts.texts import folded
from tactful.language.ir import Aggregate, CheckedPack, Condition, Derived, Test, TextHas, WhenFact
from tactful.language.ir.boundaries import (
    AmongValues,
    AtDay,
    AtDayOfYear,
    AtField,
    AtMoment,
    AtValue,
    AtWords,
    boundaries_of,
)
from tactful.language.ir.days import day_in_year
from tactful.language.ir.fields_read import ReadField, read_fields
from tactful.language.ir.reads import conditions_in, tests_in
from tactful.testing.properties.marks import FIRST, LAST, Mark, Marks

Place = tuple[str | None, str | None]
#: Time zones and countries: clock changes in both hemispheres, of half an hour, none, and weekends on other days.
PLACES: Final[tuple[Place, ...]] = (
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
#: A part of some countries, and countries that packs seldom name.
SUBDIVISIONS: Final = {"DE": "DE-BY", "US": "US-CA", "GB": "GB-SCT", "CA": "CA-QC", "AT": "AT-9", "CH": "CH-ZH"}
OTHER_COUNTRIES: Final = ("NZ", "US")
#: The most moments to decide at that a pack adds to ``NOWS``.
_MOST_NOWS: Final = 200
#: The most time zones that are drawn for words in their names.
_MOST_ZONES: Final = 3
_FREE: Final = ("id", *PLACE, "calendar")


class Aim(msgspec.Struct, frozen=True, eq=False):
    """A field to draw: its values, the plainest first; for a moment, the marks that rules compare it with.

    ``ahead``: the moment may be still to come. ``read``: rules or invariants read the field.
    """

    entity: str
    name: str
    key: str
    custom: bool
    kind: Kind
    values: tuple[Any, ...]
    marks: tuple[Mark, ...]
    ahead: bool
    read: bool


def aims(policy: Policy) -> Mapping[str, tuple[Aim, ...]]:
    """The fields of each entity: those that rules or invariants read first."""
    checked = policy.checked
    read = read_fields(checked, checked.rules, conditions=claimed_conditions(checked))
    known = {(field.entity, field.name, field.custom): field for field in read}
    marks, by_entity = Marks(checked), dict[str, list[Aim]]()
    for entity, specs in given_fields().items():
        for spec in specs.values():
            if not spec.clock and spec.name not in _FREE and not _identifies(entity, spec.name):
                by_entity.setdefault(entity, []).append(
                    _aim(entity, spec.name, spec.attribute, False, spec.kind, known, marks)
                )
    for entity, kinds in checked.custom.items():
        for name, kind in kinds.items():
            by_entity.setdefault(entity, []).append(_aim(entity, name, name, True, kind, known, marks))
    return {entity: tuple(sorted(fields, key=lambda aim: not aim.read)) for entity, fields in by_entity.items()}


def _identifies(entity: str, name: str) -> bool:
    """Whether the field is the reference that identifies the row."""
    return (entity, name) == ("interviewer", "person")


def _aim(
    entity: str,
    name: str,
    key: str,
    custom: bool,
    kind: Kind,
    known: Mapping[tuple[str, str, bool], ReadField],
    marks: Marks,
) -> Aim:
    field = known.get((entity, name, custom))
    ahead = custom or (entity, name) == ("interview", "ended_at") or is_deadline(entity, name)
    values = tuple(_values(kind, field, marks))
    moments = () if field is None or not isinstance(kind, MomentKind) else marks.of(field.turns)
    return Aim(entity, name, key, custom, kind, values, moments, ahead, field is not None)


def _values(kind: Kind, field: ReadField | None, marks: Marks) -> Iterator[Any]:
    """Values for a field that is neither a moment nor a reference."""
    match kind:
        case YesNoKind():
            yield from (True, False)
        case ChoiceKind(values=words):
            yield from words
        case ListKind(values=words):
            some = words or tuple(dict.fromkeys((*WORDS, *_members(field))))
            yield from ([], *([word] for word in some), list(some[:2]), [*some[-1:], *some[:1]])
        case TextKind():
            yield from _texts(field)
        case CountryKind():
            yield from _countries(field)
        case NumberKind() | DurationKind() | DayTimeKind():
            yield from _numbers(kind, () if field is None else marks.bounds(field))
        case IdKind() | MomentKind() | LengthKind() | DateKind():
            pass  # moments and references are drawn from the case; no given fact has one of the others
        case _:
            assert_never(kind)


def _numbers(kind: NumberKind | DurationKind | DayTimeKind, bounds: tuple[int | float, ...]) -> Iterator[Any]:
    """Numbers on every bound and on either side of it, as a case has them."""
    match kind:
        case NumberKind():
            yield from sorted({bound + step for bound in bounds for step in (-1, 0, 1) if bound + step >= 0} or {0, 1})
        case DurationKind():
            around = {_minutes(bound) + step for bound in bounds for step in (-DAY, 0, DAY)}
            lengths = {length for length in around if 0 <= length <= LONGEST} or {14 * DAY}
            yield from (format_seconds(length) for length in sorted(lengths))
        case DayTimeKind():
            times = {_minutes(bound) + step for bound in bounds for step in (-60, 0, 60)} or {9 * HOUR, 17 * HOUR}
            yield from (format_day_time(time % DAY) for time in sorted(times))
        case _:
            assert_never(kind)


def _minutes(bound: int | float) -> int:
    """A bound in seconds, rounded up to a whole minute: cases have whole minutes."""
    return -int(-bound // MINUTE) * MINUTE


def _texts(field: ReadField | None) -> Iterator[str]:
    """Two texts, those that tests name, and for words that tests look for, texts with them and neighbours without."""
    yield from WORDS
    for turn in () if field is None else field.turns:
        match turn.boundary:
            case AmongValues(values=values):
                yield from map(str, values)
            case AtWords(predicate=TextHas(words=words)):
                yield from (*with_words(words), *without_words(words))
            case AtMoment() | AtValue() | AtDay() | AtDayOfYear() | AtField():
                pass  # these name no text
            case _:
                assert_never(turn.boundary)


def _members(field: ReadField | None) -> Iterator[str]:
    """The members that tests look for in a list of any texts, each followed by a text that is close to it."""
    for value in _named(field):
        yield from (value, f"{value}s")


def _named(field: ReadField | None) -> tuple[str, ...]:
    """The texts that tests compare a field with."""
    turns = () if field is None else field.turns
    named = (turn.boundary.values for turn in turns if isinstance(turn.boundary, AmongValues))
    return tuple(dict.fromkeys(str(value) for values in named for value in values))


def with_words(words: str) -> tuple[str, ...]:
    """Texts that are these words, begin with them, end with them in capitals, and have them in the middle."""
    first, last = WORDS
    return words, f"{words} {first}", f"{first} {words.upper()}", f"{first} {words} {last}"


def without_words(words: str) -> tuple[str, ...]:
    """Texts that are close to having these words."""
    return f"{words}s", f"un{words}", words[:-1] or WORDS[0]


def _countries(field: ReadField | None) -> Iterator[str]:
    """The countries that tests name, with a subdivision or the country that they lie in, and other countries."""
    for turn in () if field is None else field.turns:
        if isinstance(turn.boundary, AmongValues):
            yield from countries_near(map(str, turn.boundary.values))
    yield from OTHER_COUNTRIES


def countries_near(named: Iterable[str]) -> Iterator[str]:
    """Countries or subdivisions, each followed by a subdivision of it, or the country that it lies in."""
    for place in named:
        country, part, _ = place.partition("-")
        yield from (place, country if part else SUBDIVISIONS.get(country, country))


class Names(msgspec.Struct, frozen=True):
    """What tests name of rows: by entity, places that they may lie in, and ids that they may have."""

    places: Mapping[str, tuple[Place, ...]]
    ids: Mapping[str, tuple[str, ...]]


def names(policy: Policy) -> Names:
    """The places and ids that the tests of a pack name. Entities of which they name none are left out."""
    checked = policy.checked
    read = read_fields(checked, checked.rules, conditions=claimed_conditions(checked))
    places: dict[str, tuple[Place, ...]] = {}
    ids: dict[str, tuple[str, ...]] = {}
    for entity in PLACED:
        own = {field.name: field for field in read if field.entity == entity and not field.custom and field.turns}
        zones = tuple(_zones(own.get("time_zone")))
        countries = tuple(dict.fromkeys(_countries(own["country"]))) if "country" in own else ()
        if zones or countries:
            places[entity] = (*product((None, *zones), countries), *((zone, None) for zone in zones))
    for field in read:
        if isinstance(field.kind, IdKind):
            named = (*ids.get(field.kind.entity, ()), *_named(field))
            ids[field.kind.entity] = tuple(dict.fromkeys(named))
    return Names(places, {entity: named for entity, named in ids.items() if named})


def _zones(field: ReadField | None) -> Iterator[str]:
    """The time zones that tests name, and zones whose names have the words that tests look for."""
    yield from (name for name in _named(field) if name in time_zones())
    for turn in () if field is None else field.turns:
        if isinstance(turn.boundary, AtWords):
            words = turn.boundary.predicate.words
            yield from [name for name in sorted(time_zones()) if words in folded(name)][:_MOST_ZONES]


# --- moments to decide at ---

#: The times of day around which ``NOWS`` lie, in seconds since midnight.
_OFFICE_HOURS: Final = (9 * HOUR, 17 * HOUR, 17 * HOUR + 1)


def nows(policy: Policy) -> tuple[int, ...]:
    """Moments to decide at because of what the pack asks of the clock and the date: both sides of each boundary.

    They are seconds since 1970, by the clock of the first of ``PLACES``. Packs that ask nothing but office hours have none.
    """
    zone, country = PLACES[0]
    calendar = policy.calendars.at(zone or "UTC", country)
    tests = [test for condition in _conditions(policy.checked) for test in tests_in(condition)]
    moments = [moment for test in tests if test.field.origin == "clock" for moment in _turns_of(test, calendar)]
    return tuple(moment for moment in dict.fromkeys(moments) if FIRST < moment < LAST)[:_MOST_NOWS]


def _conditions(checked: CheckedPack) -> Iterator[Condition]:
    for rule in checked.rules:
        yield rule.condition
    for invariant in checked.invariants:
        yield invariant.when
    for fact in checked.facts:
        match fact:
            case WhenFact(condition=condition) | Aggregate(where=condition):
                yield condition
            case Derived(expression=expression):
                yield from conditions_in(expression)
            case _:
                assert_never(fact)


def _turns_of(test: Test, calendar: Calendar) -> Iterator[int]:
    """The moments around which a test of a clock turns."""
    day = calendar.local(NOWS[0]).date()
    if test.field.key == "weekday":
        yield from (NOWS[0] + no * DAY for no in range(7))
        return
    for boundary in boundaries_of(test):
        match boundary:
            case AtDay(day=ordinal):
                yield from _around(calendar.start_of_day(date.fromordinal(ordinal)))
            case AtDayOfYear(day=of_year):
                for year in (day.year, day.year + 1):
                    first = day_in_year(year, of_year)
                    yield from _around(calendar.start_of_day(first))
                    yield from _around(calendar.start_of_day(first + timedelta(days=1)))
            case AtValue(value=seconds) if test.field.key == "local_time" and seconds not in _OFFICE_HOURS:
                yield from (calendar.start_of_day(day) + int(seconds) + step for step in (0, -1, HOUR))
            case AtValue() | AtField() | AmongValues() | AtMoment() | AtWords():
                pass  # these name no moment of their own
            case _:
                assert_never(boundary)


def _around(midnight: int) -> tuple[int, ...]:
    """Midnight, the second before, and noon of both days."""
    return midnight + DAY // 2, midnight, midnight - 1, midnight - DAY // 2


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
def edges(mark: Mark, now: int, calendar: Calendar) -> tuple[int, ...]:
    """The moment of a mark, and the moments a second and a business day on either side of it."""
    edge = mark.moment(now, calendar)
    return (edge, edge - 1, edge + 1, calendar.subtract_business_days(edge, 1), calendar.add_business_days(edge, 1))


@lru_cache(maxsize=20_000)
def one_side(mark: Mark, now: int, calendar: Calendar, earlier: bool) -> tuple[int, ...]:
    """The moment of a mark, and some moments on one side of it."""
    edge = mark.moment(now, calendar)
    if earlier:
        return edge - DAY, edge - 10 * DAY, edge, edge - 1, calendar.subtract_business_days(edge, 1)
    return edge + HOUR, edge + 1, edge, calendar.add_business_days(edge, 1), min(edge + DAY, (now + edge) // 2)


@lru_cache(maxsize=2_000)
def clock_changes(calendar: Calendar, now: int) -> tuple[int, ...]:
    """The second at which the clock last changed, and its neighbours; empty if there was no change in half a year."""
    changes = list(calendar.clock_changes(now - 190 * DAY, now))
    return tuple(changes[-1] + step for step in (0, -1, 1)) if changes else ()
