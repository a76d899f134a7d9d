"""Find the calendars of candidates, applications and people. Places are inherited as in the ordinary reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tactful.columns.arrays import is_dictionary, present, texts, whole_numbers
from tactful.columns.columns import Flags, Ints, Places, gather
from tactful.columns.tables.sheets import Sheet
from tactful.facts.calendars import Calendar, Calendars, Place
from tactful.facts.entities import PLACED
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.reading.link import NO_ZONE

#: The column of ``applications`` that names a calendar.
_CALENDAR: Final = "calendar"
#: Numbers up to this are made distinct by marking them in an array, larger numbers by sorting.
_MARKED: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Placement:
    """For each entity with a place, the index of each row's calendar in ``calendars``.

    ``zoned``: whether the candidate or the application has a time zone, so that local times can be read.
    ``suspects``: by entity, the rows whose place does not exist or whose candidate has too many places.
    """

    places: dict[str, Ints]
    calendars: tuple[Calendar, ...]
    zoned: dict[str, Flags]
    suspects: dict[str, Places]


def placement(
    sheets: dict[str, Sheet], links: dict[tuple[str, str], Places], calendars: Calendars, limits: CaseLimits
) -> Placement:
    """The calendars of all candidates, applications and people."""
    owners = {"application": links["application", "candidate"], "person": links["person", "application"]}
    zones, countries = _Words(NO_ZONE), _Words(None)
    own_words = {
        entity: (
            zones.read(sheets[entity].arrays.get("time_zone")),
            countries.read(sheets[entity].arrays.get("country")),
        )
        for entity in PLACED
    }
    names = _Words(None)
    named = names.read(sheets["application"].arrays.get(_CALENDAR))
    countries_of_names = np.array([countries.number(calendars.country_of(name)) for name in names.texts], np.int64)
    width = 1 << len(countries.texts).bit_length()
    where: dict[str, Ints] = {}
    above = np.zeros(sheets["candidate"].size, np.int64)
    name = np.zeros(sheets["candidate"].size, np.int64)
    for entity in PLACED:
        above, name = (gather(rows, owners[entity], 0) if entity in owners else rows for rows in (above, name))
        zone, country = own_words[entity]
        if entity == "application":
            own = countries_of_names.take(named.numbers)
            above[named.rows] = np.where(own > 0, own + (above[named.rows] & -width), above[named.rows])
        above[zone.rows] = zone.numbers * width + (above[zone.rows] & (width - 1))
        above[country.rows] = country.numbers + (above[country.rows] & -width)
        if entity == "application":
            name[named.rows] = named.numbers
        else:  # people with a place of their own do not share the calendar of their application
            name[zone.rows] = name[country.rows] = 0
        where[entity] = above * len(names.texts) + name
    words = _PlaceWords(width, zones.texts, countries.texts, names.texts)
    places, known_places = _numbered(where, words)
    known = [calendars.find(place) for place in known_places]
    missing = np.array([calendar is None for calendar in known], np.bool_)
    zoned = _zoned(sheets["candidate"])
    suspects = {entity: np.flatnonzero(missing[rows]) for entity, rows in places.items()} if missing.any() else {}
    if len(known) > limits.places:
        crowded = _crowded(places, owners, limits.places)
        suspects["candidate"] = np.union1d(suspects.get("candidate", crowded), crowded)
    return Placement(
        places,
        tuple(calendar or calendars.at(NO_ZONE, None) for calendar in known),
        {
            "candidate": zoned,
            "application": gather(zoned, owners["application"], False) | _zoned(sheets["application"]),
        },
        suspects,
    )


def _crowded(places: Mapping[str, Ints], owners: Mapping[str, Places], limit: int) -> Places:
    """The candidates whose rows are in more than ``limit`` different places."""
    count = len(places["candidate"])
    above: Places = np.arange(count)
    owner_of_rows: dict[str, Places] = {}
    for entity in PLACED:
        above = gather(above, owners[entity], 0) if entity in owners else above
        owner_of_rows[entity] = above
    # Few candidates have more rows than the limit of places. Only their places have to be counted.
    rows = sum((np.bincount(above, minlength=count) for above in owner_of_rows.values()), np.zeros(count, np.int64))
    large = rows > limit
    if not large.any():
        return np.flatnonzero(large)
    width = 1 + max(int(numbers.max(initial=0)) for numbers in places.values())
    pairs = [(above * width + places[entity])[large[above]] for entity, above in owner_of_rows.items()]
    return np.flatnonzero(np.bincount(np.unique(np.concatenate(pairs)) // width, minlength=count) > limit)


class _OwnWords(NamedTuple):
    """The rows with a time zone, a country or a calendar of their own, and the number of that."""

    rows: Places
    numbers: Ints


class _Words:
    """The time zones, countries or calendars of all tables as numbers. 0 is the default for rows that give none."""

    def __init__(self, none: str | None) -> None:
        self.texts = [none]
        self._numbers: dict[str | None, int] = {None: 0}

    def read(self, given: Any) -> _OwnWords:
        """Read a column."""
        if given is None or given.null_count == len(given):
            return _OwnWords(np.zeros(0, np.int64), np.zeros(0, np.int64))
        coded = given if is_dictionary(given) else given.dictionary_encode()
        words = np.array([self.number(text) for text in texts(coded.dictionary)], np.int64)
        inner, known = coded.indices, present(coded)
        rows = np.arange(len(coded)) if known is None else np.flatnonzero(known)
        return _OwnWords(rows, words.take(whole_numbers(inner).take(rows)))

    def number(self, text: str | None) -> int:
        """The number of a time zone, a country or a calendar."""
        if text not in self._numbers:
            self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return self._numbers[text]


class _PlaceWords(NamedTuple):
    """What the numbers of places stand for: a time zone, a country (with a number below ``width``) and a calendar."""

    width: int
    zones: list[str | None]
    countries: list[str | None]
    names: list[str | None]

    def place(self, number: int) -> Place:
        """The place with a number."""
        pair, name = divmod(number, len(self.names))
        zone, country = divmod(pair, self.width)
        return str(self.zones[zone]), self.countries[country], self.names[name]


def _numbered(numbers: Mapping[str, Ints], words: _PlaceWords) -> tuple[dict[str, Ints], list[Place]]:
    """The places of rows, renumbered without gaps, and the places by their new numbers."""
    kinds, inverse = distinct(np.concatenate(list(numbers.values())))
    ends = np.cumsum([len(rows) for rows in numbers.values()])[:-1]
    places = [words.place(kind) for kind in kinds.tolist()]
    return dict(zip(numbers, np.split(inverse, ends), strict=True)), places


def _zoned(sheet: Sheet) -> Flags:
    known = None if (zones := sheet.arrays.get("time_zone")) is None else present(zones)
    if zones is None or known is None:
        return np.full(sheet.size, zones is not None)
    return known


def distinct(given: Ints) -> tuple[Ints, npt.NDArray[np.intp]]:
    """The distinct numbers (0 or more) in ascending order, and the index of each given number among them."""
    most = int(given.max(initial=0))
    if most >= _MARKED:
        kinds, inverse = np.unique(given, return_inverse=True)
        return kinds, inverse
    occurs = np.zeros(most + 1, np.bool_)
    occurs[given] = True
    kinds = np.flatnonzero(occurs)
    places = np.zeros(most + 1, np.int64)
    places[kinds] = np.arange(len(kinds))
    return kinds, places[given]
