"""Functions that give the places of some rows in an order of targets. The smallest place comes first.

They look like this:

def order0(x, rows):
    now = x.now
    places = []
    known = None
    for row in rows:
        person = row
        application = row.application
        family = x.families[application.no]
        if family is not known:
            known = family
            interviewers_of = None                  # an index of the family that facts use
        f0 = …                                      # the facts that sort people, and those that they read
        places.append((f0, f1 is None, 0 if f1 is None else -f1))
    return places
"""

from __future__ import annotations

import ast
from typing import Final

from tactful.engines.compiled import nodes
from tactful.engines.compiled.expressions import NOW, RUNTIME, nullable
from tactful.engines.compiled.fact_functions import FAMILY, Facts, scope_of
from tactful.engines.compiled.inline_facts import Inliner
from tactful.engines.compiled.inlined import inlined
from tactful.engines.compiled.python_ast import (
    LOAD,
    assign,
    attribute,
    call,
    constant,
    function,
    is_unknown,
    load,
    loop,
    with_variables,
)
from tactful.facts.kinds import YesNoKind
from tactful.language.ir import OrderKey
from tactful.language.ir.orders import TargetOrder

_PLACES: Final = "places"
_KNOWN: Final = "known"


def order_function(facts: Facts, order: TargetOrder) -> ast.stmt:
    """The function of an order, by the name that :func:`order_name` gives it."""
    return _OrderFunction(facts, order).build()


def order_name(order: TargetOrder) -> str:
    """The name of an order's function."""
    return f"order{order.no}"


class _OrderFunction:
    def __init__(self, facts: Facts, order: TargetOrder) -> None:
        self._order, self._inliner = order, Inliner(facts)
        within = nullable(order.entity)
        self._statements = self._inliner.statements(sorted(inlined(order, facts.fact)), within)
        self._expressions = self._inliner.expressions(within)

    def build(self) -> ast.stmt:
        places = [part for key in self._order.keys for part in self._place(key)]
        append = call(attribute(load(_PLACES), "append"), nodes.Tuple(places, LOAD))
        body = [
            assign(NOW, attribute(load(RUNTIME), "now")),
            assign(_PLACES, nodes.List([], LOAD)),
            assign(_KNOWN, constant(None)),
            loop("row", load("rows"), self._in_scope([*self._statements, nodes.Expr(append)])),
            nodes.Return(load(_PLACES)),
        ]
        return function(order_name(self._order), [RUNTIME, "rows"], body)

    def _place(self, key: OrderKey) -> list[ast.expr]:
        """The parts of a place that a key decides. An unknown value comes last."""
        value = self._expressions.value(key.field)
        if self._expressions.always_known(key.field):
            return [_turned(value, key)]
        first, again = self._expressions.named(value)
        return [is_unknown(first), nodes.IfExp(is_unknown(again), constant(0), _turned(again, key))]

    def _in_scope(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """Statements for a row, after those that set the variables that they use."""
        indexes = sorted(self._inliner.indexes)
        if indexes:
            other = nodes.Compare(load(FAMILY), [ast.IsNot()], [load(_KNOWN)])
            body = [nodes.If(other, [assign(_KNOWN, load(FAMILY)), assign(indexes, constant(None))], []), *body]
        return with_variables(scope_of(self._order.entity, load("row")), body)


def _turned(value: ast.expr, key: OrderKey) -> ast.expr:
    """A known value as a number that is smaller for what comes first."""
    if not key.descending:
        return value
    operator = ast.Not() if isinstance(key.field.kind, YesNoKind) else ast.USub()
    return nodes.UnaryOp(operator, value)
