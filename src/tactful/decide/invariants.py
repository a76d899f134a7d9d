"""What must hold of every decision, checked of one, or of two of which the second is taken after a change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

import msgspec
from msgspec.structs import replace

from tactful.decide.decider import Decider
from tactful.decide.ranker import STRENGTH, Conclusion, Ranking
from tactful.engines.evaluate import Environment, Evaluator, row_of
from tactful.facts.calendars import Calendar
from tactful.facts.edit import Spot, as_given, changed, spot_of, with_message
from tactful.facts.kinds import BusinessDays
from tactful.facts.rows import Case, Row, business_calendar, inside, row_key
from tactful.facts.shape import Application, CaseShape, Message
from tactful.language.ir import (
    Always,
    AtMost,
    Change,
    CheckedPack,
    Claim,
    Field,
    Invariant,
    Keeps,
    Never,
    NoNew,
    Put,
    Same,
)
from tactful.language.terms import Modality


class Violation(msgspec.Struct, frozen=True):
    """An invariant that a decision does not meet: for which row, and the conclusions that break it, if any do."""

    invariant: str
    entity: str
    id: str
    actions: tuple[str, ...]


class Taken(msgspec.Struct, frozen=True, eq=False):
    """A decision with what it was taken on."""

    evaluator: Evaluator
    ranking: Ranking

    @property
    def case(self) -> Case:
        """The case."""
        return self.evaluator.case

    @property
    def now(self) -> int:
        """The moment decided for."""
        return self.evaluator.now


class InvariantCheck(msgspec.Struct, frozen=True, eq=False):
    """What became of an invariant for one row: ``broken`` by these conclusions, or by there being none; else ``None``.

    ``last`` is the decision that the claim was about: after the change, where there is one.
    """

    invariant: Invariant
    row: Row
    broken: tuple[Conclusion, ...] | None
    last: Taken


def take(decider: Decider, case: Case, now: int) -> Taken:
    """Decide, and keep what was decided on."""
    return Taken(decider.evaluator(case, now), decider.rank(case, now))


def violations(decider: Decider, case: Case, now: int) -> list[Violation]:
    """All invariants about one decision that the decision on a case does not meet; those about two are left out."""
    return unmet(decider, take(decider, case, now))


def unmet(decider: Decider, taken: Taken) -> list[Violation]:
    """The same of a decision that was taken before, by this pack or by a change of it."""
    return [
        Violation(one.invariant.id, one.row.entity, one.row.id, tuple(each.action for each in one.broken))
        for invariant in decider.checked.invariants
        if invariant.change is None
        for one in outcomes(invariant, decider, taken)
        if one.broken is not None
    ]


def outcomes(invariant: Invariant, decider: Decider, taken: Taken) -> Iterator[InvariantCheck]:
    """What becomes of an invariant, for each row that it speaks of. Changes that do not fit the case are left out."""
    evaluator = taken.evaluator
    for row in evaluator.rows(invariant.entity):
        env = evaluator.environment(invariant.entity, row)
        if not evaluator.holds(invariant.when, env):
            continue
        last, found = taken, row
        if invariant.change is not None:
            after = _after(invariant.change, decider, taken, row, env)
            if after is None:
                continue
            last = after
            found = next(one for one in last.evaluator.rows(invariant.entity) if row_key(one) == row_key(row))
        yield InvariantCheck(
            invariant, row, _broken(invariant.claim, decider.checked, (taken, row), (last, found)), last
        )


# --- changes ---


def _after(change: Change, decider: Decider, taken: Taken, row: Row, env: Environment) -> Taken | None:
    """The decision after a change; ``None`` where the changed facts do not fit together."""
    case, now, shape = taken.case, taken.now, taken.case.shape
    for put in change.facts:
        spot = _spot(put.field, case, row, env)
        if spot is not None:
            shape = changed(shape, spot, as_given(put.value, put.field.kind, spot, _calendar(row)))
    if change.message is not None:
        shape = _with_message(shape, change.message, taken, row)
    if change.reordered:
        shape = _turned(shape)
    match change.later:
        case None:
            at = now
        case BusinessDays(count=count):
            at = _calendar(row).add_business_days(now, count)
        case length:
            at = now + length.seconds
    if shape is case.shape:
        return take(decider, case, at)
    linked = decider.link(shape, at)
    return None if linked is None else take(decider, linked, at)


def _spot(field: Field, case: Case, row: Row, env: Environment) -> Spot | None:
    """Where a field that is set stands. An offer that is not there comes into being."""
    name, custom = field.text.partition(".")[2], field.origin == "custom"
    held = row_of(field, env)
    if held is not None:
        return spot_of(case, held, name, custom)
    if field.scope != "offer":
        return None
    return None if row.application is None else Spot("offer", name, row.application.no, custom=custom)


def _calendar(row: Row) -> Calendar:
    """The calendar of the place that a row is in: its own, or its application's."""
    return row.calendar or business_calendar(row)


