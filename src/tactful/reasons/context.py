"""The context of a decision (case, moment, pack), by which its parts are put into words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from tactful.decide.conclusions import AddedSteps, Conclusion
from tactful.decide.decider import Decider
from tactful.decide.next_change import Change, Subject, next_changes
from tactful.decide.ranker import Ranker
from tactful.engines.evaluate import Evaluator
from tactful.engines.firings import RawFiring
from tactful.facts.calendars import Calendar
from tactful.facts.dates import format_date
from tactful.facts.rows import Case, Row
from tactful.language.ir import CheckedPack
from tactful.language.terms import AdviceKind, DueMeans
from tactful.reasons.records.decision import JustificationRecord, PackRecord, TargetRecord
from tactful.reasons.telling import CompiledTelling, PlainTelling, Telling
from tactful.reasons.wording import name_of
from tactful.reasons.words import Words
from tactful.reasons.words.of import words_of
from tactful.source.lazy import lazy

if TYPE_CHECKING:
    from tactful.engines.compiled.turning import TurningFunctions

#: The most conditions of rules in the reasons of one record.
REASONS: Final = 200_000
_CASE: Final = msgspec.json.Encoder(order="deterministic").encode


class Context(msgspec.Struct, frozen=True, eq=False, dict=True):
    """What the parts of one decision share; ``now`` is in seconds since 1970 (UTC). Not public.

    It is a ``Struct`` because every decision makes one.
    """

    decider: Decider
    case: Case
    now: int

    @property
    def checked(self) -> CheckedPack:
        """The pack."""
        return self.decider.checked

    @property
    def ranker(self) -> Ranker:
        """The ranker of the pack's firings."""
        return self.decider.ranker

    @property
    def engine(self) -> str:
        """The engine's name."""
        return self.decider.engine

    @property
    def calendar(self) -> Calendar:
        """The candidate's calendar."""
        return self.case.candidate.calendar

    def due_in_words(self, due: int | None) -> str:
        """A deadline (seconds since 1970) in words."""
        return self.words.say("none") if due is None else self.words.named(self.calendar.local(due))

    @lazy
    def steps(self) -> AddedSteps:
        """The firings of rules that add steps, by their target; computed on first use."""
        return self.ranker.added_steps(self.step_firings, self.case)

    @lazy
    def step_firings(self) -> list[RawFiring]:
        """The firings of rules that add steps."""
        return self.decider.steps(self.case, self.now)

    @lazy
    def rows(self) -> int:
        """How many rows' worth of work a decision on the case takes, see :meth:`tactful.decide.work.Work.rows`."""
        return self.decider.work.rows(self.case)

    @lazy
    def next_changes(self) -> Mapping[Subject, Change]:
        """When each piece of ranked advice goes, or becomes other advice."""
        return next_changes(self.decider, self.case, self.now, self.decider.rank(self.case, self.now))

    @lazy
    def evaluator(self) -> Evaluator:
        """An evaluator for explanations."""
        return self.decider.evaluator(self.case, self.now)

    @lazy
    def turning(self) -> TurningFunctions | None:
        """The compiled functions that put the decision into words; ``None`` where the plain evaluator does it."""
        turning = self.decider.turning
        return turning if turning is not None and turning.worth_compiling() else None

    @lazy
    def telling(self) -> Telling:
        """The functions that put the decision into words."""
        turning = self.turning
        if turning is None:
            return PlainTelling(self.decider, self.case, self.now)
        return CompiledTelling(self.decider, turning, self.case, self.now)

    @property
    def words(self) -> Words:
        """The words of the decision's language."""
        return self.decider.once(words_of)

    @lazy
    def _because(self) -> dict[Conclusion, tuple[JustificationRecord, ...]]:
        """The justifications so far: the same conclusion can win over many others."""
        return {}

    def target(self, row: Row) -> TargetRecord:
        """A target as JSON has it; much advice has the same."""
        known = self._targets.get(row)
        return self._targets.setdefault(row, target_record(row)) if known is None else known

    @lazy
    def _targets(self) -> dict[Row, TargetRecord]:
        return {}

    def moment(self, moment: int | None) -> datetime | None:
        """A moment (seconds since 1970) in the candidate's time zone."""
        return None if moment is None else self.calendar.local(moment)

    def iso(self, moment: int | None) -> str | None:
        """A moment (seconds since 1970) in the candidate's time zone, as JSON has it."""
        return None if moment is None else self.calendar.iso(moment)

    def key(self, conclusion: Conclusion) -> str:
        """The key of a conclusion, see :class:`tactful.decide.keys.Keys`."""
        known = self.keys.get(conclusion)
        return self.keys.setdefault(conclusion, self.telling.key(conclusion)) if known is None else known

    @lazy
    def keys(self) -> dict[Conclusion, str]:
        """The keys that are known already."""
        return {}

    @lazy
    def case_text(self) -> bytes:
        """The case as JSON in a fixed order: what the digest of the case is of, and what a journal keeps."""
        return _CASE(self.case.shape)

    @lazy
    def case_digest(self) -> str:
        """The digest of the case."""
        return f"sha256:{hashlib.sha256(self.case_text).hexdigest()}"

    def kind_of(self, conclusion: Conclusion) -> AdviceKind:
        """What a conclusion asks for."""
        return self.checked.actions[conclusion.action].kind_of(conclusion.prohibits)

    def due_means(self, conclusion: Conclusion) -> DueMeans:
        """What the deadline of a conclusion means."""
        return self.checked.actions[conclusion.action].due_means(conclusion.prohibits)

    def label(self, conclusion: Conclusion) -> str:
        """A conclusion's action in words, for its target."""
        return self.label_of(conclusion.action, conclusion.target)

    def label_of(self, action: str, target: Row) -> str:
        """An action in words, for a target."""
        return self.telling.label(action, target)

    def because(self, conclusion: Conclusion) -> tuple[JustificationRecord, ...]:
        """The justifications of a conclusion, the rule with the highest priority first."""
        known = self._because.get(conclusion)
        if known is None:
            rules, telling = self.checked.rules, self.telling
            firings = self.ranker.sorted_firings(conclusion)
            known = self._because[conclusion] = tuple([telling.justification(rules[no], row) for no, row, _ in firings])
        return known

    def opened(self, conclusion: Conclusion) -> int | None:
        """Since when a conclusion has been drawn, if time alone brought it about (seconds since 1970).

        Returns ``None`` where one of its rules has fired for more than a year, or would fire at any time. May raise
        :class:`tactful.engines.courses.TooManySteps`.
        """
        rules, since = self.checked.rules, self.telling.since
        first = None
        for no, row, _ in conclusion.firings:
            moment = since(rules[no], row)
            if moment is None:
                return None
            first = moment if first is None else min(first, moment)
        return first

    def steps_of(self, conclusion: Conclusion) -> tuple[str, ...]:
        """The steps of a recommendation: the action's own, then those that rules add. A prohibition has none."""
        if conclusion.prohibits:
            return ()
        telling = self.telling
        own = telling.steps(conclusion.action, conclusion.target)
        if not self.ranker.may_have_steps(conclusion.action):
            return tuple(dict.fromkeys(own))
        rules, firings = self.checked.rules, self.ranker.steps_for(conclusion, self.steps)
        return tuple(dict.fromkeys([*own, *[telling.added(rules[no], row) for no, row, _ in firings]]))


