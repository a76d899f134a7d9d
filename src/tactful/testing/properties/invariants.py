"""The pack's invariants, checked on the cases of its examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from tactful.api.policy import Policy
from tactful.testing.examples.model import Example

if TYPE_CHECKING:
    from tactful.testing.properties.check import InvariantResult
from tactful.testing.properties.options import Drawing


class InvariantReport(msgspec.Struct, frozen=True):
    """An invariant, checked: where it stands (``file:line``), on how many cases, and what broke it, one line for each.

    ``drawn`` is the smallest of the drawn cases that it does not hold of, in words; empty where there is none.
    """

    id: str
    about: str
    place: str
    tried: int
    failures: tuple[str, ...]
    drawn: str = ""

    @property
    def passed(self) -> bool:
        """Whether it held in every case."""
        return not self.failures and not self.drawn

    @property
    def text(self) -> str:
        """Where it does not hold, in words; empty where it held."""
        return "\n".join((*(f"does not hold in {one}" for one in self.failures), *self.drawn.splitlines()))


def invariant_results(
    policy: Policy, examples: Sequence[Example], drawing: Drawing | None = None
) -> tuple[InvariantReport, ...]:
    """Every invariant of the pack, inherited ones too, checked of the decision on each example's case, and of drawn ones.

    Those about two decisions are checked of drawn cases only, and left out where none are drawn.
    """
    drawn = {} if drawing is None else _drawn(policy, drawing)
    broken: dict[str, list[str]] = {}
    for example in examples:
        for one in policy.violations(example.case):
            actions = f": {', '.join(one.actions)}" if one.actions else ""
            broken.setdefault(one.invariant, []).append(
                f"{example.place}: {example.id}, {one.entity} {one.id}{actions}"
            )
    return tuple(
        InvariantReport(
            id=one.id,
            about=one.about,
            place=f"{one.span.file}:{one.span.line}",
            tried=len(examples) + (drawn[one.id].tried if drawn else 0),
            failures=tuple(broken.get(one.id, ())),
            drawn=drawn[one.id].words if drawn else "",
        )
        for one in sorted(policy.checked.invariants, key=lambda one: one.id)
        if drawing is not None or one.change is None
    )


def _drawn(policy: Policy, drawing: Drawing) -> dict[str, InvariantResult]:
    from tactful.testing import check_invariants  # takes the extra `check`, which those who draw nothing need not have

    results = check_invariants(policy, seed=drawing.seed, examples=drawing.count, database=drawing.folder)
    return {one.id: one for one in results}
