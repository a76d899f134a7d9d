"""Rank firings: merge them into conclusions, settle conflicts between conclusions, and sort the conclusions.

Rules know nothing of each other; ranking decides which of them wins. Conclusions that lose are kept, so that they can be
explained. The result does not depend on the order of the firings.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Final, assert_never

from tactful.decide.conclusions import (
    ACTION_BITS,
    DUE_AT,
    EARLIEST,
    NEVER,
    PRIORITY_AT,
    STRENGTH,
    AddedSteps,
    Conclusion,
    Plan,
    Ranking,
    merge,
    one_per_keys,
)
from tactful.decide.ties import PlacesAt, PlacesOf, Ties, evaluated, in_order
from tactful.engines.evaluate import Evaluator
from tactful.engines.firings import RawFiring
from tactful.facts.calendars import Calendars
from tactful.facts.rows import (
    Case,
    Row,
    inside,
    row_key,
    rows_around,
)
from tactful.language.ir import AddStep, ById, CheckedPack, InScope, OrderKey, Prohibit, Rule
from tactful.language.ir.orders import distinct_orders, target_orders
from tactful.language.terms import Modality
from tactful.source.lazy import lazy

#: With more prohibitions than this, only those about the rows around a recommendation's target are compared.
_MANY: Final = 16

#: The data for ranking a rule's firing: the path to the target, the action and whether it is forbidden as a single number,
#: the order without a deadline, the order with the deadline 0, and the plan.
_Step = tuple[str, int, int, int, Plan]


class Ranker:
    """Ranks the firings of a pack's rules. Immutable, and safe to use from any number of threads."""

    def __init__(self, checked: CheckedPack, calendars: Calendars, places_at: PlacesAt | None = None) -> None:
        """``places_at`` gives the places of targets in the orders of a pack; without it, the plain evaluator does."""
        self._rules, self._places_at = checked.rules, places_at
        self._facts, self._calendars = {fact.id: fact for fact in checked.facts}, calendars
        concluded = sorted(
            {rule.conclusion.action for rule in checked.rules if not isinstance(rule.conclusion, AddStep)}
        )
        #: What sorts the conclusions about an action, for actions that have an order.
        self._sorting = {id_: order for id_ in concluded if (order := checked.actions[id_].order)}
        #: The fields that sort conclusions about actions that rules conclude, each once.
        self.sorting_fields = tuple(dict.fromkeys(key.field for order in self._sorting.values() for key in order))
        #: The same by action and by the entity of the target, and each of these orders once.
        self.target_orders = target_orders(checked)
        self._distinct = distinct_orders(self.target_orders)
        self._families = {id_: action.family for id_, action in checked.actions.items()}
        self._one_per = {
            id_: tuple((kind, per) for kind in action.family if (per := checked.actions[kind].one_per) is not None)
            for id_, action in checked.actions.items()
        }
        self._places = {id_: no for no, id_ in enumerate(sorted(checked.actions))}
        clashing = _clashing(checked.rules, self._families)
        self._bits = {id_: no for no, id_ in enumerate(sorted(clashing))}
        self._count = len(self._bits)
        # so high that it never coincides with another bit when marks are shifted
        self._restricted = 1 << 3 * self._count
        self._steps = tuple(map(self._step, checked.rules))
        self._stepped = {rule.conclusion.action for rule in checked.rules if isinstance(rule.conclusion, AddStep)}

    def _step(self, rule: Rule) -> _Step:
        conclusion = rule.conclusion
        path, by_id = _path(rule)
        prohibits = isinstance(conclusion, Prohibit)
        safety = isinstance(conclusion, Prohibit) and conclusion.safety
        modality: Modality = "may" if isinstance(conclusion, AddStep) else conclusion.modality
        place = self._places[conclusion.action]
        order = (100 - rule.priority << PRIORITY_AT) + (STRENGTH[modality] << ACTION_BITS)
        order += min(place, (1 << ACTION_BITS) - 1)
        mark = self._mark(conclusion.action, prohibits)
        person_id = attrgetter(by_id) if by_id else None
        reach = _itself if path in ("", ".") else attrgetter(path)
        one_per = () if prohibits else self._one_per[conclusion.action]
        plan = Plan(conclusion.action, prohibits, safety, path, reach, person_id, mark, one_per)
        never, at_0 = NEVER << DUE_AT, -EARLIEST << DUE_AT
        return path, 2 * place + prohibits, order + never, order + at_0, plan

    def _mark(self, action: str, prohibits: bool) -> int:
        """The mark of a conclusion. Most have 0: they can neither conflict with others nor exceed a ``one per``.

        A recommendation has a bit for each action of its family that any rule forbids, and the bit ``_restricted`` if its
        family is ``one per`` something. A prohibition has the bit of its action, ``_count`` bits higher, if any rule
        recommends a member of the action's family. The two can conflict only if they share the bit of an action.
        """
        if prohibits:
            return 1 << self._bits[action] + self._count if action in self._bits else 0
        bits = sum(1 << self._bits[kind] for kind in self._families[action] if kind in self._bits)
        return bits | self._restricted if self._one_per[action] else bits

    def rank(self, firings: Iterable[RawFiring], case: Case, now: int) -> Ranking:
        """Merge, settle conflicts, apply ``one per`` and sort. ``now`` is in seconds since 1970 (UTC)."""
        groups: dict[tuple[int, Row], Conclusion] = {}
        find, steps, marks = groups.get, self._steps, 0
        for firing in firings:
            no, row, due = firing
            path, kind, order, order_at_0, plan = steps[no]
            if path:
                target = self._target(plan, row, case)
                if target is None:
                    continue
                row = target
            if due is not None:
                order = order_at_0 + (due << DUE_AT)
            key = (kind, row)
            conclusion = find(key)
            if conclusion is None:
                if plan.mark:
                    marks |= plan.mark
                groups[key] = Conclusion(plan, row, [firing], order)
            else:
                conclusion.firings.append(firing)
                if order != conclusion.order:
                    merge(conclusion, order)
                if plan.safety:
                    conclusion.plan = plan
        return self._settled(list(groups.values()), marks, Ties(self, case, now))

    def target(self, no: int, row: Row, case: Case) -> Row | None:
        """The target of a rule that fires for ``row``; ``None`` if the row does not name the target."""
        return self._target(self._steps[no][-1], row, case)

    def _target(self, plan: Plan, row: Row, case: Case) -> Row | None:
        if plan.person_id is not None:
            id_ = plan.person_id(row)
            application = row.application
            assert application is not None  # only rows of an application can name people
            people = case.families[application.no].people
            return next((person for person in people if person.id == id_), None)
        match plan.path:
            case "candidate":
                return case.candidate
            case "offer":
                assert row.application is not None  # a candidate has no offer in scope
                return case.families[row.application.no].offer
            case _:
                return plan.reach(row)

    # --- conflicts ---

    def _settled(self, conclusions: list[Conclusion], marks: int, ties: Ties) -> Ranking:
        """The ranking of conclusions. ``marks`` are the marks of all of them, combined."""
        lost: tuple[Conclusion, ...] = ()
        if marks & marks >> self._count and self._conflicts(conclusions, ties):
            lost = tuple(in_order([conclusion for conclusion in conclusions if conclusion.lost_to], ties))
            conclusions = [conclusion for conclusion in conclusions if not conclusion.lost_to]
        ranked = in_order(conclusions, ties)
        if marks & self._restricted:
            ranked = _apply_one_per(ranked)
        return Ranking(tuple(ranked), lost)

    def _conflicts(self, conclusions: list[Conclusion], ties: Ties) -> bool:
        """Settle all conflicts. Returns whether there was any conflict."""
        count = self._count
        prohibitions = [
            (conclusion, conclusion.plan.mark >> count)
            for conclusion in conclusions
            if conclusion.plan.prohibits and conclusion.plan.mark
        ]
        by_target: dict[Row, list[tuple[Conclusion, int]]] = {}
        if len(prohibitions) > _MANY:
            for pair in prohibitions:
                by_target.setdefault(pair[0].target, []).append(pair)
        lost: dict[Conclusion, list[Conclusion]] = {}
        for advice in conclusions:
            plan = advice.plan
            if not plan.mark or plan.prohibits:
                continue
            if by_target:
                prohibitions = [pair for row in rows_around(advice.target) for pair in by_target.get(row, ())]
            for prohibition, bit in prohibitions:
                if plan.mark & bit and inside(advice.target, prohibition.target):
                    loser, winner = _loser_and_winner(advice, prohibition)
                    lost.setdefault(loser, []).append(winner)
        for loser, winners in lost.items():
            loser.lost_to = tuple(in_order(winners, ties))
        return bool(lost)

    # --- order ---

    def in_order(self, conclusions: list[Conclusion], case: Case, now: int) -> list[Conclusion]:
        """Conclusions of a decision on ``case`` at ``now`` (seconds since 1970, UTC), in the order in which they rank."""
        return in_order(conclusions, Ties(self, case, now))

    def order_of(self, action: str) -> tuple[OrderKey, ...]:
        """What sorts the conclusions about an action, before the ids of their targets do."""
        return self._sorting.get(action, ())

    def places_at(self, case: Case, now: int) -> PlacesOf:
        """The places of targets in orders, for a case at ``now`` (seconds since 1970, UTC)."""
        if self._places_at is not None:
            return self._places_at(case, now)
        evaluator = Evaluator(case, now, self._facts, self._calendars)
        return lambda no, rows: [evaluated(self._distinct[no], row, evaluator) for row in rows]

    # --- firings ---

    def sorted_firings(self, conclusion: Conclusion) -> list[RawFiring]:
        """The firings of a conclusion, the rule with the highest priority first."""
        return self.firings_in_order(conclusion.firings)

    def firings_in_order(self, firings: list[RawFiring]) -> list[RawFiring]:
        """Firings, the rule with the highest priority first. Rows are compared only between firings of the same
        rule."""
        if len(firings) < 2:
            return firings
        places = self._rule_places
        ordered = {places[firing[0]]: firing for firing in firings}
        if len(ordered) < len(firings):
            return sorted(firings, key=self._firing_key)
        return [ordered[place] for place in sorted(ordered)]

    @lazy
    def _rule_places(self) -> Sequence[int]:
        """The place of each rule among all rules, by its number."""
        keys = [(-rule.priority, rule.id) for rule in self._rules]
        places = {key: place for place, key in enumerate(sorted(set(keys)))}
        return [places[key] for key in keys]

    def _firing_key(self, firing: RawFiring) -> tuple[int, str, tuple[str, str, str, str], int]:
        rule, row = self._rules[firing[0]], firing[1]
        return -rule.priority, rule.id, row_key(row), row.no

    # --- one per ---

    def shared(self, alternative: Conclusion, better: Conclusion) -> tuple[str, str]:
        """The family and the entity of the ``one per`` for which ``alternative`` gave way to ``better``."""
        keys = set(one_per_keys(better))
        family = next(action for action, row in one_per_keys(alternative) if (action, row) in keys)
        return family, next(per for action, per in alternative.plan.one_per if action == family)

    # --- steps ---

    def added_steps(self, steps: Iterable[RawFiring], case: Case, actions: Container[str] | None = None) -> AddedSteps:
        """The firings that add steps, by their action and target: all of them, or those that are about some ``actions``."""
        added: AddedSteps = {}
        prepared = self._steps
        for firing in steps:
            no, row, _ = firing
            path, _, _, _, plan = prepared[no]
            action = plan.action
            if actions is None or action in actions:
                target = self._target(plan, row, case) if path else row
                if target is None:
                    continue
                by_target = added.get(action)
                if by_target is None:
                    added[action] = {target: [firing]}
                elif target in by_target:
                    by_target[target].append(firing)
                else:
                    by_target[target] = [firing]
        return added

    def may_have_steps(self, action: str) -> bool:
        """Whether any rule adds steps to the action or to one that it is a kind of."""
        return not self._stepped.isdisjoint(self._families[action])

    def advised(self, ranked: Iterable[Conclusion]) -> set[str]:
        """The actions of recommendations, and those that they are kinds of: steps that are added to others are not shown."""
        return {kind for item in ranked if not item.plan.prohibits for kind in self._families[item.plan.action]}

    def steps_for(self, advice: Conclusion, steps: AddedSteps) -> list[RawFiring]:
        """The firings that add steps to a recommendation, in order: those for its family, and for its target or a row above.

        ``steps`` are those of :meth:`added_steps`.
        """
        if not steps:
            return []
        own: list[RawFiring] = []
        around: tuple[Row, ...] = ()
        for action in self._families[advice.plan.action]:
            added = steps.get(action)
            if added is not None:
                around = around or rows_around(advice.target)
                for row in around:
                    if row in added:
                        own += added[row]
        return self.firings_in_order(own) if own else own


