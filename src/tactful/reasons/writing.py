"""A decision's advice as JSON, written at once: with the pack's pieces and compiled code.

The result is that of the records in ``records.decision``. There the parts of one piece of advice are made when somebody asks
for them. Here everything is wanted, so that each function of compiled code runs once, and no record is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import Final, Literal, NamedTuple, get_args

from tactful.decide.groups import Groups
from tactful.decide.keys import key_of
from tactful.decide.ranker import Conclusion, PutAside, Ranking
from tactful.engines.compiled.ahead import NO_TURN
from tactful.engines.compiled.past import SMALL, Untold, past_of, since
from tactful.engines.compiled.turning import TurningFunctions
from tactful.engines.courses import TooManySteps
from tactful.engines.expiry import CLOCK_HORIZON, HORIZON
from tactful.engines.firings import RawFiring
from tactful.facts.rows import Row
from tactful.language.terms import Modality
from tactful.reasons.context import REASONS, Context, application_of, target_record
from tactful.reasons.encoded import ENCODER, NULL
from tactful.reasons.lasting import Lasting
from tactful.reasons.pieces import Pieces
from tactful.reasons.records.decision import (
    ActionRecord,
    AlternativeRecord,
    HandledRecord,
    SetAsideRecord,
    WinnerRecord,
)

#: Modalities as JSON.
_MODALITIES: Final[Mapping[Modality, bytes]] = {word: ENCODER.encode(word) for word in get_args(Modality)}


class Written(NamedTuple):
    """The JSON of a decision's ``actions`` and ``set_aside``, and until when the answer surely stays as it is.

    The moment is in seconds since 1970 (UTC).
    """

    actions: bytes
    set_aside: bytes
    same_before: int


class _TooLong(Exception):
    """There are so many reasons that some may have to be left out."""


def written(context: Context, ranking: Ranking) -> Written | None:
    """The advice of a decision; ``None`` where it takes the records.

    These are made for other engines, and for what compiled code cannot tell.
    """
    if context.turning is None:
        return None
    try:
        return _Writer(context, context.turning).answer(ranking)
    except (Untold, TooManySteps, _TooLong):
        return None


#: What is said of a conclusion wherever it is named, as JSON: its key, label and target; then its own steps.
_Head = tuple[bytes, bytes, bytes, list[bytes]]


class _Writer:
    """Writes one answer. May raise :class:`Untold`, :class:`TooManySteps` and :class:`_TooLong`."""

    def __init__(self, context: Context, turning: TurningFunctions) -> None:
        decider = context.decider
        self._context, self._case, self._calendar = context, context.case, context.calendar
        self._turning, self._clockwork = turning, decider.clockwork
        self._pieces, self._lasting = decider.once(Pieces), decider.once(Lasting)
        self._ranker, self._rules = decider.ranker, decider.checked.rules
        #: What compiled code runs on. Its ``high`` becomes the next turn of the facts that the answer shows.
        self._past = past_of(context.case, context.now)
        self._small = context.case.size <= SMALL
        #: How many more reasons there may be.
        self._left = REASONS
        #: Until when every ``opens`` says the same (seconds since 1970, UTC).
        self._opens_until = NO_TURN
        #: The firings of rules that add steps, by their target.
        self._added_steps: dict[Row, list[RawFiring]] = {}
        self._rows: dict[Row, tuple[bytes, bytes]] = {}
        self._heads: dict[Conclusion, _Head] = {}
        self._reasons: dict[Conclusion, bytes] = {}

    def answer(self, ranking: Ranking) -> Written:
        """The whole of it."""
        firings, same_before = self._lasting.steps(self._case, self._context.now)
        if firings:
            self._added_steps = self._ranker.steps_by_target(firings, self._case)
        actions = list(map(self._action, count(1), ranking.ranked, Groups(ranking.ranked).firsts))
        lost = [self._lost(loser) for loser in ranking.set_aside]
        handled = [self._handled(aside) for aside in ranking.put_aside]
        same_before = min(same_before, self._opens_until, self._next_turn(ranking) >> 1)
        return Written(_listed(actions), _listed((*lost, *handled)), same_before)

    def _next_turn(self, ranking: Ranking) -> int:
        past = self._past
        for function, row in self._lasting.shown_steps(self._case, self._context.now, ranking):
            function(past, row)
        return past.high

    # --- pieces of advice ---

    def _action(self, rank: int, conclusion: Conclusion, group: int) -> bytes:
        plan, (key, label, target, steps) = conclusion.plan, self._head(conclusion)
        return self._pieces.outline(ActionRecord, plan.action, plan.prohibits) % (
            rank,
            key,
            group,
            _MODALITIES[conclusion.modality],
            label,
            target,
            self._rows[conclusion.target][1],
            self._moment(self._opened(conclusion.firings)),
            self._moment(conclusion.due),
            conclusion.priority,
            b"[]" if plan.prohibits else self._steps_of(conclusion, steps),
            self._because(conclusion),
            _listed(map(self._alternative, conclusion.alternatives)) if conclusion.alternatives else b"[]",
        )

    def _alternative(self, conclusion: Conclusion) -> bytes:
        plan, (key, label, target, _) = conclusion.plan, self._head(conclusion)
        return self._pieces.outline(AlternativeRecord, plan.action, plan.prohibits) % (
            key,
            _MODALITIES[conclusion.modality],
            label,
            target,
            self._moment(conclusion.due),
            self._because(conclusion),
        )

    def _winner(self, conclusion: Conclusion) -> bytes:
        plan, (key, label, target, _) = conclusion.plan, self._head(conclusion)
        return self._pieces.outline(WinnerRecord, plan.action, plan.prohibits) % (
            key,
            _MODALITIES[conclusion.modality],
            label,
            target,
            b"true" if plan.safety else b"false",
            self._because(conclusion),
        )

    def _lost(self, loser: Conclusion) -> bytes:
        plan, (key, label, target, _) = loser.plan, self._head(loser)
        return self._pieces.outline(SetAsideRecord, plan.action, plan.prohibits) % (
            key,
            _MODALITIES[loser.modality],
            label,
            target,
            _listed(map(self._winner, loser.lost_to)),
            self._because(loser),
        )

    def _handled(self, aside: PutAside) -> bytes:
        how: Literal["done", "dismissed"] = "done" if aside.done else "dismissed"
        handled = HandledRecord(key=aside.key, how=how, at=self._context.iso(aside.moment))
        return b'%b,"handled":%b}' % (self._lost(aside.conclusion)[:-1], ENCODER.encode(handled))

    # --- their parts ---

    def _head(self, conclusion: Conclusion) -> _Head:
        known = self._heads.get(conclusion)
        if known is None:
            target, calendar = conclusion.target, self._calendar
            subject = self._pieces.subject(conclusion.plan.action, target.entity)
            given = subject.values(self._past, target)
            key = b'"%b"' % key_of(conclusion, subject.occasion(given), self._case).encode()
            steps = [step.of(given, calendar) for step in subject.steps_json]
            known = key, subject.label_json.of(given, calendar), self._row(target), steps
            self._heads[conclusion] = known
        return known

    def _row(self, row: Row) -> bytes:
        """The JSON of a target."""
        known = self._rows.get(row)
        if known is None:
            known = self._rows[row] = ENCODER.encode(target_record(row)), ENCODER.encode(application_of(row))
        return known[0]

    def _moment(self, moment: int | None) -> bytes:
        return NULL if moment is None else b'"%b"' % self._calendar.iso(moment).encode()

    def _steps_of(self, conclusion: Conclusion, own: list[bytes]) -> bytes:
        """The steps of a recommendation, each text once; see :meth:`Context.steps_of`."""
        if not self._added_steps or not self._ranker.may_have_steps(conclusion.plan.action):
            return _listed(dict.fromkeys(own)) if own else b"[]"
        firings = self._ranker.steps_for(conclusion, self._added_steps)
        return _listed(dict.fromkeys([*own, *[self._added(rule, row) for rule, row, _ in firings]]))

    def _added(self, rule: int, row: Row) -> bytes:
        said = self._pieces.added(self._rules[rule])
        if not said.encoded.slots:
            return said.encoded.template
        return said.encoded.of(said.values(self._past, row), self._calendar)

    def _because(self, conclusion: Conclusion) -> bytes:
        """The justifications of a conclusion; see :meth:`Context.because`."""
        known, firings = self._reasons.get(conclusion), conclusion.firings
        if known is None:
            if len(firings) > 1:
                firings = self._ranker.sorted_firings(conclusion)
            known = _listed([self._reason(rule, row) for rule, row, _ in firings])
            self._reasons[conclusion] = known
        else:
            self._spend(sum([self._pieces.reason(self._rules[no]).most for no, _, _ in firings]))
        return known

    def _spend(self, reasons: int) -> None:
        self._left -= reasons
        if self._left <= 0:
            raise _TooLong

    def _reason(self, rule: int, row: Row) -> bytes:
        reason, past = self._pieces.reason(self._rules[rule]), self._past
        self._spend(reason.most)
        if reason.reads_all:
            return reason.json(reason.values(past, row), self._calendar)
        high = past.high
        given = reason.values(past, row)
        past.high = high
        moving = self._lasting.of_rule(self._rules[rule])
        if moving is not None:
            moving(past, row)
        return reason.json(given, self._calendar)

    def _opened(self, firings: list[RawFiring]) -> int | None:
        """Since when a conclusion has been drawn; see :meth:`Context.opened`."""
        first, horizon = NO_TURN, HORIZON
        for rule, row, _ in firings:
            moment = self._since(rule, row)
            if moment is None:
                return None
            first = min(first, moment)
            if self._clockwork.looks_at_clocks(self._rules[rule]):
                horizon = CLOCK_HORIZON
        self._opens_until = min(self._opens_until, max(first + horizon, self._context.now + 1))
        return first

    def _since(self, rule: int, row: Row) -> int | None:
        turns = self._turning.rule(rule) if self._small else None
        if turns is None:
            return self._context.telling.since(self._rules[rule], row)
        if turns.still:
            return None
        past = self._past
        high = past.high
        moment = since(past, turns, row)
        past.high, past.last = high, past.today
        return moment


def _listed(items: Iterable[bytes]) -> bytes:
    return b"[%b]" % b",".join(items)
