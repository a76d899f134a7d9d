"""A decision as users hold it: ranked at once, put into words when somebody looks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

import msgspec

from tactful.decide.ranker import Conclusion, Ranking
from tactful.facts.calendars import Calendar
from tactful.facts.rows import nearest_calendar
from tactful.language.terms import Modality
from tactful.reasons.compare import compare
from tactful.reasons.context import Context, application_of, pack_record, target_record
from tactful.reasons.justification import opened
from tactful.reasons.records.comparison import ComparisonRecord
from tactful.reasons.records.decision import (
    ActionRecord,
    AlternativeRecord,
    DecisionRecord,
    FlipsRecord,
    JustificationRecord,
    OverrideRecord,
    QuestionRecord,
    SetAsideRecord,
    TargetRecord,
    WinnerRecord,
)
from tactful.reasons.records.why import Answer, NotAdvisedRecord, WhyRecord
from tactful.reasons.what_if.counterfactuals import Wish, counterfactuals
from tactful.reasons.what_if.questions import questions
from tactful.reasons.why import why
from tactful.reasons.wording import name_of


class Advice:
    """One piece of advice. What costs work to say is worked out when first asked for, and kept."""

    def __init__(self, rank: int, conclusion: Conclusion, context: Context) -> None:
        self._conclusion, self._context = conclusion, context
        #: 1 is the most important.
        self.rank = rank

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
        """0 to 100."""
        return self._conclusion.priority

    @property
    def due_word(self) -> str:
        """``by`` where the action is to be done by its deadline, ``until`` where it is to be kept up until then."""
        return self._context.checked.actions[self.action].due

    @property
    def due(self) -> datetime | None:
        """The deadline, in the candidate's time zone; ``None`` where there is none."""
        return self._context.moment(self._conclusion.due)

    @cached_property
    def opens(self) -> datetime | None:
        """Since when the advice holds; ``None`` where it was not time that brought it about."""
        return self._context.moment(self._opens)

    @cached_property
    def _opens(self) -> int | None:
        rules = self._context.checked.rules
        return opened([(rules[no], row) for no, row, _ in self._conclusion.firings], self._context.evaluator)

    @cached_property
    def label(self) -> str:
        """The action in words."""
        return self._context.label(self._conclusion)

    @cached_property
    def target(self) -> TargetRecord:
        """Whom or what the action concerns."""
        return target_record(self._conclusion.target)

    @property
    def application(self) -> str | None:
        """The id of the application that the target is or belongs to, if any."""
        return application_of(self._conclusion.target)

    @property
    def calendar(self) -> Calendar:
        """The calendar of whom or what the advice concerns: the person's, else the application's, else the candidate's."""
        return nearest_calendar(self._conclusion.target)

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """What to mind in doing it: the action's own steps, then those that rules add. A prohibition has none."""
        return self._context.steps_of(self._conclusion)

    @cached_property
    def because(self) -> tuple[JustificationRecord, ...]:
        """Every rule that concludes this, with its sentence, its source and what its conditions met."""
        return self._context.because(self._conclusion)

    @cached_property
    def alternatives(self) -> tuple[AlternativeRecord, ...]:
        """What was recommended too and gave way to this, best first."""
        return tuple(
            AlternativeRecord(
                action=one.action,
                modality=one.modality,
                label=self._context.label(one),
                target=target_record(one.target),
                due=self._context.iso(one.due),
                because=self._context.because(one),
            )
            for one in self._conclusion.alternatives
        )

    def record(self) -> ActionRecord:
        """Everything, as JSON has it."""
        return ActionRecord(
            rank=self.rank,
            modality=self.modality,
            action=self.action,
            label=self.label,
            target=self.target,
            application=self.application,
            opens=self._context.iso(self._opens),
            due=self._context.iso(self._conclusion.due),
            priority=self.priority,
            steps=self.steps,
            because=self.because,
            alternatives=self.alternatives,
        )

    def __repr__(self) -> str:
        return f"<{self.rank}. {self.modality} {self.action} → {self.target.entity} {self.target.id}>"


