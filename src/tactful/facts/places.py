"""The known time zones and countries: the IANA list, and the ISO 3166 codes whose holidays the library ``holidays`` knows.

A name is looked up in these lists before it decides which file is opened or imported. The only lock is that of modules
that are imported on first use.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import module_from_spec
from typing import Any, Final, Generic, TypeVar

from tactful.facts.zones import package_data
from tactful.source.first_use import FIRST_USE
from tactful.source.suggest import near

#: Names in the list of zones that are not the clock of any place.
_NO_PLACES: Final = frozenset({"Factory"})
_ZONE_HELP: Final = "write an IANA name, such as `America/New_York`"
_COUNTRY_HELP: Final = "write an ISO 3166 code, such as `US` or `US-NY`"

#: Names of places that have no code in the list of countries.
_OTHER_NAMES: Final = {
    "england": "GB-ENG",
    "scotland": "GB-SCT",
    "wales": "GB-WLS",
    "northern ireland": "GB-NIR",
    "great britain": "GB",
    "britain": "GB",
    "america": "US",
    "holland": "NL",
    "bavaria": "DE-BY",
}

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Entry(Generic[V]):
    """A cached value, and whether it was used since it was last considered for dropping."""

    __slots__ = ("used", "value")

    def __init__(self, value: V) -> None:
        self.value, self.used = value, False


class Bounded(Generic[K, V]):
    """A cache with a limit, which drops about the least recently used value.

    A hit takes no lock and changes no order: the entry is read from ``entries``, a plain dictionary, and marked as used.
    If there are too many entries, the oldest is dropped. A marked entry loses its mark instead, and counts as new (the
    clock algorithm). Threads may share the cache.
    """

    def __init__(self, limit: int) -> None:
        self.entries: dict[K, Entry[V]] = {}
        self._limit, self._order = limit, deque[K]()

    def get(self, key: K) -> V | None:
        """The cached value, marked as used; ``None`` if there is none."""
        entry = self.entries.get(key)
        if entry is None:
            return None
        entry.used = True
        return entry.value

    def keep(self, key: K, value: V) -> V:
        """Add a value. Returns the value that is kept, which may come from another thread."""
        entry = Entry(value)
        kept = self.entries.setdefault(key, entry)
        if kept is entry:
            self._order.append(key)
            if len(self._order) > self._limit:
                self._drop()
        return kept.value

    def _drop(self) -> None:
        """Drop the oldest entry without a mark. The newest entry has none, so the search ends."""
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
    return frozenset(package_data("zones").decode("ascii").split()) - _NO_PLACES


def time_zone_exists(name: str) -> bool:
    """Whether ``name`` is in the IANA list, with the same capital letters."""
    return name in time_zones()


def near_time_zone(name: str) -> str | None:
    """The time zone that was probably meant. The name may be that of a city."""
    return _near_time_zone(name[:100])


@lru_cache(maxsize=256)  # in many cases with mistakes, the mistakes are often the same
def _near_time_zone(name: str) -> str | None:
    word = name.strip().replace(" ", "_").lower()
    return _zones_by_word().get(word) or near(name, time_zones())


@cache
def _zones_by_word() -> Mapping[str, str]:
    """The time zones by their names in lower case, and by the names of their cities."""
    cities = {zone.rpartition("/")[2].lower(): zone for zone in sorted(time_zones())}
    return cities | {zone.lower(): zone for zone in time_zones()}


def time_zone_help(name: str, *, search: bool = True) -> str:
    """The help for a ``name`` that is not a time zone: what to write instead.

    ``search`` looks for the time zone that was probably meant, which takes about half a millisecond.
    """
    meant = near_time_zone(name) if search else None
    return f"did you mean `{meant}`?" if meant else _ZONE_HELP


@cache
def _countries() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """The countries of the library by their ISO 3166 alpha-2 codes: the module of each, and all names of its class."""
    with FIRST_USE:
        from holidays.registry import COUNTRIES  # takes 25 ms, so only where nothing else tells

    return {names[1]: (module, tuple(names)) for module, names in COUNTRIES.items()}


@cache
def _iso_countries() -> Mapping[str, str]:
    """All countries of ISO 3166 by code, with their names in English."""
    lines = package_data("zoneinfo", "iso3166.tab").decode().splitlines()
    return dict(line.split("\t")[:2] for line in lines if not line.startswith("#"))


def _has_holidays(code: str) -> bool:
    """Whether the library has the holidays of a country. It is imported only if its folder does not tell."""
    return (code in _iso_countries() and _has_module(code)) or code in _countries()


@cache
def _has_module(code: str) -> bool:
    """Whether the library has a module with the English name of a country of ISO 3166, as it has for most countries."""
    package = PathFinder.find_spec("holidays")
    if package is None or package.submodule_search_locations is None:
        return False
    module = _iso_countries()[code].lower().replace(" ", "_")
    return _module_spec(module, package.submodule_search_locations) is not None


def _module_spec(module: str, folders: Iterable[str]) -> ModuleSpec | None:
    """Where a country's module is, below the folders of the library; ``None`` if there is none."""
    return PathFinder.find_spec(f"holidays.countries.{module}", [f"{folder}/countries" for folder in folders])


