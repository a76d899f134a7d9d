"""Why an action is advised, and why one is not: from facts to rules to conflicts to rank."""

from __future__ import annotations

from functools import cached_property

from tactful.decide.ranker import Conclusion, Ranking
from tactful.facts.rows import Row, inside
from tactful.reasons.context import Context, application_of, pack_record, target_record
from tactful.reasons.derivation import Derivation
from tactful.reasons.records.why import (
    AdvisedRecord,
    Answer,
    DefeatedRecord,
    ElsewhereRecord,
    GaveWayRecord,
    NotAdvisedRecord,
    RecommenderRecord,
    WhyRecord,
)
from tactful.reasons.why.conclusions import conclusion, conflict, neighbour, prevailed_over, rivals
from tactful.reasons.why.question import kinds_of, rows_named
from tactful.reasons.why.why_not import Misses

__all__ = ["why"]


def why(context: Context, ranking: Ranking, action: str, target: str | None) -> WhyRecord:
    """One answer for each target, and each kind of the action, that the question concerns.

    Raises :class:`tactful.answers.UnknownName`.
    """
    kinds = kinds_of(context.checked, action)
    named = None if target is None else rows_named(context.case, target)
    return WhyRecord(
        at=context.calendar.local(context.now).isoformat(),
        pack=pack_record(context.checked),
        action=action,
        target=target,
        answers=tuple(_Question(context, ranking, action, kinds, named).answers()),
    )


class _Question:
    def __init__(
        self, context: Context, ranking: Ranking, action: str, kinds: frozenset[str], named: list[Row] | None
    ) -> None:
        self._context, self._ranking, self._action, self._kinds = context, ranking, action, kinds
        self._named = named
        self._misses = Misses(context, kinds)
        self._chain = Derivation(context)

    def answers(self) -> list[Answer]:
        """First what is advised, in order, then what gave way, what lost, and what nothing speaks for."""
        rows = self._rows
        ranked = [(no, one) for no, one in enumerate(self._ranking.ranked, start=1)]
        return [
            *(self._advised(no, one) for no, one in ranked if self._concerned(one)),
            *(self._gave_way(no, one, to) for no, to in ranked for one in to.alternatives if self._concerned(one)),
            *(self._defeated(one) for one in self._ranking.set_aside if self._concerned(one)),
            *(self._not_advised(row) for row in rows if not self._answered(row)),
        ]

    # --- which ---

    @cached_property
    def _concluded(self) -> list[Conclusion]:
        """All conclusions about a kind of the action."""
        ranking = self._ranking
        alternatives = (other for one in ranking.ranked for other in one.alternatives)
        return [one for one in (*ranking.ranked, *alternatives, *ranking.set_aside) if one.action in self._kinds]

    @cached_property
    def _rows(self) -> list[Row]:
        """The targets that the question is about.

        Those that are named or inside what is named; where there is none, those around it (of an action that concerns
        applications, a person's application); where there is none of these either, what is named itself.
        """
        possible = list(dict.fromkeys((*(one.target for one in self._concluded), *self._misses.targets())))
        if self._named is None:
            return possible or [self._context.case.candidate]
        within = [row for row in possible if any(inside(row, one) for one in self._named)]
        around = [row for row in possible if any(inside(one, row) for one in self._named)]
        return within or around or self._named

    def _concerned(self, one: Conclusion) -> bool:
        return one.action in self._kinds and any(one.target is row for row in self._rows)

    def _answered(self, row: Row) -> bool:
        """Whether a conclusion answers for the row: a recommendation of some kind, or one about the action itself."""
        return any(one.target is row and (not one.prohibits or one.action == self._action) for one in self._concluded)

    # --- answers ---

    def _advised(self, rank: int, one: Conclusion) -> AdvisedRecord:
        context, ranked, derivation = self._context, self._ranking.ranked, self._chain
        return AdvisedRecord(
            rank=rank,
            conclusion=conclusion(one, context, derivation),
            prevailed_over=prevailed_over(one, self._ranking, context, derivation),
            alternatives=rivals(one, context),
            above=neighbour(rank - 1, one, ranked[rank - 2], context) if rank > 1 else None,
            below=neighbour(rank + 1, one, ranked[rank], context) if rank < len(ranked) else None,
        )

    def _gave_way(self, rank: int, one: Conclusion, to: Conclusion) -> GaveWayRecord:
        context = self._context
        family, per = context.ranker.shared(one, to)
        return GaveWayRecord(
            conclusion=conclusion(one, context, self._chain),
            family=family,
            per=per,
            to=neighbour(rank, one, to, context),
        )

    def _defeated(self, one: Conclusion) -> DefeatedRecord:
        context, derivation = self._context, self._chain
        return DefeatedRecord(
            conclusion=conclusion(one, context, derivation),
            lost_to=tuple(conflict(winner, winner, one, context, derivation) for winner in one.lost_to),
            opening=None if one.prohibits else self._misses.opening(one.target),
        )

    def _not_advised(self, row: Row) -> NotAdvisedRecord:
        context, derivation = self._context, self._chain
        near, further = self._misses.near(row, derivation)
        return NotAdvisedRecord(
            action=self._action,
            label=context.label_of(self._action, row),
            target=target_record(row),
            application=application_of(row),
            forbidden_by=tuple(conclusion(one, context, derivation) for one in self._prohibitions(row)),
            recommended_by=tuple(RecommenderRecord(rule=rule.id, for_each=rule.entity) for rule in self._misses.rules),
            near=near,
            further=further,
            elsewhere=() if self._named is None else self._elsewhere(row),
            opening=self._misses.opening(row),
        )

    def _prohibitions(self, row: Row) -> list[Conclusion]:
        """The prohibitions in force, of the action or of what it is a kind of, for the row or for what it belongs to."""
        family = self._context.checked.actions[self._action].family
        return [
            one for one in self._ranking.ranked if one.prohibits and one.action in family and inside(row, one.target)
        ]

    def _elsewhere(self, row: Row) -> tuple[ElsewhereRecord, ...]:
        found: list[tuple[int | None, Conclusion]] = []
        for rank, one in enumerate(self._ranking.ranked, start=1):
            found.append((rank, one))
            found.extend((None, other) for other in one.alternatives)
        return tuple(
            ElsewhereRecord(
                action=one.action, label=self._context.label(one), target=target_record(one.target), rank=rank
            )
            for rank, one in found
            if not one.prohibits and one.action in self._kinds and one.target is not row
        )