class Decision(msgspec.Struct, frozen=True, eq=False, dict=True):
    """Ranked advice for one case at one moment. Thread-safe to read."""

    #: For other parts of this package: conclusions as ranked, and what they were drawn from.
    ranking: Ranking
    context: Context

    @property
    def at(self) -> datetime:
        """The moment decided for, in the candidate's time zone."""
        return self.context.calendar.local(self.context.now)

    @property
    def calendar(self) -> Calendar:
        """The candidate's calendar, in whose time zone moments are shown."""
        return self.context.calendar

    @property
    def pack_name(self) -> str:
        """The name and version of the pack."""
        return f"{self.context.checked.name} {self.context.checked.version}"

    def company(self, application: str | None) -> str | None:
        """What to call the application with this id; ``None`` where there is none."""
        families = self.context.case.families
        return next((name_of(one.application) for one in families if one.application.id == application), None)

    @cached_property
    def actions(self) -> tuple[Advice, ...]:
        """All advice, the most important first."""
        return tuple(Advice(no, one, self.context) for no, one in enumerate(self.ranking.ranked, start=1))

    @cached_property
    def questions(self) -> tuple[QuestionRecord, ...]:
        """The unknown facts whose answer would change this decision, the most consequential first.

        Each answer was tried by deciding again: some tens of milliseconds, once somebody asks.
        """
        return questions(self.context)

    @cached_property
    def set_aside(self) -> tuple[SetAsideRecord, ...]:
        """Conclusions that lost a conflict, and to what."""
        return tuple(self._lost(one) for one in self.ranking.set_aside)

    def _lost(self, one: Conclusion) -> SetAsideRecord:
        context = self.context
        winners = tuple(
            WinnerRecord(
                action=winner.action,
                modality=winner.modality,
                label=context.label(winner),
                target=target_record(winner.target),
                safety=winner.safety,
                because=context.because(winner),
            )
            for winner in one.lost_to
        )
        return SetAsideRecord(
            action=one.action,
            modality=one.modality,
            label=context.label(one),
            target=target_record(one.target),
            by=winners,
            because=context.because(one),
        )

    def why(self, action: str, target: str | None = None, *, flip: bool = False) -> WhyRecord:
        """Why an action is advised, or why it is not, for a target or for all that it concerns.

        ``target`` is an id, or ``application/id`` where several have it. An action that others are a kind of stands for
        them too. ``flip``: also the smallest changes of facts under which each answer would be another, found by search;
        it may take a second. Raises :class:`tactful.TactfulError` for an action or a target that there isn't.
        """
        record = why(self.context, self.ranking, action, target)
        if not flip:
            return record
        return msgspec.structs.replace(record, flips=tuple(self._counterfactuals(one) for one in record.answers))

    def _counterfactuals(self, answer: Answer) -> FlipsRecord:
        """What it would take for the advice that an answer is about to come, or to go."""
        one = answer if isinstance(answer, NotAdvisedRecord) else answer.conclusion
        prohibits = not isinstance(one, NotAdvisedRecord) and one.modality.endswith("not")
        rows = self.context.evaluator.rows(one.target.entity)
        row = next(row for row in rows if row.id == one.target.id and application_of(row) == one.application)
        return counterfactuals(self.context, Wish(one.action, prohibits, row))

    def compare(self, other: Decision) -> ComparisonRecord:
        """What another decision has that this one does not, and the other way round, with the rules behind it."""
        return compare((self.context, self.ranking), (other.context, other.ranking))

    @property
    def safety_off(self) -> tuple[OverrideRecord, ...]:
        """The safety rules that the pack switches off, each with the reason it gives."""
        return tuple(
            OverrideRecord(rule=one.rule, because=one.because, pack=one.pack) for one in self.context.checked.overrides
        )

    def set_aside_for(self, application: str | None) -> tuple[SetAsideRecord, ...]:
        """What lost and concerns one application, or the candidate as a whole; everything where it is ``None``."""
        pairs = zip(self.set_aside, self.ranking.set_aside, strict=True)
        return tuple(
            record for record, one in pairs if application is None or application_of(one.target) in (None, application)
        )

    def questions_for(self, application: str | None) -> tuple[QuestionRecord, ...]:
        """The questions that concern one application, or the candidate; all where it is ``None``."""
        return tuple(one for one in self.questions if application is None or one.application in (None, application))

    def record(self, application: str | None = None, *, questions: bool = False) -> DecisionRecord:
        """Everything, as JSON has it. ``application``: only what concerns that one, or the candidate as a whole.

        ``questions``: also what to find out, which takes some tens of milliseconds.
        """
        chosen = self.actions
        if application is not None:
            chosen = tuple(one for one in chosen if one.application in (None, application))
        return DecisionRecord(
            at=self.at.isoformat(),
            engine=self.context.engine,
            pack=pack_record(self.context.checked),
            actions=tuple(one.record() for one in chosen),
            set_aside=self.set_aside_for(application),
            safety_off=self.safety_off,
            questions=self.questions_for(application) if questions else msgspec.UNSET,
        )

    def to_json(self, application: str | None = None, *, questions: bool = False) -> bytes:
        """The decision as JSON (UTF-8); its schema is ``tactful schema decision``. Arguments as in :meth:`record`."""
        return msgspec.json.encode(self.record(application, questions=questions))

    def to_builtins(self) -> Mapping[str, object]:
        """The decision as plain dictionaries and lists."""
        built: Mapping[str, object] = msgspec.to_builtins(self.record())
        return built
