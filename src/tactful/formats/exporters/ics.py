"""A plan as iCalendar (RFC 5545): to-dos with deadlines, events for hours and for the ends of waiting.

An entry's UID is made from the key of its advice, so a new deadline moves the same entry. Changes since
the previous file are found by comparing with it: see :mod:`tactful.formats.exporters.revision`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Final

from icalendar import Alarm, Component, Event, Todo, vText
from icalendar import Calendar as ICalendar

from tactful.api.advice import Advice
from tactful.api.plan import Plan
from tactful.formats.agenda import Run, Strand, seconds, strands
from tactful.formats.agenda.hours import daily, describe_repeats_elsewhere, their_clock
from tactful.formats.exporters.revision import OWN_DOMAIN, PRODID, merged, previous_entries, value
from tactful.formats.exporters.zones import zone
from tactful.language.terms import DueMeans, Modality
from tactful.reasons.wording import name_of
from tactful.source.characters import clean

_SPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "urn:tactful:plan")
#: 1 is the highest priority of RFC 5545, 9 the lowest. Ranks are not used, because they change when other actions are done.
_PRIORITIES: Final[dict[Modality, int]] = {"must": 1, "should": 5, "may": 9}
_BEFORE_DUE: Final = timedelta(hours=3)
#: A second reminder, for actions that must be done.
_WELL_BEFORE: Final = timedelta(days=1)


def plan_to_ics(
    plan: Plan, previous: bytes | None = None, application: str | None = None, name: str = "previous"
) -> bytes:
    """The plan as iCalendar (UTF-8). ``application``: only advice about it, or about the candidate as a whole.

    ``previous`` is the file that was written last. An unchanged entry keeps its SEQUENCE, a changed entry gets the next number,
    and an entry that is no longer advised is cancelled. Raises :class:`tactful.InvalidInput` if ``previous`` is not such a file;
    the message calls it ``name``.
    """
    owner = plan.case.candidate.id if application is None else f"{plan.case.candidate.id}/{application}"
    mark = str(uuid.uuid5(_SPACE, clean(owner)))
    old = [] if previous is None else previous_entries(previous, mark, name)
    entries = merged([_stamped(entry, plan) for entry in _entries(plan, application)], old, plan.start)
    calendar = ICalendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    called = plan.words.say("After the interviews: {name}", name=name_of(plan.case.candidate))
    calendar.add("x-wr-calname", vText(clean(called)))
    calendar.add("x-tactful-case", mark)
    for component in (*_zones(entries), *entries):
        calendar.add_component(component)
    written: bytes = calendar.to_ical()
    return written


def _stamped(entry: Component, plan: Plan) -> Component:
    entry.add("dtstamp", plan.start.astimezone(UTC))
    entry.add("sequence", 0)
    return entry


def _zones(entries: Iterable[Component]) -> list[Component]:
    """The time zones of the entries, each for the years of its entries."""
    moments: dict[str, list[datetime]] = {}
    for entry in entries:
        for key in ("DTSTART", "DTEND", "DUE"):
            if key in entry and "TZID" in entry[key].params:
                moments.setdefault(entry[key].params["TZID"], []).append(value(entry, key).dt)
    return [zone(name, min(years).year, max(years).year) for name, years in sorted(moments.items())]


def _entries(plan: Plan, application: str | None) -> Iterable[Component]:
    """An entry for each recommendation. Prohibitions and standing advice have none: there is no moment to do anything."""
    all_strands = strands(plan, application)
    for strand in all_strands:
        if not strand.prohibits and strand.advice.kind != "standing":
            entry = _Entry(plan, strand, all_strands).component()
            if entry is not None:
                yield entry


class _Entry:
    """Makes the entry of a strand."""

    def __init__(self, plan: Plan, strand: Strand, others: tuple[Strand, ...]) -> None:
        self._plan, self._strand, self._others = plan, strand, others
        self._now, self._words = seconds(plan.start), plan.words
        self._company = plan.now.place(strand.advice.application)

    def component(self) -> Component | None:
        """The entry; ``None`` if there is nothing to write."""
        if self._strand.advice.due_means == "until":
            return self._end_of_waiting()
        for no, run in enumerate(self._strand.runs):
            if daily(run.windows, self._strand.calendar):
                return self._hours(run)
            if run.advice.modality != "may" or run.advice.due is not None or seconds(run.start) > self._now:
                return self._to_do(no, run)
        return None

    def _to_do(self, no: int, run: Run) -> Component:
        todo = self._common(Todo(), run.advice, run.advice.label, self._later(no))
        # recurring windows get no date, which would move from one window to the next
        start, due = self._opens(run) if len(run.windows) == 1 else None, run.advice.due
        if start is not None and (due is None or seconds(start) < seconds(due)):
            todo.add("dtstart", _unambiguous(start))
        if due is not None:
            todo.add("due", _unambiguous(due))
            todo.add_component(_alarm(todo, -_BEFORE_DUE, "END"))
            if run.advice.modality == "must":
                todo.add_component(_alarm(todo, -_WELL_BEFORE, "END"))
        elif start is not None:
            todo.add_component(_alarm(todo, timedelta(), "START"))
        todo.add("status", "NEEDS-ACTION")
        return todo

    def _hours(self, run: Run) -> Component:
        """An event for the first of recurring windows, in the time zone of their hours."""
        theirs, first = self._strand.calendar, run.windows[0]
        # independent of the plan's end, which changes each time
        again = describe_repeats_elsewhere(run.windows, theirs, self._words)
        event = self._common(Event(), run.advice, run.advice.label, (again,))
        opened = self._opens(run)
        start = opened if opened is not None and opened.date() == first.start.date() else first.start
        end = max(
            seconds(start) + 60, seconds(first.end) // 60 * 60
        )  # without the second that windows outlast deadlines by
        event.add("dtstart", _unambiguous(theirs.local(seconds(start))))
        event.add("dtend", _unambiguous(theirs.local(end)))
        return self._free(event)

    def _end_of_waiting(self) -> Component | None:
        """An event without a length at the end of waiting, with the advice from then on.

        Waiting for the next office hours has none, because the hours have an event.
        """
        once = list(takewhile(lambda run: len(run.windows) == 1, self._unbroken()))
        run = once[-1] if once else self._strand.runs[0]
        over = run.end if once and not run.open_ended else run.advice.due
        if over is None or self._hours_begin(over):
            return None
        event = self._common(
            Event(), run.advice, self._words.say("Over: {label}", label=run.advice.label), self._from_then_on(over)
        )
        event.add("dtstart", _unambiguous(over))
        return self._free(event)

    def _hours_begin(self, moment: datetime) -> bool:
        """Whether hours that recur, such as those for a call, begin at a moment for the same application."""
        application = self._strand.advice.application
        return any(
            other.advice.application == application
            and any(
                daily(run.windows, other.calendar) and seconds(window.start) == seconds(moment)
                for run in other.runs
                for window in run.windows
            )
            for other in self._others
        )

    def _unbroken(self) -> Iterator[Run]:
        """The runs from the first on, up to a gap."""
        yield self._strand.runs[0]
        no = 0
        while (after := self._strand.next(no)) is not None:
            no += 1
            yield after

    def _free(self, event: Component) -> Component:
        """Mark an event as free time, with an alarm at its start."""
        event.add("transp", "TRANSPARENT")
        event.add("status", "CONFIRMED")
        event.add_component(_alarm(event, timedelta(), "START"))
        return event

    def _common(self, entry: Component, advice: Advice, summary: str, notes: Iterable[str]) -> Component:
        entry.add("uid", self._uid(entry.name or ""))
        entry.add("summary", clean(summary))
        entry.add("description", clean("\n".join((*self._description(advice), *notes))))
        entry.add("priority", _PRIORITIES[advice.modality])
        entry.add(
            "categories",
            [clean(self._company or self._words.say("Job search")), clean(self._words.modality(advice.modality))],
        )
        return entry

    def _description(self, advice: Advice) -> Iterable[str]:
        whom = self._words.concerning(advice.target, self._company).strip(" ()")
        if whom:
            yield whom
        if advice.due is not None:
            away = their_clock(advice.due, self._strand.calendar, self._words)
            yield self._deadline(advice.due_means, advice.due) + (f" ({away})" if away else "")
        yield from (f"- {step}" for step in advice.steps)
        yield from (f"{reason.text} [{reason.rule}; {reason.source}]" for reason in advice.because)

    def _later(self, no: int) -> Iterable[str]:
        """The advice that follows if the deadline is missed."""
        for run in self._strand.runs[no + 1 :]:
            due = "" if run.advice.due is None else f", {self._deadline(run.advice.due_means, run.advice.due)}"
            start = self._in_words(run.start)
            yield self._words.say("If missed, from {moment}: {label}", moment=start, label=f"{run.advice.label}{due}")

    def _from_then_on(self, moment: datetime) -> Iterable[str]:
        for other in self._others:
            same = other.advice.application == self._strand.advice.application
            if same and not other.prohibits and seconds(other.start) == seconds(moment):
                yield self._words.say("From then on: {label}", label=other.advice.label)

    def _opens(self, run: Run) -> datetime | None:
        """When it begins to hold; ``None`` if it already held before the plan began."""
        return run.start if seconds(run.start) > self._now else run.advice.opens

    def _in_words(self, moment: datetime) -> str:
        return self._words.named(self._plan.calendar.local(seconds(moment)))

    def _deadline(self, means: DueMeans, moment: datetime) -> str:
        return self._words.deadline(means, self._in_words(moment))

    def _uid(self, component: str) -> str:
        about = [self._plan.case.candidate.id, self._strand.advice.key, component]
        return f"{uuid.uuid5(_SPACE, clean(json.dumps(about)))}{OWN_DOMAIN}"


def _unambiguous(moment: datetime) -> datetime:
    """The moment in its time zone, or in UTC for the second of two equal local times: iCalendar means the first."""
    return moment.astimezone(UTC) if moment.fold else moment


def _alarm(entry: Component, before: timedelta, related: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry["SUMMARY"])
    alarm.add("trigger", before, parameters={"RELATED": related})
    return alarm