def _path(rule: Rule) -> tuple[str, str]:
    """The path from the rule's row to its target, and the path to the target's id if the rule names the target by id.

    Paths are attributes of rows. An empty path is the row itself. If the target is named by id, the first path leads to its
    application (``.`` is the row itself).
    """
    match rule.target:
        case InScope(entity=entity):
            return "" if entity == rule.entity else entity, ""
        case ById(field=field):
            steps = () if field.scope == rule.entity else (field.scope,)
            return "." if rule.entity == "application" else "application", ".".join((*steps, *field.via, field.key))
        case _:
            assert_never(rule.target)


def _itself(row: Row) -> Row:
    return row


def _clashing(rules: Iterable[Rule], families: Mapping[str, Sequence[str]]) -> set[str]:
    """The actions that a rule forbids while another rule recommends a member of their family."""
    forbidden = {rule.conclusion.action for rule in rules if isinstance(rule.conclusion, Prohibit)}
    advised = (rule.conclusion.action for rule in rules if not isinstance(rule.conclusion, Prohibit | AddStep))
    return forbidden.intersection(kind for action in advised for kind in families[action])


def _loser_and_winner(advice: Conclusion, prohibition: Conclusion) -> tuple[Conclusion, Conclusion]:
    """The loser and the winner of a conflict: the higher priority wins.

    The prohibition wins on equal priority, and always where it is for safety.
    """
    if prohibition.safety or prohibition.priority >= advice.priority:
        return advice, prohibition
    return prohibition, advice


def _apply_one_per(sorted_conclusions: list[Conclusion]) -> list[Conclusion]:
    """Keep the best of each family that is ``one per`` something; the others become its alternatives."""
    best: dict[tuple[str, Row], Conclusion] = {}
    ranked = []
    alternatives: dict[Conclusion, list[Conclusion]] = {}
    for conclusion in sorted_conclusions:
        if conclusion.plan.one_per:
            keys = one_per_keys(conclusion)
            better = next((best[key] for key in keys if key in best), None)
            if better is not None:
                alternatives.setdefault(better, []).append(conclusion)
                continue
            for key in keys:
                best[key] = conclusion
        ranked.append(conclusion)
    for better, others in alternatives.items():
        better.alternatives = tuple(others)
    return ranked
