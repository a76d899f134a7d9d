"""A pack's invariants checked on the cases of its examples, and on drawn cases if asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

import msgspec

from tactful.api.policy import Policy
from tactful.decide.general import General, general_invariants, general_violations
from tactful.decide.invariants import decide_case, violations_by
from tactful.language.ir import Invariant
from tactful.testing.examples.model import Example
from tactful.testing.properties.options import Drawing

if TYPE_CHECKING:
    from tactful.testing.properties.check import Checked
    from tactful.testing.properties.reaching import Unfired


class InvariantReport(msgspec.Struct, frozen=True):
    """The result for an invariant.

    ``place`` is ``file:line``, or empty for an invariant of every pack. ``tried`` is the number of cases. ``failures`` has a
    line for each example that breaks the invariant. ``drawn`` describes a small drawn case that breaks it, and is empty where
    there is none. ``missing``: what the pack would have to declare, so that the invariant could be checked; empty where it
    was.
    """

    id: str
    about: str
    place: str
    tried: int
    failures: tuple[str, ...]
    drawn: str = ""
    missing: str = ""

    @property
    def passed(self) -> bool:
        """Whether it held in every case."""
        return not self.failures and not self.drawn

    @property
    def text(self) -> str:
        """The cases that break the invariant, in words; empty where it held."""
        return "\n".join((*(f"does not hold in {failure}" for failure in self.failures), *self.drawn.splitlines()))


class Results(msgspec.Struct, frozen=True):
    """The results for the pack's invariants, and for those of every pack (``general``).

    ``drawn``: how many cases were drawn, and ``unfired``: the rules that fired in none of them.
    """

    reports: tuple[InvariantReport, ...]
    general: tuple[InvariantReport, ...] = ()
    drawn: int = 0
    unfired: tuple[Unfired, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return all(report.passed for report in (*self.reports, *self.general))


def invariant_results(
    policy: Policy,
    examples: Sequence[Example],
    drawing: Drawing | None = None,
    only: Collection[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Results:
    """Check the invariants of a pack, inherited ones included, on the examples' cases and on drawn cases.

    ``only``: the ids of the invariants to check; by default all of them.
    ``drawing`` says how cases are drawn; ``None`` draws none. Invariants about two decisions are checked on drawn cases only,
    so they are left out where no cases are drawn. ``progress`` is called with the number of drawn cases that were tried, and of
    all of them.
    """
    checked = None if drawing is None else _drawn(policy, drawing, only, progress)
    drawn = {} if checked is None else {result.id: result for result in (*checked.results, *checked.general)}
    broken = _broken_by(policy, examples)

    def report(invariant: Invariant | General, place: str, missing: str = "") -> InvariantReport:
        result = drawn.get(invariant.id)
        return InvariantReport(
            id=invariant.id,
            about=invariant.about,
            place=place,
            tried=0 if missing else len(examples) + (0 if result is None else result.tried),
            failures=tuple(broken.get(invariant.id, ())),
            drawn="" if result is None else result.words,
            missing=missing,
        )

    reports = tuple(
        report(invariant, f"{invariant.span.file}:{invariant.span.line}")
        for invariant in sorted(policy.checked.invariants, key=lambda invariant: invariant.id)
        if (drawing is not None or invariant.change is None) and (only is None or invariant.id in only)
    )
    general = tuple(
        report(claim, "", claim.missing)
        for claim in general_invariants(policy.checked)
        if (drawing is not None or claim.parts or claim.missing) and (only is None or claim.id in only)
    )
    if checked is None:
        return Results(reports, general)
    return Results(reports, general, checked.tried, checked.unfired)


def _broken_by(policy: Policy, examples: Sequence[Example]) -> dict[str, list[str]]:
    """The examples whose decision breaks an invariant, in words, by the id of the invariant."""
    broken: dict[str, list[str]] = {}
    general = general_invariants(policy.checked)
    for example in examples:
        decided = decide_case(policy.decider, example.case, example.case.now or 0)
        for violation in (
            *violations_by(policy.decider, decided),
            *general_violations(general, policy.checked, decided),
        ):
            actions = f": {', '.join(violation.actions)}" if violation.actions else ""
            broken.setdefault(violation.invariant, []).append(
                f"{example.place}: {example.id}, {violation.entity} {violation.id}{actions}"
            )
    return broken


def _drawn(
    policy: Policy, drawing: Drawing, only: Collection[str] | None, progress: Callable[[int, int], None] | None
) -> Checked:
    from tactful.testing.properties.check import (
        check_drawn,  # needs the extra `check`, which is not needed to draw nothing
    )

    return check_drawn(
        policy, seed=drawing.seed, examples=drawing.count, database=drawing.folder, only=only, progress=progress
    )
