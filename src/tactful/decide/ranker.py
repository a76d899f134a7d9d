"""From firings to a ranked decision: merge, conflicts, ``one per``, order.

A rule knows no other rule; who wins is decided here, and what lost is kept. Nothing depends on the order of firings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter, eq
from typing import Final, assert_never

import msgspec

from tactful.engines.firings import RawFiring
from tactful.facts.rows import (
    Case,
    PersonRow,
    Row,
    belongs_to,
    inside,
    row_key,
)
from tactful.language.ir import AddStep, ById, CheckedPack, InScope, Prohibit, Rule
from tactful.language.terms import Modality

#: Modalities from the strongest to the weakest; of conclusions alike in all else, the stronger ranks first.
STRENGTH: Final[Mapping[Modality, int]] = {"must_not": 0, "must": 1, "should_not": 2, "should": 3, "may": 4}
_MODALITIES: Final[tuple[Modality, ...]] = tuple(STRENGTH)

# What conclusions rank by, in one number, of which the smaller ranks first. From the lowest bit on: 20 bits for the
# action's place by name, 3 for the modality, 40 for the deadline, and what is left for the priority.
_ACTION_BITS: Final = 20
_MODALITY_BITS: Final = 3
_DUE_AT: Final = _ACTION_BITS + _MODALITY_BITS
_PRIORITY_AT: Final = _DUE_AT + 40
#: Later than any deadline. Deadlines lie within some ten thousand years of 1970, and are kept as what is more than
#: ``_EARLIEST``, so that none is negative.
_NEVER: Final = 1 << 39
_EARLIEST: Final = -(1 << 37)
_NO_DUE: Final = _NEVER + _EARLIEST
_REST: Final = (1 << _PRIORITY_AT) - 1
_LAST: Final = (1 << _DUE_AT) - 1
_PRIORITY: Final = ~_REST
_DUE: Final = _REST - _LAST


#: What a conclusion is about: its action, whether it forbids the action, and the key of its target (see ``row_key``).
Key = tuple[str, bool, tuple[str, str, str, str]]


class _Plan(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What ranking needs to know of a rule.

    ``path`` leads from the rule's row to the target, see ``Ranker._target``. ``mark`` says what the conclusion may have
    to do with others, see ``Ranker._mark``.
    """

    action: str
    prohibits: bool
    safety: bool
    path: str
    by_id: str
    mark: int


class Conclusion(msgspec.Struct, eq=False, gc=False):
    """All firings that conclude the same of the same target.

    ``order`` is what it ranks by: the highest priority of its firings, then the nearest deadline, then the strongest
    modality, in one number. ``plan`` is that of one of its rules, of a safety rule if there is one. ``lost_to`` and
    ``alternatives`` are filled while ranking and not changed afterwards.
    """

    plan: _Plan
    target: Row
    firings: list[RawFiring]
    order: int
    lost_to: tuple[Conclusion, ...] = ()
    alternatives: tuple[Conclusion, ...] = ()

    @property
    def action(self) -> str:
        """What it advises or forbids."""
        return self.plan.action

    @property
    def prohibits(self) -> bool:
        """Whether it forbids."""
        return self.plan.prohibits

    @property
    def key(self) -> Key:
        """What the conclusion is about, by ids. A pass that compares conclusions adds to the key what it looks at besides.

        Two messages that say the same have the same id, so conclusions about them have the same key.
        """
        plan = self.plan
        return plan.action, plan.prohibits, row_key(self.target)

    @property
    def safety(self) -> bool:
        """Whether it is a prohibition for safety."""
        return self.plan.safety

    @property
    def priority(self) -> int:
        """The highest priority of its firings."""
        return 100 - (self.order >> _PRIORITY_AT)

    @property
    def due(self) -> int | None:
        """The nearest deadline of its firings, in seconds since 1970; ``None`` where none has one."""
        since = self.order >> _DUE_AT & (1 << 40) - 1
        return None if since == _NEVER else since + _EARLIEST

    @property
    def modality(self) -> Modality:
        """The strongest modality of its firings."""
        return _MODALITIES[self.order >> _ACTION_BITS & (1 << _MODALITY_BITS) - 1]


