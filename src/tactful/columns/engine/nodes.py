"""What is asked, table by table: conditions as nodes that each belong to the table of one entity.

Made once for a pack. A test belongs to the entity that has its field, a group to the lowest entity that it speaks of;
where something is asked of a row that belongs to a row above it, a :class:`There` leads up. Nodes that ask the same are
the same node, so that what is worked out for a chunk of cases is worked out once, for all rules.
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
#: From this cost on, a condition is only asked of the rows that still matter.
COSTLY: Final = 10


class Ref(NamedTuple):
    """A field as seen from the rows of a frame: the way to the row that has it, and which of that row's fields it is.

    ``nullable``: there may be no such row. Business days after it count in the calendar of the
    row of ``place`` that the row belongs to.
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
    """The value compares so with another field's."""

    op: Order | Literal["=="]
    other: Ref


Asked = IsIn | Compare | DayTimeBetween | NowIs | Relation | Known | Filled


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A condition on the rows of ``entity``; ``None`` for pairs of rows, see :mod:`.gatherings`.

    ``none`` is whether it holds where there is no row at all, ``cost`` a rough measure of what asking it costs.
    """

    entity: str | None
    none: bool
    cost: int

    @property
    def costly(self) -> bool:
        """Whether it is better asked of few rows."""
        return self.cost >= COSTLY


@dataclass(frozen=True, slots=True, eq=False)
class Leaf(Node):
    """All predicates hold of a field; ``negated``: not all of them do."""

    field: Ref
    predicates: tuple[Asked, ...]
    negated: bool


@dataclass(frozen=True, slots=True, eq=False)
class There(Node):
    """``node`` holds of the row at the end of ``path``; ``nullable``: there may be none."""

    path: Path
    nullable: bool
    node: Node


@dataclass(frozen=True, slots=True, eq=False)
class Group(Node):
    """All members hold (``every``), or some; both in the order in which they are best asked."""

    every: bool
    cheap: tuple[Node, ...]
    costly_ones: tuple[Node, ...]


class Table(NamedTuple):
    """Where a condition is asked: of the rows of one entity."""

    entity: str

    def home(self, scopes: frozenset[str]) -> str:
        """The entity of which to ask a condition that speaks of ``scopes``: the highest that has them all in scope."""
        if not scopes or self.entity in scopes:
            return self.entity
        if len(scopes) == 1:
            return next(iter(scopes))
        return next(one for one in reversed(SCOPES[self.entity]) if not self.nullable(one) and scopes <= {*SCOPES[one]})

    def nullable(self, scope: str) -> bool:
        """Whether a row may have no row of ``scope`` in scope."""
        return scope != self.entity and (scope == "offer" or (scope == "person" and self.entity == "message"))


class Pairing(NamedTuple):
    """Where a condition is asked: of a row of ``owner`` with each row of ``over`` below the same row of ``pivot``.

    Names in scope are the owner's first.
    """

    owner: str
    over: str
    pivot: str
    entity: None = None

    def side(self, scopes: frozenset[str]) -> Literal["over", "owner", "both"]:
        """Which of the two rows alone tells what a condition that speaks of ``scopes`` asks."""
        if scopes <= self._of_over():
            return "over"
        return "owner" if scopes <= {*SCOPES[self.owner]} - {self.over} else "both"

    def _of_over(self) -> set[str]:
        """What both rows have in common, and what the owner has not."""
        return {self.over, *SCOPES[self.pivot], *({*SCOPES[self.over]} - {*SCOPES[self.owner]})}

    def home(self, scopes: frozenset[str]) -> str | None:
        """The entity of which to ask a condition that speaks of ``scopes``; ``None``: of pairs."""
        side = self.side(scopes)
        if not scopes or side == "both":
            return None
        return Table(self.over if side == "over" else self.owner).home(scopes)

    def nullable(self, scope: str) -> bool:
        """Whether a pair may have no row of ``scope`` in scope."""
        return scope in ("offer", "person") and scope != self.over


Site = Table | Pairing
