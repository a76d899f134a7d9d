"""A decision's advice as JSON, written at once: with the pack's pieces and compiled code.

The result is that of the records in ``records.decision``. There the parts of one piece of advice are made when somebody asks
for them. Here everything is wanted, so that each function of compiled code runs once, and no record is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Final, Literal, get_args

import msgspec

from tactful.decide.conclusions import AddedSteps, Conclusion, PutAside, Ranking
from tactful.decide.groups import Groups
from tactful.decide.keys import key_of
from tactful.engines.compiled.filled import moment_text
from tactful.engines.compiled.past import NO_TURN, SMALL, Past, Untold, since
from tactful.engines.courses import TooManySteps
from tactful.engines.expiry import HORIZON
from tactful.engines.firings import RawFiring
from tactful.facts.rows import Row
from tactful.language.terms import Modality
from tactful.reasons.context import REASONS, Context, target_record
from tactful.reasons.encoded import ENCODER
from tactful.reasons.lasting import Lasting
from tactful.reasons.pieces import Pieces
from tactful.reasons.records.decision import (
    AlternativeRecord,
    HandledRecord,
    SetAsideRecord,
    WinnerRecord,
)

#: Modalities as JSON.
_MODALITIES: Final[Mapping[Modality, bytes]] = {word: ENCODER.encode(word) for word in get_args(Modality)}


class Written(msgspec.Struct, frozen=True):
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
        return _Writer(context).answer(ranking)
    except (Untold, TooManySteps, _TooLong):
        return None


#: What is said of a conclusion wherever it is named: its key; as JSON, its label, target and application; then its own steps.
_Head = tuple[bytes, bytes, bytes, bytes, tuple[bytes, ...]]


class _Writer:
    """Writes one answer. May raise :class:`Untold`, :class:`TooManySteps` and :class:`_TooLong`."""

    def __init__(self, context: Context) -> None:
        decider = context.decider
        self._context, self._case, self._calendar = context, context.case, context.calendar
        self._pieces, self._lasting = decider.once(Pieces), decider.once(Lasting)
        self._of_rules = self._pieces.of_rules
        self._ranker, self._rules = decider.ranker, decider.checked.rules
        #: What compiled code runs on. Its ``high`` becomes the next turn of the facts that the answer shows.
        self._past = Past(context.case, context.now)
        self._small = context.case.size <= SMALL
        #: How many more reasons there may be.
        self._left = REASONS
        #: Until when every ``opens`` says the same (seconds since 1970, UTC).
        self._opens_until = NO_TURN
        #: The firings of rules that add steps, and the texts that are known. Much advice may have the same step.
        self._added: AddedSteps = {}
        self._texts: dict[RawFiring, bytes] = {}
        self._rows: dict[Row, tuple[bytes, bytes]] = {}
        self._heads: dict[Conclusion, _Head] = {}
        self._keys = context.keys
        self._reasons: dict[Conclusion, bytes] = {}

    def answer(self, ranking: Ranking) -> Written:
        """The whole of it."""
        firings, same_before = self._lasting.steps(self._past)
        if firings:
            advised = self._ranker.advised(ranking.ranked)
            self._added = self._ranker.added_steps(firings, self._case, advised)
        actions = list(map(self._action, count(1), ranking.ranked, Groups(ranking.ranked).firsts))
        lost = [self._lost(loser) for loser in ranking.set_aside]
        handled = [self._handled(aside) for aside in ranking.put_aside]
        same_before = min(same_before, self._opens_until, self._next_turn(ranking) >> 1)
        return Written(b"[%b]" % b",".join(actions), b"[%b]" % b",".join((*lost, *handled)), same_before)

    def _next_turn(self, ranking: Ranking) -> int:
        past = self._past
        for function, row in self._lasting.shown_steps(self._case, self._context.now, ranking):
            function(past, row)
        return past.high

    # --- pieces of advice ---

    def _action(self, rank: int, conclusion: Conclusion, group: int) -> bytes:
        firings = conclusion.firings
        if len(firings) == 1 and not conclusion.alternatives:
            return self._alone(rank, conclusion, group, firings[0])
        known = self._pieces.of_conclusion(conclusion)
        key, label, target, application, steps = self._head(conclusion)
        opens, due, alternatives = self._opened(firings), conclusion.due, conclusion.alternatives
        moments = self._past.moments
        return known.outline % (
            rank,
            key,
            group,
            _MODALITIES[conclusion.modality],
            label,
            target,
            application,
            moments.get(opens) or self._moment(opens),
            moments.get(due) or self._moment(due),
            conclusion.priority,
            self._steps(conclusion, steps, known.may_have_steps),
            self._because(conclusion),
            b",".join(map(self._alternative, alternatives)),
        )

    def _alone(self, rank: int, conclusion: Conclusion, group: int, firing: RawFiring) -> bytes:
        """Advice that follows from one firing and has no alternatives, as most has. Its rule determines most of it."""
        no, row, due = firing
        of_rule, target, past = self._of_rules[no], conclusion.target, self._past
        known, turns, moments = of_rule.alone, of_rule.turns, past.moments
        said, count = known.json(past, target), known.texts
        key = self._keys[conclusion] = key_of(conclusion, said[count:], self._case)
        of_target, application = self._rows.get(target) or self._row(target)
        if turns is not None and self._small:
            opens = None
            if not turns.still:
                high = past.high
                opens = since(past, turns, row)
                past.high, past.last = high, past.today
                if opens is not None:
                    self._opens_until = min(self._opens_until, max(opens + of_rule.horizon, past.now + 1))
        else:
            opens = self._opened([firing])
        return known.outline % (
            rank,
            key.encode(),
            group,
            said[0],
            of_target,
            application,
            moments.get(opens) or self._moment(opens),
            moments.get(due) or self._moment(due),
            self._steps(conclusion, said[1:count], known.may_have_steps),
            self._reason(firing),
        )

    def _steps(self, conclusion: Conclusion, own: tuple[bytes, ...], may_have_more: bool) -> bytes:
        """The steps of a piece of advice: the action's own, then those that rules add. A prohibition has none."""
        if conclusion.plan.prohibits:
            return b""
        if may_have_more and self._added:
            firings = self._ranker.steps_for(conclusion, self._added)
            if firings:
                own = (*own, *map(self._step, firings))
        return b",".join(dict.fromkeys(own)) if own else b""

    def _step(self, firing: RawFiring) -> bytes:
        """The step that a firing adds."""
        no, row, _ = firing
        step = self._pieces.of_steps[no]
        if isinstance(step, bytes):
            return step
        known = self._texts.get(firing)
        if known is None:
            known = self._texts[firing] = step(self._past, row)[0]
        return known

    def _alternative(self, conclusion: Conclusion) -> bytes:
        plan, due, (key, label, target, *_) = conclusion.plan, conclusion.due, self._head(conclusion)
        return self._pieces.outline(AlternativeRecord, plan.action, plan.prohibits) % (
            key,
            _MODALITIES[conclusion.modality],
            label,
            target,
            self._moment(due),
            self._because(conclusion),
        )

    def _winner(self, conclusion: Conclusion) -> bytes:
        plan, (key, label, target, *_) = conclusion.plan, self._head(conclusion)
        return self._pieces.outline(WinnerRecord, plan.action, plan.prohibits) % (
            key,
            _MODALITIES[conclusion.modality],
            label,
            target,
            b"true" if plan.safety else b"false",
            self._because(conclusion),
        )

    def _lost(self, loser: Conclusion) -> bytes:
        plan, (key, label, target, *_) = loser.plan, self._head(loser)
        return self._pieces.outline(SetAsideRecord, plan.action, plan.prohibits) % (
            key,
            _MODALITIES[loser.modality],
            label,
            target,
            b",".join(map(self._winner, loser.lost_to)),
            self._because(loser),
        )

    def _handled(self, aside: PutAside) -> bytes:
        how: Literal["done", "dismissed"] = "done" if aside.done else "dismissed"
        handled = HandledRecord(key=aside.key, how=how, at=self._context.iso(aside.moment))
        return b'%b,"handled":%b}' % (self._lost(aside.conclusion)[:-1], ENCODER.encode(handled))

    # --- their parts ---

    def _head(self, conclusion: Conclusion) -> _Head:
        head = self._heads.get(conclusion)
        if head is None:
            known, target = self._pieces.of_conclusion(conclusion), conclusion.target
            said, count = known.json(self._past, target), known.texts
            key = self._keys[conclusion] = key_of(conclusion, said[count:], self._case)
            row = self._rows.get(target) or self._row(target)
            head = self._heads[conclusion] = key.encode(), said[0], *row, said[1:count]
        return head

    def _row(self, row: Row) -> tuple[bytes, bytes]:
        """The JSON of a target, and of the application that it is or belongs to."""
        application = row.application
        of_application = b"null" if application is None else ENCODER.encode(application.id)
        known = self._rows[row] = ENCODER.encode(target_record(row)), of_application
        return known

    def _moment(self, moment: int | None) -> bytes:
        """The JSON of a moment that is not kept yet. Much advice has the same."""
        return moment_text(self._past, moment)

    def _because(self, conclusion: Conclusion) -> bytes:
        """The justifications of a conclusion; see :meth:`Context.because`."""
        known, firings = self._reasons.get(conclusion), conclusion.firings
        if known is not None:
            self._spend(sum([self._of_rules[no].most for no, _, _ in firings]))
            return known
        if len(firings) == 1:
            known = self._reason(firings[0])
        else:
            known = b",".join(map(self._reason, self._ranker.sorted_firings(conclusion)))
        self._reasons[conclusion] = known
        return known

    def _spend(self, reasons: int) -> None:
        self._left -= reasons
        if self._left <= 0:
            raise _TooLong

    def _reason(self, firing: RawFiring) -> bytes:
        no, row, _ = firing
        known, past = self._of_rules[no], self._past
        self._left -= known.most
        if self._left <= 0:
            raise _TooLong
        if known.json is not None:
            text: bytes = known.json(past, row)[0]
            return text
        rule, high = self._rules[no], past.high
        text = self._pieces.reason(rule).chosen_json(past, row)
        past.high = high
        moving = self._lasting.of_rule(rule)
        if moving is not None:
            moving(past, row)
        return text

    def _opened(self, firings: list[RawFiring]) -> int | None:
        """Since when a conclusion has been drawn; see :meth:`Context.opened`."""
        past, first, horizon = self._past, NO_TURN, HORIZON
        high = past.high
        for no, row, _ in firings:
            known = self._of_rules[no]
            turns = known.turns
            if turns is None or not self._small:
                moment = self._context.telling.since(self._rules[no], row)
            else:
                moment = None if turns.still else since(past, turns, row)
            if moment is None:
                break
            if moment < first:
                first = moment
            if known.horizon < horizon:
                horizon = known.horizon
        past.high, past.last = high, past.today
        if moment is None:
            return None
        self._opens_until = min(self._opens_until, max(first + horizon, past.now + 1))
        return first
