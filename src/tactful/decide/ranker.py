"""Rank firings: merge them into conclusions, settle conflicts between conclusions, and sort the conclusions.

Rules know nothing of each other; ranking decides which of them wins. Conclusions that lose are kept, so that they can be
explained. The result does not depend on the order of the firings.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, assert_never

import msgspec

from tactful.engines.evaluate import Evaluator
from tactful.engines.firings import RawFiring
from tactful.facts.calendars import Calendars
from tactful.facts.kinds import Value
from tactful.facts.rows import (
    Case,
    PersonRow,
    Row,
    belongs_to,
    inside,
    row_key,
    rows_around,
)
from tactful.language.ir import AddStep, ById, CheckedPack, InScope, OrderKey, Prohibit, Rule
from tactful.language.ir.orders import TargetOrder, distinct_orders, target_orders
from tactful.language.terms import Modality
from tactful.source.lazy import lazy

#: Modalities from the strongest to the weakest. Of two conclusions with equal priority and deadline, the stronger ranks first.
STRENGTH: Final[Mapping[Modality, int]] = {"must_not": 0, "must": 1, "should_not": 2, "should": 3, "may": 4}
_MODALITIES: Final[tuple[Modality, ...]] = tuple(STRENGTH)

# Conclusions are ranked by a single number, their order; the smallest ranks first. From the lowest bit on, it has 20 bits for
# the action's index among all actions by name, 3 for the modality, 40 for the deadline, and the rest for the priority.
_ACTION_BITS: Final = 20
_MODALITY_BITS: Final = 3
_DUE_AT: Final = _ACTION_BITS + _MODALITY_BITS
_PRIORITY_AT: Final = _DUE_AT + 40
#: Stands for no deadline. Deadlines lie within ten thousand years of 1970, and ``_EARLIEST`` is subtracted from them, so
#: that none is negative and all are smaller than this.
_NEVER: Final = 1 << 39
_EARLIEST: Final = -(1 << 37)
_REST: Final = (1 << _PRIORITY_AT) - 1
_LAST: Final = (1 << _DUE_AT) - 1
_PRIORITY: Final = ~_REST
_DUE: Final = _REST - _LAST


#: With more prohibitions than this, only those about the rows around a recommendation's target are compared.
_MANY: Final = 16

#: The places of rows in an order of targets, by its number, of which the smallest comes first. All rows are of its entity.
Place = tuple[Any, ...]
PlacesOf = Callable[[int, Sequence[Row]], list[Place]]
#: These places for a case at a moment (seconds since 1970, UTC).
PlacesAt = Callable[[Case, int], PlacesOf]

#: The subject of a conclusion: its action, whether it forbids the action, and the key of its target (see ``row_key``).
Key = tuple[str, bool, tuple[str, str, str, str]]


class _Plan(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A rule's conclusion, prepared for ranking.

    ``path`` leads from the rule's row to the target, see ``_path``. ``reach`` follows a path that is an attribute of rows, and
    ``person_id`` gives the id of a target that the rule names by id. ``mark`` has the bits by which conclusions that may
    conflict are detected, see ``Ranker._mark``. ``one_per`` has the families of a recommendation that are ``one per``
    something, each with the entity; it is empty for a prohibition.
    """

    action: str
    prohibits: bool
    safety: bool
    path: str
    reach: Callable[[Row], Row | None]
    person_id: Callable[[Row], str | None] | None
    mark: int
    one_per: tuple[tuple[str, str], ...]


