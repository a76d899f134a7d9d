"""The seven entities of a case: their names, the entities that they belong to, and their ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec


class Entity(msgspec.Struct, frozen=True):
    """An entity.

    ``table`` is the name of its table, and of its list in a case. ``parent`` is the entity that it belongs to. ``named_as``
    is the entity whose id its rows have: itself, another entity, or ``None`` for rows without ids. ``beside`` are
    further entities that a rule for the entity can refer to, in addition to its ancestors. ``single``: each parent has
    at most one row, which a case holds under the entity's name. ``placed``: each row has a place, and so a clock and a
    calendar.
    """

    name: str
    table: str
    parent: str | None
    named_as: str | None
    beside: tuple[str, ...] = ()
    single: bool = False
    placed: bool = False

    @property
    def part(self) -> str:
        """The key under which a case holds rows of the entity."""
        return self.name if self.single else self.table


#: All entities, each after its parent. An interviewer belongs to an interview, and is a person besides.
ALL: Final = (
    Entity("candidate", "candidates", None, "candidate", single=True, placed=True),
    Entity("application", "applications", "candidate", "application", beside=("offer",), placed=True),
    Entity("offer", "offers", "application", "application", single=True),
    Entity("person", "people", "application", "person", placed=True),
    Entity("interview", "interviews", "application", "interview"),
    Entity("interviewer", "interviewers", "interview", "person", beside=("person",)),
    Entity("message", "messages", "application", None, beside=("person",)),
)

#: The names of all entities.
ENTITIES: Final = tuple(entity.name for entity in ALL)
#: A small number for each entity: its index in :data:`ENTITIES`.
CODES: Final[Mapping[str, int]] = {name: code for code, name in enumerate(ENTITIES)}
#: The entity that each entity belongs to.
PARENTS: Final[Mapping[str, str | None]] = {entity.name: entity.parent for entity in ALL}
#: The entity whose id the rows of each entity have; ``None`` for rows without ids.
NAMED_AS: Final[Mapping[str, str | None]] = {entity.name: entity.named_as for entity in ALL}
#: The entities with ids of their own.
WITH_ID: Final = tuple(entity.name for entity in ALL if entity.named_as == entity.name)
#: The entities that have a clock and a calendar.
PLACED: Final = tuple(entity.name for entity in ALL if entity.placed)


def _ancestors(parent: str | None) -> tuple[str, ...]:
    return () if parent is None else (parent, *_ancestors(PARENTS[parent]))


#: The entities above each entity, the nearest first.
ANCESTORS: Final[Mapping[str, tuple[str, ...]]] = {entity.name: _ancestors(entity.parent) for entity in ALL}


def _scopes() -> Mapping[str, tuple[str, ...]]:
    scopes: dict[str, tuple[str, ...]] = {}
    for entity in ALL:
        above = () if entity.parent is None else scopes[entity.parent]
        scopes[entity.name] = tuple(dict.fromkeys((entity.name, *entity.beside, *above)))
    return scopes


#: The entities that a rule for each entity can refer to. An application has at most one offer.
SCOPES: Final = _scopes()


def can_be_inside(entity: str, other: str) -> bool:
    """Whether rows of ``entity`` can be inside rows of ``other``, as :func:`tactful.facts.rows.inside` defines it."""
    return other in (entity, NAMED_AS[entity], *ANCESTORS[entity])


def can_belong_to(entity: str, other: str) -> bool:
    """Whether a row of ``entity`` can be, belong to or be about a row of ``other``, in the sense of ``one per``."""
    about = other in ALL[CODES[entity]].beside and PARENTS[other] != entity
    return about or other in (entity, *ANCESTORS[entity])
