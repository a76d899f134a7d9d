"""Plans: the advice of the coming weeks, if nothing but time changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from tactful.api.advice import Advice, outside_safety
from tactful.api.decision import Decision
from tactful.decide.conclusions import Conclusion, Ranking
from tactful.decide.groups import Groups
from tactful.decide.timeline import Interval, Timeline, timeline
from tactful.facts.calendars import Calendar
from tactful.facts.reading.moments import epoch_seconds
from tactful.facts.rows import Case
from tactful.reasons.context import Context
from tactful.reasons.made_with import made_with
from tactful.reasons.records.decision import (
    SCHEMA_VERSION,
    ActionRecord,
    OutsideSafetyRecord,
    PlannedRecord,
    PlanRecord,
    WindowRecord,
)
from tactful.reasons.words import Words
from tactful.source.diagnostics import TactfulError
from tactful.source.lazy import lazy


class Window(msgspec.Struct, frozen=True, eq=False):
    """A period in which a piece of advice holds: from ``start`` up to but not including ``end``.

    Both are in the candidate's time zone. ``rank`` is the best rank of the advice in that period. ``open_ended``: the advice
    still holds at the end of the plan.
    """

    start: datetime
    end: datetime
    rank: int
    open_ended: bool


class Planned:
    """One piece of advice, and all the windows in which it holds. Advice with another deadline is another item."""

    def __init__(self, advice: Advice, windows: tuple[Window, ...]) -> None:
        #: The advice at the moment its first window opens, with the label, steps and reasons of that moment.
        self.advice = advice
        #: The windows in order; at least one.
        self.windows = windows

    @property
    def start(self) -> datetime:
        """When the first window opens."""
        return self.windows[0].start

    @property
    def end(self) -> datetime:
        """When the last window closes."""
        return self.windows[-1].end

    def record(self) -> PlannedRecord:
        """The item as JSON has it."""
        advice = self.advice.record()
        kept = {
            name: getattr(advice, name)
            for name in ActionRecord.__struct_fields__
            if name in PlannedRecord.__struct_fields__
        }
        windows = tuple(
            WindowRecord(start=w.start.isoformat(), end=w.end.isoformat(), rank=w.rank, open_ended=w.open_ended)
            for w in self.windows
        )
        return PlannedRecord(windows=windows, **kept)

    def __repr__(self) -> str:
        return f"<Planned: {self.advice.modality} {self.advice.action}, {len(self.windows)} windows>"


class Plan:
    """All advice on a case from a moment to a horizon, if nothing but time changes. Safe to read from several threads."""

    def __init__(self, context: Context, until: int) -> None:
        self._context = context
        self._timeline: Timeline = timeline(context.decider, context.case, context.now, until)
        self._until = self._timeline.end

    def __repr__(self) -> str:
        return (
            f"<Plan from {self.start.isoformat()} to {self.until.isoformat()}: {len(self._timeline.intervals)} periods>"
        )

    @property
    def calendar(self) -> Calendar:
        """The candidate's calendar, in whose time zone moments are shown."""
        return self._context.calendar

    @property
    def start(self) -> datetime:
        """The beginning of the plan, in the candidate's time zone."""
        return self.calendar.local(self._context.now)

    @property
    def until(self) -> datetime:
        """The end of the plan, in the candidate's time zone. The plan does not include this moment."""
        return self.calendar.local(self._until)

    @property
    def whole(self) -> bool:
        """Whether the plan reaches as far as requested. It ends earlier if very much changes."""
        return self._timeline.whole

    @property
    def now(self) -> Decision:
        """The decision at the plan's beginning."""
        return self._decision(self._timeline.intervals[0].ranking, self._context.now)

    @property
    def outside_safety(self) -> tuple[OutsideSafetyRecord, ...]:
        """The actions that are recommended at some time and that no safety rule covers, each with the pack's reason."""
        return outside_safety(self._context.checked, [item.advice for item in self.items])

    @property
    def case(self) -> Case:
        """The case."""
        return self._context.case

    @property
    def words(self) -> Words:
        """The words of the plan's language. For other parts of this package."""
        return self.now.words

    @property
    def pack_name(self) -> str:
        """The name and version of the pack."""
        return self.now.pack_name

    @lazy
    def changes(self) -> tuple[datetime, ...]:
        """The moments after :attr:`start` at which the decision changes."""
        return tuple(self.calendar.local(interval.start) for interval in self._timeline.intervals[1:])

    def at(self, moment: datetime) -> Decision:
        """The decision at a moment of the plan; the same as a new decision at that moment.

        Raises :class:`tactful.TactfulError` for a moment without a time zone or outside of the plan.
        """
        if moment.tzinfo is None:
            raise TactfulError("the moment has no time zone; give an aware datetime")
        seconds = epoch_seconds(moment)
        if not self._context.now <= seconds < self._until:
            raise TactfulError(f"{moment.isoformat()} lies outside of the plan, {self.start} to {self.until}")
        return self._decision(self._timeline.at(seconds).ranking, seconds)

    def _decision(self, ranking: Ranking, at: int) -> Decision:
        return Decision(ranking, Context(self._context.decider, self._context.case, at))

    @lazy
    def items(self) -> tuple[Planned, ...]:
        """All advice with the windows in which it holds, ordered by beginning, then by rank."""
        parts_of: dict[tuple[object, ...], list[tuple[Interval, int, Conclusion]]] = {}
        decider = self._context.decider
        for interval in self._timeline.intervals:
            evaluator = decider.evaluator(self._context.case, interval.start)
            for rank, conclusion in enumerate(interval.ranking.ranked, start=1):
                identity = (*_identity(conclusion), decider.occasion(conclusion, evaluator))
                parts_of.setdefault(identity, []).append((interval, rank, conclusion))
        # Ordered by seconds since 1970: local moments compare by clock time, which repeats when clocks are put back.
        ordered = sorted(parts_of.values(), key=lambda parts: (parts[0][0].start, parts[0][1]))
        contexts: dict[int, Context] = {}
        return tuple(self._planned(parts, contexts) for parts in ordered)

    def _planned(self, parts: list[tuple[Interval, int, Conclusion]], contexts: dict[int, Context]) -> Planned:
        first, rank, conclusion = parts[0]
        context = contexts.setdefault(first.start, Context(self._context.decider, self._context.case, first.start))
        advice = Advice(rank, conclusion, context, Groups(first.ranking.ranked))
        return Planned(advice, tuple(self._windows((interval, best) for interval, best, _ in parts)))

    def _windows(self, parts: Iterable[tuple[Interval, int]]) -> list[Window]:
        """The windows of some intervals; intervals that follow each other directly become one window."""
        joined: list[tuple[int, int, int]] = []
        for interval, rank in parts:
            if joined and joined[-1][1] == interval.start:
                start, _, best = joined.pop()
                joined.append((start, interval.end, min(best, rank)))
            else:
                joined.append((interval.start, interval.end, rank))
        local = self.calendar.local
        return [Window(local(start), local(end), rank, end == self._until) for start, end, rank in joined]

    def record(self, application: str | None = None) -> PlanRecord:
        """The plan as JSON has it.

        ``application`` is an id: the record then has only what concerns that application or the candidate as a whole.
        """
        items = self.items
        if application is not None:
            items = tuple(item for item in items if item.advice.application in (None, application))
        return PlanRecord(
            start=self.start.isoformat(),
            until=self.until.isoformat(),
            schema_version=SCHEMA_VERSION,
            made_with=made_with(self._context),
            items=tuple(item.record() for item in items),
            changes=tuple(moment.isoformat() for moment in self.changes),
            incomplete=msgspec.UNSET if self.whole else True,
        )

    def to_json(self, application: str | None = None) -> bytes:
        """The plan as JSON (UTF-8), described by ``tactful schema plan``. ``application`` as in :meth:`record`."""
        return msgspec.json.encode(self.record(application))


def _identity(conclusion: Conclusion) -> tuple[object, ...]:
    """Advice of two intervals is the same where subject, modality, deadline, rules with their rows, and occasion are."""
    rules = frozenset((no, row) for no, row, _ in conclusion.firings)
    return conclusion.key, conclusion.modality, conclusion.due, rules