class Conclusion(msgspec.Struct, eq=False, gc=False):
    """All firings that advise, or that forbid, the same action for the same target.

    The conclusion is ranked by ``order``, a number made from the highest priority of its firings, then their nearest
    deadline, then their strongest modality. ``plan`` is the plan of one of its rules, and of a safety rule if it has any.
    ``lost_to`` and ``alternatives`` are filled in by the ranker and not changed afterwards.
    """

    plan: _Plan
    target: Row
    firings: list[RawFiring]
    order: int
    lost_to: tuple[Conclusion, ...] = ()
    alternatives: tuple[Conclusion, ...] = ()

    @property
    def action(self) -> str:
        """The action that is advised or forbidden."""
        return self.plan.action

    @property
    def prohibits(self) -> bool:
        """Whether the action is forbidden."""
        return self.plan.prohibits

    @property
    def key(self) -> Key:
        """The subject of the conclusion, by ids. A pass that compares more than subjects adds to this key.

        Two messages with equal fields have the same id, so conclusions about them have the same key.
        """
        plan = self.plan
        return plan.action, plan.prohibits, row_key(self.target)

    @property
    def safety(self) -> bool:
        """Whether it is a safety prohibition, which is never defeated."""
        return self.plan.safety

    @property
    def priority(self) -> int:
        """The highest priority of its firings."""
        return 100 - (self.order >> _PRIORITY_AT)

    @property
    def due(self) -> int | None:
        """The nearest deadline of its firings (seconds since 1970, UTC); ``None`` if no firing has a deadline."""
        since = self.order >> _DUE_AT & (1 << 40) - 1
        return None if since == _NEVER else since + _EARLIEST

    @property
    def modality(self) -> Modality:
        """The strongest modality of its firings."""
        return _MODALITIES[self.order >> _ACTION_BITS & (1 << _MODALITY_BITS) - 1]


