"""Rank firings: merge them into conclusions, settle conflicts between conclusions, and sort the conclusions.

Rules know nothing of each other; ranking decides which of them wins. Conclusions that lose are kept, so that they can be
explained. The result does not depend on the order of the firings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter, eq
from typing import Any, Final, assert_never

import msgspec

from tactful.engines.evaluate import Evaluator
from tactful.engines.firings import RawFiring
from tactful.facts.calendars import Calendars
from tactful.facts.entities import SCOPES
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
from tactful.language.ir import AddStep, ById, CheckedPack, Field, InScope, OrderKey, Prohibit, Rule
from tactful.language.terms import Modality

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
_NO_DUE: Final = _NEVER + _EARLIEST
_REST: Final = (1 << _PRIORITY_AT) - 1
_LAST: Final = (1 << _DUE_AT) - 1
_PRIORITY: Final = ~_REST
_DUE: Final = _REST - _LAST


#: With more prohibitions than this, only those about the rows around an advice's target are looked at.
_MANY: Final = 16

#: The key by which conclusions of the same order are sorted. Keys of a decision can be compared with each other.
Names = Callable[["Conclusion"], tuple[Any, ...]]
#: A computed fact, by its id and its row; and these facts for a case at a moment (seconds since 1970, UTC).
FactsOfRows = Callable[[str, Row], Value]
FactsAt = Callable[[Case, int], FactsOfRows]

#: The subject of a conclusion: its action, whether it forbids the action, and the key of its target (see ``row_key``).
Key = tuple[str, bool, tuple[str, str, str, str]]


class _Plan(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A rule's conclusion, prepared for ranking.

    ``path`` leads from the rule's row to the target, see ``_path``. ``reach`` follows a path that is an attribute of rows, and
    ``person_id`` gives the id of a target that the rule names by id. ``mark`` has the bits by which conclusions that may
    conflict are detected, see ``Ranker._mark``.
    """

    action: str
    prohibits: bool
    safety: bool
    path: str
    reach: Callable[[Row], Row | None]
    person_id: Callable[[Row], str | None] | None
    mark: int


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
#: the order without a deadline, and the plan.
_Step = tuple[str, int, int, _Plan]


