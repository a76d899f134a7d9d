"""Which facts the function of an order computes itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tactful.engines.compiled.joins import join_of, lookup_of
from tactful.facts.entities import SCOPES
from tactful.language.ir import Aggregate, ComputedFact, Field
from tactful.language.ir.orders import TargetOrder
from tactful.language.ir.reads import computed, fields_of_fact, reached


def inlined(order: TargetOrder, fact_of: Callable[[str], ComputedFact]) -> set[str]:
    """The facts that an order's function computes itself, for each target anew: facts of its entity, where that is simple."""

    def own(fields: Iterable[Field]) -> list[str]:
        return [id_ for id_ in computed(fields) if _is_simple(fact_of(id_), order.entity)]

    return reached(own(key.field for key in order.keys), lambda id_: own(fields_of_fact(fact_of(id_))))


def _is_simple(fact: ComputedFact, entity: str) -> bool:
    """Whether code for a fact takes no variable of the rows in scope."""
    if fact.entity != entity or lookup_of(fact) is not None:
        return False
    if not isinstance(fact, Aggregate) or join_of(fact) is not None:
        return True
    return fact.pivot == "application" and fact.over != "interviewer" and fact.over not in SCOPES[entity]
