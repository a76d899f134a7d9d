"""Changes of advice in words. What a change leaves as it is has one text in all answers that are tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tactful.decide.again import Readers, Source
from tactful.decide.conclusions import Conclusion
from tactful.decide.decider import Decider
from tactful.facts.rows import counterpart
from tactful.language.ir import slot_fields
from tactful.reasons.context import Context, target_record
from tactful.reasons.records.decision import EffectRecord, TargetRecord
from tactful.reasons.what_if.outcomes import AdviceChange, NumberedKey, Outcome, alternatives_of, numbered_key

#: The fields that rows are named by, see :func:`tactful.reasons.wording.name_of`.
_NAMES: Final[frozenset[Source]] = frozenset(
    {("candidate", "name", False), ("person", "name", False), ("application", "company", False)}
)


class Effects:
    """The effects of answers on one decision. Not safe to share between threads."""

    def __init__(self, context: Context) -> None:
        self._context, self._labels_read = context, context.decider.once(_read_by_labels)
        self._labels: dict[NumberedKey, str] = {}
        self._moments: dict[int | None, str | None] = {}

    def of(self, differing: Iterable[AdviceChange], after: Outcome) -> tuple[EffectRecord, ...]:
        """Changes in words."""
        return tuple([self._effect(change, after) for change in differing])

    def _effect(self, change: AdviceChange, after: Outcome) -> EffectRecord:
        was, now = change
        shown, context = change.shown, self._context if now is None else after.context
        sources = frozenset() if now is None else after.sources
        return EffectRecord(
            what="goes" if now is None else "comes" if was is None else "changes",
            how="" if was is None or now is None else _how(was, now, context),
            modality=shown.modality,
            action=shown.action,
            label=self._label(shown, context, sources),
            target=self._target(shown, sources),
            due=self._moment(shown.due),
            due_means=context.due_means(shown),
        )

    def _label(self, shown: Conclusion, context: Context, sources: frozenset[Source] | None) -> str:
        if sources is None or not sources.isdisjoint(self._labels_read[shown.action]):
            return context.label(shown)
        key = numbered_key(shown)
        known = self._labels.get(key)
        if known is None:
            target = counterpart(shown.target, self._context.case)
            known = self._labels[key] = self._context.label_of(shown.action, target)
        return known

    def _target(self, shown: Conclusion, sources: frozenset[Source] | None) -> TargetRecord:
        target = shown.target
        if sources is None or not sources.isdisjoint(_NAMES) or target.entity == "message":
            return target_record(target)
        return self._context.target(counterpart(target, self._context.case))

    def _moment(self, moment: int | None) -> str | None:
        known = self._moments.get(moment)
        if known is None:
            known = self._moments[moment] = self._context.iso(moment)
        return known


def _read_by_labels(decider: Decider) -> Mapping[str, frozenset[Source]]:
    """The fields and facts that the label of each action names."""
    source = decider.once(Readers).source
    return {
        id_: frozenset(source(field) for field in slot_fields(action.label or ()) if field.origin != "clock")
        for id_, action in decider.checked.actions.items()
    }


def _how(was: Conclusion, now: Conclusion, context: Context) -> str:
    """How a piece of advice changes: the most telling difference, in words."""
    words = context.words
    if was.modality != now.modality:
        before, after = words.modality(was.modality), words.modality(now.modality)
        return words.say("{before} becomes {after}", before=before, after=after)
    if was.priority != now.priority:
        return words.say("counts more") if now.priority > was.priority else words.say("counts less")
    if was.due != now.due:
        if now.due is None:
            return words.say("without a deadline")
        return words.deadline(context.due_means(now), words.named(context.calendar.local(now.due)))
    if alternatives_of(was) != alternatives_of(now):
        return words.say("with other alternatives")
    return words.say("in other steps")
