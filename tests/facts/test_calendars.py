"""Business days and local clocks, by example and against counting day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from draws import draws
from tactful.facts.calendars import Calendar, Calendars
from tactful.facts.kinds import HOUR
from tactful.facts.places import near_country, near_time_zone
from tactful.facts.working_time import WorkingTime

CALENDARS = Calendars()
PLACES = [
    ("America/New_York", "US"),
    ("Europe/Dublin", "IE"),
    ("Australia/Sydney", "AU-NSW"),
    ("Australia/Lord_Howe", None),
    ("Africa/Cairo", "EG"),
    ("Asia/Riyadh", "SA"),
    # What these have in common with others above is worked out once.
    ("America/Los_Angeles", "US"),
    ("Africa/Cairo", "IE"),
    ("UTC", None),
]
moments = st.integers(1_000_000_000, 2_200_000_000)
places = st.sampled_from(PLACES)


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _counted(calendar: Calendar, moment: int, count: int, step: int) -> int:
    """The same by going from day to day."""
    local = calendar.local(moment)
    day, at = local.date(), local.time()
    if not calendar.is_business_date(day):
        at = time() if step > 0 else time(23, 59, 59)
        while not calendar.is_business_date(day):
            day += timedelta(days=step)
    elif count == 0:
        return moment
    while count > 0:
        day += timedelta(days=step)
        count -= calendar.is_business_date(day)
    return calendar.instant(datetime.combine(day, at))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-24T16:30:00-05:00", 1, "2026-11-25T16:30:00-05:00"),
        ("2026-11-25T16:30:00-05:00", 1, "2026-11-27T16:30:00-05:00"),  # over Thanksgiving
        ("2026-11-20T16:30:00-05:00", 5, "2026-11-30T16:30:00-05:00"),
        ("2026-11-21T16:30:00-05:00", 1, "2026-11-24T00:00:00-05:00"),  # from a Saturday: Monday's start counts as none
        ("2026-11-21T16:30:00-05:00", 0, "2026-11-23T00:00:00-05:00"),
        ("2026-10-30T16:30:00-04:00", 1, "2026-11-02T16:30:00-05:00"),  # the clocks go back in between
    ],
)
def test_business_days_keep_the_local_time(start: str, count: int, end: str) -> None:
    """The same time on the n-th business day after, in New York."""
    assert CALENDARS.at("America/New_York", "US").add_business_days(_at(start), count) == _at(end)


@pytest.mark.parametrize(("place", "day"), [("EG", "2026-11-27"), ("SA", "2026-11-28"), ("US", "2026-11-28")])
def test_weekends_follow_the_country(place: str, day: str) -> None:
    """Friday is off in Egypt, Saturday in Saudi Arabia and the United States."""
    assert not CALENDARS.at("UTC", place).is_business_date(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("zone", "local", "moment"),
    [
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T03:30:00-04:00"),
        ("Australia/Sydney", "2026-10-04T02:30", "2026-10-04T03:30:00+11:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:45:00+11:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T01:30:00-04:00"),
        ("Australia/Sydney", "2026-04-05T02:30", "2026-04-05T02:30:00+11:00"),
    ],
)
def test_clock_times_that_are_skipped_or_come_twice_have_one_reading(zone: str, local: str, moment: str) -> None:
    """Skipped: later by as much as the clocks go forward. Twice: the first."""
    assert CALENDARS.at(zone, None).instant(datetime.fromisoformat(local)) == _at(moment)


@draws(300)
@given(place=places, moment=moments, count=st.integers(0, 300))
def test_adding_is_counting_day_by_day(place: tuple[str, str | None], moment: int, count: int) -> None:
    """The tables give what going from day to day gives."""
    calendar = CALENDARS.at(*place)
    assert calendar.add_business_days(moment, count) == _counted(calendar, moment, count, 1)


@draws(100)
@given(place=places, moment=moments, count=st.integers(0, 60))
def test_subtracting_is_counting_day_by_day(place: tuple[str, str | None], moment: int, count: int) -> None:
    """Backwards too."""
    calendar = CALENDARS.at(*place)
    assert calendar.subtract_business_days(moment, count) == _counted(calendar, moment, count, -1)


@draws(200)
@given(place=places, moment=moments)
def test_a_business_day_is_the_local_dates(place: tuple[str, str | None], moment: int) -> None:
    """Whether people work is a matter of the local date."""
    calendar = CALENDARS.at(*place)
    assert calendar.is_business_day(moment) == calendar.is_business_date(calendar.local(moment).date())


@draws(200)
@given(place=places, day=st.dates(date(1971, 1, 1), date(2190, 1, 1)))
def test_a_day_ends_a_second_before_the_next(place: tuple[str, str | None], day: date) -> None:
    """The last second of a day is still in it, the one after it is not."""
    calendar = CALENDARS.at(*place)
    end = calendar.end_of_day(day)
    assert (calendar.local(end).date(), calendar.local(end + 1).date()) == (day, day + timedelta(days=1))


def test_places_that_there_are_not_are_not_found() -> None:
    """Neither cities nor unknown countries are places; suggestions come from the lists."""
    places = (("Dublin", None), ("UTC", "XX"), ("UTC", "US-"), ("../UTC", None))
    assert [CALENDARS.find((zone, country, None)) for zone, country in places] == [None] * 4
    assert CALENDARS.find(("UTC", None, "acme")) is None
    assert near_time_zone("New York") == "America/New_York"
    assert near_country("us") == "US"
    assert CALENDARS.at("UTC", None).local(0) == datetime(1970, 1, 1, tzinfo=UTC)


@draws(200)
@given(
    zone=st.sampled_from(["UTC", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia"]),
    name=st.sampled_from([None, "shift"]),
    moment=st.integers(1_262_304_000, 1_900_000_000),
)
def test_office_hours_begin_as_the_local_clock_shows(zone: str, name: str | None, moment: int) -> None:
    """Also where the clock changes, or a day is left out: tables of days say what the clock says."""
    calendar = Calendars({"shift": WorkingTime(weekend=(4, 5), opens=2 * HOUR, closes=12 * HOUR)}).at(zone, None, name)
    day, opens = calendar.local(moment).date(), timedelta(seconds=calendar.opens)

    def opening(day: date) -> int:
        while not calendar.is_business_date(day):
            day += timedelta(days=1)
        return calendar.instant(datetime.combine(day, time()) + opens)

    assert calendar.next_day(moment) == opening(day + timedelta(days=1))
    at = calendar.day_time(moment)
    expected = opening(day + timedelta(days=1))
    if calendar.is_business_date(day) and at < calendar.closes:
        expected = moment if at >= calendar.opens else opening(day)
    assert calendar.office_time(moment) == expected
