"""Calendars of a pack: days off and working days, weekends and office hours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from tactful.facts.dates import parse_date, parse_day_of_year
from tactful.facts.kinds import WEEKDAYS, parse_day_time
from tactful.facts.near import among, date_near
from tactful.facts.places import country_exists, country_message
from tactful.facts.working_time import CLOSES, DEFAULT, OPENS, DayRange, WorkingTime
from tactful.language.names import Report
from tactful.language.phrases.meant import window_meant
from tactful.language.syntax import Calendar
from tactful.language.terms import Name
from tactful.source.codes.pack import BadSetting

#: The most days off that a calendar may add to each year. Business days can only be counted where there are some.
MAX_YEARLY: Final = 180
#: The most days off of single years that a calendar may add in all.
MAX_DAYS: Final = 3_660
#: The most days and ranges in a list. Each is compared with each day of a year.
MAX_LISTED: Final = 500
_RANGE: Final = re.compile(r"(?P<first>\S.*?)\s+to\s+(?P<last>\S.*)")
_DAYS_HELP: Final = "write `2026-12-24`, `24 December`, or two of the same form with `to` between them"
_HOURS_HELP: Final = "write them like `09:00 to 17:00`"


def check_calendars(calendars: Sequence[Calendar], report: Report) -> Mapping[str, WorkingTime]:
    """The calendars of a pack by their names; mistakes are reported."""
    return {calendar.name.text: _working_time(calendar, report) for calendar in calendars}


def _working_time(calendar: Calendar, report: Report) -> WorkingTime:
    opens, closes = _hours(calendar.office_hours, report)
    days_off = _ranges(calendar.days_off, report)
    if calendar.days_off and _too_many(days_off):
        message = f"`{calendar.name.text}` has so many days off that business days cannot be counted"
        help_ = f"write at most {MAX_YEARLY} days of each year, and {MAX_DAYS:,} days of single years"
        report(BadSetting.at(calendar.days_off[0].span, message, help_))
        days_off = ()
    return WorkingTime(
        country=_country(calendar, report),
        weekend=None if calendar.weekend is None else _weekend(calendar.weekend, calendar.name, report),
        days_off=days_off,
        working_days=_ranges(calendar.working_days, report),
        opens=opens,
        closes=closes,
    )


def _country(calendar: Calendar, report: Report) -> str | None:
    country = calendar.country
    if country is None:
        return None
    if calendar.name.text == DEFAULT:
        message = f"`{DEFAULT}` is the calendar of every country, so it has no country of its own"
        report(BadSetting.at(country.span, message, "cases say in which country people are"))
    elif not country_exists(country.text):
        report(BadSetting.at(country.span, *country_message(country.text)))
    else:
        return country.text
    return None


def _weekend(days: tuple[Name, ...], name: Name, report: Report) -> tuple[int, ...]:
    weekend = []
    for day in days:
        if day.text.lower() in WEEKDAYS:
            weekend.append(WEEKDAYS.index(day.text.lower()))
        else:
            meant = among(day.text, WEEKDAYS)
            help_ = f"did you mean `{meant}`?" if meant else "write days such as `[saturday, sunday]`"
            report(BadSetting.at(day.span, f"`{day.text}` is not a day of the week", help_))
    if len(set(weekend)) == len(WEEKDAYS):
        report(BadSetting.at(days[0].span, f"nobody works on any day of the week in `{name.text}`"))
        return ()
    return tuple(sorted(set(weekend)))


def _hours(text: Name | None, report: Report) -> tuple[int, int]:
    if text is None:
        return OPENS, CLOSES
    match = _RANGE.fullmatch(text.text.strip())
    opens, closes = (None, None) if match is None else (parse_day_time(match["first"]), parse_day_time(match["last"]))
    if opens is None or closes is None:
        window = window_meant(text.text)
        meant = None if window is None else window.removeprefix("between ").replace(" and ", " to ")
        help_ = f"did you mean `{meant}`?" if meant else _HOURS_HELP
        report(BadSetting.at(text.span, f"`{text.text}` are not office hours", help_))
    elif opens >= closes:
        report(BadSetting.at(text.span, f"office hours end before they begin, in `{text.text}`", _HOURS_HELP))
    else:
        return opens, closes
    return OPENS, CLOSES


def _ranges(texts: tuple[Name, ...], report: Report) -> tuple[DayRange, ...]:
    if len(texts) > MAX_LISTED:
        message = f"the list has {len(texts):,} days and ranges, more than the {MAX_LISTED} that a calendar may list"
        report(BadSetting.at(texts[0].span, message, "write days that follow each other as ranges"))
        return ()
    ranges = []
    for text in texts:
        days = _range(text.text.strip())
        if days is None:
            help_ = _days_help(text.text.strip())
            report(BadSetting.at(text.span, f"`{text.text}` is neither a day nor a range of days", help_))
        elif not days.yearly and days.first > days.last:
            message = f"the last day comes before the first, in `{text.text}`"
            report(BadSetting.at(text.span, message, "write the earlier day first"))
        else:
            ranges.append(days)
    return tuple(ranges)


def _days_help(text: str) -> str:
    """The help for a text that is neither a day nor a range of days."""
    if among(text.removesuffix("s"), WEEKDAYS) is not None and not any(sign.isdigit() for sign in text):
        return "write the days off of each week under `weekend`"
    window = window_meant(text)
    meant = date_near(text) if window is None else window.removeprefix("between ").replace(" and ", " to ")
    return f"did you mean `{meant}`?" if meant is not None and _range(meant) is not None else _DAYS_HELP


def _range(text: str) -> DayRange | None:
    match = _RANGE.fullmatch(text)
    first, last = (text, text) if match is None else (match["first"], match["last"])
    for parse, yearly in ((parse_date, False), (parse_day_of_year, True)):
        begin, end = parse(first), parse(last)
        if begin is not None and end is not None:
            return DayRange(begin, end, yearly)
    return None


def _too_many(days_off: tuple[DayRange, ...]) -> bool:
    """Whether so many days are off that the search for a business day could take long, or never end."""
    yearly = [days for days in days_off if days.yearly]
    single = sum(days.last - days.first + 1 for days in days_off if not days.yearly)
    return single > MAX_DAYS or (_at_most(yearly) > MAX_YEARLY and _each_year(yearly) > MAX_YEARLY)


def _at_most(yearly: list[DayRange]) -> int:
    """More days than some ranges cover in a year, or as many, told without a look at each day."""
    return sum(31 * (1 + days.last // 100 - days.first // 100) if days.first <= days.last else 366 for days in yearly)


def _each_year(yearly: list[DayRange]) -> int:
    """How many days of a leap year some ranges cover."""
    leap_year = [date(2024, 1, 1) + timedelta(days=no) for no in range(366)]
    return sum(any(days.covers(day) for days in yearly) for day in leap_year)
