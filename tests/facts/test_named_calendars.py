"""Calendars that a pack declares: days off, working days, weekends and office hours, named by an application."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import tactful
from tactful.facts.calendars import Calendar
from tactful.facts.rows import Case
from tactful.formats.agenda.lanes import groups, holidays, said_holidays

#: A pack without calendars.
BARE = """
rules: {look: {about: Look around., for each: candidate, then: {should: look}, because: It helps.}}
actions: {look: {about: Look around., label: Look around}}
"""
PACK = """
calendars:
  default: {days off: [24 December to 1 January]}
  acme:
    country: US
    weekend: [friday, saturday]
    days off: [2026-11-30, 2026-12-08 to 2026-12-09]
    working days: [2026-11-26]
    office hours: 08:00 to 12:30
  bolt: {days off: [29 February]}
actions: {call: {about: Call., one per: application}}
rules:
  call:
    for each: application
    when: {application.business_day: yes}
    then: {should: call}
    because: people work today
"""
POLICY = tactful.loads(PACK)


def case(**application: Any) -> Case:
    """A case of a candidate in Berlin with an application."""
    people = [{"id": "there"}, {"id": "away", "country": "GB"}, {"id": "on_another_clock", "time_zone": "Asia/Tokyo"}]
    return POLICY.read(
        {
            "candidate": {"id": "me", "time_zone": "Europe/Berlin", "country": "DE"},
            "applications": [{"id": "a", "people": people, **application}],
        }
    )


def place(calendar: Calendar) -> tuple[str, str | None, str | None]:
    """The time zone, the country and the name of a calendar."""
    return calendar.time_zone, calendar.country, calendar.name


def test_an_application_names_a_calendar() -> None:
    """It has the calendar's country, unless it gives its own; people without a place of their own share the calendar."""
    family = case(calendar="acme").families[0]
    assert place(family.application.calendar) == ("Europe/Berlin", "US", "acme")
    assert [place(person.calendar) for person in family.people] == [
        ("Europe/Berlin", "US", "acme"),
        ("Europe/Berlin", "GB", None),
        ("Asia/Tokyo", "US", None),
    ]
    assert place(case(calendar="acme", country="CA").families[0].application.calendar)[1:] == ("CA", "acme")
    assert place(case(calendar="bolt").families[0].application.calendar) == ("Europe/Berlin", "DE", "bolt")
    assert place(case().families[0].application.calendar) == ("Europe/Berlin", "DE", None)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param(date(2026, 11, 27), False, id="Friday, which is their weekend"),
        pytest.param(date(2026, 11, 29), True, id="Sunday, which is not"),
        pytest.param(date(2026, 11, 30), False, id="a day off"),
        pytest.param(date(2026, 12, 7), True, id="the day before a range"),
        pytest.param(date(2026, 12, 8), False, id="the first day of a range"),
        pytest.param(date(2026, 12, 9), False, id="the last day of a range"),
        pytest.param(date(2026, 12, 10), True, id="the day after a range"),
        pytest.param(date(2026, 11, 26), True, id="Thanksgiving, a holiday of the country that is a working day"),
        pytest.param(date(2026, 7, 5), True, id="Sunday"),
        pytest.param(date(2026, 9, 7), False, id="Labor Day, a holiday of the country"),
        pytest.param(date(2026, 12, 28), True, id="a day off of the default calendar only"),
    ],
)
def test_days_off_are_added_to_those_of_the_country(day: date, works: bool) -> None:
    """Working days count more than days off, and days off more than the rest."""
    assert case(calendar="acme").families[0].application.calendar.is_business_date(day) is works


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 12, 23), True),
        (date(2026, 12, 24), False),
        (date(2026, 12, 31), False),
        (date(2027, 1, 1), False),
        (date(2027, 1, 4), True),
    ],
)
def test_the_default_calendar_is_that_of_every_place(day: date, works: bool) -> None:
    """Its yearly days off pass the end of the year."""
    read = case()
    calendars = (read.candidate.calendar, *(person.calendar for person in read.families[0].people))
    assert {calendar.is_business_date(day) for calendar in calendars} == {works}


def test_29_february_is_the_28th_in_other_years() -> None:
    """A yearly day off on 29 February is the 28th in years without a 29th."""
    calendar = case(calendar="bolt").families[0].application.calendar
    days = (date(2028, 2, 28), date(2028, 2, 29), date(2029, 2, 28), date(2029, 3, 1))
    assert [calendar.is_business_date(day) for day in days] == [True, False, False, True]


def test_office_hours_open_on_a_working_day() -> None:
    """Inside office hours a moment stays; outside, the next beginning of office hours counts."""
    calendar = case(calendar="acme").families[0].application.calendar

    def office_time(text: str) -> str:
        moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))
        return calendar.local(calendar.office_time(int(moment.timestamp()))).strftime("%d %H:%M:%S")

    assert office_time("2026-11-25T07:59:59") == "25 08:00:00"
    assert office_time("2026-11-25T12:29:59") == "25 12:29:59"
    assert office_time("2026-11-25T12:30:00") == "26 08:00:00"
    assert office_time("2026-11-26T13:00:00") == "29 08:00:00"  # Friday and Saturday are their weekend
    assert office_time("2026-11-29T13:00:00") == "01 08:00:00"  # Monday is a day off


