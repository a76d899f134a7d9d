"""A decision made again on changed facts, and the differences in its advice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from tactful.decide.again import Fired
from tactful.decide.ranker import AddedSteps, Conclusion, Ranking
from tactful.engines.firings import RawFiring
from tactful.facts.shape import CaseShape
from tactful.reasons.context import Context, target_record
from tactful.reasons.records.decision import EffectRecord
from tactful.source.diagnostics import InvalidInput
from tactful.source.lazy import lazy

#: What a conclusion is about, on any case with the same rows: action, whether it forbids, entity and number of its row.
NumberedKey = tuple[str, bool, str, int]
Content = tuple[object, ...]
Numbers = frozenset[tuple[int, int, int | None] | tuple[NumberedKey, ...]]

#: The number of rows of a usual case, with three applications.
_USUAL: Final = 60
#: The fewest decisions that a question may take.
_FEWEST: Final = 10


class Outcome:
    """The decision on a case: its firings at once, its ranking on first use."""

    def __init__(self, context: Context, known: Fired | None = None) -> None:
        """``known``: the firings, if they need not be looked for."""
        self.context, self._known = context, known
        self.firings = context.decider.fire(context.case, context.now) if known is None else known.firings
        #: The firings as numbers (rule, row, deadline), so that those of two cases can be compared. Where facts also sort
        #: conclusions, what the ranked conclusions are about belongs to it.
        fired: list[Any] = [(no, row.no, due) for no, row, due in self.firings]
        if context.ranker.sorting_fields:
            fired.append(tuple(map(numbered_key, self.ranking.ranked)))
        self.fired: Numbers = frozenset(fired)

    @lazy
    def ranking(self) -> Ranking:
        """The firings ranked."""
        return self.context.decider.ranked(self.firings, self.context.case, self.context.now)

    @property
    def step_firings(self) -> list[RawFiring]:
        """The firings of rules that add steps."""
        return self.context.step_firings if self._known is None else self._known.steps

    @lazy
    def steps_fired(self) -> frozenset[tuple[int, int]]:
        """The firings of rules that add steps, as numbers (rule, row)."""
        return frozenset([(no, row.no) for no, row, _ in self.step_firings])

    @lazy
    def steps(self) -> AddedSteps:
        """The firings of rules that add steps, by their target."""
        return self.context.ranker.steps_by_target(self.step_firings, self.context.case)

    @lazy
    def advice(self) -> dict[NumberedKey, tuple[Conclusion, Content]]:
        """The ranked conclusions and what they say, by what they are about."""
        return {numbered_key(conclusion): (conclusion, _content(conclusion)) for conclusion in self.ranking.ranked}

    @lazy
    def keys(self) -> frozenset[NumberedKey]:
        """What the ranked conclusions are about."""
        return keys_of(self.ranking)


def decide_again(context: Context, shape: CaseShape, now: int | None = None) -> Outcome | None:
    """The outcome on changed facts, or at another moment (``now``, seconds since 1970).

    Returns ``None`` if the changed facts contradict each other, or if a decision on them takes too many steps.
    """
    at = context.now if now is None else now
    case = context.decider.link(shape, at)
    if case is None:
        return None
    try:
        return Outcome(Context(context.decider, case, at))
    except InvalidInput:  # the search for a deadline takes more steps than on the case as it is
        return None


def numbered_key(conclusion: Conclusion) -> NumberedKey:
    """``Conclusion.key`` with the row's number in place of its ids: another fact of a message gives it another id."""
    plan, target = conclusion.plan, conclusion.target
    return plan.action, plan.prohibits, target.entity, target.no


def keys_of(ranking: Ranking) -> frozenset[NumberedKey]:
    """What the ranked conclusions of a decision are about."""
    return frozenset(map(numbered_key, ranking.ranked))


def within_reason(decisions: int, context: Context) -> int:
    """How many decisions one question may take: fewer on a large case, where each takes longer."""
    return max(_FEWEST, decisions * _USUAL // max(_USUAL, context.rows))


class AdviceChange(NamedTuple):
    """A piece of advice that comes (``before`` is ``None``), goes (``after`` is ``None``) or changes."""

    before: Conclusion | None
    after: Conclusion | None

    @property
    def weight(self) -> int:
        """How much the change matters: the priority, 0 to 100, or half of it for a prohibition, which asks for no action."""
        return max(
            conclusion.priority // 2 if conclusion.prohibits else conclusion.priority
            for conclusion in self
            if conclusion is not None
        )


def changes(before: Outcome, after: Outcome, in_steps: bool = True) -> list[AdviceChange]:
    """The advice that differs between two outcomes, the most important first.

    Steps are compared only for advice that is otherwise the same, and only if the changed facts may change steps (``in_steps``).
    """
    stepped = _stepped(before, after) if in_steps else frozenset()
    old, new = before.advice, after.advice
    differing = [(key, AdviceChange(was, None)) for key, (was, _) in old.items() if key not in new]
    for key, (now, content) in new.items():
        if key not in old:
            differing.append((key, AdviceChange(None, now)))
            continue
        was, before_content = old[key]
        if content != before_content or (stepped and _in_other_steps(was, now, before, after, stepped)):
            differing.append((key, AdviceChange(was, now)))
    differing.sort(key=lambda keyed: (-keyed[1].weight, keyed[0]))
    return [change for _, change in differing]


def _content(conclusion: Conclusion) -> Content:
    """Everything that a conclusion says, except for its steps."""
    alternatives = [numbered_key(alternative) for alternative in conclusion.alternatives]
    return conclusion.modality, conclusion.priority, conclusion.due, alternatives


def _stepped(before: Outcome, after: Outcome) -> frozenset[str]:
    """The actions of the step rules that fire in one of two outcomes only."""
    rules = before.context.checked.rules
    return frozenset([rules[no].conclusion.action for no, _ in before.steps_fired ^ after.steps_fired])


def _in_other_steps(was: Conclusion, now: Conclusion, before: Outcome, after: Outcome, stepped: frozenset[str]) -> bool:
    """Whether the steps of a recommendation differ. ``stepped``: only those of these actions, and of their kinds, may."""
    family = before.context.checked.actions[was.action].family
    return not stepped.isdisjoint(family) and _steps(was, before) != _steps(now, after)


def _steps(conclusion: Conclusion, outcome: Outcome) -> list[int]:
    """The numbers of the rules that add steps to a recommendation."""
    context = outcome.context
    if conclusion.prohibits or not context.ranker.may_have_steps(conclusion.action):
        return []
    return [no for no, _, _ in context.ranker.steps_for(conclusion, outcome.steps)]


def effects(differing: list[AdviceChange], before: Outcome, after: Outcome) -> Iterator[EffectRecord]:
    """Changes in words."""
    for was, now in differing:
        shown, context = (now, after.context) if now is not None else (was, before.context)
        assert shown is not None  # a change has at least one of the two
        yield EffectRecord(
            what="goes" if now is None else "comes" if was is None else "changes",
            how="" if was is None or now is None else _how(was, now, context),
            modality=shown.modality,
            action=shown.action,
            label=context.label(shown),
            target=target_record(shown.target),
            due=context.iso(shown.due),
            due_means=context.due_means(shown),
        )


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
    if [numbered_key(other) for other in was.alternatives] != [numbered_key(other) for other in now.alternatives]:
        return words.say("with other alternatives")
    return words.say("in other steps")