class Ranker:
    """Ranks the firings of a pack's rules. Immutable, and safe to use from any number of threads."""

    def __init__(self, checked: CheckedPack, calendars: Calendars, facts_at: FactsAt | None = None) -> None:
        """``facts_at`` gives the computed facts that sort conclusions; without it, the plain evaluator does."""
        self._rules, self.facts_at = checked.rules, facts_at
        self._facts, self._calendars = {fact.id: fact for fact in checked.facts}, calendars
        concluded = sorted(
            {rule.conclusion.action for rule in checked.rules if not isinstance(rule.conclusion, AddStep)}
        )
        #: What sorts the conclusions about an action, for actions that have an order.
        self._sorting = {id_: order for id_ in concluded if (order := checked.actions[id_].order)}
        #: The same by action and by the entity of the target, where the target has some of the fields in scope.
        self.sorting = {
            (id_, entity): order
            for id_, order in self._sorting.items()
            for entity, scope in SCOPES.items()
            if any(key.field.scope in scope for key in order)
        }
        self._families = {id_: action.family for id_, action in checked.actions.items()}
        self._one_per = {
            id_: tuple((kind, per) for kind in action.family if (per := checked.actions[kind].one_per) is not None)
            for id_, action in checked.actions.items()
        }
        self._places = {id_: no for no, id_ in enumerate(sorted(checked.actions))}
        clashing = _clashing(checked.rules, self._families)
        self._bits = {id_: no for no, id_ in enumerate(sorted(clashing))}
        self._count = len(self._bits)
        self._restricted = 1 << 3 * self._count  # so high that it meets no other bit when marks are shifted
        self._steps = tuple(map(self._step, checked.rules))

    def _step(self, rule: Rule) -> _Step:
        conclusion = rule.conclusion
        path, by_id = _path(rule)
        prohibits = isinstance(conclusion, Prohibit)
        safety = isinstance(conclusion, Prohibit) and conclusion.safety
        modality: Modality = "may" if isinstance(conclusion, AddStep) else conclusion.modality
        place = self._places[conclusion.action]
        order = (100 - rule.priority << _PRIORITY_AT) + (_NEVER << _DUE_AT)
        order += (STRENGTH[modality] << _ACTION_BITS) + min(place, (1 << _ACTION_BITS) - 1)
        mark = self._mark(conclusion.action, prohibits)
        person_id = attrgetter(by_id) if by_id else None
        reach = _itself if path in ("", ".") else attrgetter(path)
        plan = _Plan(conclusion.action, prohibits, safety, path, reach, person_id, mark)
        return path, 2 * place + prohibits, order, plan

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

    @property
    def sorting_fields(self) -> tuple[Field, ...]:
        """The fields that sort conclusions about actions that rules conclude, each once."""
        return tuple(dict.fromkeys(key.field for order in self._sorting.values() for key in order))

    def rank(self, firings: Iterable[RawFiring], case: Case, now: int) -> Ranking:
        """Merge, settle conflicts, apply ``one per`` and sort. ``now`` is in seconds since 1970 (UTC)."""
        groups: dict[tuple[int, Row], Conclusion] = {}
        find, steps, marks = groups.get, self._steps, 0
        for firing in firings:
            no, row, due = firing
            path, kind, order, plan = steps[no]
            if path:
                target = self._target(plan, row, case)
                if target is None:
                    continue
                row = target
            if due is not None:
                order += due - _NO_DUE << _DUE_AT
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
        return self._settled(list(groups.values()), marks, self._names(case, now))

    def target(self, no: int, row: Row, case: Case) -> Row | None:
        """The target of a rule that fires for ``row``; ``None`` if the row does not name the target."""
        return self._target(self._steps[no][3], row, case)

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

    def _settled(self, conclusions: list[Conclusion], marks: int, names: Names) -> Ranking:
        """The ranking of conclusions. ``marks`` are the marks of all of them, combined."""
        lost: tuple[Conclusion, ...] = ()
        if marks & marks >> self._count and self._conflicts(conclusions, names):
            lost = tuple(_in_order([conclusion for conclusion in conclusions if conclusion.lost_to], names))
            conclusions = [conclusion for conclusion in conclusions if not conclusion.lost_to]
        ranked = _in_order(conclusions, names)
        if marks & self._restricted:
            ranked = self._apply_one_per(ranked)
        return Ranking(tuple(ranked), lost)

    def _conflicts(self, conclusions: list[Conclusion], names: Names) -> bool:
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
            loser.lost_to = tuple(_in_order(winners, names))
        return bool(lost)

    # --- order ---

    def in_order(self, conclusions: list[Conclusion], case: Case, now: int) -> list[Conclusion]:
        """Conclusions of a decision on ``case`` at ``now`` (seconds since 1970, UTC), in the order in which they rank."""
        return _in_order(conclusions, self._names(case, now))

    def order_of(self, action: str) -> tuple[OrderKey, ...]:
        """What sorts the conclusions about an action, before the ids of their targets do."""
        return self._sorting.get(action, ())

    def _names(self, case: Case, now: int) -> Names:
        return _Sorting(self, case, now).key if self._sorting else _name_key

    def evaluator(self, case: Case, now: int) -> Evaluator:
        """An evaluator of the values that sort conclusions, for a case at ``now`` (seconds since 1970, UTC)."""
        return Evaluator(case, now, self._facts, self._calendars)

    # --- firings ---

    def sorted_firings(self, conclusion: Conclusion) -> list[RawFiring]:
        """The firings of a conclusion, the rule with the highest priority first."""
        return sorted(conclusion.firings, key=self._firing_key)

    def _firing_key(self, firing: RawFiring) -> tuple[int, str, tuple[str, str, str, str], int]:
        rule, row = self._rules[firing[0]], firing[1]
        return -rule.priority, rule.id, row_key(row), row.no

    # --- one per ---

    def _apply_one_per(self, sorted_conclusions: list[Conclusion]) -> list[Conclusion]:
        """Keep the best of each family that is ``one per`` something; the others become its alternatives."""
        best: dict[tuple[str, Row], Conclusion] = {}
        ranked = []
        alternatives: dict[Conclusion, list[Conclusion]] = {}
        for conclusion in sorted_conclusions:
            if conclusion.prohibits or not self._one_per[conclusion.action]:
                ranked.append(conclusion)
                continue
            keys = self._one_per_keys(conclusion)
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

    def shared(self, alternative: Conclusion, better: Conclusion) -> tuple[str, str]:
        """The family and the entity of the ``one per`` for which ``alternative`` gave way to ``better``."""
        keys = set(self._one_per_keys(better))
        family = next(action for action, row in self._one_per_keys(alternative) if (action, row) in keys)
        return family, next(per for action, per in self._one_per[alternative.action] if action == family)

    def _one_per_keys(self, conclusion: Conclusion) -> list[tuple[str, Row]]:
        """The families of a conclusion that are ``one per`` something, each with the row for which one is allowed."""
        keys = []
        for action, per in self._one_per[conclusion.action]:
            row = belongs_to(conclusion.target, per)
            if row is not None:
                keys.append((action, row))
        return keys

    # --- steps ---

    def steps_by_target(self, steps: Iterable[RawFiring], case: Case) -> dict[Row, list[RawFiring]]:
        """The firings that add steps, by their target."""
        by_target: dict[Row, list[RawFiring]] = {}
        for firing in steps:
            target = self._target(self._steps[firing[0]][3], firing[1], case)
            if target is not None:
                by_target.setdefault(target, []).append(firing)
        return by_target

    def steps_for(self, advice: Conclusion, steps: Mapping[Row, list[RawFiring]]) -> list[RawFiring]:
        """The firings that add steps to a recommendation, in order: those for its family, and for its target or a row above.

        ``steps`` are by target, see :meth:`steps_by_target`.
        """
        family = self._families[advice.action]
        around = [firing for row in rows_around(advice.target) for firing in steps.get(row, ())]
        own = [firing for firing in around if self._steps[firing[0]][3].action in family]
        return sorted(own, key=self._firing_key)


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


