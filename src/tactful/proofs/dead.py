"""Rules of which no recommendation or prohibition is ever shown, and tables with and without a value for every case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from tactful.api.policy import Policy
from tactful.decide.invariants import decide_case
from tactful.language.ir import Advise, AllOf, CheckedPack, Choose, Derived, Invariant, Never, Rule
from tactful.proofs.claims import Prover
from tactful.proofs.equal import never_fires
from tactful.proofs.sketch import Sketch
from tactful.proofs.solver import impossible, negation, some
from tactful.testing.properties.drawing import drawn_cases

#: The depths of sketches that are tried.
_DEPTHS: Final = (0, 1)
#: How many cases are drawn.
DRAWN: Final = 120


class DeadRule(msgspec.Struct, frozen=True):
    """A rule of which nothing is ever shown. ``place`` is ``file:line``, and ``rests_on`` what the proof needs.

    ``defeated``: it may fire, but a prohibition always wins over it.
    """

    id: str
    place: str
    defeated: bool
    rests_on: tuple[str, ...]


class TableTotality(msgspec.Struct, frozen=True):
    """A table without ``otherwise``. ``total``: it is proved that a row fits in every case."""

    id: str
    total: bool


def dead_rules(policy: Policy, progress: Callable[[int, int], None] | None = None) -> list[DeadRule]:
    """The rules of which it is proved that nothing is ever shown, in the pack's order.

    Rules of which drawn cases show something are not asked about. Steps are shown wherever they fire. ``progress`` is called
    with the number of rules that are done, and of all of them.
    """
    checked, found = policy.checked, []
    facts = {fact.id: fact for fact in checked.facts}
    alive = _alive(policy)
    for done, rule in enumerate(checked.rules):
        if progress is not None:
            progress(done, len(checked.rules))
        if rule.no in alive:
            continue
        place = f"{rule.span.file}:{rule.span.line}"
        if any(never_fires(rule, facts, depth) for depth in _DEPTHS):
            found.append(DeadRule(rule.id, place, False, ()))
            continue
        core = _defeated(checked, rule)
        if core is not None:
            found.append(DeadRule(rule.id, place, True, core))
    return found


def _alive(policy: Policy) -> set[int]:
    """The numbers of the rules of which some drawn case shows something."""
    alive: set[int] = set()
    for case in drawn_cases(policy, DRAWN, 0):
        read = policy.read(case)
        assert read.now is not None  # drawn cases have one
        ranking = decide_case(policy.decider, read, read.now).ranking
        alive |= {no for each in ranking.ranked for no, _, _ in each.firings}
    return alive


def _defeated(checked: CheckedPack, rule: Rule) -> tuple[str, ...] | None:
    """What a proof rests on that prohibitions win over all that a rule recommends."""
    if not isinstance(rule.conclusion, Advise):
        return None
    everywhere = Invariant(
        rule.id, rule.about, rule.target_entity, AllOf(()), None, Never((rule.conclusion.action,)), rule.span
    )
    prover = Prover(checked, everywhere)
    return prover.never_shown(rule, 0)


def tables(checked: CheckedPack) -> list[TableTotality]:
    """The tables that may leave a case without a value, in the pack's order."""
    facts = {fact.id: fact for fact in checked.facts}
    found = []
    for fact in checked.facts:
        if not isinstance(fact, Derived) or not isinstance(fact.expression, Choose) or fact.is_parameter or fact.hidden:
            continue
        if fact.expression.otherwise is None:
            total = any(_fits(fact, fact.expression, Sketch(facts, depth)) for depth in _DEPTHS)
            found.append(TableTotality(fact.id, total))
    return found


def _fits(fact: Derived, table: Choose, sketch: Sketch) -> bool:
    """Whether it is proved that a row of a table fits in every case."""
    row = sketch.row(fact.entity)
    fits = some(sketch.holds(branch.condition, row.scope) for branch in table.branches)
    sketch.close()
    return impossible(sketch.known, {"no row fits": negation(fits)}) is not None
