"""Ranges of moments as people tell them apart: in days, and neighbours with the same headline as one range."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from tactful.facts.calendars import Calendar
from tactful.reasons.records.decision import EffectRecord
from tactful.reasons.what_if.trials import Trial
from tactful.reasons.wording import ends_day
from tactful.reasons.words import Words

#: An answer and its effects.
Answer = tuple[Trial, tuple[EffectRecord, ...]]


def in_days(answers: Sequence[Answer], calendar: Calendar, words: Words) -> list[Answer]:
    """Ranges of a moment that people name as a day, in days. A day stands for its end.

    A range in which no day ends is left out, unless only such ranges have effects.
    """
    said = [(_day_range(trial, calendar, words), effects) for trial, effects in answers]
    kept = [(trial, effects) for trial, effects in said if trial is not None]
    return kept if any(effects for _, effects in kept) else list(answers)


def joined(answers: Sequence[Answer], words: Words) -> list[Answer]:
    """Neighbouring ranges of moments whose effects have the same headlines, as one range each."""
    ranges: list[Answer] = []
    for trial, effects in answers:
        common = _common(ranges[-1][1], effects, words) if ranges and trial.low is not None else None
        if common is None:
            ranges.append((trial, effects))
        else:
            ranges[-1] = ranges[-1][0].joined(trial), common
    return ranges


def _common(
    before: tuple[EffectRecord, ...], after: tuple[EffectRecord, ...], words: Words
) -> tuple[EffectRecord, ...] | None:
    """What the effects of two answers have in common; ``None`` where the headlines differ."""
    if len(before) != len(after):
        return None
    effects = []
    for one, other in zip(before, after, strict=True):
        if _headline(one) != _headline(other):
            return None
        if one.how != other.how and not (_tells_deadline(one, words) and _tells_deadline(other, words)):
            return None
        how = one.how if one.how == other.how else words.say("with another deadline")
        due = one.due if one.due == other.due else None
        effects.append(msgspec.structs.replace(one, how=how, due=due))
    return tuple(effects)


def _headline(effect: EffectRecord) -> tuple[object, ...]:
    return effect.what, effect.modality, effect.action, effect.label, effect.target, effect.due_means


def _tells_deadline(effect: EffectRecord, words: Words) -> bool:
    """Whether a change is told by its deadline, or by several that were joined."""
    if effect.due is None:
        return effect.how == words.say("with another deadline")
    return effect.how == words.deadline(effect.due_means, words.named(datetime.fromisoformat(effect.due)))


def _day_range(trial: Trial, calendar: Calendar, words: Words) -> Trial | None:
    """A trial whose words are the days that end in its range; ``None`` where none does."""
    first = last = None
    if trial.low is not None:
        low = calendar.local(trial.low)
        first = low.date() + timedelta(days=ends_day(low))
    if trial.high is not None:
        high = calendar.local(trial.high)
        last = high.date() - timedelta(days=not ends_day(high))
    if first is not None and last is not None and first > last:
        return None
    return msgspec.structs.replace(trial, first_day=first, last_day=last)
