"""A chart of a plan for terminals: a row for each piece of advice, a column for each day. It can be read without colour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from rich.cells import cell_len
from rich.text import Text

from tactful.api.plan import Plan
from tactful.formats.agenda import Day, Group, Strand, days, groups, holidays, said_holidays, seconds
from tactful.formats.text import STYLES
from tactful.language.terms import Modality
from tactful.reasons.words import Words
from tactful.source.characters import printable

_MARKS: Final[dict[Modality, str]] = {"must": "█", "should": "▓", "may": "▒", "should_not": "-", "must_not": "×"}
_DUE: Final = "◆"
_TODAY: Final = "▼"
_WEEKEND: Final = "·"
_HOLIDAY: Final = "*"
#: The largest share of a line for labels, and their least width in cells.
_LABEL_SHARE: Final = 0.42
_LABEL_LEAST: Final = 20
_WIDEST_DAY: Final = 3
_GAP: Final = 2
_BETWEEN: Final = "   "


class _Column(NamedTuple):
    """One or more days that share a column, ``width`` cells wide."""

    days: tuple[Day, ...]
    width: int

    @property
    def start(self) -> int:
        return self.days[0].start

    @property
    def end(self) -> int:
        return self.days[-1].end


def chart(plan: Plan, application: str | None, width: int) -> Iterator[Text]:
    """The lines of the chart, its legend and the names of its holidays. Only the holidays may be wider than ``width`` cells."""
    shown = groups(plan, application)
    wanted = _label_width(shown)
    columns = _columns(days(plan), width - _GAP - max(_LABEL_LEAST, min(wanted, int(width * _LABEL_SHARE))))
    label = min(wanted, width - _GAP - sum(column.width for column in columns))
    off = holidays(plan, shown)
    for line in (*_header(columns, plan.words), _marks(plan, columns, {day for day, _ in off})):
        yield _row(Text(), line, label)
    for group in shown:
        yield _row(Text(printable(group.title), "bold"), Text(), label)
        for strand in group.strands:
            yield _row(Text(printable(f"  {strand.advice.label}")), _strip(strand, columns, plan), label)
    yield Text("")
    yield from _in_lines(_legend(shown, columns, bool(off), plan.words), width)
    if off:
        said = said_holidays(off, plan.words)
        named = ("; " if any("," in day for day in said) else ", ").join(said)  # many languages write "Mo., 12. Okt."
        yield Text(plan.words.say("Holidays: {days}", days=named), "dim")


def _row(label: Text, cells: Text, width: int) -> Text:
    if label.cell_len > width:
        label = _cut(label, width)
    return label.append(" " * (width - label.cell_len + _GAP)).append_text(cells)


def _cut(label: Text, width: int) -> Text:
    """The beginning of a label that is too long, with an ellipsis: whole words, unless little were left of it."""
    kept = label.copy()
    kept.truncate(width - 1)
    words = kept.plain.rpartition(" ")[0].rstrip()
    if not label.plain[len(kept) :].startswith(" ") and cell_len(words) >= width // 2:
        kept.right_crop(len(kept) - len(words))
    kept.rstrip()
    return kept.append("…")


def _label_width(shown: tuple[Group, ...]) -> int:
    labels = [cell_len(printable(strand.advice.label)) + 2 for group in shown for strand in group.strands]
    return max([cell_len(printable(group.title)) for group in shown] + labels)


def _columns(shown: tuple[Day, ...], room: int) -> tuple[_Column, ...]:
    """Columns that use the room: several cells for each day, or else several days for each cell."""
    per_day = min(_WIDEST_DAY, room // len(shown))
    if per_day >= 1:
        return tuple(_Column((day,), per_day) for day in shown)
    together = -(-len(shown) // room)
    return tuple(_Column(shown[no : no + together], 1) for no in range(0, len(shown), together))


def _header(columns: tuple[_Column, ...], words: Words) -> tuple[Text, Text]:
    """The months, and below them the day of the month of each Monday and of the first day, where there is room."""
    months, numbers = Text("", "bold"), Text("", "dim")
    month: date | None = None
    for no, column in enumerate(columns):
        at = sum(earlier.width for earlier in columns[:no])
        for day in column.days:
            if (month is None or (day.date.year, day.date.month) != (month.year, month.month)) and at >= len(months):
                months.append(" " * (at - len(months)) + words.month(day.date) + " ")
                month = day.date
        monday = next((day.date for day in column.days if day.date.weekday() == 0), None)
        numbered = columns[0].days[0].date if no == 0 else monday
        if numbered is not None and at >= len(numbers):
            numbers.append(" " * (at - len(numbers)) + f"{numbered.day} ")
    return months, numbers


def _marks(plan: Plan, columns: tuple[_Column, ...], off: set[date]) -> Text:
    line = Text()
    for no, column in enumerate(columns):
        dates = [day.date for day in column.days]
        if no == 0:
            mark, style = _TODAY, "bold"
        elif any(day in off for day in dates):
            mark, style = _HOLIDAY, "yellow"
        else:
            mark, style = _blank(dates, plan), "dim"
        line.append(mark + (mark if mark == _WEEKEND else " ") * (column.width - 1), style)
    return line


def _blank(dates: list[date], plan: Plan) -> str:
    return " " if any(plan.calendar.is_business_date(day) for day in dates) else _WEEKEND


def _strip(strand: Strand, columns: tuple[_Column, ...], plan: Plan) -> Text:
    """The days of a strand: blocks on the days of advice, a diamond on the day of its deadline."""
    line = Text()
    for column in columns:
        modality = _holding(strand, column)
        if modality is None:
            off = not any(strand.calendar.is_business_date(day.date) for day in column.days)
            body, style = (_WEEKEND if off else " ") * column.width, "dim"
        else:
            body, style = _MARKS[modality] * column.width, STYLES[modality]
        if any(column.start <= due < column.end for due in _dues(strand, plan)):
            line.append(body[:-1], style)
            line.append(_DUE, "bold magenta")
        else:
            line.append(body, style)
    return line


def _holding(strand: Strand, column: _Column) -> Modality | None:
    """The first modality of the strand on these days, or ``None``."""
    for run in strand.runs:
        for window in run.windows:
            if seconds(window.start) < column.end and seconds(window.end) > column.start:
                return run.advice.modality
    return None


def _dues(strand: Strand, plan: Plan) -> list[int]:
    """The deadlines of a strand within the plan, in seconds since 1970, UTC."""
    return [
        seconds(run.advice.due)
        for run in strand.runs
        if run.falls_due and run.advice.due is not None and seconds(run.advice.due) < seconds(plan.until)
    ]


def _legend(shown: tuple[Group, ...], columns: tuple[_Column, ...], holiday: bool, words: Words) -> list[Text]:
    """The meanings of the marks."""
    used = {run.advice.modality for group in shown for strand in group.strands for run in strand.runs}
    parts = [
        Text.assemble((mark * 2, STYLES[modality]), f" {words.modality(modality)}")
        for modality, mark in _MARKS.items()
        if modality in used
    ]
    say = words.say
    parts += [
        Text.assemble((_DUE, "bold magenta"), f" {say('due')}"),
        Text.assemble((_TODAY, "bold"), f" {say('today')}"),
    ]
    parts.append(Text(f"{_WEEKEND} {say('day off')}"))
    if holiday:
        parts.append(Text.assemble((_HOLIDAY, "yellow"), f" {say('holiday')}"))
    together = len(columns[0].days)
    if together > 1:
        parts.append(Text(words.count("a column: {n} day", "a column: {n} days", together)))
    return parts


def _in_lines(parts: list[Text], width: int) -> Iterator[Text]:
    """The parts in lines, as many to a line as fit."""
    line = Text()
    for part in parts:
        if line and line.cell_len + len(_BETWEEN) + part.cell_len > width:
            yield line
            line = Text()
        line = line.append(_BETWEEN if line else "").append_text(part)
    yield line