def _with_message(shape: CaseShape, fields: tuple[Put, ...], taken: Taken, row: Row) -> CaseShape:
    """One more message, at the moment of the first decision, to the row's person where it has one."""
    application, person = row.application, row.person
    assert application is not None  # the check has seen to it
    message = Message(
        person=None if person is None else person.id, sent_at=application.calendar.local(taken.now), direction="sent"
    )
    own = {one.field.text.partition(".")[2]: one.value for one in fields if one.field.origin == "given"}
    custom = {one.field.key: one.value for one in fields if one.field.origin == "custom"}
    return with_message(shape, application.no, replace(message, **own, **({"custom": custom} if custom else {})))


def _turned(shape: CaseShape) -> CaseShape:
    """All lists the other way round."""
    return replace(shape, applications=tuple(_turned_application(one) for one in shape.applications[::-1]))


def _turned_application(one: Application) -> Application:
    interviews = tuple(replace(each, interviewers=each.interviewers[::-1]) for each in one.interviews[::-1])
    return replace(one, people=one.people[::-1], messages=one.messages[::-1], interviews=interviews)


# --- claims ---

_Place = tuple[Taken, Row]


def _broken(claim: Claim, checked: CheckedPack, before: _Place, after: _Place) -> tuple[Conclusion, ...] | None:
    """The conclusions that break the claim for a row; ``None`` where it holds."""
    last, row = after
    match claim:
        case Never(actions=actions):
            return tuple(_recommended(actions, row, checked, last.ranking)) or None
        case AtMost(count=count, action=action):
            found = [one for one in _recommended((action,), row, checked, last.ranking) if one in last.ranking.ranked]
            return tuple(found) if len(found) > count else None
        case Always(modality=modality, action=action):
            return None if _draws(modality, action, row, last.ranking) else ()
        case NoNew(actions=actions):
            first, old = before
            known = {conclusion.key for conclusion in _recommended(actions, old, checked, first.ranking)}
            recommended = _recommended(actions, row, checked, last.ranking)
            return tuple(conclusion for conclusion in recommended if conclusion.key not in known) or None
        case Keeps(modality=modality, action=action):
            first, old = before
            kept = not _draws(modality, action, old, first.ranking) or _draws(modality, action, row, last.ranking)
            return None if kept else ()
        case Same():
            earlier = {_content(conclusion): conclusion for conclusion in before[0].ranking.ranked}
            later = {_content(conclusion): conclusion for conclusion in last.ranking.ranked}
            if list(earlier) == list(later):
                return None
            return tuple({**later, **earlier}[content] for content in earlier.keys() ^ later.keys())
        case _:
            assert_never(claim)


def _recommended(actions: tuple[str, ...], row: Row, checked: CheckedPack, ranking: Ranking) -> Iterator[Conclusion]:
    """The recommendations of actions or of members of their families, for a row or inside it; alternatives too."""
    for one in ranking.ranked:
        for each in (one, *one.alternatives):
            family = checked.actions[each.action].family
            if not each.prohibits and any(action in family for action in actions) and inside(each.target, row):
                yield each


def _draws(modality: Modality, action: str, row: Row, ranking: Ranking) -> bool:
    """Whether this conclusion, or a stronger one of its direction, is drawn for the row or around it."""
    return any(
        one.action == action
        and one.prohibits == modality.endswith("not")
        and STRENGTH[one.modality] <= STRENGTH[modality]
        and inside(row, one.target)
        for one in ranking.ranked
    )


def _content(conclusion: Conclusion) -> tuple[object, ...]:
    """Everything that a conclusion says."""
    alternatives = tuple(alternative.key for alternative in conclusion.alternatives)
    return conclusion.key, conclusion.modality, conclusion.priority, conclusion.due, alternatives
