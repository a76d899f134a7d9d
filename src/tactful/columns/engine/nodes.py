"""Conditions as nodes that each belong to the table of one entity.

Nodes are made once for a pack. A test belongs to the entity that has its field, and a group to the lowest entity that its
members mention. A :class:`There` leads from a row up to a row that it belongs to. Equal conditions share a node, which is
tested once for a chunk of cases, for all rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from tactful.facts.entities import SCOPES
from tactful.facts.kinds import Kind
from tactful.language.ir import Compare, DayTimeBetween, Filled, IsIn, Known, NowIs
from tactful.language.terms import Order

#: Steps from a row to another: names of entities.
Path = tuple[str, ...]
#: From this cost on, a condition is only tested on the rows that still matter.
COSTLY: Final = 10


class Ref(NamedTuple):
    """A field as seen from the rows of a frame: the path to the row that has the field, and the field of that row.

    ``nullable``: that row may be missing. ``place`` is the entity above it whose calendar counts business days.
    """

    path: Path
    origin: Literal["given", "custom", "clock", "computed"]
    key: str
    kind: Kind
    nullable: bool
    place: str

    @property
    def entity(self) -> str:
        """The entity that has the field."""
        return self.path[-1]


class Relation(NamedTuple):
    """A comparison with the value of another field."""

    op: Order | Literal["=="]
    other: Ref


ColumnPredicate = IsIn | Compare | DayTimeBetween | NowIs | Relation | Known | Filled


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A condition on the rows of ``entity``; ``None`` for pairs of rows, see :mod:`.aggregates`.

    ``none``: whether the condition holds for a missing row. ``cost``: a rough measure of the time that testing it takes.
    """

    entity: str | None
    none: bool
    cost: int

    @property
    def costly(self) -> bool:
        """Whether the condition should be tested on as few rows as possible."""
        return self.cost >= COSTLY


@dataclass(frozen=True, slots=True, eq=False)
class Leaf(Node):
    """All predicates hold of a field; ``negated``: not all of them do."""

    field: Ref
    predicates: tuple[ColumnPredicate, ...]
    negated: bool


@dataclass(frozen=True, slots=True, eq=False)
class There(Node):
    """``node`` holds for the row at the end of ``path``. ``nullable``: that row may be missing."""

    path: Path
    nullable: bool
    node: Node


@dataclass(frozen=True, slots=True, eq=False)
class Group(Node):
    """All members hold (``every``), or at least one does. Members are in the order of their cost."""

    every: bool
    cheap: tuple[Node, ...]
    costly_members: tuple[Node, ...]


class Table(NamedTuple):
    """A site where a condition is tested on the rows of one entity."""

    entity: str

    def home(self, scopes: frozenset[str]) -> str:
        """The entity on whose rows to test a condition about ``scopes``: the highest that has them all in scope."""
        if not scopes or self.entity in scopes:
            return self.entity
        if len(scopes) == 1:
            return next(iter(scopes))
        above = reversed(SCOPES[self.entity])
        return next(entity for entity in above if not self.nullable(entity) and scopes <= {*SCOPES[entity]})

    def nullable(self, scope: str) -> bool:
        """Whether a row may have no row of ``scope`` in scope."""
        return scope != self.entity and (scope == "offer" or (scope == "person" and self.entity == "message"))


class Pairing(NamedTuple):
    """A site where a condition is tested on a row of ``owner`` with each row of ``over`` below the same row of ``pivot``.

    A name that is in scope of both rows means the row in scope of the owner.
    """

    owner: str
    over: str
    pivot: str
    entity: None = None

    def side(self, scopes: frozenset[str]) -> Literal["over", "owner", "both"]:
        """Which of the two rows decides a condition about ``scopes``: only the row of one side, or both rows."""
        if scopes <= self._of_over():
            return "over"
        return "owner" if scopes <= {*SCOPES[self.owner]} - {self.over} else "both"

    def _of_over(self) -> set[str]:
        """The scopes that both rows share, and the scopes that only the collection's row has."""
        return {self.over, *SCOPES[self.pivot], *({*SCOPES[self.over]} - {*SCOPES[self.owner]})}

    def home(self, scopes: frozenset[str]) -> str | None:
        """The entity on whose rows to test a condition about ``scopes``; ``None``: on pairs of rows."""
        side = self.side(scopes)
        if not scopes or side == "both":
            return None
        return Table(self.over if side == "over" else self.owner).home(scopes)

    def nullable(self, scope: str) -> bool:
        """Whether a pair may have no row of ``scope`` in scope."""
        return scope in ("offer", "person") and scope != self.over


Site = Table | Pairing
