"""From firings to a ranked decision: merge, conflicts, ``one per``, order.

A rule knows no other rule; who wins is decided here, and what lost is kept. Nothing depends on the order of firings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

import msgspec

from tactful.decision import RawFiring
from tactful.facts.rows import (
    ApplicationRow,
    CandidateRow,
    Case,
    InterviewerRow,
    InterviewRow,
    MessageRow,
    OfferRow,
    PersonRow,
    Row,
)
from tactful.model.checked import AddStep, ById, CheckedPack, InScope, Prohibit, Rule
from tactful.model.written import Modality

#: Modalities from the strongest to the weakest; of conclusions alike in all else, the stronger ranks first.
STRENGTH: Final[Mapping[Modality, int]] = {"must_not": 0, "must": 1, "should_not": 2, "should": 3, "may": 4}

#: Later than any moment, and small enough to leave room for the priority; see ``in_order``.
_NEVER: Final = 1 << 39


class Conclusion(msgspec.Struct, eq=False, gc=False):
    """All firings that conclude the same of the same target.

    ``due`` is the nearest deadline of its firings, ``priority`` the highest, ``modality`` the strongest; ``order`` is all
    three in one number. ``lost_to`` and ``alternatives`` are filled while ranking and not changed afterwards.
    """

    action: str
    target: Row
    prohibits: bool
    modality: Modality
    priority: int
    due: int | None
    safety: bool
    firings: list[RawFiring]
    order: int
    lost_to: tuple[Conclusion, ...] = ()
    alternatives: tuple[Conclusion, ...] = ()


class Ranking(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The outcome: conclusions in order, and those that lost."""

    ranked: tuple[Conclusion, ...]
    set_aside: tuple[Conclusion, ...]


class _Plan(NamedTuple):
    """What ranking needs to know of a rule.

    ``path`` leads from the rule's row to the target, see ``Ranker._target``; ``base`` is the part of a conclusion's order
    that is known beforehand.
    """

    action: str
    prohibits: bool
    safety: bool
    modality: Modality
    priority: int
    path: str
    by_id: str
    base: int


class Ranker:
    """Ranks firings of one pack. Immutable; used from any number of threads."""

    def __init__(self, checked: CheckedPack) -> None:
        self._rules = checked.rules
        self._plans = tuple(_plan(rule) for rule in checked.rules)
        self._families = {id_: action.family for id_, action in checked.actions.items()}
        self._one_per = {
            id_: tuple((one, per) for one in action.family if (per := checked.actions[one].one_per) is not None)
            for id_, action in checked.actions.items()
        }
        #: The actions of which there is one per something.
        self._restricted = frozenset(id_ for id_, keys in self._one_per.items() if keys)

    def rank(self, firings: Iterable[RawFiring], case: Case) -> Ranking:
        """Merge, settle conflicts, apply ``one per`` and sort."""
        advised: dict[tuple[str, Row], Conclusion] = {}
        prohibited: dict[tuple[str, Row], Conclusion] = {}
        plans = self._plans
        for firing in firings:
            no, row, due = firing
            plan = plans[no]
            action, prohibits, safety, modality, priority, path, _, base = plan
            if path:
                target = self._target(plan, row, case)
                if target is None:
                    continue
                row = target
            group = prohibited if prohibits else advised
            key = (action, row)
            found = group.get(key)
            if found is None:
                order = base + ((_NEVER if due is None else due) << 3)
                group[key] = Conclusion(action, row, prohibits, modality, priority, due, safety, [firing], order)
            else:
                _merge(found, plan, firing)
        return self._settled(list(advised.values()), list(prohibited.values()))

    def target(self, no: int, row: Row, case: Case) -> Row | None:
        """What a rule's conclusion concerns where it fires for ``row``; ``None`` where that is not known."""
        return self._target(self._plans[no], row, case)

    def _target(self, plan: _Plan, row: Row, case: Case) -> Row | None:
        if plan.by_id:
            id_ = attrgetter(plan.by_id)(row)
            application = row if plan.path == "." else getattr(row, "application")  # noqa: B009
            people = case.families[application.no].people
            return next((person for person in people if person.id == id_), None)
        match plan.path:
            case "":
                return row
            case "candidate":
                return case.candidate
            case "offer":
                application = getattr(row, "application", row)
                return case.families[application.no].offer
            case path:
                found: Row | None = getattr(row, path)
                return found

    # --- conflicts ---

    def _settled(self, advised: list[Conclusion], prohibited: list[Conclusion]) -> Ranking:
        lost: tuple[Conclusion, ...] = ()
        everything = advised + prohibited
        if prohibited and self._conflicts(advised, prohibited):
            lost = tuple(in_order([one for one in everything if one.lost_to]))
            everything = [one for one in everything if not one.lost_to]
        kept = in_order(everything)
        if not self._restricted.isdisjoint([one.action for one in advised]):
            kept = self._one_each(kept)
        return Ranking(tuple(kept), lost)

    def _conflicts(self, advised: list[Conclusion], prohibited: list[Conclusion]) -> bool:
        """Settle every conflict; whether there was one."""
        forbidden = {one.action for one in prohibited}
        any_lost = False
        for advice in advised:
            family = self._families[advice.action]
            if forbidden.isdisjoint(family):
                continue
            for prohibition in prohibited:
                if prohibition.action in family and inside(advice.target, prohibition.target):
                    _settle(advice, prohibition)
                    any_lost = True
        if any_lost:
            for one in (*advised, *prohibited):
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
            row = _belongs_to(one.target, per)
            if row is not None:
                found.append((action, row))
        return found

    # --- steps ---

    def steps_for(self, one: Conclusion, steps: Sequence[RawFiring], case: Case) -> list[RawFiring]:
        """The step firings that belong to a recommendation, in order: of its family, on its target or around it."""
        family = self._families[one.action]
        found = []
        for firing in steps:
            plan = self._plans[firing[0]]
            if plan.action in family:
                target = self._target(plan, firing[1], case)
                if target is not None and inside(one.target, target):
                    found.append(firing)
        return sorted(found, key=self._firing_key)


