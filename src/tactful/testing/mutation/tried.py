"""Cases that mutants are tried on, with the decisions of the original pack."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tactful.api.policy import Policy
from tactful.decide.conclusions import Ranking
from tactful.engines.compiled.single_values import SILENT
from tactful.engines.firings import RawFiring
from tactful.engines.plain import PlainProgram, PlainRuntime
from tactful.facts.rows import Case
from tactful.language.ir import AddStep, Rule
from tactful.source.lazy import lazy
from tactful.testing.examples.model import Example
from tactful.testing.properties.drawing import drawn_cases

#: The firings of conclusions, and those of steps.
Fired = tuple[list[RawFiring], list[RawFiring]]


def read_drawn_cases(policy: Policy, count: int, seed: int) -> list[Case]:
    """Cases drawn for a pack from a seed, read."""
    return [policy.read(case) for case in drawn_cases(policy, count, seed)]


class Tried(msgspec.Struct, frozen=True, eq=False, dict=True):
    """A case at a moment (``now``, seconds since 1970), and the decision of the original pack on it.

    ``example`` is the example that the case belongs to, if any. ``once``: few mutants are tried on the case, so only what they
    ask for is worked out.
    """

    policy: Policy
    case: Case
    now: int
    example: Example | None = None
    once: bool = False

    @lazy
    def firings(self) -> tuple[RawFiring, ...]:
        """The firings of rules that advise or prohibit."""
        return tuple(self.policy.decider.fire(self.case, self.now))

    @lazy
    def steps(self) -> tuple[RawFiring, ...]:
        """The firings of rules that add steps."""
        return tuple(self.policy.decider.steps(self.case, self.now))

    @lazy
    def ranking(self) -> Ranking:
        """The ranked decision. What was followed or dismissed is not left out."""
        return self.policy.decider.ranker.rank(list(self.firings), self.case, self.now)

    @lazy
    def runtime(self) -> PlainRuntime:
        """The original's facts and conditions. They are kept, because every mutant is compared with them."""
        return self.policy.decider.plain.runtime(self.case, self.now)

    @lazy
    def _by_rule(self) -> dict[int, list[RawFiring]]:
        by_rule: dict[int, list[RawFiring]] = {}
        for firing in (*self.firings, *self.steps):
            by_rule.setdefault(firing[0], []).append(firing)
        return by_rule

    def fired(self, numbers: Iterable[int]) -> Fired:
        """The firings of some rules of the original pack."""
        rules = self.policy.checked.rules
        if self.once:
            return fired_in(self.runtime, self.policy.decider.plain, (rules[no] for no in numbers))
        firings: Fired = [], []
        for no in numbers:
            firings[isinstance(rules[no].conclusion, AddStep)].extend(self._by_rule.get(no, ()))
        return firings


def fired_in(runtime: PlainRuntime, plain: PlainProgram, rules: Iterable[Rule]) -> Fired:
    """The firings of some rules, as the plain evaluator finds them. They may be rules that the pack does not have."""
    firings: Fired = [], []
    for rule in rules:
        own = firings[isinstance(rule.conclusion, AddStep)]
        for row in runtime.rows(rule.entity):
            due = plain.due_if_fires(rule, runtime, row)
            if due is not SILENT:
                own.append((rule.no, row, due))
    return firings
