"""The advice of a plan, grouped by action and target, in the order in which it begins to hold."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from tactful.api.advice import Advice
from tactful.api.plan import Plan, Planned, Window
from tactful.facts.calendars import Calendar
from tactful.facts.reading.moments import epoch_seconds

#: Seconds from a deadline to the end of its window: a rule still holds in the second of the deadline.
_A_MOMENT: Final = 1


class Run(msgspec.Struct, frozen=True, eq=False):
    """Windows with the same modality and deadline. Between them are gaps, in which no other window of the strand lies.

    ``advice`` is the advice at the moment when the first window opens. Windows in which it is to be kept up
    until they close, night after night, count as having the same deadline.
    """

    advice: Advice
    windows: tuple[Window, ...]

    @property
    def start(self) -> datetime:
        """When the first window opens."""
        return self.windows[0].start

    @property
    def end(self) -> datetime:
        """When the last window closes."""
        return self.windows[-1].end

    @property
    def open_ended(self) -> bool:
        """Whether it still holds at the end of the plan."""
        return self.windows[-1].open_ended

    @property
    def until_close(self) -> bool:
        """Whether the advice is to be kept up until its window closes."""
        return _until_close(self.windows[0], self.advice)

    @property
    def falls_due(self) -> bool:
        """Whether it has a deadline and still holds then. What ends earlier does not become due any more."""
        due = self.advice.due
        return (
            self.advice.due_means == "by" and due is not None and (self.open_ended or seconds(due) <= seconds(self.end))
        )

    @property
    def lapses(self) -> bool:
        """Whether the last window closes because the deadline has passed."""
        due = self.advice.due
        return due is not None and seconds(due) <= seconds(self.end) <= seconds(due) + _A_MOMENT


class Strand(msgspec.Struct, frozen=True, eq=False):
    """The runs of one action for one target, by their beginnings."""

    runs: tuple[Run, ...]

    @property
    def advice(self) -> Advice:
        """The advice of the first run."""
        return self.runs[0].advice

    @property
    def calendar(self) -> Calendar:
        """The calendar of the target."""
        return self.advice.calendar

    @property
    def prohibits(self) -> bool:
        """Whether it is a prohibition."""
        return prohibits(self.advice)

    @property
    def start(self) -> datetime:
        """The moment from which it first holds."""
        return self.runs[0].start

    @property
    def end(self) -> datetime:
        """The moment at which its last run ends."""
        return self.runs[-1].end

    def next(self, no: int) -> Run | None:
        """The run that follows run ``no`` without a gap."""
        after = self.runs[no + 1] if no + 1 < len(self.runs) else None
        return after if after is not None and seconds(after.start) == seconds(self.runs[no].end) else None


def seconds(moment: datetime) -> int:
    """A moment in whole seconds since 1970, UTC.

    Moments are compared by these. Python compares two moments of the same zone by local time, which is ambiguous when the
    clocks go back.
    """
    return epoch_seconds(moment)


def prohibits(advice: Advice) -> bool:
    """Whether advice is a prohibition."""
    return advice.modality in ("must_not", "should_not")


def strands(plan: Plan, application: str | None = None) -> tuple[Strand, ...]:
    """The plan's strands by beginning, then by rank. ``application``: only those about it, or about the candidate as a whole."""
    items_by_key: dict[tuple[object, ...], list[Planned]] = {}
    for item in plan.items:
        advice = item.advice
        if application is None or advice.application in (None, application):
            target = advice.target
            key = (advice.action, target.entity, target.id, advice.application, prohibits(advice))
            items_by_key.setdefault(key, []).append(item)
    all_strands = [Strand(tuple(_runs(items))) for items in items_by_key.values()]
    return tuple(sorted(all_strands, key=lambda strand: (seconds(strand.start), strand.advice.rank)))


def _runs(items: list[Planned]) -> list[Run]:
    """The windows of all ``items`` in order: neighbours that differ in their reasons alone become one window."""
    pairs = [(window, item.advice) for item in items for window in item.windows]
    pairs.sort(key=lambda pair: seconds(pair[0].start))
    runs: list[Run] = []
    for window, advice in pairs:
        last = runs[-1] if runs else None
        if last is not None and last.advice.modality == advice.modality and _same_deadline(last, window, advice):
            runs[-1] = Run(last.advice, _joined(last.windows, window))
        else:
            runs.append(Run(advice, (window,)))
    return runs


def _same_deadline(run: Run, window: Window, advice: Advice) -> bool:
    return run.advice.due == advice.due or (run.until_close and _until_close(window, advice))


def _until_close(window: Window, advice: Advice) -> bool:
    if advice.due is None or advice.due_means != "until":
        return False
    return window.open_ended or seconds(advice.due) == seconds(window.end)


def _joined(windows: tuple[Window, ...], window: Window) -> tuple[Window, ...]:
    last = windows[-1]
    if seconds(last.end) != seconds(window.start):
        return (*windows, window)
    return (*windows[:-1], Window(last.start, window.end, min(last.rank, window.rank), window.open_ended))
