"""A dated agenda: current advice, then for each day what starts, is due or ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Final, Literal

import msgspec

from tactful.api.advice import Advice
from tactful.api.plan import Plan
from tactful.formats.agenda.hours import describe_repeats, their_clock
from tactful.formats.agenda.strands import Run, Strand, prohibits, seconds, strands

EntryKind = Literal["now", "ends", "due", "opens"]
#: The order of entries of the same minute.
_ORDER: Final[dict[EntryKind, int]] = {"now": 0, "ends": 1, "due": 2, "opens": 3}


class Entry(msgspec.Struct, frozen=True, eq=False):
    """One line of an agenda.

    ``kind`` is the event at ``at``. ``whom`` names the target and follows the label. ``detail`` says until when the advice holds
    or by when it is due, and the local time of the target; it may be empty. ``overdue``: the deadline passed before the plan
    began.
    """

    at: datetime
    kind: EntryKind
    advice: Advice
    whom: str
    detail: str
    overdue: bool = False


class AgendaDay(msgspec.Struct, frozen=True, eq=False):
    """The entries of a day in the candidate's time zone."""

    day: date
    entries: tuple[Entry, ...]


class Agenda(msgspec.Struct, frozen=True, eq=False):
    """``now`` are actions to do, ``leave`` actions not to do, and ``days`` the changes by day. All are in order."""

    now: tuple[Entry, ...]
    leave: tuple[Entry, ...]
    days: tuple[AgendaDay, ...]


def agenda(plan: Plan, application: str | None = None) -> Agenda:
    """The agenda of a plan. ``application``: only advice about it, or about the candidate as a whole."""
    entries = [entry for strand in strands(plan, application) for entry in _Reporter(plan, strand).entries()]
    now = sorted((entry for entry in entries if entry.kind == "now"), key=lambda entry: entry.advice.rank)
    later = sorted((entry for entry in entries if entry.kind != "now"), key=_place)
    return Agenda(
        now=tuple(entry for entry in now if not prohibits(entry.advice)),
        leave=tuple(entry for entry in now if prohibits(entry.advice)),
        days=tuple(AgendaDay(day, tuple(group)) for day, group in groupby(later, key=lambda entry: entry.at.date())),
    )


def _place(entry: Entry) -> tuple[int, int, int]:
    """The sorting key. It counts in minutes, because windows close a second after their deadline."""
    return seconds(entry.at) // 60, _ORDER[entry.kind], entry.advice.rank


class _Reporter:
    """Makes the entries of a strand."""

    def __init__(self, plan: Plan, strand: Strand) -> None:
        self._plan, self._strand, self._words = plan, strand, plan.words
        self._whom = self._words.concerning(strand.advice.target, plan.now.place(strand.advice.application)).strip()

    def entries(self) -> Iterator[Entry]:
        """The lines of the strand, run by run."""
        runs = self._strand.runs
        for no, run in enumerate(runs):
            before, after = (runs[no - 1] if no else None), self._strand.next(no)
            taken_over = before is not None and self._strand.next(no - 1) is run
            # the entry of a missed deadline also names what follows it
            if not (taken_over and before is not None and self._is_due(before)):
                yield self._opening(run, taken_over)
            if self._is_due(run):
                yield self._deadline(run, after)
            if self._just_ends(run, after):
                yield self._entry(run.end, "ends", run.advice, "")

    def _just_ends(self, run: Run, after: Run | None) -> bool:
        """Whether the end of a run needs an entry: neither its deadline nor ``describe_repeats`` shows it."""
        shown = (self._is_due(run) and run.lapses) or len(run.windows) > 1
        return not (shown or run.open_ended or after is not None)

    def _is_due(self, run: Run) -> bool:
        """Whether a deadline of the run falls into the plan."""
        due = run.advice.due
        return (
            run.falls_due and due is not None and seconds(self._plan.start) < seconds(due) < seconds(self._plan.until)
        )

    def _opening(self, run: Run, taken_over: bool) -> Entry:
        now = seconds(run.start) == seconds(self._plan.start)
        say = self._words.say
        parts = [say("goes on")] if taken_over else []
        due = run.advice.due
        overdue = due is not None and run.advice.due_means == "by" and seconds(due) < seconds(run.start)
        if due is not None:
            parts.append(self._by(run.advice, due, run.start if now else None))
            if overdue:
                parts.append(say("overdue"))
        if len(run.windows) > 1 and run.until_close:
            parts[-1] = say("{first}; then {again}", first=parts[-1], again=self._again(run))
        elif len(run.windows) > 1:
            parts.append(say("{first}; then {again}", first=self._until_close(run), again=self._again(run)))
        elif not run.open_ended and due is None:
            parts.append(self._until(run.end))
        return self._entry(run.start, "now" if now else "opens", run.advice, ", ".join(parts), overdue)

    def _deadline(self, run: Run, after: Run | None) -> Entry:
        due = run.advice.due
        assert due is not None  # _is_due
        if not run.lapses:
            detail = self._words.say("overdue from then on")
        elif after is not None and after.advice.due is not None:
            deadline = self._by(after.advice, after.advice.due, None)
            detail = self._words.say("you can still do this {deadline}", deadline=deadline)
        elif after is not None:
            detail = self._words.say("you can still do this later")
        else:
            detail = ""
        return self._entry(due, "due", run.advice, detail)

    def _by(self, advice: Advice, due: datetime, now: datetime | None) -> str:
        deadline = self._words.deadline(advice.due_means, self._moment(due))
        if now is None or advice.due_means == "until":
            return deadline
        return f"{deadline}, {self._words.distance(seconds(due) - seconds(now))}"

    def _until_close(self, run: Run) -> str:
        first = run.windows[0]
        same_day = first.start.date() == first.end.date()
        return self._words.deadline("until", self._words.clock(first.end)) if same_day else self._until(first.end)

    def _again(self, run: Run) -> str:
        return describe_repeats(run.windows, self._plan.calendar, self._strand.calendar, self._words)

    def _until(self, moment: datetime) -> str:
        return self._words.deadline("until", self._moment(moment))

    def _moment(self, moment: datetime) -> str:
        local = self._words.named(self._plan.calendar.local(seconds(moment)))
        theirs = their_clock(moment, self._strand.calendar, self._words)
        return f"{local} ({theirs})" if theirs else local

    def _entry(self, at: datetime, kind: EntryKind, advice: Advice, detail: str, overdue: bool = False) -> Entry:
        theirs = their_clock(at, self._strand.calendar, self._words) if kind != "now" else ""
        detail = "; ".join(part for part in (theirs, detail) if part)
        return Entry(at, kind, advice, self._whom, detail, overdue)
