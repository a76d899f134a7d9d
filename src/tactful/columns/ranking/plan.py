"""The part of ranking that depends only on the pack: its possible conclusions, and which of them can conflict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from tactful.columns.columns import Ints
from tactful.decide.conclusions import STRENGTH
from tactful.facts.entities import CODES, SCOPES, can_be_inside, can_belong_to
from tactful.language.ir import AddStep, ById, CheckedPack, Field, InScope, OrderKey, Prohibit, Rule
from tactful.language.terms import ADVICE_KINDS, DUE_MEANS

#: Each action, with all families that it belongs to.
Families = Mapping[str, tuple[str, ...]]


class ConclusionGroup(NamedTuple):
    """All conclusions for the same action, or all against it, whose targets are rows of the same entity.

    Sorted as tuples, groups are in the order of :class:`tactful.decide.ranker.Ranker`.
    """

    action: str
    entity: str
    prohibits: bool


class Clash(NamedTuple):
    """Two conclusion groups whose conclusions may contradict each other."""

    advice: int
    prohibition: int


class Key(NamedTuple):
    """A family that allows one recommendation for each row of ``per``. ``family`` is its number."""

    family: int
    per: str


class StepFor(NamedTuple):
    """A rule that adds steps to the recommendations of a conclusion group."""

    rule: int
    group: int


class RankingPlan:
    """The possible conclusions of a pack. Immutable."""

    def __init__(self, checked: CheckedPack) -> None:
        self.rules = rules = checked.rules
        self.groups: tuple[ConclusionGroup, ...] = tuple(sorted({group_of(rule) for rule in rules if _concludes(rule)}))
        numbers = {group: no for no, group in enumerate(self.groups)}
        #: The number of each rule's conclusion group; -1 for a rule that adds a step.
        self.group_of = tuple(numbers[group_of(rule)] if _concludes(rule) else -1 for rule in rules)
        #: The number of each rule among those of its conclusion group.
        self.number_in_group = _numbers(_running(self.group_of))
        families = {id_: action.family for id_, action in checked.actions.items()}
        self.clashes = _clashes(self.groups, families)
        self.steps = _steps(rules, self.groups, families)
        restricted = {id_: str(action.one_per) for id_, action in checked.actions.items() if action.one_per is not None}
        #: The entity that each ``one per`` family is restricted by.
        self.per = tuple(restricted.values())
        self.keys = tuple(_keys(group, families[group.action], restricted) for group in self.groups)
        #: What sorts the conclusions of each group before ids do: fields that its targets have in scope.
        self.sorting = tuple(_sorting(group, checked) for group in self.groups)
        #: The fields that sort conclusions, each with the entity of the targets.
        self.sorting_fields = tuple(
            dict.fromkeys(
                (group.entity, key.field) for group, keys in zip(self.groups, self.sorting, strict=True) for key in keys
            )
        )
        #: The actions of all conclusions; ``action`` has the number of each group's action.
        self.actions = tuple(dict.fromkeys(group.action for group in self.groups))
        actions = {action: no for no, action in enumerate(self.actions)}
        self.action = _numbers(actions[group.action] for group in self.groups).astype(np.int32)
        self.entity = _numbers(CODES[group.entity] for group in self.groups)
        concluded = [(checked.actions[group.action], group.prohibits) for group in self.groups]
        #: The kind of each group's advice, by its place among all kinds.
        self.kind = _numbers(ADVICE_KINDS.index(action.kind_of(against)) for action, against in concluded)
        #: What the deadline of each group's advice means, likewise.
        self.due_means = _numbers(DUE_MEANS.index(action.due_means(against)) for action, against in concluded)
        self.rule_entity = _numbers(CODES[rule.entity] for rule in rules)
        self.priority = _numbers(rule.priority for rule in rules).astype(np.int8)
        self.strength = _numbers(_strength(rule) for rule in rules).astype(np.int8)
        self.safety = np.array([_is_safety(rule) for rule in rules], dtype=np.bool_)
        #: The index of each rule among all rules, the most important first.
        self.place = _numbers(_places(rules))
        #: How many bits such an index takes.
        self.bits = len(rules).bit_length()


def _running(owners: Iterable[int]) -> Iterator[int]:
    """For each entry, how many entries before it have the same owner."""
    counts: dict[int, int] = {}
    for owner in owners:
        yield counts.setdefault(owner, 0)
        counts[owner] += 1


def _clashes(groups: tuple[ConclusionGroup, ...], families: Families) -> tuple[Clash, ...]:
    prohibitions: dict[str, list[int]] = {}
    for no, group in enumerate(groups):
        if group.prohibits:
            prohibitions.setdefault(group.action, []).append(no)
    return tuple(
        Clash(no, other)
        for no, group in enumerate(groups)
        if not group.prohibits
        for action in families[group.action]
        for other in prohibitions.get(action, ())
        if can_be_inside(group.entity, groups[other].entity)
    )


def _steps(rules: tuple[Rule, ...], groups: tuple[ConclusionGroup, ...], families: Families) -> tuple[StepFor, ...]:
    adding: dict[str, list[Rule]] = {}
    for rule in rules:
        if not _concludes(rule):
            adding.setdefault(rule.conclusion.action, []).append(rule)
    return tuple(
        StepFor(rule.no, no)
        for no, group in enumerate(groups)
        if not group.prohibits
        for action in families[group.action]
        for rule in adding.get(action, ())
        if can_be_inside(group.entity, target_entity(rule))
    )


def _keys(group: ConclusionGroup, family: tuple[str, ...], restricted: Mapping[str, str]) -> tuple[Key, ...]:
    if group.prohibits:
        return ()
    numbers = {id_: no for no, id_ in enumerate(restricted)}
    keys = (Key(numbers[id_], restricted[id_]) for id_ in family if id_ in restricted)
    return tuple(key for key in keys if can_belong_to(group.entity, key.per))


def _sorting(group: ConclusionGroup, checked: CheckedPack) -> tuple[OrderKey, ...]:
    order = checked.actions[group.action].order
    return tuple(key for key in order if key.field.scope in SCOPES[group.entity])


def _concludes(rule: Rule) -> bool:
    return not isinstance(rule.conclusion, AddStep)


def group_of(rule: Rule) -> ConclusionGroup:
    """The conclusion group of a rule."""
    return ConclusionGroup(rule.conclusion.action, target_entity(rule), isinstance(rule.conclusion, Prohibit))


def target_entity(rule: Rule) -> str:
    """The entity of the target of a rule's conclusion."""
    return rule.target.entity if isinstance(rule.target, InScope) else "person"


def by_id(rule: Rule) -> Field | None:
    """The field with the id of the target of a rule's conclusion; ``None`` if the rule does not name the target by id."""
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