class Ranking(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The outcome: conclusions in order, and those that lost."""

    ranked: tuple[Conclusion, ...]
    set_aside: tuple[Conclusion, ...]


#: What each firing asks for: the path to the target, the action and whether it is forbidden as one number, the order
#: without a deadline, and what the rest needs.
_Step = tuple[str, int, int, _Plan]


class Ranker:
    """Ranks firings of one pack. Immutable; used from any number of threads."""

    def __init__(self, checked: CheckedPack) -> None:
        self._rules = checked.rules
        self._families = {id_: action.family for id_, action in checked.actions.items()}
        self._one_per = {
            id_: tuple((one, per) for one in action.family if (per := checked.actions[one].one_per) is not None)
            for id_, action in checked.actions.items()
        }
        self._places = {id_: no for no, id_ in enumerate(sorted(checked.actions))}
        clashing = _clashing(checked.rules, self._families)
        self._bits = {id_: no for no, id_ in enumerate(sorted(clashing))}
        self._count = len(self._bits)
        self._restricted = 1 << 3 * self._count  # far enough off to meet nothing when marks are shifted
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
        return path, 2 * place + prohibits, order, _Plan(conclusion.action, prohibits, safety, path, by_id, mark)

    def _mark(self, action: str, prohibits: bool) -> int:
        """What a conclusion may have to do with others; nothing, for most.

        For a recommendation one bit for every action that it is a kind of and that some rule forbids; for a prohibition one
        bit for its action, where some rule recommends a kind of it, so many bits further on; and one more for a
        recommendation of which there may be too many. A prohibition meets a recommendation only where both have the bit of
        an action.
        """
        if prohibits:
            return 1 << self._bits[action] + self._count if action in self._bits else 0
        bits = sum(1 << self._bits[one] for one in self._families[action] if one in self._bits)
        return bits | self._restricted if self._one_per[action] else bits

    def rank(self, firings: Iterable[RawFiring], case: Case) -> Ranking:
        """Merge, settle conflicts, apply ``one per`` and sort."""
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
            found = find(key)
            if found is None:
                if plan.mark:
                    marks |= plan.mark
                groups[key] = Conclusion(plan, row, [firing], order)
            else:
                found.firings.append(firing)
                if order != found.order:
                    _merge(found, order)
                if plan.safety:
                    found.plan = plan
        return self._settled(list(groups.values()), marks)

    def target(self, no: int, row: Row, case: Case) -> Row | None:
        """What a rule's conclusion concerns where it fires for ``row``; ``None`` where that is not known."""
        return self._target(self._steps[no][3], row, case)

    def _target(self, plan: _Plan, row: Row, case: Case) -> Row | None:
        if plan.by_id:
            id_ = attrgetter(plan.by_id)(row)
            application = row.application
            assert application is not None  # the check lets only rows of an application name people
            people = case.families[application.no].people
            return next((person for person in people if person.id == id_), None)
        match plan.path:
            case "":
                return row
            case "candidate":
                return case.candidate
            case "offer":
                assert row.application is not None  # a candidate has no offer in scope
                return case.families[row.application.no].offer
            case entity:
                return row.related(entity)

    # --- conflicts ---

    def _settled(self, everything: list[Conclusion], marks: int) -> Ranking:
        lost: tuple[Conclusion, ...] = ()
        if marks & marks >> self._count and self._conflicts(everything):
            lost = tuple(in_order([one for one in everything if one.lost_to]))
            everything = [one for one in everything if not one.lost_to]
        kept = in_order(everything)
        if marks & self._restricted:
            kept = self._one_each(kept)
        return Ranking(tuple(kept), lost)

    def _conflicts(self, everything: list[Conclusion]) -> bool:
        """Settle every conflict; whether there was one."""
        count = self._count
        prohibited = [(one, one.plan.mark >> count) for one in everything if one.plan.prohibits and one.plan.mark]
        any_lost = False
        for advice in everything:
            plan = advice.plan
            if not plan.mark or plan.prohibits:
                continue
            for prohibition, bit in prohibited:
                if plan.mark & bit and inside(advice.target, prohibition.target):
                    _settle(advice, prohibition)
                    any_lost = True
        if any_lost:
            for one in everything:
                if len(one.lost_to) > 1:
                    one.lost_to = tuple(in_order(list(one.lost_to)))
        return any_lost

    def sorted_firings(self, one: Conclusion) -> list[RawFiring]:
        """A conclusion's firings, the rule that counts most first."""
        return sorted(one.firings, key=self._firing_key)

    def _firing_key(self, firing: RawFiring) -> tuple[int, str, tuple[str, str, str, str], int]:
        rule, row = self._rules[firing[0]], firing[1]
        return -rule.priority, rule.id, row_key(row), row.no

    # --- one per ---

    def _one_each(self, kept: list[Conclusion]) -> list[Conclusion]:
        """The best of each family that is ``one per`` something; the others become its alternatives."""
        taken: dict[tuple[str, Row], Conclusion] = {}
        ranked = []
        for one in kept:
            if one.prohibits or not self._one_per[one.action]:
                ranked.append(one)
                continue
            keys = self._one_per_keys(one)
            better = next((taken[key] for key in keys if key in taken), None)
            if better is not None:
                better.alternatives = (*better.alternatives, one)
                continue
            for key in keys:
                taken[key] = one
            ranked.append(one)
        return ranked

    def shared(self, one: Conclusion, better: Conclusion) -> tuple[str, str]:
        """The family of which there is one, and per what, under which ``one`` gave way to ``better``."""
        taken = set(self._one_per_keys(better))
        family = next(action for action, row in self._one_per_keys(one) if (action, row) in taken)
        return family, next(per for action, per in self._one_per[one.action] if action == family)

    def _one_per_keys(self, one: Conclusion) -> list[tuple[str, Row]]:
        found = []
        for action, per in self._one_per[one.action]:
            row = belongs_to(one.target, per)
            if row is not None:
                found.append((action, row))
        return found

    # --- steps ---

    def steps_for(self, one: Conclusion, steps: Sequence[RawFiring], case: Case) -> list[RawFiring]:
        """The step firings that belong to a recommendation, in order: of its family, on its target or around it."""
        family = self._families[one.action]
        found = []
        for firing in steps:
            plan = self._steps[firing[0]][3]
            if plan.action in family:
                target = self._target(plan, firing[1], case)
                if target is not None and inside(one.target, target):
                    found.append(firing)
        return sorted(found, key=self._firing_key)


def _path(rule: Rule) -> tuple[str, str]:
    """The way from the rule's row to its target, and to the id of the person that is its target."""
    match rule.target:
        case InScope(entity=entity):
            return "" if entity == rule.entity else entity, ""
        case ById(field=field):
            steps = () if field.scope == rule.entity else (field.scope,)
            return "." if rule.entity == "application" else "application", ".".join((*steps, *field.via, field.key))
        case _:
            assert_never(rule.target)


def _clashing(rules: Iterable[Rule], families: Mapping[str, Sequence[str]]) -> set[str]:
    """The actions that some rule forbids and of which some rule recommends a kind."""
    forbidden = {rule.conclusion.action for rule in rules if isinstance(rule.conclusion, Prohibit)}
    advised = (rule.conclusion.action for rule in rules if not isinstance(rule.conclusion, Prohibit | AddStep))
    return forbidden.intersection(one for action in advised for one in families[action])


def _merge(found: Conclusion, order: int) -> None:
    """Of two orders keep the higher priority, the nearer deadline and the stronger modality."""
    before = found.order
    if not (before ^ order) & _REST:  # they differ in nothing but priority
        found.order = min(before, order)
        return
    found.order = (
        min(before & _PRIORITY, order & _PRIORITY)
        | min(before & _DUE, order & _DUE)
        | min(before & _LAST, order & _LAST)
    )


def _settle(advice: Conclusion, prohibition: Conclusion) -> None:
    """The higher priority wins; on equal priority, and always where it is a matter of safety, the prohibition does."""
    if prohibition.safety or prohibition.priority >= advice.priority:
        advice.lost_to = (*advice.lost_to, prohibition)
    else:
        prohibition.lost_to = (*prohibition.lost_to, advice)


def in_order(conclusions: list[Conclusion]) -> list[Conclusion]:
    """Sorted by :func:`rank_key`. Ids are looked at only where all else is the same."""
    if len(conclusions) < 2:
        return conclusions
    found = sorted(conclusions, key=_ORDER)
    orders = list(map(_ORDER, found))
    if len(set(orders)) == len(orders):  # mostly; to find out where there are ties takes longer
        return found
    tied = bytes(map(eq, orders, orders[1:])) + b"\0"  # for each, whether the next has the same order
    start = tied.find(1)
    while start >= 0:
        end = tied.find(0, start) + 1
        found[start:end] = sorted(found[start:end], key=_name_key)
        start = tied.find(1, end)
    return found


_ORDER: Final = attrgetter("order")


def _name_key(one: Conclusion) -> tuple[str, str, str, str, str, int]:
    row = one.target
    if type(row) is PersonRow:  # by far the most common where there are ties
        return one.plan.action, "person", row.application.id, "", row.id, 0
    return (one.plan.action, *row_key(row), row.no)  # two messages that say the same have the same id


def rank_key(one: Conclusion) -> tuple[int, str, str, str, str, str, int]:
    """Priority, then the nearer deadline, then the modality, then action and target by name: a total order."""
    return (one.order, *_name_key(one))
