"""The cases on which a pack's invariants are tried: drawn ones, chosen so that every rule fires in some of them."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any, Final

import msgspec

from tactful.api.policy import Policy
from tactful.testing.properties.drawing import Drawer, DrawPlan
from tactful.testing.properties.reaching import Unfired, fired_in, reach

Plain = dict[str, Any]
#: In how many cases every rule should fire, and how many more cases are drawn for it, for each of those that are wanted.
_ENOUGH: Final = 4
_MORE: Final = 3
#: Where fewer cases are wanted, there is no time for more.
_FEW: Final = 300


class Chosen(msgspec.Struct, frozen=True):
    """Cases for a pack, and the rules that fire in none of them, although such cases were searched for."""

    cases: tuple[Plain, ...]
    unfired: tuple[Unfired, ...]


def chosen_cases(policy: Policy, count: int, seed: int) -> Chosen:
    """``count`` drawn cases, some more in which rules fire that seldom do, and some that were made so that more rules fire.

    Where few are wanted, they are only drawn. The same seed chooses the same cases.
    """
    plan, random = DrawPlan(policy), Random(seed)  # noqa: S311  (no secret hangs on it)
    drawer = Drawer(plan, random.randrange)
    cases = [drawer.case() for _ in range(count)]
    if count < _FEW:
        return Chosen(tuple(cases), ())
    fired = Counter(no for case in cases for no in fired_in(policy, case))
    for _ in range(_MORE * count):
        if all(fired[rule.no] >= _ENOUGH for rule in policy.checked.rules):
            break
        case = drawer.case()
        numbers = fired_in(policy, case)
        if any(fired[no] < _ENOUGH for no in numbers):
            cases.append(case)
            fired.update(numbers)
    reached = reach(policy, plan, cases, frozenset(fired), random)
    return Chosen((*cases, *reached.cases), reached.unfired)
