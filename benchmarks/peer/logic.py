"""Small helpers that write JSON Logic. They count the scopes and places that authors otherwise count by hand.

``val`` is the community's operator that reaches enclosing scopes; everything else is common JSON Logic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

Json = Any
#: JSON Logic as a function of the number of scopes that enclose it.
Logic = Callable[[int], Json]
Operand = Any
Facts = Mapping[str, Operand]
#: The condition of a rule, and its deadline (0: none).
Rules = Mapping[str, tuple[Operand, Operand]]

DAY: Final = 86_400
WEEK: Final = 7 * DAY
SILENT: Final = -1
ENDLESS: Final = 0


class Row:
    """The row of an enclosing scope; ``row.field`` is the logic that reads a field there."""

    def __init__(self, scope: int, places: Iterable[str] = (), *, within: str = "") -> None:
        """``places``: the names of its fields, if it is a list of facts. ``within``: the field that contains it."""
        self._scope, self._places, self._path = scope, list(places), [within] if within else []

    def __getattr__(self, field: str) -> Logic:
        path = [self._places.index(field)] if self._places else field.split("__")
        return self._read([*self._path, *path])

    @property
    def itself(self) -> Logic:
        """The row itself, if rows are plain values."""
        return self._read([])

    def _read(self, path: Sequence[str | int]) -> Logic:
        def written(scope: int) -> Json:
            up = 2 * (scope - self._scope)  # an iteration opens two scopes: the row's and the iteration's own
            return {"val": [[up], *path] if up else [*path]}

        return written


def at(operand: Operand, scope: int) -> Json:
    """An operand as it is written inside ``scope`` scopes."""
    if callable(operand):
        return operand(scope)
    if isinstance(operand, list):
        return [at(member, scope) for member in operand]
    return operand


def op(name: str, *operands: Operand) -> Logic:
    """An operator."""
    return lambda scope: {name: [at(operand, scope) for operand in operands]}


def over(name: str, rows: Operand, body: Callable[[Row], Operand]) -> Logic:
    """An operator that iterates over rows."""
    return lambda scope: {name: [at(rows, scope), at(body(Row(scope + 1)), scope + 1)]}


def within(facts: Facts, body: Callable[[Row], Operand]) -> Logic:
    """``[body]``, which can read the facts."""

    def written(scope: int) -> Json:
        row = [at(fact, scope) for fact in facts.values()]
        return {"map": [[row], at(body(Row(scope + 1, facts)), scope + 1)]}

    return written


def both(*operands: Operand) -> Logic:
    return op("and", *operands)


def either(*operands: Operand) -> Logic:
    return op("or", *operands)


def no(operand: Operand) -> Logic:
    return op("!", operand)


def same(operand: Operand, other: Operand) -> Logic:
    return op("===", operand, other)


def other(operand: Operand, than: Operand) -> Logic:
    return op("!==", operand, than)


def among(operand: Operand, *words: str) -> Logic:
    return op("in", operand, list(words))


def some(rows: Operand, body: Callable[[Row], Operand]) -> Logic:
    return over("some", rows, body)


def those(rows: Operand, body: Callable[[Row], Operand]) -> Logic:
    return over("filter", rows, body)


def each(rows: Operand, body: Callable[[Row], Operand]) -> Logic:
    return over("map", rows, body)


def last(moments: Operand) -> Logic:
    """The latest moment; 0 if there is none."""
    step = {"max": [{"val": "current"}, {"val": "accumulator"}]}
    return lambda scope: {"reduce": [at(moments, scope), step, 0]}


def first(moments: Operand) -> Logic:
    """The earliest moment; 0 if there is none."""
    now_, so_far = {"val": "current"}, {"val": "accumulator"}
    step = {"if": [{"===": [so_far, 0]}, now_, {"min": [now_, so_far]}]}
    return lambda scope: {"reduce": [at(moments, scope), step, 0]}


def count(rows: Operand) -> Logic:
    return op("length", rows)


def recent(moment: Operand, now: Operand) -> Logic:
    """Whether a computed moment is less than a week ago."""
    return both(op(">", moment, 0), op("<=", moment, now), op("<", now, op("+", moment, WEEK)))


def due(moment: Operand, seconds: int = 0) -> Logic:
    """A deadline that may be unknown."""
    return op("if", moment, op("+", moment, seconds) if seconds else moment, ENDLESS)


def values(rules: Rules) -> list[Logic]:
    """The values of all rules of a row: the deadline, or that the rule does not fire."""
    return [op("if", when, by, SILENT) for when, by in rules.values()]
