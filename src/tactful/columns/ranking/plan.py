"""The part of ranking that depends on the pack alone: its possible conclusions, and which of them can conflict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from tactful.columns.columns import Ints
from tactful.decide.ranker import STRENGTH
from tactful.facts.entities import CODES, can_be_inside, can_belong_to
from tactful.language.ir import AddStep, ById, CheckedPack, Field, InScope, Prohibit, Rule

#: Each action, with all families that it belongs to.
Families = Mapping[str, tuple[str, ...]]


class ConclusionGroup(NamedTuple):
    """All conclusions of one sort: for or against the same action, for targets of the same entity.

    Sorted as tuples, they stand in the order of :func:`tactful.decide.ranker.rank_key`.
    """

    action: str
    entity: str
    prohibits: bool


class Clash(NamedTuple):
    """Two slots whose conclusions may contradict each other."""

    advice: int
    prohibition: int


class Key(NamedTuple):
    """A family with one recommendation for each row of ``per``; ``family`` is its number."""

    family: int
    per: str


class StepFor(NamedTuple):
    """A rule whose steps go with the advice of a slot."""

    rule: int
    slot: int


class RankingPlan:
    """The possible conclusions of a pack. Immutable."""

    def __init__(self, checked: CheckedPack) -> None:
        self.rules = rules = checked.rules
        self.slots: tuple[ConclusionGroup, ...] = tuple(sorted({slot_of(rule) for rule in rules if _concludes(rule)}))
        numbers = {slot: no for no, slot in enumerate(self.slots)}
        #: The slot of each rule; -1 for a rule that adds a step.
        self.slot_of = tuple(numbers[slot_of(rule)] if _concludes(rule) else -1 for rule in rules)
        families = {id_: action.family for id_, action in checked.actions.items()}
        self.clashes = _clashes(self.slots, families)
        self.steps = _steps(rules, self.slots, families)
        restricted = {id_: str(action.one_per) for id_, action in checked.actions.items() if action.one_per is not None}
        #: The entity that each ``one per`` family is restricted by.
        self.per = tuple(restricted.values())
        self.keys = tuple(_keys(slot, families[slot.action], restricted) for slot in self.slots)
        #: The actions of all conclusions; ``action`` has the number of each slot's action.
        self.actions = tuple(dict.fromkeys(slot.action for slot in self.slots))
        actions = {action: no for no, action in enumerate(self.actions)}
        self.action = _numbers(actions[slot.action] for slot in self.slots).astype(np.int32)
        self.entity = _numbers(CODES[slot.entity] for slot in self.slots)
        self.rule_entity = _numbers(CODES[rule.entity] for rule in rules)
        self.priority = _numbers(rule.priority for rule in rules).astype(np.int8)
        self.strength = _numbers(_strength(rule) for rule in rules).astype(np.int8)
        self.safety = np.array([_is_safety(rule) for rule in rules], dtype=np.bool_)
        #: The place of each rule among all rules, the most important first.
        self.place = _numbers(_places(rules))
        #: How many bits such a place takes.
        self.bits = len(rules).bit_length()


def _clashes(slots: tuple[ConclusionGroup, ...], families: Families) -> tuple[Clash, ...]:
    prohibitions: dict[str, list[int]] = {}
    for no, slot in enumerate(slots):
        if slot.prohibits:
            prohibitions.setdefault(slot.action, []).append(no)
    return tuple(
        Clash(no, other)
        for no, slot in enumerate(slots)
        if not slot.prohibits
        for action in families[slot.action]
        for other in prohibitions.get(action, ())
        if can_be_inside(slot.entity, slots[other].entity)
    )


def _steps(rules: tuple[Rule, ...], slots: tuple[ConclusionGroup, ...], families: Families) -> tuple[StepFor, ...]:
    adding: dict[str, list[Rule]] = {}
    for rule in rules:
        if not _concludes(rule):
            adding.setdefault(rule.conclusion.action, []).append(rule)
    return tuple(
        StepFor(rule.no, no)
        for no, slot in enumerate(slots)
        if not slot.prohibits
        for action in families[slot.action]
        for rule in adding.get(action, ())
        if can_be_inside(slot.entity, target_entity(rule))
    )


def _keys(slot: ConclusionGroup, family: tuple[str, ...], restricted: Mapping[str, str]) -> tuple[Key, ...]:
    if slot.prohibits:
        return ()
    numbers = {id_: no for no, id_ in enumerate(restricted)}
    keys = (Key(numbers[id_], restricted[id_]) for id_ in family if id_ in restricted)
    return tuple(key for key in keys if can_belong_to(slot.entity, key.per))


def _concludes(rule: Rule) -> bool:
    return not isinstance(rule.conclusion, AddStep)


def slot_of(rule: Rule) -> ConclusionGroup:
    """The slot of a rule's conclusions."""
    return ConclusionGroup(rule.conclusion.action, target_entity(rule), isinstance(rule.conclusion, Prohibit))


def target_entity(rule: Rule) -> str:
    """The entity that a rule's conclusion concerns."""
    return rule.target.entity if isinstance(rule.target, InScope) else "person"


def by_id(rule: Rule) -> Field | None:
    """The field that holds the id of the person whom a rule's conclusion concerns, where the rule names an id."""
    return rule.target.field if isinstance(rule.target, ById) else None


def _strength(rule: Rule) -> int:
    return STRENGTH["may"] if isinstance(rule.conclusion, AddStep) else STRENGTH[rule.conclusion.modality]


def _is_safety(rule: Rule) -> bool:
    return isinstance(rule.conclusion, Prohibit) and rule.conclusion.safety


def _places(rules: tuple[Rule, ...]) -> list[int]:
    places = [0] * len(rules)
    for place, rule in enumerate(sorted(rules, key=lambda rule: (-rule.priority, rule.id))):
        places[rule.no] = place
    return places


def _numbers(numbers: Iterable[int]) -> Ints:
    return np.array(list(numbers), dtype=np.int64)