class Reasons:
    """The justifications of one record, up to a limit: conclusions that win over many others are named for each of them."""

    def __init__(self, context: Context) -> None:
        self._context, self._left = context, REASONS
        #: Whether some were left out.
        self.left_out = False

    def of(self, conclusion: Conclusion) -> tuple[JustificationRecord, ...]:
        """The justifications of a conclusion; none where there are too many already."""
        if len(conclusion.firings) > self._left:
            self.left_out = True
            return ()
        because = self._context.because(conclusion)
        self._left -= sum(1 + len(justification.conditions) for justification in because)
        return because

    def first(self, conclusions: tuple[Conclusion, ...]) -> Iterator[Conclusion]:
        """The conclusions, without the last ones where there are too many."""
        for conclusion in conclusions:
            if self._left <= 0:
                self.left_out = True
                return
            self._left -= 1
            yield conclusion


def pack_record(checked: CheckedPack) -> PackRecord:
    """A pack as JSON names it."""
    as_of = None if checked.as_of is None else format_date(checked.as_of)
    return PackRecord(name=checked.name, version=checked.version, digest=checked.digest, as_of=as_of)


def target_record(row: Row) -> TargetRecord:
    """A target as JSON has it."""
    return TargetRecord(entity=row.entity, id=row.id, name=name_of(row))


def application_of(row: Row) -> str | None:
    """The id of the application that a row is or belongs to; ``None`` for the candidate."""
    return None if row.application is None else row.application.id
