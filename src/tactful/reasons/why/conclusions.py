"""Conclusions with their rules, and what decides between two of them."""

from __future__ import annotations

from typing import Literal

from tactful.decide.ranker import Conclusion, Ranking
from tactful.facts.rows import row_key
from tactful.reasons.context import Context, application_of, target_record
from tactful.reasons.derivation import Derivation
from tactful.reasons.records.why import ConclusionRecord, ConflictRecord, Criterion, NeighbourRecord, RivalRecord
from tactful.reasons.wording import say_moment


def conclusion(one: Conclusion, context: Context, derivation: Derivation) -> ConclusionRecord:
    """A conclusion with all its rules, the one that counts most first."""
    rules = context.checked.rules
    firings = context.ranker.sorted_firings(one)
    texts = [justification.text for justification in context.because(one)]
    return ConclusionRecord(
        modality=one.modality,
        action=one.action,
        label=context.label(one),
        target=target_record(one.target),
        application=application_of(one.target),
        priority=one.priority,
        safety=one.safety,
        due=context.iso(one.due),
        rules=tuple(derivation.fired(rules[no], row, text) for (no, row, _), text in zip(firings, texts, strict=True)),
    )


def prevailed_over(
    one: Conclusion, ranking: Ranking, context: Context, derivation: Derivation
) -> tuple[ConflictRecord, ...]:
    """What lost a conflict to a conclusion."""
    lost = [other for other in ranking.set_aside if any(winner is one for winner in other.lost_to)]
    return tuple(conflict(other, one, other, context, derivation) for other in lost)


def conflict(
    other: Conclusion, winner: Conclusion, loser: Conclusion, context: Context, derivation: Derivation
) -> ConflictRecord:
    """``other``, which is one of the two, and why the winner won."""
    same = winner.priority == loser.priority
    by: Literal["safety", "higher priority", "equal priority"] = (
        "safety" if winner.safety else "equal priority" if same else "higher priority"
    )
    return ConflictRecord(by=by, other=conclusion(other, context, derivation))


def neighbour(rank: int, one: Conclusion, other: Conclusion, context: Context) -> NeighbourRecord:
    """What ``other``, at ``rank``, is, and what decides between it and ``one``."""
    criterion, own, its = decides(one, other, context)
    return NeighbourRecord(
        rank=rank,
        modality=other.modality,
        action=other.action,
        label=context.label(other),
        target=target_record(other.target),
        criterion=criterion,
        own=own,
        other=its,
    )


def rivals(one: Conclusion, context: Context) -> tuple[RivalRecord, ...]:
    """What gave way to a recommendation under ``one per``."""
    return tuple(_rival(one, other, context) for other in one.alternatives)


def _rival(one: Conclusion, other: Conclusion, context: Context) -> RivalRecord:
    criterion, own, its = decides(one, other, context)
    return RivalRecord(
        modality=other.modality,
        action=other.action,
        label=context.label(other),
        target=target_record(other.target),
        criterion=criterion,
        own=own,
        other=its,
    )


def decides(one: Conclusion, other: Conclusion, context: Context) -> tuple[Criterion, str, str]:
    """By what one ranks before the other, whichever of them does, and what both have there in words."""
    if one.priority != other.priority:
        return "priority", str(one.priority), str(other.priority)
    if one.due != other.due:
        return "deadline", _due(one, context), _due(other, context)
    if one.modality != other.modality:
        return "modality", one.modality.replace("_", " "), other.modality.replace("_", " ")
    return "name", *_names(one, other)


def _due(one: Conclusion, context: Context) -> str:
    return "none" if one.due is None else say_moment(one.due, context.calendar)


def _names(one: Conclusion, other: Conclusion) -> tuple[str, str]:
    """The first part in which the names that conclusions are ordered by differ; of two messages alike, none does."""
    keys = [(each.action, *row_key(each.target)) for each in (one, other)]
    differing = ((own, its) for own, its in zip(*keys, strict=True) if own != its)
    return next(differing, (one.target.id, other.target.id))
