"""Decisions: ranked at once, put into words on first use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from itertools import count, repeat
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from tactful.api.advice import Advice, iso, outside_safety
from tactful.decide.conclusions import Conclusion, PutAside, Ranking
from tactful.decide.groups import Groups
from tactful.decide.next_change import Change, next_change
from tactful.facts.calendars import LAST_MOMENT, Calendar
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
    DecisionRecord,
    HandledRecord,
    InvariantOffRecord,
    MadeWithRecord,
    MessagesRecord,
    OutsideSafetyRecord,
    OverrideRecord,
    QuestionRecord,
    SetAsideRecord,
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


def import_answers() -> None:
    """Import in advance what would otherwise be imported for the first answer of its kind."""
    with FIRST_USE:
        for module in _ANSWERS:
            import_module(f"tactful.reasons.{module}")


class _SetAside(msgspec.Struct, frozen=True):
    """The conclusions that lost a conflict. ``left_out``: some of their winners or reasons are missing."""

    records: tuple[SetAsideRecord, ...]
    left_out: bool


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

    def place(self, application: str | None) -> str | None:
        """The company of the application with this id, with the role where there are several applications to it.

        Returns ``None`` if there is no such application.
        """
        company = self.company(application)
        rows = [family.application for family in self.context.case.families]
        if company is not None and [name_of(row) for row in rows].count(company) > 1:
            role = next(row.role for row in rows if row.id == application)
            return company if role is None else f"{company}, {role}"
        return company

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
            unchanged_before=iso(unchanged_before),
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
            next_change=iso(self.next_change) if next_change else msgspec.UNSET,
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
        at, before = ENCODER.encode(context.calendar.iso(context.now)), ENCODER.encode(context.iso(until))
        answer = around.outline % (at, before, made_with_json(context, at), known.actions, known.set_aside)
        return answer if not outside else b'%b,"outside_safety":%b}' % (answer[:-1], ENCODER.encode(outside))

    def to_builtins(self) -> Mapping[str, object]:
        """The decision as plain dictionaries and lists."""
        built: Mapping[str, object] = msgspec.json.decode(self.to_json())  # msgspec.to_builtins would leave tuples
        return built
