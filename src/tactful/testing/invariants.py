"""The pack's invariants, checked on the cases of its examples."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tactful.engine import Policy
from tactful.testing.model import Example


class InvariantResult(msgspec.Struct, frozen=True):
    """An invariant, checked: where it stands (``file:line``), on how many cases, and what broke it, one line for each."""

    id: str
    about: str
    place: str
    tried: int
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether it held in every case."""
        return not self.failures

    @property
    def text(self) -> str:
        """Where it does not hold, in words; empty where it held."""
        return "\n".join(f"does not hold in {one}" for one in self.failures)


def invariant_results(policy: Policy, examples: Sequence[Example]) -> tuple[InvariantResult, ...]:
    """Every invariant of the pack, inherited ones too, checked of the decision on each example's case."""
    broken: dict[str, list[str]] = {}
    for example in examples:
        for one in policy.violations(example.case):
            actions = f": {', '.join(one.actions)}" if one.actions else ""
            broken.setdefault(one.invariant, []).append(
                f"{example.place}: {example.id}, {one.entity} {one.id}{actions}"
            )
    return tuple(
        InvariantResult(
            id=one.id,
            about=one.about,
            place=f"{one.span.file}:{one.span.line}",
            tried=len(examples),
            failures=tuple(broken.get(one.id, ())),
        )
        for one in sorted(policy.checked.invariants, key=lambda one: one.id)
    )
