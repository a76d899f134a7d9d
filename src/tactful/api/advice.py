"""One piece of advice: ranked at once, put into words on first use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

import msgspec

from tactful.decide.conclusions import Conclusion
from tactful.decide.groups import Groups
from tactful.decide.next_change import Change
from tactful.engines.courses import TooManySteps
from tactful.engines.expiry import CLOCK_HORIZON, HORIZON
from tactful.facts.calendars import Calendar
from tactful.facts.rows import nearest_calendar
from tactful.language.ir import CheckedPack
from tactful.language.terms import AdviceKind, DueMeans, Modality
from tactful.reasons.context import Context, Reasons, application_of
from tactful.reasons.records.decision import (
    ActionRecord,
    AlternativeRecord,
    JustificationRecord,
    OutsideSafetyRecord,
    TargetRecord,
)
from tactful.source.lazy import lazy

#: Gives the justifications of a conclusion.
_Because = Callable[[Conclusion], tuple[JustificationRecord, ...]]


class _Opening(msgspec.Struct, frozen=True):
    """Since when advice holds (seconds since 1970, UTC). ``left_out``: it takes too many steps to tell."""

    since: int | None
    left_out: bool


class Recommended(Protocol):
    """Something with a modality and an action: advice, or an item of a plan."""

    @property
    def modality(self) -> Modality:
        """See :attr:`Advice.modality`."""
        ...

    @property
    def action(self) -> str:
        """See :attr:`Advice.action`."""
        ...


def outside_safety(checked: CheckedPack, advice: Iterable[Recommended]) -> tuple[OutsideSafetyRecord, ...]:
    """The actions that are recommended and that no safety rule covers, each with the pack's reason for it."""
    reasons: dict[str, str] = {}
    for item in advice:
        because = checked.actions[item.action].outside_safety
        if because is not None and not item.modality.endswith("not"):
            reasons[item.action] = because
    return tuple([OutsideSafetyRecord(action=id_, because=because) for id_, because in reasons.items()])


