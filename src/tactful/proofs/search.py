"""Cases that break an invariant, proposed by the solver in a small world, and decided by the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, assert_never

import msgspec

from tactful.api.policy import Policy
from tactful.decide.conclusions import STRENGTH
from tactful.facts.calendars import Calendars
from tactful.facts.entities import can_be_inside
from tactful.facts.fields import given_fields
from tactful.facts.kinds import CountryKind, Elapsed, ListKind
from tactful.language.ir import (
    AddStep,
    Advise,
    Always,
    AtMost,
    Change,
    Field,
    InScope,
    Invariant,
    Keeps,
    Never,
    NoNew,
    Prohibit,
    Put,
    Rule,
    Same,
)
from tactful.proofs.sketch import SketchRow
from tactful.proofs.solver import TRUE, Term, at_least, every, negation, some
from tactful.proofs.world import World

Plain = dict[str, Any]
#: The moments at which cases are searched for (UTC): 25 November 2026 in office hours and at night, and a Sunday.
MOMENTS: Final = (1_795_600_800, 1_795_575_600, 1_795_946_400)
#: How many cases that the engine does not confirm are tried for an invariant and a moment.
_TRIES: Final = 3


class Aim(msgspec.Struct, frozen=True):
    """What may break an invariant, by a rule, and what the case leaves out of the world in which it is found."""

    holds: Term
    left_out: SketchRow | None = None
    earlier: int = 0
    rule: str = ""


class Searcher:
    """Looks for cases. Its worlds are kept from one invariant to the next."""

    def __init__(self, policy: Policy) -> None:
        self._checked = policy.checked
        self._facts = {fact.id: fact for fact in policy.checked.facts}
        self._calendar = Calendars(policy.checked.calendars).at("UTC", None)
        self._worlds: dict[int, World] = {}

    def cases(self, invariant: Invariant, suspect: str) -> Iterator[Plain]:
        """Cases that may break an invariant, and that the engine has to decide. The ``suspect`` is a rule to look at first."""
        for moment in MOMENTS:
            world = self._world(moment)
            aims = list(self._aims(world, invariant))
            first = [aim for aim in aims if aim.rule == suspect]
            yield from _met(world, first)
            yield from _met(world, [aim for aim in aims if aim.rule != suspect])

    def _world(self, moment: int) -> World:
        if moment not in self._worlds:
            self._worlds[moment] = World(self._facts, moment, self._calendar)
        return self._worlds[moment]

    # --- what breaks a claim ---

    def _aims(self, world: World, invariant: Invariant) -> Iterator[Aim]:
        rows = [row for row in world.of(invariant.entity) if _is_main(world, row)]
        for row in rows[:2]:
            when = every((row.present, world.holds(invariant.when, row.scope)))
            for changed in self._after(world, invariant.change, row):
                for rule, holds in self._broken(world, invariant, row):
                    yield Aim(every((when, changed.holds, holds)), changed.left_out, changed.earlier, rule)

    def _broken(self, world: World, invariant: Invariant, row: SketchRow) -> Iterator[tuple[str, Term]]:
        """What breaks a claim, with the rule behind it."""
        match invariant.claim:
            case Never(actions=actions) | NoNew(actions=actions):  # whatever was before
                for action in actions:
                    for rule, _, shown in self._advice(world, action, row):
                        yield rule.id, shown
            case Always(modality=modality, action=action):
                yield "", every(negation(shown) for shown in self._concluded(world, modality, action, row))
            case AtMost(count=count, action=action):
                groups: dict[object, list[Term]] = {}
                for rule, target, shown in self._advice(world, action, row):
                    groups.setdefault(self._group(rule, target), []).append(shown)
                if len(groups) > count:
                    yield "", at_least(count + 1, [some(shown) for shown in groups.values()])
            case Keeps() | Same():
                return
            case _:
                assert_never(invariant.claim)

    def _group(self, rule: Rule, target: SketchRow) -> object:
        """What recommendations of which at most one is shown have in common."""
        action = rule.conclusion.action
        for kind in self._checked.actions[action].family:
            per = self._checked.actions[kind].one_per
            if per is not None and per in target.scope:
                return kind, target.scope[per]
        return action, target

    def _advice(self, world: World, action: str, row: SketchRow) -> Iterator[tuple[Rule, SketchRow, Term]]:
        """Recommendations of a family for a row or inside it: rule, target and formula."""
        for rule in self._checked.rules:
            conclusion = rule.conclusion
            if not isinstance(conclusion, Advise) or action not in self._checked.actions[conclusion.action].family:
                continue
            if not can_be_inside(rule.target_entity, row.entity):
                continue
            for own in world.of(rule.entity):
                for target, shown in self._drawn(world, rule, own):
                    if row in _around(target):
                        yield rule, target, shown

    def _concluded(self, world: World, modality: str, action: str, row: SketchRow) -> Iterator[Term]:
        """That a conclusion is drawn for a row, or a row that it is inside of."""
        for rule in self._checked.rules:
            conclusion = rule.conclusion
            if isinstance(conclusion, AddStep) or conclusion.action != action:
                continue
            same = isinstance(conclusion, Prohibit) == modality.endswith("not")
            if not same or STRENGTH[conclusion.modality] > STRENGTH[modality]:  # type: ignore[index]
                continue
            for own in world.of(rule.entity):
                for target, shown in self._drawn(world, rule, own):
                    if target in _around(row):
                        yield shown

    def _drawn(self, world: World, rule: Rule, row: SketchRow) -> Iterator[tuple[SketchRow, Term]]:
        """The targets of a rule for a row, and that it fires for the row and nothing wins over it."""
        fires = every((row.present, world.holds(rule.condition, row.scope)))
        for target, named in _targets(world, rule, row):
            wins = some(self._wins(world, rule, target))
            yield target, every((fires, target.present, named, negation(wins)))

    def _wins(self, world: World, rule: Rule, target: SketchRow) -> Iterator[Term]:
        conclusion = rule.conclusion
        if not isinstance(conclusion, Advise):
            return
        family = self._checked.actions[conclusion.action].family
        for other in self._checked.rules:
            against = other.conclusion
            if not isinstance(against, Prohibit) or against.action not in family:
                continue
            if not against.safety and other.priority < rule.priority:
                continue
            for row in world.of(other.entity):
                for place, named in _targets(world, other, row):
                    if place in _around(target):
                        yield every((row.present, place.present, named, world.holds(other.condition, row.scope)))

    # --- changes ---

    def _after(self, world: World, change: Change | None, row: SketchRow) -> Iterator[Aim]:
        """What holds after a change of a row, and what the case before lacks."""
        if change is None:
            yield Aim(TRUE)
            return
        facts = every(held for put in change.facts for held in _put(world, put, row))
        if change.later is not None and not isinstance(change.later, Elapsed):
            return
        earlier = 0 if change.later is None else change.later.seconds
        if change.message is None:
            yield Aim(facts, None, earlier)
            return
        named = {put.field.key for put in change.message}
        for message in world.of("message"):
            about = message.scope["person"]
            to = about is row if row.entity == "person" else about in world.nobody
            if message.scope["application"] is not row.scope.get("application") or not to:
                continue
            sent = [every((message.present, facts))]
            for put in change.message:
                sent += _put(world, put, message)
            sent += _sent(world, message, world.at - earlier, named)
            yield Aim(every(sent), message, earlier)


def _met(world: World, aims: list[Aim]) -> Iterator[Plain]:
    """Cases in which one of the aims is met, as far as the world is right about calendars."""
    for _ in range(min(_TRIES, len(aims))):
        aim = None
        for model in world.models([some(aim.holds for aim in aims)]):
            aim = next(aim for aim in aims if model.truth(aim.holds))
            yield world.case(model, aim.left_out, aim.earlier)
        if aim is None:
            return
        aims.remove(aim)


def _is_main(world: World, row: SketchRow) -> bool:
    return row.scope.get("application", world.main) is world.main


def _around(row: SketchRow) -> list[SketchRow]:
    return [other for name, other in row.scope.items() if other is row or can_be_inside(row.entity, name)]


def _targets(world: World, rule: Rule, row: SketchRow) -> Iterable[tuple[SketchRow, Term]]:
    if isinstance(rule.target, InScope):
        return [(row.scope[rule.target.entity], TRUE)]
    known, value = world.value(rule.target.field, row.scope)
    people = [each for each in world.of("person") if each.scope.get("application") is row.scope["application"]]
    return [(each, every((known, value == world.own_id(each)))) for each in people]


def _put(world: World, put: Put, row: SketchRow) -> list[Term]:
    plain = isinstance(put.value, str | bool) and not isinstance(put.field.kind, ListKind | CountryKind)
    if put.field.scope != row.entity or put.field.via or not plain:
        return []
    known, value = world.value(put.field, row.scope)
    return [known, value == world.constant(put.value, put.field.kind)[1]]


def _sent(world: World, message: SketchRow, at: int, named: set[str]) -> Iterator[Term]:
    for spec in given_fields()["message"].values():
        if spec.clock or spec.attribute in named or spec.attribute == "person_id":
            continue
        field = Field("message", (), "given", spec.attribute, spec.kind, f"message.{spec.name}")
        known, value = world.value(field, message.scope)
        if spec.attribute == "sent_at":
            yield every((known, value == at))
        elif spec.attribute == "direction":
            yield every((known, value == world.word("sent")))
        else:
            yield negation(known)
