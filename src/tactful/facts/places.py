"""Time zones and countries that exist: the IANA list, and ISO 3166 codes whose holidays the library ``holidays`` knows.

A name is looked up in these lists before anything is opened or imported because of it. Nothing here takes a lock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping
from functools import cache
from importlib.machinery import PathFinder
from importlib.resources import files
from importlib.util import module_from_spec
from typing import Any, Final, Generic, TypeVar

from tactful.source.suggest import near

#: In the list of zones, but not the clock of any place.
_NO_PLACES: Final = frozenset({"Factory"})
_ZONE_HELP: Final = "write an IANA name, such as `America/New_York`"
_COUNTRY_HELP: Final = "write an ISO 3166 code, such as `US` or `US-NY`"

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Entry(Generic[V]):
    """A value that is kept, and whether it was used since it was last considered for dropping."""

    __slots__ = ("used", "value")

    def __init__(self, value: V) -> None:
        self.value, self.used = value, False


class Bounded(Generic[K, V]):
    """Values by key, which can be made again: of too many, about the least recently used is dropped.

    A value that is used takes no lock and changes no order: it is read from ``entries``, a plain dictionary, and marked.
    The oldest value is dropped, but a marked one loses its mark instead, and counts as new (the clock algorithm). Threads
    may share it.
    """

    def __init__(self, limit: int) -> None:
        self.entries: dict[K, Entry[V]] = {}
        self._limit, self._order = limit, deque[K]()

    def get(self, key: K) -> V | None:
        """The value that is kept for a key, if there is one; marks it as used."""
        entry = self.entries.get(key)
        if entry is None:
            return None
        entry.used = True
        return entry.value

    def keep(self, key: K, value: V) -> V:
        """Add a value. Returns the value that is kept, which may be that of another thread."""
        entry = Entry(value)
        kept = self.entries.setdefault(key, entry)
        if kept is entry:
            self._order.append(key)
            if len(self._order) > self._limit:
                self._drop()
        return kept.value

    def _drop(self) -> None:
        """Drop the oldest value that is not marked. The newest is not, so there is one."""
        while True:
            key = self._order.popleft()
            entry = self.entries[key]
            if not entry.used:
                del self.entries[key]
                return
            entry.used = False
            self._order.append(key)


@cache
def time_zones() -> frozenset[str]:
    """The names of the IANA list."""
    return frozenset(files("tzdata").joinpath("zones").read_text("ascii").split()) - _NO_PLACES


def time_zone_exists(name: str) -> bool:
    """Whether ``name`` is in the IANA list, letter by letter."""
    return name in time_zones()


def near_time_zone(name: str) -> str | None:
    """The time zone that was probably meant. The name may be that of a city."""
    name = name[:100]
    word = name.strip().replace(" ", "_").lower()
    return _zones_by_word().get(word) or near(name, time_zones())


@cache
def _zones_by_word() -> Mapping[str, str]:
    """The time zones by their names in lower case, and by those of their cities."""
    cities = {zone.rpartition("/")[2].lower(): zone for zone in sorted(time_zones())}
    return cities | {zone.lower(): zone for zone in time_zones()}


def time_zone_help(name: str) -> str:
    """What to write instead of ``name``, which is no time zone."""
    meant = near_time_zone(name)
    return f"did you mean `{meant}`?" if meant else _ZONE_HELP


@cache
def _countries() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """The countries of the library by their ISO 3166 alpha-2 codes: the module of each, and all of its names."""
    from holidays.registry import COUNTRIES  # takes 70 ms, which those who name no country should not pay

    return {names[1]: (module, tuple(names)) for module, names in COUNTRIES.items()}


@cache
def _iso_countries() -> Mapping[str, str]:
    """All countries of ISO 3166 by code, with their names in English."""
    lines = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8").splitlines()
    return dict(line.split("\t")[:2] for line in lines if not line.startswith("#"))


@cache
def _calendar_class(code: str) -> Any:
    """The library's class for a country.

    Only that country's module is run. The package ``holidays.countries`` would import the modules of all countries.
    """
    import holidays

    module, names = _countries()[code]
    name = f"holidays.countries.{module}"
    spec = PathFinder.find_spec(name, [f"{folder}/countries" for folder in holidays.__path__])
    if spec is None or spec.loader is None:
        return getattr(holidays, names[0])
    loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return getattr(loaded, names[0])


def country_exists(name: str) -> bool:
    """Whether holidays are known for ``name``: an ISO 3166 alpha-2 code, or one with a subdivision (``US-NY``)."""
    code, dash, subdivision = name.partition("-")
    return code in _countries() and (not dash or subdivision in _calendar_class(code).subdivisions)


def country_holidays(country: str) -> Any:
    """A new calendar of the library for a country that exists. The caller must not share it between threads."""
    code, _, subdivision = country.partition("-")
    # Named in English, as all text here is: else the names would be in the language of the machine.
    return _calendar_class(code)(subdiv=subdivision or None, language="en_US")


def near_country(name: str) -> str | None:
    """The country or subdivision that was probably meant. The name may be a country's in English, or a longer code."""
    name = name[:100]
    code, dash, subdivision = name.upper().partition("-")
    if dash and code in _countries():
        kind = _calendar_class(code)
        named = {alias.lower(): part for alias, part in kind.subdivisions_aliases.items()}
        meant = named.get(subdivision.lower()) or near(subdivision, kind.subdivisions)
        return f"{code}-{meant}" if meant else code
    words: dict[str, str] = {english.lower(): iso for iso, english in _iso_countries().items() if iso in _countries()}
    for iso, (module, names) in _countries().items():
        words |= dict.fromkeys(
            (module.replace("_", " "), *(other.lower() for other in names if not other.startswith("Holidays"))), iso
        )
    word = name.strip().lower()
    meant = word if word in words else near(word, [known for known in words if len(known) > 3])
    return None if meant is None else words[meant]


def country_message(name: str) -> tuple[str, str]:
    """Why ``name`` is no country whose holidays are known, and what to write instead."""
    code = name.partition("-")[0]
    if code in _iso_countries() and code not in _countries():
        return (
            f"the holidays of `{code}` ({_iso_countries()[code]}) are not known to the library `holidays`",
            "leave the country out: business days are then Monday to Friday",
        )
    meant = near_country(name)
    message = f"`{name}` is no country that holidays are known for"
    return message, f"did you mean `{meant}`?" if meant else _COUNTRY_HELP
