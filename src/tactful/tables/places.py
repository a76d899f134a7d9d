"""Where candidates, applications and people are: which calendar each lives by, inherited as the ordinary reader does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tactful.calendars import Calendar, Calendars
from tactful.facts.link import NO_ZONE
from tactful.tables.arrays import codes
from tactful.tables.columns import Flags, Ints, Places, gather
from tactful.tables.sheets import Sheet

Place = tuple[str, str | None]
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


class _Known:
    """The places met so far, each looked up once."""

    def __init__(self, calendars: Calendars) -> None:
        self._calendars = calendars
        self._numbers: dict[Place, int] = {}
        self.places: list[Place] = []
        self.found: list[Calendar] = []
        self.missing: list[bool] = []

    def number(self, zone: str, country: str | None) -> int:
        """The number of a place; for one that does not exist, of a stand-in."""
        place = (zone, country)
        no = self._numbers.get(place)
        if no is None:
            no = self._numbers[place] = len(self.found)
            calendar = self._calendars.find(place)
            self.places.append(place)
            self.found.append(calendar or self._calendars.at(NO_ZONE, None))
            self.missing.append(calendar is None)
        return no


def placement(sheets: dict[str, Sheet], links: dict[tuple[str, str], Places], calendars: Calendars) -> Placement:
    """The calendars of all candidates, applications and people."""
    known = _Known(calendars)
    candidate, application, person = (sheets[one] for one in ("candidate", "application", "person"))
    home = known.number(NO_ZONE, None)
    here = _own(candidate, np.full(candidate.size, home, np.int64), known)
    there = _own(application, gather(here, links["application", "candidate"], home), known)
    theirs = _own(person, gather(there, links["person", "application"], home), known)
    zoned = _zoned(candidate)
    places = {"candidate": here, "application": there, "person": theirs}
    missing = np.array(known.missing)
    return Placement(
        places,
        tuple(known.found),
        {
            "candidate": zoned,
            "application": gather(zoned, links["application", "candidate"], False) | _zoned(application),
        },
        {entity: np.flatnonzero(missing[rows]) for entity, rows in places.items()} if missing.any() else {},
    )


def _zoned(sheet: Sheet) -> Flags:
    zones = sheet.arrays.get("time_zone")
    return np.zeros(sheet.size, np.bool_) if zones is None else np.asarray(zones.is_valid())


def _own(sheet: Sheet, above: Ints, known: _Known) -> Ints:
    """The places of rows: what they say of their own, else what holds ``above``."""
    zones, countries = sheet.arrays.get("time_zone"), sheet.arrays.get("country")
    given = [one for one in (zones, countries) if one is not None and one.null_count < sheet.size]
    if not given:
        return above
    zone_texts, zone_codes = _codes(zones, sheet.size)
    country_texts, country_codes = _codes(countries, sheet.size)
    rows = np.flatnonzero((zone_codes >= 0) | (country_codes >= 0))
    width, height = len(country_texts) + 1, len(zone_texts) + 1
    numbers = (above[rows] * height + zone_codes[rows] + 1) * width + country_codes[rows] + 1
    kinds, inverse = distinct(numbers)
    found = []
    for number in kinds.tolist():
        rest, country = divmod(number, width)
        outer, zone = divmod(rest, height)
        zone_above, country_above = known.places[outer]
        own_zone = zone_texts[zone - 1] if zone else None
        own_country = country_texts[country - 1] if country else None
        found.append(
            known.number(
                zone_above if own_zone is None else own_zone, country_above if own_country is None else own_country
            )
        )
    places = above.copy()
    places[rows] = np.array(found, np.int64)[inverse]
    return places


def _codes(array: Any, size: int) -> tuple[list[str | None], Ints]:
    return ([], np.full(size, -1, np.int64)) if array is None else codes(array)


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
