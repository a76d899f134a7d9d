"""Drawn cases whose advice is followed for some weeks: the first invariant that breaks, and too many messages to somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

import msgspec

from tactful.api.policy import Policy
from tactful.decide.general import General
from tactful.decide.invariants import DecidedCase
from tactful.language.ir import Invariant
from tactful.testing.own import own_ids
from tactful.testing.properties.smallest import smallest
from tactful.testing.properties.weeks import Step, TooMany, fewest, of_one_action, too_many_after, walked

Plain = dict[str, Any]
#: An invariant of the pack, or one of every pack.
Claimed = Invariant | General
#: For one of so many drawn cases, the advice is followed; for each of the pack's own rules in some.
_SHARE: Final = 25
_OWN: Final = 3


class Begun(msgspec.Struct, frozen=True):
    """A drawn case, and the rules (by number) behind its advice that changes the case when it is followed."""

    case: Plain
    rules: frozenset[int]


class Flood(msgspec.Struct, frozen=True):
    """A small case in which following the advice sends too many messages, and these messages."""

    case: Plain
    found: TooMany


class Following(msgspec.Struct):
    """What was found. ``broken``: the first invariant that did not hold, and the case as it was then. ``decided``: how often
    was decided, and ``followed``: in how many cases.
    """

    broken: tuple[Claimed, Plain] | None = None
    flood: Flood | None = None
    decided: int = 0
    followed: int = 0


def follow(
    policy: Policy, begun: Sequence[Begun], seed: int, first_broken: Callable[[DecidedCase], Claimed | None]
) -> Following:
    """Follow the advice for one of some cases. ``first_broken`` gives an invariant that a decision breaks."""
    random, found = Random(seed), Following()  # noqa: S311  (no secret hangs on it)
    for start in _starts(policy, begun, random):
        found.followed += 1
        _follow(policy, start.case, random, found, first_broken)
    return found


def _starts(policy: Policy, begun: Sequence[Begun], random: Random) -> list[Begun]:
    """The cases to follow: some for each of the pack's own rules, then one for each other rule, then others with advice."""
    count, shuffled = max(1, len(begun) // _SHARE), random.sample(begun, len(begun))
    own = own_ids(policy.checked)
    seen, chosen = Counter[int](), dict[int, Begun]()
    for own_ones, enough in ((True, _OWN), (False, 1)):
        wanted = {rule.no for rule in policy.checked.rules if (own is None or rule.id in own) or not own_ones}
        for no, start in enumerate(shuffled):
            if no not in chosen and any(rule in wanted and seen[rule] < enough for rule in start.rules):
                chosen[no] = start
                seen.update(start.rules)
    others = {no: start for no, start in enumerate(shuffled) if start.rules and no not in chosen}
    return [*chosen.values(), *others.values()][:count]


def _follow(
    policy: Policy,
    plain: Plain,
    random: Random,
    found: Following,
    first_broken: Callable[[DecidedCase], Claimed | None],
) -> None:
    steps: list[Step] = []
    until: int | None = None
    for weeks, decision, steps in walked(policy, plain, random):
        found.decided += 1
        if found.broken is None:
            broken = first_broken(DecidedCase(decision.context.evaluator, decision.ranking))
            found.broken = None if broken is None else (broken, weeks.plain)
        if weeks.too_many is not None and until is None:
            until = len(steps)
    if found.flood is None and until is not None:
        found.flood = _smallest_flood(policy, plain, of_one_action(policy, plain, steps) or steps[:until])


def _smallest_flood(policy: Policy, plain: Plain, steps: Sequence[Step]) -> Flood:
    fewer = fewest(policy, plain, steps)
    case = smallest(plain, lambda part: too_many_after(policy, part, fewer) is not None)
    weeks = too_many_after(policy, case, fewest(policy, case, fewer))
    assert weeks is not None  # every step of making it small kept that
    assert weeks.too_many is not None
    return Flood(case, weeks.too_many)
