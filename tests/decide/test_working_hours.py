"""Advice to call opens with the working hours of the person called, on that person's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import tactful

PACK = tactful.load()


def _plan(now: str, zone: str, country: str | None, weeks: int = 2, pack: tactful.Policy = PACK) -> tactful.Plan:
    """Two weeks of a candidate in Dublin, whose follow-up is due and goes to somebody who would rather be called."""
    ended = datetime.fromisoformat(now) - timedelta(days=30)
    case: dict[str, Any] = {
        "now": now,
        "candidate": {"id": "c", "time_zone": "Europe/Dublin", "country": "IE"},
        "applications": [
            {
                "id": "acme",
                "status": "interviewing",
                "people": [{"id": "dana", "prefers": "phone", "time_zone": zone, "country": country}],
                "interviews": [{"id": "i", "ended_at": ended.isoformat(), "interviewers": ["dana"]}],
            }
        ],
    }
    return pack.plan(case, until=timedelta(weeks=weeks))


def _calls(plan: tactful.Plan, zone: str) -> list[tuple[str, str]]:
    """When a call is advised, on the clock of the person called: a bound of 17:00 is the last second that counts."""
    [planned] = [item for item in plan.items if item.advice.action == "call"]
    there = ZoneInfo(zone)
    second = timedelta(seconds=1)
    return [
        (window.start.astimezone(there).isoformat(), (window.end - second).astimezone(there).isoformat())
        for window in planned.windows
    ]


def _days(calls: list[tuple[str, str]]) -> list[str]:
    return [start[:10] for start, _ in calls]


def test_a_call_opens_at_the_next_working_hour_there() -> None:
    """Friday evening in Dublin is Friday noon in New York; the next window there opens on Monday at nine."""
    calls = _calls(_plan("2026-11-13T22:30:00+00:00", "America/New_York", "US"), "America/New_York")
    assert calls[0] == ("2026-11-16T09:00:00-05:00", "2026-11-16T17:00:00-05:00")


def test_until_then_the_advice_is_to_wait_and_not_to_write_instead() -> None:
    """At night the application is given time, and no message that would stand in for the call is advised."""
    plan = _plan("2026-11-13T22:30:00+00:00", "America/New_York", "US")
    wait = next(item for item in plan.items if item.advice.action == "wait")
    assert wait.windows[0].start == plan.now.at
    assert wait.windows[0].end == datetime.fromisoformat("2026-11-16T09:00:00-05:00")
    assert "email_follow_up" not in {item.advice.action for item in plan.items}


@pytest.mark.parametrize(
    ("zone", "country", "now", "before", "after"),
    [
        # Northern hemisphere: forward on 8 March, back on 1 November 2026.
        ("America/New_York", "US", "2026-03-04T00:00:00+00:00", "2026-03-06T09:00:00-05:00", "2026-03-09T09:00:00-04:00"),
        ("America/New_York", "US", "2026-10-28T00:00:00+00:00", "2026-10-30T09:00:00-04:00", "2026-11-02T09:00:00-05:00"),
        # Southern hemisphere: back on 5 April (Easter Monday is the 6th), forward on 4 October (Labour Day is the 5th).
        ("Australia/Sydney", "AU-NSW", "2026-03-30T00:00:00+00:00", "2026-04-02T09:00:00+11:00", "2026-04-07T09:00:00+10:00"),
        ("Australia/Sydney", "AU-NSW", "2026-09-28T00:00:00+00:00", "2026-10-02T09:00:00+10:00", "2026-10-06T09:00:00+11:00"),
        # Half an hour, on Lord Howe Island.
        ("Australia/Lord_Howe", None, "2026-09-28T00:00:00+00:00", "2026-10-02T09:00:00+10:30", "2026-10-05T09:00:00+11:00"),
    ],
)  # fmt: skip
def test_nine_o_clock_is_nine_o_clock_on_either_side_of_a_clock_change(
    zone: str, country: str | None, now: str, before: str, after: str
) -> None:
    """The window follows the clock on the wall there, whatever the offset."""
    starts = [start for start, _ in _calls(_plan(now, zone, country), zone)]
    assert starts[starts.index(before) + 1] == after


@pytest.mark.parametrize(
    ("zone", "country", "off"),
    [
        ("Asia/Riyadh", "SA", {"Fri", "Sat"}),
        ("Asia/Tehran", "IR", {"Fri"}),
        ("Asia/Brunei", "BN", {"Fri", "Sun"}),
        ("America/New_York", "US", {"Sat", "Sun"}),
    ],
)
def test_weekends_are_those_of_the_place(zone: str, country: str, off: set[str]) -> None:
    """Nobody is called on a day off there; Sundays are working days in Riyadh."""
    days = {
        datetime.fromisoformat(day).strftime("%a")
        for day in _days(_calls(_plan("2026-06-10T00:00:00+00:00", zone, country, 3), zone))
    }
    assert days == {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} - off


def test_holidays_are_those_of_the_subdivision() -> None:
    """All Saints is a holiday in Bavaria and not in Berlin (2027, a Monday)."""
    now = "2027-10-28T00:00:00+00:00"
    days = {place: _days(_calls(_plan(now, "Europe/Berlin", place), "Europe/Berlin")) for place in ("DE-BY", "DE-BE")}
    assert "2027-11-01" not in days["DE-BY"]
    assert "2027-11-01" in days["DE-BE"]


def test_working_hours_are_parameters() -> None:
    """An overlay for shift work moves the window."""
    pack = tactful.loads(
        "pack: {name: late, version: 1}\nextends: default\nparameters: {calls_from: '12:00', calls_until: '20:30'}\n"
    )
    calls = _calls(_plan("2026-11-16T00:00:00+00:00", "Europe/Dublin", "IE", 1, pack), "Europe/Dublin")
    assert calls[0] == ("2026-11-16T12:00:00+00:00", "2026-11-16T20:30:00+00:00")


def test_business_days_of_a_plan_count_in_the_calendar_of_the_application() -> None:
    """Five business days after an interview before Easter end later in Dublin than in New York, and people are at work then."""

    def opens(zone: str, country: str) -> str:
        case = {
            "now": "2026-04-01T18:00:00Z",
            "candidate": {"id": "c", "time_zone": "Europe/Dublin", "country": "IE"},
            "applications": [
                {
                    "id": "acme",
                    "time_zone": zone,
                    "country": country,
                    "people": [{"id": "dana"}],
                    "interviews": [{"id": "i", "ended_at": "2026-04-01T16:00:00Z", "interviewers": ["dana"]}],
                }
            ],
        }
        plan = PACK.plan(case)
        return next(item.start.isoformat() for item in plan.items if item.advice.action == "email_follow_up")

    assert opens("America/New_York", "US") == "2026-04-08T17:00:00+01:00"
    assert opens("Europe/Dublin", "IE") == "2026-04-10T09:00:00+01:00"
