"""At most so many recommendations: by ``one per``, or because the rules cannot fire together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tactful.facts.entities import ANCESTORS, can_be_inside
from tactful.language.ir import Advise, AtMost, CheckedPack, ComputedFact, InScope, Invariant, Rule
from tactful.proofs.sketch import Sketch
from tactful.proofs.solver import BOOLEAN, at_least, every, implies, impossible, some, variable


def bounded(
    checked: CheckedPack, invariant: Invariant, claim: AtMost, facts: Mapping[str, ComputedFact], depth: int
) -> tuple[tuple[str, ...] | None, str]:
    """What a proof rests on that no more are recommended; otherwise ``None``, and why there is no proof.

    Recommendations of one action for one row are one. So those for the invariant's row are as many as their actions, and those
    of a family that is ``one per`` the row, or something above it, count once.
    """
    above = (invariant.entity, *ANCESTORS[invariant.entity])
    groups: dict[str, list[Rule]] = {}
    for rule in _advising(checked, claim.action, invariant.entity):
        action = rule.conclusion.action
        family = checked.actions[action].family
        kind = next((kind for kind in family if checked.actions[kind].one_per in above), None)
        if kind is None and rule.target != InScope(invariant.entity):
            return None, f"rule {rule.id} may recommend {action} for several rows"
        name = action if kind is None else f"{kind} is one per {checked.actions[kind].one_per}"
        groups.setdefault(name, []).append(rule)
    if len(groups) <= claim.count:
        return tuple(sorted(groups)), ""
    if invariant.change is not None:
        return None, "counts after a change are not proved"
    core = _together(invariant, claim.count, groups, Sketch(facts, depth))
    return core, "" if core is not None else f"several members of {claim.action} may be recommended at once"


def _together(
    invariant: Invariant, count: int, groups: Mapping[str, list[Rule]], sketch: Sketch
) -> tuple[str, ...] | None:
    """What a proof rests on that rules of more than ``count`` groups never fire for the same row of the invariant."""
    row = sketch.row(invariant.entity)
    named = {"when": sketch.holds(invariant.when, row.scope)}
    drawn = []
    for name, rules in groups.items():
        shown = variable(f"{name} is recommended", BOOLEAN)
        drawn.append(shown)
        fires = []
        for rule in rules:
            own = row.scope.get(rule.entity) if rule.target == InScope(invariant.entity) else None
            may = variable(f"{rule.id} fires", BOOLEAN)  # for a row that the sketch has no name for
            fires.append(may if own is None else every((own.present, sketch.holds(rule.condition, own.scope))))
        named[f"{name}: {', '.join(rule.id for rule in rules)}"] = implies(shown, some(fires))
    sketch.known.append(at_least(count + 1, drawn))
    sketch.close()
    return impossible(sketch.known, named)


def _advising(checked: CheckedPack, action: str, entity: str) -> Iterator[Rule]:
    """The rules that may recommend a member of a family for a row of an entity, or for a row inside it."""
    for rule in checked.rules:
        conclusion = rule.conclusion
        if (
            isinstance(conclusion, Advise)
            and action in checked.actions[conclusion.action].family
            and can_be_inside(rule.target_entity, entity)
        ):
            yield rule
