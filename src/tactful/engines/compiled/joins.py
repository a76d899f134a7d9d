"""Facts about the rows of one person. Generated code looks these rows up by the person's id and skips all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from tactful.facts.entities import SCOPES
from tactful.language.ir import Aggregate, AllOf, ComputedFact, Field, Relates, Test

#: For each entity that is indexed by person: the name of the index in generated code, and the attribute with the id.
INDEXES: Final[Mapping[str, tuple[str, str]]] = {
    "message": ("messages_of", "person_id"),
    "interviewer": ("interviewers_of", "id"),
}


class Join(msgspec.Struct, frozen=True):
    """A fact's condition, split: ``person_id`` is looked up in the index ``rows_of``, and ``rest`` are the other tests."""

    rows_of: str
    person_id: Field
    rest: AllOf


def join_of(fact: Aggregate) -> Join | None:
    """The join of a fact about one person's rows; ``None`` for any other fact.

    One of the tests in ``where`` must be that the row's person is the person that a field of the owner names.
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
                return Join(index[0], other, AllOf(tuple(test for test in members if test is not member)))
            case _:
                pass
    return None


def lookup_of(fact: ComputedFact) -> Join | None:
    """The join of a fact that only asks whether a person has a row at all; ``None`` for any other fact.

    The index answers such a fact without a loop over the rows.
    """
    join = join_of(fact) if isinstance(fact, Aggregate) and fact.op in ("exists", "none") else None
    return join if join is not None and not join.rest.members else None