def _in_order(conclusions: list[Conclusion], names: Names) -> list[Conclusion]:
    """Conclusions sorted by order, and then by ``names``, which are computed only if orders are equal."""
    if len(conclusions) < 2:
        return conclusions
    ranked = sorted(conclusions, key=_ORDER)
    orders = list(map(_ORDER, ranked))
    if len(set(orders)) == len(orders):  # the usual case, and quicker to test than to locate ties
        return ranked
    tied = bytes(map(eq, orders, orders[1:])) + b"\0"  # for each conclusion, whether the next one has the same order
    start = tied.find(1)
    while start >= 0:
        end = tied.find(0, start) + 1
        ranked[start:end] = sorted(ranked[start:end], key=names)
        start = tied.find(1, end)
    return ranked


_ORDER: Final = attrgetter("order")


def _name_key(conclusion: Conclusion) -> tuple[str, str, str, str, str, int]:
    row = conclusion.target
    if type(row) is PersonRow:  # by far the most common target among ties
        return conclusion.plan.action, "person", row.application.id, "", row.id, 0
    return (conclusion.plan.action, *row_key(row), row.no)  # two messages with equal fields have the same id


class _Sorting:
    """The names of conclusions, with what sorts conclusions about an action before the ids of their targets.

    A field that the target's entity does not have in scope decides nothing. The evaluator is made for the first tie,
    because most decisions have none.
    """

    __slots__ = ("_case", "_evaluator", "_facts", "_now", "_ranker")

    def __init__(self, ranker: Ranker, case: Case, now: int) -> None:
        self._ranker, self._case, self._now = ranker, case, now
        self._evaluator: Evaluator | None = None
        self._facts: FactsOfRows | None = None

    def key(self, conclusion: Conclusion) -> tuple[Any, ...]:
        """The key by which a conclusion is sorted."""
        name = _name_key(conclusion)
        order = self._ranker.sorting.get(name[:2])
        if order is None:
            return name
        action, entity, *ids = name
        values = [self._value(key.field, conclusion.target) for key in order]
        return action, entity, *map(_place, order, values), *ids

    def _value(self, field: Field, row: Row) -> Value:
        if field.scope not in SCOPES[row.entity]:
            return None
        if field.origin == "computed" and field.scope == row.entity and self._ranker.facts_at is not None:
            facts = self._facts = self._facts or self._ranker.facts_at(self._case, self._now)
            return facts(field.key, row)
        evaluator = self._evaluator = self._evaluator or self._ranker.evaluator(self._case, self._now)
        return evaluator.value(field, evaluator.environment(row.entity, row))


def _place(key: OrderKey, value: Value) -> tuple[bool, int | float]:
    """The place of a value in an order: a smaller one comes first, and an unknown value last."""
    if not isinstance(value, int | float):  # a yes/no is a number, too
        return True, 0
    return False, -value if key.descending else value
