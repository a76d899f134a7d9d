"""The invariants of every pack: what must hold of any decision, in the words of the fact model and of what a pack declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import assert_never

import msgspec

from tactful.decide.conclusions import Conclusion, Ranking
from tactful.decide.invariants import DecidedCase, InvariantCheck, Violation
from tactful.engines.evaluate import Evaluator
from tactful.facts.fields import FieldSpec, given_fields
from tactful.facts.kinds import ChoiceKind
from tactful.facts.rows import Row, inside
from tactful.language.ir import Action, AllOf, CheckedPack, Condition, Field, IsIn, Test
from tactful.language.terms import GENERAL, MESSAGES_A_WEEK
from tactful.source.diagnostics import Span

#: Stands for any channel where a pack names the families of channels.
_ANY = "any"
_NOWHERE = Span("", 0, 0, 0, 0)


class Reached(msgspec.Struct, frozen=True):
    """None of exactly these actions is recommended for the row or about it. Other members of their families are
    allowed."""

    actions: frozenset[str]


class NotBoth(msgspec.Struct, frozen=True):
    """No action is recommended that is forbidden, itself or as one of a family, for the same target or around it."""


class SomeAdvice(msgspec.Struct, frozen=True):
    """There is advice for the row or inside it, even if it was followed or dismissed."""


GeneralClaim = Reached | NotBoth | SomeAdvice


class Part(msgspec.Struct, frozen=True):
    """A claim about each row of an entity for which a condition holds.

    ``unless``: entities and conditions. If such a condition holds for a row inside the row, nothing is claimed about
    the row.
    """

    entity: str
    when: Condition
    claim: GeneralClaim
    unless: tuple[tuple[str, Condition], ...] = ()


class General(msgspec.Struct, frozen=True):
    """An invariant of every pack.

    ``missing``: what the pack does not declare, so that the invariant cannot be checked; empty where it can.
    Those about weeks of advice have no ``parts``, which are about one decision.
    """

    id: str
    about: str
    parts: tuple[Part, ...] = ()
    missing: str = ""


def general_invariants(checked: CheckedPack) -> tuple[General, ...]:
    """The invariants of every pack for this one, without those that it switches off."""
    off = {override.rule for override in checked.overrides if override.invariant}
    return tuple(_general(id_, checked) for id_ in GENERAL if id_ not in off)


def claimed_conditions(checked: CheckedPack) -> tuple[Condition, ...]:
    """The conditions under which invariants claim something: those of the pack, then those of every pack."""
    stated = (invariant.when for invariant in checked.invariants)
    return (*stated, *(part.when for general in general_invariants(checked) for part in general.parts))


def reaching(checked: CheckedPack) -> tuple[Action, ...]:
    """The actions that reach somebody: they have a channel, or belong to a family that the pack's ``safety`` lists."""
    families = {family for of_channel in checked.safety.families.values() for family in of_channel}
    return tuple(
        action for action in checked.actions.values() if action.channel or not families.isdisjoint(action.family)
    )


def sending(checked: CheckedPack) -> frozenset[str]:
    """The actions that reach somebody and leave a message."""
    return frozenset(
        action.id for action in reaching(checked) if action.leaves is not None and action.leaves.message is not None
    )


def addressed(conclusion: Conclusion, row: Row) -> bool:
    """Whether a conclusion is about a row or what belongs to it; messages belong to their person, too."""
    return inside(conclusion.target, row) or conclusion.target.person is row


def check_claim(general: General, checked: CheckedPack, decided: DecidedCase) -> Iterator[InvariantCheck]:
    """Check an invariant of every pack for each row that it is about."""
    evaluator = decided.evaluator
    for part in general.parts:
        for row in evaluator.rows(part.entity):
            if evaluator.holds(part.when, evaluator.environment(part.entity, row)) and not _excepted(
                part, evaluator, row
            ):
                broken = _broken(part.claim, checked, row, decided.ranking)
                yield InvariantCheck(None, row, broken, decided)


def general_violations(general: Iterable[General], checked: CheckedPack, decided: DecidedCase) -> Iterator[Violation]:
    """The invariants of every pack that a decision breaks."""
    for claim in general:
        for check in check_claim(claim, checked, decided):
            if check.broken is not None:
                actions = tuple(conclusion.action for conclusion in check.broken)
                yield Violation(claim.id, check.row.entity, check.row.id, actions)


# --- what they claim ---


