"""A decision made again on changed facts, and the differences in its advice."""

from __future__ import annotations

from typing import Final, NamedTuple

from tactful.decide.again import Fired, Source
from tactful.decide.conclusions import AddedSteps, Conclusion, Ranking
from tactful.engines.firings import RawFiring
from tactful.facts.rows import counterpart
from tactful.facts.shape import CaseShape
from tactful.reasons.context import Context
from tactful.source.diagnostics import InvalidInput
from tactful.source.lazy import lazy

#: What a conclusion is about, on any case with the same rows: action, whether it forbids, entity and number of its row.
NumberedKey = tuple[str, bool, str, int]

#: The number of rows of a usual case, with three applications.
_USUAL: Final = 60
#: The fewest decisions that a question may take.
_FEWEST: Final = 10


class Outcome:
    """The decision on a case: its firings at once, its ranking on first use."""

    def __init__(self, context: Context, known: Fired | None = None) -> None:
        """``known``: the firings, if they are known already."""
        self.context, self._known = context, known
        self.firings = context.decider.fire(context.case, context.now) if known is None else known.firings

    @lazy
    def fired(self) -> frozenset[tuple[int, int, int | None]]:
        """The firings as numbers (rule, row, deadline), so that those of two cases can be compared."""
        return frozenset([(no, row.no, due) for no, row, due in self.firings])

    @lazy
    def order(self) -> tuple[NumberedKey, ...]:
        """What the ranked conclusions are about, in order."""
        return tuple(map(numbered_key, self.ranking.ranked))

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
        return self.context.ranker.added_steps(self.step_firings, self.context.case)

    @lazy
    def advice(self) -> dict[NumberedKey, Conclusion]:
        """The ranked conclusions by what they are about."""
        return dict(zip(self.order, self.ranking.ranked, strict=True))

    @lazy
    def keys(self) -> frozenset[NumberedKey]:
        """What the ranked conclusions are about."""
        return frozenset(self.order)

    @property
    def sources(self) -> frozenset[Source] | None:
        """The fields and facts that have other values than before; ``None`` where any may have."""
        return None if self._known is None else self._known.sources

    def stepped(self, before: Outcome) -> frozenset[int]:
        """The numbers of the rules that add steps and fire in one of two outcomes only."""
        if self._known is not None:
            return self._known.stepped
        return frozenset([no for no, _ in self.steps_fired ^ before.steps_fired])

    def ranks_as_before(self) -> bool:
        """Whether it is known that nothing but steps can differ."""
        return self._known is not None and not self._known.differ and not self._known.reorders

    def fires_as(self, before: Outcome) -> bool:
        """Whether rules that advise or prohibit fire as before, and where facts sort conclusions, these rank as before."""
        if self._known is None:
            same = self.fired == before.fired
        elif not self._known.differ and not self._known.reorders:
            return True
        else:
            same = not self._known.differ
        return same and (not self.context.ranker.sorting_fields or self.order == before.order)

    @property
    def tied(self) -> bool:
        """Whether some of the conclusions have the same order, so that fields or ids sort them."""
        ranking = self.ranking
        shown = [each for conclusion in ranking.ranked for each in (conclusion, *conclusion.alternatives)]
        aside = [*ranking.set_aside, *(aside.conclusion for aside in ranking.put_aside)]
        orders = [conclusion.order for conclusion in (*shown, *aside)]
        return len(set(orders)) < len(orders)


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
    def shown(self) -> Conclusion:
        """The advice as it would be; of advice that goes, as it is."""
        shown = self.before if self.after is None else self.after
        assert shown is not None  # a change has at least one of the two
        return shown

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
    stepped = after.stepped(before) if in_steps else frozenset()
    same = after.fires_as(before)
    if same and not stepped:
        return []
    rules = before.context.checked.rules
    actions = frozenset([rules[no].conclusion.action for no in stepped])
    differing = (
        _in_other_steps(before, after, actions) if after.ranks_as_before() else _differing(before, after, actions)
    )
    differing.sort(key=lambda change: (-change.weight, numbered_key(change.shown)))
    return differing


def _in_other_steps(before: Outcome, after: Outcome, stepped: frozenset[str]) -> list[AdviceChange]:
    """The advice that differs in its steps, where nothing else differs. ``stepped``: the steps of these actions may."""
    differing = []
    for was in before.ranking.ranked:
        target = counterpart(was.target, after.context.case)
        now = Conclusion(was.plan, target, was.firings, was.order, (), was.alternatives)
        if _steps_differ(was, now, before, after, stepped):
            differing.append(AdviceChange(was, now))
    return differing


def _differing(before: Outcome, after: Outcome, stepped: frozenset[str]) -> list[AdviceChange]:
    """The advice that differs. ``stepped``: the steps of these actions, and of their kinds, may."""
    old, differing = dict(before.advice), []
    for now in after.ranking.ranked:
        was = old.pop(numbered_key(now), None)
        if (
            was is None
            or was.order != now.order
            or _others_differ(was, now)
            or _steps_differ(was, now, before, after, stepped)
        ):
            differing.append(AdviceChange(was, now))
    return [*(AdviceChange(was, None) for was in old.values()), *differing]


def _others_differ(was: Conclusion, now: Conclusion) -> bool:
    return bool(was.alternatives or now.alternatives) and alternatives_of(was) != alternatives_of(now)


def _steps_differ(was: Conclusion, now: Conclusion, before: Outcome, after: Outcome, stepped: frozenset[str]) -> bool:
    """Whether the steps of a recommendation differ. ``stepped``: only those of these actions, and of their kinds, may."""
    if not stepped or stepped.isdisjoint(before.context.checked.actions[was.action].family):
        return False
    return _steps(was, before) != _steps(now, after)


def alternatives_of(conclusion: Conclusion) -> list[NumberedKey]:
    """What the alternatives of a conclusion are about."""
    return [numbered_key(alternative) for alternative in conclusion.alternatives]


def _steps(conclusion: Conclusion, outcome: Outcome) -> list[int]:
    """The numbers of the rules that add steps to a recommendation."""
    context = outcome.context
    if conclusion.prohibits or not context.ranker.may_have_steps(conclusion.action):
        return []
    return [no for no, _, _ in context.ranker.steps_for(conclusion, outcome.steps)]
