"""A plan as text for people: what holds now, a dated agenda, and a chart of the days."""

from __future__ import annotations

from rich.text import Text

from tactful.api.plan import Plan
from tactful.formats.agenda import AgendaDay, Entry, agenda, seconds
from tactful.formats.notices import notices
from tactful.formats.text import STYLES
from tactful.formats.text.chart import chart
from tactful.formats.text.console import SafeConsole
from tactful.formats.text.styled import styled
from tactful.language.terms import MODALITIES
from tactful.reasons.wording import ends_day
from tactful.reasons.words import Words

_GAP = 2
_CLOCK_WIDTH = 7


def render_plan(plan: Plan, console: SafeConsole, application: str | None = None) -> None:
    """Print the agenda and the chart. ``application``: only advice about it, or about the candidate as a whole."""
    _heading(plan, console)
    shown = agenda(plan, application)
    if not (shown.now or shown.leave or shown.days):
        console.print()
        console.print(plan.words.say("No rule has anything to say about this case."))
        return
    words = plan.words
    _section(words.say("Now"), shown.now, console, words)
    _section(words.say("Not to do"), shown.leave, console, words)
    for day in shown.days:
        _day(day, console, words)
    if not shown.days:
        console.print()
        console.print(words.say("Nothing changes by itself until then."))
    console.print()
    for line in chart(plan, application, console.width):
        _wrapped(line, console)


def _heading(plan: Plan, console: SafeConsole) -> None:
    words = plan.words
    start, until = (words.moment(seconds(moment), plan.calendar) for moment in (plan.start, plan.until))
    head = styled(
        words.say("Plan from {first} to {last} ({zone}), by the rules of {pack}"),
        first=(start, "bold"),
        last=(until, "bold"),
        zone=(plan.calendar.time_zone, ""),
        pack=(plan.pack_name, ""),
    )
    _wrapped(head, console)
    nothing = words.say("What is advised if nothing else happens: no answer comes, and nothing is sent.")
    _wrapped(Text(nothing, "dim"), console)
    if not plan.whole:
        shorter = words.say("The plan ends earlier than was asked for, because so much changes in a case of this size.")
        _wrapped(Text(shorter), console)
    for notice in notices(plan.now, plan.outside_safety):
        _wrapped(Text(notice, "bold yellow"), console)


def _section(title: str, entries: tuple[Entry, ...], console: SafeConsole, words: Words) -> None:
    if entries:
        console.print()
        console.print(Text(title, "bold"))
    for entry in entries:
        _line(Text("  ").append_text(_tag(entry, words)), entry, console, words)


def _day(day: AgendaDay, console: SafeConsole, words: Words) -> None:
    console.print()
    console.print(Text(words.day(day.day), "bold"))
    for entry in day.entries:
        shown = "" if ends_day(entry.at) else words.clock(entry.at)
        clock = f"  {shown}".ljust(_CLOCK_WIDTH + 2)
        _line(Text(clock).append_text(_tag(entry, words)), entry, console, words)


def _tag(entry: Entry, words: Words) -> Text:
    """The word for what happens, padded to the width of all tags."""
    width = max(len(words.loud(modality)) for modality in MODALITIES) + _GAP
    if entry.kind == "due":
        return Text(words.say("due").ljust(width), "magenta")
    if entry.kind == "ends":
        return Text(words.say("ends").ljust(width), "dim")
    return Text(words.loud(entry.advice.modality).ljust(width), STYLES[entry.advice.modality])


def _line(head: Text, entry: Entry, console: SafeConsole, words: Words) -> None:
    """Print a label after ``head``, and the detail below it, both wrapped and indented."""
    indent = head.cell_len
    label = Text(_label(entry, words), "dim" if entry.kind == "ends" else "bold")
    if entry.whom:
        label.append(f"  {entry.whom}", "dim")
    lines = console.wrapped(label, console.width - indent)
    if entry.detail:
        style = "bold red" if entry.overdue else "magenta" if entry.kind != "ends" else "dim"
        lines += console.wrapped(Text(entry.detail, style), console.width - indent)
    for no, line in enumerate(lines):
        console.print((head if no == 0 else Text(" " * indent)).append_text(line))


def _label(entry: Entry, words: Words) -> str:
    """The label. The end of a prohibition also names the prohibition, because its end is good news."""
    against = entry.advice.modality in ("must_not", "should_not")
    if entry.kind == "ends" and against:
        return f"{words.modality(entry.advice.modality)}: {entry.advice.label}"
    return entry.advice.label


def _wrapped(text: Text, console: SafeConsole) -> None:
    """Print a wrapped text without trailing spaces."""
    for line in console.wrapped(text, console.width):
        console.print(line)
