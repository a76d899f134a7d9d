"""Check invariants on a decision, or on the two decisions before and after a change of the case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

import msgspec
from msgspec.structs import replace

from tactful.decide.changes import calendar_of, message_sent, spot_in, with_sent
from tactful.decide.conclusions import STRENGTH, Conclusion, Ranking
from tactful.decide.decider import Decider
from tactful.engines.evaluate import Environment, Evaluator, row_of
from tactful.facts.edit import as_given, changed
from tactful.facts.kinds import BusinessDays, Elapsed
from tactful.facts.rows import Case, Row, inside, row_key
from tactful.facts.shape import Application, CaseShape
from tactful.language.ir import (
    Always,
    AtMost,
    Change,
    CheckedPack,
    Claim,
    Invariant,
    Keeps,
    Never,
    NoNew,
    Same,
)
from tactful.language.terms import Modality


class Violation(msgspec.Struct, frozen=True):
    """An invariant that a decision breaks, with the row concerned, and the actions of the conclusions that break it.

    ``actions`` is empty if the invariant is broken because a conclusion is missing.
    """

    invariant: str
    entity: str
    id: str
    actions: tuple[str, ...]


class DecidedCase(msgspec.Struct, frozen=True, eq=False):
    """A case at a moment, and the decision on it."""

    evaluator: Evaluator
    ranking: Ranking

    @property
    def case(self) -> Case:
        """The case."""
        return self.evaluator.case

    @property
    def now(self) -> int:
        """The moment of the decision (seconds since 1970, UTC)."""
        return self.evaluator.now


class InvariantCheck(msgspec.Struct, frozen=True, eq=False):
    """The result of checking an invariant for one row. ``invariant`` is ``None`` for one of every pack.

    ``broken`` is ``None`` if the invariant holds. Otherwise it has the conclusions that break it, and is empty if a
    conclusion is missing. ``last`` is the decision that the claim is about: with a change, the decision after it.
    """

    invariant: Invariant | None
    row: Row
    broken: tuple[Conclusion, ...] | None
    last: DecidedCase


def decide_case(decider: Decider, case: Case, now: int) -> DecidedCase:
    """Decide on a case at ``now`` (seconds since 1970, UTC)."""
    return DecidedCase(decider.evaluator(case, now), decider.rank(case, now))


def violations(decider: Decider, case: Case, now: int) -> list[Violation]:
    """The invariants that the decision on a case breaks. Invariants about a change are left out."""
    return violations_by(decider, decide_case(decider, case, now))


def violations_by(decider: Decider, decided: DecidedCase) -> list[Violation]:
    """The invariants that a given decision breaks. The decision may be that of a mutant of the pack."""
    return [
        Violation(invariant.id, check.row.entity, check.row.id, tuple(conclusion.action for conclusion in check.broken))
        for invariant in decider.checked.invariants
        if invariant.change is None
        for check in check_invariant(invariant, decider, decided)
        if check.broken is not None
    ]


def check_invariant(invariant: Invariant, decider: Decider, decided: DecidedCase) -> Iterator[InvariantCheck]:
    """Check an invariant for each row that meets its ``when``. Rows are skipped where the change does not fit the case."""
    evaluator = decided.evaluator
    for row in evaluator.rows(invariant.entity):
        env = evaluator.environment(invariant.entity, row)
        if not evaluator.holds(invariant.when, env):
            continue
        last, last_row = decided, row
        if invariant.change is not None:
            after = _after(invariant.change, decider, decided, row, env)
            if after is None:
                continue
            last = after
            last_row = next(other for other in last.evaluator.rows(invariant.entity) if row_key(other) == row_key(row))
        broken = _broken(invariant.claim, decider.checked, (decided, row), (last, last_row))
        yield InvariantCheck(invariant, row, broken, last)


# --- changes ---


def _after(change: Change, decider: Decider, before: DecidedCase, row: Row, env: Environment) -> DecidedCase | None:
    """The decision after a change; ``None`` if the changed facts do not fit together."""
    case, now, shape = before.case, before.now, before.case.shape
    for put in change.facts:
        if put.value is None and row_of(put.field, env) is None:
            continue  # a row without an offer has no such fact, and gets none
        spot = spot_in(case, put.field, row, env)
        if spot is not None:
            shape = changed(shape, spot, as_given(put.value, put.field.kind, spot, calendar_of(row)))
    if change.message is not None:
        shape = with_sent(shape, message_sent(change.message, now, row), row)
    if change.reordered:
        shape = _reversed(shape)
    match change.later:
        case None:
            later = now
        case BusinessDays(count=count):
            later = calendar_of(row).add_business_days(now, count)
        case Elapsed(seconds=seconds):
            later = now + seconds
        case _:
            assert_never(change.later)
    if shape is case.shape:
        return decide_case(decider, case, later)
    linked = decider.link(shape, later)
    return None if linked is None else decide_case(decider, linked, later)


def _reversed(shape: CaseShape) -> CaseShape:
    """The same case with all its lists in reverse order."""
    return replace(shape, applications=tuple(map(_reversed_application, shape.applications[::-1])))


def _reversed_application(application: Application) -> Application:
    interviews = tuple(
        replace(interview, interviewers=interview.interviewers[::-1]) for interview in application.interviews[::-1]
    )
    people, messages = application.people[::-1], application.messages[::-1]
    return replace(application, people=people, messages=messages, interviews=interviews)


# --- claims ---

#: A decision, and the row that the claim is about.
_Subject = tuple[DecidedCase, Row]


def _broken(claim: Claim, checked: CheckedPack, before: _Subject, after: _Subject) -> tuple[Conclusion, ...] | None:
    """The conclusions that break a claim, which are none if a conclusion is missing; ``None`` if the claim holds."""
    last, row = after
    match claim:
        case Never(actions=actions):
            return tuple(_recommended(actions, row, checked, last.ranking)) or None
        case AtMost(count=count, action=action):
            recommended = _recommended((action,), row, checked, last.ranking)
            ranked = tuple(conclusion for conclusion in recommended if conclusion in last.ranking.ranked)
            return ranked if len(ranked) > count else None
        case Always(modality=modality, action=action):
            return None if _draws(modality, action, row, last.ranking) else ()
        case NoNew(actions=actions):
            first, first_row = before
            known = {conclusion.key for conclusion in _recommended(actions, first_row, checked, first.ranking)}
            recommended = _recommended(actions, row, checked, last.ranking)
            return tuple(conclusion for conclusion in recommended if conclusion.key not in known) or None
        case Keeps(modality=modality, action=action):
            first, first_row = before
            drawn = _draws(modality, action, first_row, first.ranking)
            return () if drawn and not _draws(modality, action, row, last.ranking) else None
        case Same():
            earlier = {_content(conclusion): conclusion for conclusion in before[0].ranking.ranked}
            later = {_content(conclusion): conclusion for conclusion in last.ranking.ranked}
            if list(earlier) == list(later):
                return None
            return tuple({**later, **earlier}[content] for content in earlier.keys() ^ later.keys())
        case _:
            assert_never(claim)


def _recommended(actions: tuple[str, ...], row: Row, checked: CheckedPack, ranking: Ranking) -> Iterator[Conclusion]:
    """The recommendations, including alternatives, of actions or members of their families, for a row or inside it."""
    for ranked in ranking.ranked:
        for conclusion in (ranked, *ranked.alternatives):
            family = checked.actions[conclusion.action].family
            wanted = not conclusion.prohibits and any(action in family for action in actions)
            if wanted and inside(conclusion.target, row):
                yield conclusion


def _draws(modality: Modality, action: str, row: Row, ranking: Ranking) -> bool:
    """Whether this conclusion, or a stronger one of its direction, is drawn for the row or a row that it belongs to."""
    return any(
        conclusion.action == action
        and conclusion.prohibits == modality.endswith("not")
        and STRENGTH[conclusion.modality] <= STRENGTH[modality]
        and inside(row, conclusion.target)
        for conclusion in ranking.ranked
    )


def _content(conclusion: Conclusion) -> tuple[object, ...]:
    """The content of a conclusion, which must not change where two decisions have to be the same."""
    alternatives = tuple(alternative.key for alternative in conclusion.alternatives)
    return conclusion.key, conclusion.modality, conclusion.priority, conclusion.due, alternatives