def _general(id_: str, checked: CheckedPack) -> General:
    about = GENERAL[id_]
    match id_:
        case "asked-channel-kept":
            parts = tuple(_channels_kept(checked))
            return General(id_, about, parts, "" if parts else "no action has a `channel` that anybody may mind")
        case "asked-silence-kept":
            parts = tuple(_silence_kept(checked))
            missing = "no action has a `channel`, and `safety` names no families under `channels`"
            return General(id_, about, parts, "" if parts else missing)
        case "advised-is-not-forbidden":
            return General(id_, about, (Part("candidate", AllOf(()), NotBoth()),))
        case "open-application-has-advice":
            return General(id_, about, tuple(_never_silent()), "" if checked.rules else "the pack has no rules")
        case _ if id_ == MESSAGES_A_WEEK:
            return General(id_, about, missing=_uncounted(checked))
        case _:
            return General(id_, about)


def _channels_kept(checked: CheckedPack) -> Iterator[Part]:
    """For each channel that somebody can ask for, the actions through other channels, except quiet channels."""
    for spec in _given():
        if spec.asks_channel and isinstance(spec.kind, ChoiceKind):
            for channel in spec.kind.values:
                fine = (None, channel, *checked.safety.quiet)
                others = frozenset(action.id for action in reaching(checked) if action.channel not in fine)
                if others:
                    yield Part(spec.entity, _is(spec, (channel,)), Reached(others))


def _silence_kept(checked: CheckedPack) -> Iterator[Part]:
    """For each way to ask not to be contacted, all actions that reach somebody."""
    actions = frozenset(action.id for action in reaching(checked))
    for spec in _given():
        if spec.silence and actions:
            yield Part(spec.entity, _is(spec, spec.silence), Reached(actions))


def _never_silent() -> Iterator[Part]:
    over = tuple((spec.entity, _is(spec, spec.over)) for spec in _given() if spec.over)
    yield Part("application", AllOf(()), SomeAdvice(), over)


def _uncounted(checked: CheckedPack) -> str:
    """Why the messages of a week are not counted; empty where they are."""
    if checked.safety.messages_a_week is None:
        return "`safety` does not say how many `messages a week` are fine"
    return "" if sending(checked) else "no action that reaches somebody says which message it `leaves`"


@cache
def _given() -> tuple[FieldSpec, ...]:
    return tuple(spec for fields in given_fields().values() for spec in fields.values())


def _is(spec: FieldSpec, values: tuple[str, ...]) -> Condition:
    field = Field(spec.entity, (), "given", spec.attribute, spec.kind, f"{spec.entity}.{spec.name}")
    return Test(field, (IsIn(values),), False, f"[{', '.join(values)}]", _NOWHERE)


# --- whether that holds ---


def _excepted(part: Part, evaluator: Evaluator, row: Row) -> bool:
    """Whether a part makes no claim about a row."""
    return any(
        inside(other, row) and evaluator.holds(condition, evaluator.environment(entity, other))
        for entity, condition in part.unless
        for other in evaluator.rows(entity)
    )


def _broken(claim: GeneralClaim, checked: CheckedPack, row: Row, ranking: Ranking) -> tuple[Conclusion, ...] | None:
    """The conclusions that break a claim, none if there is too little advice; ``None`` if the claim holds."""
    match claim:
        case Reached(actions=actions):
            return (
                tuple(
                    conclusion
                    for conclusion in recommended(ranking)
                    if conclusion.action in actions and addressed(conclusion, row)
                )
                or None
            )
        case NotBoth():
            return tuple(_both(checked, ranking)) or None
        case SomeAdvice():
            shown = (*ranking.ranked, *(aside.conclusion for aside in ranking.put_aside))
            return None if any(inside(conclusion.target, row) for conclusion in shown) else ()
        case _:
            assert_never(claim)


def recommended(ranking: Ranking) -> Iterator[Conclusion]:
    """The recommendations of a decision, with their alternatives."""
    for ranked in ranking.ranked:
        yield from (other for other in (ranked, *ranked.alternatives) if not other.prohibits)


def _both(checked: CheckedPack, ranking: Ranking) -> Iterator[Conclusion]:
    forbidden = [conclusion for conclusion in ranking.ranked if conclusion.prohibits]
    for conclusion in recommended(ranking):
        family = checked.actions[conclusion.action].family
        against = [other for other in forbidden if other.action in family and inside(conclusion.target, other.target)]
        if against:
            yield from (conclusion, *against)
