"""Time zones and countries by name, the memory of calendars, and days that clocks leave out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import product
from string import ascii_uppercase
from typing import Any, Final

import pyarrow as pa
import pytest
from holidays.registry import COUNTRIES

import tactful
from tactful.facts.calendars import MAX_PLACES, MAX_TABLES, MAX_YEARS, Calendar, Calendars
from tactful.facts.places import Bounded, _has_module, _iso_countries, country_exists, time_zone_exists, time_zones
from tactful.facts.reading.limits import CaseLimits

POLICY: Final = tactful.load()
NO_COUNTRIES: Final = (
    "utils", "constants", "registry", "countries", "NYSE", "XNYS", "HolidayBase", "Germany", "de", "us", "USA", "UK",
    "U", "", " ", "US-", "US-ny", "US-XX", "-NY", "US-NY-NY", "../US", "__name__", "country_holidays", "E U", "EU", "\u0660",
    "US-Alabama", "\u24ca\u24c8",
)  # fmt: skip
NO_ZONES: Final = (
    "localtime", "posixrules", "Factory", "europe/dublin", "Europe/dublin", "EUROPE/DUBLIN", "/etc/passwd", "../UTC",
    "Europe/../UTC", "Europe/Dublin/", "Europe", "", ".", "tzdata.zi", "zone.tab", "right/UTC", "posix/UTC", "Europe//Dublin",
    "Dublin", "GMT+25", "UTC\0", "x" * 5_000, "\ud83d",
)  # fmt: skip


def _codes(case: Any, door: str) -> set[tuple[str, str | None]]:
    """The codes and paths with which a case is refused by a door."""
    text = json.dumps(case)
    doors: dict[str, Callable[[], object]] = {
        "file": lambda: POLICY.read_text(text, "case.json"),
        "bytes": lambda: POLICY.decide(text.encode()),
        "text": lambda: POLICY.decide(text),
        "mapping": lambda: POLICY.decide(case),
    }
    with pytest.raises(tactful.InvalidInput) as refused:
        doors[door]()
    return {(problem.code, problem.path) for problem in refused.value.diagnostics}


@pytest.mark.parametrize("door", ["file", "bytes", "text", "mapping"])
@pytest.mark.parametrize("country", NO_COUNTRIES)
def test_what_is_no_country_is_refused(country: str, door: str) -> None:
    """Only ISO 3166 alpha-2 codes are countries, with subdivisions that the library has. Once any attribute of it was."""
    case = {"now": "2026-11-23T10:00:00Z", "candidate": {"id": "me", "country": country}}
    assert _codes(case, door) == {("T208", "candidate.country")}


@pytest.mark.parametrize("door", ["file", "bytes", "text", "mapping"])
@pytest.mark.parametrize("zone", [zone for zone in NO_ZONES if zone.isprintable() and zone.isascii()])
def test_what_is_no_time_zone_is_refused(zone: str, door: str) -> None:
    """Only names of the IANA list are time zones, letter by letter. Once files beside that list were."""
    case = {"now": "2026-11-23T10:00:00Z", "candidate": {"id": "me", "time_zone": zone}}
    assert _codes(case, door) == {("T208", "candidate.time_zone")}


@pytest.mark.parametrize("zone", NO_ZONES)
def test_looking_up_a_zone_never_fails(zone: str) -> None:
    """Any text is in the list or not."""
    assert not time_zone_exists(zone)


@pytest.mark.parametrize(
    ("country", "meant"),
    [("Germany", "DE"), ("de", "DE"), ("USA", "US"), ("UK", "GB"), ("US-Alabama", "US-AL"), ("United States", "US")],
)
def test_a_country_that_was_probably_meant(country: str, meant: str) -> None:
    """Names and longer codes lead to the code."""
    with pytest.raises(tactful.InvalidInput) as refused:
        POLICY.decide({"now": "2026-11-23T10:00:00Z", "candidate": {"id": "me", "country": country}})
    assert refused.value.diagnostics[0].help == f"did you mean `{meant}`?"


def test_countries_of_the_list() -> None:
    """Codes with and without a subdivision."""
    assert all(map(country_exists, ("US", "US-NY", "IE", "DE-BY", "AU-NSW", "CA-QC", "GB-SCT", "JP")))


def test_the_quick_look_into_the_library_agrees_with_it() -> None:
    """No pair of letters is a country for one of them alone."""
    codes = ["".join(pair) for pair in product(ascii_uppercase, repeat=2)]
    known = {names[1] for names in COUNTRIES.values()}
    assert [code for code in codes if country_exists(code)] == sorted(known)
    assert {code for code in _iso_countries() if _has_module(code)} <= known


def test_loading_the_shipped_rules_imports_no_holidays() -> None:
    """They name a country, and the import takes as long as half of the rules."""
    program = "import sys, tactful\ntactful.load()\nprint('holidays' in sys.modules)\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_decision_imports_the_holidays_of_its_country_alone() -> None:
    """Importing the modules of all countries took 100 ms."""
    program = (
        "import sys, tactful\n"
        "from datetime import date\n"
        "from tactful.facts.calendars import Calendars\n"
        "assert Calendars().at('Europe/Dublin', 'IE').holiday_name(date(2026, 3, 17)) == \"Saint Patrick's Day\"\n"
        "print(sum(name.startswith('holidays.countries') for name in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


def test_a_case_names_at_most_32_places() -> None:
    """A place more is a mistake, by every door."""
    zones = sorted(time_zones())[:40]
    people = [{"id": f"p{no}", "time_zone": zone} for no, zone in enumerate(zones[: CaseLimits().places])]
    case = {"now": "2026-11-23T10:00:00Z", "candidate": {"id": "me"}, "applications": [{"id": "a", "people": people}]}
    for door in ("file", "bytes", "text", "mapping"):
        assert _codes(case, door) == {("T212", "applications[0].people[31]")}
    table_case = POLICY.decide_tables(_tables(case))
    assert table_case.rejects["code"].to_pylist() == ["T212"]
    del people[31]
    assert POLICY.decide_tables(_tables(case)).rejects.num_rows == 0
    POLICY.decide(case)


def _tables(case: dict[str, Any]) -> dict[str, Any]:
    people = [
        {"candidate_id": "me", "application_id": "a", "person_id": person["id"], "time_zone": person["time_zone"]}
        for person in case["applications"][0]["people"]
    ]
    return {
        "candidates": pa.Table.from_pylist([{"candidate_id": "me", "now": case["now"]}]),
        "applications": pa.Table.from_pylist([{"candidate_id": "me", "application_id": "a"}]),
        "people": pa.Table.from_pylist(people),
    }


def test_kept_entries_are_bounded() -> None:
    """Where no value is used again, the oldest go; a value that is there stays."""
    kept: Bounded[int, str] = Bounded(3)
    for no in range(5):
        kept.keep(no, str(no))
    assert kept.keep(4, "another") == "4"
    assert list(kept.entries) == [2, 3, 4]


def test_values_in_use_are_kept() -> None:
    """A value that is used now and then outlives any number of values that are used once. Unused, it goes in its turn."""
    kept: Bounded[int, str] = Bounded(8)
    kept.keep(-1, "in use")
    for no in range(1_000):
        if no % 5 == 0:
            assert kept.get(-1) == "in use"
        kept.keep(no, "once")
        assert len(kept.entries) <= 8
    for no in range(1_000, 1_020):
        kept.keep(no, "once")
    assert kept.get(-1) is None


def test_where_all_values_are_in_use_the_new_one_goes() -> None:
    """Marks of all values do not keep anything for ever: each is looked at once, and then one is dropped."""
    kept: Bounded[int, str] = Bounded(4)
    for no in range(4):
        kept.keep(no, str(no))
    assert [kept.get(no) for no in range(4)] == ["0", "1", "2", "3"]
    assert kept.keep(4, "4") == "4"
    assert list(kept.entries) == [0, 1, 2, 3]
    kept.keep(5, "5")
    assert list(kept.entries) == [1, 2, 3, 5]


@pytest.mark.parametrize("named", ["candidate", "application", "person"])
def test_a_place_that_cases_keep_naming_keeps_its_calendar(named: str) -> None:
    """However many other places are named meanwhile: its calendar is not made again."""
    policy = tactful.load()
    place = {"time_zone": "Europe/Dublin", "country": "IE"}
    person = {"id": "p", **(place if named == "person" else {})}
    application = {"id": "a", "people": [person], **(place if named == "application" else {})}
    candidate = {"id": "me", **(place if named == "candidate" else {})}
    case = {"now": "2026-11-23T10:00:00Z", "candidate": candidate, "applications": [application]}
    calendars = policy.calendars

    def calendar() -> Calendar:
        family = policy.read(case).families[0]
        return family.people[0].calendar

    before = calendar()
    for no, zone in enumerate(sorted(time_zones() - {"Europe/Dublin"}) * 3):
        calendars.at(zone, (None, "US", "IE")[no // (len(time_zones()) - 1)])
        if no % 100 == 0:
            assert calendar() is before
    assert calendar() is before


def test_calendars_are_bounded() -> None:
    """Whatever places and years are asked for, so many calendars, years and tables are kept and no more."""
    calendars = Calendars()
    years = range(1971, 2199, 40)
    for zone in sorted(time_zones())[: MAX_TABLES // len(years) + 50]:
        for country in ("US", None):
            calendar = calendars.at(zone, country)
            for year in years:
                calendar.days_of(year)
    shared = calendars._shared
    assert len(calendars.known.entries) <= MAX_PLACES
    assert max(len(shared.offices.entries), len(shared.midnights.entries)) <= MAX_YEARS
    assert sum(len(entry.value._years) for entry in calendars.known.entries.values()) <= MAX_TABLES


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_a_day_that_never_was() -> None:
    """Samoa went from 29 to 31 December 2011, a Saturday. The day between was once counted as a business day."""
    apia = Calendars().at("Pacific/Apia", None)
    thursday = _at("2011-12-29T10:00:00-10:00")
    assert apia.add_business_days(thursday, 1) == _at("2012-01-02T10:00:00+14:00")
    assert apia.subtract_business_days(_at("2012-01-02T10:00:00+14:00"), 1) == thursday
    assert not apia.is_business_date(date(2011, 12, 30))
    assert (
        apia.end_of_day(date(2011, 12, 30)) == apia.end_of_day(date(2011, 12, 29)) == _at("2011-12-29T23:59:59-10:00")
    )
    assert apia.start_of_day(date(2011, 12, 31)) == _at("2011-12-31T00:00:00+14:00")


@pytest.mark.parametrize("part", range(10))
def test_days_of_every_zone_are_in_order(part: int) -> None:
    """Every zone, at all its changes of clocks: days follow each other, and business days lead on.

    Where a clock skips hours, a time that it skips comes out later, by at most the hours that are skipped.
    """
    for zone in sorted(time_zones())[part::50]:
        calendar = Calendar(zone, None)
        for year in (1971, 1986, 1994, 2006, 2011, 2016, 2025, 2026, 2087, 2198):
            _check_year(calendar, year)


def _check_year(calendar: Calendar, year: int) -> None:
    first = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    days = [date(year, 1, 1) + timedelta(days=no) for no in range(366)]
    starts, ends = [calendar.start_of_day(day) for day in days], [calendar.end_of_day(day) for day in days]
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert all(end + 1 == start for end, start in zip(ends[:-1], starts[1:], strict=True))
    for change in calendar.clock_changes(first, first + 366 * 86_400):
        moments = [change + hours * 3_600 for hours in range(-72, 73, 5)]
        for moment in moments:
            on = [calendar.add_business_days(moment, count) for count in range(4)]
            assert on == sorted(on)
            assert moment <= on[0]
            assert calendar.subtract_business_days(moment, 1) <= moment
