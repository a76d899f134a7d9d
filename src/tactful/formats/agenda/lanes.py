"""The data of charts: a lane for each strand, grouped by application, and the days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from tactful.api.plan import Plan
from tactful.formats.agenda.strands import Strand, strands
from tactful.reasons.words import Words


class Day(msgspec.Struct, frozen=True, eq=False):
    """A day in the candidate's time zone, from ``start`` up to but not including ``end`` (seconds since 1970, UTC)."""

    date: date
    start: int
    end: int


class Group(msgspec.Struct, frozen=True, eq=False):
    """The strands of one application, or of the candidate; ``title`` is its name."""

    title: str
    strands: tuple[Strand, ...]


def days(plan: Plan) -> tuple[Day, ...]:
    """All days that the plan touches."""
    first, last = plan.start.date(), (plan.until - timedelta(seconds=1)).date()
    dates = [first + timedelta(days=no) for no in range((last - first).days + 2)]
    starts = [plan.calendar.start_of_day(day) for day in dates]
    return tuple(Day(*bounds) for bounds in zip(dates, starts, starts[1:], strict=False))


def groups(plan: Plan, application: str | None = None) -> tuple[Group, ...]:
    """Applications in the case's order, then the candidate; in each, recommendations before prohibitions."""
    ordered = sorted(strands(plan, application), key=lambda strand: strand.prohibits)
    ids = [family.application.id for family in plan.case.families]
    all_groups = [
        Group(plan.now.place(id_) or id_, tuple(strand for strand in ordered if strand.advice.application == id_))
        for id_ in ids
    ]
    all_groups.append(
        Group(plan.words.say("You"), tuple(strand for strand in ordered if strand.advice.application is None))
    )
    return tuple(group for group in all_groups if group.strands)


def holidays(plan: Plan, shown: Iterable[Group]) -> tuple[tuple[date, str], ...]:
    """Holidays and days off of everybody in the chart: day and name, and if there are several calendars, whose they are.

    A calendar is called by the name that the pack gives it, or by its country.
    """
    calendars = [plan.calendar, *(strand.calendar for group in shown for strand in group.strands)]
    places = {calendar.name or calendar.country or "": calendar for calendar in calendars}
    several = sum(map(bool, places)) > 1
    places_by_holiday: dict[tuple[date, str], list[str]] = {}
    for day in days(plan):
        for called, place in sorted(places.items()):
            name = None if place.is_business_date(day.date) else plan.words.holiday(place, day.date)
            if name is not None:
                places_by_holiday.setdefault((day.date, name), []).append(called)
    return tuple(
        (day, f"{name} ({', '.join(filter(None, whose))})" if several and any(whose) else name)
        for (day, name), whose in places_by_holiday.items()
    )


def said_holidays(off: Iterable[tuple[date, str]], words: Words) -> list[str]:
    """Holidays in words. Consecutive days with the same name are combined: ``Sun 27 Dec to Thu 31 Dec day off``."""
    runs: list[tuple[date, date, str]] = []
    for day, name in off:
        run = next(
            (no for no, (_, last, of) in enumerate(runs) if of == name and last + timedelta(days=1) == day), None
        )
        if run is None:
            runs.append((day, day, name))
        else:
            runs[run] = (runs[run][0], day, name)
    return [f"{_from_to(first, last, words)} {name}" for first, last, name in runs]


def _from_to(first: date, last: date, words: Words) -> str:
    if first == last:
        return words.short_day(first)
    return words.say("{first} to {last}", first=words.short_day(first), last=words.short_day(last))
