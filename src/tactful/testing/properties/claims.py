"""Claims about a pack that are made in Python: cases for which a condition holds, and actions that are never advised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from hypothesis import strategies as st

from tactful.api.policy import Policy, load, loads
from tactful.facts.entities import ENTITIES
from tactful.facts.places import country_exists
from tactful.language.ir import Invariant
from tactful.source.diagnostics import InvalidInput, TactfulError
from tactful.testing.properties.check import assert_invariants
from tactful.testing.properties.drawing import DrawPlan, drawn_from
from tactful.testing.properties.options import DRAWN

Plain = dict[str, Any]
#: A condition, as a rule has it under ``when``: from facts to phrases.
When = Mapping[str, Any]
_CLAIM: Final = "stated-in-a-test"


def cases(
    pack: Policy | str | Path, *, country: str | None = None, where: When | None = None
) -> st.SearchStrategy[Plain]:
    """A strategy for cases of a pack, as JSON has them, with ``now``.

    Every case can be read. Any optional fact may be unknown; facts that the pack's rules and invariants read are known more
    often. Moments often lie exactly on a boundary of a rule, a second or a business day to either side of it, on a
    change of clocks, or on another moment of the case.

    ``country`` (ISO 3166): everybody is there. ``where``: a condition in the words of rules, such as
    ``{"person.prefers": "email"}``, that holds for at least one row of each case. Raises :class:`tactful.InvalidInput`
    for a condition that the pack does not understand, and :class:`tactful.TactfulError` for an unknown country.
    """
    policy = _policy(pack)
    if country is not None and not country_exists(country):
        raise TactfulError(f"{country!r} is not a country; write an ISO 3166 code, such as `DE` or `US-NY`")
    if where is None:
        return drawn_from(DrawPlan(policy, country=country))
    claimed = _claiming(policy, where, next(iter(policy.checked.actions)))
    invariant = _invariant(claimed)
    return drawn_from(DrawPlan(claimed, country=country, where=invariant.when)).filter(_holds(claimed, invariant))


def assert_never(
    pack: Policy | str | Path, *, action: str, when: When, examples: int = DRAWN, seed: int | None = None
) -> None:
    """Raise :class:`AssertionError` with a small case if an action is advised in a drawn case where a condition holds.

    ``when`` is a condition in the words of rules, such as ``{"person.prefers": "email"}``. It is about the innermost
    entity that it mentions: in this example, the action must never be recommended for such a person. The members of
    the action's family count, too. Raises :class:`tactful.InvalidInput` for an action or a condition that the pack
    does not understand.
    """
    claimed = _claiming(_policy(pack), when, action)
    assert_invariants(claimed, seed=seed, examples=examples, only=[_CLAIM])


def _policy(pack: Policy | str | Path) -> Policy:
    return pack if isinstance(pack, Policy) else load(pack)


def _claiming(policy: Policy, when: When, action: str) -> Policy:
    """The pack with one more invariant: that the action is never advised when the condition holds."""
    claim = {
        "about": f"Never {action}, as a test says.",
        "for each": _entity(when),
        "when": dict(when),
        "never": action,
    }
    return loads(yaml.safe_dump({"invariants": {_CLAIM: claim}}), "claim", base=policy)


def _entity(when: When) -> str:
    """The entity of the innermost row that a condition names; the candidate where it names none."""
    named = [str(name).partition(".")[0] for name in when]
    return max((entity for entity in named if entity in ENTITIES), key=ENTITIES.index, default="candidate")


def _invariant(policy: Policy) -> Invariant:
    return next(invariant for invariant in policy.checked.invariants if invariant.id == _CLAIM)


def _holds(policy: Policy, invariant: Invariant) -> Callable[[Plain], bool]:
    def holds(plain: Plain) -> bool:
        try:
            case = policy.read(plain)
        except InvalidInput:
            return False
        evaluator = policy.decider.evaluator(case, case.now or 0)
        rows = evaluator.rows(invariant.entity)
        return any(evaluator.holds(invariant.when, evaluator.environment(invariant.entity, row)) for row in rows)

    return holds