class Advice(msgspec.Struct, frozen=True, eq=False, dict=True):
    """One piece of advice, immutable. Sentences, steps and reasons are made on first use and then kept."""

    #: 1 for the most important advice, 2 for the next, and so on.
    rank: int
    _conclusion: Conclusion
    _context: Context
    _groups: Groups

    @property
    def group(self) -> int:
        """The rank of the first advice that says the same for this application; its own rank if it stands alone.

        Such advice follows from the same rules and has the same deadline, and so the same action and modality. It is about
        other people, or other rows.
        """
        return self._groups.of(self.rank)

    @lazy
    def key(self) -> str:
        """An opaque id, the same in every decision for as long as it is the same piece of advice.

        It is made from the action, the target and the occasion, such as the interview that a note of thanks is for.
        """
        return self._context.key(self._conclusion)

    @property
    def modality(self) -> Modality:
        """``must``, ``should``, ``may``, ``should_not`` or ``must_not``."""
        return self._conclusion.modality

    @property
    def action(self) -> str:
        """The action's id in the pack's catalogue."""
        return self._conclusion.action

    @property
    def priority(self) -> int:
        """From 0 to 100; higher counts more."""
        return self._conclusion.priority

    @property
    def kind(self) -> AdviceKind:
        """``do``, ``avoid``, ``wait`` or ``standing``, as the action declares; advice against a ``do`` action is ``avoid``."""
        return self._context.kind_of(self._conclusion)

    @property
    def due_means(self) -> DueMeans:
        """``by`` if it is to be done by :attr:`due`, ``until`` if it is to be kept up, or left alone, until then."""
        return self._context.due_means(self._conclusion)

    @property
    def due(self) -> datetime | None:
        """The deadline in the candidate's time zone, or ``None``."""
        return self._context.moment(self._conclusion.due)

    @lazy
    def opens(self) -> datetime | None:
        """Since when the advice holds, in the candidate's time zone; ``None`` if time alone did not bring it about.

        It is ``None`` as well where that takes too many steps to tell.
        """
        return self._context.moment(self._opening.since)

    @property
    def next_change(self) -> datetime | None:
        """The exact moment at which this advice goes, or becomes other advice, if no fact changes.

        It is in the candidate's time zone, and ``None`` if the advice stays the same for six weeks. Other advice has another
        key, deadline, modality, priority, or other rules, steps or alternatives. The case is decided again for each moment
        at which something might change, which takes some milliseconds on first use for all advice of a decision. Where that
        takes too many steps, the moment may be early.
        """
        return self._context.moment(self._change.moment)

    @property
    def _change(self) -> Change:
        conclusion = self._conclusion
        return self._context.next_changes[conclusion.action, conclusion.prohibits, conclusion.target]

    @property
    def opens_until(self) -> int | None:
        """Until when ``opens`` says the same (seconds since 1970, UTC). For other parts of this package."""
        since, rules = self._opening.since, self._context.checked.rules
        if since is None:
            return None
        looks = any(self._context.decider.clockwork.looks_at_clocks(rules[no]) for no, _, _ in self._conclusion.firings)
        return max(since + (CLOCK_HORIZON if looks else HORIZON), self._context.now + 1)

    @lazy
    def _opening(self) -> _Opening:
        try:
            since = self._context.opened(self._conclusion)
        except TooManySteps:
            return _Opening(None, left_out=True)
        return _Opening(since, left_out=False)

    @lazy
    def label(self) -> str:
        """The action in words."""
        return self._context.label(self._conclusion)

    @lazy
    def target(self) -> TargetRecord:
        """The candidate, application, person, interview or other row that the action concerns."""
        return self._context.target(self._conclusion.target)

    @property
    def application(self) -> str | None:
        """The id of the application that the target is or belongs to; ``None`` for the candidate."""
        return application_of(self._conclusion.target)

    @property
    def calendar(self) -> Calendar:
        """The calendar of the target: the person's, else the application's, else the candidate's."""
        return nearest_calendar(self._conclusion.target)

    @lazy
    def steps(self) -> tuple[str, ...]:
        """How to follow the advice: the action's own steps, then those that rules add. A prohibition has none."""
        return self._context.steps_of(self._conclusion)

    @lazy
    def because(self) -> tuple[JustificationRecord, ...]:
        """Every rule behind the advice, with its sentence, its source and the values that its conditions read."""
        return self._context.because(self._conclusion)

    @lazy
    def alternatives(self) -> tuple[AlternativeRecord, ...]:
        """Recommendations that gave way to this one, best first."""
        return self._alternatives(self._context.because)

    def _alternatives(self, because: _Because) -> tuple[AlternativeRecord, ...]:
        context = self._context
        return tuple(
            AlternativeRecord(
                key=context.key(conclusion),
                action=conclusion.action,
                modality=conclusion.modality,
                kind=context.kind_of(conclusion),
                label=context.label(conclusion),
                target=context.target(conclusion.target),
                due=context.iso(conclusion.due),
                due_means=context.due_means(conclusion),
                because=because(conclusion),
            )
            for conclusion in self._conclusion.alternatives
        )

    def record(self) -> ActionRecord:
        """The advice as JSON has it."""
        return self._record(self._context.because)

    def record_within(self, reasons: Reasons) -> ActionRecord:
        """The same with as many reasons as there may be. For other parts of this package."""
        reasons.left_out = reasons.left_out or self._opening.left_out
        return self._record(reasons.of)

    def record_with_change(self, reasons: Reasons) -> ActionRecord:
        """The same with the moment at which the advice changes. For other parts of this package."""
        return msgspec.structs.replace(self.record_within(reasons), next_change=iso(self.next_change))

    def _record(self, because: _Because) -> ActionRecord:
        conclusion, context = self._conclusion, self._context
        return ActionRecord(
            rank=self.rank,
            key=context.key(conclusion),
            group=self.group,
            modality=conclusion.modality,
            kind=context.kind_of(conclusion),
            action=conclusion.action,
            label=context.label(conclusion),
            target=context.target(conclusion.target),
            application=application_of(conclusion.target),
            opens=context.iso(self._opening.since),
            due=context.iso(conclusion.due),
            due_means=context.due_means(conclusion),
            priority=conclusion.priority,
            steps=context.steps_of(conclusion),
            because=because(conclusion),
            alternatives=self._alternatives(because) if conclusion.alternatives else (),
        )

    def __repr__(self) -> str:
        return f"<Advice {self.rank}: {self.modality} {self.action}, about {self.target.entity}>"


def iso(moment: datetime | None) -> str | None:
    """A moment as ISO 8601 has it."""
    return None if moment is None else moment.isoformat()
