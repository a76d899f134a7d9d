"""The geometry of a plan's chart, in user units (pixels at full size)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from tactful.api.advice import Advice
from tactful.api.plan import Plan, Window
from tactful.facts.calendars import Calendar
from tactful.formats.agenda import Group, Strand, days, groups, holidays, said_holidays, seconds
from tactful.formats.agenda.hours import their_clock
from tactful.language.terms import Modality
from tactful.reasons.wording import name_of

MARGIN: Final = 16
TITLE_HEIGHT: Final = 62
HEADER_HEIGHT: Final = 44
LANE: Final = 26
#: The width of a page. A chart of some weeks fills it; longer charts scroll.
_ROOM: Final = 1120
_DAY_LEAST, _DAY_MOST = 7.0, 48.0
_LABEL_LEAST, _LABEL_MOST = 150.0, 330.0
_GAP: Final = 12
_CHARACTER: Final = 7.2
#: The least width of a day for every day to have its number.
_NUMBERED: Final = 19.0
_NARROWEST_BAR: Final = 2.5
_MONTH_WIDTH: Final = 34.0


class Band(msgspec.Struct, frozen=True):
    """A day off, over the height of a lane; ``title`` names the holiday, or is empty on a weekend."""

    x: float
    y: float
    width: float
    height: float
    title: str


class Bar(msgspec.Struct, frozen=True):
    """A window."""

    x: float
    y: float
    width: float
    modality: Modality
    title: str


class Mark(msgspec.Struct, frozen=True):
    """A text, or a deadline with its title; ``y`` is its middle."""

    x: float
    y: float
    text: str
    full: str = ""


class Legend(msgspec.Struct, frozen=True):
    """What the marks mean."""

    modalities: tuple[tuple[Modality, str], ...]
    due: str
    now: str
    weekend: str
    holiday: str


class Chart(msgspec.Struct, frozen=True):
    """All parts, in drawing order."""

    width: float
    height: float
    left: float
    top: float
    bottom: float
    title: str
    subtitle: str
    months: tuple[Mark, ...]
    numbers: tuple[Mark, ...]
    mondays: tuple[float, ...]
    bands: tuple[Band, ...]
    titles: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    lines: tuple[float, ...]
    bars: tuple[Bar, ...]
    deadlines: tuple[Mark, ...]
    now: float
    legend: Legend
    footnotes: tuple[str, ...]
    description: str


def chart(plan: Plan, application: str | None = None) -> Chart:
    """The chart of a plan. ``application``: only advice about it, or about the candidate as a whole."""
    return _Layout(plan, groups(plan, application)).chart()


def heading(plan: Plan) -> tuple[str, str]:
    """The title of a plan, and its period and conditions."""
    words = plan.words
    start, until = (words.moment(seconds(moment), plan.calendar) for moment in (plan.start, plan.until))
    subtitle = words.say(
        "{first} to {last} ({zone}), if nothing else happens; by the rules of {pack}",
        first=start,
        last=until,
        zone=plan.calendar.time_zone,
        pack=plan.pack_name,
    )
    return words.say("The weeks ahead for {name}", name=name_of(plan.case.candidate)), subtitle


class _Layout:
    def __init__(self, plan: Plan, shown: tuple[Group, ...]) -> None:
        self._plan, self._groups, self._days, self._words = plan, shown, days(plan), plan.words
        self._places = _lanes(shown)
        labels = [strand.advice.label for strand, _ in self._places]
        wanted = max([text_width(label) for label in labels], default=0.0) + 2 * _GAP
        self._label = max(_LABEL_LEAST, min(wanted, _LABEL_MOST))
        self._left = MARGIN + self._label
        self._day = max(_DAY_LEAST, min((_ROOM - self._left) / len(self._days), _DAY_MOST))
        self._top = TITLE_HEIGHT + HEADER_HEIGHT
        self._bottom = float(self._top + LANE * (len(shown) + len(self._places)))

    def chart(self) -> Chart:
        title, subtitle = heading(self._plan)
        right = self._left + self._day * len(self._days)
        width = max(right, MARGIN + text_width(subtitle)) + MARGIN
        notes = _in_lines(
            said_holidays(holidays(self._plan, self._groups), self._words),
            min(width - 2 * MARGIN, _ROOM),  # visible without scrolling
        )
        return Chart(
            width=width,
            height=self._bottom + 52 + 18 * len(notes),
            left=self._left,
            top=self._top,
            bottom=self._bottom,
            title=title,
            subtitle=subtitle,
            months=tuple(self._months()),
            numbers=tuple(self._numbers()),
            mondays=tuple(self._x(day.start) for day in self._days[1:] if day.date.weekday() == 0),
            bands=tuple(self._bands()),
            titles=tuple(self._titles()),
            labels=tuple(self._labels()),
            lines=tuple(float(y) for y in self._heads()),
            bars=tuple(self._bars()),
            deadlines=tuple(self._deadlines()),
            now=self._x(seconds(self._plan.start)),
            legend=self._legend(),
            footnotes=tuple(notes),
            description=self._description(),
        )

    def _x(self, moment: float) -> float:
        """The x of a moment. All days are equally wide, with or without a clock change."""
        for no, day in enumerate(self._days):
            if moment < day.end:
                return round(self._left + self._day * (no + (moment - day.start) / (day.end - day.start)), 2)
        return round(self._left + self._day * len(self._days), 2)

    def _months(self) -> Iterable[Mark]:
        last = -_MONTH_WIDTH
        for no, day in enumerate(self._days):
            x = self._x(day.start)
            if day.date.day == 1 or no == 0:
                if no and x - last < _MONTH_WIDTH:  # the first days of a plan are the last of a month
                    continue
                last = x
                year = f" {day.date.year}" if no == 0 or day.date.month == 1 else ""
                yield Mark(x, TITLE_HEIGHT + 12, self._words.month(day.date) + year)

    def _numbers(self) -> Iterable[Mark]:
        every = self._day >= _NUMBERED
        for no, day in enumerate(self._days):
            if every or day.date.weekday() == 0 or no == 0 or (day.date == self._days[-1].date and every):
                yield Mark(
                    self._x(day.start) + self._day / 2,
                    TITLE_HEIGHT + 32,
                    str(day.date.day),
                    self._words.short_day(day.date),
                )

    def _bands(self) -> Iterable[Band]:
        yield from self._off(self._plan.calendar, TITLE_HEIGHT + 22, HEADER_HEIGHT - 22)
        for strand, y in self._places:
            yield from self._off(strand.calendar, y, LANE)

    def _off(self, calendar: Calendar, y: float, height: float) -> Iterable[Band]:
        for day in self._days:
            if not calendar.is_business_date(day.date):
                name = self._words.holiday(calendar, day.date)
                title = f"{self._words.short_day(day.date)}: {name}" if name else ""
                yield Band(self._x(day.start), y, round(self._day, 2), height, title)

    def _heads(self) -> Iterable[int]:
        """The y of each group."""
        y = self._top
        for group in self._groups:
            yield y
            y += LANE * (1 + len(group.strands))

    def _titles(self) -> Iterable[Mark]:
        for group, y in zip(self._groups, self._heads(), strict=True):
            room = self._left + self._day * len(self._days) - MARGIN
            yield Mark(MARGIN, y + LANE / 2, shortened(group.title, room / 1.1), group.title)

    def _labels(self) -> Iterable[Mark]:
        for strand, y in self._places:
            label = strand.advice.label
            yield Mark(MARGIN + _GAP, y + LANE / 2, shortened(label, self._label - 2 * _GAP), label)

    def _bars(self) -> Iterable[Bar]:
        for strand, y in self._places:
            for run in strand.runs:
                for window in run.windows:
                    yield self._bar(strand, run.advice, window, y)

    def _bar(self, strand: Strand, advice: Advice, window: Window, y: float) -> Bar:
        start, end = self._x(seconds(window.start)), self._x(seconds(window.end))
        say, now = self._words.say, seconds(window.start) == seconds(self._plan.start)
        until = say("beyond the end of this plan") if window.open_ended else self._in_words(window.end, strand.calendar)
        begins = say("now") if now else self._in_words(window.start, strand.calendar)
        lasts = say("from {first} until {last}", first=begins, last=until)
        title = f"{self._words.modality(advice.modality)}: {advice.label}\n{lasts}"
        return Bar(start, y, max(round(end - start, 2), _NARROWEST_BAR), advice.modality, title)

    def _deadlines(self) -> Iterable[Mark]:
        for strand, y in self._places:
            for run in strand.runs:
                due = run.advice.due
                if run.falls_due and due is not None and self._in_view(due):
                    by = self._words.deadline("by", self._in_words(due, strand.calendar))
                    title = f"{run.advice.label}\n{by}"
                    yield Mark(self._x(seconds(due)), y + LANE / 2, "", title)

    def _in_view(self, moment: datetime) -> bool:
        return self._days[0].start <= seconds(moment) < seconds(self._plan.until)

    def _in_words(self, moment: datetime, theirs: Calendar) -> str:
        local = self._words.named(self._plan.calendar.local(seconds(moment)))
        away = their_clock(moment, theirs, self._words)
        return f"{local} ({away})" if away else local

    def _legend(self) -> Legend:
        say = self._words.say
        return Legend(
            modalities=tuple((modality, self._words.modality(modality)) for modality in self._modalities()),
            due=say("due"),
            now=say("now"),
            weekend=say("weekend"),
            holiday=say("holiday"),
        )

    def _modalities(self) -> tuple[Modality, ...]:
        order: tuple[Modality, ...] = ("must", "should", "may", "should_not", "must_not")
        used = {run.advice.modality for strand, _ in self._places for run in strand.runs}
        return tuple(modality for modality in order if modality in used)

    def _description(self) -> str:
        counts = [f"{group.title}: {len(group.strands)}" for group in self._groups]
        return self._words.count(
            "A chart of a piece of advice against days. {counts}.",
            "A chart of {n} pieces of advice against days. {counts}.",
            len(self._places),
            counts="; ".join(counts),
        )


def _lanes(shown: tuple[Group, ...]) -> list[tuple[Strand, float]]:
    """The strands with the y of their lanes."""
    places: list[tuple[Strand, float]] = []
    y = float(TITLE_HEIGHT + HEADER_HEIGHT)
    for group in shown:
        y += LANE
        for strand in group.strands:
            places.append((strand, y))
            y += LANE
    return places


def text_width(text: str) -> float:
    """The estimated width of a text at 13 pixels; the reader's font is unknown."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return _CHARACTER * (len(text) + 0.8 * wide)


def shortened(text: str, room: float) -> str:
    """The text, cut to fit with an ellipsis."""
    if text_width(text) <= room:
        return text
    while text and text_width(text) > room - _CHARACTER:
        text = text[:-1]
    return text.rstrip() + "…"


def _in_lines(notes: list[str], room: float) -> list[str]:
    """The notes in lines, with as many on each as fit."""
    lines: list[str] = []
    for note in notes:
        if lines and text_width(f"{lines[-1]} · {note}") <= room:
            lines[-1] += f" · {note}"
        else:
            lines.append(note)
    return lines