@cache
def _calendar_class(code: str) -> Any:
    """The library's class for a country.

    Only that country's module is run. The package ``holidays.countries`` would import the modules of all countries.
    """
    module, names = _countries()[code]
    with FIRST_USE:
        import holidays

        spec = _module_spec(module, holidays.__path__)
        if spec is None or spec.loader is None:
            return getattr(holidays, names[0])
        loaded = module_from_spec(spec)
        spec.loader.exec_module(loaded)
        return getattr(loaded, names[0])


def country_exists(name: str) -> bool:
    """Whether holidays are known for ``name``: an ISO 3166 alpha-2 code, or one with a subdivision (``US-NY``)."""
    code, dash, subdivision = name.partition("-")
    return _has_holidays(code) and (not dash or subdivision in _calendar_class(code).subdivisions)


def country_holidays(country: str, language: str = "en_US") -> Any:
    """A new calendar of the library for a country that exists. The caller must not share it between threads.

    ``language`` is one that the library has for the country; the library's default would be the language of the machine.
    """
    code, _, subdivision = country.partition("-")
    return _calendar_class(code)(subdiv=subdivision or None, language=language)


def holiday_names(country: str, year: int, language: str) -> Mapping[date, str]:
    """The names of a country's holidays in a language such as ``de``; empty if the library does not have them in it."""
    known: tuple[str, ...] = _calendar_class(country.partition("-")[0]).supported_languages
    wanted = language.replace("-", "_")
    fitting = (name for name in known if name in (wanted, wanted.partition("_")[0]))
    name = next(fitting, next((name for name in known if name.partition("_")[0] == wanted.partition("_")[0]), None))
    return {} if name is None else _holiday_names(country, year, name)


@lru_cache(maxsize=64)
def _holiday_names(country: str, year: int, language: str) -> Mapping[date, str]:
    calendar = country_holidays(country, language)
    first = date(year, 1, 1)
    days = (first + timedelta(days=no) for no in range(366))
    return {day: str(calendar[day]) for day in days if day in calendar}


def near_country(name: str) -> str | None:
    """The country or subdivision that was probably meant. ``name`` may be a country's English name, or a longer code."""
    return _near_country(name[:100])


@lru_cache(maxsize=256)  # as for time zones
def _near_country(name: str) -> str | None:
    code, dash, subdivision = name.upper().partition("-")
    if dash and code in _countries():
        kind = _calendar_class(code)
        named = {alias.lower(): part for alias, part in kind.subdivisions_aliases.items()}
        meant = named.get(subdivision.lower()) or near(subdivision, kind.subdivisions)
        return f"{code}-{meant}" if meant else code
    words = _countries_by_word()
    word = name.strip().lower()
    if word in _OTHER_NAMES:
        return _OTHER_NAMES[word]
    meant = word if word in words else near(word, [known for known in words if len(known) > 3], 0.75)
    return None if meant is None else words[meant]


@cache
def _countries_by_word() -> Mapping[str, str]:
    """The countries by their names in lower case: those of ISO 3166 and those that the library has for them."""
    words: dict[str, str] = {english.lower(): iso for iso, english in _iso_countries().items() if iso in _countries()}
    for iso, (module, names) in _countries().items():
        words |= dict.fromkeys(
            (module.replace("_", " "), *(other.lower() for other in names if not other.startswith("Holidays"))), iso
        )
    return words


def country_message(name: str) -> tuple[str, str]:
    """The message and the help for a ``name`` that is not a country with known holidays."""
    code = name.partition("-")[0]
    if code in _iso_countries() and code not in _countries():
        return (
            f"the holidays of `{code}` ({_iso_countries()[code]}) are not known to the library `holidays`",
            "leave the country out: business days are then Monday to Friday",
        )
    meant = near_country(name)
    message = f"`{name}` is not a country whose holidays are known"
    return message, f"did you mean `{meant}`?" if meant else _COUNTRY_HELP
