"""Decisions: ranked at once, put into words on first use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from importlib import import_module
from itertools import count, repeat
from typing import TYPE_CHECKING, Final, Literal, Protocol

import msgspec

from tactful.decide.groups import Groups
from tactful.decide.next_change import Change, next_change
from tactful.decide.ranker import Conclusion, PutAside, Ranking
from tactful.engines.courses import TooManySteps
from tactful.engines.expiry import CLOCK_HORIZON, HORIZON
from tactful.facts.calendars import LAST_MOMENT, Calendar
from tactful.facts.rows import nearest_calendar
from tactful.language.ir import CheckedPack
from tactful.language.terms import AdviceKind, DueMeans, Modality
from tactful.reasons.around import Around
from tactful.reasons.context import Context, Reasons, application_of
from tactful.reasons.encoded import ENCODER
from tactful.reasons.lasting import Lasting
from tactful.reasons.made_with import made_with, made_with_json
from tactful.reasons.messages import Messages
from tactful.reasons.records.comparison import ComparisonRecord
from tactful.reasons.records.decision import (
    SCHEMA_VERSION,
    ActionRecord,
    AlternativeRecord,
    DecisionRecord,
    HandledRecord,
    InvariantOffRecord,
    JustificationRecord,
    MadeWithRecord,
    MessagesRecord,
    OutsideSafetyRecord,
    OverrideRecord,
    QuestionRecord,
    SetAsideRecord,
    TargetRecord,
    WinnerRecord,
)
from tactful.reasons.records.why import Answer, NotAdvisedRecord, WhyRecord
from tactful.reasons.what_if.questions import Questions, questions
from tactful.reasons.wording import name_of
from tactful.reasons.words import Words
from tactful.reasons.writing import written
from tactful.source.first_use import FIRST_USE
from tactful.source.lazy import lazy

if TYPE_CHECKING:
    from tactful.reasons.what_if.counterfactuals import Wish

#: The modules of answers that only some decisions are asked for.
_ANSWERS: Final = ("compare", "what_if.counterfactuals", "why")
#: Gives the justifications of a conclusion.
_Because = Callable[[Conclusion], tuple[JustificationRecord, ...]]


def import_answers() -> None:
    """Import in advance what would otherwise be imported for the first answer of its kind."""
    with FIRST_USE:
        for module in _ANSWERS:
            import_module(f"tactful.reasons.{module}")


class _SetAside(msgspec.Struct, frozen=True):
    """The conclusions that lost a conflict. ``left_out``: some of their winners or reasons are missing."""

    records: tuple[SetAsideRecord, ...]
    left_out: bool


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
        """Until when ``opens`` says the same (seconds since 1970, UTC). For other parts of this module."""
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
        """The same with the moment at which the advice changes. For other parts of this module."""
        return msgspec.structs.replace(self.record_within(reasons), next_change=_iso(self.next_change))

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


class Decision(msgspec.Struct, frozen=True, eq=False, dict=True):
    """Ranked advice for one case at one moment. Safe to read from several threads."""

    #: For other parts of this package: the ranked conclusions, and the case, moment and pack behind them.
    ranking: Ranking
    context: Context

    def __repr__(self) -> str:
        return f"<Decision at {self.at.isoformat()}, {self.pack_name}: {len(self.ranking.ranked)} pieces of advice>"

    @property
    def at(self) -> datetime:
        """The moment of the decision, in the candidate's time zone."""
        return self.context.calendar.local(self.context.now)

    @property
    def calendar(self) -> Calendar:
        """The candidate's calendar, in whose time zone moments are shown."""
        return self.context.calendar

    @property
    def words(self) -> Words:
        """The words of the decision's language. For other parts of this package."""
        return self.context.words

    @property
    def pack_name(self) -> str:
        """The name and version of the pack."""
        return f"{self.context.checked.name} {self.context.checked.version}"

    def company(self, application: str | None) -> str | None:
        """The company of the application with this id, or the id if no company is given.

        Returns ``None`` if there is no such application.
        """
        applications = (family.application for family in self.context.case.families)
        return next((name_of(row) for row in applications if row.id == application), None)

    @lazy
    def actions(self) -> tuple[Advice, ...]:
        """All advice, the most important first."""
        ranked = self.ranking.ranked
        return tuple(map(Advice, count(1), ranked, repeat(self.context), repeat(Groups(ranked))))

    @lazy
    def made_with(self) -> MadeWithRecord:
        """What the decision was made with: versions, pack, moment and a digest of the case. The same inputs give the
        same answer."""
        return made_with(self.context)

    @lazy
    def unchanged_before(self) -> datetime | None:
        """Until when this decision surely stays as it is if no fact changes; ``None`` if time alone never changes it.

        The actions, their order and deadlines, what is set aside, the reasons and the steps stay the same up to this moment,
        which is in the candidate's time zone. They may stay the same after it, too. Only the clock values that reasons
        show may change.
        """
        context = self.context
        moment = context.decider.once(Lasting).same_before(context.case, context.now, self.ranking, context.telling)
        ends = [end for advice in self.actions if (end := advice.opens_until) is not None]
        first = min(moment, *ends) if ends else moment
        return context.moment(first) if first <= LAST_MOMENT else None

    @property
    def questions(self) -> tuple[QuestionRecord, ...]:
        """The unknown facts whose answer would change this decision, the most consequential first.

        Each answer is tried by deciding again. That takes some milliseconds on first use.
        """
        return self._questions.records

    @property
    def questions_incomplete(self) -> bool:
        """Whether not every unknown fact was tried for :attr:`questions`, because there are too many."""
        return self._questions.incomplete

    @lazy
    def _questions(self) -> Questions:
        return questions(self.context)

    @property
    def set_aside(self) -> tuple[SetAsideRecord, ...]:
        """The conclusions that lost a conflict, each with the conclusions that won it; then advice done or dismissed.

        Where these are very many, the last ones are without some of the winners and reasons.
        """
        return self._set_aside.records

    @property
    def set_aside_incomplete(self) -> bool:
        """Whether some winners or reasons are missing in :attr:`set_aside`, because there are too many."""
        return self._set_aside.left_out

    @lazy
    def _set_aside(self) -> _SetAside:
        reasons = Reasons(self.context)
        lost = [self._lost(loser, reasons) for loser in self.ranking.set_aside]
        handled = [self._handled(aside, reasons) for aside in self.ranking.put_aside]
        return _SetAside((*lost, *handled), reasons.left_out)

    def _handled(self, aside: PutAside, reasons: Reasons) -> SetAsideRecord:
        record = self._lost(aside.conclusion, reasons)
        how: Literal["done", "dismissed"] = "done" if aside.done else "dismissed"
        handled = HandledRecord(key=aside.key, how=how, at=self.context.iso(aside.moment))
        return msgspec.structs.replace(record, handled=handled)

    def _lost(self, loser: Conclusion, reasons: Reasons) -> SetAsideRecord:
        context = self.context
        winners = tuple(
            WinnerRecord(
                key=context.key(winner),
                action=winner.action,
                modality=winner.modality,
                label=context.label(winner),
                target=context.target(winner.target),
                safety=winner.safety,
                because=reasons.of(winner),
            )
            for winner in reasons.first(loser.lost_to)
        )
        return SetAsideRecord(
            key=context.key(loser),
            action=loser.action,
            modality=loser.modality,
            label=context.label(loser),
            target=context.target(loser.target),
            by=winners,
            because=reasons.of(loser),
        )

    def why(self, action: str, target: str | None = None, *, flip: bool = False) -> WhyRecord:
        """Why an action is advised or not, for one target or for every target that the question is about.

        ``target`` is an id, or ``application/id`` where several applications have the id. An action stands for all its kinds.
        ``flip`` adds counterfactuals: the smallest changes of facts that would turn each answer around. They are found by
        search, which may take a second. Raises :class:`tactful.TactfulError` for an action or a target that does not exist.
        """
        with FIRST_USE:
            from tactful.reasons.why import why  # most decisions are not asked about

        record = why(self.context, self.ranking, action, target)
        if not flip:
            return record
        with FIRST_USE:
            from tactful.reasons.what_if.counterfactuals import Counterfactuals

        search = Counterfactuals(self.context)
        return msgspec.structs.replace(record, flips=tuple(search.of(self._wish(answer)) for answer in record.answers))

    def _wish(self, answer: Answer) -> Wish:
        """The advice that an answer is about. An action that is not advised stands for all its kinds."""
        with FIRST_USE:
            from tactful.reasons.what_if.counterfactuals import Wish
            from tactful.reasons.why.question import kinds_of

        subject = answer if isinstance(answer, NotAdvisedRecord) else answer.conclusion
        prohibits = not isinstance(subject, NotAdvisedRecord) and subject.modality.endswith("not")
        rows = self.context.evaluator.rows(subject.target.entity)
        target = next(row for row in rows if row.id == subject.target.id and application_of(row) == subject.application)
        kinds = kinds_of(self.context.checked, subject.action) if subject is answer else frozenset[str]()
        return Wish(subject.action, prohibits, target, kinds)

    def compare(self, other: Decision) -> ComparisonRecord:
        """The differences from this decision to another, with the facts and rules behind them."""
        with FIRST_USE:
            from tactful.reasons.compare import compare  # most decisions are not compared

        return compare((self.context, self.ranking), (other.context, other.ranking))

    @property
    def safety_off(self) -> tuple[OverrideRecord, ...]:
        """The safety rules that the pack switches off, each with the pack's reason."""
        return self.context.decider.once(Around).safety_off

    @property
    def invariants_off(self) -> tuple[InvariantOffRecord, ...]:
        """The invariants that the pack switches off, each with the pack's reason."""
        return self.context.decider.once(Around).invariants_off

    @property
    def outside_safety(self) -> tuple[OutsideSafetyRecord, ...]:
        """The recommended actions that no safety rule covers, each with the pack's reason for it."""
        return outside_safety(self.context.checked, self.actions)

    def set_aside_for(self, application: str | None) -> tuple[SetAsideRecord, ...]:
        """The conclusions set aside that concern one application, or the candidate as a whole; all of them for ``None``."""
        conclusions = (*self.ranking.set_aside, *(aside.conclusion for aside in self.ranking.put_aside))
        pairs = zip(self.set_aside, conclusions, strict=True)
        return tuple(
            record
            for record, loser in pairs
            if application is None or application_of(loser.target) in (None, application)
        )

    def questions_for(self, application: str | None) -> tuple[QuestionRecord, ...]:
        """The questions that concern one application, or the candidate as a whole; all of them for ``None``."""
        return tuple(
            question
            for question in self.questions
            if application is None or question.application in (None, application)
        )

    @property
    def next_change(self) -> datetime | None:
        """The exact moment at which this decision changes if no fact does, in the candidate's time zone.

        It is ``None`` if the decision stays the same for six weeks. A change is a change of anything listed under
        :attr:`unchanged_before`, apart from values in sentences. The case is decided again at each moment at which it
        might change, so this takes longer than the decision. Where it takes too many steps, the moment may be early.
        :attr:`Advice.next_change` is the same for one piece of advice.
        """
        return self.context.moment(self._change.moment)

    @lazy
    def _change(self) -> Change:
        context = self.context
        return next_change(context.decider, context.case, context.now, self.ranking)

    @property
    def _exact(self) -> bool:
        """Whether it is known of the decision, and of all of its advice, when exactly it changes."""
        return self._change.exact and all(change.exact for change in self.context.next_changes.values())

    @property
    def messages(self) -> tuple[MessagesRecord, ...]:
        """The sentences of all advice, alternatives and conclusions set aside, as ids and arguments."""
        ranking, messages = self.ranking, Messages(self.context)
        shown = [conclusion for ranked in ranking.ranked for conclusion in (ranked, *ranked.alternatives)]
        aside = [*ranking.set_aside, *(item.conclusion for item in ranking.put_aside)]
        winners = [winner for loser in aside for winner in loser.lost_to]
        return tuple(map(messages.of, dict.fromkeys([*shown, *aside, *winners])))

    def record(
        self,
        application: str | None = None,
        *,
        questions: bool = False,
        messages: bool = False,
        next_change: bool = False,
    ) -> DecisionRecord:
        """The decision as JSON has it.

        ``application`` is an id: the record then has only what concerns that application or the candidate as a whole.
        ``questions`` adds the questions worth asking, which takes some milliseconds, ``messages`` all sentences as ids and
        arguments, and ``next_change`` the exact moments at which the decision and each action change, which takes some more.
        """
        chosen, reasons = self.actions, Reasons(self.context)
        if application is not None:
            chosen = tuple(advice for advice in chosen if advice.application in (None, application))
        of = Advice.record_with_change if next_change else Advice.record_within
        actions = tuple(of(advice, reasons) for advice in chosen)
        left_out = reasons.left_out or self.set_aside_incomplete
        aside, outside = self.set_aside_for(application), outside_safety(self.context.checked, chosen)
        record = self._record(self.unchanged_before, actions, aside, outside, left_out=left_out)
        return self._extended(record, application, questions=questions, messages=messages, next_change=next_change)

    def _record(
        self,
        unchanged_before: datetime | None,
        actions: tuple[ActionRecord, ...],
        set_aside: tuple[SetAsideRecord, ...],
        outside: tuple[OutsideSafetyRecord, ...],
        *,
        left_out: bool = False,
    ) -> DecisionRecord:
        return DecisionRecord(
            at=self.context.calendar.iso(self.context.now),
            unchanged_before=_iso(unchanged_before),
            schema_version=SCHEMA_VERSION,
            made_with=self.made_with,
            actions=actions,
            set_aside=set_aside,
            safety_off=self.safety_off,
            invariants_off=self.invariants_off or msgspec.UNSET,
            outside_safety=outside or msgspec.UNSET,
            incomplete=True if left_out else msgspec.UNSET,
        )

    def _extended(
        self, record: DecisionRecord, application: str | None, *, questions: bool, messages: bool, next_change: bool
    ) -> DecisionRecord:
        """A record with what was asked for."""
        if not (questions or messages or next_change):
            return record
        return msgspec.structs.replace(
            record,
            questions=self.questions_for(application) if questions else msgspec.UNSET,
            questions_incomplete=True if questions and self.questions_incomplete else msgspec.UNSET,
            messages=self.messages if messages else msgspec.UNSET,
            next_change=_iso(self.next_change) if next_change else msgspec.UNSET,
            next_change_incomplete=True if next_change and not self._exact else msgspec.UNSET,
        )

    def to_json(
        self,
        application: str | None = None,
        *,
        questions: bool = False,
        messages: bool = False,
        next_change: bool = False,
    ) -> bytes:
        """The decision as JSON (UTF-8), described by ``tactful schema decision``. Arguments are those of :meth:`record`."""
        known = None if application is not None or next_change else written(self.context, self.ranking)
        if known is None:
            asked = self.record(application, questions=questions, messages=messages, next_change=next_change)
            return ENCODER.encode(asked)
        context, around = self.context, self.context.decider.once(Around)
        until = known.same_before if known.same_before <= LAST_MOMENT else None
        outside = around.outside_safety(self.ranking.ranked)
        if questions or messages:
            actions, aside = msgspec.Raw(known.actions), msgspec.Raw(known.set_aside)
            record = self._record(context.moment(until), actions, aside, outside)  # type: ignore[arg-type]
            return ENCODER.encode(
                self._extended(record, None, questions=questions, messages=messages, next_change=False)
            )
        at, before = context.calendar.iso(context.now), context.iso(until)
        parts = ENCODER.encode(at), ENCODER.encode(before), made_with_json(context), known.actions, known.set_aside
        answer = around.outline % parts
        return answer if not outside else b'%b,"outside_safety":%b}' % (answer[:-1], ENCODER.encode(outside))

    def to_builtins(self) -> Mapping[str, object]:
        """The decision as plain dictionaries and lists."""
        built: Mapping[str, object] = msgspec.json.decode(self.to_json())  # msgspec.to_builtins would leave tuples
        return built


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
