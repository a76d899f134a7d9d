"""Facts about the rows of one person: these are looked up by the person's id, and the other rows are not looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tactful.facts.entities import SCOPES
from tactful.language.ir import Aggregate, AllOf, ComputedFact, Field, Relates, Test

#: Rows by the id of their person: the index's name in generated code, and the attribute that has the id.
INDEXES: Final[Mapping[str, tuple[str, str]]] = {
    "message": ("messages_of", "person_id"),
    "interviewer": ("interviewers_of", "id"),
}


def join_of(fact: Aggregate) -> tuple[str, Field, AllOf] | None:
    """The index to look rows up in, the id to look up, and what else is asked, where a fact asks for one person's rows.

    ``where`` must ask, among others, that the row's person be the one that a field of the owner names.
    """
    index = INDEXES.get(fact.over)
    if index is None or fact.pivot != "application":
        return None
    members = fact.where.members if isinstance(fact.where, AllOf) else (fact.where,)
    for member in members:
        match member:
            case Test(field=field, predicates=(Relates(op="==", other=other),), negated=False) if (
                field.scope == fact.over
                and not field.via
                and field.origin == "given"
                and field.key == index[1]
                and other.scope != fact.over
                and other.scope in SCOPES[fact.entity]
                and other.origin == "given"
            ):
                return index[0], other, AllOf(tuple(one for one in members if one is not member))
            case _:
                pass
    return None


def is_lookup(fact: ComputedFact) -> bool:
    """Whether a look into an index tells a fact: whether there is a row, of which nothing is asked but whose it is."""
    found = join_of(fact) if isinstance(fact, Aggregate) and fact.op in ("exists", "none") else None
    return found is not None and not found[2].members
