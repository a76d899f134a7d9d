"""Policies, decisions and plans are pickled as what they were made from, and made again when they are read.

So a pickle is small, holds no code, and can be read by a later version, whose advice may differ.
"""

from __future__ import annotations

import copyreg
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from tactful.api.decision import Decision
from tactful.api.plan import Plan
from tactful.api.policy import Policy, policy_of
from tactful.decide.decider import Decider, Origin
from tactful.facts.rows import Case
from tactful.reasons.context import Context
from tactful.source.diagnostics import TactfulError

#: How many policies are kept that pickles of decisions were made with.
_KEPT = 4

Reduced = tuple[Callable[..., Any], tuple[Any, ...]]


def register() -> None:
    """Tell ``pickle`` and ``copy`` how to take policies, decisions and plans apart."""
    copyreg.pickle(Policy, _policy_taken_apart)
    copyreg.pickle(Decision, _decision_taken_apart)
    copyreg.pickle(Plan, _plan_taken_apart)


def _policy_taken_apart(policy: Policy) -> Reduced:
    return policy_of, (_origin(policy.decider),)


def _decision_taken_apart(decision: Decision) -> Reduced:
    return _decision, _parts(decision.context)


def _plan_taken_apart(plan: Plan) -> Reduced:
    return _plan, (*_parts(plan.now.context), plan.until.astimezone(UTC))


def _parts(context: Context) -> tuple[Origin, bytes, int | None, int]:
    case: Case = context.case
    return _origin(context.decider), case.to_json(), case.now, context.now


def _origin(decider: Decider) -> Origin:
    if decider.origin is None:
        raise TactfulError("the policy was not loaded from files or texts, so it cannot be pickled")
    return decider.origin


@lru_cache(maxsize=_KEPT)
def _kept(origin: Origin) -> Policy:
    return policy_of(origin)


def _decision(origin: Origin, case: bytes, now: int | None, at: int) -> Decision:
    policy = _kept(origin)
    return policy.decide(policy.read(case, None if now is None else _moment(now)), _moment(at))


def _plan(origin: Origin, case: bytes, now: int | None, at: int, until: datetime) -> Plan:
    policy = _kept(origin)
    return policy.plan(policy.read(case, None if now is None else _moment(now)), _moment(at), until)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
