"""Since when a rule that fires has fired, derived from the present as far as possible.

If a rule fires, all its conjuncts hold, and so do those of the yes/no facts among them. So they need no test: a
conjunct such as ``more than 2 days ago`` gives the moment at which it began to hold, and before it the rule did not
fire. Only what is left, such as one of several conditions, is evaluated. Its latest turn may have been without effect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, assert_never

from tactful.facts.entities import SCOPES
from tactful.language.ir import AllOf, AnyOf, ComputedFact, Condition, IsIn, NoneOf, NowIs, Rule, Test, WhenFact
from tactful.language.ir.boundaries import other_fields
from tactful.language.ir.clockwork import Clockwork

#: A condition, and whether it holds or fails.
Conjunct = tuple[Condition, bool]
#: Entities whose rows may be missing.
_MAY_BE_MISSING: Final = ("offer", "person")


class Conjuncts:
    """The conjuncts of a pack's rules that change by time alone."""

    def __init__(self, facts: Mapping[str, ComputedFact], clockwork: Clockwork) -> None:
        self._facts, self._clockwork = facts, clockwork

    def of(self, rule: Rule) -> list[Conjunct]:
        """Those of a rule, as its author wrote them."""
        every = (*_conjuncts(rule.when, True), *_conjuncts(rule.unless, False))
        return [part for part in every if self._clockwork.condition(part[0])]

    def opened(self, rule: Rule) -> list[Conjunct]:
        """Those of a rule and of the yes/no facts among them."""
        return list(dict.fromkeys(part for own in self.of(rule) for part in self._opened(own, rule.entity)))

    def _opened(self, conjunct: Conjunct, entity: str) -> Iterator[Conjunct]:
        condition, holds = conjunct
        inner = self._stands_for(condition, holds, entity) if isinstance(condition, Test) else None
        if inner is None:
            yield conjunct
            return
        for part in _conjuncts(*inner):
            if self._clockwork.condition(part[0]):
                yield from self._opened(part, entity)

    def _stands_for(self, test: Test, holds: bool, entity: str) -> Conjunct | None:
        """The condition of the yes/no fact that a test is about, and whether it holds; ``None`` for any other test.

        The rows in scope of the fact are those in scope of the rule.
        """
        field = test.field
        if field.origin != "computed" or field.via or field.scope not in SCOPES[entity]:
            return None
        match self._facts[field.key], test.predicates:
            case WhenFact(condition=condition), (IsIn(values=(bool() as value,)),):
                truth = value == (holds != test.negated)
                missing = field.scope in _MAY_BE_MISSING and field.scope != entity
                return None if missing and not truth else (condition, truth)
            case _:
                return None

    def moments_of(self, conjunct: Conjunct) -> list[tuple[NowIs, bool]] | None:
        """The predicates that turn at moments that the field of the conjunct's test gives, and whether each holds.

        ``None`` where it is not so simple. Then the condition has to be evaluated.
        """
        test, holds = conjunct
        if not isinstance(test, Test) or any(map(self._clockwork.field, (test.field, *other_fields(test)))):
            return None
        all_hold = holds != test.negated
        if len(test.predicates) > 1 and not all_hold:
            return None
        return [(predicate, all_hold) for predicate in test.predicates if isinstance(predicate, NowIs)]


def _conjuncts(condition: Condition, holds: bool) -> Iterator[Conjunct]:
    match condition:
        case Test():
            yield condition, holds
        case NoneOf(members=members):
            yield from _conjuncts(AnyOf(members), not holds)
        case AllOf(members=members) | AnyOf(members=members):
            if isinstance(condition, AllOf) != holds and len(members) > 1:
                yield condition, holds
                return
            for member in members:
                yield from _conjuncts(member, holds)
        case _:
            assert_never(condition)