def _plan(rule: Rule) -> _Plan:
    conclusion = rule.conclusion
    modality: Modality = "may" if isinstance(conclusion, AddStep) else conclusion.modality
    path, by_id = "", ""
    match rule.target:
        case InScope(entity=entity):
            path = "" if entity == rule.entity else entity
        case ById(field=field):
            path = "." if rule.entity == "application" else "application"
            steps = () if field.scope == rule.entity else (field.scope,)
            by_id = ".".join((*steps, *field.via, field.key))
    prohibits = isinstance(conclusion, Prohibit)
    safety = isinstance(conclusion, Prohibit) and conclusion.safety
    base = _order(rule.priority, 0, modality)
    return _Plan(conclusion.action, prohibits, safety, modality, rule.priority, path, by_id, base)


def _merge(found: Conclusion, plan: _Plan, firing: RawFiring) -> None:
    found.firings.append(firing)
    if plan.priority > found.priority:
        found.priority = plan.priority
    if plan.safety:
        found.safety = True
    if STRENGTH[plan.modality] < STRENGTH[found.modality]:
        found.modality = plan.modality
    due = firing[2]
    if due is not None and (found.due is None or due < found.due):
        found.due = due
    found.order = _order(found.priority, found.due, found.modality)


def _settle(advice: Conclusion, prohibition: Conclusion) -> None:
    """The higher priority wins; on equal priority, and always where it is a matter of safety, the prohibition does."""
    if prohibition.safety or prohibition.priority >= advice.priority:
        advice.lost_to = (*advice.lost_to, prohibition)
    else:
        prohibition.lost_to = (*prohibition.lost_to, advice)


def _order(priority: int, due: int | None, modality: Modality) -> int:
    """Priority, then the nearer deadline, then the modality, in one number: the smaller ranks first."""
    return ((100 - priority << 40) + (_NEVER if due is None else due) << 3) + STRENGTH[modality]


def _order_of(one: Conclusion) -> int:
    return one.order


def in_order(conclusions: list[Conclusion]) -> list[Conclusion]:
    """Sorted by :func:`rank_key`. Action and target are looked at only where all else is the same."""
    if len(conclusions) < 2:
        return conclusions
    found = sorted(conclusions, key=_order_of)
    start, last = 0, found[0].order
    for end, one in enumerate(found):
        if one.order != last:
            if end - start > 1:
                found[start:end] = sorted(found[start:end], key=_name_key)
            start, last = end, one.order
    if len(found) - start > 1:
        found[start:] = sorted(found[start:], key=_name_key)
    return found


def inside(row: Row, other: Row) -> bool:
    """Whether ``row`` is ``other`` or belongs to it. An interviewer belongs to the interview and to the person too."""
    if row is other:
        return True
    if isinstance(row, InterviewerRow) and (row.person is other or row.interview is other):
        return True
    application = getattr(row, "application", None)
    if application is other:
        return True
    return entity_of(other) == "candidate"


def entity_of(row: Row) -> str:
    """The entity that a row is one of."""
    return _ENTITIES[type(row)]


_ENTITIES: Final[Mapping[type[Row], str]] = {
    CandidateRow: "candidate",
    ApplicationRow: "application",
    OfferRow: "offer",
    PersonRow: "person",
    InterviewRow: "interview",
    InterviewerRow: "interviewer",
    MessageRow: "message",
}


def _belongs_to(row: Row, per: str) -> Row | None:
    """The row of the entity ``per`` that ``row`` is or belongs to."""
    entity = entity_of(row)
    if entity == per:
        return row
    if per == "application":
        found: Row | None = getattr(row, "application", None)
        return found
    if per == "person":
        person = getattr(row, "person", None)
        return person if isinstance(person, PersonRow) else None
    application = row if entity == "application" else getattr(row, "application", None)
    return application.candidate if isinstance(application, ApplicationRow) else None


def row_key(row: Row) -> tuple[str, str, str, str]:
    """What rows are ordered by: entity, the application's id, the interview's, the row's own. Names play no part."""
    if isinstance(row, PersonRow):
        return "person", row.application.id, "", row.id
    application = getattr(row, "application", row)
    interview = getattr(row, "interview", None)
    return entity_of(row), application.id, "" if interview is None else interview.id, row.id


def _name_key(one: Conclusion) -> tuple[str, str, str, str, str, int]:
    row = one.target
    if isinstance(row, PersonRow):  # by far the most common where there are ties
        return one.action, "person", row.application.id, "", row.id, 0
    return (one.action, *row_key(row), row.no)  # two messages that say the same have the same id


def rank_key(one: Conclusion) -> tuple[int, str, str, str, str, str, int]:
    """Priority, then the nearer deadline, then the modality, then action and target by name: a total order."""
    return (one.order, *_name_key(one))
