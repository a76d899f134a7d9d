"""Conclusions with their rules, and the criterion that decides between two conclusions."""

from __future__ import annotations

from typing import Literal

import msgspec

from tactful.decide.conclusions import Conclusion, Ranking
from tactful.facts.rows import row_key
from tactful.reasons.context import Context, application_of, target_record
from tactful.reasons.derivation import Derivation
from tactful.reasons.records.why import ConclusionRecord, ConflictRecord, Criterion, NeighbourRecord, RivalRecord


def conclusion_record(conclusion: Conclusion, context: Context, derivation: Derivation) -> ConclusionRecord:
    """A conclusion with all its rules, the rule with the highest priority first."""
    rules = context.checked.rules
    firings = context.ranker.sorted_firings(conclusion)
    texts = [justification.text for justification in context.because(conclusion)]
    return ConclusionRecord(
        modality=conclusion.modality,
        kind=context.kind_of(conclusion),
        action=conclusion.action,
        label=context.label(conclusion),
        target=target_record(conclusion.target),
        application=application_of(conclusion.target),
        priority=conclusion.priority,
        safety=conclusion.safety,
        due=context.iso(conclusion.due),
        due_means=context.due_means(conclusion),
        rules=tuple(derivation.fired(rules[no], row, text) for (no, row, _), text in zip(firings, texts, strict=True)),
    )


def prevailed_over(
    winner: Conclusion, ranking: Ranking, context: Context, derivation: Derivation
) -> tuple[ConflictRecord, ...]:
    """The conclusions that lost a conflict to ``winner``."""
    losers = [loser for loser in ranking.set_aside if any(winner is other for other in loser.lost_to)]
    return tuple(conflict(loser, winner, loser, context, derivation) for loser in losers)


def conflict(
    other: Conclusion, winner: Conclusion, loser: Conclusion, context: Context, derivation: Derivation
) -> ConflictRecord:
    """A conflict as one side of it sees it: why the winner won, and ``other``, the winner or the loser."""
    same = winner.priority == loser.priority
    by: Literal["safety", "higher priority", "equal priority"] = (
        "safety" if winner.safety else "equal priority" if same else "higher priority"
    )
    return ConflictRecord(by=by, other=conclusion_record(other, context, derivation))


def neighbour(rank: int, conclusion: Conclusion, other: Conclusion, context: Context) -> NeighbourRecord:
    """The conclusion ``other`` at ``rank``, and the criterion that decides between it and ``conclusion``."""
    decided = deciding_criterion(conclusion, other, context)
    return NeighbourRecord(
        rank=rank,
        modality=other.modality,
        action=other.action,
        label=context.label(other),
        target=target_record(other.target),
        criterion=decided.criterion,
        order=decided.order,
        own=decided.first,
        other=decided.second,
    )


def rivals(recommendation: Conclusion, context: Context) -> tuple[RivalRecord, ...]:
    """The alternatives that gave way to a recommendation under ``one per``."""
    return tuple(_rival(recommendation, other, context) for other in recommendation.alternatives)


def _rival(recommendation: Conclusion, other: Conclusion, context: Context) -> RivalRecord:
    decided = deciding_criterion(recommendation, other, context)
    return RivalRecord(
        modality=other.modality,
        action=other.action,
        label=context.label(other),
        target=target_record(other.target),
        criterion=decided.criterion,
        order=decided.order,
        own=decided.first,
        other=decided.second,
    )


class Decided(msgspec.Struct, frozen=True):
    """The criterion that decides which of two conclusions ranks higher, and the value of each for it, in words.

    ``order`` is the field that sorts them and what goes first, if the criterion is the order of their action.
    """

    criterion: Criterion
    first: str
    second: str
    order: str | None = None


def deciding_criterion(first: Conclusion, second: Conclusion, context: Context) -> Decided:
    """The criterion that decides which of two conclusions ranks higher."""
    if first.priority != second.priority:
        return Decided("priority", str(first.priority), str(second.priority))
    if first.due != second.due:
        return Decided("deadline", context.due_in_words(first.due), context.due_in_words(second.due))
    if first.modality != second.modality:
        return Decided("modality", first.modality.replace("_", " "), second.modality.replace("_", " "))
    return _by_order(first, second, context) or Decided("name", *_names(first, second))


def _by_order(first: Conclusion, second: Conclusion, context: Context) -> Decided | None:
    """What the order of their common action decides; ``None`` if it decides nothing."""
    if (first.action, first.target.entity) != (second.action, second.target.entity):
        return None
    evaluator = context.evaluator
    envs = [evaluator.environment(row.entity, row) for row in (first.target, second.target)]
    for key in context.ranker.order_of(first.action):
        field = key.field
        if field.scope in envs[0]:
            own, other = (evaluator.value(field, env) for env in envs)
            if own != other:
                better, worse = (context.words.value(value, field.kind, context.calendar) for value in (own, other))
                return Decided("order", better, worse, f"{field.text}: {key.words}")
    return None


def _names(first: Conclusion, second: Conclusion) -> tuple[str, str]:
    """The first pair of names that differ: action, then the ids of the target. Equal messages have no such pair."""
    names = [(conclusion.action, *row_key(conclusion.target)) for conclusion in (first, second)]
    differing = (pair for pair in zip(*names, strict=True) if pair[0] != pair[1])
    return next(differing, (first.target.id, second.target.id))
