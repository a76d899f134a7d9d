"""Where candidates, applications and people are: which calendar each lives by, inherited as the ordinary reader does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tactful.columns.arrays import is_dictionary, numbers, present, texts
from tactful.columns.columns import Flags, Ints, Places, gather
from tactful.columns.tables.sheets import Sheet
from tactful.facts.calendars import Calendar, Calendars
from tactful.facts.entities import PLACED
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.reading.link import NO_ZONE

#: Numbers up to this are told apart by marking them in an array, larger ones by sorting.
_MARKED: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Placement:
    """For each entity that is somewhere, which of ``calendars`` its rows live by.

    ``zoned``: whether a time zone is given for the candidate or the application, so that local times can be read.
    ``suspects``: rows by entity whose place does not exist.
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
    told = {
        entity: (
            zones.told(sheets[entity].arrays.get("time_zone")),
            countries.told(sheets[entity].arrays.get("country")),
        )
        for entity in PLACED
    }
    width = 1 << len(countries.texts).bit_length()
    where: dict[str, Ints] = {}
    above = np.zeros(sheets["candidate"].size, np.int64)
    for entity in PLACED:
        above = gather(above, owners[entity], 0) if entity in owners else above
        zone, country = told[entity]
        above[zone.rows] = zone.numbers * width + (above[zone.rows] & (width - 1))
        above[country.rows] = country.numbers + (above[country.rows] & -width)
        where[entity] = above
    places, found = _numbered(where, width, zones.texts, countries.texts)
    known = [calendars.find((str(zone), country)) for zone, country in found]
    missing = np.array([one is None for one in known], np.bool_)
    zoned = _zoned(sheets["candidate"])
    suspects = {entity: np.flatnonzero(missing[rows]) for entity, rows in places.items()} if missing.any() else {}
    if len(known) > limits.places:
        crowded = _crowded(places, owners, limits.places)
        suspects["candidate"] = np.union1d(suspects.get("candidate", crowded), crowded)
    return Placement(
        places,
        tuple(one or calendars.at(NO_ZONE, None) for one in known),
        {
            "candidate": zoned,
            "application": gather(zoned, owners["application"], False) | _zoned(sheets["application"]),
        },
        suspects,
    )


def _crowded(places: Mapping[str, Ints], owners: Mapping[str, Places], limit: int) -> Places:
    """The candidates whose rows are in more than ``limit`` different places."""
    candidates: Places = np.arange(len(places["candidate"]))
    above, pairs = candidates, []
    width = 1 + max(int(rows.max(initial=0)) for rows in places.values())
    for entity in PLACED:
        above = gather(above, owners[entity], 0) if entity in owners else above
        pairs.append(above * width + places[entity])
    counts = np.bincount(np.unique(np.concatenate(pairs)) // width, minlength=len(candidates))
    return np.flatnonzero(counts > limit)


class _Told(NamedTuple):
    """The rows that say something of their own, and the number of what each says."""

    rows: Places
    numbers: Ints


class _Words:
    """The time zones or countries of all tables as numbers; 0 is what holds where none is given."""

    def __init__(self, none: str | None) -> None:
        self.texts = [none]
        self._numbers: dict[str | None, int] = {}

    def told(self, given: Any) -> _Told:
        """What a column says."""
        if given is None or given.null_count == len(given):
            return _Told(np.zeros(0, np.int64), np.zeros(0, np.int64))
        coded = given if is_dictionary(given) else given.dictionary_encode()
        words = np.array([self._number(text) for text in texts(coded.dictionary)], np.int64)
        inner, known = coded.indices, present(coded)
        rows = np.arange(len(coded)) if known is None else np.flatnonzero(known)
        return _Told(rows, words.take(numbers(inner, inner.type.to_pandas_dtype()).take(rows)))

    def _number(self, text: str | None) -> int:
        if text not in self._numbers:
            self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return self._numbers[text]


def _numbered(
    pairs: Mapping[str, Ints], width: int, zones: list[str | None], countries: list[str | None]
) -> tuple[dict[str, Ints], list[tuple[str | None, str | None]]]:
    """Zones and countries as places that are numbered by what there is."""
    kinds, found_at = distinct(np.concatenate(list(pairs.values())))
    ends = np.cumsum([len(one) for one in pairs.values()])[:-1]
    found = [divmod(kind, width) for kind in kinds.tolist()]
    return (
        dict(zip(pairs, np.split(found_at, ends), strict=True)),
        [(zones[zone], countries[country]) for zone, country in found],
    )


def _zoned(sheet: Sheet) -> Flags:
    known = None if (zones := sheet.arrays.get("time_zone")) is None else present(zones)
    if zones is None or known is None:
        return np.full(sheet.size, zones is not None)
    return known


def distinct(given: Ints) -> tuple[Ints, npt.NDArray[np.intp]]:
    """Numbers from 0 on: those that there are, ascending, and for each number its place among them."""
    most = int(given.max(initial=0))
    if most >= _MARKED:
        kinds, inverse = np.unique(given, return_inverse=True)
        return kinds, inverse
    there = np.zeros(most + 1, np.bool_)
    there[given] = True
    kinds = np.flatnonzero(there)
    places = np.zeros(most + 1, np.int64)
    places[kinds] = np.arange(len(kinds))
    return kinds, places[given]
