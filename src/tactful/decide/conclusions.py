"""What firings conclude: conclusions, each with the number by which it is ranked, and the ranking that they end in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from tactful.engines.firings import RawFiring
from tactful.facts.rows import Row, belongs_to, row_key
from tactful.language.terms import Modality

#: Modalities from the strongest to the weakest. Of two conclusions with equal priority and deadline, the stronger ranks first.
STRENGTH: Final[Mapping[Modality, int]] = {"must_not": 0, "must": 1, "should_not": 2, "should": 3, "may": 4}
_MODALITIES: Final[tuple[Modality, ...]] = tuple(STRENGTH)

# Conclusions are ranked by a single number, their order; the smallest ranks first. From the lowest bit on, it has 20 bits for
# the action's index among all actions by name, 3 for the modality, 40 for the deadline, and the rest for the priority.
ACTION_BITS: Final = 20
MODALITY_BITS: Final = 3
DUE_AT: Final = ACTION_BITS + MODALITY_BITS
PRIORITY_AT: Final = DUE_AT + 40
#: Stands for no deadline. Deadlines lie within ten thousand years of 1970, and ``EARLIEST`` is subtracted from them, so
#: that none is negative and all are smaller than this.
NEVER: Final = 1 << 39
EARLIEST: Final = -(1 << 37)
_REST: Final = (1 << PRIORITY_AT) - 1
_LAST: Final = (1 << DUE_AT) - 1
_PRIORITY: Final = ~_REST
_DUE: Final = _REST - _LAST

#: The subject of a conclusion: its action, whether it forbids the action, and the key of its target (see ``row_key``).
Key = tuple[str, bool, tuple[str, str, str, str]]


class Plan(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A rule's conclusion, prepared for ranking.

    ``path`` leads from the rule's row to the target, see ``_path``. ``reach`` follows a path that is an attribute of rows, and
    ``person_id`` gives the id of a target that the rule names by id. ``mark`` has the bits by which conclusions that may
    conflict are detected, see ``Ranker._mark``. ``one_per`` has the families of a recommendation that are ``one per``
    something, each with the entity; it is empty for a prohibition.
    """

    action: str
    prohibits: bool
    safety: bool
    path: str
    reach: Callable[[Row], Row | None]
    person_id: Callable[[Row], str | None] | None
    mark: int
    one_per: tuple[tuple[str, str], ...]


class Conclusion(msgspec.Struct, eq=False, gc=False):
    """All firings that advise, or that forbid, the same action for the same target.

    The conclusion is ranked by ``order``, a number made from the highest priority of its firings, then their nearest
    deadline, then their strongest modality. ``plan`` is the plan of one of its rules, and of a safety rule if it has any.
    ``lost_to`` and ``alternatives`` are filled in by the ranker and not changed afterwards.
    """

    plan: Plan
    target: Row
    firings: list[RawFiring]
    order: int
    lost_to: tuple[Conclusion, ...] = ()
    alternatives: tuple[Conclusion, ...] = ()

    @property
    def action(self) -> str:
        """The action that is advised or forbidden."""
        return self.plan.action

    @property
    def prohibits(self) -> bool:
        """Whether the action is forbidden."""
        return self.plan.prohibits

    @property
    def key(self) -> Key:
        """The subject of the conclusion, by ids. A pass that compares more than subjects adds to this key.

        Two messages with equal fields have the same id, so conclusions about them have the same key.
        """
        plan = self.plan
        return plan.action, plan.prohibits, row_key(self.target)

    @property
    def safety(self) -> bool:
        """Whether it is a safety prohibition, which is never defeated."""
        return self.plan.safety

    @property
    def priority(self) -> int:
        """The highest priority of its firings."""
        return 100 - (self.order >> PRIORITY_AT)

    @property
    def due(self) -> int | None:
        """The nearest deadline of its firings (seconds since 1970, UTC); ``None`` if no firing has a deadline."""
        since = self.order >> DUE_AT & (1 << 40) - 1
        return None if since == NEVER else since + EARLIEST

    @property
    def modality(self) -> Modality:
        """The strongest modality of its firings."""
        return _MODALITIES[self.order >> ACTION_BITS & (1 << MODALITY_BITS) - 1]


class PutAside(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A conclusion that is not shown, because it was done at a moment, or dismissed until one (``None``: for good).

    ``key`` is the key by which the case names it. Moments are in seconds since 1970 (UTC).
    """

    conclusion: Conclusion
    key: str
    done: bool
    moment: int | None


class Ranking(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A ranked decision: the conclusions in order, the conclusions that were set aside because they lost a conflict, and those
    that the candidate has followed or dismissed.
    """

    ranked: tuple[Conclusion, ...]
    set_aside: tuple[Conclusion, ...]
    put_aside: tuple[PutAside, ...] = ()


#: The firings of rules that add steps, by their action and target.
AddedSteps = dict[str, dict[Row, list[RawFiring]]]


def merge(conclusion: Conclusion, order: int) -> None:
    """Merge another order into a conclusion's: the higher priority, the nearer deadline and the stronger modality."""
    before = conclusion.order
    if not (before ^ order) & _REST:  # the two differ in nothing but priority
        conclusion.order = min(before, order)
        return
    conclusion.order = (
        min(before & _PRIORITY, order & _PRIORITY)
        | min(before & _DUE, order & _DUE)
        | min(before & _LAST, order & _LAST)
    )


def one_per_keys(conclusion: Conclusion) -> list[tuple[str, Row]]:
    """The families of a conclusion that are ``one per`` something, each with the row for which one is allowed."""
    keys = []
    for action, per in conclusion.plan.one_per:
        row = belongs_to(conclusion.target, per)
        if row is not None:
            keys.append((action, row))
    return keys
