"""The order of conclusions that rank alike: by action, by the order of the action for the target's entity, and by ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tactful.decide.conclusions import Conclusion
from tactful.engines.evaluate import Evaluator
from tactful.facts.kinds import Value
from tactful.facts.rows import Case, PersonRow, Row, row_key
from tactful.language.ir import OrderKey
from tactful.language.ir.orders import TargetOrder

if TYPE_CHECKING:
    from tactful.decide.ranker import Ranker

#: The places of rows in an order of targets, by its number, of which the smallest comes first. All rows are of its entity.
Place = tuple[Any, ...]
PlacesOf = Callable[[int, Sequence[Row]], list[Place]]
#: These places for a case at a moment (seconds since 1970, UTC).
PlacesAt = Callable[[Case, int], PlacesOf]


def in_order(conclusions: list[Conclusion], ties: Ties) -> list[Conclusion]:
    """Conclusions sorted by order, and those of the same order by ``ties``."""
    if len(conclusions) < 2:
        return conclusions
    ranked = sorted(conclusions, key=_ORDER)
    before = -1
    for conclusion in ranked:  # the usual case is that there are no ties, and quicker to test than to locate them
        order = conclusion.order
        if order == before:
            return _with_ties(ranked, ties)
        before = order
    return ranked


def _with_ties(ranked: list[Conclusion], ties: Ties) -> list[Conclusion]:
    """Conclusions that are sorted by order, with those of the same order sorted by ``ties``."""
    start, before = 0, ranked[0].order
    for no, conclusion in enumerate(ranked.copy()):
        order = conclusion.order
        if order != before:
            if no - start > 1:
                ranked[start:no] = ties.in_order(ranked[start:no])
            start, before = no, order
    if len(ranked) - start > 1:
        ranked[start:] = ties.in_order(ranked[start:])
    return ranked


_ORDER: Final = attrgetter("order")


def _ids(conclusion: Conclusion) -> tuple[str, str, str, str, int]:
    """The key of a conclusion by the ids of its target. Two messages with equal fields have the same id."""
    row = conclusion.target
    if type(row) is PersonRow:  # by far the most common target among ties
        return "person", row.application.id, "", row.id, 0
    return (*row_key(row), row.no)


class Ties(msgspec.Struct, eq=False, gc=False):
    """Sorts conclusions of the same order: by action, entity, the order of the action for that entity, and ids.

    Most decisions have no ties, so the places of targets are computed for the first tie only. They are kept, because actions
    may share an order, and a prohibition may win over many conclusions.
    """

    ranker: Ranker
    case: Case
    now: int
    places_of: PlacesOf | None = None
    #: The places that are known, by the number of the order.
    places: dict[int, dict[Row, Place]] | None = None

    def in_order(self, tied: list[Conclusion]) -> list[Conclusion]:
        """Conclusions of the same order, sorted."""
        kinds = {(conclusion.plan.action, conclusion.target.entity) for conclusion in tied}
        if len(kinds) == 1:
            return self._of_kind(tied, kinds.pop())
        ranked: list[Conclusion] = []
        for kind in sorted(kinds):
            members = [each for each in tied if (each.plan.action, each.target.entity) == kind]
            ranked += self._of_kind(members, kind)
        return ranked

    def _of_kind(self, members: list[Conclusion], kind: tuple[str, str]) -> list[Conclusion]:
        """Conclusions about one action for targets of one entity, sorted by the places of the targets and then by ids."""
        order = self.ranker.target_orders.get(kind)
        if order is None or len(members) < 2:
            return sorted(members, key=_ids)
        places = self._places(order.no, [conclusion.target for conclusion in members])
        if len(set(places)) == len(places):  # the ids decide nothing
            keys: list[Any] = places
        else:
            keys = [(place, _ids(conclusion)) for place, conclusion in zip(places, members, strict=True)]
        return [members[no] for no in sorted(range(len(members)), key=keys.__getitem__)]

    def _places(self, no: int, rows: list[Row]) -> list[Place]:
        """The places of rows in an order of targets."""
        if self.places_of is None or self.places is None:
            self.places_of, self.places = self.ranker.places_at(self.case, self.now), {}
        known = self.places.get(no)
        if known is None:
            places = self.places_of(no, rows)
            self.places[no] = dict(zip(rows, places))  # noqa: B905 - a keyword takes as long as the two places
            return places
        new = [row for row in rows if row not in known]
        known.update(zip(new, self.places_of(no, new), strict=True))
        return [known[row] for row in rows]


def evaluated(order: TargetOrder, row: Row, evaluator: Evaluator) -> Place:
    """A target's place in an order, without compiled code."""
    env = evaluator.environment(row.entity, row)
    return tuple(_place(key, evaluator.value(key.field, env)) for key in order.keys)


def _place(key: OrderKey, value: Value) -> tuple[bool, int | float]:
    """The place of a value in an order: a smaller one comes first, and an unknown value last."""
    if not isinstance(value, int | float):  # a yes/no is a number, too
        return True, 0
    return False, -value if key.descending else value
