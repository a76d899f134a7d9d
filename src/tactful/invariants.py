"""What must hold of every decision, checked of one."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tactful.evaluate import Evaluator
from tactful.facts.rows import Row
from tactful.model.checked import Always, AtMost, CheckedPack, Invariant, Never
from tactful.rank import STRENGTH, Conclusion, Ranking, entity_of, inside


class Violation(msgspec.Struct, frozen=True):
    """An invariant that a decision does not meet: for which row, and the conclusions that break it, if any do."""

    invariant: str
    entity: str
    id: str
    actions: tuple[str, ...]


def violations(checked: CheckedPack, evaluator: Evaluator, ranking: Ranking) -> list[Violation]:
    """All invariants of the pack that the ranking does not meet, for the case and moment of ``evaluator``."""
    return [
        Violation(invariant.id, entity_of(row), row.id, broken)
        for invariant in checked.invariants
        for row in evaluator.rows(invariant.entity)
        if evaluator.holds(invariant.when, evaluator.environment(invariant.entity, row))
        and (broken := _broken(invariant, row, checked, ranking)) is not None
    ]


def _broken(invariant: Invariant, row: Row, checked: CheckedPack, ranking: Ranking) -> tuple[str, ...] | None:
    """The actions that break the claim for a row; ``None`` where it holds."""
    match invariant.claim:
        case Never(actions=actions):
            found = [
                one for action in actions for one in _recommended(action, row, checked, ranking, also_alternatives=True)
            ]
            return tuple(one.action for one in found) or None
        case AtMost(count=count, action=action):
            found = list(_recommended(action, row, checked, ranking, also_alternatives=False))
            return tuple(one.action for one in found) if len(found) > count else None
        case Always() as claim:
            return None if any(_draws(one, claim, row) for one in ranking.ranked) else ()


def _recommended(
    action: str, row: Row, checked: CheckedPack, ranking: Ranking, also_alternatives: bool
) -> Iterator[Conclusion]:
    """The recommendations of an action or of a member of its family, for a row or inside it."""
    for one in ranking.ranked:
        for each in (one, *one.alternatives) if also_alternatives else (one,):
            if not each.prohibits and action in checked.actions[each.action].family and inside(each.target, row):
                yield each


def _draws(one: Conclusion, claim: Always, row: Row) -> bool:
    """Whether a conclusion is the one that is claimed, or a stronger one of its direction, for the row or around it."""
    same_direction = one.prohibits == claim.modality.endswith("not")
    strong_enough = STRENGTH[one.modality] <= STRENGTH[claim.modality]
    return one.action == claim.action and same_direction and strong_enough and inside(row, one.target)
