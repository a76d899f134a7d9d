"""Why an action is advised or not: from facts to rules, conflicts and rank."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from tactful.decide.conclusions import Conclusion, PutAside, Ranking
from tactful.facts.rows import Row, inside
from tactful.reasons.context import Context, application_of, pack_record, target_record
from tactful.reasons.derivation import Derivation
from tactful.reasons.records.decision import SCHEMA_VERSION
from tactful.reasons.records.why import (
    AdvisedRecord,
    Answer,
    DefeatedRecord,
    ElsewhereRecord,
    GaveWayRecord,
    HandledAnswerRecord,
    NotAdvisedRecord,
    RecommenderRecord,
    WhyRecord,
)
from tactful.reasons.why.conclusions import conclusion_record, conflict, neighbour, prevailed_over, rivals
from tactful.reasons.why.question import kinds_of, rows_named
from tactful.reasons.why.why_not import Misses
from tactful.source.lazy import lazy

__all__ = ["why"]

#: What an answer costs besides the rows that it looks at, in steps.
ANSWER: Final = 100


def why(context: Context, ranking: Ranking, action: str, target: str | None) -> WhyRecord:
    """An answer for each target and each action of the family that the question is about.

    Raises :class:`tactful.reasons.records.why.UnknownName` for an action or a target that does not exist.
    """
    kinds = kinds_of(context.checked, action)
    named = None if target is None else rows_named(context.case, target)
    question = _Question(context, ranking, action, kinds, named)
    answers = question.answers()
    return WhyRecord(
        schema_version=SCHEMA_VERSION,
        at=context.calendar.local(context.now).isoformat(),
        pack=pack_record(context.checked),
        action=action,
        target=target,
        answers=answers,
        incomplete=question.incomplete or msgspec.UNSET,
    )


class _Question:
    """An action and its kinds, asked about for the rows in ``named``, or for all rows where that is ``None``."""

    def __init__(
        self, context: Context, ranking: Ranking, action: str, kinds: frozenset[str], named: list[Row] | None
    ) -> None:
        self._context, self._ranking, self._action, self._kinds = context, ranking, action, kinds
        self._named = named
        self._misses = Misses(context, kinds)
        self._derivation = Derivation(context)

    @property
    def incomplete(self) -> bool:
        """Whether something was left out because the question takes too many steps."""
        return self._derivation.budget.exceeded

    def answers(self) -> tuple[Answer, ...]:
        """All answers: first for ranked advice, then for alternatives, conclusions set aside, and rows without advice.

        The last of them are left out where they take too many steps; the first is always there.
        """
        budget, answers = self._derivation.budget, list[Answer]()
        for answer in self._answers():
            answers.append(answer)
            if budget.exceeded or not budget.spend_steps(ANSWER):
                break
        return tuple(answers)

    def _answers(self) -> Iterator[Answer]:
        ranked = list(enumerate(self._ranking.ranked, start=1))
        gave_way = [(rank, alternative, better) for rank, better in ranked for alternative in better.alternatives]
        yield from (self._advised(rank, advice) for rank, advice in ranked if self._concerns(advice))
        yield from (self._gave_way(*conclusions) for conclusions in gave_way if self._concerns(conclusions[1]))
        yield from (self._defeated(loser) for loser in self._ranking.set_aside if self._concerns(loser))
        yield from (self._handled(aside) for aside in self._ranking.put_aside if self._concerns(aside.conclusion))
        yield from (self._not_advised(row) for row in self._rows if row not in self._answered)

    # --- which conclusions and rows ---

    @lazy
    def _concluded(self) -> list[Conclusion]:
        """All conclusions about a kind of the action."""
        ranking = self._ranking
        alternatives = (alternative for advice in ranking.ranked for alternative in advice.alternatives)
        handled = (aside.conclusion for aside in ranking.put_aside)
        everything = (*ranking.ranked, *alternatives, *ranking.set_aside, *handled)
        return [conclusion for conclusion in everything if conclusion.action in self._kinds]

    @lazy
    def _rows(self) -> list[Row]:
        """The targets that the question is about.

        These are the possible targets that are named, or belong to a named row. Where there are none, they are the possible
        targets that a named row belongs to, such as a person's application for an action that concerns applications. Where
        there are none either, they are the named rows themselves.
        """
        concluded = (conclusion.target for conclusion in self._concluded)
        possible = list(dict.fromkeys((*concluded, *self._misses.targets())))
        if self._named is None:
            return possible or [self._context.case.candidate]
        within = [row for row in possible if any(inside(row, named) for named in self._named)]
        around = [row for row in possible if any(inside(named, row) for named in self._named)]
        return within or around or self._named

    def _concerns(self, conclusion: Conclusion) -> bool:
        """Whether the question is about a conclusion."""
        return conclusion.action in self._kinds and conclusion.target in self._asked_rows

    @lazy
    def _asked_rows(self) -> frozenset[Row]:
        return frozenset(self._rows)

    @lazy
    def _answered(self) -> frozenset[Row]:
        """The rows that a conclusion answers for: a recommendation of some kind, or one about the action itself."""
        return frozenset(
            conclusion.target
            for conclusion in self._concluded
            if not conclusion.prohibits or conclusion.action == self._action
        )

    # --- answers ---

    def _advised(self, rank: int, advice: Conclusion) -> AdvisedRecord:
        context, ranked, derivation = self._context, self._ranking.ranked, self._derivation
        return AdvisedRecord(
            rank=rank,
            conclusion=conclusion_record(advice, context, derivation),
            prevailed_over=prevailed_over(advice, self._ranking, context, derivation),
            alternatives=rivals(advice, context),
            above=neighbour(rank - 1, advice, ranked[rank - 2], context) if rank > 1 else None,
            below=neighbour(rank + 1, advice, ranked[rank], context) if rank < len(ranked) else None,
        )

    def _gave_way(self, rank: int, alternative: Conclusion, better: Conclusion) -> GaveWayRecord:
        """``rank`` is that of the better conclusion."""
        context = self._context
        family, per = context.ranker.shared(alternative, better)
        return GaveWayRecord(
            conclusion=conclusion_record(alternative, context, self._derivation),
            family=family,
            per=per,
            to=neighbour(rank, alternative, better, context),
        )

    def _defeated(self, loser: Conclusion) -> DefeatedRecord:
        context, derivation = self._context, self._derivation
        return DefeatedRecord(
            conclusion=conclusion_record(loser, context, derivation),
            lost_to=tuple(conflict(winner, winner, loser, context, derivation) for winner in loser.lost_to),
            opening=None if loser.prohibits else self._misses.opening(loser.target),
        )

    def _handled(self, aside: PutAside) -> HandledAnswerRecord:
        context = self._context
        return HandledAnswerRecord(
            conclusion=conclusion_record(aside.conclusion, context, self._derivation),
            key=aside.key,
            how="done" if aside.done else "dismissed",
            at=context.iso(aside.moment),
        )

    def _not_advised(self, row: Row) -> NotAdvisedRecord:
        context, derivation = self._context, self._derivation
        near, further = self._misses.near(row, derivation)
        return NotAdvisedRecord(
            action=self._action,
            label=context.label_of(self._action, row),
            target=target_record(row),
            application=application_of(row),
            forbidden_by=tuple(
                conclusion_record(prohibition, context, derivation) for prohibition in self._prohibitions(row)
            ),
            recommended_by=tuple(RecommenderRecord(rule=rule.id, for_each=rule.entity) for rule in self._misses.rules),
            near=near,
            further=further,
            elsewhere=() if self._named is None else self._elsewhere(row),
            opening=self._misses.opening(row),
        )

    def _prohibitions(self, row: Row) -> list[Conclusion]:
        """The prohibitions in force for a row: about the action or one that it is a kind of, on the row or around it."""
        family = self._context.checked.actions[self._action].family
        return [
            conclusion
            for conclusion in self._ranking.ranked
            if conclusion.prohibits and conclusion.action in family and inside(row, conclusion.target)
        ]

    def _elsewhere(self, row: Row) -> tuple[ElsewhereRecord, ...]:
        """Recommendations of the action, or of a kind of it, for other rows."""
        recommended: list[tuple[int | None, Conclusion]] = []
        for rank, advice in enumerate(self._ranking.ranked, start=1):
            recommended.append((rank, advice))
            recommended.extend((None, alternative) for alternative in advice.alternatives)
        return tuple(
            ElsewhereRecord(
                action=advice.action,
                label=self._context.label(advice),
                target=target_record(advice.target),
                rank=rank,
            )
            for rank, advice in recommended
            if not advice.prohibits and advice.action in self._kinds and advice.target is not row
        )
