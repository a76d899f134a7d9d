"""What an overlay adds to its base, or changes in it: the part of a pack that is its author's own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final

from tactful.facts.parameters import SIGN
from tactful.language.ir import CheckedPack, ComputedFact, Condition, Derived
from tactful.language.ir.reads import conditions_of_fact, tests_in

if TYPE_CHECKING:  # it needs the extra `check`
    from tactful.testing.properties.reaching import Unfired

_PARAMETER: Final = re.compile(r"\$([a-z][a-z0-9_]*)")


def own_ids(checked: CheckedPack) -> frozenset[str] | None:
    """The ids of the rules and computed facts that an overlay adds or changes; ``None`` for a pack that extends no other.

    A rule or a fact whose conditions read a parameter that the overlay sets counts as changed.
    """
    files = frozenset(checked.own)
    if len(files) == len(checked.sources):
        return None
    touched = {
        id_
        for id_, definition in checked.definitions.items()
        if any(span.file in files for span in (definition.id, *definition.keys))
    }
    parameters = {parameter.name for parameter in checked.parameters} & touched
    ids = {rule.id for rule in checked.rules if rule.id in touched or _reads(rule.condition, parameters)}
    for fact in checked.facts:
        if not _hidden(fact) and (
            fact_name(fact).removeprefix(SIGN) in touched
            or any(_reads(condition, parameters) for condition in conditions_of_fact(fact))
        ):
            ids.add(fact.id)
    return frozenset(ids)


def own_unfired(checked: CheckedPack, unfired: Collection[Unfired]) -> Iterator[Unfired]:
    """The rules of a pack's own among those that fired in no drawn case."""
    own = own_ids(checked) if unfired else None
    return (rule for rule in unfired if own is None or rule.rule in own)


def fact_name(fact: ComputedFact) -> str:
    """The name of a fact as its author knows it: ``person.pings``, or ``$patience`` for the fact of a parameter."""
    is_parameter = isinstance(fact, Derived) and fact.is_parameter
    return fact.id.partition(".")[2] if is_parameter else fact.id


def _hidden(fact: ComputedFact) -> bool:
    return isinstance(fact, Derived) and fact.hidden


def _reads(condition: Condition, parameters: set[str]) -> bool:
    return any(name in parameters for test in tests_in(condition) for name in _PARAMETER.findall(test.text))
