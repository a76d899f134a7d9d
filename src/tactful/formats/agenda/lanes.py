"""What charts are drawn from: a lane for each strand, grouped by application, and the days with their marks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from tactful.api.plan import Plan
from tactful.facts.calendars import Calendar
from tactful.formats.agenda.strands import Strand, strands


class Day(msgspec.Struct, frozen=True, eq=False):
    """A day on the candidate's clock, from ``start`` up to but not including ``end`` (seconds since 1970)."""

    date: date
    start: int
    end: int


class Group(msgspec.Struct, frozen=True, eq=False):
    """The strands of one application, or of the candidate; ``title`` is what to call it."""

    title: str
    strands: tuple[Strand, ...]


def days(plan: Plan) -> tuple[Day, ...]:
    """All days that the plan touches."""
    first, last = plan.start.date(), (plan.until - timedelta(seconds=1)).date()
    dates = [first + timedelta(days=no) for no in range((last - first).days + 2)]
    starts = [plan.calendar.start_of_day(day) for day in dates]
    return tuple(Day(*one) for one in zip(dates, starts, starts[1:], strict=False))


def groups(plan: Plan, application: str | None = None) -> tuple[Group, ...]:
    """Applications in the case's order, then the candidate; in each, what to do before what to leave."""
    found = sorted(strands(plan, application), key=lambda one: one.prohibits)
    ids = [family.application.id for family in plan.case.families]
    made = [
        Group(plan.now.company(id_) or id_, tuple(one for one in found if one.advice.application == id_)) for id_ in ids
    ]
    made.append(Group("You", tuple(one for one in found if one.advice.application is None)))
    return tuple(one for one in made if one.strands)


def holidays(plan: Plan, shown: Iterable[Group]) -> tuple[tuple[date, str], ...]:
    """Public holidays on which somebody shown does not work: their days and names, with countries where there are several."""
    calendars = [plan.calendar, *(strand.calendar for group in shown for strand in group.strands)]
    places = {one.country: one for one in calendars if one.country is not None}
    found: dict[tuple[date, str], list[str]] = {}
    for day in days(plan):
        for country, place in sorted(places.items()):
            name = _holiday(place, day.date)
            if name is not None:
                found.setdefault((day.date, name), []).append(country)
    return tuple(
        (day, f"{name} ({', '.join(countries)})" if len(places) > 1 else name)
        for (day, name), countries in found.items()
    )


def _holiday(calendar: Calendar, day: date) -> str | None:
    return None if calendar.is_business_date(day) else calendar.holiday_name(day)
