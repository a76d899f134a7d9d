"""A decision taken again on changed facts, and what comes out otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

from tactful.decide.ranker import Conclusion, Ranking
from tactful.facts.shape import CaseShape
from tactful.reasons.context import Context, target_record
from tactful.reasons.records.decision import EffectRecord
from tactful.reasons.wording import say_moment

#: What a conclusion is about, on any case with the same rows: action, whether it forbids, entity and number of its row.
NumberedKey = tuple[str, bool, str, int]
Fired = frozenset[tuple[int, int, int | None]]

#: A case of three applications has about so many rows.
_USUAL: Final = 60
_FEWEST: Final = 10


class Outcome:
    """What is decided on a case: firings at once, the ranking when somebody asks."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._firings = context.decider.fire(context.case, context.now)
        #: The firings as numbers, so that those of another case can be held against them.
        self.fired: Fired = frozenset((no, row.no, due) for no, row, due in self._firings)

    @cached_property
    def ranking(self) -> Ranking:
        """The firings ranked."""
        return self.context.decider.ranker.rank(self._firings, self.context.case)


def decide_again(context: Context, shape: CaseShape, now: int | None = None) -> Outcome | None:
    """The outcome on changed facts, or at another moment; ``None`` where they do not fit together."""
    at = context.now if now is None else now
    case = context.decider.link(shape, at)
    return None if case is None else Outcome(Context(context.decider, case, at))


def numbered_key(conclusion: Conclusion) -> NumberedKey:
    """``Conclusion.key`` with the row's number in place of its ids: another fact of a message gives it another id."""
    action, prohibits, (entity, *_) = conclusion.key
    return action, prohibits, entity, conclusion.target.no


def within_reason(decisions: int, context: Context) -> int:
    """How many decisions are worth taking for one question: fewer on a large case, where each takes longer."""
    return max(_FEWEST, decisions * _USUAL // max(_USUAL, context.case.size))


class AdviceChange(NamedTuple):
    """One thing that comes, goes or changes. ``after`` is ``None`` where it goes, ``before`` where it comes."""

    before: Conclusion | None
    after: Conclusion | None

    @property
    def weight(self) -> int:
        """How much it counts: the priority; half of it for a prohibition, which asks nothing of anybody."""
        return max(one.priority // 2 if one.prohibits else one.priority for one in self if one is not None)


def changes(before: Outcome, after: Outcome) -> list[AdviceChange]:
    """What is advised otherwise, the most important first. Steps are looked at for advice that is otherwise the same."""
    old = {numbered_key(one): one for one in before.ranking.ranked}
    new = {numbered_key(one): one for one in after.ranking.ranked}
    found = [AdviceChange(one, None) for key, one in old.items() if key not in new]
    for key, one in new.items():
        was = old.get(key)
        if was is None:
            found.append(AdviceChange(None, one))
        elif _said(was) != _said(one) or _steps(was, before) != _steps(one, after):
            found.append(AdviceChange(was, one))
    return sorted(found, key=lambda one: (-one.weight, numbered_key(one.after or one.before)))  # type: ignore[arg-type]


def _said(one: Conclusion) -> tuple[object, ...]:
    return one.modality, one.priority, one.due, [numbered_key(other) for other in one.alternatives]


def _steps(one: Conclusion, outcome: Outcome) -> list[int]:
    """The rules that add steps to a recommendation."""
    if one.prohibits:
        return []
    context = outcome.context
    return [no for no, _, _ in context.ranker.steps_for(one, context.steps, context.case)]


def effects(found: list[AdviceChange], before: Outcome, after: Outcome) -> Iterator[EffectRecord]:
    """Changes in words."""
    for was, one in found:
        shown, context = (one, after.context) if one is not None else (was, before.context)
        assert shown is not None  # one of the two is there
        yield EffectRecord(
            what="goes" if one is None else "comes" if was is None else "changes",
            how="" if was is None or one is None else _how(was, one, context),
            modality=shown.modality,
            action=shown.action,
            label=context.label(shown),
            target=target_record(shown.target),
            due=context.iso(shown.due),
        )


def _how(was: Conclusion, one: Conclusion, context: Context) -> str:
    """In what advice changes, the most telling thing first."""
    if was.modality != one.modality:
        return f"{was.modality.replace('_', ' ')} becomes {one.modality.replace('_', ' ')}"
    if was.priority != one.priority:
        return "counts more" if one.priority > was.priority else "counts less"
    if was.due != one.due:
        word = context.checked.actions[one.action].due
        return "without a deadline" if one.due is None else f"{word} {say_moment(one.due, context.calendar)}"
    if [numbered_key(other) for other in was.alternatives] != [numbered_key(other) for other in one.alternatives]:
        return "with other alternatives"
    return "in other steps"