class PutAside(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A conclusion that is not shown, because it was done at a moment, or dismissed until one (``None``: for good).

    ``key`` is the key by which the case names it. Moments are in seconds since 1970 (UTC).
    """

    conclusion: Conclusion
    key: str
    done: bool
    moment: int | None


class Ranking(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A ranked decision: the conclusions in order, the conclusions that were set aside because they lost a conflict, and those
    that the candidate has followed or dismissed.
    """

    ranked: tuple[Conclusion, ...]
    set_aside: tuple[Conclusion, ...]
    put_aside: tuple[PutAside, ...] = ()


#: The data for ranking a rule's firing: the path to the target, the action and whether it is forbidden as a single number,
#: the order without a deadline, the order with the deadline 0, and the plan.
_Step = tuple[str, int, int, int, _Plan]

#: The firings of rules that add steps, by their action and target.
AddedSteps = dict[str, dict[Row, list[RawFiring]]]


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
        order = (100 - rule.priority << _PRIORITY_AT) + (STRENGTH[modality] << _ACTION_BITS)
        order += min(place, (1 << _ACTION_BITS) - 1)
        mark = self._mark(conclusion.action, prohibits)
        person_id = attrgetter(by_id) if by_id else None
        reach = _itself if path in ("", ".") else attrgetter(path)
        one_per = () if prohibits else self._one_per[conclusion.action]
        plan = _Plan(conclusion.action, prohibits, safety, path, reach, person_id, mark, one_per)
        never, at_0 = _NEVER << _DUE_AT, -_EARLIEST << _DUE_AT
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
                order = order_at_0 + (due << _DUE_AT)
            key = (kind, row)
            conclusion = find(key)
            if conclusion is None:
                if plan.mark:
                    marks |= plan.mark
                groups[key] = Conclusion(plan, row, [firing], order)
            else:
                conclusion.firings.append(firing)
                if order != conclusion.order:
                    _merge(conclusion, order)
                if plan.safety:
                    conclusion.plan = plan
        return self._settled(list(groups.values()), marks, _Ties(self, case, now))

    def target(self, no: int, row: Row, case: Case) -> Row | None:
        """The target of a rule that fires for ``row``; ``None`` if the row does not name the target."""
        return self._target(self._steps[no][-1], row, case)

    def _target(self, plan: _Plan, row: Row, case: Case) -> Row | None:
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

    def _settled(self, conclusions: list[Conclusion], marks: int, ties: _Ties) -> Ranking:
        """The ranking of conclusions. ``marks`` are the marks of all of them, combined."""
        lost: tuple[Conclusion, ...] = ()
        if marks & marks >> self._count and self._conflicts(conclusions, ties):
            lost = tuple(_in_order([conclusion for conclusion in conclusions if conclusion.lost_to], ties))
            conclusions = [conclusion for conclusion in conclusions if not conclusion.lost_to]
        ranked = _in_order(conclusions, ties)
        if marks & self._restricted:
            ranked = _apply_one_per(ranked)
        return Ranking(tuple(ranked), lost)

    def _conflicts(self, conclusions: list[Conclusion], ties: _Ties) -> bool:
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
            loser.lost_to = tuple(_in_order(winners, ties))
        return bool(lost)

    # --- order ---

    def in_order(self, conclusions: list[Conclusion], case: Case, now: int) -> list[Conclusion]:
        """Conclusions of a decision on ``case`` at ``now`` (seconds since 1970, UTC), in the order in which they rank."""
        return _in_order(conclusions, _Ties(self, case, now))

    def order_of(self, action: str) -> tuple[OrderKey, ...]:
        """What sorts the conclusions about an action, before the ids of their targets do."""
        return self._sorting.get(action, ())

    def places_at(self, case: Case, now: int) -> PlacesOf:
        """The places of targets in orders, for a case at ``now`` (seconds since 1970, UTC)."""
        if self._places_at is not None:
            return self._places_at(case, now)
        evaluator = Evaluator(case, now, self._facts, self._calendars)
        return lambda no, rows: [_evaluated(self._distinct[no], row, evaluator) for row in rows]

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
        ordered = sorted(firings, key=lambda firing: places[firing[0]])
        before = -1
        for no, _, _ in ordered:
            if no == before:
                return sorted(firings, key=self._firing_key)
            before = no
        return ordered

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
        keys = set(_one_per_keys(better))
        family = next(action for action, row in _one_per_keys(alternative) if (action, row) in keys)
        return family, next(per for action, per in alternative.plan.one_per if action == family)

    # --- steps ---

    def added_steps(self, steps: Iterable[RawFiring], case: Case, actions: Container[str] | None = None) -> AddedSteps:
        """The firings that add steps, by their action and target: all of them, or those that are about some ``actions``."""
        added: AddedSteps = {}
        prepared = self._steps
        for firing in steps:
            path, _, _, _, plan = prepared[firing[0]]
            if actions is None or plan.action in actions:
                target = self._target(plan, firing[1], case) if path else firing[1]
                if target is not None:
                    added.setdefault(plan.action, {}).setdefault(target, []).append(firing)
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
        for action in self._families[advice.plan.action]:
            added = steps.get(action)
            if added is not None:
                for row in rows_around(advice.target):
                    if row in added:
                        own += added[row]
        return self.firings_in_order(own)


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


def _merge(conclusion: Conclusion, order: int) -> None:
    """Merge another order into a conclusion's: the higher priority, the nearer deadline and the stronger modality."""
    before = conclusion.order
    if not (before ^ order) & _REST:  # the two differ in nothing but priority
        conclusion.order = min(before, order)
        return
    conclusion.order = (
        min(before & _PRIORITY, order & _PRIORITY)
        | min(before & _DUE, order & _DUE)
        | min(before & _LAST, order & _LAST)
    )


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
            keys = _one_per_keys(conclusion)
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


def _one_per_keys(conclusion: Conclusion) -> list[tuple[str, Row]]:
    """The families of a conclusion that are ``one per`` something, each with the row for which one is allowed."""
    keys = []
    for action, per in conclusion.plan.one_per:
        row = belongs_to(conclusion.target, per)
        if row is not None:
            keys.append((action, row))
    return keys


def _in_order(conclusions: list[Conclusion], ties: _Ties) -> list[Conclusion]:
    """Conclusions sorted by order, and those of the same order by ``ties``."""
    if len(conclusions) < 2:
        return conclusions
    ranked = sorted(conclusions, key=_ORDER)
    before = -1
    for conclusion in ranked:  # the usual case is that there are no ties, and quicker to test than to locate them
        order = conclusion.order
        if order == before:
            return _with_ties(ranked, ties)
        before = order
    return ranked


def _with_ties(ranked: list[Conclusion], ties: _Ties) -> list[Conclusion]:
    """Conclusions that are sorted by order, with those of the same order sorted by ``ties``."""
    start, before = 0, ranked[0].order
    for no, conclusion in enumerate(ranked.copy()):
        order = conclusion.order
        if order != before:
            if no - start > 1:
                ranked[start:no] = ties.in_order(ranked[start:no])
            start, before = no, order
    if len(ranked) - start > 1:
        ranked[start:] = ties.in_order(ranked[start:])
    return ranked


_ORDER: Final = attrgetter("order")


def _ids(conclusion: Conclusion) -> tuple[str, str, str, str, int]:
    """The key of a conclusion by the ids of its target. Two messages with equal fields have the same id."""
    row = conclusion.target
    if type(row) is PersonRow:  # by far the most common target among ties
        return "person", row.application.id, "", row.id, 0
    return (*row_key(row), row.no)


class _Ties(msgspec.Struct, eq=False, gc=False):
    """Sorts conclusions of the same order: by action, entity, the order of the action for that entity, and ids.

    Most decisions have no ties, so the places of targets are computed for the first tie only. They are kept, because actions
    may share an order, and a prohibition may win over many conclusions.
    """

    ranker: Ranker
    case: Case
    now: int
    places_of: PlacesOf | None = None
    #: The places that are known, by the number of the order.
    places: dict[int, dict[Row, Place]] | None = None

    def in_order(self, tied: list[Conclusion]) -> list[Conclusion]:
        """Conclusions of the same order, sorted."""
        kinds = {(conclusion.plan.action, conclusion.target.entity) for conclusion in tied}
        if len(kinds) == 1:
            return self._of_kind(tied, kinds.pop())
        ranked: list[Conclusion] = []
        for kind in sorted(kinds):
            members = [each for each in tied if (each.plan.action, each.target.entity) == kind]
            ranked += self._of_kind(members, kind)
        return ranked

    def _of_kind(self, members: list[Conclusion], kind: tuple[str, str]) -> list[Conclusion]:
        """Conclusions about one action for targets of one entity, sorted by the places of the targets and then by ids."""
        order = self.ranker.target_orders.get(kind)
        if order is None or len(members) < 2:
            return sorted(members, key=_ids)
        places = self._places(order.no, [conclusion.target for conclusion in members])
        if len(set(places)) == len(places):  # the ids decide nothing
            keys: list[Any] = places
        else:
            keys = [(place, _ids(conclusion)) for place, conclusion in zip(places, members, strict=True)]
        return [members[no] for no in sorted(range(len(members)), key=keys.__getitem__)]

    def _places(self, no: int, rows: list[Row]) -> list[Place]:
        """The places of rows in an order of targets."""
        if self.places_of is None or self.places is None:
            self.places_of, self.places = self.ranker.places_at(self.case, self.now), {}
        known = self.places.get(no)
        if known is None:
            places = self.places_of(no, rows)
            self.places[no] = dict(zip(rows, places))  # noqa: B905 - a keyword takes as long as the two places
            return places
        new = [row for row in rows if row not in known]
        known.update(zip(new, self.places_of(no, new), strict=True))
        return [known[row] for row in rows]


def _evaluated(order: TargetOrder, row: Row, evaluator: Evaluator) -> Place:
    """A target's place in an order, without compiled code."""
    env = evaluator.environment(row.entity, row)
    return tuple(_place(key, evaluator.value(key.field, env)) for key in order.keys)


def _place(key: OrderKey, value: Value) -> tuple[bool, int | float]:
    """The place of a value in an order: a smaller one comes first, and an unknown value last."""
    if not isinstance(value, int | float):  # a yes/no is a number, too
        return True, 0
    return False, -value if key.descending else value