def test_an_unknown_calendar_is_a_mistake_by_every_door() -> None:
    """The mistake names what was probably meant; tables reject the candidate."""
    wrong = {"candidate": {"id": "me"}, "applications": [{"id": "a", "calendar": "acne"}]}
    with pytest.raises(tactful.InvalidInput) as caught:
        POLICY.read(wrong)
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.path, problem.help) == ("T208", "applications[0].calendar", "did you mean `acme`?")
    with pytest.raises(tactful.InvalidInput, match=r"case\.yaml:1:"):
        POLICY.read_text(b"{candidate: {id: me}, applications: [{id: a, calendar: acne}]}", "case.yaml")
    with pytest.raises(tactful.InvalidInput):
        POLICY.change(case(), {"application[a].calendar": "acne"})
    changed = POLICY.change(case(), {"application[a].calendar": "acme"})
    assert changed.families[0].application.calendar.name == "acme"
    with pytest.raises(tactful.InvalidInput, match="declare it under `calendars`"):
        tactful.loads(BARE).read(wrong)


@pytest.mark.parametrize(
    ("calendar", "message"),
    [
        ("{days off: [2026-13-01]}", "neither a day nor a range of days"),
        ("{days off: [24 December to 2027-01-01]}", "neither a day nor a range of days"),
        ("{days off: [2027-01-02 to 2027-01-01]}", "the last day comes before the first"),
        ("{days off: [2 January to 31 December]}", "so many days off that business days cannot be counted"),
        ("{days off: [2000-01-01 to 2020-01-01]}", "so many days off that business days cannot be counted"),
        (f"{{days off: [{', '.join(['3 January'] * 501)}]}}", "501 days and ranges, more than the 500"),
        (f"{{working days: [{', '.join(['2026-01-03'] * 501)}]}}", "501 days and ranges, more than the 500"),
        ("{weekend: [sundy]}", "did you mean `sunday`?"),
        ("{weekend: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]}", "nobody works on any day"),
        ("{office hours: 17:00 to 09:00}", "office hours end before they begin"),
        ("{office hours: nine to five}", "are not office hours"),
        ("{country: Germany}", "`DE`"),
        ("{holidays: [2026-11-27]}", "`holidays` means nothing here"),
    ],
)
def test_mistakes_in_calendars_are_reported(calendar: str, message: str) -> None:
    """Each mistake of a calendar is reported with its place and its remedy."""
    with pytest.raises(tactful.InvalidInput) as caught:
        tactful.loads(PACK.replace("bolt: {days off: [29 February]}", f"bolt: {calendar}"))
    assert message in str(caught.value)
    assert all(problem.span is not None and problem.span.line == 10 for problem in caught.value.diagnostics)


def test_the_default_calendar_has_no_country() -> None:
    """The country of people who name no calendar is a fact of the case."""
    with pytest.raises(tactful.InvalidInput, match="has no country of its own"):
        tactful.loads(PACK.replace("default: {", "default: {country: US, "))


def test_an_overlay_changes_a_calendar_key_by_key(tmp_path: Path) -> None:
    """An overlay replaces the keys that it states, keeps the others, and may declare calendars of its own."""
    (tmp_path / "base.yaml").write_text(PACK)
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("extends: base.yaml\ncalendars: {acme: {weekend: [sunday]}, other: {days off: 24 December}}")
    calendars = tactful.load(overlay).checked.calendars
    assert (calendars["acme"].weekend, calendars["acme"].opens) == ((6,), 8 * 3600)
    assert sorted(calendars) == ["acme", "bolt", "default", "other"]


def test_a_plan_shows_days_off_of_named_calendars() -> None:
    """The chart of a plan calls a calendar by the pack's name, so that two of one country are told apart."""
    given = {
        "now": "2026-11-26T09:00:00+01:00",
        "candidate": {"id": "me", "time_zone": "Europe/Berlin"},
        "applications": [{"id": "a", "calendar": "acme"}, {"id": "b", "country": "US"}],
    }
    plan = POLICY.plan(given, until=timedelta(days=14))
    assert [(day.isoformat(), name) for day, name in holidays(plan, groups(plan))] == [
        ("2026-11-26", "Thanksgiving Day (US)"),
        ("2026-11-30", "day off (acme)"),
        ("2026-12-08", "day off (acme)"),
        ("2026-12-09", "day off (acme)"),
    ]
    assert said_holidays(holidays(plan, groups(plan)), plan.words) == [
        "Thu 26 Nov Thanksgiving Day (US)",
        "Mon 30 Nov day off (acme)",
        "Tue 8 Dec to Wed 9 Dec day off (acme)",
    ]
