"""Where candidates, applications and people are: which calendar each lives by, inherited as the ordinary reader does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tactful.calendars import Calendar, Calendars
from tactful.facts.catalogue import PLACED
from tactful.facts.link import NO_ZONE
from tactful.tables.arrays import codes, present
from tactful.tables.columns import Flags, Ints, Places, gather
from tactful.tables.sheets import Sheet

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


def placement(sheets: dict[str, Sheet], links: dict[tuple[str, str], Places], calendars: Calendars) -> Placement:
    """The calendars of all candidates, applications and people."""
    owners = {"application": links["application", "candidate"], "person": links["person", "application"]}
    zones, countries = _Words(NO_ZONE), _Words(None)
    where: dict[str, tuple[Ints, Ints]] = {}
    above = np.zeros(sheets["candidate"].size, np.int64), np.zeros(sheets["candidate"].size, np.int64)
    for entity in PLACED:
        arrays = sheets[entity].arrays
        if entity in owners:
            above = gather(above[0], owners[entity], 0), gather(above[1], owners[entity], 0)
        above = zones.over(above[0], arrays.get("time_zone")), countries.over(above[1], arrays.get("country"))
        where[entity] = above
    places, found = _numbered(where, zones.texts, countries.texts)
    known = [calendars.find((str(zone), country)) for zone, country in found]
    missing = np.array([one is None for one in known], np.bool_)
    zoned = _zoned(sheets["candidate"])
    return Placement(
        places,
        tuple(one or calendars.at(NO_ZONE, None) for one in known),
        {
            "candidate": zoned,
            "application": gather(zoned, owners["application"], False) | _zoned(sheets["application"]),
        },
        {entity: np.flatnonzero(missing[rows]) for entity, rows in places.items()} if missing.any() else {},
    )


class _Words:
    """The time zones or countries of all tables as numbers; 0 is what holds where none is given."""

    def __init__(self, none: str | None) -> None:
        self.texts = [none]
        self._numbers: dict[str | None, int] = {}

    def over(self, above: Ints, given: Any) -> Ints:
        """What rows say of their own, or else what holds above."""
        if given is None or given.null_count == len(given):
            return above
        texts, places = codes(given)
        numbers = np.array([self._number(text) for text in texts], np.int64)
        return np.where(places >= 0, numbers.take(places, mode="wrap"), above)

    def _number(self, text: str | None) -> int:
        if text not in self._numbers:
            self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return self._numbers[text]


def _numbered(
    where: Mapping[str, tuple[Ints, Ints]], zones: list[str | None], countries: list[str | None]
) -> tuple[dict[str, Ints], list[tuple[str | None, str | None]]]:
    """Zones and countries as places that are numbered by what there is."""
    width = len(countries)
    pairs = {entity: zone * width + country for entity, (zone, country) in where.items()}
    kinds, numbers = distinct(np.concatenate(list(pairs.values())))
    ends = np.cumsum([len(one) for one in pairs.values()])[:-1]
    found = [divmod(kind, width) for kind in kinds.tolist()]
    return (
        dict(zip(pairs, np.split(numbers, ends), strict=True)),
        [(zones[zone], countries[country]) for zone, country in found],
    )


def _zoned(sheet: Sheet) -> Flags:
    known = None if (zones := sheet.arrays.get("time_zone")) is None else present(zones)
    if zones is None or known is None:
        return np.full(sheet.size, zones is not None)
    return known


def distinct(numbers: Ints) -> tuple[Ints, npt.NDArray[np.intp]]:
    """Numbers from 0 on: those that there are, ascending, and for each number its place among them."""
    most = int(numbers.max(initial=0))
    if most >= _MARKED:
        kinds, inverse = np.unique(numbers, return_inverse=True)
        return kinds, inverse
    there = np.zeros(most + 1, np.bool_)
    there[numbers] = True
    kinds = np.flatnonzero(there)
    places = np.zeros(most + 1, np.int64)
    places[kinds] = np.arange(len(kinds))
    return kinds, places[numbers]
